// Threats by publishing: a package that spreads through those of its user.
import { candidatesOf } from '../flow/candidates.ts';
import { runsAtInstall } from '../closeness.ts';
import { CLIENT, EXEC, READ, WRITE, is } from '../flow/kinds.ts';
import { CRED, CRED_PATH, ENV } from '../flow/labels.ts';
import type { Call } from '../flow/model.ts';
import { keyOf, shapeOf, unwrap } from '../flow/names.ts';
import { reachOf } from '../flow/reach.ts';
import { carriedByAll, report } from '../scene.ts';
import type { Scene } from '../scene.ts';
import { propertyTexts } from '../flow/sources.ts';

/** Publishing by code: with stolen tokens or scripts added to others' packages it is a worm. */
export function findWorms(scene: Scene): void {
  const { text } = scene.file;
  if (!/publish/.test(text)) return;
  for (const { call, name } of scene.calls) {
    const line = `${shapeOf(scene.model, call.arguments[0]) ?? ''} ${propertyTexts(scene.flow, call.arguments[1])}`;
    const callee = unwrap(call.callee);
    const isLibrary =
      /^libnpmpublish\b|^npm\.commands\.publish$/.test(name) ||
      (callee.type === 'MemberExpression' &&
        keyOf(scene.model, callee) === 'publish' &&
        /libnpmpublish/.test(text));
    const isCommand = is(name, EXEC) && publishes(scene, call, line);
    const isUpload =
      is(name, CLIENT) &&
      /['"]?method['"]?\s*:\s*['"]PUT/.test(scene.file.text.slice(call.start, call.end)) &&
      /_attachments/.test(text);
    if (!isLibrary && !isCommand && !isUpload) continue;
    if (isByHand(scene)) return;
    const signs = wormSigns(scene);
    const reach = reachOf(scene, call);
    const isAtInstall = reach !== 'command' && runsAtInstall(scene.pkg, scene.placeOf(call).file);
    if (isAtInstall || signs >= 2 || (signs === 1 && reach === 'start') || isSpreading(scene)) {
      report(scene, call, {
        ruleId: 'self-propagation',
        severity: 'critical',
        message: isAtInstall
          ? 'An install publishes packages in the name of whoever runs it: a worm.'
          : 'Code publishes packages with tokens found on this machine: a worm.',
      });
    }
  }
}

/** `npm run release` of the people who make it, in a file that nothing else is known to start. */
function isByHand({ pkg, file: { path } }: Scene): boolean {
  const isJoined = pkg.installFiles !== undefined;
  if (isJoined || pkg.entries.includes(path) || pkg.lifecycleEntries.includes(path)) return false;
  return Object.values(pkg.manifest.scripts).some((script) => script.includes(path));
}

/** Also where a helper of its own is handed the words: `npm(['publish'])`. */
function publishes(scene: Scene, call: Call, line: string): boolean {
  if (/--dry-run/.test(line)) return false;
  if (/\b(?:npm|pnpm|yarn)(?:\.cmd)?\b[^|;&]{0,60}\bpublish\b/.test(line)) return true;
  const [program, words] = call.arguments;
  return (
    candidatesOf(scene, program).some((text) => /^(?:npm|pnpm|yarn)(?:\.cmd)?$/.test(text)) &&
    candidatesOf(scene, words).includes('publish')
  );
}

/** Manifests all over the place are changed and published. */
function isSpreading(scene: Scene): boolean {
  const { text } = scene.file;
  const isEverywhere =
    /\*\*\/package\.json|node_modules/.test(text) &&
    /homedir|\bHOME\b|USERPROFILE|readdir|glob/.test(text);
  const isChanged =
    /\b(?:dependencies|scripts)\b[^\n;]{0,80}=|\bdependencies\s?:/.test(text) &&
    scene.calls.some(({ name }) => is(name, WRITE));
  return isEverywhere && isChanged && /version/.test(text);
}

function wormSigns(scene: Scene): number {
  const { text } = scene.file;
  const hasStolenToken =
    scene.calls.some(
      ({ call, name }) =>
        is(name, READ) && carriedByAll(scene, call.arguments.slice(0, 1)) & CRED_PATH,
    ) || scene.model.bindings.some((binding) => binding.labels & CRED);
  return [
    hasStolenToken || /NPM_TOKEN|_authToken/.test(text),
    /maintainer:|-\/v1\/search|\/-\/whoami|npm whoami|-\/user\/|search\?text=/.test(text),
    /['"`.](?:preinstall|postinstall)\b/.test(text),
    /npm pack\b|\.tgz|tar\s+-?[xc]z?f|version\s*(?:\+|\.split\('\.'\))|npm version patch|\bpatch\s*\+\s*1/.test(
      text,
    ),
    scene.model.bindings.some(
      (binding) => binding.labels & ENV && /token|secret/i.test(binding.name),
    ),
  ].filter(Boolean).length;
}
