// Rules of point 2 about what an install would run, and about what could not be resolved.
import { ruleData } from '../../rule-data.ts';
import { defineRule, type Rule } from '../../rule.ts';
import type { TreeNode } from '../../types.ts';

interface ScriptPattern {
  id: string;
  pattern: string;
  matches: string[];
  ignores: string[];
}
interface ScriptRules {
  usual: ScriptPattern[];
  /** Scripts that start one file of the package: it is read with the rest, and judged by what it does. */
  ownFiles: ScriptPattern[];
}

const installScript = defineRule({
  id: 'install-script',
  check: 'dependency-audit',
  severity: 'low',
  title: 'An install runs a script of a package',
  why: 'Install scripts run with your rights before anybody has started the server; most hijacked packages use them.',
  fix: 'Install with npm ci --ignore-scripts from a lock (--write-lock), and run a script by hand only if the server needs it.',
  fixUpstream:
    'Ship prebuilt files in the package, or optional dependencies per platform, in place of a script.',
  needs: ['tree'],
  find: ({ tree }) =>
    tree.nodes.flatMap((node) => {
      if (node.isDev || !node.hasInstallScript) return [];
      return [
        {
          severity: severityOf(node),
          message: `${node.name}@${node.version} has an install script`,
          location: node.path.join(' > '),
          package: `${node.name}@${node.version}`,
          ...excerptOf(node),
        },
      ];
    }),
});

const unresolvedDependency = defineRule({
  id: 'unresolved-dependency',
  check: 'dependency-audit',
  severity: 'low',
  title: 'A dependency could not be resolved',
  why: 'What an install would put there is not known, so it was not vetted.',
  fix: 'Try again; if it stays, ask the maintainer which version is meant.',
  fixUpstream: 'Name a version that is published.',
  needs: ['tree'],
  find: ({ tree }) =>
    tree.problems
      .filter((problem) => !/^(E404|EALLOW)/.test(problem.code))
      .map((problem) => ({
        message: `${problem.name} could not be resolved (${problem.code})`,
        location: problem.from,
        package: problem.name,
        excerpt: problem.spec,
      })),
});

export const scriptsRules: Rule[] = [installScript, unresolvedDependency];

/** True for scripts that build native code or print a message, as many healthy packages have. */
export function isUsualScript(command: string): boolean {
  return isOneOf(scriptRules().usual, command);
}

/** True for scripts whose command says nothing that the file it starts would not say. */
export const startsOwnFile = (command: string): boolean => isOneOf(scriptRules().ownFiles, command);

const scriptRules = (): ScriptRules => ruleData<ScriptRules>('scripts', isScriptRules);

const isOneOf = (patterns: readonly ScriptPattern[], command: string): boolean =>
  patterns.some(({ pattern }) => new RegExp(pattern).test(command.trim().slice(0, 500)));

function severityOf(node: TreeNode): 'low' | 'moderate' {
  const commands = Object.values(node.installScripts);
  // Only the lock's flag is known: the tarball was not read, and that is said elsewhere.
  if (commands.length === 0) return 'low';
  const isOrdinary = commands.every((one) => isUsualScript(one) || startsOwnFile(one));
  return isOrdinary ? 'low' : 'moderate';
}

function excerptOf(node: TreeNode): { excerpt?: string } {
  const [first] = Object.entries(node.installScripts);
  return first ? { excerpt: `${first[0]}: ${first[1]}` } : {};
}

function isScriptRules(data: unknown): data is ScriptRules {
  return typeof data === 'object' && data !== null && 'usual' in data && 'ownFiles' in data;
}
