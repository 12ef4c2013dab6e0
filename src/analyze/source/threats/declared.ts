// What a package says about itself, and how a host relates to that.
import type { PackageContext } from '../package-context.ts';
import { hosts } from './data.ts';
import { HOLE } from './flow/names.ts';

export type Place = 'local' | 'own' | 'drop' | 'release' | 'foreign' | 'unknown';
/** What a package says about itself that a host may be measured by. */
export interface Declared {
  domains: Set<string>;
  words: string[];
  readme: string;
  /** Names of what the package depends on. */
  dependencies: ReadonlySet<string>;
  /** The scope of its name, with the `@`. */
  scope?: string;
}

const COMMON_WORDS =
  /^(?:mcp|server|client|node|tool|tools|api|sdk|core|the|and|for|with|http|https|npm|example|test|utils|common|model|context|protocol|agent|official|app|web|data|js|ts|cli|lib|dev|service|cloud|config|configs|settings|local|helper|manager)$/;
const SHARED =
  /^(?:github|gitlab|bitbucket|npmjs|google|medium|twitter|linkedin|discord|vercel|netlify|herokuapp|workers|pages|amazonaws|cloudfront|githubusercontent|readthedocs|gitbook)\b/;

export function declaredBy(pkg: PackageContext): Declared {
  const { manifest } = pkg;
  const domains = new Set<string>();
  const urls = [manifest.homepage, manifest.repository?.url, manifest.bugs, manifest.author];
  for (const url of urls) {
    for (const [, host] of (url ?? '')
      .slice(0, 500)
      .matchAll(/(?:https?:\/\/|@)([\w.-]{3,100})/g)) {
      const domain = domainOf(host ?? '');
      if (!SHARED.test(domain)) domains.add(domain);
    }
  }
  const words = pkg.name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word.length >= 4 && !COMMON_WORDS.test(word));
  const dependencies = new Set(
    [manifest.dependencies, manifest.optionalDependencies, manifest.peerDependencies].flatMap(
      (names) => Object.keys(names ?? {}),
    ),
  );
  const [scope] = /^@[^/]+(?=\/)/.exec(pkg.name) ?? [];
  const readme = (pkg.readme ?? '').slice(0, 200_000);
  return { domains, words, readme, dependencies, ...(scope === undefined ? {} : { scope }) };
}

export function placeOf(host: string | null, declared: Declared): Place {
  if (host === null) return 'unknown';
  if (hosts.local.test(host)) return 'local';
  const domain = domainOf(host);
  if (declared.domains.has(domain)) return 'own';
  if (hosts.drop.test(host)) return 'drop';
  if (hosts.release.test(host)) return 'release';
  const label = domain.split('.')[0] ?? '';
  if (
    declared.words.some(
      (word) => label.includes(word) || (label.length >= 5 && word.includes(label)),
    )
  )
    return 'own';
  return 'foreign';
}

/** Anybody can register a host that sounds like the package: true if nothing else speaks for it. */
export const isOwnByName = (host: string | null, declared: Declared): boolean =>
  host !== null && placeOf(host, declared) === 'own' && !declared.domains.has(domainOf(host));

/** Whether the README names the host: said openly, not proof of anything. */
export const isMentioned = (host: string | null, declared: Declared): boolean =>
  host !== null && declared.readme.includes(host);

export function domainOf(host: string): string {
  const labels = host.toLowerCase().split('.');
  if (labels.every((label) => /^\d+$/.test(label))) return host;
  const isSecondLevel =
    /^(?:co|com|org|net|gov|ac)$/.test(labels.at(-2) ?? '') && (labels.at(-1)?.length ?? 0) === 2;
  return labels.slice(isSecondLevel ? -3 : -2).join('.');
}

/** The host in a URL or `host[:port]`, null if it is not constant. */
export function hostOf(shape: string | null): string | null {
  if (shape === null) return null;
  const match =
    /^(?:[a-z][a-z0-9+.-]{0,12}:)?\/\/(?:[^/@\s]{0,100}@)?(\[[0-9a-f:]{2,40}\]|[^/:?#\s]{1,253})/i.exec(
      shape,
    );
  const host = (match?.[1] ?? '').toLowerCase();
  if (host === '') return null;
  // Only the last labels of `${data}.drop.example` matter.
  const fixed = host.includes(HOLE)
    ? host.slice(host.lastIndexOf(HOLE) + 1).replace(/^\./, '')
    : host;
  return (/^[\w[\]:.-]{3,}$/.test(fixed) && fixed.includes('.')) || fixed === 'localhost'
    ? fixed
    : null;
}
