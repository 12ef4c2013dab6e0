// Threats by the settings of package managers: from then on everything is installed from somebody's own registry.
import { isAtPublicRegistry } from '../../../public-hosts.ts';
import { candidatesOf } from '../flow/candidates.ts';
import { runsAtInstall } from '../closeness.ts';
import { hostOf, placeOf } from '../declared.ts';
import type { Declared } from '../declared.ts';
import { WRITE, is } from '../flow/kinds.ts';
import { shapeOf } from '../flow/names.ts';
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';

const SETTINGS =
  /(?:^|[/\\])(?:\.npmrc|\.yarnrc(?:\.yml)?|bunfig\.toml|\.?pip[/\\]pip\.conf|pip\.conf|\.pip\.conf)$/;
const REGISTRY =
  /(?:\bregistry|npmRegistryServer|index-url)["']?\s{0,3}[=:]\s{0,3}["']?(https?:\/\/[^\s'"]{3,200})/i;

export function findRegistryChanges(scene: Scene): void {
  if (!/registry|index-url/i.test(scene.file.text)) return;
  for (const { call, name } of scene.calls) {
    if (!is(name, WRITE)) continue;
    const [path, content] = call.arguments;
    if (!candidatesOf(scene, path).some((one) => SETTINGS.test(one))) continue;
    const written = content ? (shapeOf(scene.model, content) ?? scene.file.textOf(content)) : '';
    if (!namesOther(written, scene.declared)) continue;
    report(scene, call, {
      ruleId: 'runtime-install',
      severity: runsAtInstall(scene.pkg, scene.placeOf(call).file) ? 'critical' : 'high',
      message:
        'The package manager of the user is led to a registry that the package does not declare.',
    });
  }
}

function namesOther(text: string, declared: Declared): boolean {
  const url = REGISTRY.exec(text)?.[1];
  if (url === undefined || isAtPublicRegistry(url)) return false;
  const place = placeOf(hostOf(url), declared);
  return place === 'foreign' || place === 'drop';
}
