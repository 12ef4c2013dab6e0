// Threats by what is put in the place of something else: network functions, wallets, recipients, tools.
import type { Node } from '../parse.ts';
import { walkTree } from '../nodes.ts';
import { destinationOf } from './destination.ts';
import { functionsIn } from './callees.ts';
import { isHookable } from './flow.ts';
import { CLIENT, CLIP_WRITE, EXEC, is } from './kinds.ts';
import { CLIPBOARD, HOOKED, REMOTE } from './labels.ts';
import { lookup, plainKey } from './model.ts';
import type { Binding } from './model.ts';
import { constantOf, HOLE, keyOf, nameOf, propertyOf, shapeOf, unwrap } from './names.ts';
import { carried, report } from './scene.ts';
import type { Scene } from './scene.ts';

const ADDRESS_PATTERN =
  /0x\[[\w\\-]{3,14}\]\{40\}|bc1[[(\\]|\[13\]\[[\w\\-]{6,40}\]\{2\d,3\d\}|\bT\[[\w\\-]{3,30}\]\{33\}|\[1-9A-HJ-NP-Za-km-z\]\{3\d,4\d\}/;
const ADDRESS =
  /^(?:0x[a-fA-F0-9]{40}|bc1[a-z0-9]{20,60}|[13][a-km-zA-HJ-NP-Z1-9]{25,34}|T[A-Za-z1-9]{33})$/;

export function findHooks(scene: Scene): void {
  const { text } = scene.file;
  const hasPattern = ADDRESS_PATTERN.test(text);
  const hasAddress = scene.model.strings.some(
    (node) => node.type === 'Literal' && typeof node.value === 'string' && ADDRESS.test(node.value),
  );
  const readsClip =
    (hasPattern || hasAddress) &&
    scene.model.bindings.some((binding) => binding.labels & CLIPBOARD);
  for (const { call, name } of readsClip ? scene.calls : []) {
    const isClip =
      is(name, CLIP_WRITE) ||
      (is(name, EXEC) &&
        /\b(?:pbcopy|xclip|xsel|Set-Clipboard|\bclip\b)/.test(
          shapeOf(scene.model, call.arguments[0]) ?? '',
        ));
    if (isClip) swap(scene, call);
  }
  for (const assign of scene.model.assigns) {
    const name = nameOf(scene.model, assign.left) ?? '';
    if (
      /(?:^|\.)ethereum\.(?:request|send|sendAsync)$|(?:^|\.)solana\.\w{4,30}$|signTransaction$/.test(
        name,
      ) &&
      writesAddress(scene, assign.right)
    )
      swap(scene, assign);
    else if (
      isHookable(name) &&
      functionsIn(scene.model, assign.right).length > 0 &&
      (hasPattern || hasAddress) &&
      /\.replace(?:All)?\(/.test(scene.file.text.slice(assign.right.start, assign.right.end))
    )
      swap(scene, assign);
  }
}

function swap(scene: Scene, node: Node): void {
  report(scene, node, {
    ruleId: 'wallet-address-swap',
    severity: 'critical',
    message: 'Wallet addresses are replaced by others on the way.',
  });
}

/** `params.to = '0x…'` inside a function that stands for the wallet's own. */
function writesAddress(scene: Scene, fn: Node): boolean {
  let isFound = false;
  walkTree(fn, (node) => {
    if (node.type === 'AssignmentExpression' && node.left.type === 'MemberExpression') {
      isFound ||= /^(?:to|recipient|spender|destination|address)$/i.test(
        keyOf(scene.model, node.left) ?? '',
      );
    }
    if (node.type === 'Property' && /^(?:to|recipient|destination)$/.test(plainKey(node.key)))
      isFound ||= ADDRESS.test(constantOf(scene.model, node.value) ?? '');
  });
  return isFound;
}

const MAIL = /^(?:[^<>@]{0,60}<)?[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+>?$/;
const RECIPIENT =
  /^(?:bcc|cc|bccRecipients|ccRecipients|blindCopy|bcc_?(?:address|email|addresses|list)|cc_?address(?:es)?|forward_?to|copy_?to)$/i;
/** Lists of recipients are short; anything longer is data. */
const MAX_RECIPIENT_CHARS = 4000;
const RECEIVERS = /^(?:to|recipients|toRecipients|to_?addresses|destinations?)$/i;
const LETTER =
  /^(?:to|subject|from|html|text|body|textbody|htmlbody|content|message|torecipients|recipients|personalizations)$/i;

/** A fixed address among the recipients of a letter whose other fields come from the user. */
export function findHiddenRecipients(scene: Scene): void {
  if (!/bcc|\bcc\b|recipient|forward|\bto\b/i.test(scene.file.text)) return;
  for (const node of scene.file.nodesOf('Property')) {
    const value = node.value;
    const key = plainKey(node.key);
    if (!RECIPIENT.test(key) && !RECEIVERS.test(key)) continue;
    const holder = scene.file.parentOf(node);
    if (holder?.type !== 'ObjectExpression') continue;
    judgeRecipient(scene, node, key, value, isLetter(scene, holder));
  }
  for (const assign of scene.model.assigns) {
    if (assign.left.type !== 'MemberExpression') continue;
    const key = keyOf(scene.model, assign.left) ?? '';
    if (RECIPIENT.test(key) || RECEIVERS.test(key))
      judgeRecipient(scene, assign, key, assign.right, true);
  }
  for (const { call } of scene.calls) judgeRecipientCall(scene, call);
  // `[...to, 'copy@drop.example']`, wherever it goes.
  const isMailer = /rcpt|recipient|smtp|sendMail|\bmail/i.test(scene.file.text);
  for (const node of isMailer ? scene.file.nodesOf('ArrayExpression') : []) {
    const isList = node.elements.some((one) => one?.type === 'SpreadElement');
    if (
      isList &&
      node.elements.some((one) => one && one.type !== 'SpreadElement' && isAddress(scene, one))
    )
      tell(scene, node);
  }
  for (const node of scene.model.strings) {
    const text = shapeOf(scene.model, node) ?? '';
    if (
      /(?:^|[\r\n])b?cc:\s*[\w.+-]{1,64}@[\w-]+\.[\w.-]+/i.test(text) &&
      (text.includes(HOLE) || /\r\n/.test(text) || text.length < 120)
    ) {
      if (
        /(?:^|[\r\n])(?:to|subject|from):/i.test(scene.file.text) ||
        /sendMail|smtp|rcpt|\braw\b/i.test(scene.file.text)
      )
        tell(scene, node);
    }
  }
}

function judgeRecipientCall(scene: Scene, call: Scene['calls'][number]['call']): void {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return;
  const method = keyOf(scene.model, callee) ?? '';
  const first = constantOf(scene.model, call.arguments[0]);
  if (/^(?:append|set|header|setHeader)$/.test(method) && first !== null && RECIPIENT.test(first)) {
    if (MAIL.test(constantOf(scene.model, call.arguments[1]) ?? '')) tell(scene, call);
    return;
  }
  const object = unwrap(callee.object);
  const list =
    object.type === 'Identifier'
      ? object.name
      : object.type === 'MemberExpression'
        ? (keyOf(scene.model, object) ?? '')
        : '';
  const isAdding =
    (/^(?:push|unshift|add|concat)$/.test(method) &&
      (RECIPIENT.test(list) || RECEIVERS.test(list))) ||
    /^(?:addBcc|addCc|bcc|setBcc|addRecipient)$/i.test(method);
  if (isAdding && call.arguments.some((arg) => fixedAddress(scene, arg))) tell(scene, call);
}

function judgeRecipient(
  scene: Scene,
  node: Node,
  key: string,
  value: Node,
  inLetter: boolean,
): void {
  if (!inLetter || !fixedAddress(scene, value)) return;
  // `to: 'team@…'` alone is a contact form; mixed with the user's own it is a copy.
  if (RECEIVERS.test(key) && constantOf(scene.model, value) !== null) return;
  if (RECEIVERS.test(key) && !isMixed(scene, value)) return;
  tell(scene, node);
}

function tell(scene: Scene, node: Node): void {
  report(scene, node, {
    ruleId: 'hidden-mail-recipient',
    severity: 'critical',
    message: 'A fixed address is added to the recipients of mail that the user sends.',
  });
}

/** A letter that is not written out whole: an example in a test is. */
function isLetter(scene: Scene, holder: Extract<Node, { type: 'ObjectExpression' }>): boolean {
  return holder.properties.some((one) => {
    if (one.type === 'SpreadElement') return true;
    return LETTER.test(plainKey(one.key)) && isMixed(scene, one.value);
  });
}

/** An address that is written out somewhere in the expression, also in pieces. */
function fixedAddress(scene: Scene, node: Node): boolean {
  if (node.end - node.start > MAX_RECIPIENT_CHARS) return false;
  let isFound = isAddress(scene, node);
  walkTree(node, (part) => {
    isFound ||= isAddress(scene, part);
  });
  return isFound;
}

function isAddress(scene: Scene, node: Node): boolean {
  if (
    node.type !== 'Literal' &&
    node.type !== 'Identifier' &&
    node.type !== 'TemplateLiteral' &&
    node.type !== 'BinaryExpression' &&
    node.type !== 'CallExpression' &&
    node.type !== 'MemberExpression'
  )
    return false;
  const shape = shapeOf(scene.model, node);
  if (shape === null || shape.length > 300) return false;
  return shape.split(/[,;\u0000]/).some((part) => MAIL.test(part.trim()));
}

function isMixed(scene: Scene, value: Node): boolean {
  if (value.end - value.start > MAX_RECIPIENT_CHARS) return false;
  let hasOther = false;
  walkTree(value, (node) => {
    if (node.type === 'Property' && !node.computed && !node.shorthand) {
      hasOther ||= isMixed(scene, node.value);
      return false;
    }
    if (node.type === 'Identifier' && constantOf(scene.model, node) === null) hasOther = true;
    return true;
  });
  return hasOther;
}

const CLOCK = /Date\.now|new Date|getTime|Math\.random|performance\.now|uptime\(/;

/** Tools whose description or answer comes from elsewhere or changes later. */
export function findChangingTools(scene: Scene): void {
  if (scene.flow.handlers.size === 0 && !/McpServer|inputSchema/.test(scene.file.text)) return;
  const counters = countersOf(scene);
  for (const { call } of scene.calls) {
    const callee = unwrap(call.callee);
    const method = callee.type === 'MemberExpression' ? (keyOf(scene.model, callee) ?? '') : '';
    if (method === 'setRequestHandler') judgeList(scene, call);
    if (!/^(?:tool|registerTool|addTool)$/.test(method)) continue;
    for (const arg of call.arguments.slice(0, -1)) {
      const description = propertyOf(scene.model, arg, 'description') ?? arg;
      if (carried(scene, description) & REMOTE) {
        report(scene, call, {
          ruleId: 'remote-tool-definition',
          severity: 'high',
          confidence: 'medium',
          message:
            'The description of a tool is fetched from the network: it can change at any time.',
        });
      }
    }
  }
  for (const node of scene.file.nodesOf('Property')) {
    if (plainKey(node.key) !== 'description') continue;
    const value = unwrap(node.value);
    const isCounted = value.type === 'ConditionalExpression' && counts(scene, counters, value.test);
    if (isCounted) changes(scene, node);
    else if (carried(scene, value) & REMOTE && isToolShape(scene, node)) {
      report(scene, node, {
        ruleId: 'remote-tool-definition',
        severity: 'high',
        confidence: 'medium',
        message:
          'The description of a tool is fetched from the network: it can change at any time.',
      });
    }
  }
  for (const assign of scene.model.assigns) {
    if (
      assign.left.type !== 'MemberExpression' ||
      keyOf(scene.model, assign.left) !== 'description'
    )
      continue;
    if (isUnderCounter(scene, counters, assign)) changes(scene, assign);
  }
}

/** A list of tools that is what some host answers. */
function judgeList(scene: Scene, call: Scene['calls'][number]['call']): void {
  const first = call.arguments[0];
  if (!first || !/ListTools|tools\/list/.test(scene.file.textOf(first))) return;
  const handler = functionsIn(scene.model, call.arguments[1])[0];
  if (!handler || (handler.labels & REMOTE) === 0) return;
  const isFixed = scene.calls.some(({ name, args }) => {
    if (!is(name, CLIENT)) return false;
    const { place } = destinationOf(scene, args);
    return place === 'foreign' || place === 'drop';
  });
  report(scene, call, {
    ruleId: 'remote-tool-definition',
    severity: isFixed ? 'high' : 'moderate',
    confidence: 'medium',
    message: 'The list of tools is fetched from the network: it can change at any time.',
  });
}

/** Variables and fields that count something other than the turns of a loop. */
function countersOf(scene: Scene): Set<Binding | string> {
  const counters = new Set<Binding | string>();
  const add = (node: Node) => {
    const counter = counterOf(scene, node);
    if (counter) counters.add(counter);
  };
  for (const node of scene.file.nodesOf('UpdateExpression')) {
    if (scene.file.parentOf(node)?.type !== 'ForStatement') add(node.argument);
  }
  for (const assign of scene.model.assigns) {
    if (assign.operator === '+=' && constantOf(scene.model, assign.right) === '1') add(assign.left);
  }
  return counters;
}

function counterOf(scene: Scene, node: Node): Binding | string | null {
  if (node.type === 'UpdateExpression') return counterOf(scene, node.argument);
  if (node.type === 'Identifier') return lookup(scene.model, node);
  // Fields are known by their text, which says little in a bundle.
  return node.type === 'MemberExpression' && scene.calls.length < 5000
    ? scene.file.textOf(node)
    : null;
}

/** `count > 3`, `calls % 5 === 0`, or a look at the clock. */
function counts(scene: Scene, counters: Set<Binding | string>, test: Node): boolean {
  if (CLOCK.test(scene.file.text.slice(test.start, Math.min(test.end, test.start + 300))))
    return true;
  let isFound = false;
  walkTree(test, (node) => {
    if (node.type !== 'BinaryExpression' || !/^(?:[<>]=?|={2,3}|%)$/.test(node.operator)) return;
    const counter = counterOf(scene, node.left);
    if (counter !== null && counters.has(counter))
      isFound ||= constantOf(scene.model, node.right) !== null;
  });
  return isFound;
}

function isToolShape(scene: Scene, property: Node): boolean {
  const holder = scene.file.parentOf(property);
  return (
    holder?.type === 'ObjectExpression' &&
    holder.properties.some(
      (one) =>
        one.type === 'Property' &&
        /^(?:inputSchema|handler|execute|annotations)$/.test(plainKey(one.key)),
    )
  );
}

function changes(scene: Scene, node: Node): void {
  report(scene, node, {
    ruleId: 'tool-definition-changes',
    severity: 'high',
    message: 'The description of a tool changes after a number of calls or a time.',
  });
}

function isUnderCounter(scene: Scene, counters: Set<Binding | string>, node: Node): boolean {
  for (
    let at = scene.file.parentOf(node), depth = 0;
    at !== null && depth < 12;
    at = scene.file.parentOf(at), depth++
  ) {
    if (at.type === 'IfStatement' && counts(scene, counters, at.test)) return true;
    if (
      at.type === 'CallExpression' &&
      /^set(?:Timeout|Interval)$/.test(nameOf(scene.model, at.callee) ?? '')
    )
      return true;
  }
  return false;
}

export { HOOKED };
