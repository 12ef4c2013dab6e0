// Calls: hooks first, then bodies we have, then what is known of the platform, then callbacks.
import { builtinCall } from './builtins.ts';
import { handOver } from './events.ts';
import { externalCall } from './externals.ts';
import { applied, boundSelf, meantCall } from './indirect.ts';
import type { CallEvent, Machine } from './machine.ts';
import { schemaCall } from './schemas.ts';
import { moduleWrapper } from './wrappers.ts';
import { DECODED, UNKNOWN, optionsOf, taintsOf, union, withChecks, type Value } from './values.ts';

const VALIDATES =
  /valid|sanit|assert|ensure|safe|allow|permit|within|inside|contain|verify|guard|check|resolve\w*path|outside|travers|private|internal|blocked|forbid|danger|escape(?!d$)|quote/i;
const DENIES =
  /unsafe|invalid|outside|travers|private|internal|blocked|forbid|danger|^has|disallow/i;
const DECIDES = /\bthrow\b|\breturn\b|=>/;
const ITERATES = /^(?:map|flatMap|forEach)$/;
const COMPARES =
  /startsWith\(|\.relative\(|realpath|\.test\(|\.includes\(|\.has\(|\.match\(|indexOf\(|\.some\(|\.every\(|\.find\(|===|!==|\.replace(?:All)?\(\/\[/;

export function call(it: Machine, event: CallEvent): Value {
  const answer = it.hooks.onCall(event) ?? moduleWrapper(it, event) ?? schemaCall(it, event);
  if (answer) return answer;
  const { callee, self, args } = event;
  if (callee.kind === 'function') return viaFunction(it, event, callee);
  // A method of one of several texts is a method of the language, whichever it is.
  const isFollowed = optionsOf(callee).some((o) => o.kind !== 'unknown' && o.kind !== 'literal');
  if (callee.kind === 'union' && isFollowed) {
    it.uncertain += 1;
    const results = optionsOf(callee).map((option) =>
      option.kind === 'unknown' ? UNKNOWN : call(it, { ...event, callee: option }),
    );
    it.uncertain -= 1;
    return union(results);
  }
  if (callee.kind === 'external') {
    const meant = meantCall(event, callee);
    if (meant) return meant.isNew ? it.construct(meant) : it.call(meant);
    const bound = boundSelf(event, callee);
    if (bound) return bound;
    handOver(it, event);
    return externalCall(it, event, callee);
  }
  if (self) {
    const result = builtinCall(it, event, self);
    if (result) return result;
  }
  const taints = self && self.kind === 'unknown' && !isPlace(event) ? taintsOf(self) : [];
  const made: Value = taints.length === 0 ? UNKNOWN : { kind: 'unknown', taints };
  const [first] = args;
  if (first?.kind === 'external' && taints.length > 0 && ITERATES.test(event.name))
    return applied(it, event, first, made);
  it.runCallbacks(args, taints.length === 0 ? undefined : made);
  return made;
}

/**
 * An unknown method of an argument gives something made of it: `args.path.at(-1)`. A page that came
 * along with the arguments says where it is already: `page.url()`.
 */
const isPlace = (event: CallEvent) => event.name === 'url' && event.args.length === 0;

function viaFunction(it: Machine, event: CallEvent, callee: Value & { kind: 'function' }): Value {
  const self = callee.self ? undefined : event.self;
  const before = it.guards.length;
  const result = it.callFunction(callee, event.args, self);
  const seen = [...it.guards.slice(before), ...(result.checks ?? [])].map(({ origin }) => origin);
  return vouched(it, event, result, new Set(seen));
}

// `url.includes('site.example')` is true of `evil.example/?site.example`, `host.endsWith('site.example')`
// of `evilsite.example`: where nothing else is asked of an address, nothing is held.
const LOOSE =
  /(?:\b(?:url|raw\w*|href|address|link|uri|target|u|parsed)|\b(?:toLowerCase|toString|String)\(\w{0,20}\))\.(?:includes|indexOf|search)\(|\.?host(?:name)?(?:\.toLowerCase\(\))?\.(?:endsWith|includes|indexOf)\(\s*(?:["'`]\w|[A-Za-z_$][\w$.]{0,40}\s*\))/i;
const STRICT =
  /\b(?:host(?:name)?|origin|domain)\b(?:\.toLowerCase\(\))?\s*[!=]==?|[!=]==?\s*[\w.]{0,40}\b(?:host(?:name)?|origin|domain|d|h)\b|\.has\(|endsWith\(\s*(?:["'`]\.|[\w.]{1,40}\s*\+)|(?:includes|indexOf)\(\s*[\w.]{0,40}\.(?:host(?:name)?|origin)\b|(?:allow(?:ed|able)?|hosts|hostnames|origins|domains|list|permitted|known|safe|trusted)\w{0,12}\.(?:includes|indexOf)\(|\.(?:test|exec|match)\(|isIP|lookup|private|ipaddr|startsWith\(/i;

const DECODES = /\b(?:decodeURIComponent|decodeURI|fileURLToPath|unescape)\(/i;

/**
 * A function that is named like a check and has the look of one is believed to check what it was
 * given, also where the way it does so cannot be followed.
 */
function vouched(it: Machine, event: CallEvent, result: Value, seen: ReadonlySet<string>): Value {
  const { callee } = event;
  if (callee.kind !== 'function') return result;
  const own = (callee.node as { id?: { name: string } | null }).id?.name ?? '';
  if (!VALIDATES.test(event.name) && !VALIDATES.test(own)) return result;
  const taints = event.args
    .flatMap((arg) => taintsOf(arg))
    .filter(({ origin }) => !seen.has(origin));
  if (taints.length === 0) return result;
  const { start, end } = callee.node;
  const body = callee.file.text.slice(start, Math.min(end, start + 4000));
  if (!DECIDES.test(body) || !COMPARES.test(body)) return result;
  if (LOOSE.test(body) && !STRICT.test(body)) return result;
  const whenTruthy = !DENIES.test(event.name || own);
  // A check that decodes what it looks at speaks of what comes of decoding, too.
  const origins = taints.flatMap(({ origin }) =>
    DECODES.test(body) ? [origin, origin + DECODED] : [origin],
  );
  const checks = origins.map((origin) => ({ origin, kind: 'named' as const, whenTruthy }));
  if (/\bthrow\b/.test(body)) {
    it.guards.push(...checks.map((check) => ({ ...check, by: 'throw' as const })));
  }
  return withChecks(result, checks);
}
