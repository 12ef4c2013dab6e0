// Calls of the client libraries of services: what is handed to them leaves the machine.
import type { Node } from '../../parse.ts';
import { serviceOf } from '../data.ts';
import { destinationOf } from './destination.ts';
import type { Destination } from './destination.ts';
import { ENV, ENV_TEXT, CRED, asText, TOOL_ALL, TOOL_PART } from '../flow/labels.ts';
import type { Call } from '../flow/model.ts';
import { nameOf, unwrap } from '../flow/names.ts';
import { carriedByAll } from '../scene.ts';
import type { Scene } from '../scene.ts';

/** What sets a client up, or only says who one is. */
const SETS_UP =
  /(?:^|\.)(?:connect|auth\w{0,30}|login|configure|config|use|from\w{1,30}|\w{0,30}[cC]redentials?\w{0,20}|get|list|on|once|defaults|extend|sign\w{0,20}|verify\w{0,20})$/;

/** Who collects events; what a README tells of is no secret. */
const TELEMETRY = 'telemetry services';
const TOLD =
  /telemetry|analytics|usage (?:data|statistics)|crash reports?|posthog|sentry|mixpanel/i;

/** What a call of a service's library sends, and to which service; null for any other call. */
export function serviceSending(
  scene: Scene,
  call: Call,
  args: readonly Node[],
): { node: Call; labels: number; to: Destination } | null {
  if (call.type !== 'CallExpression') return null;
  const name = nameOf(scene.model, call.callee) ?? '';
  const service = serviceOf(name);
  if (!service || SETS_UP.test(name)) return null;
  const isTelemetry = service === TELEMETRY && !TOLD.test(scene.declared.readme);
  const kinds = ENV | ENV_TEXT | CRED | (isTelemetry ? TOOL_ALL | TOOL_PART : 0);
  const labels = (carriedByAll(scene, args) | asText(carriedByAll(scene, args))) & kinds;
  if (labels === 0) return null;
  const callee = unwrap(call.callee);
  const to = callee.type === 'MemberExpression' ? destinationOf(scene, args, callee.object) : null;
  if (to && to.host !== null) return { node: call, labels, to };
  return { node: call, labels, to: { host: service, place: 'foreign' } };
}
