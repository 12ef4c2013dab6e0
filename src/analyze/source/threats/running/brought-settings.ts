// Settings of package managers that a package brings along: what an install in its folder then does.
import { isAtRegistry } from '../../../public-hosts.ts';
import { escapeExcerpt } from '../../../text/escape.ts';
import type { PackageContext, RawThreat } from '../../package-context.ts';
import { declaredBy, hostOf, placeOf } from '../declared.ts';

const FILES = /^(?:\.npmrc|\.yarnrc(?:\.yml)?|bunfig\.toml|\.pnpmfile\.c?js|pnpm-workspace\.yaml)$/;
const REGISTRY =
  /(?:^|[:\s"'])(?:registry|npmRegistryServer)["']?\s{0,3}[=:]\s{0,3}["']?(https?:\/\/[^\s'"]{3,200})/i;
const STARTS_CODE =
  /(?:^|\n)\s{0,3}(?:node-options|nodeOptions|script-shell|scriptShell|onload-script|git|shell)["']?\s{0,3}[=:]\s{0,3}\S[^\n]{0,200}/;
const UNCHECKED =
  /(?:^|\n)\s{0,3}(?:strict-ssl|enableStrictSsl|strictSsl)["']?\s{0,3}[=:]\s{0,3}["']?false/;
const HARMLESS_OPTIONS = /--(?:max-old-space-size|no-warnings|enable-source-maps|experimental-)/;

export function findBroughtSettings(pkg: PackageContext): RawThreat[] {
  if (!pkg.isSubject) return [];
  return [
    ...pkg.paths.filter((path) => FILES.test(path)).flatMap((path) => ofFile(pkg, path)),
    ...managerOf(pkg),
  ];
}

function ofFile(pkg: PackageContext, path: string): RawThreat[] {
  const text = (pkg.textOf(path) ?? '').slice(0, 20_000);
  const found: RawThreat[] = [];
  const tell = (severity: RawThreat['severity'], message: string, shown: string) =>
    found.push(threatOf(path, lineOf(text, shown), severity, message, shown));
  const registry = REGISTRY.exec(text)?.[1];
  if (registry !== undefined && !isAtRegistry(registry)) {
    const place = placeOf(hostOf(registry), declaredBy(pkg));
    if (place === 'foreign' || place === 'drop' || place === 'own')
      tell(
        'high',
        'A file of settings leads every install in its folder to another registry.',
        registry,
      );
  }
  const start = STARTS_CODE.exec(text)?.[0].trim();
  if (start !== undefined && !HARMLESS_OPTIONS.test(start) && !path.endsWith('.yaml'))
    tell('high', 'A file of settings has every install in its folder start something.', start);
  const unchecked = UNCHECKED.exec(text)?.[0].trim();
  if (unchecked !== undefined)
    tell(
      'moderate',
      'A file of settings turns off the check of certificates at installs.',
      unchecked,
    );
  return found;
}

/** `"packageManager": "yarn@https://…/yarn.js"`: Corepack fetches and runs it at the next command. */
function managerOf(pkg: PackageContext): RawThreat[] {
  const text = (pkg.textOf('package.json') ?? '').slice(0, 200_000);
  const named = /"packageManager"\s{0,3}:\s{0,3}"([^"]{1,300})"/.exec(text)?.[1] ?? '';
  const url = /@(https?:\/\/[^\s"]{3,200})/.exec(named)?.[1];
  if (url === undefined || /^https:\/\/(?:repo\.yarnpkg\.com|registry\.)/.test(url)) return [];
  return [
    threatOf(
      'package.json',
      lineOf(text, named),
      'high',
      'The package manager itself is fetched from an address that is no registry.',
      named,
    ),
  ];
}

const lineOf = (text: string, part: string): number =>
  text.slice(0, Math.max(0, text.indexOf(part))).split('\n').length;

const threatOf = (
  file: string,
  line: number,
  severity: RawThreat['severity'],
  message: string,
  shown: string,
): RawThreat => ({
  ruleId: 'package-manager-settings',
  severity,
  confidence: 'high',
  message,
  file,
  line,
  excerpt: escapeExcerpt(shown),
});
