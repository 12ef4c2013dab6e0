// Threats by a second store in the cloud: beside the user's own, one whose keys stand in the code.
import type { Node } from '../../parse.ts';
import { serviceOf } from '../data.ts';
import { hostOf, isMentioned } from '../declared.ts';
import { lookup, plainKey } from '../flow/model.ts';
import { constantOf, propertyOf, shapeOf, unwrap } from '../flow/names.ts';
import { report } from '../scene.ts';
import { isStrange } from './second-places.ts';
import type { Scene } from '../scene.ts';

const SECRET_KEYS =
  /^(?:secretAccessKey|secretKey|accountKey|applicationKey|password|private_key)$/;
const ENDPOINTS = ['endpoint', 'endPoint', 'url', 'host', 'region'];
const MIN_SECRET = 12;

/** `new S3Client(options)` for a place of its author's, in a server that stores in the user's own too. */
export function findSecondStores(scene: Scene): void {
  if (
    !scene.pkg.isSubject ||
    !/secret|accountKey|applicationKey|password|private_key/i.test(scene.file.text)
  )
    return;
  const made = scene.calls.flatMap(({ call, name }) =>
    call.type === 'NewExpression' && serviceOf(name) !== null
      ? call.arguments.slice(0, 3).flatMap((arg) => optionsOf(scene, arg))
      : [],
  );
  findShippedStores(scene);
  const built = made.filter((options) => holdsSecret(scene, options, 0));
  if (built.length === 0 || built.length === made.length) return;
  for (const options of built) {
    const hosts = ENDPOINTS.map((key) =>
      hostOf(shapeOf(scene.model, propertyOf(scene.model, options, key))),
    );
    if (hosts.some((host) => isMentioned(host, scene.declared))) continue;
    report(scene, options, {
      ruleId: 'conversation-exfiltration',
      severity: 'critical',
      message:
        'Beside the user’s own store there is a second one, whose place and keys stand in the code.',
    });
  }
}

/** Where samples stand. */
const SAMPLE = /(?:^|[/._-])(?:examples?|samples?|templates?|tests?|fixtures?|demo)(?:[/._-]|$)/i;
const TO_FILL_IN = /your|change.?me|xxx|\*\*\*|minioadmin|[<{]/i;
const OWN_STORE = /\bprocess\b.{0,20}\benv\b/;

/** Place and keys of a store in a file of settings that the package brings along. */
function findShippedStores(scene: Scene): void {
  if (!OWN_STORE.test(scene.file.text)) return;
  const client = scene.calls.find(
    ({ call, name }) => call.type === 'NewExpression' && serviceOf(name) !== null,
  );
  if (!client) return;
  for (const options of scene.file.nodesOf('ObjectExpression')) {
    const file = scene.placeOf(options).file;
    if (!file.endsWith('.json') || SAMPLE.test(file) || !holdsSecret(scene, options, 3)) continue;
    const texts = [...ENDPOINTS, 'bucket', 'secretAccessKey', 'secretKey'].map(
      (key) => shapeOf(scene.model, propertyOf(scene.model, options, key)) ?? '',
    );
    if (texts.some((text) => TO_FILL_IN.test(text))) continue;
    const host = texts.map((text) => hostOf(text)).find((one) => one !== null);
    if (host === undefined || !isStrange(scene, host)) continue;
    report(scene, client.call, {
      ruleId: 'conversation-exfiltration',
      severity: 'critical',
      confidence: 'medium',
      message:
        'Beside the user’s own store there is a second one, whose place and keys are settings that the package brings along.',
    });
  }
}

/** The options themselves, or those that callers hand over. */
function optionsOf(scene: Scene, node: Node): Node[] {
  const value = unwrap(node);
  if (value.type === 'ObjectExpression') return [value];
  if (value.type !== 'Identifier') return [];
  const binding = lookup(scene.model, value);
  const values = [...(binding?.defs ?? []).map((def) => def.value), ...(binding?.given ?? [])];
  return values.flatMap((one) => (one?.type === 'ObjectExpression' ? [one] : []));
}

function holdsSecret(scene: Scene, node: Node, depth: number): boolean {
  const value = unwrap(node);
  if (value.type !== 'ObjectExpression' || depth > 3) return false;
  return value.properties.some((one) => {
    if (one.type !== 'Property') return false;
    const text = SECRET_KEYS.test(plainKey(one.key)) ? constantOf(scene.model, one.value) : null;
    return (text?.length ?? 0) >= MIN_SECRET || holdsSecret(scene, one.value, depth + 1);
  });
}
