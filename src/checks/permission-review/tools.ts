// Rules of point 3: tools.
import { escapeExcerpt } from '../../analyze/text/escape.ts';
import { defineRule } from '../../rule.ts';
import type { Hit, Rule } from '../../rule.ts';
import type { SourceFact, ToolDefinition } from '../../types.ts';
import { argumentNames, hasSafeguard, isStatedFunction, toolWords, wordsOf } from './tool-words.ts';
import { serverToolsRules } from './tools-together.ts';
import { weaknessHits } from './weaknesses.ts';

const MAX_PER_RULE = 10;
const MIN_DESCRIPTION_CHARS = 12;

const contradictions = defineRule({
  id: 'annotation-contradicts-handler',
  check: 'permission-review',
  severity: 'high',
  title: 'A tool does what its annotations deny',
  why: 'Clients ask less, or not at all, before calls of tools that say they only read.',
  fix: 'Do not let the client approve calls of this tool by itself.',
  fixUpstream: 'Set the annotations to what the handler does.',
  needs: ['source'],
  find: ({ source }) => weaknessHits(source, 'annotation-contradicts-handler'),
});

const lyingTool = defineRule({
  id: 'description-contradicts-handler',
  check: 'permission-review',
  severity: 'high',
  title: 'A tool does what its description denies',
  why: 'A description that says "only reads" or "works offline" is why a person lets it run.',
  fix: 'Do not connect it until you know why code and description differ.',
  fixUpstream: 'Describe what the handler does.',
  needs: ['source'],
  find: ({ source }) => weaknessHits(source, 'description-contradicts-handler'),
});

const broadTool = defineRule({
  id: 'broad-tool',
  check: 'permission-review',
  severity: 'moderate',
  title: 'A tool takes any command, code or statement',
  why: 'Such a tool can do whatever the server can; what a model read last decides what that is.',
  fix: 'Have the client ask before every call, and run the server where it can do no harm.',
  fixUpstream: 'Offer tools for single tasks, or an allow-list, a dry run or a confirmation.',
  needs: ['source'],
  find: ({ source }) =>
    source.subject.surface.tools
      .flatMap((tool) => {
        const kind = broadKind(tool);
        if (!kind) return [];
        const isStated = isStatedFunction(source, kind.capabilities, kind.functions);
        const isAsked = hasSafeguard(tool);
        return [
          hitFor(tool, `A tool takes any ${kind.what} and runs it`, {
            severity: isStated || isAsked ? 'low' : 'moderate',
            confidence: kind.isSeen ? 'high' : 'medium',
          }),
        ];
      })
      .slice(0, MAX_PER_RULE),
});

type Broad = Pick<SourceFact['stated'], 'functions'> & {
  what: string;
  capabilities: SourceFact['stated']['expectedCapabilities'];
  isSeen: boolean;
};

function broadKind(tool: ToolDefinition): Broad | undefined {
  const words = toolWords();
  const names = argumentNames(tool);
  const can = tool.handlerCapabilities ?? [];
  for (const { kind, ...one } of words.broad) {
    const takes = names.some((name) => new RegExp(one.arguments, 'i').test(name));
    const isNamed = new RegExp(one.names, 'i').test(tool.name);
    const isSeen = one.capabilities.some((capability) => can.includes(capability));
    if (takes && (isSeen || isNamed)) {
      const { capabilities, functions } = one;
      return { what: kind === 'command' ? 'command' : 'code', capabilities, functions, isSeen };
    }
  }
  const takesSql = names.some((name) => new RegExp(words.sql.arguments, 'i').test(name));
  if (!takesSql || tool.annotations.readOnlyHint === true) return undefined;
  const { functions } = words.sql;
  return { what: 'SQL statement', capabilities: ['database'], functions, isSeen: false };
}

const destructiveTool = defineRule({
  id: 'destructive-tool',
  check: 'permission-review',
  severity: 'moderate',
  title: 'A tool destroys much at once, without a way to look first',
  why: 'One call that was misunderstood, and there is no undo.',
  fix: 'Have the client ask before every call of this tool; leave it out if the client can.',
  fixUpstream: 'Make it narrow, and add a dry run, a confirmation or elicitation.',
  needs: ['source'],
  find({ source }) {
    const words = toolWords();
    const seen = weaknessHits(source, 'destructive-tool');
    const named = source.subject.surface.tools
      .filter((tool) => new RegExp(words.destructive).test(tool.name) && !hasSafeguard(tool))
      .filter((tool) => tool.annotations.readOnlyHint !== true)
      .map((tool) => {
        const isNarrow = argumentNames(tool).some((name) => new RegExp(words.narrow).test(name));
        const isWide = new RegExp(words.wide, 'i').test(wordsOf(tool));
        const isAnnotated = tool.annotations.destructiveHint === true;
        const isPassing = new RegExp(words.passing, 'i').test(wordsOf(tool));
        const severity =
          isWide && !isNarrow && !isPassing ? (isAnnotated ? 'low' : 'moderate') : 'info';
        return hitFor(tool, 'A destructive tool has no dry run and asks for no confirmation', {
          severity,
          confidence: 'medium',
        });
      })
      .filter(({ severity }) => severity !== 'info');
    return [...seen, ...named].slice(0, MAX_PER_RULE);
  },
});

const vagueTool = defineRule({
  id: 'vague-tool',
  check: 'permission-review',
  severity: 'low',
  title: 'A tool does not say what it does',
  why: 'Neither a model nor the person who is asked can tell what a call would do.',
  fix: 'Read the handler before approving calls of this tool.',
  fixUpstream: 'Name the tool after what it does, and describe it.',
  needs: ['source'],
  find({ source }) {
    const { vagueNames, vagueDescription } = toolWords();
    const vague = source.subject.surface.tools.filter((tool) => {
      const text = tool.description.trim();
      const isEmpty =
        text.length < MIN_DESCRIPTION_CHARS || new RegExp(vagueDescription, 'i').test(text);
      return isEmpty || (new RegExp(vagueNames, 'i').test(tool.name) && text.length < 40);
    });
    const [first] = vague;
    if (!first) return [];
    const isSome = vague.length === 1;
    const message = isSome
      ? 'A tool hardly says what it does'
      : `${vague.length} tools hardly say what they do`;
    return [hitFor(first, message, { severity: 'low', confidence: 'medium' }, vague)];
  },
});

const shadowingTool = defineRule({
  id: 'shadows-client-tool',
  check: 'permission-review',
  severity: 'moderate',
  title: "A tool bears the name of a client's own tool",
  why: 'A call meant for the client, with what belongs to it, goes to this server instead.',
  fix: 'Use a client that keeps the names of servers apart, or do not connect it.',
  fixUpstream: 'Choose a name of your own.',
  needs: ['source'],
  find({ source }) {
    const known = new Set(toolWords().clientTools);
    return source.subject.surface.tools
      .filter((tool) => known.has(tool.name))
      .slice(0, MAX_PER_RULE)
      .map((tool) =>
        hitFor(tool, "A tool bears the name of a client's own tool", {
          severity: 'moderate',
          confidence: 'medium',
        }),
      );
  },
});

/** Tool names are foreign text: they stand in the excerpt. */
function hitFor(
  tool: ToolDefinition,
  message: string,
  judged: Required<Pick<Hit, 'severity' | 'confidence'>>,
  all: readonly ToolDefinition[] = [tool],
): Hit {
  const names = all.slice(0, 8).map((one) => one.name);
  const text = all.length === 1 ? `${tool.name}: ${tool.description}` : names.join(', ');
  return {
    message: `${message}.`,
    location: tool.file === undefined ? 'tools' : `${tool.file}:${tool.line ?? 1}`,
    ...judged,
    excerpt: escapeExcerpt(text, 200),
  };
}

export const toolsRules: Rule[] = [
  contradictions,
  lyingTool,
  broadTool,
  destructiveTool,
  vagueTool,
  shadowingTool,
  ...serverToolsRules,
];
