// One look at one file: what of it outlives its tree.
import { findCapabilities } from './capabilities.ts';
import { findEnvironment } from './environment.ts';
import { openSourceFile } from './file.ts';
import type { SourceFile } from './file.ts';
import { findHosts } from './hosts.ts';
import type { FileSummary, PackageContext } from './package-context.ts';
import { quickSpecs } from './quick.ts';
import { mayHide } from './quick-places.ts';
import { linksOf } from './reach.ts';
import type { FileLinks } from './reach.ts';
import { judgeReadability } from './readability.ts';
import { sectionsOf } from './sections.ts';
import { isSmall } from './threats/closeness.ts';
import { findThreats } from './threats/index.ts';
import type { Capability, Readability } from '../../types.ts';

export interface FileLook {
  path: string;
  bytes: number;
  links: FileLinks;
  threats: FileSummary['threats'];
  capabilities: FileSummary['capabilities'];
  hosts: FileSummary['hosts'];
  environment: { name: string; line: number }[];
  readability: { verdict: Readability; reason: string };
  /** Why the file could not be parsed; null if it could. */
  failure: string | null;
}

const MAX_THREATS_A_FILE = 50;

/** A dependency's file that can do nothing, and hides nothing that could, needs no closer look. */
function mayThreaten(look: FileLook, file: SourceFile, context: PackageContext): boolean {
  if (context.isSubject || context.lifecycleEntries.length > 0) return true;
  const isAble = look.capabilities.some(({ capability }) => !HARMLESS.has(capability));
  return isAble || mayHide(file.text) || usesConstructor(file);
}
const HARMLESS = new Set<Capability>([
  'environment',
  'file-read',
  'network-server',
  'database',
  'worker',
  'wasm',
]);
const CONSTRUCTOR = /\bconstructor\s{0,3}[\](]/g;

/** `x.constructor(code)` runs a text; the constructors that classes declare do not. */
function usesConstructor(file: SourceFile): boolean {
  const named = file.text.match(CONSTRUCTOR)?.length ?? 0;
  if (named === 0) return false;
  const declared = file.nodesOf('MethodDefinition').filter(({ kind }) => kind === 'constructor');
  return named > declared.length;
}

/** `isFull`: threats too, the dearest part. `keep` is handed the parsed file, for those who need the tree afterwards. */
export function lookAt(
  path: string,
  text: string,
  context: PackageContext,
  keep: (file: SourceFile) => void,
  isFull: boolean,
): FileLook {
  const look: FileLook = {
    path,
    bytes: text.length,
    links: { specs: [], started: [] },
    threats: [],
    capabilities: [],
    hosts: [],
    environment: [],
    readability: judgeReadability({ path, text, bytes: text.length, program: null }),
    failure: null,
  };
  const isClose =
    context.isSubject ||
    context.lifecycleEntries.length > 0 ||
    look.readability.verdict === 'obfuscated';
  const specs = isClose ? null : quickSpecs(text, path, isSmall(context));
  if (specs !== null) return { ...look, links: { specs, started: [] } };
  const opened = openSourceFile(path, text);
  if (!opened.ok) return { ...look, failure: opened.reason };
  const { file } = opened;
  try {
    look.links = linksOf(file);
    // In the server's own bundle, with what came from other packages.
    const isOfOthers = context.isSubject ? sectionsOf(file.text) : undefined;
    look.capabilities = findCapabilities(file, isOfOthers);
    look.hosts = findHosts(file);
    look.environment = findEnvironment(file);
    if (isFull && mayThreaten(look, file, context)) {
      look.threats = findThreats(file, context).slice(0, MAX_THREATS_A_FILE);
    }
    keep(file);
  } catch (error) {
    // A tree made to overflow the stack is given up on and named; anything else is our own bug.
    if (!(error instanceof RangeError)) throw error;
    look.failure = 'nested too deep to analyse';
  }
  return look;
}
