// Judges how the server bore the calls: crashes, hangs, floods, noise on the protocol's channel.
import { escapeExcerpt } from '../../analyze/text/escape.ts';
import type { RunPhase, Severity } from '../../types.ts';
import type { FloodKind, StdioTransport } from '../client/transport.ts';
import type { ToolRecord } from '../fuzz/run.ts';
import type { JudgeContext } from './context.ts';

export function judgeRecords(records: ToolRecord[], context: JudgeContext): void {
  for (const record of records) {
    const kinds = (list: string[]): string => [...new Set(list)].sort().join(', ');
    if (record.crashes.length > 0) {
      const message = `The server ended when it was called with: ${kinds(record.crashes)}`;
      add(context, 'crashes-on-input', 'moderate', message, record.name);
    }
    if (record.hangs.length > 0) {
      const message = `The server answered nothing any more after a call with: ${kinds(record.hangs)}`;
      // Once only may have been the machine; the same call is made twice.
      add(
        context,
        'hangs-on-input',
        record.hangs.length > 1 ? 'moderate' : 'low',
        message,
        record.name,
      );
    }
    if (record.slow.length > 0) {
      const message = `A call was not answered in time, with: ${kinds(record.slow)}`;
      add(context, 'slow-tool', 'info', message, record.name);
    }
  }
}

const FLOODS: Record<FloodKind, string> = {
  'line-too-long': 'The server sent a line of more than 4 MB',
  'output-too-large': 'The server sent more than 64 MB',
  'message-flood': 'The server sent messages without end that nobody asked for',
};

export function judgeFlood(
  kind: FloodKind,
  phase: RunPhase,
  tool: string | undefined,
  context: JudgeContext,
): void {
  add(context, 'response-flood', 'moderate', FLOODS[kind], tool, phase);
}

export function judgeTransport(
  transport: StdioTransport,
  phase: RunPhase,
  context: JudgeContext,
): void {
  if (transport.deepCount > 0) {
    add(
      context,
      'response-flood',
      'moderate',
      'The server sent JSON that nests deeper than 200 levels',
      undefined,
      phase,
    );
  }
  if (transport.noiseCount > 0) {
    const message = 'The server writes lines to standard output that are not messages';
    add(context, 'noise-on-stdout', 'info', message, undefined, phase, transport.noise[0]);
  }
}

function add(
  context: JudgeContext,
  ruleId: string,
  severity: Severity,
  message: string,
  tool: string | undefined,
  phase: RunPhase = 'fuzz',
  excerpt?: string,
): void {
  context.add({
    ...{ ruleId, severity, confidence: 'high', check: 'response-fuzzing', message, phase },
    ...(tool === undefined ? {} : { tool: escapeExcerpt(tool, 80) }),
    ...(excerpt === undefined ? {} : { excerpt: escapeExcerpt(excerpt, 200) }),
  });
}
