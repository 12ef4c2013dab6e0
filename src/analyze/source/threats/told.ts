// What the texts of a server's tools openly say that it writes.
import { shapeOf } from './flow/names.ts';
import type { Scene } from './scene.ts';

const DOES =
  /\b(?:writes?|adds?|installs?|appends?|exports?|saves?|updates?|creates?|sets? up|registers?|enables?|generates?|configures?|starts?)\b/i;
const TOPICS: [ruleId: string, pattern: RegExp][] = [
  [
    'agent-config-write',
    /\b(?:AGENTS|CLAUDE|GEMINI)\.md\b|\.mcp\.json|mcp config|claude (?:desktop|code)|\bcursor\b|\bvs ?code\b|copilot|windsurf|agent (?:instructions|rules|config)|\brules? files?\b|client config/i,
  ],
  [
    'autostart-write',
    /\b(?:log-?in|start-?up|boot|autostart|launch ?(?:agent|d)|systemd|cron\w{0,3}|schedul\w{1,4}|shell profile|background service)\b/i,
  ],
  ['git-hook-write', /\bhooks?\b|pre-commit/i],
  ['ci-workflow-write', /\bworkflows?\b|github actions?|\bci\b|pipelines?/i],
];
const MAX_TEXTS = 3_000;

/** Rules about writing of which a text in a file with tools says that it happens on request. */
export function toldOf(scene: Scene): string[] {
  if (scene.flow.handlers.size === 0 && !/inputSchema|\bdescription\b/.test(scene.file.text))
    return [];
  const texts = scene.model.strings
    .slice(0, MAX_TEXTS)
    .map((node) => shapeOf(scene.model, node) ?? '')
    .filter((text) => text.length > 15 && text.length < 2_000 && DOES.test(text));
  return TOPICS.flatMap(([ruleId, pattern]) =>
    texts.some((text) => pattern.test(text)) ? [ruleId] : [],
  );
}
