// Whose code stands where in a bundle that says so: `// node_modules/zod/lib/index.js` (esbuild, Bun).
const SECTION = /^\s{0,12}\/\/ ((?:\.{1,2}\/)*[\w@][\w@.+/ -]{0,300}\.[cm]?[jt]sx?)$/;
const OF_OTHERS = /(?:^|\/)node_modules\//;

/** Answers, for a line (from 1), whether it stands in a section that came from another package. */
export function sectionsOf(text: string): (line: number) => boolean {
  if (!/^\s{0,12}\/\/ \S{0,200}node_modules\//m.test(text)) return () => false;
  const starts: { line: number; isOfOthers: boolean }[] = [];
  text.split('\n').forEach((content, index) => {
    const name = SECTION.exec(content.trimEnd())?.[1];
    if (name !== undefined) starts.push({ line: index + 1, isOfOthers: OF_OTHERS.test(name) });
  });
  return (line) => starts.findLast((start) => start.line <= line)?.isOfOthers === true;
}
