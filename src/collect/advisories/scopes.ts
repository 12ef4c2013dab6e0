// Which scopes npm's configuration sends to a registry of their own.
import { cleanName } from '../../analyze/advisories/index.ts';
import { defaultRegistry } from '../npm-config.ts';

const MAPPING = /^(@[^/:]{1,200}):registry$/;

/** The registry for everything that no scope maps elsewhere: there `npm audit` asks, too. */
export function defaultRegistryOf(options: Record<string, unknown>, fallback: string): string {
  const { registry } = options;
  return typeof registry === 'string' && URL.canParse(registry) ? registry : fallback;
}

/** Scopes mapped to another host than the default and npm's own: public advisories are not about them. */
export function mappedScopes(options: Record<string, unknown>, registry: string): string[] {
  const shared = new Set([hostOf(defaultRegistry()), hostOf(registry)]);
  return Object.entries(options).flatMap(([key, value]) => {
    const scope = MAPPING.exec(key)?.[1];
    if (scope === undefined || cleanName(`${scope}/x`) === null) return [];
    return shared.has(hostOf(value)) ? [] : [scope];
  });
}

function hostOf(address: unknown): string {
  return typeof address === 'string' && URL.canParse(address) ? new URL(address).host : '';
}
