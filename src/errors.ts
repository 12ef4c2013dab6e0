// The one error that means "cannot vet at all". A bad package is a finding; a silent source an unknown fact.

export type VetErrorCode =
  | 'usage'
  | 'config'
  | 'not-found'
  | 'version-not-found'
  | 'empty-package'
  | 'unsupported-target'
  | 'unsupported-lockfile'
  | 'unreadable'
  | 'malformed'
  | 'registry-unreachable'
  | 'registry-auth'
  | 'registry-rate-limit'
  | 'registry-error'
  | 'tls'
  | 'timeout'
  | 'integrity-mismatch'
  | 'tarball-broken'
  | 'too-large'
  | 'offline'
  | 'interrupted'
  | 'internal';

/** Carries a code for programs, a sentence for people, and a hint that the reader can act on now. */
export class VetError extends Error {
  override readonly name = 'VetError';
  readonly code: VetErrorCode;
  readonly hint: string | undefined;

  constructor(
    code: VetErrorCode,
    message: string,
    options: { hint?: string; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }
}
