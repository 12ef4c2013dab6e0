// A registry's public signing keys, as npm's own registry publishes them.
import { isDict } from '../analyze/manifest.ts';
import { failureReason, requestJson } from './advisories/http.ts';
import type { RegistryKey } from './pacote.ts';
import { TIMEOUT_MS } from './public-api.ts';

export type RegistryKeys = { ok: true; keys: RegistryKey[] } | { ok: false; reason: string };
const MAX_KEYS = 50;

export async function registryKeys(
  registry: string,
  options: Record<string, unknown>,
  signal?: AbortSignal,
): Promise<RegistryKeys> {
  try {
    const json = await requestJson({
      url: new URL('-/npm/v1/keys', registry.endsWith('/') ? registry : `${registry}/`).href,
      method: 'GET',
      options,
      isRegistry: true,
      timeoutMs: TIMEOUT_MS,
      maxBytes: 200_000,
      retries: 0,
      ...(signal ? { signal } : {}),
    });
    const keys = isDict(json) && Array.isArray(json['keys']) ? json['keys'] : [];
    const found = keys.slice(0, MAX_KEYS).flatMap(toKey);
    if (found.length > 0) return { ok: true, keys: found };
    return { ok: false, reason: 'this registry publishes no signing keys' };
  } catch (error) {
    return { ok: false, reason: `signing keys of this registry: ${failureReason(error)}` };
  }
}

function toKey(raw: unknown): RegistryKey[] {
  if (!isDict(raw)) return [];
  const { keyid, key, expires } = raw;
  if (typeof keyid !== 'string' || typeof key !== 'string' || key.length > 10_000) return [];
  const pemkey = `-----BEGIN PUBLIC KEY-----\n${key}\n-----END PUBLIC KEY-----`;
  return [{ keyid, pemkey, expires: typeof expires === 'string' ? expires : null }];
}
