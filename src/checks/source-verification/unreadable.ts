// Rules of point 1: code that keeps its readers out; who stands behind it cannot be said of what nobody can read.
import { defineRule } from '../../rule.ts';
import type { Rule } from '../../rule.ts';
import { hidingCode } from '../derived.ts';
import { unreadableHits } from '../unreadable.ts';

const LOUD = new Set(['moderate', 'high', 'critical']);

const unreadableSource = defineRule({
  id: 'unreadable-source',
  check: 'source-verification',
  severity: 'high',
  title: 'What runs cannot be read or compared with a public source',
  why: 'Source verification is reading: of obfuscated or compiled code nobody can say whether it is what its repository shows.',
  fix: 'Do not connect it unless its publisher shows the source and how it is built; see point 3.',
  fixUpstream: 'Publish readable code, or the source and a build that gives the same file.',
  needs: ['source'],
  find: ({ source }) =>
    (['obfuscated', 'bytecode', 'native', 'minified'] as const)
      .flatMap((kind) => unreadableHits(source, kind))
      .filter(({ severity }) => severity !== undefined && LOUD.has(severity)),
});

export const unreadableRules: Rule[] = [unreadableSource, hidingCode];
