// What libraries hand out of an archive: names that whoever made it has chosen.
import { tainted, type Value } from './values.ts';

/** Stands for the name of an argument. */
export const ENTRY = 'archive entry';

// Those that refuse names leading out of the folder by themselves are not among them.
const LIBRARIES =
  /^(?:new )?(?:adm-zip|unzipper|jszip|pizzip|node-stream-zip|tar-stream|fflate|unzip-stream|unzip|@zip\.js\/zip\.js|zip-lib|cpio-stream|ar-stream|libarchive\.js|node-unrar-js|node-tar|tar\.(?:list|t|Parser?|Parser?\(\))|node-7z|seven-zip)(?:[.(]|$)/;
// Safe by themselves, or of no matter.
const OTHERS =
  /\.(?:extract(?:AllTo\w*|EntryTo)?|pack|generateAsync|writeZip|toBuffer|test|close)(?:\(\))?$/;

// These look at names unless they are told not to.
const TOLD = /^yauzl(?:-promise)?(?:\.default)?\.(?:open|from\w+)$/;
const UNLOOKED = ['decodeStrings', 'validateFilenames'];

/** An entry, or the name of one, of what a library gave. */
export function entryOf(value: Value | undefined, args: readonly Value[] = []): Value | undefined {
  if (value?.kind !== 'external') return undefined;
  if (TOLD.test(value.name)) return args.some(isUnlooked) ? ARCHIVED : undefined;
  if (!LIBRARIES.test(value.name)) return undefined;
  return OTHERS.test(value.name) ? undefined : ARCHIVED;
}

const isUnlooked = (options: Value): boolean =>
  options.kind === 'object' &&
  UNLOOKED.some((key) => {
    const value = options.props.get(key);
    return value?.kind === 'literal' && value.value === false;
  });

const ARCHIVED = tainted([{ origin: ENTRY, steps: ['entry of an archive'], marks: new Set() }]);
