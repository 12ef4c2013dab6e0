// A file under examination: its model and flow, and how detectors report.
import { escapeExcerpt } from '../../text/escape.ts';
import type { SourceFile } from '../file.ts';
import type { PackageContext, RawThreat } from '../package-context.ts';
import type { Node } from '../parse.ts';
import type { Flow } from './flow/callees.ts';
import { labelsOf } from './flow/flow.ts';
import type { Invocation } from './flow/invoke.ts';
import type { FileLink } from './flow/link.ts';
import type { Model } from './flow/model.ts';
import { nameOf } from './flow/names.ts';
import type { Declared } from './declared.ts';

/** `start`: whenever the file is loaded; `command`: a person asked for it on a command line or in a dialogue. */
export type Reach = 'start' | 'command' | 'tool' | 'unknown';

export interface Scene {
  file: SourceFile;
  pkg: PackageContext;
  model: Model;
  flow: Flow;
  declared: Declared;
  /** Calls with their canonical names, in the order of the text. */
  calls: Invocation[];
  /** Which file of the package a node stands in, and on which line. */
  placeOf: (node: Node) => { file: string; line: number };
  /** The whole text of the file that a node stands in. */
  textAround: (node: Node) => string;
  link: FileLink;
  /** Call sites by called function, made when first asked for. */
  reach: { known: Map<Node, Reach> };
  threats: Map<string, { threat: RawThreat; node: Node }>;
}

export interface Report {
  ruleId: string;
  severity: RawThreat['severity'];
  confidence?: RawThreat['confidence'];
  message: string;
  /** In place of the code, where that does not show what is meant. */
  excerpt?: string;
  /** What it is about is done by an install, wherever it shows. */
  isAtInstall?: boolean;
}

const RANK = { info: 0, low: 1, moderate: 2, high: 3, critical: 4 } as const;

/** Notes a threat; of several of one rule on one line the worst stays. */
export function report(
  scene: Scene,
  node: Node,
  { ruleId, severity, confidence, message, excerpt, isAtInstall }: Report,
): void {
  const { file, line } = scene.placeOf(node);
  const key = `${ruleId}:${file}:${line}`;
  const before = scene.threats.get(key);
  if (before && RANK[before.threat.severity] >= RANK[severity]) return;
  const threat: RawThreat = {
    ruleId,
    severity,
    confidence: confidence ?? 'high',
    message,
    file,
    line,
    excerpt: escapeExcerpt(excerpt ?? scene.file.textOf(node)),
    ...(isAtInstall === true ? { isAtInstall } : {}),
  };
  scene.threats.set(key, { threat, node });
}

export const carried = (scene: Scene, node: Node | null | undefined): number =>
  labelsOf(scene.flow, node);
export const named = (scene: Scene, node: Node | null | undefined): string =>
  nameOf(scene.model, node) ?? '';
/** Labels of several expressions together. */
export const carriedByAll = (scene: Scene, nodes: readonly Node[]): number =>
  nodes.reduce((labels, node) => labels | labelsOf(scene.flow, node), 0);
