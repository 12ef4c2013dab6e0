// Threats that show when a server's files are read as one, told beside those of the single files.
import type { FileLook } from './look.ts';
import { joinFiles } from './joined.ts';
import type { PackageContext, RawThreat } from './package-context.ts';
import { resolveSpec } from './reach.ts';
import { findJoinedThreats } from './threats/index.ts';

const NO_SETTINGS =
  /(?:^|\/)(?:package-lock|npm-shrinkwrap|tsconfig[\w.-]{0,40}|\.[\w.-]{1,60})\.json$/;
const MAX_SETTINGS = 40;
const MAX_SETTINGS_CHARS = 60_000;
const MAX_THREATS_A_FILE = 50;
const RANK = { info: 0, low: 1, moderate: 2, high: 3, critical: 4 } as const;

/** Adds to what is known of each file. `reached`: the files that run, those nearest to an entry point first. */
export function addThreatsAcross(
  looks: ReadonlyMap<string, FileLook>,
  reached: Iterable<string>,
  context: PackageContext,
): void {
  const code = [...reached].filter((path) => looks.get(path)?.failure === null);
  if (code.length === 0) return;
  const settings = context.paths.filter((path) => isSettings(path, context)).slice(0, MAX_SETTINGS);
  if (code.length + settings.length < 2) return;
  const texts = [...code, ...settings].map((path) => [path, context.textOf(path) ?? ''] as const);
  const paths = new Set([...code, ...settings]);
  try {
    const joined = joinFiles(texts);
    if (!joined) return;
    const resolve = (from: string, spec: string) => resolveSpec(from, spec, paths)[0] ?? null;
    for (const threat of findJoinedThreats(joined, context, resolve)) addTo(looks, threat);
  } catch (error) {
    // As for one file: a tree made to overflow the stack. Its file says so already.
    if (!(error instanceof RangeError)) throw error;
  }
}

function isSettings(path: string, context: PackageContext): boolean {
  if (!path.endsWith('.json') || NO_SETTINGS.test(path)) return false;
  return (context.textOf(path)?.length ?? Infinity) <= MAX_SETTINGS_CHARS;
}

/** Of two of one rule at one place the worse stays. */
function addTo(looks: ReadonlyMap<string, FileLook>, threat: RawThreat): void {
  const look = looks.get(threat.file);
  if (!look) return;
  const before = look.threats.findIndex(
    ({ ruleId, line }) => ruleId === threat.ruleId && line === threat.line,
  );
  const known = look.threats[before];
  if (known && RANK[known.severity] >= RANK[threat.severity]) return;
  if (known) look.threats[before] = threat;
  else if (look.threats.length < MAX_THREATS_A_FILE) look.threats.push(threat);
}
