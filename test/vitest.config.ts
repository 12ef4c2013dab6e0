// How the tests run: from the repository's root, nothing timed; in CI a skipped test is a failure.
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { SummaryReporter } from './support/summary-reporter.ts';

export default defineConfig({
  root: path.resolve(import.meta.dirname, '..'),
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Sandboxes, browsers and registries share the machine; two files at a time keep them honest.
    maxWorkers: 2,
    // A second try in CI tells a busy machine from a fault; the summary still names what failed.
    retry: process.env['CI'] ? 1 : 0,
    reporters: ['default', new SummaryReporter(process.env['MCP_VET_NO_SKIP'] === '1')],
  },
});
