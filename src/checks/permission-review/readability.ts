// Rules of point 3: whether the source can be read at all.
import { defineRule } from '../../rule.ts';
import type { Rule } from '../../rule.ts';
import { unreadableHits } from '../unreadable.ts';

export const readabilityRules: Rule[] = [
  defineRule({
    id: 'obfuscated-source',
    check: 'permission-review',
    severity: 'high',
    title: 'Source is obfuscated',
    why: 'Minifiers make code small; obfuscators make it unreadable on purpose. There is no good reason for that in a package that anyone may download.',
    fix: 'Do not connect it.',
    fixUpstream: 'Publish the code without obfuscation.',
    needs: ['source'],
    find: ({ source }) => unreadableHits(source, 'obfuscated'),
  }),
  defineRule({
    id: 'bytecode',
    check: 'permission-review',
    severity: 'high',
    title: 'Code is shipped as bytecode',
    why: 'Compiled bytecode does what it does without anybody being able to read it.',
    fix: 'Do not connect it unless you know its publisher.',
    fixUpstream: 'Publish the JavaScript.',
    needs: ['source'],
    find: ({ source }) => unreadableHits(source, 'bytecode'),
  }),
  defineRule({
    id: 'native-binary',
    check: 'permission-review',
    severity: 'info',
    title: 'Contains programs for a processor',
    why: 'Native code cannot be read here and is not bound by anything that this report says about the source.',
    fix: 'Build it from the public source if you need to be sure.',
    needs: ['source'],
    find: ({ source }) => unreadableHits(source, 'native'),
  }),
  defineRule({
    id: 'minified-source',
    check: 'permission-review',
    severity: 'info',
    title: 'Source is minified',
    why: 'Minified code can be analysed, but hardly read by a person; without a public source there is nothing to read.',
    fix: 'Read the public source, and compare it with --repo.',
    fixUpstream: 'Publish readable code, or declare the repository.',
    needs: ['source'],
    find: ({ source }) => unreadableHits(source, 'minified'),
  }),
];
