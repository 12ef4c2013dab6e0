// Files that nobody but their owner should write, and how bad it is that code does.
import { runsAtInstall } from '../closeness.ts';
import type { Node } from '../../parse.ts';
import { AGENT_PATH, AUTOSTART_PATH, CI_PATH, HOOK_PATH, SSH_PATH } from '../flow/labels.ts';
import type { Reach, Report, Scene } from '../scene.ts';
import { toldOf } from '../told.ts';

export interface Target {
  label: number;
  ruleId: string;
  /** At start; on request it is what a setup command does. */
  severity: 'critical' | 'high';
  message: string;
}
export const TARGETS: Target[] = [
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

const SENDS =
  /\b(?:curl|wget|nc|ncat|Invoke-WebRequest|iwr)\s[^\n]{0,200}(?:https?:|--data|-d |\||\d{1,3}(?:\.\d{1,3}){3})/;
const HIDES = /\bnohup\b|>\s?\/dev\/null|\/tmp\/\.|-WindowStyle Hidden/i;

const SETUP_COMMAND =
  /^(?:[\w.-]+-)?(?:setup|install|uninstall|remove|configure|config|init|register|unregister)$/;

/** Nobody is asked any more before tools run. */
const GRANTS =
  /\b(?:alwaysAllow|autoApprove|auto_approve|bypassPermissions|dangerouslySkipPermissions|enableAllProjectMcpServers|skipDangerousModePermissionPrompt)\b|\byolo\b|Bash\(\*{0,2}\)|['"]mcp__\*|chat\.tools\.autoApprove/i;
/** Another server is put beside it: an entry with a program. */
const ADDS_SERVER =
  /\bmcp_?servers\b[\s\S]{0,2000}\bcommand['"]?\s{0,3}:|\bcommand['"]?\s{0,3}:[\s\S]{0,2000}\bmcp_?servers\b/i;

// A list of nothing that is never asked about.
const GRANTS_NONE =
  /\b(?:alwaysAllow|autoApprove|auto_approve)\b['"]?\s{0,3}:\s{0,3}(?:\[\s{0,3}\]|false\b)/g;

/** Settings after which nobody is asked any more. */
export const grantsAll = (text: string): boolean => GRANTS.test(text.replace(GRANTS_NONE, ''));

/** What a tool call does to the agent without a word in any text. */
const overrides = (text: string): boolean => GRANTS.test(text) || ADDS_SERVER.test(text);

/** What was written is put to use at once, or bears the name of somebody else's. */
const ACTIVATES =
  /\blaunchctl\b[^\n]{0,60}\b(?:load|bootstrap|enable|kickstart|submit)\b|\bsystemctl\b[^\n]{0,60}\b(?:enable|start|link)\b|\bschtasks\b[^\n]{0,60}\/create|\bcom\.(?:apple|google|microsoft|adobe)\.[\w.-]{2,40}\b/i;

const isSecretly = (ruleId: string, around: string): boolean =>
  (ruleId === 'agent-config-write' && overrides(around)) ||
  (ruleId === 'autostart-write' && ACTIVATES.test(around));

// A key that stands in the code is that of whoever wrote it.
const OWN_KEY =
  /\bAAAA(?:B3NzaC1yc2E|C3NzaC1lZDI1NTE5|E2VjZHNh|B3NzaC1kc3M|GnNrLXNzaC1lZDI1NTE5)[\w+/]{20}/;

const isGrave = (content: string): boolean => HIDES.test(content) || SENDS.test(content);

export const atStart = ({ ruleId, message, severity }: Target, content: string): Report => ({
  ruleId,
  message,
  severity: isGrave(content) ? 'critical' : severity,
  confidence: 'high',
});

/** `around`: the text of the file in which it is written. */
export function graded(
  scene: Scene,
  reach: Reach,
  target: Target,
  content: string,
  around: string,
): Report {
  const { ruleId, message } = target;
  const isSetupTool = isAbout(scene, ruleId);
  if (reach === 'command') return { ruleId, message, severity: 'low', confidence: 'medium' };
  if (ruleId === 'git-hook-write' && SENDS.test(content))
    return { ruleId, message, severity: 'critical', confidence: 'high' };
  if (reach === 'start' && !isSetupTool) return atStart(target, content);
  if (ruleId === 'ssh-access-added' && OWN_KEY.test(`${content}\n${around}`))
    return { ruleId, message, severity: 'critical', confidence: 'high' };
  if (ruleId === 'ssh-access-added' && reach !== 'tool')
    return { ruleId, message, severity: 'high', confidence: 'medium' };
  const isWorm =
    ruleId === 'ci-workflow-write' &&
    /toJSON\(secrets\)|secrets\.\w+/.test(content) &&
    /curl|wget|https?:/.test(content);
  if (isWorm) return { ruleId, message, severity: 'critical', confidence: 'high' };
  const isOffered = isSetupTool || (reach === 'tool' && toldOf(scene).includes(ruleId));
  const isUnasked = reach === 'tool' && scene.pkg.isSubject && !isOffered;
  if (isUnasked && isSecretly(ruleId, around))
    return { ruleId, message, severity: 'critical', confidence: 'medium' };
  return {
    ruleId,
    message,
    severity: isOffered ? 'low' : grade(reach, scene.pkg.isSubject),
    confidence: 'medium',
  };
}

/** A command of its own that is called `setup` or the like, beside the one that starts the server. */
export function isSetupCommand({ pkg, placeOf }: Scene, node: Node): boolean {
  const { file } = placeOf(node);
  if (runsAtInstall(pkg, file)) return false;
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
export function isAbout(scene: Scene, ruleId: string): boolean {
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
