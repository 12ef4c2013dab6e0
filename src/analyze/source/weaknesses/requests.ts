// Arguments that decide which host the server talks to.
import { optionsOf, textOf, type Value } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { property } from '../surface/registrations.ts';
import { arrivals, states, type Fault, type ToolContext } from './faults.ts';

// Getting what stands at any address is what the tool is for; merely taking an address is not.
const FETCHES =
  /\b(?:fetch\w*|scrap\w+|crawl\w*|brows\w+|download\w*|upload\w*|https? requests?|navigate\w*|goto|rss|feeds?|request|proxy|ping|curl|webhooks?|screenshots?)\b/;

export function requestFault(
  use: Use,
  value: Value | undefined,
  tool: ToolContext,
): Fault | undefined {
  const target = targetOf(value);
  const host = target && hostPart(target);
  if (!host) return undefined;
  const open = arrivals(use, host.value, tool, ['stripped', 'encoded']).find(
    ({ checks, isTyped }) =>
      !isTyped &&
      !['allowed', 'pattern', 'host', 'named'].some((kind) => checks.has(kind as 'host')),
  );
  if (!open) return undefined;
  const isMeant = host.isWhole && states(tool, FETCHES);
  return {
    ruleId: 'request-forgery',
    severity: isMeant || host.isSubdomain ? 'low' : 'moderate',
    confidence: host.isWhole ? 'high' : 'medium',
    message: host.isWhole
      ? 'A tool argument is fetched as an address; hosts of the own machine and network are not kept out'
      : 'A tool argument decides the host of a request',
    taint: open.taint,
  };
}

/** The address of `fetch(url)`, `axios({ url })` and `http.request({ host })`. */
function targetOf(value: Value | undefined): Value | undefined {
  if (!value) return undefined;
  const object = optionsOf(value).find((option) => option.kind === 'object');
  if (!object) return value;
  const base = property(object, 'baseURL');
  if (base) return base;
  return (
    property(object, 'url') ??
    property(object, 'uri') ??
    property(object, 'hostname') ??
    property(object, 'host')
  );
}

interface HostPart {
  value: Value;
  isWhole: boolean;
  isSubdomain: boolean;
}

/** The part of an address that decides the host, if it is not written out. */
function hostPart(value: Value): HostPart | undefined {
  for (const option of optionsOf(value)) {
    if (option.kind === 'unknown' && option.taints) {
      return { value: option, isWhole: true, isSubdomain: false };
    }
    if (option.kind !== 'text') continue;
    const [first, second, third] = option.parts;
    const start = textOf(first);
    if (start === undefined) {
      if (first?.kind === 'unknown' && first.taints)
        return { value: first, isWhole: true, isSubdomain: false };
      continue;
    }
    // Only the scheme, or the beginning of a host name, is written out.
    const isOpenHost = /^(?:https?|wss?|ftp):\/\/[^/?#]*$/.test(start);
    if (isOpenHost && second) {
      const isSubdomain = (textOf(third) ?? '').startsWith('.');
      return { value: second, isWhole: false, isSubdomain };
    }
  }
  return undefined;
}
