// What a server brings into a session: private data, text of strangers, a way out.
import type { Report } from '../types.ts';
import { argumentNames, toolWords, wordsOf } from './permission-review/tool-words.ts';

export type Role = 'private' | 'untrusted' | 'sends';

/** By its tools; where none could be read, by what it is for. Both ways out need network of its own. */
export function rolesOf(report: Report): Set<Role> {
  const roles = report.tools.length > 0 ? rolesOfTools(report) : rolesOfFunction(report);
  if (!hasNetwork(report)) {
    roles.delete('untrusted');
    roles.delete('sends');
  }
  return roles;
}

function rolesOfTools({ tools }: Report): Set<Role> {
  const { chain } = toolWords();
  const says = (pattern: string) =>
    tools.some((tool) => new RegExp(pattern, 'i').test(wordsOf(tool)));
  // An address to fetch carries data out as well.
  const takesUrl = tools.some((tool) =>
    argumentNames(tool).some((name) => /^(url|uri)s?$/i.test(name)),
  );
  const roles = new Set<Role>();
  if (says(chain.private)) roles.add('private');
  if (says(chain.untrusted) || takesUrl) roles.add('untrusted');
  if (says(chain.sends) || takesUrl) roles.add('sends');
  return roles;
}

function rolesOfFunction(report: Report): Set<Role> {
  const { functions } = toolWords().chain;
  const stated = report.function?.functions ?? [];
  const is = (role: Role) => functions[role].some((name) => stated.includes(name));
  return new Set((['private', 'untrusted', 'sends'] as const).filter(is));
}

function hasNetwork({ capabilities, subject, egress }: Report): boolean {
  const own = capabilities['network-client']?.some((use) => use.package === subject.name) === true;
  return own || (egress.observed ?? []).length > 0;
}
