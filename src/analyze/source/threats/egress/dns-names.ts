// Threats by DNS where the names are made elsewhere: encoded pieces before a zone that is written out.
import { placeOf } from '../declared.ts';
import { DNS, is } from '../flow/kinds.ts';
import type { Node } from '../../parse.ts';
import { HOLE, shapeOf } from '../flow/names.ts';
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';

/** What can be turned back; a digest cannot. */
const CODED =
  /\.toString\(\s{0,2}['"`](?:hex|base64url|base64)['"`]|\.toHex\(|base32|\.toString\((?:16|32|36)\)\.padStart/i;
const DIGEST = /\bcreateHash\(|\.digest\(|\bcreateHmac\(|\bsubtle\b/;
/** Pieces that a label may hold: `match(/.{1,60}/g)`, `slice(i, i + 60)`. */
const PIECES =
  /\.\{(?:\d,)?[1-6]\d\}|\b(?:slice|substring|substr|subarray)\(\s{0,2}(\w{1,20}),\s{0,2}\1\s?\+\s?(?:[1-6]\d\b|[A-Za-z_])/g;
/** The names of addresses are turned round in zones of their own. */
const ZONE = /\u0000\.((?:[\w-]{1,63}\.){1,6}[a-z]{2,20})\.?$/i;
const REVERSE = /\.arpa$/i;
/** Not names of hosts: addresses of pages, files. */
const OTHER =
  /:\/\/|[/\\\s]|\.(?:[cm]?[jt]sx?|json|map|css|html?|txt|md|gz|tgz|zip|tar|bin|dat|log|tmp|lock|png|jpe?g|svg|ico|wasm|pem|key|crt|node|exe|so|ya?ml|csv|sql|db|pdf)$/i;
/** Resolvers that are asked by a request, and libraries that write the packets themselves. */
const OVER_HTTPS =
  /\/dns-query\b|\bdns\.google\b|\/resolve\?name=|cloudflare-dns\.com|dns\.quad9\.net|['"](?:dns-packet|dns2|native-dns|dohjs|dns-over-http[\w-]{0,20}|native-node-dns|node-dns)['"]/;
const MAX_AROUND = 4000;
const MAX_CUTS = 50;
const MAX_NAME = 300;

export function findDnsNames(scene: Scene): void {
  const { file } = scene;
  const asks = scene.calls.some(({ name }) => is(name, DNS)) || OVER_HTTPS.test(file.text);
  if (!asks || !CODED.test(file.text)) return;
  const cuts = [...file.text.matchAll(PIECES)].slice(0, MAX_CUTS).map(({ index }) => index);
  if (cuts.length === 0) return;
  const isNear = ({ start }: Node) => cuts.some((at) => Math.abs(at - start) < MAX_AROUND);
  const made = [
    ...file.nodesOf('TemplateLiteral'),
    ...file.nodesOf('BinaryExpression'),
    ...file.nodesOf('CallExpression').filter(isJoin),
  ].filter((node) => node.end - node.start <= MAX_NAME && isNear(node));
  const known: Known = new Map();
  for (const node of made) {
    if (!isMadeOfPieces(scene, node, known)) continue;
    const name = nameMade(scene, node) ?? '';
    const zone = ZONE.exec(name)?.[1];
    if (zone === undefined || REVERSE.test(zone) || OTHER.test(name)) continue;
    const place = placeOf(zone, scene.declared);
    if (place === 'local') continue;
    report(scene, node, {
      ruleId: 'dns-tunnelling',
      severity: 'critical',
      confidence: place === 'own' ? 'medium' : 'high',
      message: 'Data is put into the names of DNS queries, a way out past proxies.',
    });
  }
}

const isJoin = (node: Node): boolean =>
  node.type === 'CallExpression' &&
  node.callee.type === 'MemberExpression' &&
  node.callee.property.type === 'Identifier' &&
  node.callee.property.name === 'join';

type Known = Map<Node, boolean>;

/** Whether the code around a node encodes something and takes it apart. */
function isMadeOfPieces(scene: Scene, node: Node, known: Known): boolean {
  const at = scene.file.parentOf(node);
  if (!at || at.type === 'Program' || at.end - at.start > MAX_AROUND) return false;
  const before = known.get(at);
  if (before !== undefined) return before;
  const text = scene.file.text.slice(at.start, at.end);
  const isHere = text.search(PIECES) !== -1 && CODED.test(text);
  const found = isHere ? !DIGEST.test(text) : isMadeOfPieces(scene, at, known);
  known.set(at, found);
  return found;
}

/** The shape of a name, also where its zone is a property that the code sets once. */
function nameMade(scene: Scene, node: Node): string | null {
  const shape = shapeOf(scene.model, node);
  if (node.type !== 'TemplateLiteral' || !shape?.endsWith(HOLE)) return shape;
  const last = node.expressions.at(-1);
  if (last?.type !== 'MemberExpression') return shape;
  const name = scene.file.textOf(last);
  const set = scene.model.assigns.filter(({ left }) => scene.file.textOf(left) === name);
  const zone = set.length === 1 ? shapeOf(scene.model, set[0]?.right) : null;
  return zone === null ? shape : shape.slice(0, -HOLE.length) + zone;
}
