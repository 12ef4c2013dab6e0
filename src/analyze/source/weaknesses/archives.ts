// Entries of archives that are written where their names say.
import type { WeaknessHit } from '../../../types.ts';
import { escapeExcerpt } from '../../text/escape.ts';
import type { SourceFile } from '../file.ts';

const UNPACKS =
  /["'](?:adm-zip|unzipper|yauzl|jszip|node-stream-zip|tar-stream|fflate|unzip-stream)["']/;
const WRITES = /\b(?:writeFile|writeFileSync|createWriteStream|outputFile|outputFileSync)\b/;
const JOINS = /(?:^|\.)(?:join|resolve)$/;
const ENTRY_NAME =
  /\.(?:entryName|relativePath)\b|\b(?:entry|zipEntry|header)\.(?:path|name|fileName)\b/;
// What looks at the name or at the place that came of it, in any way.
const LOOKS =
  /\.startsWith\(|\brelative\(|\bbasename\(|["'`/]\.\.(?:["'`/\\]|$)|\\\.\\\.|validateFileName|sanitize/m;

/** The library hands out the names as they stand in the archive; `..` in them leads out of the folder. */
export function archiveFaults(files: readonly SourceFile[]): WeaknessHit[] {
  return files.flatMap((file) => {
    const { text } = file;
    if (!UNPACKS.test(text) || !WRITES.test(text) || LOOKS.test(text)) return [];
    const join = file
      .nodesOf('CallExpression')
      .find(
        ({ callee, arguments: args }) =>
          JOINS.test(file.textOf(callee)) && args.some((arg) => ENTRY_NAME.test(file.textOf(arg))),
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
