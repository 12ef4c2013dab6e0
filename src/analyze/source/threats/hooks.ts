// Threats by what is put in the place of something else: wallets, addresses on the clipboard or on the way.
import type { Node } from '../parse.ts';
import { walkTree } from '../nodes.ts';
import { functionsIn } from './callees.ts';
import { isHookable } from './flow.ts';
import { CLIP_WRITE, EXEC, is } from './kinds.ts';
import { CLIPBOARD } from './labels.ts';
import { plainKey } from './model.ts';
import { constantOf, keyOf, nameOf, shapeOf } from './names.ts';
import { report } from './scene.ts';
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
