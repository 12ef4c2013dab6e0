// Whether code that goes over the environment keeps only one program's own settings.
const MAX_CHARS = 3000;
const SECRET_WORD = /^(?:token|secret|key|pass|cred|auth|api|private|wallet|aws|github|npm)/i;

/** `text` is the filter, or the body of the loop. */
export function isNarrow(text: string): boolean {
  const chosen = /(?:startsWith\(\s*|\/\^\(?|indexOf\(\s*)(['"`]?)([A-Za-z_]{2,40})/.exec(
    text.slice(0, MAX_CHARS),
  );
  return chosen !== null && !SECRET_WORD.test(chosen[2] ?? '');
}
