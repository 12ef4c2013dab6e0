// Threats in a line for a shell: packages that it installs, and from where.
import { isAtPublicRegistry } from '../../../public-hosts.ts';
import { hostOf, isOwnByName, placeOf } from '../declared.ts';
import { HOLE } from '../flow/names.ts';
import { fetchesNewest } from './newest.ts';
import type { ShellContext, ShellThreat } from './shell-threat.ts';

const INSTALLS =
  /^(?:\S*\/)?(?:npm|pnpm|yarn|bun)(?:\.cmd)?\s+(?:i|install|add)\b|^(?:\S*\/)?(?:npx|bunx|uvx|pipx)(?:\.cmd)?\s/;
/** Another registry than the usual one, for this command only. */
const OTHER_INDEX =
  /\b(?:pip3?|uv|npm|pnpm|yarn|gem|cargo)\b[^\n;|&]{0,200}\s(?:--(?:extra-)?index-url|-i|--registry|--source)[=\s]{1,3}['"]?(https?:\/\/[^\s'"]{3,200})/;
const PLATFORM = /(?:linux|darwin|win32|windows)-(?:x64|x86_64|amd64|arm64)/;
const NAMES_PACKAGE =
  /\s(?:i|install|add)\s+(?:-\S+\s+(?:[~./]\S*\s+)?)*[@\w]|^(?:\S*\/)?(?:npx|bunx|uvx|pipx)/;
const ONLY_ASKS =
  /^(?:\S*\/)?(?:npx|bunx|uvx|pipx)(?:\.cmd)?\s+(?:--?(?:version|help|[vVh])\b|--(?:no-install|no|offline)\s)/;

/** `text` is the line as it was, with holes for what is not known. */
export function installThreats(line: string, text: string, context: ShellContext): ShellThreat[] {
  const found: ShellThreat[] = [];
  if (isFromElsewhere(line, context))
    found.push({
      ruleId: 'runtime-install',
      severity: 'high',
      isOnRequestFine: true,
      message: 'Packages are installed from a registry that the package does not declare.',
    });
  if (context.name !== '' && isOfSelf(line, context.name))
    found.push({
      ruleId: 'self-update',
      severity: 'moderate',
      confidence: 'medium',
      isOnRequestFine: true,
      message: 'The package replaces itself by a newer version.',
    });
  if (fetchesNewest(line) && !OTHER_INDEX.test(line))
    found.push({
      ruleId: 'runtime-install',
      severity: 'moderate',
      confidence: 'medium',
      isOnRequestFine: true,
      message: 'A program or image is fetched and run in whatever version is newest.',
    });
  if (isOfOther(line, context))
    found.push({
      ruleId: 'runtime-install',
      severity: isOwnPlatform(text, context) ? 'low' : 'moderate',
      confidence: 'medium',
      isOnRequestFine: true,
      message: 'Another package is installed or run that is not among the dependencies.',
    });
  return found;
}

/** From a registry that is neither usual nor the package's own. */
function isFromElsewhere(line: string, { declared }: ShellContext): boolean {
  const index = OTHER_INDEX.exec(line)?.[1];
  if (index === undefined || isAtPublicRegistry(index)) return false;
  const host = hostOf(index);
  const isNamesake = isOwnByName(host, declared);
  return placeOf(host, declared) === 'foreign' || (isNamesake && !/^https:/.test(index));
}

const isOfSelf = (line: string, name: string): boolean =>
  (INSTALLS.test(line) &&
    line.includes(name) &&
    /\s(?:-g|--global)\b|@latest|\bupdate\b/.test(line)) ||
  /^git\s+(?:-C\s+\S+\s+)?pull\b/.test(line);

const isOfOther = (line: string, context: ShellContext): boolean =>
  INSTALLS.test(line) &&
  !line.includes(context.name) &&
  !isOwnDependency(line, context) &&
  NAMES_PACKAGE.test(line) &&
  !ONLY_ASKS.test(line);

/** `npx playwright install` of a package that depends on playwright runs what is there already. */
function isOwnDependency(line: string, { declared, name }: ShellContext): boolean {
  const program = /^(?:\S*\/)?(?:npx|bunx)(?:\.cmd)?\s+(?:-\S+\s+)*(@?[\w./-]+)/.exec(line)?.[1];
  if (program === undefined) return false;
  // `npx nx` of `nx-mcp`: the program whose server it is.
  const [own] = name.replace(/^@[^/]+\//, '').split('-');
  return declared.dependencies.has(program) || own === program;
}

/** `npm install ${name}@${version}` of a package whose binaries are packages, one for each platform. */
const isOwnPlatform = (text: string, { declared }: ShellContext): boolean =>
  text.trimEnd().endsWith(` ${HOLE}@${HOLE}`) &&
  [...declared.dependencies].some((name) => PLATFORM.test(name));
