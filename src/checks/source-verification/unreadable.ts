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

const RECIPE =
  /(?:^|\/)(?:binding\.gyp|CMakeLists\.txt|Cargo\.toml|Makefile|build\.zig|go\.mod)$|\.(?:c|cc|cpp|cxx|rs|zig|go|m|mm|swift|nim)$/i;
const NAMED_NATIVE = /\.(?:node|dll|so(?:\.\d+)*|dylib|exe|bundle|lib|a|o)$|(?:^|\/)[^./]+$/i;

/** Where nobody keeps programs. */
const ASIDE =
  /(?:^|\/)(?:assets?|fonts?|images?|img|icons?|css|styles?|locales?|i18n|docs?|data|templates?|themes?|media|sounds?)\//i;

/** Where Apple's bundles keep their program, wherever the bundle itself lies. */
const IN_BUNDLE =
  /\.(?:app|appex|framework|xctest)\/(?:Contents\/MacOS\/|Versions\/[^/]{1,40}\/|(?:Contents\/)?Frameworks\/)?[^/.]+(?:\.dylib)?$/;

const isDisguised = (file: string): boolean =>
  !IN_BUNDLE.test(file) && (!NAMED_NATIVE.test(file) || ASIDE.test(file));

const nativeWithoutSource = defineRule({
  id: 'native-without-source',
  check: 'source-verification',
  severity: 'moderate',
  title: 'Programs for a processor without source or recipe',
  why: 'What such a file does can only be known from its source and from how it is built, and neither is in the package.',
  fix: 'Do not connect it unless you know its publisher; or build it from public source.',
  fixUpstream: 'Ship the source with its build files, or publish with provenance.',
  needs: ['source'],
  find({ source: { subject } }) {
    const files = subject.capabilities
      .filter(({ capability, detail }) => capability === 'native-code' && detail === 'native')
      .map(({ file }) => file);
    const disguised = files.find(isDisguised);
    const first = disguised ?? files[0];
    if (first === undefined || Object.keys(subject.hashes).some((path) => RECIPE.test(path)))
      return [];
    return [
      {
        message:
          disguised === undefined
            ? 'A program for a processor comes without its source and without a way to build it.'
            : 'A program for a processor, named or placed like a data file, comes without its source.',
        location: first,
        severity: disguised === undefined ? 'moderate' : 'high',
        confidence: 'medium',
      },
    ];
  },
});

export const unreadableRules: Rule[] = [unreadableSource, nativeWithoutSource, hidingCode];
