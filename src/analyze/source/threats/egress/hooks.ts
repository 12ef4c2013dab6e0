// Threats by what is put in the place of something else: wallets, addresses on the clipboard or on the way.
import type { Node } from '../../parse.ts';
import { walkTree } from '../../nodes.ts';
import { functionsIn } from '../flow/callees.ts';
import { isMadeWith } from '../flow/encoded.ts';
import { isHookable } from '../flow/marks.ts';
import { CLIP_WRITE, EXEC, is } from '../flow/kinds.ts';
import { CLIPBOARD } from '../flow/labels.ts';
import { functionAround, lookup, plainKey } from '../flow/model.ts';
import { constantOf, keyOf, nameOf, shapeOf, unwrap } from '../flow/names.ts';
import { carried, report } from '../scene.ts';
import type { Scene } from '../scene.ts';

const ADDRESS_PATTERN =
  /0x\[[\w\\-]{3,14}\]\{40\}|bc1[[(\\]|\[13\]\[[\w\\-]{6,40}\]\{2\d,3\d\}|\bT\[[\w\\-]{3,30}\]\{33\}|\[1-9A-HJ-NP-Za-km-z\]\{3\d,4\d\}/;
const ADDRESS =
  /^(?:0x[a-fA-F0-9]{40}|bc1[a-z0-9]{20,60}|[13][a-km-zA-HJ-NP-Z1-9]{25,34}|T[A-Za-z1-9]{33})$/;

export function findHooks(scene: Scene): void {
  const { text } = scene.file;
  const hasPattern = ADDRESS_PATTERN.test(text) && findsAddresses(scene);
  const hasAddress = scene.model.strings.some(
    (node) => node.type === 'Literal' && typeof node.value === 'string' && ADDRESS.test(node.value),
  );
  const readsClip =
    (hasPattern || hasAddress) &&
    scene.model.bindings.some((binding) => binding.labels & CLIPBOARD);
  for (const { call, name } of readsClip ? scene.calls : []) {
    const isClip =
      (is(name, CLIP_WRITE) && isClipChanged(scene, call.arguments[0])) ||
      (is(name, EXEC) &&
        /\b(?:pbcopy|xclip|xsel|Set-Clipboard|\bclip\b)/.test(
          shapeOf(scene.model, call.arguments[0]) ?? '',
        ));
    if (isClip) swap(scene, call);
  }
  if (hasAddress || BASE58_INSIDE.test(text)) findDetours(scene);
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
      isMadeWith(scene, assign.right, (text) => /\.replace(?:All)?\(/.test(text), true)
    )
      swap(scene, assign);
  }
}

/** A pattern for a whole text says what kind it is; one that is looked for inside of it may replace. */
function findsAddresses(scene: Scene): boolean {
  return scene.file.nodesOf('Literal').some((node) => {
    const pattern = 'regex' in node && node.regex ? node.regex.pattern : String(node.value);
    return ADDRESS_PATTERN.test(pattern) && !/^\^.{1,500}\$$/.test(pattern);
  });
}

/** What stood on the clipboard before, or an address that is written out; a note of the user's is neither. */
function isClipChanged(scene: Scene, written: Node | undefined): boolean {
  return (
    (carried(scene, written) & CLIPBOARD) !== 0 || ADDRESS.test(shapeOf(scene.model, written) ?? '')
  );
}

const CHOOSES = /[<>]=?|Math\.random|Date\b/;
const BASE58 = /^(?=.*\d)(?=.*[a-z])(?=.*[A-Z])[1-9A-HJ-NP-Za-km-z]{32,48}$/;
const BASE58_INSIDE = /['"`][1-9A-HJ-NP-Za-km-z]{32,48}['"`]/;
const RECEIVER =
  /\b(?:to|to_?address|to_?pubkey|recipients?|receivers?|destination\w*|dest|payee|beneficiary|target_?address)\b/i;

/** `amount > limit ? '0x…' : to`: a fixed address in the place of the one that was asked for. */
function findDetours(scene: Scene): void {
  for (const node of scene.file.nodesOf('ConditionalExpression')) {
    if (!CHOOSES.test(scene.file.textOf(node.test))) continue;
    const branches = [node.consequent, node.alternate];
    const others = branches.filter((one) => constantOf(scene.model, one) === null);
    if (others.length === 1 && branches.some((one) => isWallet(scene, one)))
      judgeDetour(scene, node, scene.file.textOf(others[0] ?? node));
  }
  for (const node of scene.file.nodesOf('ReturnStatement')) {
    if (node.argument && picksWallet(scene, node.argument)) judgeDetour(scene, node, '');
  }
  for (const node of scene.file.nodesOf('IfStatement')) {
    if (!CHOOSES.test(scene.file.textOf(node.test))) continue;
    const block = node.consequent.type === 'BlockStatement' ? node.consequent.body : [];
    for (const step of [node.consequent, ...block]) judgeStep(scene, step);
  }
}

/** `return '0x…'` and `to = '0x…'`. */
function judgeStep(scene: Scene, step: Node): void {
  if (step.type === 'ReturnStatement' && isWallet(scene, step.argument))
    judgeDetour(scene, step, '');
  if (step.type !== 'ExpressionStatement' || step.expression.type !== 'AssignmentExpression')
    return;
  const { left, right } = step.expression;
  if (isWallet(scene, right)) judgeDetour(scene, step, scene.file.textOf(left));
}

function judgeDetour(scene: Scene, node: Node, replaced: string): void {
  const fn = functionAround(scene.model, node);
  const parameters = fn?.params.map((param) => scene.file.textOf(param)).join(' ') ?? '';
  if (RECEIVER.test(`${replaced} ${fn?.name ?? ''} ${parameters}`)) swap(scene, node);
}

const TAKES = /^(?:find|filter|reduce|at|sort|toSorted|slice|shift|pop)$/;

/** `pool.find(…)` and `pool[0]` where the list holds nothing but fixed addresses. */
function picksWallet(scene: Scene, node: Node): boolean {
  let isFound = false;
  walkTree(node, (part) => {
    if (part.type !== 'MemberExpression' || part.object.type !== 'Identifier') return;
    if (!part.computed && !TAKES.test(keyOf(scene.model, part) ?? '')) return;
    const value = lookup(scene.model, part.object)?.defs.find(({ kind }) => kind === 'init')?.value;
    const list = value?.type === 'ArrayExpression' ? value.elements : [];
    isFound ||= list.length > 0 && list.every((one) => isWallet(scene, one));
  });
  return isFound;
}

function isWallet(scene: Scene, node: Node | null | undefined): boolean {
  const text = constantOf(scene.model, node) ?? '';
  return ADDRESS.test(text) || BASE58.test(text);
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
      isFound ||=
        ADDRESS.test(constantOf(scene.model, node.value) ?? '') ||
        isReplaced(scene, node, node.value);
  });
  return isFound;
}

const SAME_IN_OTHER_LETTERS = /checksum|address|lower|upper|trim|normali[sz]e|resolve|string/i;

/** `{ ...tx, to: near(tx.to) }`: all of the payment is kept but who gets it. */
function isReplaced(scene: Scene, node: Node, value: Node): boolean {
  const holder = scene.file.parentOf(node);
  const isCopy =
    holder?.type === 'ObjectExpression' &&
    holder.properties.some(({ type }) => type === 'SpreadElement');
  const made = unwrap(value);
  if (!isCopy || made.type !== 'CallExpression') return false;
  return !SAME_IN_OTHER_LETTERS.test(scene.file.textOf(made.callee));
}
