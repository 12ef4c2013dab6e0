// Threats by DNS: data in the names that are looked up.
import { isEncoded } from '../flow/encoded.ts';
import {
  CLIPBOARD,
  CONVERSATION,
  CRED,
  CRED_PARSED,
  DECODED,
  ENV,
  ENV_TEXT,
  FILES,
  HOST_INFO,
  TOKEN,
  TOOL_ALL,
  TOOL_PART,
  VENDOR_MASK,
} from '../flow/labels.ts';
import type { Call } from '../flow/model.ts';
import { HOLE, shapeOf } from '../flow/names.ts';
import { carriedByAll, report } from '../scene.ts';
import type { Scene } from '../scene.ts';
import { secretsIn } from './secrets.ts';
import { propertyTexts } from '../flow/sources.ts';

const DATA =
  ENV |
  ENV_TEXT |
  CRED |
  CRED_PARSED |
  HOST_INFO |
  FILES |
  TOOL_ALL |
  TOOL_PART |
  VENDOR_MASK |
  TOKEN |
  CONVERSATION |
  CLIPBOARD |
  DECODED;

/** `nslookup <data>.drop.example` */
export function judgeDnsCommand(scene: Scene, call: Call): void {
  const shape = shapeOf(scene.model, call.arguments[0]);
  const list = propertyTexts(scene.flow, call.arguments[1]);
  const words = `${shape ?? ''} ${list}`.trim().split(/\s+/);
  if (!/^(?:nslookup|dig|host|ping|drill)$/.test(words[0] ?? '')) return;
  const query = words.find((word) => word.includes(HOLE)) ?? null;
  judgeDns(scene, call, query);
}

/** A query for a name of which a part is data; `shape` is that name. */
export function judgeDns(scene: Scene, call: Call, shape: string | null): void {
  if (shape === null || !shape.includes(HOLE)) return;
  if (
    !/\u0000[^\u0000]{0,20}\.[\w-]{2,60}\.[a-z]{2,}\.?$/i.test(shape) ||
    shape.startsWith(HOLE + HOLE)
  )
    return;
  const labels = carriedByAll(scene, call.arguments.slice(0, 2)) & DATA;
  // What a tool is asked to look up: an address in a list of blocked ones, a network by its number.
  if (labels !== 0 && (labels & ~(TOOL_ALL | TOOL_PART)) === 0)
    if (!call.arguments.some((arg) => isEncoded(scene, arg))) return;
  const hasEncoder = /toString\(\s*['"](?:hex|base64|base32)/.test(scene.file.text);
  const isReading = /readFile|process\.env|hostname|execSync|JSON\.stringify/.test(scene.file.text);
  const isSecret = labels === 0 && secretsIn(scene.model, call.arguments.slice(0, 1)).size > 0;
  if (labels === 0 && !isSecret && !(hasEncoder && isReading)) return;
  report(scene, call, {
    ruleId: 'dns-tunnelling',
    severity: 'critical',
    confidence: isSecret || labels & ~DECODED ? 'high' : 'medium',
    message: 'Data is put into the names of DNS queries, a way out past proxies.',
  });
}
