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
export type Answer =
  | { ok: true; value: unknown }
  | { ok: false; reason: string; isMissing: boolean; isRateLimited: boolean };

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
    return { ok: false, reason, isMissing: statusOf(error) === 404, isRateLimited };
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
  if (status !== 403 || !(error instanceof Error)) return false;
  const headers: unknown = Reflect.get(error, 'headers');
  if (!isDict(headers)) return false;
  const left = headers['x-ratelimit-remaining'];
  return String(Array.isArray(left) ? left[0] : left) === '0' || 'retry-after' in headers;
}
