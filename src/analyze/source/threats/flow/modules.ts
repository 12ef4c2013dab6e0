// Ties the files of a joined tree together: an import stands for what the other file exports.
import path from 'node:path';
import type { Joined, JoinedModule } from '../../joined.ts';
import { parentOf } from '../../nodes.ts';
import type { Node } from '../../parse.ts';
import { emptyExports, fillAssigned, fillExports, memberNode, propertyNode } from './exports.ts';
import type { ObjectNode } from './exports.ts';
import { lookup, plainKey } from './model.ts';
import type { Call, Def, Model } from './model.ts';
import { constantOf, INTEROP, nameOf, propertyOf, shapeOf, unwrap } from './names.ts';
import { setMeaning } from './unwrap.ts';

interface Module extends JoinedModule {
  exports: ObjectNode;
  /** What `module.exports` is, where that is no object that is written out. */
  whole: Node | null;
}
/** The path that a relative import leads to, or null. */
export type ResolveImport = (from: string, spec: string) => string | null;

const READS_JSON = /^(?:JSON\.parse|fs-extra\.readJson(?:Sync)?)$/;

export function linkModules(model: Model, joined: Joined, resolve: ResolveImport): void {
  const modules = new Map<Node, Module>();
  const byPath = new Map<string, Module>();
  for (const one of joined.modules) {
    const module = { ...one, exports: emptyExports(one.program), whole: null };
    modules.set(one.program, module);
    byPath.set(one.path, module);
  }
  const find = (from: Node | null, spec: unknown): Module | null => {
    const importer = from && modules.get(from);
    const target = importer && typeof spec === 'string' ? resolve(importer.path, spec) : null;
    return (target !== null && byPath.get(target)) || null;
  };
  for (const assign of model.assigns) {
    const module = modules.get(programOf(assign) ?? assign);
    if (module) module.whole = fillAssigned(model, assign, module.exports) ?? module.whole;
  }
  const findNode = (from: Node, spec: unknown) => meaningOf(find(from, spec));
  for (const { program, exports } of modules.values()) fillExports(program, exports, findNode);
  // What was read while the files were strangers is not known for good.
  model.names.clear();
  model.shapes.clear();
  model.lookups.clear();
  for (const binding of model.bindings)
    for (const def of binding.defs)
      if (def.kind === 'import') linkImport(model, def, find(programOf(def.value), sourceOf(def)));
  for (const call of model.calls) linkCall(model, call, find, byPath);
  for (const node of model.imports) {
    const module = find(programOf(node), constantOf(model, node.source));
    if (module) setMeaning(node, meaningOf(module) ?? module.exports);
  }
  model.names.clear();
  model.shapes.clear();
}

/** What `require` gives: of a file of settings its value. */
function meaningOf(module: Module | null): Node | null {
  if (!module) return null;
  const isSettings = module.path.endsWith('.json');
  const value = isSettings ? module.exports.properties.find(isDefault) : undefined;
  if (value?.type === 'Property') return value.value;
  return module.whole ?? module.exports;
}

const isDefault = (one: ObjectNode['properties'][number]): boolean =>
  one.type === 'Property' && plainKey(one.key) === 'default';

function linkImport(model: Model, def: Def, module: Module | null): void {
  if (!module) return;
  const imported = def.path[0] ?? '*';
  const { exports, whole } = module;
  const found = imported === '*' ? exports : propertyOf(model, exports, imported);
  const value =
    found ?? (imported === 'default' ? (whole ?? exports) : whole && memberNode(whole, imported));
  if (value) Object.assign(def, { kind: 'init', value, path: [] } satisfies Def);
}

/** `require('./x')`, `__importDefault(require('./x'))`, `JSON.parse(readFileSync('./x.json'))`. */
function linkCall(
  model: Model,
  call: Call,
  find: (from: Node | null, spec: unknown) => Module | null,
  byPath: ReadonlyMap<string, Module>,
): void {
  const required = requiredBy(model, call);
  const inner = call.arguments[0];
  const isInterop =
    required === null && call.callee.type === 'Identifier' && INTEROP.test(call.callee.name);
  const isWrapped = isInterop && inner?.type === 'CallExpression';
  const spec = isWrapped ? requiredBy(model, inner) : required;
  const module = spec === null ? fileRead(model, call, byPath) : find(programOf(call), spec);
  if (!module) return;
  if (isInterop && !propertyOf(model, module.exports, 'default'))
    module.exports.properties.push(propertyNode('default', module.whole ?? module.exports));
  setMeaning(call, isInterop ? module.exports : (meaningOf(module) ?? module.exports));
}

function requiredBy(model: Model, call: Call): string | null {
  const { callee } = call;
  if (callee.type !== 'Identifier' || call.arguments.length === 0) return null;
  const isRequire =
    callee.name === 'require'
      ? lookup(model, callee) === null || nameOf(model, callee) === 'module.createRequire()'
      : nameOf(model, callee) === 'module.createRequire()';
  return isRequire ? constantOf(model, call.arguments[0]) : null;
}

/** The file of settings that a call reads, if only one has that name. */
function fileRead(model: Model, call: Call, byPath: ReadonlyMap<string, Module>): Module | null {
  const name = nameOf(model, call.callee) ?? '';
  if (!READS_JSON.test(name)) return null;
  const first = call.arguments[0] ? unwrap(call.arguments[0]) : null;
  const read =
    name === 'JSON.parse' && first?.type === 'CallExpression' ? first.arguments[0] : first;
  const base = path.posix.basename(shapeOf(model, read) ?? '');
  if (!base.endsWith('.json')) return null;
  const found = [...byPath].filter(([file]) => path.posix.basename(file) === base);
  const [one] = found;
  if (!one || found.length > 1) return null;
  const value = propertyOf(model, one[1].exports, 'default');
  return { ...one[1], whole: value };
}

function sourceOf(def: Def): unknown {
  return def.value?.type === 'Literal' ? def.value.value : null;
}

function programOf(node: Node | null): Node | null {
  let at = node;
  while (at !== null && at.type !== 'Program') at = parentOf(at);
  return at;
}
