// Where the server's code begins to listen, and on which interfaces.
import type { SourceFile } from '../file.ts';
import type { Node } from '../parse.ts';

export interface Listener {
  file: SourceFile;
  node: Node;
  /** True: every interface by name; null: by leaving the name out; false: one interface. */
  isOpen: boolean | null;
}

export function listeners(files: readonly SourceFile[]): Listener[] {
  const found: Listener[] = [];
  for (const file of files) {
    for (const node of file.nodesOf('CallExpression')) {
      const { callee } = node;
      if (callee.type !== 'MemberExpression' || callee.property.type !== 'Identifier') continue;
      if (callee.property.name !== 'listen' && callee.property.name !== 'start') continue;
      const text = file.text.slice(node.start, Math.min(node.end, node.start + 400));
      const isOpen = /["'`](?:0\.0\.0\.0|::)["'`]/.test(text) || namesOpenHost(file, node);
      if (isOpen) found.push({ file, node, isOpen: true });
      else if (callee.property.name === 'listen') {
        const hasHost =
          node.arguments.filter((a) => !/Function/.test(a.type)).length > 1 ||
          /\bhost\b/i.test(text);
        found.push({ file, node, isOpen: hasHost ? false : null });
      }
    }
  }
  for (const file of files) found.push(...served(file));
  return found.sort((a, b) => Number(b.isOpen === true) - Number(a.isOpen === true));
}

// Libraries that listen at once, with what they are handed; `WebSocketServer` is made.
const SERVES =
  /^(?:@hono\/node-server[#.]serve|(?:global\.)?(?:Bun|Deno)\.serve|srvx[#.]serve|listhen[#.]listen|ws[#.](?:WebSocketServer|Server|default\.Server)|new ws[#.](?:WebSocketServer|Server))$/;

/** `serve({ fetch, port, hostname: '0.0.0.0' })`, `new WebSocketServer({ host: '0.0.0.0' })`. */
function served(file: SourceFile): Listener[] {
  return file.calls.flatMap(({ node, name }) => {
    if (!SERVES.test(name)) return [];
    const text = file.text.slice(node.start, Math.min(node.end, node.start + 600));
    const isNamed = /\bhost(?:name)?\b/.test(text);
    const isOpen = /\bhost(?:name)?\s{0,3}:[^,}\n]{0,80}["'`](?:0\.0\.0\.0|::)["'`]/.test(text);
    return [{ file, node, isOpen: isOpen ? true : isNamed ? false : null }];
  });
}

function namesOpenHost(file: SourceFile, node: Node & { type: 'CallExpression' }): boolean {
  return node.arguments.some((argument) => {
    const text = file.constant(argument);
    if (text === '0.0.0.0' || text === '::') return true;
    if (argument.type !== 'Identifier') return false;
    const init = file.bindingOf(argument.name, argument)?.init;
    return init != null && /["'`](?:0\.0\.0\.0|::)["'`]/.test(file.textOf(init));
  });
}
