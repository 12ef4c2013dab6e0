// Modules of the package: their top level, imports and exports.
import { posix } from 'node:path';
import type { SourceFile } from '../../file.ts';
import type { ServerSource } from '../../package-context.ts';
import type { Node } from '../../parse.ts';
import { classOf } from './classes.ts';
import { dataAt, isDataSpec, pathsOf } from './data-files.ts';
import { LocalEnv } from './env.ts';
import { moduleName } from './globals.ts';
import type { Machine, Module } from './machine.ts';
import { declarationOf, hoist } from './statements.ts';
import {
  UNKNOWN,
  external,
  literal,
  located,
  union,
  type ObjectValue,
  type Value,
  type Env,
} from './values.ts';

export interface Modules {
  open: (path: string) => Module | null;
  /** Runs initialisers at the top level that nobody has asked for. */
  finish: (path: string) => void;
}

export function createModules(server: ServerSource, it: Machine): Modules {
  const known = new Map<string, Module>();
  const open = (path: string): Module | null => {
    const before = known.get(path);
    if (before) return before;
    const file = server.files.get(path);
    if (!file) return null;
    const exports: ObjectValue = { kind: 'object', props: new Map(), isOpen: false };
    const module: Module = { env: new LocalEnv(null, file, true), exports };
    known.set(path, module);
    // Whoever asks first, its top level runs once and for certain.
    const { uncertain, guards } = it;
    it.uncertain = 0;
    it.guards = [];
    load(it, file, module);
    it.uncertain = uncertain;
    it.guards = guards;
    return module;
  };
  const finish = (path: string) => {
    const module = known.get(path);
    if (!module) return;
    for (const name of [...module.env.vars.keys()]) module.env.lookup(name);
  };
  return { open, finish };
}

export function importedValue(
  server: ServerSource,
  modules: Modules,
  file: SourceFile,
  spec: string,
): Value {
  const path = server.resolveImport(file.path, spec);
  if (path !== null) return valueOf(modules, path);
  const data = dataAt(server, posix.join(posix.dirname(file.path), spec));
  return (/^\.\.?\//.test(spec) ? data : undefined) ?? external(moduleName(spec));
}

export function importedAt(
  server: ServerSource,
  modules: Modules,
  file: SourceFile,
  at: Value,
): Value {
  const known = new Set([...server.files.keys(), ...server.dataPaths]);
  const paths = pathsOf(at, file, known);
  if (paths.length === 0) return UNKNOWN;
  return union(
    paths.map((path) =>
      server.files.has(path) ? valueOf(modules, path) : (dataAt(server, path) ?? UNKNOWN),
    ),
  );
}

function valueOf(modules: Modules, path: string): Value {
  const exports = modules.open(path)?.exports;
  const whole = exports?.props.get('@@module');
  return (whole && whole.kind !== 'object' ? whole : exports) ?? UNKNOWN;
}

function load(it: Machine, file: SourceFile, module: Module): void {
  const { env } = module;
  const body = file.program.body as readonly Node[];
  const holder: ObjectValue = {
    kind: 'object',
    props: new Map([['exports', module.exports]]),
    isOpen: false,
  };
  env.declare('module', holder);
  env.declare('exports', module.exports);
  env.declare('__dirname', located('__dirname', posix.dirname(file.path)));
  env.declare('__filename', located('__filename', file.path));
  hoist(body, env);
  for (const statement of body) declareTop(it, statement, env);
  for (const statement of body) exportTop(it, statement, module);
  for (const statement of body) {
    const isDeclaration = /Declaration$/.test(statement.type);
    if (!isDeclaration && it.steps > 0) it.execute([statement], env);
    const exported = statement.type === 'ExportDefaultDeclaration' ? statement.declaration : null;
    if (exported && !/Declaration$/.test(exported.type)) module.exports.props.get('default');
  }
  const replaced = holder.props.get('exports');
  if (replaced && replaced !== module.exports) adopt(module.exports, replaced);
}

/** `module.exports = X`: those who import get X, through the object that they may already hold. */
function adopt(exports: ObjectValue, value: Value): void {
  if (value.kind === 'object') {
    for (const [key, member] of value.props) exports.props.set(key, member);
    if (value.class) exports.class = value.class;
  }
  if (!exports.props.has('default')) exports.props.set('default', value);
  exports.props.set('@@module', value);
}

function declareTop(it: Machine, statement: Node, env: Env): void {
  if (statement.type === 'ImportDeclaration') {
    importTop(it, statement, env);
    return;
  }
  const inner = declarationOf(statement);
  if (inner?.type === 'ClassDeclaration' && inner.id) {
    env.declare(inner.id.name, { kind: 'lazy', force: () => classOf(it, inner, env) });
  }
  if (inner?.type !== 'VariableDeclaration') return;
  for (const { id, init } of inner.declarations) {
    if (id.type === 'Identifier') {
      if (!init && env.vars.has(id.name)) continue;
      const value: Value = init
        ? { kind: 'lazy', force: () => guarded(env, id.name, () => it.evaluate(init, env)) }
        : literal(undefined);
      env.declare(id.name, value);
    } else if (init) {
      destructured(it, id, init, env);
    }
  }
}

/** While a variable is worked out, asking for it again gives nothing. */
function guarded(env: Env, name: string, make: () => Value): Value {
  env.vars.set(name, UNKNOWN);
  return make();
}

function destructured(it: Machine, pattern: Node, init: Node, env: Env): void {
  const names = namesIn(pattern);
  const scratch = new LocalEnv(env, env.file, true);
  let isDone = false;
  for (const name of names) {
    const force = () => {
      if (!isDone) {
        isDone = true;
        it.bind(pattern, it.evaluate(init, env), scratch, 'let');
      }
      return scratch.vars.get(name) ?? UNKNOWN;
    };
    env.declare(name, { kind: 'lazy', force });
  }
}

function namesIn(pattern: Node, depth = 0): string[] {
  if (depth > 8) return [];
  switch (pattern.type) {
    case 'Identifier':
      return [pattern.name];
    case 'AssignmentPattern':
      return namesIn(pattern.left, depth + 1);
    case 'RestElement':
      return namesIn(pattern.argument, depth + 1);
    case 'ArrayPattern':
      return pattern.elements.flatMap((item) => (item ? namesIn(item, depth + 1) : []));
    case 'ObjectPattern':
      return pattern.properties.flatMap((property) =>
        namesIn(property.type === 'RestElement' ? property : property.value, depth + 1),
      );
    default:
      return [];
  }
}

function nameOf(node: Node): string {
  return node.type === 'Identifier' ? node.name : node.type === 'Literal' ? String(node.value) : '';
}

function importTop(it: Machine, node: Node & { type: 'ImportDeclaration' }, env: Env): void {
  const spec = String(node.source.value);
  const source = () => it.importFrom(env.file, spec);
  if (node.specifiers.length === 0) source();
  for (const specifier of node.specifiers) {
    const key =
      specifier.type === 'ImportSpecifier'
        ? nameOf(specifier.imported)
        : specifier.type === 'ImportDefaultSpecifier'
          ? 'default'
          : '*';
    const force = (): Value => {
      const module = source();
      const isWhole = key === '*' || (key === 'default' && isDataSpec(spec));
      return isWhole ? module : it.get(module, key);
    };
    env.declare(specifier.local.name, { kind: 'lazy', force });
  }
}

function exportTop(it: Machine, statement: Node, module: Module): void {
  const { env, exports } = module;
  const lazy = (key: string, force: () => Value) => exports.props.set(key, { kind: 'lazy', force });
  if (statement.type === 'ExportDefaultDeclaration') {
    const inner = statement.declaration as Node & { id?: { name: string } | null };
    const isNamed = /^(?:Function|Class)Declaration$/.test(inner.type) && inner.id;
    lazy('default', () =>
      isNamed && inner.id ? (env.lookup(inner.id.name) ?? UNKNOWN) : valueOfDefault(it, inner, env),
    );
  } else if (statement.type === 'ExportAllDeclaration') {
    const all = it.importFrom(env.file, String(statement.source.value));
    if (statement.exported) exports.props.set(nameOf(statement.exported), all);
    else if (all.kind === 'object') {
      for (const key of all.props.keys()) if (key !== 'default') lazy(key, () => it.get(all, key));
    } else exports.isOpen = true;
  } else if (statement.type === 'ExportNamedDeclaration') {
    const source = statement.source ? String(statement.source.value) : null;
    for (const specifier of statement.specifiers) {
      const local = nameOf(specifier.local);
      lazy(nameOf(specifier.exported), () =>
        source === null
          ? (env.lookup(local) ?? UNKNOWN)
          : it.get(it.importFrom(env.file, source), local),
      );
    }
    for (const name of declaredNames(statement.declaration as Node | null)) {
      lazy(name, () => env.lookup(name) ?? UNKNOWN);
    }
  }
}

function valueOfDefault(it: Machine, node: Node, env: Env): Value {
  if (node.type === 'ClassDeclaration') return classOf(it, node, env);
  if (node.type === 'FunctionDeclaration') return { kind: 'function', node, env, file: env.file };
  return it.evaluate(node, env);
}

function declaredNames(node: Node | null | undefined): string[] {
  if (!node) return [];
  if (node.type === 'VariableDeclaration') {
    return node.declarations.flatMap(({ id }) => namesIn(id));
  }
  const { id } = node as { id?: { name: string } | null };
  return id ? [id.name] : [];
}
