// Ends the output with one plain line, names what was skipped, and can make a skip fail.
import type { Reporter, TestModule } from 'vitest/node';

export class SummaryReporter implements Reporter {
  readonly #skipFails: boolean;

  constructor(skipFails: boolean) {
    this.#skipFails = skipFails;
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    const skipped: string[] = [];
    for (const module of modules) {
      if (module.state() === 'failed') counts.failed += module.errors().length > 0 ? 1 : 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        counts[state] += 1;
        if (state === 'skipped') skipped.push(`${module.relativeModuleId}: ${test.fullName}`);
      }
    }
    for (const name of skipped) process.stdout.write(`skipped: ${name}\n`);
    if (this.#skipFails && skipped.length > 0) {
      process.stdout.write('A skipped test is a failure here (MCP_VET_NO_SKIP=1).\n');
      process.exitCode = 1;
    }
    const { passed, failed } = counts;
    process.stdout.write(`${passed} passed, ${failed} failed, ${skipped.length} skipped\n`);
  }
}
