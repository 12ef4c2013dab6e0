// The wire between us and a hostile server: lines in bounds, floods cut, depth kept away from recursive code.
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { LineReader, type Overflow } from '../../src/sandbox/client/lines.ts';
import { nestsDeeper, StdioTransport } from '../../src/sandbox/client/transport.ts';

describe('lines', () => {
  const read = (chunks: string[], limits = { maxLineBytes: 20, maxTotalBytes: 100 }) => {
    const lines: string[] = [];
    const overflows: Overflow[] = [];
    const reader = new LineReader(
      (line) => lines.push(line),
      (what) => overflows.push(what),
      limits,
    );
    for (const chunk of chunks) reader.push(Buffer.from(chunk));
    return { lines, overflows };
  };

  test('come whole, whatever the chunks', () => {
    expect(read(['a', 'b\nc', 'd\r\n\n', 'e']).lines).toEqual(['ab', 'cd']);
  });
  test('that do not end are given up, and nothing comes after', () => {
    expect(read(['x'.repeat(15), 'x'.repeat(15), '\nlate\n'])).toEqual({
      lines: [],
      overflows: ['line-too-long'],
    });
  });
  test('without end are given up', () => {
    expect(read(Array.from({ length: 20 }, () => 'abcdefgh\n')).overflows).toEqual([
      'output-too-large',
    ]);
  });
  test('keep characters that chunks cut in two', () => {
    const bytes = Buffer.from('ä\n');
    const lines: string[] = [];
    const reader = new LineReader(
      (line) => lines.push(line),
      () => undefined,
    );
    reader.push(bytes.subarray(0, 1));
    reader.push(bytes.subarray(1));
    expect(lines).toEqual(['ä']);
  });
});

describe('the transport', () => {
  const open = async () => {
    const stdin = new PassThrough();
    const stdout = new PassThrough();
    const floods: string[] = [];
    const unasked: unknown[] = [];
    const transport = new StdioTransport(
      { stdin, stdout },
      {
        onFlood: (kind) => floods.push(kind),
        onUnasked: (message) => unasked.push(message.method),
      },
    );
    await transport.start();
    return { transport, stdin, stdout, floods, unasked };
  };

  test('hands the answer to who asked, and keeps what is no message', async () => {
    const { transport, stdin, stdout } = await open();
    const reply = transport.ask('ping', {}, 1_000);
    const { id } = JSON.parse(String(stdin.read())) as { id: number };
    stdout.write(`Listening...\n{"jsonrpc":"2.0","id":${id},"result":{"a":1}}\n`);
    expect(await reply).toMatchObject({ message: { result: { a: 1 } } });
    expect(transport.noise).toEqual(['Listening...']);
  });

  test('hands on no message that nests too deep, but its line', async () => {
    const { transport, stdin, stdout } = await open();
    const reply = transport.ask('ping', {}, 1_000);
    const { id } = JSON.parse(String(stdin.read())) as { id: number };
    stdout.write(`{"id":${id},"result":${'['.repeat(5_000)}${']'.repeat(5_000)}}\n`);
    expect(await reply).toMatchObject({ message: null });
    expect(transport.deepCount).toBe(1);
  });

  test('ends a flood of messages that nobody asked for', async () => {
    const { transport, stdout, floods, unasked } = await open();
    const reply = transport.ask('ping', {}, 5_000);
    const line = '{"jsonrpc":"2.0","method":"notifications/message"}\n';
    stdout.write(line.repeat(21_000));
    expect(await reply).toBeNull();
    expect(floods).toEqual(['message-flood']);
    expect(unasked.length).toBeLessThanOrEqual(2_000);
    expect(transport.isClosed).toBe(true);
  });

  test('tells the end of the server to all who wait', async () => {
    const { transport, stdout } = await open();
    const replies = [transport.ask('a', {}, 5_000), transport.ask('b', {}, 5_000)];
    stdout.end();
    expect(await Promise.all(replies)).toEqual([null, null]);
    expect(await transport.ask('c', {}, 5_000)).toBeNull();
  });
});

test.each([
  ['[[1]]', 1, true],
  ['[[1]]', 2, false],
  ['"[[[["', 1, false],
  ['{"a":"\\"[[["}', 1, false],
  ['[][][][]', 1, false],
])('%s nests deeper than %i: %s', (text, limit, expected) => {
  expect(nestsDeeper(text, limit)).toBe(expected);
});
