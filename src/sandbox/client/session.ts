// One conversation with a server in either protocol era. The only user of the MCP client library.
import { Client, type JsonSchemaValidator } from '@modelcontextprotocol/client';
import {
  StdioTransport,
  type FloodKind,
  type RawReply,
  type RpcMessage,
  type Wire,
} from './transport.ts';

export interface SessionOptions {
  clientName: string;
  /** Directory offered as the only root, as the server sees it. */
  root: string;
  /** 'auto' asks for the 2026 era first; 'legacy' is for servers that die of the question. */
  era: 'auto' | 'legacy';
  /** For the whole handshake. */
  timeoutMs: number;
  /** How long the question for the 2026 era may stay unanswered. */
  probeMs: number;
  onUnasked?: (message: RpcMessage, line: string) => void;
  onFlood?: (kind: FloodKind) => void;
}
export interface Reply {
  kind: 'ok' | 'tool-error' | 'rpc-error' | 'timeout' | 'closed';
  /** The line as it came; '' for timeout and closed. */
  line: string;
  /** `result` or `error` of the answer; null if it nests too deep or there is none. */
  body: unknown;
}
const PAGE_LIMIT = 64;
const ITEM_LIMIT = 2_000;
// The library would compile the server's own patterns and run them over its answers.
const acceptAll = {
  getValidator<T>(): JsonSchemaValidator<T> {
    return (data) => ({ valid: true, data: data as T, errorMessage: undefined });
  },
};

/** Gives access to what the 2026 era adds to every request. */
class OpenClient extends Client {
  envelope(): Readonly<Record<string, unknown>> | undefined {
    return this._outboundMetaEnvelope();
  }
}

export class Session {
  readonly transport: StdioTransport;
  readonly #client: OpenClient;

  private constructor(client: OpenClient, transport: StdioTransport) {
    this.#client = client;
    this.transport = transport;
  }

  /** Connects; throws what the library throws if the server does not speak MCP in time. */
  static async open(wire: Wire, options: SessionOptions): Promise<Session> {
    const { onUnasked, onFlood } = options;
    const transport = new StdioTransport(wire, {
      ...(onUnasked === undefined ? {} : { onUnasked }),
      ...(onFlood === undefined ? {} : { onFlood }),
    });
    const client = new OpenClient(
      { name: options.clientName, version: '1.0.0' },
      {
        capabilities: { sampling: {}, elicitation: {}, roots: { listChanged: true } },
        jsonSchemaValidator: acceptAll,
        versionNegotiation: { mode: options.era, probe: { timeoutMs: options.probeMs } },
      },
    );
    answerHarmlessly(client, options.root);
    await client.connect(transport as never, { timeout: options.timeoutMs });
    return new Session(client, transport);
  }

  get protocol(): string {
    return this.#client.getNegotiatedProtocolVersion() ?? 'unknown';
  }
  get serverName(): string | undefined {
    return this.#client.getServerVersion()?.name;
  }
  get instructions(): string | undefined {
    return this.#client.getInstructions();
  }
  has(capability: 'tools' | 'prompts' | 'resources'): boolean {
    return this.#client.getServerCapabilities()?.[capability] !== undefined;
  }
  get isClosed(): boolean {
    return this.transport.isClosed;
  }

  async request(method: string, params: unknown, timeoutMs: number): Promise<Reply> {
    const reply = await this.transport.ask(method, this.#withEnvelope(params), timeoutMs);
    if (reply === 'timeout') return { kind: 'timeout', line: '', body: null };
    if (reply === null) return { kind: 'closed', line: '', body: null };
    return readReply(reply);
  }

  /** All pages of a list; what is not an object in it is dropped. Null if the server does not answer it. */
  async list(method: string, key: string, timeoutMs: number): Promise<RpcMessage[] | null> {
    const items: RpcMessage[] = [];
    let cursor: unknown;
    for (let page = 0; page < PAGE_LIMIT && items.length < ITEM_LIMIT; page += 1) {
      const reply = await this.request(method, cursor === undefined ? {} : { cursor }, timeoutMs);
      if (reply.kind !== 'ok' || !isObject(reply.body)) return page === 0 ? null : items;
      const found = reply.body[key];
      if (Array.isArray(found)) items.push(...found.slice(0, ITEM_LIMIT).filter(isObject));
      cursor = reply.body.nextCursor;
      if (typeof cursor !== 'string' || cursor === '') break;
    }
    return items;
  }

  async close(): Promise<void> {
    await this.#client.close().catch(() => undefined);
  }

  #withEnvelope(params: unknown): unknown {
    const envelope = this.#client.envelope();
    if (envelope === undefined) return params;
    return { ...(isObject(params) ? params : {}), _meta: envelope };
  }
}

function answerHarmlessly(client: OpenClient, root: string): void {
  client.setRequestHandler('sampling/createMessage', () => ({
    model: 'none',
    role: 'assistant',
    content: { type: 'text', text: 'ok' },
  }));
  client.setRequestHandler('elicitation/create', () => ({ action: 'decline' }));
  client.setRequestHandler('roots/list', () => ({
    roots: [{ uri: `file://${root}`, name: 'project' }],
  }));
  client.onerror = () => undefined;
}

function readReply({ message, line }: RawReply): Reply {
  if (message === null) return { kind: 'ok', line, body: null };
  if ('error' in message) return { kind: 'rpc-error', line, body: message.error };
  const isError = isObject(message.result) && message.result.isError === true;
  return { kind: isError ? 'tool-error' : 'ok', line, body: message.result ?? null };
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
