// Threats in the lifecycle scripts of a package: what an install would run.
import { escapeExcerpt } from '../../../text/escape.ts';
import type { FileSummary, PackageContext, RawThreat } from '../../package-context.ts';
import { unasked } from './at-install.ts';
import { declaredBy, placeOf as placeOfHost } from '../declared.ts';
import { inlineThreats } from './inline-scripts.ts';
import { isQuietAtInstall } from './install-args.ts';
import { fetchedByScript, isOtherScript } from './other-languages.ts';
import { recipeLines } from './recipes.ts';
import { FED, FED_SHELL, joined, wholeOf } from './script-lines.ts';
import { shellThreats } from './shell.ts';
import type { ShellContext } from './shell-threat.ts';

const LIFECYCLE = [
  'preinstall',
  'install',
  'postinstall',
  'prepare',
  'preprepare',
  'postprepare',
  'prepublish',
  'preuninstall',
  'uninstall',
  'postuninstall',
];
/** Run at an install from the registry; the others only in a checkout. */
const AT_INSTALL = new Set(['preinstall', 'install', 'postinstall']);
const GYP_COMMAND = /<!@?\(((?:[^()]|\([^()]{0,500}\)){1,2000})\)/g;
const SHELL_FILE = /(?:^|\s|\/)((?:\.\/)?[\w./-]{1,100}\.(?:sh|bash|ps1|cmd|bat))\b/g;
const SHELL_NAME = /\.(?:sh|bash|ps1|cmd|bat)$/;
const SHELL_SCRIPT = /^#!.{0,60}\b(?:ba|z|da|k)?sh\b/;

export function findScriptThreats(pkg: PackageContext): RawThreat[] {
  const found: RawThreat[] = [];
  const context = {
    declared: declaredBy(pkg),
    name: pkg.name,
    readme: (pkg.readme ?? '').slice(0, 200_000),
  };
  addScripts(found, pkg, pkg.manifest.scripts, '', context);
  for (const { folder, manifest } of pkg.vendored ?? [])
    addScripts(found, pkg, manifest.scripts, `${folder}/`, context);
  addStartedScripts(found, pkg, context);
  for (const { command, line } of gypCommands(pkg))
    add(found, command, 'binding.gyp', line, true, context);
  return found;
}

function addScripts(
  found: RawThreat[],
  pkg: PackageContext,
  scripts: Record<string, string>,
  folder: string,
  context: ShellContext,
): void {
  for (const name of LIFECYCLE) {
    const script = expanded(scripts, name, 0);
    if (script === '') continue;
    const weight = AT_INSTALL.has(name);
    // A dependency comes as a tarball from the registry: nothing runs its other scripts.
    if (!weight && (!pkg.isSubject || folder !== '')) continue;
    const manifest = `${folder}package.json`;
    add(found, script, manifest, lineOfScript(pkg, manifest, name), weight, context);
    for (const [, path] of script.matchAll(SHELL_FILE))
      addShellFile(found, pkg, folder + (path ?? ''), weight, context);
    if (folder === '') addStartedFiles(found, pkg, script, weight, context);
  }
}

/** What a script starts beside shell scripts by their ending: recipes of build tools, scripts by their first line. */
function addStartedFiles(
  found: RawThreat[],
  pkg: PackageContext,
  script: string,
  atInstall: boolean,
  context: ShellContext,
): void {
  const recipes = recipeLines(pkg, script);
  for (const { file, line, text } of recipes) add(found, text, file, line, atInstall, context);
  for (const { text } of recipes)
    for (const [, path] of text.matchAll(SHELL_FILE))
      addShellFile(found, pkg, path ?? '', atInstall, context);
  for (const word of new Set(script.split(/[\s"'`()&|;=]+/).slice(0, 200))) {
    const path = word.replace(/^\.\//, '');
    if (!pkg.paths.includes(path) || SHELL_NAME.test(path)) continue;
    const text = pkg.textOf(path) ?? '';
    if (SHELL_SCRIPT.test(text)) addShellFile(found, pkg, path, atInstall, context);
    const threat = isOtherScript(path) ? fetchedByScript(text, context.declared) : null;
    if (threat) {
      const severity = atInstall ? threat.severity : lower(threat.severity);
      found.push({ ...threat, severity, file: path, excerpt: escapeExcerpt(script) });
    }
  }
}

/** Shell scripts that the files of an install start: `exec('bash preinstall.sh')`. */
function addStartedScripts(found: RawThreat[], pkg: PackageContext, context: ShellContext): void {
  const names = pkg.lifecycleEntries.flatMap((file) => {
    const text = (pkg.textOf(file) ?? '').slice(0, 200_000);
    return [...text.matchAll(SHELL_FILE)].slice(0, 20).map(([, path]) => path ?? '');
  });
  for (const name of new Set(names)) {
    const path = pkg.paths.find(
      (one) => one === name.replace(/^\.\//, '') || one.endsWith(`/${name}`),
    );
    if (path !== undefined) addShellFile(found, pkg, path, true, context);
  }
}

function addShellFile(
  found: RawThreat[],
  pkg: PackageContext,
  path: string,
  atInstall: boolean,
  context: ShellContext,
): void {
  const file = path.replace(/^\.\//, '');
  const lines = joined(pkg.textOf(file) ?? '');
  for (const [index, line] of lines.entries())
    add(found, line, file, index + 1, atInstall, context);
  const whole = wholeOf(lines);
  if (found.some((one) => one.file === file && one.severity === 'critical')) return;
  add(found, whole, file, 1, atInstall, context);
  if (FED_SHELL.test(whole)) found.push({ ...FED, file, line: 1, excerpt: escapeExcerpt(whole) });
}

/** `<!(command)`: what node-gyp runs to fill in its build file, which npm does by itself at an install. */
function gypCommands(pkg: PackageContext): { command: string; line: number }[] {
  const text = (pkg.textOf('binding.gyp') ?? '').slice(0, 200_000);
  return [...text.matchAll(GYP_COMMAND)].slice(0, 100).map(({ 1: command = '', index }) => ({
    command: command.replaceAll('\\"', '"'),
    line: text.slice(0, index).split('\n').length,
  }));
}

/** The script with those that it runs by `npm run`. */
function expanded(scripts: Record<string, string>, name: string, depth: number): string {
  const script = Object.hasOwn(scripts, name) ? (scripts[name] ?? '') : '';
  if (depth > 4) return script;
  const calls = script.matchAll(
    /\b(?:npm|pnpm|yarn|bun)\s+(?:run(?:-script)?\s+)?(?:-s\s+|--silent\s+)?([\w:.-]{1,60})/g,
  );
  const inner = [...calls].slice(0, 5).map(([, one]) => {
    return one && one !== name ? expanded(scripts, one, depth + 1) : '';
  });
  return [script, ...inner].filter((text) => text !== '').join('\n');
}

function add(
  found: RawThreat[],
  text: string,
  file: string,
  line: number,
  atInstall: boolean,
  context: ShellContext,
): void {
  if (/^\s*#/.test(text)) return;
  for (const { isOnRequestFine: _, ...threat } of shellThreats(text, context)) {
    if (threat.ruleId === 'runtime-install' && !atInstall) continue;
    const ruleId =
      threat.ruleId === 'download-and-execute' ? 'install-script-downloads' : threat.ruleId;
    found.push({
      ...threat,
      ruleId,
      severity: atInstall
        ? unasked({ ...threat, ruleId }, text, context.declared)
        : lower(threat.severity),
      confidence: threat.confidence ?? 'high',
      file,
      line,
      excerpt: escapeExcerpt(text),
    });
  }
  for (const threat of inlineThreats(text))
    found.push({
      ...threat,
      severity: atInstall ? threat.severity : lower(threat.severity),
      file,
      line,
      excerpt: escapeExcerpt(text),
    });
}

const lower = (severity: RawThreat['severity']): RawThreat['severity'] =>
  severity === 'critical' ? 'moderate' : 'low';

function lineOfScript(pkg: PackageContext, manifest: string, name: string): number {
  const text = pkg.textOf(manifest) ?? '';
  const at = text.indexOf(`"${name}"`);
  return at === -1 ? 1 : text.slice(0, at).split('\n').length;
}

/** A file that an install runs and that both connects and starts processes, from a place it does not declare. */
export function findInstallers(pkg: PackageContext, files: readonly FileSummary[]): RawThreat[] {
  const found: RawThreat[] = [];
  const declared = declaredBy(pkg);
  for (const file of files) {
    if (!pkg.lifecycleEntries.includes(file.path) || isQuietAtInstall(pkg, file.path)) continue;
    const can = new Set(file.capabilities.map((one) => one.capability));
    if (!can.has('network-client') && !can.has('download')) continue;
    const foreign = file.hosts.filter(
      (one) =>
        one.isContacted &&
        !['own', 'release', 'local', 'unknown'].includes(placeOfHost(one.host, declared)),
    );
    if (foreign.length === 0) continue;
    const runs = can.has('process-spawn') || can.has('shell') || can.has('dynamic-code');
    const line = foreign[0]?.line ?? 1;
    found.push({
      ruleId: 'install-script-connects',
      severity: runs ? 'high' : 'moderate',
      confidence: 'medium',
      message: runs
        ? 'The install script connects to a host that the package does not declare, and starts processes.'
        : 'The install script connects to a host that the package does not declare.',
      file: file.path,
      line,
      excerpt: escapeExcerpt(foreign[0]?.url ?? ''),
    });
  }
  return found;
}
