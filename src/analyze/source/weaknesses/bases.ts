// Base addresses of clients: `axios.create({ baseURL })`, `got(path, { prefixUrl })`, `new Octokit({ baseUrl })`.
import { optionsOf, taintsOf, textOf, type Value } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { property } from '../surface/registrations.ts';

const BASES = ['baseURL', 'baseUrl', 'prefixUrl', 'base', 'prefix'] as const;
// What clients of services call the address of the service.
const SERVICE =
  /^(?:base_?url|api_?url|api_?base|server_?url|instance_?url|host_?url|site_?url|host|endpoint|node|url|origin|domain)$/i;
const SECRET =
  /^(?:auth\w{0,10}|\w{0,20}token|\w{0,20}api_?key|key|password|secret\w{0,12}|pat|credentials?|bearer)$/i;

/** The base that a relative address is put behind, of the call or of the client that it is made with. */
export function baseOf(use: Use, address: Value | undefined): Value | undefined {
  if (!isRelative(address)) return undefined;
  for (const option of [...use.args, ...(use.client ?? [])]) {
    for (const key of BASES) {
      const base = property(option, key);
      if (base && base.kind !== 'lazy') return base;
    }
  }
  return undefined;
}

/** `/projects/1`, and whatever does not begin with a scheme or with something unknown. */
function isRelative(address: Value | undefined): boolean {
  return (
    address !== undefined &&
    optionsOf(address).some((option) => {
      const start = textOf(option) ?? textOf(option.kind === 'text' ? option.parts[0] : undefined);
      return start !== undefined && !/^[a-z][a-z0-9+.-]{0,20}:/i.test(start);
    })
  );
}

/** `new Gitlab({ host: argument, token: process.env.TOKEN })`: the service, with a key of the server. */
export function serviceOf(use: Use): Value | undefined {
  if (!use.name.startsWith('new ')) return undefined;
  for (const arg of use.args) {
    const object = optionsOf(arg).find((option) => option.kind === 'object');
    if (object?.kind !== 'object') continue;
    const props = [...object.props];
    const isKeyed = props.some(([key, value]) => SECRET.test(key) && isFromSetting(value));
    const place = props.find(([key, value]) => SERVICE.test(key) && taintsOf(value).length > 0);
    if (isKeyed && place) return place[1];
  }
  return undefined;
}

/** A variable of the environment, not an argument. */
const isFromSetting = (value: Value): boolean =>
  taintsOf(value).length === 0 &&
  optionsOf(value).some((one) => one.kind === 'external' && one.name.startsWith('process.env'));
