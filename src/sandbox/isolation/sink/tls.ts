// The TLS side of the sink: a leaf for whatever name the client asks for.
import { createSecureContext, TLSSocket, type SecureContext } from 'node:tls';
import type { Socket } from 'node:net';
import { createAttempt } from './attempt.ts';
import type { Destination, SinkContext } from './context.ts';

const HANDSHAKE = 0x16;
const CLIENT_HELLO = 1;
const SERVER_NAME = 0;
const MAX_NAMES = 300;

export type Receive = (socket: Socket, destination: Destination) => void;

export function isTls(chunk: Buffer): boolean {
  return chunk[0] === HANDSHAKE && chunk[1] === 3;
}

/** Whether the record that carries the client's first message is here. */
export function isWholeHello(chunk: Buffer): boolean {
  return chunk.length >= 5 && chunk.length >= 5 + Math.min(chunk.readUInt16BE(3), 16_384);
}

/** Secure contexts by name; one authority and one key for all. */
export function createTlsSink(context: SinkContext) {
  const secure = new Map<string, SecureContext>();
  const contextFor = (name: string): SecureContext => {
    const known = secure.get(name);
    if (known !== undefined) return known;
    if (secure.size >= MAX_NAMES) secure.clear();
    const { authority } = context;
    const cert = authority.issue(name) + authority.certificatePem;
    const made = createSecureContext({ key: authority.leafKeyPem, cert });
    secure.set(name, made);
    return made;
  };

  /** Takes over a socket whose first bytes were put back; what comes out goes to `receive`. */
  return (socket: Socket, hello: Buffer, destination: Destination, receive: Receive): void => {
    const sni = serverNameOf(hello);
    const named = sni === null ? destination : { ...destination, sni };
    const refused = createAttempt(context, { ...named, tls: 'refused' }, 'tls');
    refused.add(hello);
    const tls = new TLSSocket(socket, {
      isServer: true,
      secureContext: contextFor(sni ?? destination.ip),
      ALPNProtocols: ['h2', 'http/1.1'],
    });
    const giveUp = () => {
      void refused.close();
      socket.destroy();
    };
    tls.on('error', giveUp);
    tls.on('_tlsError', giveUp);
    tls.on('close', giveUp);
    tls.once('secure', () => {
      refused.drop();
      receive(tls, { ...named, tls: 'decrypted' });
    });
  };
}

/** The name in a client's hello, or null: there is none, or it cannot be read. */
export function serverNameOf(hello: Buffer): string | null {
  try {
    return readServerName(hello);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function readServerName(hello: Buffer): string | null {
  if (hello[5] !== CLIENT_HELLO) return null;
  // Record header, handshake header, version and random; then three lists of variable length.
  let at = 5 + 4 + 2 + 32;
  at += 1 + hello.readUInt8(at);
  at += 2 + hello.readUInt16BE(at);
  at += 1 + hello.readUInt8(at);
  const end = at + 2 + hello.readUInt16BE(at);
  at += 2;
  while (at + 4 <= end) {
    const type = hello.readUInt16BE(at);
    const length = hello.readUInt16BE(at + 2);
    at += 4;
    if (type === SERVER_NAME) {
      const name = hello.toString('latin1', at + 5, at + 5 + hello.readUInt16BE(at + 3));
      return /^[\w.-]{1,253}$/.test(name) ? name.toLowerCase() : null;
    }
    at += length;
  }
  return null;
}
