// Which packages are read most closely: hiding places.
import type { PackageContext } from '../package-context.ts';

const SMALL_PACKAGE = 12;

/** Few files: whatever lies in it is easily looked at as a whole. */
export const isSmall = (pkg: PackageContext): boolean => pkg.paths.length <= SMALL_PACKAGE;

/** The server itself, what runs at an install, and what is small: a hiding place is one of these. */
export const isCloselyRead = (pkg: PackageContext): boolean =>
  pkg.isSubject || pkg.lifecycleEntries.length > 0 || isSmall(pkg);

/** Whether an install runs a file, as far as is known by now. */
export const runsAtInstall = (pkg: PackageContext, file: string): boolean =>
  pkg.lifecycleEntries.includes(file) || (pkg.installFiles?.has(file) ?? false);
