// The sink as a whole: listens on every port it can and hands each connection to what speaks its protocol.
import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { createAttempt } from './attempt.ts';
import type { Attempt, Destination, SinkContext } from './context.ts';
import { createHttpSink, isHttp } from './http.ts';
import { LISTED_PORTS, namedListeners, SINK_PORTS } from './ports.ts';
import { GREETING_AFTER_MS, greetingFor, recordRaw } from './raw.ts';
import { createResolver, type Resolver } from './resolver.ts';
import { createTlsSink, isTls, isWholeHello } from './tls.ts';

const MAX_CONNECTIONS = 1000;
const MAX_UDP_FLOWS = 2000;

/** Resolves when everything listens; ports that are taken are left out. */
export async function listen(
  context: SinkContext,
  hasFirewall: boolean,
  onFlood: () => void,
): Promise<void> {
  const resolver = createResolver(context);
  const receive = createReceiver(context, resolver);
  const tcp: [number, number | undefined][] = hasFirewall
    ? [[SINK_PORTS.any, undefined], [SINK_PORTS.dnsTcp, 53], ...namedListeners()]
    : [53, ...LISTED_PORTS].map((port) => [port, port]);
  const udp: [number, number | undefined][] = hasFirewall
    ? [[SINK_PORTS.any, undefined]]
    : LISTED_PORTS.map((port) => [port, port]);
  const dnsPort = hasFirewall ? SINK_PORTS.dnsUdp : 53;
  let connections = 0;
  const accept = (socket: Socket, port: number | undefined) => {
    if (connections >= MAX_CONNECTIONS) {
      context.unidentified.tcp++;
      onFlood();
      socket.destroy();
      return;
    }
    connections++;
    socket.once('close', () => connections--);
    receive(socket, destinationOf(socket, port));
  };
  await Promise.all([
    ...tcp.map(([sink, port]) => listenTcp(sink, (socket) => accept(socket, port))),
    ...udp.flatMap(([sink, port]) => listenUdp(sink, udpRecorder(context, port, onFlood))),
    ...listenUdp(dnsPort, dnsAnswerer(context, resolver)),
  ]);
}

function createReceiver(context: SinkContext, resolver: Resolver) {
  const tls = createTlsSink(context);
  const receive = (socket: Socket, destination: Destination): void => {
    if (socket instanceof TLSSocket && socket.alpnProtocol === 'h2') {
      return http.http2(socket, destination);
    }
    // Reported if nothing else is: a connection over which nothing was sent.
    const bare = createAttempt(context, destination, destination.tls ? 'tls' : 'tcp');
    const greeting = greetingFor(destination.port);
    const timer = setTimeout(() => {
      if (greeting !== undefined && socket.writable) socket.write(greeting);
    }, GREETING_AFTER_MS);
    let first: Buffer = Buffer.alloc(0);
    const onData = (chunk: Buffer) => {
      clearTimeout(timer);
      first = Buffer.concat([first, chunk]);
      if (isTls(first) && destination.tls === undefined && !isWholeHello(first)) return;
      bare.drop();
      socket.off('data', onData);
      socket.off('close', onClose);
      socket.pause();
      socket.unshift(first);
      dispatch(socket, destination, first);
    };
    const onClose = () => {
      clearTimeout(timer);
      if (first.length > 0) bare.add(first);
      void bare.close();
    };
    socket.on('data', onData);
    socket.on('close', onClose);
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
  };
  const http = createHttpSink(context, resolver, receive);
  const dispatch = (socket: Socket, destination: Destination, first: Buffer) => {
    if (isTls(first) && destination.tls === undefined) tls(socket, first, destination, receive);
    else if (isHttp(first)) {
      http.http1(socket, destination);
      socket.resume();
    } else recordRaw(context, resolver, socket, destination);
  };
  return receive;
}

function destinationOf(socket: Socket, port: number | undefined): Destination {
  // Every address is local here, so the address that was meant is the one that was reached.
  const ip = plainIp(socket.localAddress ?? '');
  const sourcePort = socket.remotePort ?? 0;
  return port === undefined ? { ip, sourcePort } : { ip, sourcePort, port };
}

const plainIp = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/, '');

function listenTcp(port: number, accept: (socket: Socket) => void): Promise<void> {
  return new Promise((resolve) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
    server.on('error', () => resolve());
    server.listen({ port, host: '::', backlog: 511 }, resolve);
  });
}

type OnDatagram = (message: Buffer, ip: string, sourcePort: number, socket: Datagrams) => void;

function listenUdp(port: number, onDatagram: OnDatagram): Promise<void>[] {
  return (['udp4', 'udp6'] as const).map(
    (type) =>
      new Promise((resolve) => {
        const socket = createSocket({ type, ipv6Only: type === 'udp6' });
        socket.on('error', () => resolve());
        // A client without an address of its own sends from the one that it sends to.
        socket.on('message', (message, from) =>
          onDatagram(message, from.address, from.port, socket),
        );
        socket.bind(port, () => resolve());
      }),
  );
}

function dnsAnswerer(context: SinkContext, resolver: Resolver): OnDatagram {
  return (message, ip, sourcePort, socket) => {
    const reply = resolver.resolve(message, ip, 'udp');
    if (reply !== null) return socket.send(reply, sourcePort, ip);
    const attempt = createAttempt(context, { ip, sourcePort, port: 53 }, 'udp');
    attempt.add(message);
    void attempt.close();
  };
}

function udpRecorder(
  context: SinkContext,
  port: number | undefined,
  onFlood: () => void,
): OnDatagram {
  const flows = new Map<string, Attempt>();
  return (message, ip, sourcePort) => {
    const key = `${ip} ${sourcePort}`;
    let attempt = flows.get(key);
    if (attempt === undefined) {
      if (flows.size >= MAX_UDP_FLOWS) {
        context.unidentified.udp++;
        return onFlood();
      }
      const destination = port === undefined ? { ip, sourcePort } : { ip, sourcePort, port };
      attempt = createAttempt(context, destination, 'udp');
      flows.set(key, attempt);
    }
    attempt.add(message);
  };
}
