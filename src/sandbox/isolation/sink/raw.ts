// Everything that is neither TLS nor HTTP: recorded as it is, with a greeting where the server speaks first.
import type { Socket } from 'node:net';
import { createAttempt } from './attempt.ts';
import type { Destination, SinkContext } from './context.ts';
import { framedQuestion, type Resolver } from './resolver.ts';

export const GREETING_AFTER_MS = 60;
const GREETINGS: Record<number, string> = {
  21: '220 ready\r\n',
  22: 'SSH-2.0-OpenSSH_9.6\r\n',
  25: '220 mail ESMTP\r\n',
  110: '+OK ready\r\n',
  143: '* OK ready\r\n',
  465: '220 mail ESMTP\r\n',
  587: '220 mail ESMTP\r\n',
};

export const greetingFor = (port: number | undefined): string | undefined =>
  port === undefined ? undefined : GREETINGS[port];

/** Takes over a socket whose first bytes were put back. */
export function recordRaw(
  context: SinkContext,
  resolver: Resolver,
  socket: Socket,
  destination: Destination,
): void {
  const attempt = createAttempt(context, destination, destination.tls ? 'tls' : 'tcp');
  const mail = mailAnswers();
  socket.on('data', (chunk: Buffer) => {
    const framed = framedQuestion(chunk);
    if (framed !== null) {
      attempt.drop();
      const transport = destination.tls ? 'tls' : 'tcp';
      const reply = resolver.resolve(framed.query, destination.ip, transport);
      if (reply !== null) socket.write(Buffer.concat([lengthOf(reply), reply]));
      return;
    }
    attempt.add(chunk);
    const reply = mail(chunk.toString('latin1'));
    if (reply !== '') socket.write(reply);
  });
  socket.on('error', () => socket.destroy());
  socket.on('end', () => socket.end());
  socket.on('close', () => void attempt.close());
  socket.resume();
}

/** Says yes to every command of a mail client, so that it goes on to the letter itself. */
function mailAnswers(): (text: string) => string {
  let isMail = false;
  let isLetter = false;
  return (text) => {
    isMail ||= /^(EHLO|HELO|LHLO|MAIL FROM)/i.test(text);
    if (!isMail) return '';
    let replies = '';
    for (const line of text.split(/\r?\n/).filter((each) => each !== '')) {
      if (isLetter && line !== '.') continue;
      if (line === '.') isLetter = false;
      const startsLetter = /^DATA$/i.test(line);
      isLetter ||= startsLetter;
      replies += /^QUIT/i.test(line)
        ? '221 bye\r\n'
        : startsLetter
          ? '354 go on\r\n'
          : '250 ok\r\n';
    }
    return replies;
  };
}

function lengthOf(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length);
  return length;
}
