// Tools that send what their caller gives to an address that their caller gives.
import { optionsOf, taintsOf, textOf, type Value } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { property } from '../surface/registrations.ts';
import { isWholeArgument, type Fault } from './faults.ts';

const SENDS = /^(?:post|put|patch)$/i;
const BODIES = ['body', 'data', 'json', 'form', 'payload', 'content'];
const MAX_DEPTH = 5;

/** `forged` is what stands against the address; what the server reads besides decides how grave it is. */
export function recipientFault(use: Use, forged: Fault | undefined): Fault | undefined {
  if (!forged?.taint || use.tool === '' || use.channel) return undefined;
  const [target] = use.args;
  const isWhole = [target, property(target, 'url')].some((one) => one && isWholeArgument(one));
  if (!isWhole || !sends(use) || isFixed(bodiesOf(use), forged.taint.origin)) return undefined;
  return {
    ...forged,
    ruleId: 'open-recipient',
    severity: 'low',
    message: 'A tool sends any text to any address, both given by its caller',
  };
}

function sends({ method, args }: Use): boolean {
  const said = args.flatMap((arg) => optionsOf(property(arg, 'method') ?? arg));
  return SENDS.test(method) || said.some((option) => SENDS.test(textOf(option) ?? ''));
}

function bodiesOf({ method, args }: Use): Value[] {
  const named = args.flatMap((arg) => BODIES.map((key) => property(arg, key)));
  const bodies = [...named, ...(SENDS.test(method) ? args.slice(1) : [])];
  return bodies.filter((value) => value !== undefined);
}

/** Nothing in it can be the caller's; a body that is made elsewhere may be. */
function isFixed(bodies: readonly Value[], origin: string): boolean {
  return bodies.length > 0 && bodies.every((body) => !mayHold(body, origin, 0));
}

function mayHold(value: Value, origin: string, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  if (taintsOf(value).some((taint) => taint.origin !== origin)) return true;
  return optionsOf(value).some((option) => {
    if (option.kind === 'object')
      return [...option.props.values()].some((part) => mayHold(part, origin, depth + 1));
    if (option.kind === 'array')
      return option.items.some((part) => mayHold(part, origin, depth + 1));
    return option.kind === 'external' || (option.kind === 'unknown' && !option.taints);
  });
}
