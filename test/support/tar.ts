// Writes tar archives by hand, so that tests can also write ones that no tool would.

/** One entry; `path` is written as it is, traversal included. */
export interface TarEntry {
  path: string;
  data?: string | Buffer;
  /** ustar type flag: '0' file, '2' symlink, '3' device, '5' folder. */
  type?: string;
  linkpath?: string;
  mode?: number;
}

/** Regular files below `package/`. */
export function pack(files: Record<string, string | Buffer>): Buffer {
  return packEntries(
    Object.entries(files).map(([path, data]) => ({ path: `package/${path}`, data })),
  );
}

export function packEntries(entries: TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => {
    const data = Buffer.from(entry.data ?? '');
    const padding = Buffer.alloc((512 - (data.length % 512)) % 512);
    return [header(entry, data.length), data, padding];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

function header(entry: TarEntry, size: number): Buffer {
  const block = Buffer.alloc(512);
  const [prefix, name] = splitPath(entry.path);
  block.write(name, 0, 100, 'utf8');
  block.write(octal(entry.mode ?? 0o644, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(0, 12), 136);
  block.write('        ', 148);
  block.write(entry.type ?? '0', 156);
  block.write(entry.linkpath ?? '', 157, 100, 'utf8');
  block.write('ustar\u000000', 257);
  block.write(prefix, 345, 155, 'utf8');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148);
  return block;
}

function splitPath(path: string): [string, string] {
  if (path.length <= 100) return ['', path];
  const at = path.lastIndexOf('/', path.length - 1);
  return [path.slice(0, at), path.slice(at + 1)];
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\u0000`;
}
