// A span of time, and the signal that ends what is under way in it.
import { setMaxListeners } from 'node:events';

export interface Span {
  signal: AbortSignal;
  /** Resolves when the time is over. */
  over: Promise<void>;
  isOver: () => boolean;
  end: () => void;
}

/** From now on; it also ends when `outer` says so. */
export function openSpan(outer: unknown, ms: number): Span {
  const own = new AbortController();
  const signal = outer instanceof AbortSignal ? AbortSignal.any([outer, own.signal]) : own.signal;
  setMaxListeners(0, signal);
  const timer = setTimeout(() => own.abort(), ms);
  // First of all that listen: nobody waits for a request that does not heed the signal.
  const over = new Promise<void>((done) => {
    const stop = () => {
      clearTimeout(timer);
      done();
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  return { signal, over, isOver: () => signal.aborted, end: () => own.abort() };
}
