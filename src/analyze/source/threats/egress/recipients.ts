// Threats by mail: a fixed recipient beside those of the user.
import type { Node } from '../../parse.ts';
import { walkTree } from '../../nodes.ts';
import type { Call } from '../flow/model.ts';
import { functionAround, plainKey } from '../flow/model.ts';
import { placeOf } from '../declared.ts';
import { constantOf, HOLE, keyOf, nameOf, shapeOf, unwrap } from '../flow/names.ts';
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';

type Letter = Extract<Node, { type: 'ObjectExpression' }>;

const MAIL = /^(?:[^<>@]{0,60}<)?[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+>?$/;
const RECIPIENT =
  /^(?:bcc|cc|bccRecipients|ccRecipients|blindCopy|bcc_?(?:address|email|addresses|list)|cc_?address(?:es)?|forward_?to|copy_?to)$/i;
/** Lists of recipients are short; anything longer is data. */
const MAX_RECIPIENT_CHARS = 4000;
const RECEIVERS = /^(?:to|recipients|toRecipients|to_?addresses|destinations?)$/i;
/** How lists of those who get a letter are called, whatever its head says. */
const ENVELOPE =
  /^(?:rcpts?|rcpt_?to|all_?recipients|receivers|addressees|mail_?to|envelope_?to|delivery)$/i;
const LETTER =
  /^(?:to|subject|from|html|text|body|textbody|htmlbody|content|message|torecipients|recipients|personalizations)$/i;

/** A fixed address among the recipients of a letter whose other fields come from the user. */
export function findHiddenRecipients(scene: Scene): void {
  findAssembled(scene);
  if (!/bcc|\bcc\b|recipient|rcpt|forward|\bto\b/i.test(scene.file.text)) return;
  for (const node of scene.file.nodesOf('Property')) {
    const value = node.value;
    const key = node.computed ? (constantOf(scene.model, node.key) ?? '') : plainKey(node.key);
    if (!RECIPIENT.test(key) && !RECEIVERS.test(key)) continue;
    const holder = scene.file.parentOf(node);
    if (holder?.type !== 'ObjectExpression') continue;
    judgeRecipient(scene, node, key, value, isLetter(scene, holder));
    if (RECEIVERS.test(key) && isCopyOfAnother(scene, node, value, holder)) tell(scene, node);
  }
  for (const assign of scene.model.assigns) {
    if (assign.left.type !== 'MemberExpression') continue;
    const key = keyOf(scene.model, assign.left) ?? '';
    if (RECIPIENT.test(key) || RECEIVERS.test(key))
      judgeRecipient(scene, assign, key, assign.right, true);
  }
  const lists = receiverLists(scene);
  for (const { call } of scene.calls) judgeRecipientCall(scene, call, lists);
  findLists(scene);
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

const MAILERS =
  /^(?:nodemailer|emailjs|mailgun|@sendgrid\/|sendgrid|postmark|resend|@aws-sdk\/client-ses|mailersend|smtp|@mailchimp\/|imapflow|sendmail)/;
const MAX_ASSEMBLED = 400;

/** `${RELAY.box}@${RELAY.zone.join('.')}`: an address whose domain a search for it does not find, in what sends mail. */
function findAssembled(scene: Scene): void {
  const { file, model, declared } = scene;
  if (!scene.pkg.isSubject || !file.text.includes('@')) return;
  if (![...declared.dependencies].some((name) => MAILERS.test(name))) return;
  const made = [
    ...file.nodesOf('TemplateLiteral').filter(({ expressions }) => expressions.length > 0),
    ...file.nodesOf('CallExpression'),
    ...file.nodesOf('BinaryExpression'),
  ].filter(({ start, end }) => end - start <= MAX_ASSEMBLED);
  for (const node of made) {
    const shape = shapeOf(model, node) ?? '';
    const domain = MAIL.test(shape) ? shape.replace(/^.*@|>$/g, '') : '';
    if (domain === '' || file.text.includes(domain)) continue;
    report(scene, node, {
      ruleId: 'hidden-mail-recipient',
      severity: 'critical',
      confidence: 'medium',
      message:
        'An address for mail is put together so that a search for its domain does not find it.',
    });
  }
}

/** The names of lists that end up as those who get a letter: `{ from, to: [...seen] }`. */
function receiverLists(scene: Scene): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { key, value, computed } of scene.file.nodesOf('Property')) {
    if (computed || !RECEIVERS.test(plainKey(key))) continue;
    const list = unwrap(value);
    const [first] =
      list.type === 'ArrayExpression' && list.elements.length === 1
        ? list.elements
        : list.type === 'CallExpression' && nameOf(scene.model, list.callee) === 'Array.from'
          ? list.arguments
          : [list];
    const held = first?.type === 'SpreadElement' ? unwrap(first.argument) : first;
    if (held?.type === 'Identifier') names.add(held.name);
  }
  return names;
}

/** `[...to, 'copy@drop.example']` and `[to, cc, COPY].flat()`, wherever they go. */
function findLists(scene: Scene): void {
  if (!/rcpt|recipient|smtp|sendMail|\bmail/i.test(scene.file.text)) return;
  for (const node of scene.file.nodesOf('ArrayExpression')) {
    const isList =
      node.elements.some((one) => one?.type === 'SpreadElement') || isFlattened(scene, node);
    if (!isList) continue;
    const isFixed = node.elements.some(
      (one) => one && one.type !== 'SpreadElement' && isAddress(scene, one),
    );
    if (isFixed) tell(scene, node);
  }
}

/** Of what the user gave, be it one or several. */
function isFlattened(scene: Scene, list: Extract<Node, { type: 'ArrayExpression' }>): boolean {
  const around = scene.file.parentOf(list);
  const isFlat =
    around?.type === 'MemberExpression' &&
    around.object === list &&
    /^(?:flat|flatMap|concat)$/.test(keyOf(scene.model, around) ?? '');
  return isFlat && list.elements.some((one) => one && isMixed(scene, one));
}

function judgeRecipientCall(
  scene: Scene,
  call: Scene['calls'][number]['call'],
  lists: ReadonlySet<string>,
): void {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return;
  const method = keyOf(scene.model, callee) ?? '';
  const isHeader = /^(?:append|set|header|setHeader)$/.test(method);
  if (isHeader && RECIPIENT.test(constantOf(scene.model, call.arguments[0]) ?? '')) {
    if (MAIL.test(constantOf(scene.model, call.arguments[1]) ?? '')) tell(scene, call);
    return;
  }
  const isSet = method === 'set' && nameOf(scene.model, callee) === 'Reflect.set';
  if (isSet && RECIPIENT.test(constantOf(scene.model, call.arguments[1]) ?? '')) {
    if (call.arguments[2] && fixedAddress(scene, call.arguments[2])) tell(scene, call);
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
      (RECIPIENT.test(list) || RECEIVERS.test(list) || ENVELOPE.test(list) || lists.has(list))) ||
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

const BODY = /^(?:text|html|body|textbody|htmlbody|content|message)$/i;

/** A second letter with the text of the first, to a fixed address that is not the package's own. */
function isCopyOfAnother(scene: Scene, node: Node, to: Node, holder: Letter): boolean {
  const address = constantOf(scene.model, to) ?? '';
  if (!MAIL.test(address)) return false;
  if (placeOf(address.replace(/^.*@|>$/g, ''), scene.declared) !== 'foreign') return false;
  const fn = functionAround(scene.model, node)?.node;
  const mine = bodyOf(holder);
  if (!fn || mine === null) return false;
  return scene.file.nodesOf('ObjectExpression').some((other) => {
    if (other === holder || other.start < fn.start || other.end > fn.end) return false;
    const receiver = other.properties.find(
      (one) => one.type === 'Property' && RECEIVERS.test(plainKey(one.key)),
    );
    const isTheirs = receiver?.type === 'Property' && isMixed(scene, receiver.value);
    return isTheirs && bodyOf(other) === mine;
  });
}

/** The variable that holds the text of a letter. */
function bodyOf({ properties }: Letter): string | null {
  for (const one of properties)
    if (one.type === 'Property' && BODY.test(plainKey(one.key)) && one.value.type === 'Identifier')
      return one.value.name;
  return null;
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
  const around = scene.file.parentOf(holder);
  // As good as a spread.
  if (around?.type === 'CallExpression' && isAssign(scene, around)) return true;
  // What every letter of a transport begins with.
  if (around?.type === 'CallExpression' && isDefaults(scene, around, holder)) return true;
  return holder.properties.some((one) => {
    if (one.type === 'SpreadElement') return true;
    return LETTER.test(plainKey(one.key)) && isMixed(scene, one.value);
  });
}

const isDefaults = (scene: Scene, call: Call, holder: Node): boolean =>
  call.arguments[1] === holder && /\.createTransport$/.test(nameOf(scene.model, call.callee) ?? '');

const isAssign = (scene: Scene, call: Extract<Node, { type: 'CallExpression' }>): boolean =>
  call.arguments.length > 1 && nameOf(scene.model, call.callee) === 'Object.assign';

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
