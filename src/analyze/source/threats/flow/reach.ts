// Under which circumstances code of a file runs: at start, on a command, in a tool, or not known.
import { walkTree } from '../../nodes.ts';
import type { Node } from '../../parse.ts';
import { callersOf } from './callers.ts';
import { isFunction, lookup } from './model.ts';
import { keyOf, unwrap } from './names.ts';
import type { Reach, Scene } from '../scene.ts';

const ORDER: Reach[] = ['start', 'unknown', 'tool', 'command'];
const ASKED =
  /\b(?:argv|args?|cmd|command|subcommand|action|options?|opts|flags?|program|yargs|cli|answers?|confirm(?:ed)?|consent|prompt|yes|force|install|setup|uninstall|values|positionals?|interactive|dryRun|approved?)\b/i;
const ASKED_THERE =
  /\b(?:argv|args?|options?|opts|flags?|yargs|cli|answers?|confirm(?:ed)?|consent|prompt|interactive|dryRun)\b|--[a-z]/i;
const QUESTION = /^(?:prompt|confirm|question)$/;
const COMMAND_METHOD =
  /^(?:action|command|option|handler|addCommand|defineCommand|question|prompt|confirm)$/;

/** How a node is reached; the least conditional of several ways. */
export function reachOf(scene: Scene, node: Node): Reach {
  return climb(scene, node, new Set());
}

function climb(scene: Scene, from: Node, seen: Set<Node>): Reach {
  let node = from;
  for (
    let parent = scene.file.parentOf(node);
    parent !== null;
    parent = scene.file.parentOf(node)
  ) {
    if (isAskedFor(scene, node, parent)) return 'command';
    const fn = scene.model.fnOf.get(parent);
    if (fn) return scene.flow.handlers.has(fn) ? 'tool' : throughCallers(scene, parent, seen);
    if (parent.type === 'PropertyDefinition' && !parent.static) return 'unknown';
    node = parent;
  }
  return 'start';
}

function throughCallers(scene: Scene, fn: Node, seen: Set<Node>): Reach {
  const known = scene.reach.known.get(fn);
  if (known) return known;
  if (seen.has(fn) || seen.size > 200) return 'command';
  seen.add(fn);
  const sites = callersOf(scene.model).get(fn) ?? [];
  let best: Reach = sites.length === 0 ? nameReach(scene, fn) : 'command';
  for (const site of sites.slice(0, 20)) {
    const reach = isCommandCallback(scene, site, fn) ? 'command' : climb(scene, site, seen);
    if (ORDER.indexOf(reach) < ORDER.indexOf(best)) best = reach;
  }
  scene.reach.known.set(fn, best);
  return best;
}

/** Functions that nothing in the file calls: exported ones, methods, tables of commands. */
function nameReach(scene: Scene, fn: Node): Reach {
  const parent = scene.file.parentOf(fn);
  const holder = parent ? scene.file.parentOf(parent) : null;
  const variable = holder ? scene.file.parentOf(holder) : null;
  if (
    parent?.type === 'Property' &&
    variable?.type === 'VariableDeclarator' &&
    variable.id.type === 'Identifier'
  ) {
    return /command|action|subcommand/i.test(variable.id.name) ? 'command' : 'unknown';
  }
  return 'unknown';
}

function isCommandCallback(scene: Scene, site: Node, fn: Node): boolean {
  if (site.type !== 'CallExpression' || site.callee === fn) return false;
  const callee = unwrap(site.callee);
  return (
    callee.type === 'MemberExpression' &&
    site.arguments.length > 0 &&
    COMMAND_METHOD.test(keyOf(scene.model, callee) ?? '')
  );
}

function isAskedFor(scene: Scene, node: Node, parent: Node): boolean {
  if (parent.type === 'IfStatement' && parent.test !== node) return asks(scene, parent.test);
  if (parent.type === 'ConditionalExpression' && parent.test !== node)
    return asks(scene, parent.test);
  if (parent.type === 'LogicalExpression' && parent.right === node && parent.operator === '&&') {
    return asks(scene, parent.left);
  }
  if (parent.type === 'SwitchStatement' && parent.discriminant !== node)
    return asks(scene, parent.discriminant);
  if (parent.type !== 'BlockStatement' && parent.type !== 'Program') return false;
  // `if (command !== 'install') return;` before the statement.
  for (const statement of parent.body) {
    if (statement === node) return false;
    if (
      statement.type === 'IfStatement' &&
      leaves(scene, statement.consequent) &&
      asks(scene, statement.test)
    )
      return true;
  }
  return false;
}

function leaves(scene: Scene, node: Node): boolean {
  return /^\{?\s*(?:[^;{}]{0,200};\s*)?(?:return|process\.exit|throw)\b/.test(
    scene.model.text.slice(node.start, node.start + 300),
  );
}

function asks(scene: Scene, test: Node): boolean {
  const text = scene.model.text.slice(test.start, Math.min(test.end, test.start + 300));
  if (/require\.main|import\.meta\.(?:url|main)/.test(text)) return false;
  if (isToldByInstall(scene, text)) return false;
  const words = withoutToolArguments(scene, text).replace(
    /process\.env\.\w+|\bscripts\??(?:\.\w+|\[[^\]]{1,40}\])/g,
    '',
  );
  if (isOfInstall(scene, test)) return ASKED_THERE.test(words) || isAnswer(scene, test);
  return ASKED.test(words) || isAnswer(scene, test) || isOfCommandLine(scene, test, 2);
}

/** `const a = process.argv.slice(2), b = a.find(…); if (b === 'configure')`, whatever a and b are called. */
function isOfCommandLine(scene: Scene, node: Node, depth: number): boolean {
  let isFound = false;
  walkTree(node, (part) => {
    if (isFound || isFunction(part)) return false;
    if (part.type !== 'Identifier') return true;
    const defs = lookup(scene.model, part)?.defs ?? [];
    const value = defs.length === 1 && defs[0]?.kind === 'init' ? defs[0].value : null;
    if (!value || isFunction(value)) return true;
    const text = scene.model.text.slice(value.start, Math.min(value.end, value.start + 200));
    isFound =
      /^process\.argv\b/.test(text) || (depth > 1 && isOfCommandLine(scene, value, depth - 1));
    return true;
  });
  return isFound;
}

// `{ name, arguments: args }`, `args = request.params.arguments`: what a tool is called with.
const TOOL_ARGUMENTS = /\barguments\s?:\s?args\b|\bargs\s?=\s?[\w.?]{1,60}\.arguments\b/;

const toolFiles = new WeakMap<Scene, boolean>();

/** There `args.language` is no option of a command line; `args.confirm` still says that somebody is asked. */
function withoutToolArguments(scene: Scene, text: string): string {
  if (!/\bargs\b/.test(text)) return text;
  // Looked for once in a file: it may be large.
  const isOfTools = toolFiles.get(scene) ?? TOOL_ARGUMENTS.test(scene.file.text);
  toolFiles.set(scene, isOfTools);
  return isOfTools ? text.replace(/\bargs(?=\??\.\w)/g, '') : text;
}

/** In what an install alone starts, a word such as `install` names what it deals with. */
function isOfInstall({ pkg, placeOf }: Scene, node: Node): boolean {
  const { file } = placeOf(node);
  return pkg.lifecycleEntries.includes(file) && !pkg.entries.includes(file);
}

/** `node cli.js welcome` as an install script: nobody asked for `welcome`. */
function isToldByInstall({ pkg, file }: Scene, test: string): boolean {
  if (!pkg.lifecycleEntries.includes(file.path)) return false;
  const { preinstall = '', install = '', postinstall = '' } = pkg.manifest.scripts;
  const words = `${preinstall} ${install} ${postinstall}`.split(/\s+/);
  return [...test.matchAll(/['"`]([\w:-]{2,40})['"`]/g)].some(([, word = '']) =>
    words.includes(word),
  );
}

/** `const { x } = await prompt(…); if (!x)`: what a person answered, whatever it is called. */
function isAnswer(scene: Scene, test: Node): boolean {
  const value = test.type === 'UnaryExpression' ? unwrap(test.argument) : unwrap(test);
  if (value.type !== 'Identifier') return false;
  return (lookup(scene.model, value)?.defs ?? []).some((def) => {
    const made = def.value ? unwrap(def.value) : null;
    const call = made?.type === 'AwaitExpression' ? unwrap(made.argument) : made;
    if (call?.type !== 'CallExpression') return false;
    const callee = unwrap(call.callee);
    return callee.type === 'MemberExpression' && QUESTION.test(keyOf(scene.model, callee) ?? '');
  });
}
