// Waits for a promise no longer than its signal lets it.

/**
 * What the promise gives, or the signal's reason as soon as there is one. npm's libraries wait for up to
 * a minute before they ask again, also for what nobody wants any longer.
 */
export function until<T>(signal: unknown, promise: Promise<T>): Promise<T> {
  if (!(signal instanceof AbortSignal)) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason as Error);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
