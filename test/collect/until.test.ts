// An interrupted run does not wait for what a library still waits for.
import { expect, test } from 'vitest';
import { until } from '../../src/collect/until.ts';

const never = new Promise<string>(() => undefined);

test('a promise that never ends is left as soon as its signal says so', async () => {
  const controller = new AbortController();
  const waiting = until(controller.signal, never);
  controller.abort(new Error('interrupted'));
  await expect(waiting).rejects.toThrow('interrupted');
  await expect(until(controller.signal, never)).rejects.toThrow('interrupted');
});

test('what comes in time is handed on, a failure too, with a signal or without', async () => {
  const { signal } = new AbortController();
  expect(await until(signal, Promise.resolve('a'))).toBe('a');
  expect(await until(undefined, Promise.resolve('b'))).toBe('b');
  await expect(until(signal, Promise.reject(new Error('404')))).rejects.toThrow('404');
});
