// Which functions of the file a call or an argument leads to.
import type { Node } from '../../parse.ts';
import { classOf, instanceClass, memberOf } from './classes.ts';
import { chosenFunctions } from './dispatch.ts';
import type { Memo } from './memo.ts';
import { lookup } from './model.ts';
import type { Binding, Call, Def, Fn, Model } from './model.ts';
import { keyOf, nameOf, propertyOf, unwrap, valueOf } from './names.ts';
import { optionalChain } from './optional-chain.ts';

export interface Flow {
  model: Model;
  /** Whether the package is one of those that are read most closely. */
  isClose: boolean;
  /** Whether some object stands for another. */
  hasProxies: boolean;
  /** Whether something that may be a program in code lies in the file. */
  holdsPayload: () => boolean;
  memo: Memo;
  /** Handlers of tools: their parameters come from the model's client. */
  handlers: Set<Fn>;
  /** `new Promise(...)` -> what is handed to its resolve. */
  resolved: Map<Node, number>;
  /** Names of what comes from other files of the package. */
  imports: string[];
  /** The resolve parameter of a promise -> the promise. */
  resolvers: Map<Binding, Node>;
  /** Where in the object that a variable holds what came over the network stands, by its key. */
  remoteAt: Map<Binding, Set<string>>;
}

const NONE: Fn[] = [];
const PLAIN = new Set([
  'ArrayExpression',
  'TemplateLiteral',
  'Literal',
  'FunctionExpression',
  'ArrowFunctionExpression',
]);
const BUILT_IN =
  /^(?:push|pop|shift|unshift|splice|slice|concat|join|map|filter|forEach|reduce|sort|reverse|flat|flatMap|find|keys|values|entries|replace|replaceAll|split|trim|match|substring|toString)$/;

/** The functions of this file that a call may run. */
export function calleesOf(model: Model, call: Call): Fn[] {
  let found = model.callees.get(call);
  if (!found) model.callees.set(call, (found = findCallees(model, call)));
  return found;
}

function findCallees(model: Model, call: Call): Fn[] {
  const callee = unwrap(call.callee);
  const own = model.fnOf.get(callee);
  if (own) return [own];
  if (optionalChain(call)) return NONE;
  const made = call.type === 'NewExpression' ? classOf(model, callee) : null;
  if (made) {
    const constructor = memberOf(model, made, 'constructor', 'constructor');
    return constructor ? [constructor] : NONE;
  }
  const compiled = compiledAsync(model, call);
  if (compiled) return functionsIn(model, compiled);
  if (callee.type === 'Identifier') {
    const found = functionsIn(model, callee);
    return found.length > 0 ? found : chosenFunctions(model, callee);
  }
  if (callee.type !== 'MemberExpression') return chosenFunctions(model, callee);
  const chosen = chosenFunctions(model, callee);
  if (chosen.length > 0) return chosen;
  const method = keyOf(model, callee);
  if (method === 'call' || method === 'apply') {
    const called = functionsIn(model, unwrap(callee.object));
    if (called.length > 0) return called;
  }
  const written = functionsIn(model, valueOf(model, callee));
  if (written.length > 0) return written;
  const owner = instanceClass(model, callee.object);
  const member = owner && method !== null && memberOf(model, owner, method, 'method');
  if (member) return [member];
  const object = nameOf(model, callee.object);
  // Methods of modules and of built-in objects are not this file's.
  const isForeign =
    object !== null &&
    object !== 'this' &&
    !object.startsWith('new ') &&
    !object.startsWith('function');
  if (method === null || isForeign) return NONE;
  if (BUILT_IN.test(method) && isPlain(model, unwrap(callee.object))) return NONE;
  return methodsNamed(model, method);
}

/** An array, a text or a function that is written out: what is called on it is no method of this file's classes. */
function isPlain(model: Model, node: Node): boolean {
  if (node.type !== 'Identifier') return PLAIN.has(node.type);
  const defs = lookup(model, node)?.defs.filter(({ kind, value }) => value || kind === 'param');
  return (
    defs !== undefined &&
    defs.length > 0 &&
    defs.every(({ kind, value, path }) => {
      const isWhole = path.length === 0 && (kind === 'init' || kind === 'assign');
      return isWhole && value !== null && PLAIN.has(unwrap(value).type);
    })
  );
}

/** The generator in what compilers make of an async function: `__awaiter(this, …, function* () {})`. */
function compiledAsync(model: Model, call: Call): Node | undefined {
  const callee = unwrap(call.callee);
  const name = callee.type === 'Identifier' ? callee.name : (nameOf(model, callee) ?? '');
  return /^(?:tslib\.)?__awaiter$/.test(name) ? call.arguments.at(-1) : undefined;
}

const MAX_ALIASES = 6;
const MAX_FUNCTIONS = 6;
const MAX_SEEN = 100;
const MAY_BE_FUNCTION = new Set([
  'Identifier',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'MemberExpression',
  'CallExpression',
  'AwaitExpression',
  'ParenthesizedExpression',
  'ChainExpression',
]);

/** The function that an argument is or names. */
export function functionsIn(model: Model, node: Node | null | undefined): Fn[] {
  if (!node || !MAY_BE_FUNCTION.has(node.type)) return NONE;
  // Under a call stands what it calls, which is not what it yields.
  if (node.type === 'CallExpression') return findFunctions(model, node);
  const known = model.callees.get(node);
  if (known) return known;
  // What a function hands to itself, `load({ via: options.via })`, adds nothing to itself.
  model.callees.set(node, NONE);
  const found = findFunctions(model, node);
  model.callees.set(node, found);
  return found;
}

/** Helpers of compilers and of everybody around a function, which stays what it is. */
const AROUND =
  /^_?_?(?:name|asyncToGenerator|async_to_generator|wrapAsyncGenerator|once|memo(?:ize)?|debounce|throttle|promisify|useCallback)$/;

const findGiven = (
  model: Model,
  node: Node | null | undefined,
  depth: number,
  seen: Set<Binding>,
): Fn[] => (node && depth <= MAX_ALIASES ? findFunctions(model, node, depth + 1, seen) : NONE);

/** `const traced = (inner) => (...args) => inner(...args)`: what a function of the file makes. */
function functionsMade(
  model: Model,
  call: Extract<Node, { type: 'CallExpression' }>,
  depth: number,
  seen: Set<Binding>,
): Fn[] {
  if (depth > MAX_ALIASES) return NONE;
  const makers = findFunctions(model, call.callee, depth + 1, seen).slice(0, 2);
  const answers = makers.flatMap(({ returns }) => returns.slice(0, 3));
  return answers.flatMap((answer) => model.fnOf.get(unwrap(answer)) ?? []);
}

/** A variable that is given to itself by way of others is looked at once: parsers made by tools have thousands. */
function findFunctions(model: Model, node: Node, depth = 0, seen: Set<Binding> = new Set()): Fn[] {
  const value = unwrap(node);
  const own = model.fnOf.get(value);
  if (own) return [own];
  if (value.type === 'MemberExpression' && value.object.type === 'ThisExpression') {
    return methodsNamed(model, keyOf(model, value) ?? '');
  }
  if (value.type === 'CallExpression' && value.callee.type === 'MemberExpression') {
    return keyOf(model, value.callee) === 'bind'
      ? findGiven(model, value.callee.object, depth, seen)
      : NONE;
  }
  if (value.type === 'CallExpression' && value.callee.type === 'Identifier')
    return AROUND.test(value.callee.name)
      ? findGiven(model, value.arguments[0], depth, seen)
      : functionsMade(model, value, depth, seen);
  if (value.type === 'MemberExpression')
    return findGiven(model, valueOf(model, value), depth, seen);
  if (value.type !== 'Identifier' || depth > MAX_ALIASES) return NONE;
  const binding = lookup(model, value);
  if (!binding || seen.has(binding) || seen.size > MAX_SEEN) return NONE;
  if (depth > 0) return functionsNamed(model, binding, depth, seen);
  binding.functions ??= functionsNamed(model, binding, depth, seen);
  return binding.functions;
}

function functionsNamed(model: Model, binding: Binding, depth: number, seen: Set<Binding>): Fn[] {
  seen.add(binding);
  const found = binding.defs.flatMap((def) => functionsOf(model, def, depth, seen));
  // Functions of functions of functions: only the first is followed further down.
  const hands = binding.given.slice(0, depth === 0 ? MAX_FUNCTIONS : 1);
  const given = hands.flatMap((one) => findFunctions(model, one, depth + 1, seen));
  return [...new Set([...found, ...given])].slice(0, MAX_FUNCTIONS);
}

function functionsOf(model: Model, def: Def, depth: number, seen: Set<Binding>): Fn[] {
  if (!def.value || def.kind === 'import' || def.kind === 'each' || def.kind === 'keys')
    return NONE;
  if (def.path.length > 1) return NONE;
  const value = def.path.length === 0 ? def.value : propertyOf(model, def.value, def.path[0] ?? '');
  if (!value) return NONE;
  const own = model.fnOf.get(unwrap(value));
  if (own) return [own];
  const { type } = unwrap(value);
  const isFurther = type === 'Identifier' || type === 'CallExpression';
  return isFurther ? findFunctions(model, value, depth + 1, seen) : NONE;
}

/** Two methods of one name may be meant; with more the name says nothing. */
function methodsNamed(model: Model, name: string): Fn[] {
  const found = model.methods.get(name) ?? [];
  return found.length > 2 ? [] : found;
}
