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
}
const hasServices = (data: unknown): data is ScopeData =>
  Array.isArray((data as Partial<ScopeData> | null)?.services);

const MAX_OWN_CHARS = 400_000;
const MAX_NAMED = 4;
/** Names of rights that are no addresses count only where they are called scopes. */
const CALLED = /scopes?\b/i;
const NEAR_CHARS = 600;
const IS_ADDRESS = /^https:\/\/(?:www\.googleapis\.com\/auth\/|mail\.google\.com\/)/;

export function scopeFaults(server: ServerSource, surface: SurfaceFact): WeaknessHit[] {
  if (surface.tools.length === 0) return [];
  const files = [...server.files.values()].filter(({ text }) => text.length < MAX_OWN_CHARS);
  const asked = files.flatMap((file) => rightsIn(file));
  if (asked.length === 0) return [];
  const said = aboutOf(server, surface);
  const code = files.map((file) => bareText(file).replaceAll(/https:\/\/[^\s"'`]{1,200}/g, ''));
  const idle = asked.filter(({ service: { about, used } }) => {
    const isUsed = code.some((text) => new RegExp(used, 'i').test(text));
    return !isUsed && !new RegExp(about, 'i').test(said);
  });
  const [first] = idle;
  if (!first) return [];
  const names = [...new Set(idle.map(({ scope }) => scope))].slice(0, MAX_NAMED);
  const hit = placeHit(first.file, first.node, {
    ruleId: 'wide-credentials',
    severity: 'moderate',
    confidence: 'medium',
    message: 'It asks for rights to services that none of its tools has a use for',
  });
  return [{ ...hit, excerpt: names.join(', ').slice(0, 200) }];
}

interface Right {
  file: SourceFile;
  node: Node;
  scope: string;
  service: Service;
}

function rightsIn(file: SourceFile): Right[] {
  const { services } = ruleData('scopes', hasServices);
  const found: Right[] = [];
  for (const node of [...file.nodesOf('Literal'), ...file.nodesOf('TemplateElement')]) {
    const text = node.type === 'Literal' ? node.value : node.value.cooked;
    if (typeof text !== 'string' || text.length > 2000) continue;
    for (const scope of text.split(/[\s,]+/)) {
      const service = services.find((one) => new RegExp(`^(?:${one.scope})$`).test(scope));
      if (service && (IS_ADDRESS.test(scope) || isCalled(file, node)))
        found.push({ file, node, scope, service });
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
