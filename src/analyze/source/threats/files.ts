// Threats by what is written: configuration of agents, git hooks, autostart.
import type { Node } from '../parse.ts';
import { candidatesOf } from './candidates.ts';
import { pathLabels } from './data.ts';
import { WRITE, is } from './kinds.ts';
import { AGENT_PATH, AUTOSTART_PATH, CI_PATH, HOOK_PATH, SSH_PATH } from './labels.ts';
import { keyOf, propertyOf, shapeOf, unwrap } from './names.ts';
import { reachOf } from './reach.ts';
import { offer } from './record.ts';
import { judgeRansom, judgeRemove } from './removal.ts';
import { carried, report } from './scene.ts';
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

const COMMITS = /^(?:createOrUpdateFileContents|createOrUpdateTextFile|createFile|commitFile)$/;
const MAX_CONTENT = 100_000;

const SETUP_COMMAND =
  /^(?:[\w.-]+-)?(?:setup|install|uninstall|remove|configure|config|init|register|unregister)$/;

export function findFileThreats(scene: Scene): void {
  for (const { call, name } of scene.calls) {
    if (is(name, WRITE)) judgeWrite(scene, call, name);
    if (calls.isRecursiveRemove(name)) judgeRemove(scene, call);
    judgeUnknownWriter(scene, call, name);
    judgeCommit(scene, call);
    if (calls.isRemove(name)) judgeRansom(scene, call);
  }
}

/** A file that the API of a forge is told to commit; its content is often encoded. */
function judgeCommit(scene: Scene, call: Scene['calls'][number]['call']): void {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return;
  if (!COMMITS.test(keyOf(scene.model, callee) ?? '')) return;
  const path = propertyOf(scene.model, call.arguments[0] ?? null, 'path');
  if (!path || (carried(scene, path) & CI_PATH) === 0) return;
  const texts = scene.model.strings.map((node) => shapeOf(scene.model, node) ?? '');
  for (const target of TARGETS)
    if (target.label === CI_PATH)
      report(scene, call, graded(scene, call, target, texts.join('\n').slice(0, MAX_CONTENT)));
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
  const labels = isBundle
    ? pathLabels(shapeOf(scene.model, path) ?? '')
    : carried(scene, path) | listedLabels(scene, path);
  const content = rest.map((node) => shapeOf(scene.model, node) ?? '').join(' ');
  for (const target of TARGETS) {
    if ((labels & target.label) === 0) continue;
    report(scene, call, graded(scene, call, target, content));
  }
}

/** `${home}/${name}` for each name of a list. */
function listedLabels(scene: Scene, path: Node): number {
  const value = unwrap(path);
  if (value.type !== 'TemplateLiteral' || value.expressions.length < 2) return 0;
  const texts = candidatesOf(scene, value.expressions.at(-1));
  return texts.reduce((labels, text) => labels | pathLabels(`~/${text}`), 0);
}

function graded(scene: Scene, call: Node, target: Target, content: string): Report {
  const reach = isSetupCommand(scene, call) ? 'command' : reachOf(scene, call);
  const { ruleId, message } = target;
  const isSetupTool = isAbout(scene, ruleId);
  if (reach === 'command') return { ruleId, message, severity: 'low', confidence: 'medium' };
  if (ruleId === 'git-hook-write' && SENDS.test(content))
    return { ruleId, message, severity: 'critical', confidence: 'high' };
  const isHarmful = HIDES.test(content) || SENDS.test(content);
  const atStart: Required<Report> = {
    ruleId,
    message,
    severity: isHarmful ? 'critical' : target.severity,
    confidence: 'high',
  };
  if (reach === 'start' && !isSetupTool) return atStart;
  if (reach === 'unknown' && !isSetupTool) offer(scene, call, atStart);
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

/** A command of its own that is called `setup` or the like, beside the one that starts the server. */
function isSetupCommand({ pkg, placeOf }: Scene, node: Node): boolean {
  const { file } = placeOf(node);
  if (pkg.lifecycleEntries.includes(file)) return false;
  const bins = Object.entries(pkg.manifest.bin ?? {});
  const own = bins.filter(([, path]) => path.replace(/^\.\//, '') === file);
  return (
    own.length > 0 && own.length < bins.length && own.every(([name]) => SETUP_COMMAND.test(name))
  );
}

/** What nobody is seen to call is moderate in a server, low in a library that merely offers it. */
const grade = (reach: Reach, isSubject: boolean): 'moderate' | 'low' =>
  (reach === 'unknown' && isSubject) || reach === 'tool' ? 'moderate' : 'low';

/** A package whose very purpose it is to set up agents or hooks. */
function isAbout(scene: Scene, ruleId: string): boolean {
  const about = `${scene.pkg.name} ${scene.pkg.manifest.description ?? ''}`;
  if (ruleId === 'git-hook-write')
    return /\bgit[- ]?hooks?\b|husky|lefthook|pre-commit/i.test(about);
  if (ruleId === 'ci-workflow-write')
    return /\bgithub[- ]actions?\b|\bactions[- ]|\bworkflows?\b|\bci\b|\bci[-/ ]?cd\b|\bpipelines?\b/i.test(
      about,
    );
  if (ruleId === 'agent-config-write' && AGENTS.test(scene.pkg.name)) return true;
  if (ruleId === 'agent-config-write')
    return /\binstall(?:er|s)?\b.{0,60}\b(?:mcp|servers?|config)|mcp[- ](?:installer|manager|config)|\bscaffold|create-/i.test(
      about,
    );
  return false;
}
