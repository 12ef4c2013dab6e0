// What the analyses of a file may know about the package it lies in.
import type { CapabilityHit, Manifest, ReachedFrom, ThreatHit } from '../../types.ts';
import type { SourceFile } from './file.ts';
import type { Vendored } from './vendored.ts';

export interface PackageContext {
  name: string;
  manifest: Manifest;
  /** True for the server itself, false for a dependency. */
  isSubject: boolean;
  /** Files that entry points and lifecycle scripts start, relative to the package. */
  entries: string[];
  lifecycleEntries: string[];
  /** Everything that lifecycle scripts lead to, once that is known. */
  installFiles?: ReadonlySet<string>;
  /** Text of a small text file of the package (JSON, shell script, README), or null. */
  textOf: (path: string) => string | null;
  /** Every regular file of the package. */
  paths: readonly string[];
  readme?: string;
  /** Packages in folders of this one that an install takes from there. */
  vendored?: readonly Vendored[];
}

export interface PackageFile {
  /** Relative to the package, forward slashes, no leading `./`. */
  path: string;
  /** Only the first bytes of a file that is too large to look into. */
  bytes: Uint8Array;
  size: number;
  /** Hex; '' if it was not worked out. */
  sha256: string;
}
export interface PackageInput {
  name: string;
  version: string;
  integrity: string | null;
  isSubject: boolean;
  /** Without threats and weaknesses: what a version could do, not what is wrong with it. */
  isBrief?: boolean;
  files: PackageFile[];
  /** What the archive holds and was not read, with the reason. */
  notRead: { file: string; reason: string }[];
  /** Files that took too long before: once, they are only parsed; twice, not even that. */
  givenUp?: readonly string[];
  /** Told before each file is parsed, for a watchdog. */
  onFile?: (path: string) => void;
}

/** A threat before reachability is known. */
export type RawThreat = Omit<ThreatHit, 'reached'>;

/** What is left of a file once its tree is let go. */
export interface FileSummary {
  path: string;
  reached: ReachedFrom;
  threats: RawThreat[];
  capabilities: Pick<CapabilityHit, 'capability' | 'line' | 'detail' | 'isOfOthers'>[];
  hosts: { host: string; url: string; line: number; isContacted: boolean }[];
}

/** The subject as its tools and weaknesses are read: parsed files that its entry points reach. */
export interface ServerSource {
  manifest: Manifest;
  /** By path; bounded in number and bytes. */
  files: Map<string, SourceFile>;
  entries: string[];
  /** True if some reached file was left out (bounds, unreadable). */
  isCut: boolean;
  /** The path in `files` that a relative import leads to, or null. */
  resolveImport: (from: string, spec: string) => string | null;
  /** Small text files of the package that are no code: JSON, Markdown, YAML, plain text. */
  dataPaths: ReadonlySet<string>;
  /** Text of one of them, or null. */
  dataOf: (path: string) => string | null;
}
