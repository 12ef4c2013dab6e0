// Files in which several other programs keep their keys, read one after the other: wherever that goes, it is no server's business.
import type { Node } from '../../parse.ts';
import { candidatesOf } from '../flow/candidates.ts';
import { is, READ } from '../flow/kinds.ts';
import { HOLE, nameOf, shapeOf, unwrap } from '../flow/names.ts';
import { rowTexts } from '../flow/rows.ts';
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';

interface Keeper {
  /** Ends of paths below home. */
  file: RegExp;
  /** What a server is about that reads them. */
  about: RegExp;
}
const KEEPERS: readonly Keeper[] = [
  {
    file: /[/~]\.(?:npmrc|yarnrc(?:\.yml)?|pypirc|gem\/credentials|cargo\/credentials(?:\.toml)?)$/,
    about: /\bnpm\b|\byarn\b|\bpypi\b|\bcargo\b|\bregistr(?:y|ies)\b|\bpackages?\b/i,
  },
  {
    file: /[/~]\.(?:git-credentials|config\/(?:gh|glab-cli|hub)(?:\/\w+\.yml)?)$/,
    about: /\bgit(?:hub|lab)?\b|\brepositor(?:y|ies)\b|\bcommits?\b/i,
  },
  { file: /[/~][._]netrc$/, about: /\bnetrc\b|\bcurl\b|\bftp\b/i },
  {
    file: /[/~]\.(?:aws(?:\/(?:credentials|config))?|azure(?:\/\w+\.json)?|config\/gcloud(?:\/[\w.]+)?|oci\/config)$|\/application_default_credentials\.json$/,
    about: /\baws\b|\bamazon\b|\bs3\b|\bazure\b|\bgcp\b|\bg(?:oogle )?cloud\b|\bcloud\b/i,
  },
  {
    file: /[/~]\.(?:kube\/config|docker\/config\.json|config\/containers\/auth\.json)$/,
    about: /\bkube\w*|\bk8s\b|\bdocker\b|\bcontainers?\b|\bhelm\b/i,
  },
  {
    file: /[/~]\.(?:ssh(?:\/(?:id_\w+|config))?|gnupg(?:\/\S+)?|putty)$/,
    about: /\bssh\d?\b|\bsftp\b|\bremote (?:hosts?|servers?)\b|\bgpg\b|\bsign/i,
  },
  {
    file: /[/~]\.(?:pgpass|my\.cnf|mylogin\.cnf|vault-token|terraform\.d\/credentials\S*|config\/op\/\S*)$/,
    about:
      /\bpostgres\w*|\bpg\b|\bmysql\b|\bsql\b|\bdatabases?\b|\bvault\b|\bterraform\b|\b1password\b/i,
  },
  {
    file: /[/~]\.(?:claude\.json|claude\/\.credentials\.json|codex\/auth\.json|gemini\/oauth_creds\.json)$/,
    about: /\bclaude\b|\bcodex\b|\bgemini\b|\bagents?\b/i,
  },
];
// Servers that look for just that.
const LOOKS_FOR_KEYS =
  /\bsecret(?:s)? (?:scan\w*|detect\w*|leaks?|audit\w*)\b|\bscan\w* (?:for )?(?:leaked )?(?:secrets|credentials|keys)\b|\bdotfiles?\b|\bbackups?\b|\bcredential(?:s)? (?:audit\w*|manage\w*|inventory)\b|\bsecurity audit/i;
const MAX_READS = 400;

/** Reports reads of keepers that nothing in the texts speaks of. */
export function findHarvests(scene: Scene): void {
  const { pkg, declared } = scene;
  if (!pkg.isSubject) return;
  const reads = scene.calls.filter(({ name }) => is(name, READ)).slice(0, MAX_READS);
  const found = new Map<Keeper, Node>();
  for (const { call } of reads) {
    for (const path of pathsOf(scene, call.arguments[0])) {
      const keeper = KEEPERS.find(({ file }) => file.test(path));
      if (keeper && !found.has(keeper)) found.set(keeper, call);
    }
  }
  const [first] = found.values();
  if (!first) return;
  const { description = '', keywords } = pkg.manifest;
  const told = [pkg.name, description, keywords, declared.readme, ...declared.dependencies]
    .flat()
    .join('\n');
  const strange = [...found.keys()].filter(({ about }) => !about.test(told));
  if (LOOKS_FOR_KEYS.test(told) || strange.length < 2) return;
  report(scene, first, {
    ruleId: 'private-store-read',
    severity: found.size > 2 ? 'critical' : 'high',
    confidence: 'medium',
    message: 'Code reads the credentials that several other programs keep.',
  });
}

/** Below home as `~/`, also where a part is what callers hand over. */
function pathsOf(scene: Scene, path: Node | undefined): string[] {
  if (path === undefined) return [];
  const texts = [
    shapeOf(scene.model, path) ?? '',
    ...rowTexts(scene, path),
    ...candidatesOf(scene, path),
    ...joinedWith(scene, path),
  ];
  return texts.map((text) => text.replaceAll(HOLE, '~').replaceAll(/[\\/]{1,4}/g, '/'));
}

/** `join(homedir(), name)` for each thing that `name` may be. */
function joinedWith(scene: Scene, node: Node): string[] {
  const call = unwrap(node);
  if (call.type !== 'CallExpression') return [];
  if (!/^path\.(?:join|resolve)$/.test(nameOf(scene.model, call.callee) ?? '')) return [];
  const [first, last, ...more] = call.arguments;
  if (!first || last?.type !== 'Identifier' || more.length > 0) return [];
  const root = shapeOf(scene.model, first) ?? HOLE;
  return candidatesOf(scene, last).map((text) => `${root}/${text}`);
}
