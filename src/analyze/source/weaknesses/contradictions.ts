// Handlers that do what the tool's annotations or description say that it does not.
import { ruleData } from '../../../rule-data.ts';
import type { Capability, ToolDefinition } from '../../../types.ts';
import { isNamed } from '../surface/capabilities.ts';
import { UNKNOWN, taintsOf, type Taint } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import type { Fault } from './faults.ts';

interface Words {
  claims: { readOnly: string; local: string };
  /** Tools that say that they put their result into a file. */
  saves: string;
}

function isWords(data: unknown): data is Words {
  const words = data as Partial<Words> | null;
  return typeof words?.saves === 'string' && typeof words.claims?.readOnly === 'string';
}
interface CapabilityNames {
  capabilities: { capability: Capability; names: string[] }[];
}
const hasNames = (data: unknown): data is CapabilityNames =>
  Array.isArray((data as Partial<CapabilityNames> | null)?.capabilities);

const NO_TAINT: Taint = { origin: '', steps: [], marks: new Set() };
// Folders are made for caches and logs; files are what counts.
const PREPARES = /mkdir|ensureDir|chmod/i;

export function contradictions(use: Use, tool: ToolDefinition | undefined): Fault[] {
  if (!tool) return [];
  const does = capabilityOf(use);
  if (!does) return [];
  const words = ruleData('tools', isWords);
  const place = taintsOf(use.args[0] ?? UNKNOWN)[0];
  // What is appended to a file of the server's own is a log.
  const content = /append/i.test(use.method)
    ? undefined
    : use.args.flatMap((arg) => taintsOf(arg))[0];
  const taint = place ?? content;
  const saves = new RegExp(words.saves, 'i').test(
    `${tool.name} ${tool.description.slice(0, 1000)}`,
  );
  return [
    hintFault(tool, does, taint, { saves, place: place !== undefined }),
    claimFault(tool, does, taint, words),
  ].filter((fault) => fault !== undefined);
}

type Deed = 'writes' | 'deletes' | 'runs' | 'sends';
const DEEDS: Partial<Record<Capability, Deed>> = {
  'file-write': 'writes',
  'file-delete': 'deletes',
  shell: 'runs',
  'process-spawn': 'runs',
  'network-client': 'sends',
};

function capabilityOf(use: Use): Deed | undefined {
  if (PREPARES.test(use.method)) return undefined;
  const table = ruleData('sinks', hasNames).capabilities;
  for (const { capability, names } of table) {
    const deed = DEEDS[capability];
    if (deed && names.some((name) => isNamed(use.name, name))) return deed;
  }
  return undefined;
}

function hintFault(
  tool: ToolDefinition,
  does: Deed,
  taint: Taint | undefined,
  { saves, place }: { saves: boolean; place: boolean },
): Fault | undefined {
  const { readOnlyHint, destructiveHint, openWorldHint } = tool.annotations;
  const common = { ruleId: 'annotation-contradicts-handler', taint: taint ?? NO_TAINT } as const;
  if (readOnlyHint === true && does === 'deletes') {
    return {
      ...common,
      // Without an argument it is the server's own scratch file.
      severity: taint ? 'high' : 'low',
      confidence: taint ? 'high' : 'low',
      message: 'A tool is annotated readOnlyHint: true, and its handler deletes files',
    };
  }
  if (readOnlyHint === true && does === 'writes') {
    return {
      ...common,
      severity: !taint ? 'low' : saves || !place ? 'moderate' : 'high',
      confidence: !taint ? 'low' : place ? 'high' : 'medium',
      message: 'A tool is annotated readOnlyHint: true, and its handler writes files',
    };
  }
  if (readOnlyHint === true && does === 'runs' && taint) {
    return {
      ...common,
      severity: 'low',
      confidence: 'low',
      message:
        'A tool is annotated readOnlyHint: true, and its handler starts programs with its arguments',
    };
  }
  if (destructiveHint === false && readOnlyHint !== true && does === 'deletes') {
    return {
      ...common,
      severity: taint ? 'moderate' : 'low',
      confidence: 'medium',
      message: 'A tool is annotated destructiveHint: false, and its handler deletes files',
    };
  }
  if (openWorldHint === false && does === 'sends') {
    return {
      ...common,
      severity: 'low',
      confidence: 'medium',
      message: 'A tool is annotated openWorldHint: false, and its handler talks to the network',
    };
  }
  return undefined;
}

function claimFault(
  tool: ToolDefinition,
  does: Deed,
  taint: Taint | undefined,
  words: Words,
): Fault | undefined {
  const { description } = tool;
  const saysReadOnly = new RegExp(words.claims.readOnly, 'i').test(description);
  const saysLocal = new RegExp(words.claims.local, 'i').test(description);
  // Scratch files and caches are no lie.
  if (does !== 'sends' && !taint) return undefined;
  const isLie =
    (saysReadOnly && (does === 'writes' || does === 'deletes')) || (saysLocal && does === 'sends');
  if (!isLie) return undefined;
  return {
    ruleId: 'description-contradicts-handler',
    severity: taint ? 'high' : 'moderate',
    confidence: taint ? 'high' : 'medium',
    message:
      does === 'sends'
        ? 'A tool is described as local, and its handler sends over the network'
        : `A tool is described as read-only, and its handler ${does} files`,
    taint: taint ?? NO_TAINT,
  };
}
