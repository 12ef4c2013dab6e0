// Accepts a WebSocket and records what the client's frames say.
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Attempt } from './context.ts';

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const MAX_FRAME = 64 << 10;

export function speakWebSocket(attempt: Attempt, request: IncomingMessage, socket: Duplex): void {
  const key = request.headers['sec-websocket-key'] ?? '';
  const accept = createHash('sha1')
    .update(key + MAGIC)
    .digest('base64');
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  let rest: Buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let frame = readFrame(rest); frame !== null; frame = readFrame(rest)) {
      attempt.add(frame.payload);
      rest = rest.subarray(frame.size);
    }
    if (rest.length > MAX_FRAME) {
      attempt.add(rest);
      rest = Buffer.alloc(0);
    }
  });
  socket.on('error', () => socket.destroy());
  socket.on('close', () => void attempt.close());
}

/** The first frame, unmasked, or null when it is not whole yet. */
export function readFrame(bytes: Buffer): { payload: Buffer; size: number } | null {
  if (bytes.length < 2) return null;
  const isMasked = (bytes.readUInt8(1) & 0x80) !== 0;
  let length = bytes.readUInt8(1) & 0x7f;
  let at = 2;
  if (length >= 126) {
    const width = length === 126 ? 2 : 8;
    if (bytes.length < at + width) return null;
    length = width === 2 ? bytes.readUInt16BE(at) : Number(bytes.readBigUInt64BE(at));
    at += width;
  }
  const mask = isMasked ? bytes.subarray(at, at + 4) : Buffer.alloc(4);
  if (isMasked) at += 4;
  if (bytes.length < at + length) return null;
  const payload = Buffer.from(bytes.subarray(at, at + length));
  for (let i = 0; i < payload.length; i++) payload[i] = (payload[i] ?? 0) ^ (mask[i % 4] ?? 0);
  return { payload, size: at + length };
}
