// Threats by a setting or a text: certificates not checked, miners, code in files of other kinds.
import type { Node } from '../../parse.ts';
import { patterns } from '../data.ts';
import { plainKey } from '../flow/model.ts';
import { constantOf, nameOf, propertyOf, shapeOf } from '../flow/names.ts';
import { reachOf } from '../flow/reach.ts';
import { report } from '../scene.ts';
import type { Scene } from '../scene.ts';

export function findSettings(scene: Scene): void {
  judgeCertificates(scene);
  judgeMiners(scene);
  judgeDisguises(scene);
}

function judgeCertificates(scene: Scene): void {
  for (const assign of scene.model.assigns) {
    if (nameOf(scene.model, assign.left) !== 'process.env.NODE_TLS_REJECT_UNAUTHORIZED') continue;
    const value = constantOf(scene.model, assign.right);
    if (value !== '0') continue;
    const isChosen = isConditional(scene, assign);
    report(scene, assign, {
      ruleId: 'tls-verification-disabled',
      severity: isChosen ? 'low' : 'high',
      confidence: isChosen ? 'medium' : 'high',
      message: 'Certificates are not checked, for every connection of the process.',
    });
  }
  if (!scene.file.text.includes('rejectUnauthorized')) return;
  for (const node of scene.file.nodesOf('Property')) {
    if (plainKey(node.key) !== 'rejectUnauthorized' || node.value.type !== 'Literal') continue;
    if (node.value.value !== false) continue;
    const isMeant = isConditional(scene, node) || isLocal(scene, node) || isHandMade(scene);
    report(scene, node, {
      ruleId: 'tls-verification-disabled',
      severity: isMeant ? 'low' : 'moderate',
      confidence: isMeant ? 'low' : 'medium',
      message: 'Certificates are not checked for a connection.',
    });
  }
}

/** The certificate is looked at when the connection stands: `if (!socket.authorized) fail()`. */
const isHandMade = ({ file }: Scene): boolean =>
  /\bif\s?\(\s?!\s?[\w$.]{1,40}\.authorized\b|\bif\s?\([\w$.]{1,40}\.authorizationError\b/.test(
    file.text,
  );

/** `{ hostname: 'localhost', rejectUnauthorized: false }`: nobody stands between. */
function isLocal(scene: Scene, option: Node): boolean {
  const object = scene.file.parentOf(option);
  return ['host', 'hostname', 'servername'].some((key) =>
    /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)$/.test(
      constantOf(scene.model, propertyOf(scene.model, object, key)) ?? '',
    ),
  );
}

/** Whether any test stands before it: a setting that somebody can choose. */
function isConditional(scene: Scene, from: Parameters<typeof report>[1]): boolean {
  if (reachOf(scene, from) === 'command') return true;
  let node = from;
  for (
    let parent = scene.file.parentOf(node);
    parent !== null;
    parent = scene.file.parentOf(node)
  ) {
    if (parent.type === 'IfStatement' || parent.type === 'ConditionalExpression') {
      if (parent.test !== node) return true;
    }
    if (parent.type === 'LogicalExpression' && parent.right === node) return true;
    if (parent.type === 'SwitchCase' && parent.test !== node && parent.test !== null) return true;
    node = parent;
  }
  return false;
}

/** Double hashes over a counter until they fall below a target: work that only a pool pays for. */
const WORKS =
  /createHash\(\s?['"]sha256['"]\s?\)\.update\(\s{0,9}createHash\(|\b(?:randomx|cryptonight|argon2d|scrypt)\w{0,12}\([^)]{0,80}nonce/i;
const MINES = /\bmin(?:e[rs]?|ing)\b|bitcoin|block ?chain|proof.of.work|hashcash|crypto/i;

function judgeWork(scene: Scene): void {
  const { text } = scene.file;
  if (
    !WORKS.test(text) ||
    !/\bnonce\b/i.test(text) ||
    !/\b(?:target|difficulty|share)\b/i.test(text)
  )
    return;
  const { name, manifest, isSubject } = scene.pkg;
  if (!isSubject || MINES.test(`${name} ${manifest.description ?? ''}`)) return;
  const node = scene.calls.find(({ name: called }) => called === 'crypto.createHash')?.call;
  if (node)
    report(scene, node, {
      ruleId: 'crypto-miner',
      severity: 'critical',
      message: 'Code looks for hashes below a target, as miners do.',
    });
}

function judgeMiners(scene: Scene): void {
  judgeWork(scene);
  if (!patterns.miner.test(scene.file.text)) return;
  for (const node of scene.model.strings) {
    const text = shapeOf(scene.model, node) ?? '';
    if (
      !/stratum\+(?:tcp|ssl):\/\/\S{4}|\bxmrig\b.{0,80}(?:-o|--url|pool)|--donate-level/.test(text)
    )
      continue;
    report(scene, node, {
      ruleId: 'crypto-miner',
      severity: 'critical',
      message: 'Code connects to a mining pool.',
    });
  }
}

const OTHER_KIND =
  /\.(?:png|jpe?g|gif|ico|svg|webp|bmp|woff2?|ttf|otf|css|txt|md|dat|bin|log|pdf|mp[34]|wav|map|lock|db)$/i;

/** `require('./logo.png')` where the picture is a program. */
function judgeDisguises(scene: Scene): void {
  for (const { call, name } of scene.calls) {
    const isLoad = name === 'require' || name === 'process.dlopen' || /(?:fork|Worker)$/.test(name);
    if (!isLoad) continue;
    const path = shapeOf(scene.model, call.arguments[name === 'process.dlopen' ? 1 : 0]);
    const extension = path && OTHER_KIND.exec(path);
    if (!path || !extension) continue;
    if (name !== 'require') {
      report(scene, call, {
        ruleId: 'disguised-code',
        severity: name === 'process.dlopen' ? 'critical' : 'high',
        message: 'A file that is named like a picture or a text is run.',
      });
      continue;
    }
    const content = scene.pkg.textOf(resolvePath(scene.placeOf(call).file, path));
    if (
      content !== null &&
      /require\(|process\.|module\.exports|eval\(|=>|function/.test(content.slice(0, 20_000))
    ) {
      report(scene, call, {
        ruleId: 'disguised-code',
        severity: 'critical',
        message: 'A file that is named like a picture or a text holds code and is loaded.',
      });
    }
  }
}

function resolvePath(from: string, relative: string): string {
  const parts = from.split('/').slice(0, -1);
  for (const part of relative.replace(/^(?:~|node)\//, '').split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(part);
  }
  return parts.join('/');
}
