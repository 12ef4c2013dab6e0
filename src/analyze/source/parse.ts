// Text of a JavaScript or TypeScript file -> syntax tree. The only file that knows the parser.
import { Parser } from 'acorn';
import type { AnyNode, Options, Program } from 'acorn';
import { tsPlugin } from '@sveltejs/acorn-typescript';
import { LinkedNode } from './linked-node.ts';

export type {
  CallExpression,
  Expression,
  Identifier,
  MemberExpression,
  NewExpression,
  ObjectExpression,
  Program,
} from 'acorn';
/** An ESTree node with `start` and `end` offsets. TypeScript and JSX nodes occur, but are not in the union. */
export type Node = AnyNode;

export type ParseResult =
  { ok: true; program: Program; isModule: boolean } | { ok: false; reason: string };

const TOLERANT: Options = {
  ecmaVersion: 'latest',
  allowHashBang: true,
  allowReturnOutsideFunction: true,
  allowImportExportEverywhere: true,
  allowAwaitOutsideFunction: true,
  allowSuperOutsideMethod: true,
  checkPrivateFields: false,
};
const LOOKS_LIKE_MODULE =
  /^[\t ]*(?:import\b(?!\s*\()|export\b)|[;}]\s{0,9}(?:import|export)\s?[{*"']/m;
const SCRIPT_FILE = /\.c[jt]s$/i;
const TYPESCRIPT_FILE = /\.[cm]?tsx?$/i;
const JSX_FILE = /\.[jt]sx$/i;

/** Makes nodes that have room for what walks tell of them. */
const PlainParser = Parser.extend(
  (Base) =>
    class extends Base {
      startNode() {
        return new LinkedNode((this as unknown as { start: number }).start);
      }
      startNodeAt(start: number) {
        return new LinkedNode(start);
      }
    } as unknown as typeof Parser,
);
/** The plugin takes an `await` before `async <T>(f) => …` for a default value of its parameters. */
const withoutAwaitCheck = (Base: typeof Parser): typeof Parser =>
  class extends (Base as unknown as new () => object) {
    checkYieldAwaitInDefaultParams() {
      // What Node would refuse is no matter here: what can be read is read.
    }
  } as unknown as typeof Parser;
const TypeScriptParser = Parser.extend(tsPlugin(), withoutAwaitCheck);
const JsxParser = Parser.extend(tsPlugin({ jsx: {} }), withoutAwaitCheck);

/** Parses as what the file looks like, then as everything else it might be. Never throws. */
export function parseSource(text: string, path: string): ParseResult {
  const isModule = !SCRIPT_FILE.test(path) && LOOKS_LIKE_MODULE.test(text);
  const attempts = attemptsFor(path, isModule);
  let reason = 'cannot be parsed';
  for (const [index, { parser, asModule }] of attempts.entries()) {
    try {
      const program = parser.parse(text, optionsFor(parser, asModule));
      return { ok: true, program, isModule: asModule };
    } catch (error) {
      // A second look at something nested too deep would only cost the same again.
      if (error instanceof RangeError || isTooDeep(error))
        return { ok: false, reason: 'nested too deep to parse' };
      if (index === 0 && error instanceof SyntaxError) reason = positionOf(error);
    }
  }
  return { ok: false, reason };
}

function attemptsFor(path: string, isModule: boolean) {
  const script = { parser: PlainParser, asModule: false };
  const module = { parser: PlainParser, asModule: true };
  const jsx = { parser: JsxParser as typeof Parser, asModule: true };
  const typescript = { parser: TypeScriptParser as typeof Parser, asModule: true };
  if (JSX_FILE.test(path)) return [jsx, typescript];
  if (TYPESCRIPT_FILE.test(path)) return [typescript, jsx];
  return isModule ? [module, script, jsx] : [script, module, jsx];
}

function optionsFor(parser: typeof Parser, asModule: boolean): Options {
  const sourceType = asModule ? 'module' : 'script';
  // The TypeScript plugin works only with locations.
  return { ...TOLERANT, sourceType, locations: parser !== PlainParser };
}

function isTooDeep(error: unknown): boolean {
  return error instanceof SyntaxError && error.message.startsWith('Not enough stack space');
}

/** The parser's message quotes the source, so only the position is kept. */
function positionOf(error: SyntaxError): string {
  const position = /\((\d{1,9}:\d{1,9})\)$/.exec(error.message);
  return `syntax error${position ? ` at ${position[1]}` : ''}`;
}
