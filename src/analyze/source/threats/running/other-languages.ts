// Scripts in other languages that an install starts: whether they fetch something and run it.
import type { RawThreat } from '../../package-context.ts';
import { hostOf, isMentioned, isOwnByName, placeOf } from '../declared.ts';
import type { Declared, Place } from '../declared.ts';

const SCRIPT = /\.(?:py|rb|pl|php)$/;
const FETCHES =
  /\burlopen\(|\burlretrieve\(|\brequests\.(?:get|post)\(|\bhttpx\.\w{3,6}\(|\burllib3\b|\bNet::HTTP\b|\bopen-uri\b|\bURI\.open\b|\bLWP::|\bfile_get_contents\(\s?['"]https?:|\bHTTP::Tiny\b/;
const RUNS =
  /\bexec\(|\beval\b\s?\(?|\bos\.(?:system|popen|exec\w{1,4}|startfile)\(|\bsubprocess\b|\bPopen\(|\binstance_eval\b|\bKernel\.(?:system|exec)\b|\bsystem[\s(]|\bIO\.popen\b|\bshell_exec\(|\bproc_open\(/;
const URL_TEXT = /https?:\/\/[^\s'"`)>\\]{3,300}/g;
const MAX_CHARS = 200_000;
const MAX_URLS = 50;
const WORST: readonly Place[] = ['drop', 'foreign', 'own', 'release', 'local'];

export const isOtherScript = (path: string): boolean => SCRIPT.test(path);

/** The threat of such a script, without where it is started; null if it does not do both. */
export function fetchedByScript(
  content: string,
  declared: Declared,
): Omit<RawThreat, 'file' | 'excerpt'> | null {
  const text = content.slice(0, MAX_CHARS);
  const fetches = FETCHES.exec(text);
  if (!fetches || !RUNS.test(text)) return null;
  const hosts = [...text.matchAll(URL_TEXT)].slice(0, MAX_URLS).map(([url]) => hostOf(url));
  const places = hosts.map((host) => placeOf(host, declared));
  const place = WORST.find((one) => places.includes(one)) ?? 'unknown';
  const isNamesake = hosts.some(
    (host) => isOwnByName(host, declared) && !isMentioned(host, declared),
  );
  const isAttack = place === 'drop' || place === 'foreign' || (place === 'own' && isNamesake);
  return {
    ruleId: 'install-script-downloads',
    severity: isAttack ? 'critical' : place === 'own' || place === 'unknown' ? 'high' : 'moderate',
    confidence: 'medium',
    message: 'A script that an install starts fetches something and runs programs.',
    line: text.slice(0, fetches.index).split('\n').length,
  };
}
