// Which calls of which libraries pay, send letters, delete or change data; the lists are data in rules/deeds.json.
import { ruleData } from '../../../rule-data.ts';
import { once } from '../once.ts';

/** `signs`: a payment of the user's own wallet, which is what wallets are for. */
export type RemoteDeed = 'drops' | 'pays' | 'signs' | 'mails' | 'deletes-data' | 'changes-data';

/** `methods` and `unless` are asked of a call's whole name; it begins with one of `modules`, if there are any. */
export interface DeedRule {
  id: string;
  deed: RemoteDeed;
  modules?: string[];
  methods: string;
  unless?: string;
  matches: string[];
  ignores: string[];
}
export interface DeedData {
  /** The first that fits says what is done. */
  calls: DeedRule[];
  /** Addresses of requests that pay, or send letters. */
  paidUrl: string;
  mailedUrl: string;
  /** Ends of addresses that change what is there, whatever is sent to them. */
  changedUrl: string;
  /** What a server keeps for itself, by the names of tables and files. */
  scratch: string;
  /** Names of tools that only look. */
  looks: string;
  /** Words by which a tool says that it does something. */
  tells: string;
  /** Words by which a tool says that something is lost. */
  destroys: string;
  /** Words by which a tool says that it asks elsewhere. */
  networks: string;
  dryRun: string;
}

function isDeedData(data: unknown): data is DeedData {
  const { calls, scratch, looks } = data as Partial<DeedData>;
  return Array.isArray(calls) && typeof scratch === 'string' && typeof looks === 'string';
}

export const deedData = (): DeedData => ruleData('deeds', isDeedData);

export type DeedWord = Exclude<keyof DeedData, 'calls'>;
const words = new Map<DeedWord, RegExp>();

/** The pattern of that name. */
export function deedPattern(word: DeedWord): RegExp {
  const known = words.get(word) ?? new RegExp(deedData()[word], 'i');
  words.set(word, known);
  return known;
}

const rules = once(() =>
  deedData().calls.map(({ deed, modules, methods, unless }) => ({
    deed,
    modules,
    methods: new RegExp(methods, 'i'),
    unless: unless === undefined ? undefined : new RegExp(unless),
  })),
);
const MAX_REMEMBERED = 5_000;
const remembered = new Map<string, RemoteDeed | undefined>();

/** What a call does elsewhere, by its canonical name, e.g. `stripe().refunds.create`. */
export function deedOf(name: string): RemoteDeed | undefined {
  if (remembered.has(name)) return remembered.get(name);
  const rule = rules().find(
    ({ modules, methods, unless }) =>
      methods.test(name) &&
      unless?.test(name) !== true &&
      (modules === undefined ? !/^(?:fs|Math)\./.test(name) : isOf(name, modules)),
  );
  if (remembered.size < MAX_REMEMBERED) remembered.set(name, rule?.deed);
  return rule?.deed;
}

function isOf(name: string, modules: readonly string[]): boolean {
  return modules.some((module) => {
    if (!name.startsWith(module)) return false;
    return module.endsWith('/') || /^[.(/]/.test(name.slice(module.length));
  });
}
