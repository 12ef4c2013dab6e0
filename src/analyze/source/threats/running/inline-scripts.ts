// Code that a lifecycle script hands to node in the line itself.
import type { RawThreat } from '../../package-context.ts';

const INLINE =
  /\bnode\s+(?:-\S+\s+)*(?:-e|--eval|-p)\b|\bnode\b[^\n]{0,200}\s--(?:import|loader|experimental-loader)[ =]['"]?data:/;
const INLINE_HARM =
  /child_process|https?\b|fetch\(|net\b|eval\(|Buffer\.from|atob|exec|spawn|process\.env(?!\.\w)/;
/** Fetches and runs what came, in one line. */
const INLINE_FETCH =
  /\bfetch\(|\bhttps?['"`)\\]{0,4}\.?(?:get|request)?\(|\.(?:get|request)\(['"`\\]{1,3}https?:/;
const INLINE_RUN =
  /\beval\(|\bFunction\(|\bvm\.|runIn\w{0,12}Context\(|\.then\((?:\(0,\s?)?(?:eval|Function)\b|\bexec(?:Sync)?\(\w|\b_compile\(|\bimport\((?:\\?['"`]data:|URL\.create|\w)|(?:createWriteStream|writeFile(?:Sync)?)\([\s\S]{0,600}\b(?:require|import|spawn|exec|fork|execFile)(?:Sync)?\(/;

/** Decodes and runs what came out of it. */
const INLINE_DECODE =
  /\bBuffer\.from\([^)]{4,4000},\s{0,3}\\?['"`](?:base64|hex)|\batob\(|\bfromCharCode\b|\bdecodeURIComponent\([^)]{20}/;
const INLINE_START =
  /\b(?:eval|Function|exec(?:File)?(?:Sync)?|spawn(?:Sync)?|runIn\w{0,12}Context|_compile)\(\s{0,3}(?:\w{1,20}|Buffer|atob|String)\b/;

type InlineThreat = Pick<RawThreat, 'ruleId' | 'severity' | 'confidence' | 'message'>;

/** As bad as they are at an install. */
export function inlineThreats(text: string): InlineThreat[] {
  if (!INLINE.test(text)) return [];
  const found: InlineThreat[] = [];
  if (INLINE_FETCH.test(text) && INLINE_RUN.test(text))
    found.push({
      ruleId: 'install-script-downloads',
      severity: 'critical',
      confidence: 'high',
      message: 'A lifecycle script fetches code and runs it, in a line of package.json.',
    });
  if (INLINE_DECODE.test(text) && INLINE_START.test(text))
    found.push({
      ruleId: 'decoded-code-executed',
      severity: 'critical',
      confidence: 'high',
      message: 'A lifecycle script decodes text and runs it, in a line of package.json.',
    });
  if (INLINE_HARM.test(withoutTexts(text)))
    found.push({
      ruleId: 'install-script-inline-code',
      severity: 'high',
      confidence: 'medium',
      message:
        'A lifecycle script runs code written into package.json that starts processes, connects or decodes.',
    });
  return found;
}

/** What code does, without what it says: `console.error('see https://…')`. The names of modules stay. */
const withoutTexts = (text: string): string =>
  text
    .replace(/\b(require|import)\(\s?\\?['"`](?:node:)?([\w/.-]{1,60})\\?['"`]\s?\)/g, '$1($2)')
    .replace(/(?<=[(,+=[:?]\s?)'[^'\n]{0,400}'|(?<=[(,+=[:?]\s?)\\"[^"\n]{0,400}\\"/g, "''");
