// What a call of a handler does to the world: write, delete, run, send, pay, change data elsewhere.
import { ruleData } from '../../../rule-data.ts';
import type { Capability } from '../../../types.ts';
import { isNamed } from '../surface/capabilities.ts';
import { optionsOf, textOf, type Value } from '../surface/eval/values.ts';
import type { Use } from '../surface/model.ts';
import { property } from '../surface/registrations.ts';
import { deedOf, deedPattern, type RemoteDeed } from './deed-data.ts';

interface CapabilityNames {
  capabilities: { capability: Capability; names: string[] }[];
}
const hasNames = (data: unknown): data is CapabilityNames =>
  Array.isArray((data as Partial<CapabilityNames> | null)?.capabilities);

// Folders are made for caches and logs; files are what counts.
const PREPARES = /mkdir|ensureDir|chmod/i;

export type Deed = RemoteDeed | 'writes' | 'deletes' | 'runs' | 'sends' | 'commands-deletion';
const DEEDS: Partial<Record<Capability, Deed>> = {
  'file-write': 'writes',
  'file-delete': 'deletes',
  shell: 'runs',
  'process-spawn': 'runs',
  'network-client': 'sends',
};

export function capabilityOf(use: Use): Deed | undefined {
  if (PREPARES.test(use.method)) return undefined;
  const remote = remoteDeed(use);
  if (remote) return remote;
  const table = ruleData('sinks', hasNames).capabilities;
  for (const { capability, names } of table) {
    const deed = DEEDS[capability];
    if (deed && names.some((name) => isNamed(use.name, name))) return deed;
  }
  return undefined;
}

const DELETING_COMMAND =
  /(?:^|[\s;&|(])(?:sudo\s+)?(?:rm|rmdir|del|unlink|shred|mkfs\S*|dd|truncate|git\s+(?:push|reset|clean|checkout)|dropdb|kill|pkill|kubectl\s+delete|docker\s+(?:rm|rmi|kill|system\s+prune))(?:\s|$)/;
// All there is of a kind on the machine or in the store; a filter would say which.
const SWEEPING_COMMAND =
  /\bdocker\s+(?:system|volume|container|image)\s+prune\b(?!.{0,80}--filter)|\bdocker\s+(?:rm|rmi|stop|kill|volume\s+rm)\b.{0,20}\$\(docker\s+(?:ps|volume|images?)\b(?!.{0,40}(?:--filter|-f\s))|\bkubectl\s+delete\b.{0,80}\s--all\b|\bredis-cli\b.{0,60}\bflush(?:all|db)\b|(?:^|\s)dropdb\s/i;
// The helper that the server itself starts, by its name.
const STOPS_ONE = /^\s*p?kill(?:all)?(?:\s+-\w{1,10}){0,3}\s+[A-Za-z][\w.-]{2,60}\s*$/;
const RUNS = /^(?:child_process|execa|cross-spawn|shelljs|Bun\.spawn)/;
const REQUESTS =
  /^(?:fetch|(?:node-fetch|cross-fetch|undici|got|axios|ky|ofetch|superagent|needle|request|https?)\b)/;

/** Commands, statements, requests and calls of clients that destroy or change something elsewhere. */
function remoteDeed(use: Use): Deed | undefined {
  if (RUNS.test(use.name)) {
    const command = commandIn(use);
    if (SWEEPING_COMMAND.test(command)) return 'drops';
    const isDeletion = DELETING_COMMAND.test(command) && !STOPS_ONE.test(command);
    return isDeletion ? 'commands-deletion' : undefined;
  }
  const statement = STATEMENT_METHOD.test(use.method)
    ? statementDeed(written(use.args[0]))
    : undefined;
  if (use.method === 'truncate' && use.args.length > 1) return undefined;
  if (isGit(use.name)) return isForced(use) ? 'commands-deletion' : deedOf(use.name);
  return statement ?? preparedDeed(use) ?? wholeDeed(use) ?? deedOf(use.name) ?? requestDeed(use);
}

function commandIn({ args }: Use): string {
  const text = written(args[0]);
  const list = args[1]?.kind === 'array' ? args[1].items.map(written).join(' ') : '';
  const program = text.split(/[/\\]/).at(-1) ?? '';
  return list === '' ? text : program === '' ? '' : `${program} ${list}`;
}

const STATEMENT_METHOD =
  /^(?:query|execute|exec|run|prepare|raw|all|get|unsafe|\$(?:query|execute)Raw(?:Unsafe)?)$/;
// Nobody keeps sessions or scratch data as whole tables.
const DROPPING_SQL = /^\s*(?:drop\s+(?:table|database|schema)|truncate\s)/i;
const DELETING_SQL = /^\s*(?:delete\s+from|drop\s+(?:index|view))/i;
const CHANGING_SQL =
  /^\s*(?:insert\s+(?:or\s+\w+\s+)?into|update\s[\s\S]{1,200}\sset\s|alter\s+table|create\s+table|replace\s+into|grant\s)/i;

function statementDeed(text: string): RemoteDeed | undefined {
  if (DROPPING_SQL.test(text) && !/\bte?mp/i.test(text)) return 'drops';
  if (DELETING_SQL.test(text)) {
    return /^\s*delete\s+from\s+[\w."`[\]]{1,80}\s*;?\s*$/i.test(text) ? 'drops' : 'deletes-data';
  }
  return CHANGING_SQL.test(text) ? 'changes-data' : undefined;
}

/** `prepare('DELETE ...').run(id)`: what is prepared need not be run. */
function preparedDeed({ name, client }: Use): RemoteDeed | undefined {
  if (!/\.prepare\(\)\.(?:run|all|get|each|execute|iterate)$/.test(name)) return undefined;
  const deed = statementDeed(written(client?.[0]));
  return deed === 'changes-data' ? undefined : deed;
}

/** `deleteMany({})`, `knex(table).del()`: all there is, since nothing says which. */
function wholeDeed({ name, method, args }: Use): RemoteDeed | undefined {
  if (method === 'deleteMany' || (method === 'destroy' && /^sequelize\b/.test(name))) {
    const [filter] = args;
    const where = property(filter, 'where');
    const isOpen = filter !== undefined && !isEmpty(filter);
    return isOpen && (where === undefined || !isEmpty(where)) ? 'deletes-data' : 'drops';
  }
  if (isEverything(method, args)) return 'drops';
  if (isForced({ name, method, args })) return 'deletes-data';
  return /^knex(?:\.knex)?\(\)\(\)\.(?:del|delete)$/.test(name) ? 'drops' : undefined;
}

/** `deleteByQuery({ query: { match_all } })`, `indices.delete({ index: '*' })`, `messageDelete('1:*')`. */
function isEverything(method: string, [first]: readonly Value[]): boolean {
  const query = property(property(first, 'body') ?? first, 'query');
  if (method === 'deleteByQuery') return property(query, 'match_all') !== undefined;
  if (method === 'messageDelete') return textOf(first) === '1:*';
  return method === 'delete' && /^(?:\*|_all)$/.test(textOf(property(first, 'index')) ?? '');
}

const isGit = (name: string) => /^(?:simple-git|isomorphic-git)\b/.test(name);

/** What was there before is lost: a branch moved by force, a tree reset. */
function isForced({ name, method, args }: Pick<Use, 'name' | 'method' | 'args'>): boolean {
  if (method === 'updateRef') {
    const force = property(args[0], 'force');
    return force?.kind === 'literal' && force.value === true;
  }
  if (!isGit(name)) return false;
  const flags = args.flatMap((arg) => (arg.kind === 'array' ? arg.items : [arg])).map(written);
  return flags.some((flag) => /^(?:--force(?:-with-lease)?|-f|-fd?x?|--hard|-D|hard)$/.test(flag));
}

const isEmpty = (value: Value) =>
  value.kind === 'object' && value.props.size === 0 && !value.isOpen && value.rest === undefined;

function requestDeed(use: Use): RemoteDeed | undefined {
  // `octokit.request('DELETE /repos/{owner}/{repo}/git/refs/{ref}', …)`
  const route = /^(DELETE|PUT|PATCH) \//.exec(written(use.args[0]))?.[1];
  if (route) return route === 'DELETE' ? 'deletes-data' : 'changes-data';
  if (!REQUESTS.test(use.name)) return undefined;
  const stated = use.args.map((arg) => textOf(property(arg, 'method'))).find(Boolean);
  const last = use.name.split('.').at(-1) ?? '';
  const method = (stated ?? last).toUpperCase();
  if (method === 'DELETE' || method === 'DEL') return 'deletes-data';
  if (method === 'PUT' || method === 'PATCH') return 'changes-data';
  if (method !== 'POST') return undefined;
  const url = written(property(use.args[0], 'url') ?? use.args[0]);
  if (deedPattern('paidUrl').test(url)) return 'pays';
  if (deedPattern('mailedUrl').test(url)) return 'mails';
  if (deedPattern('changedUrl').test(url)) return 'changes-data';
  return mutationIn(use);
}

/** `POST …/close`: whatever is sent along, something is closed. */
export const isChangeByAddress = ({ name, args }: Use): boolean =>
  REQUESTS.test(name) &&
  deedPattern('changedUrl').test(written(property(args[0], 'url') ?? args[0]));

/** A GraphQL mutation in the body. */
function mutationIn({ args }: Use): RemoteDeed | undefined {
  for (const arg of args) {
    const body = property(arg, 'body') ?? property(arg, 'data') ?? property(arg, 'json') ?? arg;
    const text = written(property(body, 'query') ?? body);
    if (!/^\s*mutation\b/.test(text)) continue;
    return /\{\s*(?:delete|remove|destroy)\w/.test(text) ? 'deletes-data' : 'changes-data';
  }
  return undefined;
}

/** A text with a blank for what is not known. */
export function written(value: Value | undefined): string {
  if (!value) return '';
  const [option = value] = optionsOf(value);
  if (option.kind === 'text') return option.parts.map((part) => textOf(part) ?? ' x ').join('');
  return textOf(option) ?? '';
}
