// Speaks JSON-RPC lines with a server and keeps what the SDK's own transport would drop: noise, raw lines, floods.
import type { Readable, Writable } from 'node:stream';
import { LineReader, type Overflow } from './lines.ts';

export interface Wire {
  stdin: Writable;
  stdout: Readable;
}
export type RpcMessage = Record<string, unknown>;
/** `line-too-long` and `output-too-large` from the reader; `message-flood`: unasked messages without end. */
export type FloodKind = Overflow | 'message-flood';

const MAX_NOISE_LINES = 50;
const MAX_NOISE_CHARS = 400;
// A healthy server sends a few per call; the SDK need not see more than this of them.
const MAX_UNASKED = 20_000;
const MAX_UNASKED_FORWARDED = 2_000;
// Deeper messages are kept as text only: recursive code (ours, the SDK's) must not walk them.
const MAX_DEPTH = 200;

export interface RawReply {
  /** null when the line nests too deep to be handed on. */
  message: RpcMessage | null;
  line: string;
}
interface Hooks {
  /** Every message that the server sends unasked: requests and notifications. */
  onUnasked?: (message: RpcMessage, line: string) => void;
  onFlood?: (kind: FloodKind) => void;
}

export class StdioTransport {
  /** By these two members the client library knows that silence means an older server. */
  readonly stderr = null;
  readonly pid = null;
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: never) => void;
  /** Lines on standard output that are not JSON-RPC; cut. */
  readonly noise: string[] = [];
  noiseCount = 0;
  deepCount = 0;
  flood: FloodKind | null = null;
  #unasked = 0;
  #nextId = 1_000_001;
  #isClosed = false;
  readonly #waiting = new Map<number, (reply: RawReply | null) => void>();
  readonly #wire: Wire;
  readonly #hooks: Hooks;

  constructor(wire: Wire, hooks: Hooks = {}) {
    this.#wire = wire;
    this.#hooks = hooks;
  }

  start(): Promise<void> {
    const reader = new LineReader(
      (line) => this.#receive(line),
      (what) => this.#stop(what),
    );
    this.#wire.stdout.on('data', (chunk: Buffer) => reader.push(chunk));
    this.#wire.stdout.on('close', () => this.#closed());
    this.#wire.stdout.on('end', () => this.#closed());
    this.#wire.stdout.on('error', () => this.#closed());
    this.#wire.stdin.on('error', () => undefined);
    return Promise.resolve();
  }

  send(message: object): Promise<void> {
    if (!this.#isClosed && this.#wire.stdin.writable) {
      this.#wire.stdin.write(`${JSON.stringify(message)}\n`);
    }
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#wire.stdin.end();
    this.#closed();
    return Promise.resolve();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Sends a request past the SDK. Resolves to null when the connection closes, 'timeout' after timeoutMs. */
  ask(method: string, params: unknown, timeoutMs: number): Promise<RawReply | null | 'timeout'> {
    if (this.#isClosed) return Promise.resolve(null);
    const id = this.#nextId++;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        resolve('timeout');
      }, timeoutMs);
      this.#waiting.set(id, (reply) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(reply);
      });
      void this.send({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) });
    });
  }

  #receive(line: string): void {
    const isDeep = nestsDeeper(line, MAX_DEPTH);
    const message = parseObject(line);
    if (message === null) return this.#noise(line);
    if (typeof message.method === 'string') return this.#unaskedMessage(message, line, isDeep);
    if (isDeep) this.deepCount += 1;
    const waiting = typeof message.id === 'number' ? this.#waiting.get(message.id) : undefined;
    if (waiting !== undefined) return waiting({ message: isDeep ? null : message, line });
    // The SDK's own requests; late answers to ours are dropped.
    if (!isDeep && !(typeof message.id === 'number' && message.id > 1_000_000))
      this.#forward(message);
  }

  #unaskedMessage(message: RpcMessage, line: string, isDeep: boolean): void {
    this.#unasked += 1;
    if (this.#unasked > MAX_UNASKED) return this.#stop('message-flood');
    if (this.#unasked > MAX_UNASKED_FORWARDED) return;
    if (isDeep) this.deepCount += 1;
    else this.#forward(message);
    this.#hooks.onUnasked?.(isDeep ? { method: message.method } : message, line);
  }

  #forward(message: RpcMessage): void {
    try {
      this.onmessage?.(message as never);
    } catch (error) {
      this.onerror?.(error instanceof Error ? error : new Error('unreadable message'));
    }
  }

  #noise(line: string): void {
    this.noiseCount += 1;
    if (this.noise.length < MAX_NOISE_LINES) this.noise.push(line.slice(0, MAX_NOISE_CHARS));
  }

  #stop(kind: FloodKind): void {
    if (this.flood !== null) return;
    this.flood = kind;
    this.#hooks.onFlood?.(kind);
    this.#closed();
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const resolve of [...this.#waiting.values()]) resolve(null);
    this.onclose?.();
  }
}

/** The object on a line, or null. A RangeError of JSON.parse counts as unreadable. */
function parseObject(line: string): RpcMessage | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as RpcMessage)
      : null;
  } catch {
    return null;
  }
}

/** Whether brackets outside strings nest deeper than `limit`. */
export function nestsDeeper(text: string, limit: number): boolean {
  if (text.length <= limit) return false;
  let depth = 0;
  let isString = false;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (isString) {
      if (code === 92) i += 1;
      else if (code === 34) isString = false;
    } else if (code === 34) isString = true;
    else if (code === 91 || code === 123) {
      depth += 1;
      if (depth > limit) return true;
    } else if (code === 93 || code === 125) depth -= 1;
  }
  return false;
}
