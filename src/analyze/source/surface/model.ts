// What a look at the server's code found before it is put into words: registrations with their values.
import type { SourceFile } from '../file.ts';
import type { Node } from '../parse.ts';
import type { Guard } from './eval/machine.ts';
import type { Value } from './eval/values.ts';

/** A tool as the code declares it. */
export interface ToolRecord {
  name: string;
  title?: Value | undefined;
  description?: Value | undefined;
  schema?: Value | undefined;
  annotations?: Value | undefined;
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
/** A call that a handler makes, with what was known about its arguments there. */
export interface Use {
  tool: string;
  /** Canonical name of what is called: `child_process.exec`, or `.query` for a method of something unknown. */
  name: string;
  method: string;
  args: readonly Value[];
  self: Value | undefined;
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
    uses: [],
    isStopped: false,
  };
}
