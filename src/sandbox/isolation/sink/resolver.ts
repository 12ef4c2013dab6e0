// Answers DNS over UDP and TCP and records every question.
import { answer, readQuestion, type Question } from '../dns.ts';
import type { BoxDns, CanaryHit } from '../types.ts';
import type { SinkContext } from './context.ts';

const MAX_JOINED = 2048;
const MAX_TRAILS = 500;

export interface Resolver {
  /** The answer, or null when the bytes are no question. */
  resolve(query: Buffer, ip: string, transport: BoxDns['transport']): Buffer | null;
}

export function createResolver(context: SinkContext): Resolver {
  // What long secrets look like when they are spread over the names of many questions: the parts of
  // names under one parent, put together by their place in the name.
  const trails = new Map<string, string>();
  const canariesIn = (name: string): CanaryHit[] => {
    const labels = name.split('.');
    const parent = labels.slice(-2).join('.').toLowerCase();
    if (trails.size > MAX_TRAILS) trails.clear();
    const split = labels.slice(0, -2).flatMap((label, place) => {
      const key = `${place} ${labels.length} ${parent}`;
      const trail = ((trails.get(key) ?? '') + label).slice(-MAX_JOINED);
      trails.set(key, trail);
      const hits = context.find(trail);
      if (hits.length > 0) trails.delete(key);
      return hits.map((hit) => ({ ...hit, encoding: `${hit.encoding}+split` }));
    });
    const whole = [...context.find(name.replaceAll('.', '')), ...context.find(name)];
    return [...new Map([...split, ...whole].map((hit) => [hit.id, hit])).values()];
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
        canaries: canariesIn(question.sentName),
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
