// Asks public services (code hosts, the MCP registry, download counts): bounded, once, and in words when it fails.
import { isDict } from '../analyze/manifest.ts';
import { failureReason, requestJson } from './advisories/http.ts';

export interface AskOptions {
  /** npm's connection settings; only proxy and certificates are used. */
  fetchOptions: Record<string, unknown>;
  headers?: Record<string, string>;
  /** Default 4 000. */
  timeoutMs?: number;
  signal?: AbortSignal;
}
export type Answer = { ok: true; value: unknown } | Refusal;
interface Refusal {
  ok: false;
  reason: string;
  isMissing: boolean;
  /** Whether it came as JSON; a proxy's page for a blocked host does not. */
  isJson: boolean;
  isRateLimited: boolean;
}

export const TIMEOUT_MS = 4_000;
const MAX_BYTES = 2_000_000;

/** A GET that never throws and never waits longer than its timeout. */
export async function askJson(url: string, ask: AskOptions): Promise<Answer> {
  try {
    const value = await requestJson({
      url,
      method: 'GET',
      options: ask.fetchOptions,
      isRegistry: false,
      timeoutMs: ask.timeoutMs ?? TIMEOUT_MS,
      maxBytes: MAX_BYTES,
      retries: 0,
      headers: { accept: 'application/json', ...ask.headers },
      ...(ask.signal ? { signal: ask.signal } : {}),
    });
    return { ok: true, value };
  } catch (error) {
    const isRateLimited = isLimit(error);
    const reason = isRateLimited ? 'its rate limit is used up' : failureReason(error);
    const isJson = headerOf(error, 'content-type').includes('json');
    return { ok: false, reason, isMissing: statusOf(error) === 404, isJson, isRateLimited };
  }
}

function statusOf(error: unknown): number | undefined {
  const status = isDict(error) || error instanceof Error ? Reflect.get(error, 'statusCode') : 0;
  return typeof status === 'number' ? status : undefined;
}

/** 429, or the 403 by which GitHub says the same. */
function isLimit(error: unknown): boolean {
  const status = statusOf(error);
  if (status === 429) return true;
  if (status !== 403) return false;
  return headerOf(error, 'x-ratelimit-remaining') === '0' || headerOf(error, 'retry-after') !== '';
}

/** Empty where there is none. */
function headerOf(error: unknown, name: string): string {
  const headers: unknown = error instanceof Error ? Reflect.get(error, 'headers') : undefined;
  const value = isDict(headers) ? headers[name] : undefined;
  return String((Array.isArray(value) ? value[0] : value) ?? '');
}
