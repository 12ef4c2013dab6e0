// Code that looks meant to harm: capability and intent together.
import type { SourceFile } from '../file.ts';
import type { FileSummary, PackageContext, RawThreat } from '../package-context.ts';

export type { RawThreat };

/** Threats within one file of any package. */
export function findThreats(_file: SourceFile, _pkg: PackageContext): RawThreat[] {
  return [];
}

/** Threats of the package as a whole: lifecycle scripts and the like. */
export function findPackageThreats(_pkg: PackageContext, _files: FileSummary[]): RawThreat[] {
  return [];
}
