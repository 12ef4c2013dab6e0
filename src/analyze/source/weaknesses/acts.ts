// What a handler's call does beside what its tool says: the ground for contradictions.
import { ruleData } from '../../../rule-data.ts';
import type { ToolDefinition } from '../../../types.ts';
import { UNKNOWN, optionsOf, taintsOf, type Taint, type Value } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { deedPattern, type DeedWord } from './deed-data.ts';
import { capabilityOf, type Deed } from './deeds.ts';
import { isSweep } from './sweeps.ts';
import { isRenewed } from './tables.ts';

interface ClaimWords {
  claims: { readOnly: string; local: string };
  /** Tools that say that they put their result into a file. */
  saves: string;
}

function isWords(data: unknown): data is ClaimWords {
  const words = data as Partial<ClaimWords> | null;
  return typeof words?.saves === 'string' && typeof words.claims?.readOnly === 'string';
}

/** What tools say of themselves, in rules/tools.json. */
export const claimWords = (): ClaimWords => ruleData('tools', isWords);

export const NO_TAINT: Taint = { origin: '', steps: [], marks: new Set() };

/** What a call does, and what the tool says of it. */
export interface Act {
  tool: ToolDefinition;
  does: Deed;
  use: Use;
  taint: Taint | undefined;
  /** An argument says where it happens. */
  isPlaced: boolean;
  /** By its names it is the server's own: a cache, a log, a count of visits. */
  isScratch: boolean;
  /** It is in the folder for files that nobody misses. */
  isTemporary: boolean;
  /** Name or description say that something is done. */
  isTold: boolean;
  /** They say that something is lost by it. */
  isLossTold: boolean;
  /** It is done to all that a list of the tool's own named. */
  isSwept: boolean;
  /** What the package says of itself in a line. */
  about: string;
}

// What everybody outside notices, whatever the arguments are.
export const OUTWARD: ReadonlySet<Deed> = new Set([
  'drops',
  'pays',
  'signs',
  'mails',
  'commands-deletion',
]);
export const REMOTE: ReadonlySet<Deed> = new Set([...OUTWARD, 'deletes-data', 'changes-data']);

export const DOES: Record<Deed, string> = {
  writes: 'writes files',
  deletes: 'deletes files',
  runs: 'starts programs with its arguments',
  sends: 'talks to the network',
  drops: 'deletes or overwrites',
  'commands-deletion': 'deletes or overwrites',
  'deletes-data': 'deletes or overwrites',
  'changes-data': 'changes data',
  pays: 'moves money',
  signs: 'signs payments',
  mails: 'sends messages to people',
};

/** What was seen of the tools' other calls. */
export interface ToolHabits {
  /** Tools that list all there is. */
  sweeping: ReadonlySet<string>;
  /** Tables that a tool fills, each with the tool before it. */
  filled: ReadonlySet<string>;
}

export function actOf(
  use: Use,
  tool: ToolDefinition | undefined,
  about = '',
  { sweeping, filled }: ToolHabits = { sweeping: new Set(), filled: new Set() },
): Act | undefined {
  const does = tool && capabilityOf(use);
  if (!does) return undefined;
  const place = taintsOf(use.args[0] ?? UNKNOWN)[0];
  // What is appended to a file of the server's own is a log.
  const content = /append/i.test(use.method)
    ? undefined
    : [...use.args, ...leading(use.self)].flatMap((arg) => taintsOf(arg))[0];
  const { file, node } = use;
  const isTemporary = place === undefined && isBelowTemporary(use.args[0]);
  const text = file.text.slice(node.start, Math.min(node.end, node.start + 400));
  return {
    tool,
    does,
    use,
    taint: place ?? content,
    isPlaced: place !== undefined,
    isScratch: isOwn(text, tool, use, place ?? content) || isRenewed(use, filled) || isTemporary,
    isTemporary,
    isTold: says(tool, 'tells'),
    isLossTold: says(tool, 'destroys'),
    isSwept: isSweep(use, sweeping),
    about,
  };
}

/** By its names, unless the tool is about just that and its caller says which: then it is what the user came for. */
function isOwn(text: string, tool: ToolDefinition, { self }: Use, taint?: Taint): boolean {
  const named = deedPattern('scratch').exec(text)?.[0];
  if (named === undefined) return false;
  const stem = named.toLowerCase().replace(/s$/, '');
  const isFixed = !taint && leading(self).every(({ kind }) => kind !== 'unknown');
  return isFixed || !`${tool.name} ${tool.description}`.toLowerCase().includes(stem);
}

const TEMPORARY = /^(?:os\.tmpdir|fs\.(?:promises\.)?mkdtemp(?:Sync)?|temp-dir|tempy?|tmp)\b/;

/** Below a folder for files that nobody misses: `join(mkdtempSync(...), name)`. */
function isBelowTemporary(path: Value | undefined): boolean {
  return optionsOf(path ?? UNKNOWN).every((option) => {
    const [first] = option.kind === 'text' ? option.parts : [option];
    if (first?.kind === 'literal') return /^\/tmp(?:\/|$)/.test(String(first.value));
    return first?.kind === 'external' && TEMPORARY.test(first.name);
  });
}

/** What a chain was given before: `where({ id })` of `where({ id }).del()`. */
function leading(self: Value | undefined): readonly Value[] {
  if (self?.kind === 'external') return self.args ?? [];
  return self ? [self] : [];
}

/** What it says that it does not do is no telling. */
export function says({ name, title, description }: ToolDefinition, word: DeedWord): boolean {
  // "never changes, closes or comments on an issue"
  const denied = new RegExp(
    `(?:${claimWords().claims.readOnly})(?:(?:,? n?or|,? and|,)\\s\\w{2,20}){0,4}`,
    'gi',
  );
  const trial = new RegExp(deedPattern('dryRun').source, 'gi');
  const words = `${name.replaceAll(/([a-z])([A-Z])/g, '$1 $2').replaceAll(/[_.-]/g, ' ')}. ${title ?? ''}. ${description.slice(0, 1000)}`;
  return deedPattern(word).test(words.replace(denied, ' ').replace(trial, ' '));
}
