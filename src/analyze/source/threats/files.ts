// Threats by what is written or deleted: configuration of agents, git hooks, autostart, whole homes.
import type { Node } from '../parse.ts';
import { pathLabels } from './data.ts';
import { propertyTexts } from './evaluate.ts';
import { CLIENT, EXEC, READ, WRITE, is } from './kinds.ts';
import {
  AGENT_PATH,
  AUTOSTART_PATH,
  CI_PATH,
  CRED,
  CRED_PATH,
  ENV,
  FILES,
  HOME,
  HOOK_PATH,
  SSH_PATH,
} from './labels.ts';
import { keyOf, propertyOf, shapeOf, unwrap } from './names.ts';
import { reachOf } from './reach.ts';
import { carried, carriedByAll, report } from './scene.ts';
import type { Reach, Report, Scene } from './scene.ts';
import * as calls from './vocabulary.ts';

interface Target {
  label: number;
  ruleId: string;
  /** At start; on request it is what a setup command does. */
  severity: 'critical' | 'high';
  message: string;
}
const TARGETS: Target[] = [
  {
    label: AGENT_PATH,
    ruleId: 'agent-config-write',
    severity: 'critical',
    message: 'Code writes into the configuration or instructions of an agent or editor.',
  },
  {
    label: HOOK_PATH,
    ruleId: 'git-hook-write',
    severity: 'critical',
    message: 'Code puts hooks into git.',
  },
  {
    label: SSH_PATH,
    ruleId: 'ssh-access-added',
    severity: 'critical',
    message: 'Code lets a key log in to this machine.',
  },
  {
    label: CI_PATH,
    ruleId: 'ci-workflow-write',
    severity: 'high',
    message: 'Code writes a workflow of a CI system.',
  },
  {
    label: AUTOSTART_PATH,
    ruleId: 'autostart-write',
    severity: 'high',
    message: 'Code makes itself run again at every login, boot or on a schedule.',
  },
];

/** Agents and editors themselves, by the scopes of their makers. */
const AGENTS =
  /^(?:@anthropic-ai\/|@google\/gemini|@openai\/codex|@github\/copilot|@sourcegraph\/amp|@qwen-code\/)/;
const BUNDLE_CALLS = 10_000;

const SENDS =
  /\b(?:curl|wget|nc|ncat|Invoke-WebRequest|iwr)\s[^\n]{0,200}(?:https?:|--data|-d |\||\d{1,3}(?:\.\d{1,3}){3})/;
const HIDES = /\bnohup\b|>\s?\/dev\/null|\/tmp\/\.|-WindowStyle Hidden/i;

export function findFileThreats(scene: Scene): void {
  for (const { call, name } of scene.calls) {
    if (is(name, WRITE)) judgeWrite(scene, call, name);
    if (calls.isRecursiveRemove(name)) judgeRemove(scene, call);
    judgeUnknownWriter(scene, call, name);
  }
}

function judgeWrite(scene: Scene, call: Scene['calls'][number]['call'], name: string): void {
  const isCopy = /copy|cp|rename|symlink/i.test(name);
  if (/\.(?:open|openSync)$/.test(name) && !/['"`](?:w|a|r\+)/.test(scene.file.textOf(call)))
    return;
  const path = call.arguments[isCopy ? 1 : 0];
  if (!path) return;
  judgeTarget(scene, call, path, call.arguments.slice(1));
}

/** `writeConfig(path, …)` of the same file is followed by the data flow; a library's is not. */
function judgeUnknownWriter(
  scene: Scene,
  call: Scene['calls'][number]['call'],
  name: string,
): void {
  if (name === '' || name.startsWith('function') || is(name, WRITE)) return;
  if (
    !/(?:^|[.#])(?:writeJson|outputJson|writeFile|write-json-file\.writeJsonFile|conf\.set|writeJsonFile)(?:Sync)?$/i.test(
      name,
    )
  )
    return;
  if (call.arguments[0]) judgeTarget(scene, call, call.arguments[0], call.arguments.slice(1));
}

function judgeTarget(scene: Scene, call: Node, path: Node, rest: readonly Node[]): void {
  const isBundle = scene.calls.length > BUNDLE_CALLS;
  // In a bundle too many things have one name; only a path that is written out counts.
  const labels = isBundle ? pathLabels(shapeOf(scene.model, path) ?? '') : carried(scene, path);
  for (const target of TARGETS) {
    if ((labels & target.label) === 0) continue;
    report(scene, call, graded(scene, call, target, rest));
  }
}

function graded(scene: Scene, call: Node, target: Target, rest: readonly Node[]): Report {
  const reach = reachOf(scene, call);
  const { ruleId, message } = target;
  const isSetupTool = isAbout(scene, ruleId);
  if (reach === 'command') return { ruleId, message, severity: 'low', confidence: 'medium' };
  const content = rest.map((node) => shapeOf(scene.model, node) ?? '').join(' ');
  if (ruleId === 'git-hook-write' && SENDS.test(content))
    return { ruleId, message, severity: 'critical', confidence: 'high' };
  if (reach === 'start' && !isSetupTool) {
    const severity = HIDES.test(content) || SENDS.test(content) ? 'critical' : target.severity;
    return { ruleId, message, severity, confidence: 'high' };
  }
  if (ruleId === 'ssh-access-added' && reach !== 'tool')
    return { ruleId, message, severity: 'high', confidence: 'medium' };
  const isWorm =
    ruleId === 'ci-workflow-write' &&
    /toJSON\(secrets\)|secrets\.\w+/.test(content) &&
    /curl|wget|https?:/.test(content);
  if (isWorm) return { ruleId, message, severity: 'critical', confidence: 'high' };
  return {
    ruleId,
    message,
    severity: isSetupTool ? 'low' : grade(reach, scene.pkg.isSubject),
    confidence: 'medium',
  };
}

/** What nobody is seen to call is moderate in a server, low in a library that merely offers it. */
const grade = (reach: Reach, isSubject: boolean): 'moderate' | 'low' =>
  (reach === 'unknown' && isSubject) || reach === 'tool' ? 'moderate' : 'low';

/** A package whose very purpose it is to set up agents or hooks. */
function isAbout(scene: Scene, ruleId: string): boolean {
  const about = `${scene.pkg.name} ${scene.pkg.manifest.description ?? ''}`;
  if (ruleId === 'git-hook-write')
    return /\bgit[- ]?hooks?\b|husky|lefthook|pre-commit/i.test(about);
  if (ruleId === 'agent-config-write' && AGENTS.test(scene.pkg.name)) return true;
  if (ruleId === 'agent-config-write')
    return /\binstall(?:er|s)?\b.{0,60}\b(?:mcp|servers?|config)|mcp[- ](?:installer|manager|config)|\bscaffold|create-/i.test(
      about,
    );
  return false;
}

function judgeRemove(scene: Scene, call: Scene['calls'][number]['call']): void {
  const path = call.arguments[0];
  if (!path) return;
  const shape = shapeOf(scene.model, path) ?? '';
  const labels = carried(scene, path) | (carried(scene, firstPart(path)) & HOME);
  const isWhole = /^(?:~|\/|[A-Z]:[\\/]?|\/home|\/Users|\/root|C:[\\/]Users)[\\/]?\*{0,2}$/.test(
    shape,
  );
  // A path that a file names (a profile folder of one's own) is no entry of the home folder.
  const isNamedByFile = shape === '' && unwrap(path).type !== 'Identifier';
  const isEach =
    !isNamedByFile &&
    (labels & FILES) !== 0 &&
    (labels & HOME) !== 0 &&
    /^(?:~[\\/]?\u0000?|\u0000(?:[\\/]\u0000)?)$/.test(shape || '\u0000') &&
    !/\.(?:cache|config|npm)|tmp/i.test(shape);
  const isHomeVariable =
    shape === '' &&
    (labels & HOME) !== 0 &&
    unwrap(path).type === 'Identifier' &&
    (labels & FILES) === 0;
  if (!isWhole && !isEach && !isHomeVariable) return;
  const option = propertyOf(scene.model, call.arguments[1] ?? null, 'recursive');
  if (!option && !/rimraf|del|remove|emptyDir|shelljs/.test(scene.file.textOf(call))) return;
  const reach = reachOf(scene, call);
  if (reach === 'command' || isHomeVariable) return;
  report(scene, call, {
    ruleId: 'destructive-wipe',
    severity: 'critical',
    confidence: isWhole || isEach ? 'high' : 'medium',
    message: 'Code deletes the home directory or everything in it.',
  });
}

/** The left end of `home + '/' + name`. */
function firstPart(node: Node): Node {
  let at = unwrap(node);
  for (let depth = 0; at.type === 'BinaryExpression' && depth < 20; depth++) at = unwrap(at.left);
  return at;
}

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
    const isCommand =
      is(name, EXEC) &&
      /\b(?:npm|pnpm|yarn)(?:\.cmd)?\b[^|;&]{0,60}\bpublish\b/.test(line) &&
      !/--dry-run/.test(line);
    const isUpload =
      is(name, CLIENT) &&
      /['"]?method['"]?\s*:\s*['"]PUT/.test(scene.file.text.slice(call.start, call.end)) &&
      /_attachments/.test(text);
    if (!isLibrary && !isCommand && !isUpload) continue;
    const signs = wormSigns(scene);
    const reach = reachOf(scene, call);
    if (signs >= 2 || (signs === 1 && reach === 'start')) {
      report(scene, call, {
        ruleId: 'self-propagation',
        severity: 'critical',
        message: 'Code publishes packages with tokens found on this machine: a worm.',
      });
    }
  }
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
