// What a look at the server's code found before it is put into words: registrations with their values.
import type { SourceFile } from '../file.ts';
import type { Node } from '../parse.ts';
import type { Guard } from './eval/machine.ts';
import type { FunctionValue, Value } from './eval/values.ts';

/** A tool as the code declares it. */
export interface ToolRecord {
  name: string;
  title?: Value | undefined;
  description?: Value | undefined;
  schema?: Value | undefined;
  annotations?: Value | undefined;
  /** What clients are handed beside the definition: `_meta`. */
  meta?: Value | undefined;
  hasOutputSchema: boolean;
  handler?: Value | undefined;
  /** Whether the SDK validates arguments against the schema before the handler sees them. */
  isValidated: boolean;
  file: SourceFile;
  node: Node;
}
export interface PromptRecord {
  kind: 'prompt' | 'resource';
  name: string;
  texts: Value[];
  file: SourceFile;
  node: Node;
}
/** A handler that others than the caller of a tool reach: it gets its arguments from them. */
export interface ReaderRecord {
  channel: Channel;
  handler: FunctionValue;
  /** Of a prompt, what its arguments may be. */
  schema?: Value | undefined;
  /** What people call a prompt by, and how it is described. */
  stated?: string | undefined;
  /** It is told which one is asked for, and answers for all. */
  isDispatcher: boolean;
}
/** `remote`: what a server that this one is a client of sends. */
export type Channel = 'prompt' | 'resource' | 'http' | 'unlisted' | 'remote';

/** A call that a handler makes, with what was known about its arguments there. */
export interface Use {
  tool: string;
  /** Where its arguments come from, if not from the call of a tool. */
  channel?: Channel | undefined;
  /** What a prompt says of itself. */
  stated?: string | undefined;
  /** Canonical name of what is called: `child_process.exec`, or `.query` for a method of something unknown. */
  name: string;
  method: string;
  args: readonly Value[];
  self: Value | undefined;
  /** The options of the object that is called or whose method is. */
  client?: readonly Value[] | undefined;
  guards: readonly Guard[];
  file: SourceFile;
  node: Node;
}
export interface ServerModel {
  tools: ToolRecord[];
  prompts: PromptRecord[];
  instructions: { value: Value; file: SourceFile; node: Node }[];
  serverName: string | undefined;
  serverVersion: string | undefined;
  /** Why not all tools may have been found. */
  doubts: string[];
  /** Lists of tools that could not be followed to their end; the SDK's own, when bundled, is one. */
  openLists: number;
  /** Handlers of `tools/call`. */
  callHandlers: { handler: Value; file: SourceFile; node: Node }[];
  readers: ReaderRecord[];
  uses: Use[];
  /** Where the code starts a network server, and with what. */
  isStopped: boolean;
}

export function emptyModel(): ServerModel {
  return {
    tools: [],
    prompts: [],
    instructions: [],
    serverName: undefined,
    serverVersion: undefined,
    doubts: [],
    openLists: 0,
    callHandlers: [],
    readers: [],
    uses: [],
    isStopped: false,
  };
}
