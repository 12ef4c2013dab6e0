// What speaks for an imitation and what against it, once both packages' own words are at hand.
import type { NameContext } from '../../types.ts';

/** The words of the verdict; rules ask for these very strings. */
export const SPEAKS = {
  sameDescription: 'it has the same description',
  sameReadme: 'it has nearly the same README',
  sameRepository: 'it names the same repository',
  sameMcpName: 'it claims the same MCP registry name',
  sameAuthor: 'it names the same author',
  samePublisher: 'both have the same publisher',
  isOlder: 'it is older than the other',
  otherPurpose: 'its description shares no words with the other one',
} as const;

export interface Speaking {
  supports: string[];
  refutes: string[];
}

const MIN_TERMS = 4;
const MIN_README_TERMS = 60;
const README_CHARACTERS = 20_000;

/** `target` undefined: nothing could be learnt about it, which speaks neither for nor against. */
export function compareContexts(subject: NameContext, target: NameContext | undefined): Speaking {
  if (!target) return { supports: [], refutes: [] };
  const refutes = refutesOf(subject, target);
  if (refutes.includes(SPEAKS.samePublisher)) return { supports: [], refutes };
  return { supports: supportsOf(subject, target), refutes };
}

/** `https://github.com/Owner/repo.git#x` and `git+ssh://git@github.com/owner/repo` are one. */
export function repositoryKey(url: string | undefined): string | null {
  if (!url) return null;
  const match =
    /(github\.com|gitlab\.com|bitbucket\.org|codeberg\.org)[/:]([\w.-]{1,100})\/([\w.-]{1,100})/i.exec(
      url.slice(0, 500),
    ) ?? /^(github|gitlab|bitbucket):([\w.-]{1,100})\/([\w.-]{1,100})/i.exec(url.slice(0, 500));
  if (!match) return null;
  const [, host = '', owner = '', name = ''] = match;
  return `${host.split('.')[0]}/${owner}/${name.replace(/\.git$/, '')}`.toLowerCase();
}

function supportsOf(subject: NameContext, target: NameContext): string[] {
  const out: string[] = [];
  const [mine, theirs] = [plain(subject.description), plain(target.description)];
  if (mine.length >= 20 && mine === theirs) out.push(SPEAKS.sameDescription);
  const readme = overlap(
    termsOf(subject.readme?.slice(0, README_CHARACTERS)),
    termsOf(target.readme?.slice(0, README_CHARACTERS)),
    MIN_README_TERMS,
  );
  if (readme !== null && readme >= 0.85) out.push(SPEAKS.sameReadme);
  const repository = repositoryKey(subject.repositoryUrl);
  if (repository !== null && repository === repositoryKey(target.repositoryUrl)) {
    out.push(SPEAKS.sameRepository);
  }
  if (subject.mcpName && subject.mcpName === target.mcpName) out.push(SPEAKS.sameMcpName);
  if (plain(subject.author).length >= 4 && plain(subject.author) === plain(target.author)) {
    out.push(SPEAKS.sameAuthor);
  }
  return out;
}

function refutesOf(subject: NameContext, target: NameContext): string[] {
  const out: string[] = [];
  if (subject.publisher && subject.publisher === target.publisher) out.push(SPEAKS.samePublisher);
  const [mine, theirs] = [Date.parse(subject.createdAt ?? ''), Date.parse(target.createdAt ?? '')];
  if (mine < theirs) out.push(SPEAKS.isOlder);
  const shared = overlap(purposeOf(subject), purposeOf(target), MIN_TERMS);
  if (shared !== null && shared < 0.06) out.push(SPEAKS.otherPurpose);
  return out;
}

const purposeOf = (context: NameContext): Set<string> =>
  termsOf([context.description ?? '', ...(context.keywords ?? []).slice(0, 30)].join(' '));

/** Shared terms among all, 0..1; null if either side says too little to be compared. */
function overlap(a: Set<string>, b: Set<string>, least: number): number | null {
  if (a.size < least || b.size < least) return null;
  let shared = 0;
  for (const term of a) if (b.has(term)) shared += 1;
  return shared / (a.size + b.size - shared);
}

function termsOf(text = ''): Set<string> {
  const words = text.toLowerCase().match(/[a-z][a-z0-9]{2,30}/g) ?? [];
  return new Set(words.filter((word) => !STOP.has(word)).map((word) => word.replace(/s$/, '')));
}

const plain = (text = ''): string => text.slice(0, 2000).toLowerCase().replace(/\s+/g, ' ').trim();

const STOP = new Set(
  'the and for with that this from your you are can not all any has have its our will use using used package module library javascript node npm simple easy'.split(
    ' ',
  ),
);
