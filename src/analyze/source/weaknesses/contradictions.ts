// Handlers that do what the tool's annotations or description say that it does not.
import { ruleData } from '../../../rule-data.ts';
import type { ToolDefinition } from '../../../types.ts';
import { UNKNOWN, taintsOf, type Taint } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { capabilityOf, type Deed } from './deeds.ts';
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

const NO_TAINT: Taint = { origin: '', steps: [], marks: new Set() };

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

function hintFault(
  tool: ToolDefinition,
  does: Deed,
  taint: Taint | undefined,
  { saves, place }: { saves: boolean; place: boolean },
): Fault | undefined {
  const { readOnlyHint, destructiveHint, openWorldHint } = tool.annotations;
  const common = { ruleId: 'annotation-contradicts-handler', taint: taint ?? NO_TAINT } as const;
  const isRemote =
    does === 'commands-deletion' || does === 'deletes-data' || does === 'changes-data';
  if (isRemote) return remoteFault(tool, does, taint);
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

function remoteFault(
  tool: ToolDefinition,
  does: Deed,
  taint: Taint | undefined,
): Fault | undefined {
  const { readOnlyHint, destructiveHint } = tool.annotations;
  const common = { ruleId: 'annotation-contradicts-handler', taint: NO_TAINT } as const;
  const isChange = does === 'changes-data';
  // Sessions and scratch data of the server's own are closed in the same way.
  const isOwn = does !== 'commands-deletion' && taint === undefined;
  if (readOnlyHint === true) {
    return {
      ...common,
      severity: isOwn ? 'low' : isChange ? 'moderate' : 'high',
      confidence: isOwn ? 'low' : 'medium',
      message: isChange
        ? 'A tool is annotated readOnlyHint: true, and its handler changes data'
        : 'A tool is annotated readOnlyHint: true, and its handler deletes or overwrites',
    };
  }
  if (destructiveHint !== false || isChange || isOwn) return undefined;
  return {
    ...common,
    severity: 'moderate',
    confidence: 'medium',
    message: 'A tool is annotated destructiveHint: false, and its handler deletes or overwrites',
  };
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
  const isRemote =
    does === 'commands-deletion' || does === 'deletes-data' || does === 'changes-data';
  // Scratch files and caches are no lie.
  if (does !== 'sends' && !taint && !isRemote) return undefined;
  const isLie =
    (saysReadOnly && (does === 'writes' || does === 'deletes' || isRemote)) ||
    (saysLocal && does === 'sends');
  if (!isLie) return undefined;
  return {
    ruleId: 'description-contradicts-handler',
    severity: taint ? 'high' : 'moderate',
    confidence: taint ? 'high' : 'medium',
    message:
      does === 'sends'
        ? 'A tool is described as local, and its handler sends over the network'
        : `A tool is described as read-only, and its handler ${isRemote ? 'changes or deletes' : does}`,
    taint: taint ?? NO_TAINT,
  };
}
