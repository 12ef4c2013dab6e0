// Answers DNS over UDP and TCP and records every question.
import { answer, readQuestion, type Question } from '../dns.ts';
import type { BoxDns, CanaryHit } from '../types.ts';
import type { SinkContext } from './context.ts';

const MAX_JOINED = 4096;

export interface Resolver {
  /** The answer, or null when the bytes are no question. */
  resolve(query: Buffer, ip: string, transport: BoxDns['transport']): Buffer | null;
}

export function createResolver(context: SinkContext): Resolver {
  // What long secrets look like when they are spread over the names of many questions.
  const joined = new Map<string, string>();
  const canariesIn = (name: string): CanaryHit[] => {
    const direct = context.find(name);
    const bare = context.find(name.replaceAll('.', ''));
    const parent = name.split('.').slice(-2).join('.');
    const longest = name.split('.').reduce((a, b) => (b.length > a.length ? b : a), '');
    const trail = ((joined.get(parent) ?? '') + longest).slice(-MAX_JOINED);
    if (joined.size > 500) joined.clear();
    joined.set(parent, trail);
    const split = context.find(trail).map((hit) => ({ ...hit, encoding: `${hit.encoding}+split` }));
    if (split.length > 0) joined.delete(parent);
    const byId = new Map([...split, ...bare, ...direct].map((hit) => [hit.id, hit]));
    return [...byId.values()];
  };
  return {
    resolve(query, ip, transport) {
      const question = readQuestion(query);
      if (question === null) return null;
      context.emit({
        type: 'dns',
        at: context.now(),
        name: question.name,
        recordType: question.recordType,
        ip,
        transport,
        bytes: query.length,
        canaries: canariesIn(question.name),
      });
      return answer(query, question, context.book);
    },
  };
}

/** A DNS message over a stream starts with its length; null when this is none, or not whole. */
export function framedQuestion(chunk: Buffer): { query: Buffer; question: Question } | null {
  if (chunk.length < 14 || chunk.readUInt16BE(0) !== chunk.length - 2) return null;
  const query = chunk.subarray(2);
  const question = readQuestion(query);
  return question === null ? null : { query, question };
}
