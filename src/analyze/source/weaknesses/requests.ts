// Arguments that decide which host the server talks to.
import type { Severity } from '../../../types.ts';
import { leadOf } from '../surface/eval/addresses.ts';
import {
  UNKNOWN,
  optionsOf,
  taintsOf,
  textOf,
  withChecks,
  type Value,
} from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { property } from '../surface/registrations.ts';
import { baseOf, serviceOf } from './bases.ts';
import {
  arrivals,
  describes,
  states,
  type Arrival,
  type Fault,
  type ToolContext,
} from './faults.ts';

// Getting what stands at any address is what the tool is for; merely taking an address is not.
const FETCHES =
  /^fetch |\b(?:fetch(?:es|ing)? (?:an? |any |the )?(?:\w+ )?(?:urls?|pages?|web\w*|https?|sites?)|scrap\w+|crawl\w*|brows\w+|https? requests?|navigat\w+|goto|curl)\b/;
const READS_PAGES =
  /\b(?:retriev|read|fetch|extract|get|load|captur|convert)\w{0,3} (?:\w+ ){0,5}(?:web ?pages?|web ?sites?|urls?)\b/;
// Feeds are named by whoever wants to read them.
const READS_FEEDS =
  /\b(?:retriev|read|fetch|extract|get|load|pars|list|shap|subscrib)\w{0,4} (?:\w+ ){0,5}(?:feeds?|rss|atom|podcasts?|sitemaps?)\b/;
const BROWSES =
  /\b(?:navigat\w+|brows(?:e|er|es|ing)|goto|go to|tabs?)\b|\bopens? (?:an? |the )?(?:\w+ )?(?:web ?)?(?:pages?|urls?|address(?:es)?|sites?)\b/;
const SECRET_HEADER =
  /^(?:authorization|proxy-authorization|cookie|(?:x-)?api-?key|.{0,30}-(?:token|key|secret))$/i;
const IS_PATH = /(?:^|\.)(?:path|pathname|url|originalUrl|search)$/;
const HOLDING = ['allowed', 'pattern', 'host', 'named'] as const;

/** A function that was seen to look at the protocol is not believed to have looked at more. */
const isHeld = (checks: Arrival['checks'], { addressLook }: ToolContext) =>
  HOLDING.some(
    (kind) =>
      checks.has(kind) && (kind !== 'named' || !checks.has('scheme') || addressLook === 'address'),
  );

export function requestFault(
  use: Use,
  value: Value | undefined,
  tool: ToolContext,
  isBrowser = false,
): Fault | undefined {
  const host = hostOf(targetOf(value)) ?? hostOf(baseOf(use, value));
  return host && hostFault(use, host, tool, isBrowser);
}

const hostOf = (target: Value | undefined) => target && hostPart(target);

/** `new Octokit({ auth, baseUrl: argument })`. */
export function serviceFault(use: Use, tool: ToolContext): Fault | undefined {
  const host = hostOf(serviceOf(use));
  const fault = host && hostFault(use, host, tool, false);
  return fault && { ...fault, severity: 'high', message: SENDS_SECRET };
}

function hostFault(
  use: Use,
  host: HostPart,
  tool: ToolContext,
  isBrowser: boolean,
): Fault | undefined {
  const open = arrivals(use, host.value, tool, ['stripped', 'encoded']).find(
    ({ checks, isTyped }) => !isTyped && !isHeld(checks, tool),
  );
  if (!open) return undefined;
  const { taint } = open;
  if (host.isLed && !leadsAway(use, open, tool)) return undefined;
  // What was cut out of an address as its path begins with a slash.
  if (/\.pathname$/.test(taint.origin) && !tool.properties.has('pathname')) return undefined;
  // The path of a request begins with a slash, so it ends the host that stands before it.
  if (!host.isWhole && use.channel === 'http' && IS_PATH.test(taint.origin)) return undefined;
  const text = { ruleId: 'request-forgery', confidence: host.isWhole ? 'high' : 'medium' } as const;
  if (!host.isSubdomain && sendsSecret(use)) {
    return { ...text, severity: 'high', taint, message: SENDS_SECRET };
  }
  if (isBrowser && host.isWhole) return browserFault(use, open, tool);
  const severity =
    host.isLed || open.checks.has('host-start')
      ? 'low'
      : host.isWhole
        ? mildest(reachOf(use, tool, taint), isSignedByCaller(use) ? 'moderate' : 'high')
        : isOpenRoute(use, taint)
          ? 'high'
          : 'moderate';
  return {
    ...text,
    severity: host.isSubdomain ? 'low' : severity,
    message: host.isWhole
      ? 'A tool argument is fetched as an address; hosts of the own machine and network are not kept out'
      : 'A tool argument decides the host of a request',
    taint,
  };
}

/** `execFile('curl', ['-sL', url])`: a program that fetches, and prints what it got. */
export function loaderFault(use: Use, tool: ToolContext): Fault | undefined {
  const [program, list] = use.args;
  if (list?.kind !== 'array' || !LOADERS.test(textOf(program) ?? '')) return undefined;
  const target = list.items.find((item) => hostPart(item)?.isWhole);
  return target && requestFault(use, target, tool);
}

/** Anybody's request names the address; one that brings its own service and key along is a proxy's. */
const isOpenRoute = ({ channel }: Use, { origin }: Arrival['taint']): boolean =>
  channel === 'http' && !/\b(?:llm|model|provider)\w*\.(?:base_?url|endpoint)$/i.test(origin);

const LOADERS = /^(?:\S{0,40}\/)?(?:curl|wget|httpie|http|lynx|w3m|links)(?:\.exe)?$/;
// What comes back is read, not only whether it came.
const READS_BODY =
  /\.(?:text|json|arrayBuffer|blob|bytes|buffer|formData)\(|\.(?:data|body)\b|\bgot\b|\bky\b|\bstdout\b|\{[^{}]{0,80}\b(?:data|body)\b[^{}]{0,80}\}\s*=\s*await\b|\bofetch\b/;

/** What a caller gets of an address inside: what stands there, whether it is there, or little. */
function reachOf(use: Use, tool: ToolContext, taint: Arrival['taint']): Severity {
  if (tool.addressLook === 'address') return 'low';
  if (isOpenRoute(use, taint)) return 'high';
  if (use.channel === 'http') return 'moderate';
  if (tool.isShared) return 'high';
  if ([FETCHES, READS_PAGES, READS_FEEDS].some((told) => states(tool, told))) return 'low';
  if (tool.addressLook === 'name') return 'moderate';
  const stated = textOf(use.args.map((arg) => property(arg, 'method')).find(Boolean));
  const isHead = /^head$/i.test(stated ?? use.method);
  return isHead || !READS_BODY.test(use.file.text) ? 'moderate' : 'high';
}

// What servers hand out to be handed back, which is often a whole address.
const HANDED_OUT =
  /cursor|\b(?:next|prev\w*|page|continu\w*|links?|href|urls?|uri|location|bookmark|after|since)\b|(?:next|prev|page)[A-Z_]|(?:Url|_url|Uri|_uri|Link|_link)\b/;

/** `new URL(cursor, base)` with a cursor that is no path by its name, and that nothing looks at. */
function leadsAway(use: Use, { taint }: Arrival, tool: ToolContext): boolean {
  if (use.channel === 'http' || KEEPS_BASE.test(use.file.text)) return false;
  return describes(tool, taint.origin, HANDED_OUT) && !/path|route|endpoint/i.test(taint.origin);
}

// The address is asked whether it is a path, or one of the base.
const KEEPS_BASE =
  /\.(?:origin|host|hostname)\s*[!=]==?|startsWith\(\s*(?:["'`](?:\/|https?)|[\w.]{0,40}(?:base|root|origin|host|api|url))|\/\^\(?(?:\?:)?(?:https?|\[a-z|\\\/)/i;

const SENDS_SECRET =
  'A tool argument decides the host of a request that carries a credential of the server';

const PREFIXES = ['scheme', 'weak-prefix', 'host-start'] as const;
/** A browser also opens `file:` and shows what it finds there. */
function browserFault(use: Use, { taint, checks }: Arrival, tool: ToolContext): Fault {
  const isWeb = PREFIXES.some((kind) => checks.has(kind));
  // Only pages can be audited.
  const isAudit = /^lighthouse\b/.test(use.name);
  const isMeant = isAudit || states(tool, BROWSES) || states(tool, READS_PAGES);
  return {
    ruleId: 'request-forgery',
    severity: isMeant && !tool.isShared ? 'low' : isWeb && !tool.isShared ? 'moderate' : 'high',
    confidence: 'medium',
    message: isWeb
      ? 'A browser opens the address that a tool argument names; hosts of the own machine and network are not kept out'
      : 'A browser opens the address that a tool argument names, also file: and those of the own network',
    taint,
  };
}

const OF_SIGN_IN = /redirect_?ur[il]/i;
// A code that is written out opens nothing: that is the sign-in of a test.
const SENDS_CODE =
  /["'`]code["'`](?!\s{0,9},\s{0,9}(?:["'][^"']{0,80}["']|`[^`$]{0,80}`))|[?&]code=|\bcode:/;
const NEAR_SIGN_IN = 1_000;
// Held whole against those that were registered; what is sent twice in one sign-in says nothing.
const COMPARES =
  /\b(?:includes|has|indexOf)\(\s*(?:\w+\.){0,3}redirect_?ur[il]\s*\)|\b\w+\s*===?\s*redirect_?ur[il]\b|redirect_?ur[il]s?(?:\[0\])?\s*[!=]==?\s*(?:[A-Z]|client|registered|allowed|process\.env)|\b(?:client|registered|allowed)\w*\.redirect_?ur[il]s?(?:\[0\])?\s*[!=]==?/i;

/** `res.redirect(req.query.redirect_uri)`: where a sign-in sends its code to. */
export function redirectFault(
  use: Use,
  tool: ToolContext,
  positions: readonly number[],
): Fault | undefined {
  if (use.channel !== 'http') return undefined;
  for (const at of positions) {
    const host = use.args[at] && hostPart(use.args[at]);
    const open = arrivals(use, host?.value, tool, ['stripped', 'encoded']).find(
      ({ checks, taint }) =>
        !HOLDING.some((kind) => checks.has(kind)) && !/(?:^|\.)headers\./.test(taint.origin),
    );
    if (!open || host?.isSubdomain || IS_PATH.test(open.taint.origin)) continue;
    const { taint } = open;
    const isSignIn = OF_SIGN_IN.test(open.taint.origin);
    if (isSignIn && COMPARES.test(use.file.text)) continue;
    const severity = isSignIn && SENDS_CODE.test(textBefore(use)) ? 'high' : 'moderate';
    const text = { ruleId: 'open-redirect', severity, confidence: 'medium' } as const;
    return { ...text, taint, message: 'A request decides where the browser is sent next' };
  }
  return undefined;
}

const textBefore = ({ file, node }: Use): string =>
  file.text.slice(Math.max(0, node.start - NEAR_SIGN_IN), node.end);

/** A header or an `auth` that the server adds by itself; one that came with the call is the caller's. */
function sendsSecret(use: Use): boolean {
  const options = [...use.args, ...(use.client ?? [])];
  return options.some((option) => {
    const auth = property(option, 'auth');
    return (auth !== undefined && isOwn(auth)) || headersIn(property(option, 'headers'));
  });
}

function headersIn(
  headers: Value | undefined,
  isMeant: (value: Value) => boolean = isOwn,
): boolean {
  return optionsOf(headers ?? UNKNOWN).some((option) => {
    if (option.kind !== 'object') return false;
    if ([...option.props].some(([key, value]) => SECRET_HEADER.test(key) && isMeant(value)))
      return true;
    // `axios.create({ headers: { common: {...} } })`
    return headersIn(option.props.get('common'), isMeant);
  });
}

/** The key comes with the address: a service that the caller has a part in. */
const isSignedByCaller = (use: Use): boolean =>
  use.channel !== 'http' &&
  [...use.args, ...(use.client ?? [])].some((option) =>
    headersIn(property(option, 'headers'), (value) => taintsOf(value).length > 0),
  );

const mildest = (severity: Severity, most: Severity): Severity =>
  severity === 'high' ? most : severity;

const isOwn = (value: Value): boolean =>
  taintsOf(value).length === 0 &&
  optionsOf(value).some((option) => option.kind !== 'literal' && option.kind !== 'lazy');

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
  /** It stands after a base, which a whole address does without. */
  isLed?: boolean;
}

/** `${base}${path}` where each path that is handed over begins with a slash. */
const beginsPath = (value: Value): boolean =>
  optionsOf(value).every((option) =>
    /^[/?#]/.test(textOf(option.kind === 'text' ? option.parts[0] : option) ?? ''),
  );

/** The part of an address that decides the host, if it is not written out. */
function hostPart(value: Value): HostPart | undefined {
  for (const option of optionsOf(value)) {
    if (option.kind === 'unknown' && option.taints) {
      return { value: option, isWhole: true, isSubdomain: false };
    }
    if (option.kind !== 'text') continue;
    const lead = leadOf(option);
    if (lead) {
      const checks = [...(value.checks ?? []), ...(option.checks ?? [])];
      return { value: withChecks(lead, checks), isWhole: true, isSubdomain: false, isLed: true };
    }
    const [first, second, third] = option.parts;
    const start = textOf(first);
    if (start === undefined) {
      // `(instance ?? DEFAULT) + path`
      const open = optionsOf(first ?? UNKNOWN).find((o) => o.kind === 'unknown' && o.taints);
      if (open) return { value: open, isWhole: true, isSubdomain: false };
      continue;
    }
    // Only the scheme, or the beginning of a host name, is written out.
    const isOpenHost = /^(?:https?|wss?|ftp):\/\/[^/?#]*$/.test(start);
    if (isOpenHost && second && !beginsPath(second)) {
      const isSubdomain = (textOf(third) ?? '').startsWith('.');
      return { value: second, isWhole: false, isSubdomain };
    }
  }
  return undefined;
}
