// How much worse it is that an install does by itself what somebody could have asked for.
import type { Severity } from '../../../../types.ts';
import { setupTools } from '../data.ts';
import { isOwnByName } from '../declared.ts';
import type { Declared } from '../declared.ts';
import type { Report } from '../scene.ts';

const ADDED =
  /\b(?:npx|bunx|pnpm dlx|npm exec|npm (?:i|install|add)|yarn global add|pnpm add|bun add)\s+(?:-{1,2}[\w=-]+\s+)*(@?[a-z][\w./@-]{1,100})/g;
const VERSION = /(?<=.)@[\w.^~-]{0,40}$/;

const RUNS_FETCHED = new Set(['download-and-execute', 'install-script-downloads']);

/** `line`: the command, as far as it is known. */
export function unasked(
  { ruleId, severity }: Pick<Report, 'ruleId' | 'severity'>,
  line: string,
  declared: Declared,
): Severity {
  if (RUNS_FETCHED.has(ruleId) && severity === 'high') {
    const host = /https?:\/\/([^\s/:'")]{3,200})/.exec(line)?.[1] ?? null;
    return isOwnByName(host, declared) ? 'critical' : severity;
  }
  if (ruleId === 'package-publish') return 'critical';
  // What stays behind after an install.
  if (ruleId === 'autostart-write' || ruleId === 'agent-config-write')
    return severity === 'high' ? 'critical' : severity;
  const isFloating =
    ruleId === 'runtime-install' && severity === 'moderate' && floats(line, declared);
  return isFloating ? 'high' : severity;
}

/** A program that nobody named as a dependency, in whatever version is newest. */
const floats = (line: string, { scope }: Declared): boolean =>
  [...line.matchAll(ADDED)].some(([, spec = '']) => {
    const name = spec.replace(VERSION, '');
    // In a version that the code works out, from the same publisher.
    const isOwn = scope !== undefined && name.startsWith(`${scope}/`) && spec !== name;
    return !/.@\d/.test(spec) && !isOwn && !setupTools.has(name);
  });
