// The isolation half of the sandbox, as the rest of it sees it.
export { planCanaries } from './canaries.ts';
export { canaryFinder, findCanaries, type CanaryFinder } from './find-canaries.ts';
export { installTree, type Installed, type InstallInput } from './install.ts';
export { DEFAULT_LIMITS, launch } from './launch.ts';
export { probeSupport } from './probe.ts';
export { removeStaleFolders } from './run-folder.ts';
export { selfTest } from './self-test.ts';
export * from './types.ts';
