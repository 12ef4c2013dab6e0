// Threats by payments: the receiver of a transfer gives way to an address that the code knows.
import type { Node } from '../../parse.ts';
import { HOOKED } from '../flow/labels.ts';
import { lookup, plainKey } from '../flow/model.ts';
import { constantOf, keyOf, nameOf, unwrap } from '../flow/names.ts';
import { carried, report } from '../scene.ts';
import type { Scene } from '../scene.ts';

const PAYS =
  /sendTransaction|eth_send|sendRawTransaction|sendSignedTransaction|signTransaction|signAndSend|sendTransfer|sendPayment|walletClient|SystemProgram|createPayout|\bWallet\b/;
const PAYEE =
  /^(?:to|to_?address|to_?pubkey|recipient|destination|payee|beneficiary|pay_?to|receiver)$/i;
// An address, or the pieces of one; the zero address burns and pays nobody.
const PIECES = /['"`]([A-Za-z0-9]{2,90})['"`]/g;
const MIN_ADDRESS = 25;
const MAX_VALUE = 2_000;
const SETTING = /process\.env|argv|config|option|settings/i;

/** `{ ...tx, to: small ? tx.to : OURS }`, `if (large) tx.to = OURS`. */
export function findReplacedPayees(scene: Scene): void {
  if (!PAYS.test(scene.file.text)) return;
  for (const node of scene.file.nodesOf('Property')) {
    if (!PAYEE.test(plainKey(node.key)) || !isCopyOfPayment(scene, node)) continue;
    if (isReplaced(scene, node.value, plainKey(node.key))) tell(scene, node);
  }
  for (const { left, right } of scene.model.assigns) {
    if (left.type !== 'MemberExpression') continue;
    const key = keyOf(scene.model, left) ?? '';
    if (!PAYEE.test(key) || !PAYS.test(scene.textAround(left))) continue;
    const isBranch = isReplaced(scene, right, key);
    if (isBranch || (isGiven(scene, left.object) && isFixed(scene, right))) tell(scene, left);
  }
}

/** The rest is taken over from another payment; a call of a contract (`data`) names the contract. */
function isCopyOfPayment(scene: Scene, property: Node): boolean {
  const holder = scene.file.parentOf(property);
  if (holder?.type !== 'ObjectExpression' || !PAYS.test(scene.textAround(property))) return false;
  return (
    holder.properties.some((one) => one.type === 'SpreadElement') &&
    !holder.properties.some((one) => one.type === 'Property' && plainKey(one.key) === 'data')
  );
}

/** One branch is the receiver that was asked for, the other one is fixed. */
function isReplaced(scene: Scene, node: Node, key: string): boolean {
  const value = unwrap(node);
  if (value.type !== 'ConditionalExpression') return false;
  const branches = [unwrap(value.consequent), unwrap(value.alternate)];
  const isAsked = (branch: Node) =>
    (branch.type === 'MemberExpression' && keyOf(scene.model, branch) === key) ||
    (branch.type === 'Identifier' && branch.name === key);
  return (
    branches.some(isAsked) && branches.some((branch) => !isAsked(branch) && isFixed(scene, branch))
  );
}

/** A parameter of a function around: what somebody else asked for. */
function isGiven(scene: Scene, node: Node): boolean {
  const value = unwrap(node);
  if (value.type !== 'Identifier') return false;
  // Also a part of the request that a hook is called with.
  if (carried(scene, value) & HOOKED) return true;
  const defs = lookup(scene.model, value)?.defs ?? [];
  return defs.some(({ kind, value: made }) => kind === 'param' || isCopyOfGiven(scene, made));
}

/** `Object.assign({}, tx)`, `{ ...tx }`, `structuredClone(tx)`. */
function isCopyOfGiven(scene: Scene, made: Node | null): boolean {
  const value = made && unwrap(made);
  if (value?.type === 'ObjectExpression')
    return value.properties.some(
      (one) => one.type === 'SpreadElement' && isParameter(scene, one.argument),
    );
  if (value?.type !== 'CallExpression') return false;
  const isCopy = /^(?:Object\.assign|structuredClone)$/.test(
    nameOf(scene.model, value.callee) ?? '',
  );
  return isCopy && value.arguments.some((arg) => isParameter(scene, arg));
}

const isParameter = (scene: Scene, node: Node): boolean =>
  node.type === 'Identifier' &&
  (lookup(scene.model, node)?.defs.some(({ kind }) => kind === 'param') ?? false);

/** An address that is written out, also in pieces. */
function isFixed(scene: Scene, node: Node): boolean {
  const value = unwrap(node);
  const defs = value.type === 'Identifier' ? (lookup(scene.model, value)?.defs ?? []) : [];
  const source = defs.length === 1 ? (defs[0]?.value ?? value) : value;
  const text = scene.file.text.slice(source.start, Math.min(source.end, source.start + MAX_VALUE));
  if (SETTING.test(text)) return false;
  const written = constantOf(scene.model, source) ?? piecesIn(text);
  return written.length >= MIN_ADDRESS && /^[A-Za-z0-9]+$/.test(written) && !/^0x0+$/.test(written);
}

const piecesIn = (text: string): string =>
  [...text.matchAll(PIECES)].map(([, piece]) => piece).join('');

const tell = (scene: Scene, node: Node): void =>
  report(scene, node, {
    ruleId: 'wallet-address-swap',
    severity: 'critical',
    confidence: 'medium',
    message: 'Code replaces the receiver of a payment by an address of its own.',
  });
