// Arguments that reach the file system without being held inside a folder.
import { DECODED, optionsOf, type Value } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import {
  arrivals,
  describes,
  plain,
  states,
  type Arrival,
  type Fault,
  type ToolContext,
} from './faults.ts';

// The user is asked for a place on their own disk: any path is meant.
const ANY_PATH =
  /\b(?:absolute|full path|local (?:path|file|disk|image|video|folder|directory)|save[ds]?|outputs?|destinations?|downloads?|upload(?:ed|s)?|exports?|screenshots?|attach\w*|workspace|root uri|project (?:root|path|dir)|cwd|working directory|working dir|repository path|repo path|dest|out)\b/i;

// "Path to the PDF file": a file of the user's, unless it is said to lie in a folder of the server's.
const PATH_TO_FILE =
  /\bpaths? to (?:(?:the|a|an|your|any|input|source|existing|first|last|additional|reference) ){0,3}(?:\.?[\w/-]{1,12},? (?:or |and )?){0,4}(?:files?|images?|photos?|pictures?|documents?|videos?|recordings?|pdf|spreadsheets?|diagrams?)\b(?!.{0,200}\b(?:relative|within|inside|under|vault|in (?:the|this|our|its) [\w-]{1,20} (?:folder|directory|store|repo\w*)))/i;

// What an argument for a place is called, and what a tool says that works on the user's own files
// of one kind, or on a folder as a whole; what a server keeps itself is no such place.
const PLACE =
  /(?:^|[\s.])(?:file|file ?path|path|folder|dir|directory|repo|repository|project|root)s?$/i;
const OF_ONE_KIND =
  /\b(?:csv|tsv|xml|ya?ml|toml|markdown|mdx?|html|pdf|docx?|xlsx?|excel|word|powerpoint|pptx?|parquet|sqlite|har|svg|png|jpe?g|audio|video|image|media|font|source|subtitle|geojson|notebook|bibtex|latex|openapi|spreadsheet) (?:files?|documents?)\b|\b(?:repositor(?:y|ies)|repos?|projects?|codebase|folders?|spreadsheet|workbook)\b/;
const OF_SERVER =
  /\b(?:vault|wiki|knowledge base|handbook|entr(?:y|ies)|cache|upload(?:s|ed)|shared|(?:from|in|of|under|inside) (?:the|our|its) [\w-]{1,20} (?:folder|directory|store))\b/;

/** `lint_file({ file })`, "First rows of a CSV file": the user names a file of their own. */
const isOwnPlace = (use: Use, origin: string, tool: ToolContext): boolean =>
  !tool.isShared &&
  use.channel !== 'http' &&
  !REMOVES.test(use.name) &&
  PLACE.test(origin.replaceAll(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' ')) &&
  states(tool, OF_ONE_KIND) &&
  !states(tool, OF_SERVER);

export function pathFault(
  use: Use,
  value: Value | undefined,
  tool: ToolContext,
): Fault | undefined {
  if (!value || value.kind === 'literal' || value.kind === 'function') return undefined;
  const ofEntry = entryFault(use, value, tool);
  if (ofEntry) return ofEntry;
  const all = arrivals(use, value, tool, ['basename', 'stripped', 'encoded']).filter(
    (a) => !a.isTyped,
  );
  const open = all.find((arrival) => !isContained(arrival, value));
  if (!open) return weakFault(use, all);
  const isWhole = startsWithArgument(value);
  if (isCheckedBefore(use, open)) return decodedFault(open);
  const isMeant =
    isWhole &&
    (describes(
      tool,
      open.taint.origin.replaceAll(/([a-z])([A-Z])/g, '$1 $2').replaceAll('_', ' '),
      ANY_PATH,
    ) ||
      describes(tool, open.taint.origin, ANY_PATH) ||
      (use.channel !== 'http' &&
        !tool.isShared &&
        !CHANGES.test(use.name) &&
        describes(tool, open.taint.origin, PATH_TO_FILE)) ||
      isOwnPlace(use, open.taint.origin, tool) ||
      states(tool, /\babsolute path|local file|any file on\b/));
  return {
    ruleId: 'path-traversal',
    severity:
      isMeant ||
      (isWhole && isFixedFile(value)) ||
      (!tool.isKnown && !isWhole && isOneKind(value) && !CHANGES.test(use.name))
        ? 'low'
        : isOpenJoin(open, isWhole, tool) || (use.channel === 'http' && open.checks.size === 0)
          ? 'high'
          : 'moderate',
    confidence: isWhole || open.taint.marks.has('half-quoted') ? 'medium' : 'high',
    message: isWhole
      ? 'A tool argument is used as a file path; nothing holds it inside a folder'
      : 'A tool argument is joined to a file path; `..` leads out of the folder',
    taint: open.taint,
  };
}

/** What was looked at is not what is used: it is decoded in between. */
function isCheckedBefore(use: Use, { taint }: Arrival): boolean {
  if (!taint.origin.endsWith(DECODED)) return false;
  const before = plain(taint.origin);
  const kinds: readonly string[] = [...CONTAINING, 'weak-prefix', 'no-dots'];
  return use.guards.some(({ origin, kind }) => origin === before && kinds.includes(kind));
}

const decodedFault = ({ taint }: Arrival): Fault => ({
  ruleId: 'path-traversal',
  severity: 'high',
  confidence: 'high',
  message: 'A path is checked before it is decoded; `%2e%2e` leads out of the folder',
  taint,
});

/** A name out of an archive: whoever made it says where the file is written. */
function entryFault(use: Use, value: Value, tool: ToolContext): Fault | undefined {
  if (!CHANGES.test(use.name) && !/createWriteStream|mkdir|ensureDir/.test(use.name))
    return undefined;
  const open = arrivals(use, value, tool, ['basename', 'stripped', 'encoded'], 'entry').find(
    (arrival) => !isContained(arrival, value),
  );
  if (!open || !/[^.]\.?(?:path|name|\w+Name|\w*[pP]ath|entry)$/.test(open.taint.origin))
    return undefined;
  return {
    ruleId: 'path-traversal',
    severity: 'high',
    confidence: 'medium',
    message: 'The name of an archive entry is joined to a path; `..` leads out of the folder',
    taint: open.taint,
  };
}

/** `join(argument, 'package.json')`: any folder, but only that one file of it. */
const isFixedFile = (value: Value): boolean =>
  optionsOf(value).every((option) => {
    const last = option.kind === 'text' ? option.parts.at(-1) : undefined;
    return (
      last?.kind === 'literal' && /[\\/][\w-]+\.(?:json|ya?ml|toml|lock)$/.test(String(last.value))
    );
  });

/** `${argument}.md`: only files of one kind, and where no schema is read it may well be one of a list. */
const isOneKind = (value: Value): boolean =>
  optionsOf(value).every((option) => {
    const last = option.kind === 'text' ? option.parts.at(-1) : undefined;
    return last?.kind === 'literal' && /^\.[a-z]{2,8}$/.test(String(last.value));
  });

/**
 * Joined to a folder that is meant to hold it, and nothing looks at it. Where the schema could not
 * be read (a bundled validator), it may still be one of a list.
 */
const isOpenJoin = ({ taint, checks }: Arrival, isWhole: boolean, tool: ToolContext) =>
  !isWhole &&
  (tool.isKnown || taint.marks.has('one-pass')) &&
  checks.size === 0 &&
  !taint.marks.has('half-quoted');

/** The caller decides where the path begins, so it may be absolute. */
function startsWithArgument(value: Value): boolean {
  return optionsOf(value).some((option) => {
    const first = option.kind === 'text' ? option.parts[0] : option;
    return first !== undefined && optionsOf(first).some((o) => o.kind === 'unknown' && o.taints);
  });
}

const REMOVES = /\.(?:unlink|rm|rmdir|remove|truncate)/;
const CHANGES = /\.(?:write|append|unlink|rm|rmdir|rename|copy|cp|move|outputFile|truncate|remove)/;

const CONTAINING = ['allowed', 'pattern', 'prefix', 'named'] as const;

export function isContained({ checks, taint }: Arrival, value: Value): boolean {
  if (CONTAINING.some((kind) => checks.has(kind))) return true;
  // A URL has resolved its own dots.
  if (/\.pathname$|\breq(?:uest)?\.path$/.test(taint.origin) && !startsWithArgument(value))
    return true;
  // Without `..` a joined path stays inside; one that may be absolute does not.
  if (checks.has('no-dots')) {
    return taint.marks.has('joined') || taint.marks.has('normalized') || !startsWithArgument(value);
  }
  return checks.has('weak-prefix');
}

function weakFault(use: Use, all: readonly Arrival[]): Fault | undefined {
  const strong = new Set(['allowed', 'pattern', 'prefix', 'named', 'no-dots']);
  const weak = all.find(
    ({ checks }) => checks.has('weak-prefix') && ![...checks].some((kind) => strong.has(kind)),
  );
  if (!weak) return undefined;
  const isRaw = !weak.taint.marks.has('normalized');
  return {
    ruleId: 'weak-path-containment',
    // What is read there may be harmless; what is written there is another program's.
    severity: CHANGES.test(use.name) ? 'high' : 'moderate',
    confidence: 'medium',
    message: isRaw
      ? 'A file path is compared with a folder before it is normalised; `..` leads out of it'
      : 'A file path is compared with a folder without a separator; a sibling with the same beginning passes',
    taint: weak.taint,
  };
}
