// What all parts of the sink share.
import type { AddressBook } from '../dns.ts';
import type { CanaryFinder } from '../find-canaries.ts';
import type { BoxEgress, BoxEvent } from '../types.ts';
import type { Authority } from '../x509.ts';
import type { FlowBook } from './flows.ts';

type WithoutTags<E> = E extends BoxEvent ? Omit<E, 'atMs' | 'phase' | 'tool'> : never;
/** An event as the supervisor sends it: `at` in milliseconds of the machine's monotonic clock. */
export type RawEvent = WithoutTags<BoxEvent> & { at: number };

/** Where an attempt goes. `port` is absent while only the firewall knows it. */
export interface Destination {
  ip: string;
  sourcePort: number;
  port?: number;
  host?: string;
  sni?: string;
  tls?: 'decrypted' | 'refused';
}
export interface Attempt {
  add(chunk: Buffer): void;
  set(change: Partial<Pick<BoxEgress, 'proto' | 'method' | 'path' | 'host' | 'tls'>>): void;
  /** Reports what has not been reported. Done by itself when nothing has come for a while. */
  report(): Promise<void>;
  /** Reports for the last time. */
  close(): Promise<void>;
  /** Never report: something finer does. */
  drop(): void;
}

export interface SinkContext {
  now(): number;
  emit(event: RawEvent): void;
  find: CanaryFinder;
  book: AddressBook;
  ports: FlowBook;
  authority: Authority;
  sinkBody: string | undefined;
  /** Attempts that may have more to report. */
  open: Set<Attempt>;
  unidentified: { tcp: number; udp: number };
}
