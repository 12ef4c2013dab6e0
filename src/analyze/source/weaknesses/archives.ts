// Entries of archives that are written where their names say.
import type { WeaknessHit } from '../../../types.ts';
import { escapeExcerpt } from '../../text/escape.ts';
import { bareText } from '../bare-text.ts';
import type { SourceFile } from '../file.ts';

const UNPACKS =
  /["'](?:adm-zip|unzipper|yauzl|jszip|node-stream-zip|tar-stream|tar-fs|tar|fflate|unzip-stream|yauzl-promise|yauzl-mac|@zip\.js\/zip\.js|node-unzip-2|unzip|unzip-crx|pizzip|zip-lib|node-stream-zip\/promises|cpio-stream|ar-stream)["']/;
// These refuse names that lead out of the folder, unless they are told not to.
const LOOKS_ITSELF = /["']yauzl(?:-promise)?["']/;
const TOLD_NOT_TO = /\b(?:decodeStrings|validateFilenames):\s*(?:false|!1)/;
const WRITES =
  /\b(?:writeFile|writeFileSync|createWriteStream|outputFile|outputFileSync|Bun\.write|openSync)\b/;
const JOINS = /(?:^|\.)(?:join|resolve)$/;
const ENTRY_NAME =
  /\.(?:entryName|relativePath|unsafeOriginalName)\b|\b(?:e|ent|entry|zipEntry|zipentry|header|hdr|member|item|file|f|node|zipObject)\.(?:path|name|file[nN]ame)\b/;
// `Object.entries(unzipSync(data))`, `for (const name of Object.keys(zip.files))`
const LISTS_NAMES =
  /\b(?:Object\.(?:entries|keys)\(\s*(?:await\s+)?(?:\w+\.files\b|(?:fflate\.)?unzip|unzipped|entries)|(?:zip|archive)\.forEach\()/;
const LISTED = /\b(?:name|relPath|relativePath|entryName|fileName|filename|key|rel)\b/;
// What looks at the name or at the place that came of it: how it begins, but not with what word.
const LOOKS =
  /\.startsWith\((?!\s*["'`](?!\.\.))|\bbasename\(|["'`/]\.\.(?:["'`/\\]|$)|\\\.\\\.|validateFile[nN]ame(?!s?\s*:\s*(?:false|!1))|sanitize|\b(?:assert|ensure|check|safe|within|is)\w{0,3}(?:Inside|Within|Contain\w*|Safe\w*|Path|Join\w*)\b|\bsafe\w*\(/m;

/** The library hands out the names as they stand in the archive; `..` in them leads out of the folder. */
export function archiveFaults(files: readonly SourceFile[]): WeaknessHit[] {
  return files.flatMap((file) => {
    const { text } = file;
    if (!UNPACKS.test(text) || !WRITES.test(text) || LOOKS.test(bareText(file))) return [];
    if (LOOKS_ITSELF.test(text) && !TOLD_NOT_TO.test(text)) return [];
    const listsNames = LISTS_NAMES.test(text);
    const join = file.nodesOf('CallExpression').find(
      ({ callee, arguments: args }) =>
        JOINS.test(file.textOf(callee)) &&
        args.some((arg) => {
          const told = file.textOf(arg);
          return ENTRY_NAME.test(told) || (listsNames && LISTED.test(told));
        }),
    );
    if (!join) return [];
    return [
      {
        ruleId: 'path-traversal',
        severity: 'high',
        confidence: 'medium',
        message: 'The name of an archive entry is joined to a path; `..` leads out of the folder',
        file: file.path,
        line: file.lineOf(join),
        excerpt: escapeExcerpt(file.textOf(join), 200),
        reached: 'entry',
        flow: [],
      },
    ];
  });
}
