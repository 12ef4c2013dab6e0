// `mcp-vet diff <spec> <spec>`: what changed between two versions.
import type { Command } from 'commander';
import type { Io } from './io.ts';

export function diffCommand(_program: Command, _io: Io, _setExit: (code: number) => void): void {}
