// Requests to advisory sources: npm's own client, with bounded time, size and retries.
import npmFetch from 'npm-registry-fetch';

export interface Request {
  url: string;
  method: 'GET' | 'POST';
  body?: unknown;
  isGzipped?: boolean;
  /** npm-registry-fetch options: authentication, ca, proxy. */
  options: Record<string, unknown>;
  /** Credentials and headers are for the registry, and for nobody else. */
  isRegistry: boolean;
  timeoutMs: number;
  maxBytes: number;
  signal?: AbortSignal;
  /** Sent to this one host; dropped when it redirects to another. */
  headers?: Record<string, string>;
  /** Default 1. */
  retries?: number;
}
/** What a third party may be told of npm's options. */
const SHARED_OPTIONS = ['ca', 'proxy', 'httpsProxy', 'noProxy', 'strictSSL', 'localAddress'];
const RETRY = { retries: 1, factor: 2, minTimeout: 200, maxTimeout: 1_000 };

/** The answer's body in chunks. Throws with a `code`/`statusCode` as npm-registry-fetch does. */
export async function* requestChunks(request: Request): AsyncGenerator<Buffer> {
  const timeout = AbortSignal.timeout(request.timeoutMs);
  const signal = request.signal ? AbortSignal.any([request.signal, timeout]) : timeout;
  const response = await npmFetch(request.url, {
    ...optionsOf(request),
    method: request.method,
    ...(request.body === undefined ? {} : { body: request.body as object }),
    gzip: request.isGzipped ?? false,
    timeout: request.timeoutMs,
    retry: { ...RETRY, retries: request.retries ?? RETRY.retries },
    ...(request.headers ? { headers: request.headers } : {}),
    signal,
  } as never);
  if (!response.body) return;
  let bytes = 0;
  for await (const chunk of response.body) {
    // A body that drips on is no answer either.
    if (signal.aborted) throw new Error('it took too long to answer');
    const buffer = chunk as Buffer;
    bytes += buffer.length;
    if (bytes > request.maxBytes) throw new Error('its answer is larger than allowed');
    yield buffer;
  }
}

/** The answer, parsed. Throws also where it is no JSON. */
export async function requestJson(request: Request): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of requestChunks(request)) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown;
  } catch {
    throw new Error('it answered with something that is not JSON');
  }
}

function optionsOf({ options, isRegistry }: Request): Record<string, unknown> {
  // An advisory from a cache would be older than it looks.
  const fresh = { cache: undefined, offline: false, preferOffline: false, spec: undefined };
  if (isRegistry) return { ...options, ...fresh };
  const shared = SHARED_OPTIONS.filter((key) => options[key] !== undefined);
  return { ...Object.fromEntries(shared.map((key) => [key, options[key]])), ...fresh };
}

/** A request's failure in words that hold nothing of the other side's text. */
export function failureReason(error: unknown): string {
  const { statusCode, code, name, message } = (error ?? {}) as Record<string, unknown>;
  if (typeof statusCode === 'number') return statusReason(statusCode);
  if (name === 'AbortError' || name === 'TimeoutError' || code === 'FETCH_ERROR_TIMEOUT') {
    return 'it took too long to answer';
  }
  if (typeof code === 'string' && /^[A-Z0-9_]{1,60}$/.test(code)) return networkReason(code);
  if (typeof message === 'string' && /^its? [a-z A-Z]{1,80}$/.test(message)) return message;
  return 'it could not be reached';
}

function statusReason(status: number): string {
  if (status === 404 || status === 405 || status === 501) {
    return `it does not offer this (HTTP ${status})`;
  }
  if (status === 401 || status === 403) return `it refused (HTTP ${status})`;
  return `it answered HTTP ${status}`;
}

function networkReason(code: string): string {
  if (code === 'ETIMEDOUT' || code === 'ERR_SOCKET_TIMEOUT' || code === 'ABORT_ERR') {
    return 'it took too long to answer';
  }
  return `it could not be reached (${code})`;
}
