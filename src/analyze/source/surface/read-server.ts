// Runs the server's code abstractly, from its entries, and takes down what it declares.
import type { SourceFile } from '../file.ts';
import type { ServerSource } from '../package-context.ts';
import type { Node } from '../parse.ts';
import { createInterpreter, type Interpreter } from './eval/interpreter.ts';
import { UNKNOWN } from './eval/values.ts';
import { runHandlers } from './handlers.ts';
import { emptyModel, type ServerModel } from './model.ts';
import { register } from './registrations.ts';
import { addShapes } from './shapes.ts';

const TOTAL_STEPS = 2_000_000;
const ENTRY_STEPS = 800_000;
const FILE_STEPS = 300_000;
const FUNCTION_STEPS = 60_000;
const MAX_UNCALLED = 200;
const REGISTERS =
  /\.(?:tool|registerTool|addTool|setRequestHandler|registerPrompt|registerResource|prompt|addTools|registerTools)\s*\(/;
const LISTS = /["'`]tools\/(?:list|call)["'`]/;

// One reading serves both the surface and the weaknesses; it dies with the server's files.
const models = new WeakMap<ServerSource, ServerModel>();

export function readServer(server: ServerSource): ServerModel {
  const known = models.get(server);
  if (known) return known;
  const model = emptyModel();
  models.set(server, model);
  const it = createInterpreter(server, { onCall: () => undefined });
  it.steps = TOTAL_STEPS;
  it.hooks = { onCall: (event) => register(it, model, event) };
  const files = [...server.files.values()];
  const ordered = [
    ...server.entries.flatMap((path) => server.files.get(path) ?? []),
    ...files.filter((file) => !server.entries.includes(file.path)),
  ];
  for (const [index, file] of ordered.entries()) {
    const steps = index < server.entries.length ? ENTRY_STEPS : FILE_STEPS;
    it.within(steps, () => it.modules.open(file.path));
  }
  const telling = ordered.filter((file) => REGISTERS.test(file.text) || LISTS.test(file.text));
  for (const file of telling) {
    it.within(FILE_STEPS, () => it.modules.finish(file.path));
    runUncalled(it, file);
  }
  it.steps = Math.max(it.steps, FILE_STEPS);
  it.within(FILE_STEPS, () => addShapes(it, model, ordered));
  if (it.steps <= 0) model.isStopped = true;
  it.steps = Math.max(it.steps, TOTAL_STEPS / 2);
  runHandlers(it, model, ordered);
  return model;
}

/** Functions that declare something but that nobody was seen to call. */
function runUncalled(it: Interpreter, file: SourceFile): void {
  const env = it.modules.open(file.path)?.env;
  if (!env) return;
  let left = MAX_UNCALLED;
  for (const site of file.nodesOf('CallExpression')) {
    const { callee } = site;
    if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') continue;
    if (!REGISTERS.test(`.${callee.property.name}(`)) continue;
    const owner = outermost(file, site);
    if (!owner || it.entered.has(owner) || left-- <= 0) continue;
    runOwner(it, file, owner);
  }
}

/** The outermost function, or method of a top-level class, around a node. */
function outermost(file: SourceFile, node: Node): Node | null {
  let found: Node | null = null;
  for (let at: Node | null = node; at; at = file.parentOf(at)) {
    if (/^(?:Function(?:Declaration|Expression)|ArrowFunctionExpression)$/.test(at.type))
      found = at;
  }
  return found;
}

function runOwner(it: Interpreter, file: SourceFile, owner: Node): void {
  const env = it.modules.open(file.path)?.env;
  if (!env) return;
  const method = file.parentOf(owner);
  const cls =
    method?.type === 'MethodDefinition' ? file.parentOf(file.parentOf(method) ?? method) : null;
  it.within(FUNCTION_STEPS, () => {
    if (cls?.type !== 'ClassDeclaration' && cls?.type !== 'ClassExpression') {
      it.callFunction({ kind: 'function', node: owner, env, file }, []);
      return;
    }
    const callee =
      (cls.type === 'ClassDeclaration' && cls.id && env.lookup(cls.id.name)) ||
      it.evaluate(cls, env);
    const event = { node: cls, file, name: '', self: undefined, args: [], isNew: true };
    const instance = it.construct({ ...event, callee });
    if (!it.entered.has(owner)) {
      const scope = callee.kind === 'class' ? callee.env : env;
      it.callFunction({ kind: 'function', node: owner, env: scope, file, self: instance }, [
        UNKNOWN,
      ]);
    }
  });
}
