// What the isolation half of the sandbox offers: support, canaries, a launched box and its events.
import type { Readable, Writable } from 'node:stream';
import type { EgressEvent } from '../../types.ts';

export type Support =
  | { supported: true; backend: string }
  /** `hint` is something the reader can do now. */
  | { supported: false; reason: string; hint: string };

/** Paths as the server sees them. `command` and `cwd` of a launch are written in these. */
export const BOX_PATHS = {
  package: '/opt/server',
  home: '/home/dev',
  project: '/home/dev/project',
  tmp: '/tmp',
  node: '/opt/node/bin/node',
} as const;

/** A secret that is unique to the run. `planted`: nobody asked for it; `granted`: the server does. */
export interface Canary {
  /** e.g. `env:OPENAI_API_KEY`, `file:.ssh/id_ed25519`. */
  id: string;
  kind: 'granted' | 'planted';
  value: string;
  /** The unrepeatable part of `value` that is searched for (8 characters or more). */
  needle: string;
  /** Set as this environment variable. */
  env?: string;
  /** Path in the home folder of the file whose content carries it. */
  file?: string;
}
export interface CanaryHit {
  id: string;
  kind: Canary['kind'];
  /** plain, url, hex, base64, base32, reversed, rot13, decimal, gzip+..., split (over DNS queries). */
  encoding: string;
}

export interface Limits {
  /** Of one process (RLIMIT_DATA). */
  dataBytes: number;
  /** Resident memory of all processes together. */
  rssBytes: number;
  processes: number;
  fileBytes: number;
  openFiles: number;
  /** One line of standard output. */
  lineBytes: number;
  /** All of standard output. */
  outputBytes: number;
  stderrBytes: number;
  /** All recorded events as JSON. */
  eventBytes: number;
  timeMs: number;
}

export interface LaunchOptions {
  /** Folder to run, seen at BOX_PATHS.package. */
  packageDir: string;
  /** As seen in the box; `node` is this very Node. */
  command: string[];
  /** Defaults to BOX_PATHS.project. */
  cwd?: string;
  /** The whole of the server's environment, besides PATH, HOME, the canaries' and the CA variables. */
  env?: Record<string, string>;
  /**
   * Let the box write into packageDir itself (lifecycle scripts). Only for a folder that the sandbox made.
   * When run as root its files are given to the unprivileged user of the box.
   */
  writablePackage?: boolean;
  canaries: Canary[];
  limits?: Partial<Limits>;
  seed: string;
  /** What the sink answers to HTTP GET: the page itself, or inside `{"content": ...}` where JSON is asked for. */
  sinkBody?: string;
  /** Do without nft though it is there: only usual ports are watched then, and the run is incomplete. */
  withoutFirewall?: boolean;
}

/** `atMs` counts from the launch; `phase` and `tool` are the ones marked last before it happened. */
interface Happened {
  atMs: number;
  phase: string;
  tool?: string;
}
export interface BoxEgress extends Happened, Omit<EgressEvent, 'phase' | 'tool' | 'atMs'> {
  type: 'egress';
  tls?: 'decrypted' | 'refused';
  /** To 127.0.0.0/8 or ::1 of the box: nothing answers there but what the server started itself. */
  isLocal: boolean;
  /** What was sent (headers and body), cut at 2 000 characters; hostile text. */
  excerpt: string;
  /** `port` 0: the port could not be learnt. */
  port: number;
}
export interface BoxDns extends Happened {
  type: 'dns';
  name: string;
  recordType: string;
  /** The DNS server that was asked. */
  ip: string;
  transport: 'udp' | 'tcp' | 'tls' | 'https';
  bytes: number;
  canaries: CanaryHit[];
}
export type FileCategory =
  | 'credential'
  | 'ssh'
  | 'wallet'
  | 'browser'
  | 'history'
  | 'shell-profile'
  | 'agent-config'
  | 'editor-config'
  | 'git-hook'
  | 'git-config'
  | 'ci'
  | 'autostart'
  | 'project'
  | 'other';
export interface BoxFile extends Happened {
  type: 'file';
  op: 'read' | 'write' | 'delete';
  /** `~/...`, `/tmp/...`. */
  path: string;
  category: FileCategory;
  /** True for what was there before the server started. */
  isPlanted: boolean;
  /** Start of what was written, cut at 2 000 characters; hostile text. */
  excerpt?: string;
}
export interface BoxProcess extends Happened {
  type: 'process';
  /** Arguments joined with spaces, cut at 400 characters; hostile text. */
  command: string;
  canaries: CanaryHit[];
}
/** The server waits for others to connect to it. */
export interface BoxListen extends Happened {
  type: 'listen';
  protocol: 'tcp' | 'udp';
  port: number;
  /** False: on every address, so that others on the network can reach it. */
  isLocal: boolean;
}
export interface BoxLimit extends Happened {
  type: 'limit';
  limit: keyof Limits | 'disk' | 'connections';
  detail: string;
  /** Whether the box was ended for it. */
  isFatal: boolean;
}
export type BoxEvent = BoxEgress | BoxDns | BoxFile | BoxProcess | BoxListen | BoxLimit;

export interface ExitInfo {
  code: number | null;
  signal: string | null;
  /** `exited` by itself, `stopped` by us, ended for a `limit`, or the box itself `failed`. */
  reason: 'exited' | 'stopped' | 'limit' | 'failed';
  detail?: string;
}
export interface BoxSummary {
  backend: string;
  /** False: something may have been missed, and `reason` says what. */
  complete: boolean;
  reason?: string;
  /** Attempts whose destination could not be identified. */
  unidentified: { tcp: number; udp: number };
  seconds: number;
  droppedEvents: number;
}

export interface Box {
  /** The server's own standard streams; stdout and stderr end when a limit is passed. */
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** Events arrive within about 0.3 s; those before the call are delivered first. */
  onEvent(callback: (event: BoxEvent) => void): void;
  /** What happens from now on belongs to this phase (and tool). */
  mark(phase: string, tool?: string): void;
  /** Resolves when all that happened until now has been delivered. */
  flush(): Promise<void>;
  /** Of the server's first process; others may live on until `stop`. Never rejects. */
  exited: Promise<ExitInfo>;
  /** Ends everything and cleans up. May be called more than once. Never rejects. */
  stop(): Promise<BoxSummary>;
}

export type SelfTest = { ok: true; seconds: number } | { ok: false; reason: string };
