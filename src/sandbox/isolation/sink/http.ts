// The HTTP side of the sink: records requests of both versions and answers them.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { performServerHandshake, type ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createAttempt } from './attempt.ts';
import type { Attempt, Destination, SinkContext } from './context.ts';
import type { Resolver } from './resolver.ts';
import type { Receive } from './tls.ts';
import { speakWebSocket } from './websocket.ts';

const MAX_PATH = 2000;
const REQUEST =
  /^(GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS|CONNECT|TRACE|PROPFIND|REPORT|SEARCH) [^\r\n]/;

export const isHttp = (chunk: Buffer): boolean => REQUEST.test(chunk.toString('latin1', 0, 24));

export interface HttpSink {
  /** Takes over a socket whose first bytes were put back. */
  http1: Receive;
  /** Takes over a socket from which nothing was read: what was put back would not be seen. */
  http2: Receive;
}

export function createHttpSink(
  context: SinkContext,
  resolver: Resolver,
  receive: Receive,
): HttpSink {
  const destinations = new WeakMap<Duplex, Destination>();
  const destinationOf = (socket: Duplex): Destination =>
    destinations.get(socket) ?? { ip: '0.0.0.0', sourcePort: 0, port: 0 };
  const server: Server = createServer({ insecureHTTPParser: true, maxHeaderSize: 128 << 10 });
  server.requestTimeout = 0;
  server.headersTimeout = 0;
  server.on('request', (request, response) => {
    const attempt = begin(context, destinationOf(request.socket), request);
    const isDoh = request.headers['content-type'] === 'application/dns-message';
    collect(attempt, request, (body) => {
      const reply = isDoh ? resolver.resolve(body, localIp(request.socket), 'https') : null;
      if (reply !== null) response.setHeader('content-type', 'application/dns-message').end(reply);
      else respond(context, request, response);
    });
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
    const attempt = begin(context, destinationOf(socket), request);
    speakWebSocket(attempt, request, socket);
  });
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    const destination = destinationOf(socket);
    void begin(context, destination, request).close();
    const { host, port } = splitHost(request.url ?? '');
    socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    receive(socket as Socket, { ...destination, host, port: port ?? 443 });
  });
  server.on('clientError', (error: Error & { rawPacket?: Buffer }, socket) => {
    const attempt = createAttempt(context, destinationOf(socket), 'tcp');
    if (error.rawPacket !== undefined) attempt.add(error.rawPacket);
    void attempt.close();
    socket.destroy();
  });
  return {
    http1(socket, destination) {
      destinations.set(socket, destination);
      server.emit('connection', socket);
    },
    http2(socket, destination) {
      speakHttp2(context, performServerHandshake(socket), destination);
      // A TLS socket made by hand does not say so itself, and the session waits for it.
      socket.emit('secureConnect');
    },
  };
}

function begin(
  context: SinkContext,
  destination: Destination,
  { method = '', url = '', rawHeaders, headers }: IncomingMessage,
): Attempt {
  const { host } = splitHost(headers.host ?? '');
  const attempt = createAttempt(context, destination, 'http');
  attempt.set({ method, path: url.slice(0, MAX_PATH), ...(host === '' ? {} : { host }) });
  const lines = rawHeaders.flatMap((text, i) =>
    i % 2 === 0 ? `${text}: ${rawHeaders[i + 1]}` : [],
  );
  attempt.add(Buffer.from(`${method} ${url}\r\n${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
  return attempt;
}

function collect(attempt: Attempt, stream: Duplex | IncomingMessage, done: (body: Buffer) => void) {
  let body: Buffer = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    attempt.add(chunk);
    if (body.length < 4096) body = Buffer.concat([body, chunk]);
  });
  stream.on('end', () => {
    done(body);
    void attempt.close();
  });
  stream.on('error', () => void attempt.close());
  stream.on('close', () => void attempt.close());
}

function speakHttp2(
  context: SinkContext,
  session: ServerHttp2Session,
  destination: Destination,
): void {
  session.on('error', () => session.destroy());
  session.on('stream', (stream, headers) => {
    const method = headers[':method'] ?? '';
    const path = headers[':path'] ?? '';
    const { host } = splitHost(headers[':authority'] ?? '');
    const attempt = createAttempt(context, destination, 'http');
    attempt.set({ method, path: path.slice(0, MAX_PATH), ...(host === '' ? {} : { host }) });
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${String(value)}`);
    attempt.add(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'));
    collect(attempt, stream, () => {
      if (stream.destroyed) return;
      const page = pageFor(context, String(headers.accept ?? ''), path);
      stream.respond({ ':status': 200, 'content-type': page.type });
      stream.end(page.body);
    });
  });
}

function respond(context: SinkContext, request: IncomingMessage, response: ServerResponse): void {
  const page = pageFor(context, String(request.headers.accept ?? ''), request.url ?? '');
  response.writeHead(200, { 'content-type': page.type });
  response.end(page.body);
}

function pageFor(
  { sinkBody }: SinkContext,
  accept: string,
  path: string,
): { type: string; body: string } {
  const content = sinkBody ?? 'Welcome.';
  if (/json/.test(accept) || /\.json(\?|$)/.test(path)) {
    return { type: 'application/json', body: JSON.stringify({ ok: true, content }) };
  }
  const body = `<!doctype html><html><body><p>${content}</p></body></html>\n`;
  return { type: 'text/html; charset=utf-8', body };
}

const localIp = (socket: Socket): string => (socket.localAddress ?? '').replace('::ffff:', '');

/** `host:port`, `[v6]:port` or an URL's authority; a host that is none becomes ''. */
function splitHost(text: string): { host: string; port?: number } {
  const match = /^(\[[\da-fA-F:.]{2,45}\]|[\w.-]{1,253})(?::(\d{1,5}))?$/.exec(text);
  if (match?.[1] === undefined) return { host: '' };
  const host = match[1].replace(/^\[|\]$/g, '').toLowerCase();
  return match[2] === undefined ? { host } : { host, port: Number(match[2]) };
}
