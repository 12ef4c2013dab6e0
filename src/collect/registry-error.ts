// What npm's libraries throw -> a VetError that says what happened, to which package, and what to do now.
import { VetError, type VetErrorCode } from '../errors.ts';

interface Shape {
  code: VetErrorCode;
  says: (name: string) => string;
  hint: string;
}

const NETWORK: Shape = {
  code: 'registry-unreachable',
  says: (name) => `The registry did not answer for ${name}.`,
  hint: 'Check the network, the proxy and the registry (npm config get registry), or use --offline with what is cached.',
};
const TLS: Shape = {
  code: 'tls',
  says: (name) => `The registry's TLS certificate was not accepted while asking for ${name}.`,
  hint: 'Set cafile in your user .npmrc to your company certificate; do not switch strict-ssl off.',
};
const AUTH: Shape = {
  code: 'registry-auth',
  says: (name) => `The registry refused access to ${name}.`,
  hint: 'Log in (npm login) or check the token for this registry in your user .npmrc.',
};
const SHAPES: Record<string, Shape> = {
  E401: AUTH,
  E403: AUTH,
  ENEEDAUTH: AUTH,
  E404: {
    code: 'not-found',
    says: (name) => `There is no package ${name} on the registry.`,
    hint: 'Check the spelling; do not install a name that somebody could claim tomorrow.',
  },
  ETARGET: {
    code: 'version-not-found',
    says: (name) => `${name} has no such version.`,
    hint: 'List what there is with: npm view <name> versions dist-tags',
  },
  ENOVERSIONS: {
    code: 'version-not-found',
    says: (name) => `${name} has no versions; it may have been unpublished.`,
    hint: 'Ask its publisher, and do not install it from elsewhere.',
  },
  E429: {
    code: 'registry-rate-limit',
    says: (name) => `The registry limits requests and did not serve ${name}.`,
    hint: 'Wait a few minutes, or log in for a higher limit.',
  },
  EINTEGRITY: {
    code: 'integrity-mismatch',
    says: (name) => `The tarball of ${name} does not have the integrity that the registry states.`,
    hint: 'Do not install it. Clear the cache (--cache with an empty folder) and try once more; if it stays, report it to the registry.',
  },
  ENOTCACHED: {
    code: 'offline',
    says: (name) => `${name} is not in the cache and --offline was given.`,
    hint: 'Vet it once without --offline.',
  },
  EJSONPARSE: {
    code: 'malformed',
    says: (name) => `The registry's answer for ${name} is not valid JSON.`,
    hint: 'The registry or a proxy in between is broken; try another with --registry.',
  },
  ETIMEDOUT: { ...NETWORK, code: 'timeout' },
  EIDLETIMEOUT: { ...NETWORK, code: 'timeout' },
  ERR_SOCKET_TIMEOUT: { ...NETWORK, code: 'timeout' },
  // Our own deadline, or Ctrl-C; the caller knows which.
  ABORT_ERR: { ...NETWORK, code: 'timeout' },
};
const MANIFEST: Shape = {
  code: 'malformed',
  says: (name) => `The registry's manifest of ${name} names no tarball.`,
  hint: 'Do not install it; npm could not either.',
};
const TARBALL: Shape = {
  code: 'tarball-broken',
  says: (name) => `The tarball of ${name} is truncated or not a tarball.`,
  hint: 'Try again with an empty cache (--cache DIR); if it stays, report it to the registry.',
};

/** A VetError stays as it is; an error of unknown kind is returned unchanged, to be rethrown with its stack. */
export function registryError(error: unknown, name: string): unknown {
  if (error instanceof VetError || !(error instanceof Error)) return error;
  const shape = shapeOf(error);
  if (!shape) return error;
  return new VetError(shape.code, shape.says(name), { hint: shape.hint, cause: error });
}

function shapeOf(error: Error): Shape | undefined {
  const { code: raw, statusCode } = error as { code?: unknown; statusCode?: unknown };
  const isAborted = error.name === 'AbortError' || error.name === 'TimeoutError';
  const code = isAborted ? 'ABORT_ERR' : String(raw ?? '');
  if (/invalid json/i.test(error.message)) return SHAPES['EJSONPARSE'];
  if (/^Invalid package manifest/.test(error.message)) return MANIFEST;
  if (Object.hasOwn(SHAPES, code)) return SHAPES[code];
  if (/^E[45]\d\d$/.test(code) || Number(statusCode) >= 400) {
    return {
      code: 'registry-error',
      says: (name) => `The registry failed while serving ${name} (${code || String(statusCode)}).`,
      hint: 'Try again later, or another registry with --registry.',
    };
  }
  if (/CERT|SSL|TLS|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)/.test(code)) return TLS;
  if (
    /^(ECONN\w+|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EPIPE|ERR_STREAM_PREMATURE_CLOSE|UND_ERR\w*|FETCH_ERROR|ERR_INVALID_PROTOCOL)$/.test(
      code,
    )
  ) {
    return NETWORK;
  }
  if (/^(TAR_|Z_|ERR_ZLIB|ENODATA|EBADTARBALL)/.test(code)) return TARBALL;
  return undefined;
}
