// Code that looks meant to harm: capability and intent together.
import type { SourceFile } from '../file.ts';
import type { FileSummary, PackageContext, RawThreat } from '../package-context.ts';
import { declaredBy } from './declared.ts';
import { findExecution, findHiddenNames } from './execution.ts';
import { findExfiltration } from './exfiltration.ts';
import { findFileThreats, findWorms } from './files.ts';
import { flowOf } from './flow.ts';
import { findGates } from './gates.ts';
import { findChangingTools, findHiddenRecipients, findHooks } from './hooks.ts';
import { is, SINKS } from './kinds.ts';
import { modelOf } from './model.ts';
import { nameOf } from './names.ts';
import type { Scene } from './scene.ts';
import { findInstallers, findScriptThreats } from './scripts.ts';
import { findSettings } from './settings.ts';

export type { RawThreat };

// A file with none of these words can neither reach out nor run anything.
const WORTH_A_LOOK =
  /\b(?:child_process|fetch|https?|XMLHttpRequest|WebSocket|eval|Function|constructor|process|fromCharCode|fromCodePoint|atob|axios|got|net|dns|dgram|tls|fs|vm|exec\w{0,8}|spawn\w{0,8}|bcc|recipients?|ethereum|globalThis|global|window|import\s{0,3}\(|registerTool|addTool|setRequestHandler|undici|nodemailer|clipboard\w{0,3})\b|require\s{0,3}\(\s{0,9}[^'"\s]|_compile|\.description\s{0,3}=/;
// Sinks that do not show in the name of a call.
const MAY_HIDE =
  /\bconstructor\s{0,3}[\](]|\]\s{0,3}\(|\bbcc\b|\bcc\b|import\s{0,3}\(\s{0,9}[^'"\s]|ethereum|_compile|registerTool|\.tool\(|setRequestHandler|NODE_TLS|rejectUnauthorized|globalThis|prototype\.(?:open|send)|Bcc:|recipients/i;
const MAX_HITS = 100;

/** Threats within one file of any package. */
export function findThreats(file: SourceFile, pkg: PackageContext): RawThreat[] {
  if (!WORTH_A_LOOK.test(file.text)) return [];
  const model = modelOf(file.path, file.text, file.program);
  const calls = model.calls.map((call) => ({ call, name: nameOf(model, call.callee) ?? '' }));
  const isHarmless = !calls.some(({ name }) => is(name, SINKS)) && !MAY_HIDE.test(file.text);
  if (isHarmless) return [];
  const flow = flowOf(model);
  const scene: Scene = {
    file,
    pkg,
    model,
    flow,
    declared: declaredBy(pkg),
    calls,
    reach: { callers: null, known: new Map() },
    threats: new Map(),
  };
  findExfiltration(scene);
  findExecution(scene);
  findHiddenNames(scene);
  findFileThreats(scene);
  findWorms(scene);
  findHooks(scene);
  findHiddenRecipients(scene);
  findChangingTools(scene);
  findSettings(scene);
  findGates(scene);
  return [...scene.threats.values()].map(({ threat }) => threat).slice(0, MAX_HITS);
}

/** Threats of the package as a whole: lifecycle scripts and the like. */
export function findPackageThreats(pkg: PackageContext, files: FileSummary[]): RawThreat[] {
  return [...findScriptThreats(pkg), ...findInstallers(pkg, files)];
}
