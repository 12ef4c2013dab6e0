// Rights to services that the server asks for when its user signs in, and that none of its tools has a use for.
import { ruleData } from '../../../rule-data.ts';
import type { SurfaceFact, WeaknessHit } from '../../../types.ts';
import { bareText } from '../bare-text.ts';
import type { SourceFile } from '../file.ts';
import type { ServerSource } from '../package-context.ts';
import type { Node } from '../parse.ts';
import { placeHit } from './place.ts';

interface Service {
  /** A right that is asked for, as a whole. */
  scope: string;
  /** Words by which a package or a tool says that it is about the service. */
  about: string;
  /** How code looks that uses it. */
  used: string;
}
interface ScopeData {
  services: Service[];
  /** Rights to change, send or delete, as a whole. */
  changing: string[];
}
const hasServices = (data: unknown): data is ScopeData =>
  Array.isArray((data as Partial<ScopeData> | null)?.services);

const MAX_OWN_CHARS = 400_000;
const MAX_NAMED = 4;
const MAX_SCOPES = 2000;
/** Names of rights that are no addresses count only where they are called scopes. */
const CALLED = /scopes?\b/i;
const NEAR_CHARS = 600;
const IS_ADDRESS = /^https:\/\/(?:www\.googleapis\.com\/auth\/|mail\.google\.com\/)/;

export function scopeFaults(server: ServerSource, surface: SurfaceFact): WeaknessHit[] {
  if (surface.tools.length === 0) return [];
  const files = [...server.files.values()].filter(({ text }) => text.length < MAX_OWN_CHARS);
  const named = files.flatMap((file) => scopesIn(file));
  if (named.length === 0) return [];
  return idleRights(named, files, server, surface) ?? changingRights(named, surface);
}

/** Rights to services that nothing in the texts or the code is about. */
function idleRights(
  named: readonly Scope[],
  files: readonly SourceFile[],
  server: ServerSource,
  surface: SurfaceFact,
): WeaknessHit[] | undefined {
  const asked = named.flatMap((one) => {
    const service = SERVICES.find(({ scope }) => new RegExp(`^(?:${scope})$`).test(one.scope));
    return service ? [{ ...one, service }] : [];
  });
  const said = aboutOf(server, surface);
  const code = files.map((file) => bareText(file).replaceAll(/https:\/\/[^\s"'`]{1,200}/g, ''));
  const idle = asked.filter(({ service: { about, used } }) => {
    const isUsed = code.some((text) => new RegExp(used, 'i').test(text));
    return !isUsed && !new RegExp(about, 'i').test(said);
  });
  const message = 'It asks for rights to services that none of its tools has a use for';
  return idle.length === 0 ? undefined : told(idle, message);
}

/** Rights to change what all of its tools, as they say, only read. */
function changingRights(named: readonly Scope[], { tools }: SurfaceFact): WeaknessHit[] {
  if (!tools.every(({ annotations }) => annotations.readOnlyHint === true)) return [];
  const wide = named.filter(({ scope }) => CHANGES.test(scope));
  const message = 'It asks for rights to change and delete, and all of its tools only read';
  return told(wide, message);
}

function told(scopes: readonly Scope[], message: string): WeaknessHit[] {
  const [first] = scopes;
  if (!first) return [];
  const names = [...new Set(scopes.map(({ scope }) => scope))].slice(0, MAX_NAMED);
  const hit = placeHit(first.file, first.node, {
    ruleId: 'wide-credentials',
    severity: 'moderate',
    confidence: 'medium',
    message,
  });
  return [{ ...hit, excerpt: names.join(', ').slice(0, 200) }];
}

const { services: SERVICES, changing: CHANGING } = ruleData('scopes', hasServices);
const whole = (scopes: readonly string[]) => new RegExp(`^(?:${scopes.join('|')})$`);
const CHANGES = whole(CHANGING);
const ANY = whole([...SERVICES.map(({ scope }) => scope), ...CHANGING]);

interface Scope {
  file: SourceFile;
  node: Node;
  scope: string;
}

/** Words that are rights by their look, or stand where scopes are spoken of. */
function scopesIn(file: SourceFile): Scope[] {
  const found: Scope[] = [];
  for (const node of [...file.nodesOf('Literal'), ...file.nodesOf('TemplateElement')]) {
    const text = node.type === 'Literal' ? node.value : node.value.cooked;
    if (typeof text !== 'string' || text.length > 2000) continue;
    for (const scope of text.split(/[\s,]+/)) {
      if (found.length >= MAX_SCOPES || !ANY.test(scope)) continue;
      if (IS_ADDRESS.test(scope) || isCalled(file, node)) found.push({ file, node, scope });
    }
  }
  return found;
}

const isCalled = ({ text }: SourceFile, { start }: Node): boolean =>
  CALLED.test(text.slice(Math.max(0, start - NEAR_CHARS), start));

/** Everything that the package says of itself and of its tools. */
function aboutOf({ manifest }: ServerSource, surface: SurfaceFact): string {
  const { name = '', description = '', keywords } = manifest;
  const tools = surface.tools.map((tool) => `${tool.name} ${tool.title ?? ''} ${tool.description}`);
  return [name, description, ...keywords, ...tools].join(' ').replaceAll('_', ' ');
}
