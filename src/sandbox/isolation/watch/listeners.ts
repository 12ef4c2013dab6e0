// Notices sockets of the box that wait for others.
import { readFileSync } from 'node:fs';
import type { BoxListen } from '../types.ts';

const TCP_LISTEN = '0A';
// As the kernel writes them: bytes of each word in the machine's order, which is little-endian here.
const LOOPBACK = /^(?:[0-9A-F]{6}7F|0{24}01000000|0{16}FFFF0000[0-9A-F]{6}7F)$/;

export type Listener = Pick<BoxListen, 'protocol' | 'port' | 'isLocal'>;

/** New TCP listeners since the last call; those that are there at first are the sink's own. */
export function watchListeners(): () => Listener[] {
  const known = new Set<string>();
  const look = () =>
    ['/proc/net/tcp', '/proc/net/tcp6']
      .flatMap((file) => listenersIn(readFileSync(file, 'latin1')))
      .filter((listener) => {
        const key = `${listener.port} ${listener.isLocal}`;
        return !known.has(key) && known.add(key) !== undefined;
      });
  look();
  return look;
}

/** Of the text of /proc/net/tcp or tcp6. */
export function listenersIn(table: string): Listener[] {
  return table.split('\n').flatMap((line): Listener[] => {
    const [, address = '', port = '', state] =
      /^\s*\d+: ([0-9A-F]+):([0-9A-F]{4}) \S+ ([0-9A-F]{2})/.exec(line) ?? [];
    if (state !== TCP_LISTEN) return [];
    const isLocal = LOOPBACK.test(address);
    return [{ protocol: 'tcp', port: Number.parseInt(port, 16), isLocal }];
  });
}
