// The public API: re-exports only.
export { createNameChecker, defaultKnownNames } from './analyze/names/index.ts';
export { findInstructions } from './analyze/text/index.ts';
export { VetError, type VetErrorCode } from './errors.ts';
export type * from './types.ts';
export { vet, vetAll, type VetOptions } from './vet.ts';
