// `mcp-vet db update|import|status`: the local advisory database.
import type { Command } from 'commander';
import type { Io } from './io.ts';

export function dbCommand(_program: Command, _io: Io, _setExit: (code: number) => void): void {}
