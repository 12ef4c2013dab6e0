// Whether a package says that a well-known maker stands behind it, and whether anything about it agrees.
import { editDistance } from './distance.ts';
import { knownMakers, type Maker } from './data.ts';
import { parseName } from './parse.ts';

export interface Claiming {
  name: string;
  description?: string;
  author?: string;
  readme?: string;
  repositoryUrl?: string;
}
export type Said = 'official' | 'maintained' | 'author' | 'scope' | 'verified' | 'repository';
export interface MakerClaim {
  publisher: string;
  says: Said[];
}

const README_CHARACTERS = 4_000;
const SENTENCE = /[^.!?\n#|]{3,400}/g;
/** What is official there is the server; an official API, client or SDK is only used. */
const OFFICIAL =
  /\bofficial\b(?! (?:\S{1,30} ){0,3}(?:apis?|sdks?|docs?|documentation|clients?|librar(?:y|ies)|sites?|website|registry|image|images|repositor(?:y|ies)|cli|drivers?|endpoints?|specification|spec|protocol|guide|app|apps|organi[sz]ations?|accounts?|channels?|data|sources?|marketplace|directory|gallery|catalog|store|page|list)\b)/i;
const SERVER =
  /\b(?:mcp|model context protocol|servers?|packages?|integrations?|connectors?|implementation|plugins?|release|distribution|build)\b/i;
const REFERENCE = /\breference (?:implementation|server)s?\b/i;
const DENIED =
  /\bunofficial|\bnot?\b|n['’]t\b|\bnever\b|\bwithout\b|\bindependent|\bcommunity\b|\bthird[- ]party|\binstead\b|\balternative|\bfork(?:ed|s)? |\bbased on\b|\binspired\b|\bunlike\b|\blike the\b|\bcompatible\b|\bwrap(?:s|per)\b|\bproxy\b|\bfor the official\b|\bsee the\b|\bcheck(?:out)?(?: out)? the\b|\buses? the\b|\busing the\b|\bover the\b|\bwhile\b|\bthan\b|\bderived\b|\bported?\b|\bextends?\b|\bbuilt (?:on|upon|with|around)\b|\bon top of\b|\bfrom the official\b|\bavailable (?:at|from)\b|\bused by\b|\bport of\b|\bmimics?\b|\breleased an?\b|\bfind\b|\balso\b|\bworks? (?:with|alongside)\b|\balongside\b|\bcompanion\b|\bcomplements?\b|\binstall the official\b|\bif you\b|\bprefer\b|\breplacement\b|\bsuccessor\b|\bmoved to\b|\b(?:in|on|at|via|through) the official\b|\bdeprecated\b|\?/i;
/** Said once, it holds for the whole. */
const OPENLY_OTHER =
  /\bunofficial\b|\bnot (?:an? |the )?(?:\w+ )?official|\bnot affiliated|\bno affiliation|\bnot endorsed|\bindependent (?:project|implementation)|\bcommunity[- ](?:maintained|driven|built|server|project)|\bthird[- ]party (?:server|project|package)/i;
const MADE_BY =
  /\b(?:maintained|built|developed|published|made|provided|created|owned|released|supported)(?: and \w{3,12})? (?:and \w{3,12} )?by (?:the )?([^,;.()]{2,60})/i;
const VERIFIED_BY =
  /\b(?:verified|audited|certified|approved|endorsed|vetted|accredited)(?:,? (?:and|&) [\w-]{3,20})? by (?:the )?([^,;.()\]]{2,60})/i;
const OWN_ENDING = /^(?:hq|inc|labs?|ai|io|app|js|dev|team|oss|db|org|com|cloud|platform|co)$/;

const squash = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The makers that the package names as its own; [] where scope or repository are theirs. */
export function makerClaims(claiming: Claiming): MakerClaim[] {
  const sentences = sentencesOf(claiming);
  return knownMakers().flatMap((maker) => {
    if (isTheirs(maker, claiming)) return [];
    const says: Said[] = [
      ...(sentences.some((one) => saysOfficial(one, maker, claiming)) ? ['official' as const] : []),
      ...(sentences.some((one) => saysMadeBy(one, maker)) ? ['maintained' as const] : []),
      ...(isAuthor(maker, claiming.author) ? ['author' as const] : []),
      ...(soundsLike(maker, claiming.name) ? ['scope' as const] : []),
      ...(sentences.some((one) => saysVerified(one, maker)) ? ['verified' as const] : []),
      ...(imitatesOwner(maker, claiming.repositoryUrl) ? ['repository' as const] : []),
    ];
    return says.length > 0 ? [{ publisher: maker.publisher, says }] : [];
  });
}

/** Of the description and the beginning of the README, without what denies it. */
function sentencesOf({ description = '', readme = '' }: Claiming): string[] {
  const text = `${description.slice(0, 500)}\n${readme.slice(0, README_CHARACTERS)}`
    .replace(/```[^`]{0,4000}(?:```|$)/g, '\n')
    .replace(/\]\([^)\n]{0,300}\)/g, ']')
    .replace(/\b(Inc|Ltd|Corp|Co)\./g, '$1');
  if (OPENLY_OTHER.test(text)) return [];
  return (text.match(SENTENCE) ?? []).filter((one) => !DENIED.test(one));
}

/** `the official Acme MCP server`; in a package named after Acme also `the official MCP server`. */
function saysOfficial(sentence: string, maker: Maker, { name, description }: Claiming): boolean {
  const isReference = maker.words.includes('modelcontextprotocol');
  if (!(OFFICIAL.test(sentence) || (isReference && REFERENCE.test(sentence)))) return false;
  if (![sentence, description ?? '', name].some((one) => SERVER.test(one))) return false;
  // `MCP` says what a server is, not whose it is.
  if (isReference)
    return (
      soundsLike(maker, name) || /\bby (?:the )?(?:model context protocol|mcp)\b/i.test(sentence)
    );
  return names(maker, sentence) || tokensOf(name).some((token) => maker.words.includes(token));
}

const saysMadeBy = (sentence: string, maker: Maker): boolean =>
  isBy(MADE_BY.exec(sentence)?.[1], maker);

/** A maker verifies nobody's servers on npm; who says so wants to be trusted for it. */
const saysVerified = (sentence: string, maker: Maker): boolean =>
  isBy(VERIFIED_BY.exec(sentence)?.[1], maker);

function isBy(by: string | undefined, maker: Maker): boolean {
  if (by === undefined) return false;
  const start = squash(by);
  return [squash(maker.publisher), ...maker.words].some(
    (word) =>
      word.length >= 3 &&
      start.startsWith(word) &&
      /^(?:inc|llc|pbc|team|the|steering|project|org|corp|ltd|itself|$)/.test(
        start.slice(word.length),
      ),
  );
}

/** `Acme, Inc. <support@acme.com> (https://acme.com)`. */
function isAuthor({ publisher, words }: Maker, author = ''): boolean {
  const [person = ''] = author.slice(0, 300).split(/[<(]/);
  const plain = squash(person).replace(/(?:inc|llc|pbc|ltd|team|corp|corporation)$/, '');
  return plain !== '' && (plain === squash(publisher) || words.includes(plain));
}

/** `github.com/acmecorporati0n/x`: letters changed for others that look like them, or one slip in a long name. */
function imitatesOwner({ words, scopes }: Maker, url = ''): boolean {
  const owner = (ownerOf(url) ?? '').toLowerCase();
  if (owner.length < 6 || [...words, ...scopes].includes(owner)) return false;
  return [...new Set([...words, ...scopes])].some((word) => {
    if (word.length < 6 || /s$/.test(owner) || owner.startsWith(word)) return false;
    if (lettersOf(owner) === lettersOf(word)) return true;
    return word.length >= 10 && owner.length >= 10 && editDistance(owner, word, 1) <= 1;
  });
}

const lettersOf = (text: string): string =>
  text
    .replaceAll('0', 'o')
    .replaceAll(/[1i|]/g, 'l')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll('5', 's')
    .replaceAll('3', 'e');

const ownerOf = (url: string): string | undefined =>
  /^[^:]{0,20}:?(?:\/\/[^/]{1,200})?[/:]?([\w.-]{1,100})\//.exec(
    url
      .replace(/^(?:git\+)?ssh:\/\/git@|^git@/, 'https://')
      .replace(/^(https:\/\/[^/:]{1,100}):/, '$1/'),
  )?.[1];

/** `@acme-mcp/server` beside `@acme`, which Acme owns: whoever takes it can name any repository. */
export function borrowsScope(name: string): boolean {
  const scope = parseName(name)?.scope ?? '';
  const bare = scope.replace(
    /[-_.]?(?:official|mcp|servers?|tools?)(?:[-_.]?(?:mcp|servers?|tools?))?$/,
    '',
  );
  if (bare === scope || bare.length < 3) return false;
  const makers = knownMakers();
  return (
    makers.some(({ scopes }) => scopes.includes(bare)) &&
    !makers.some(({ scopes }) => scopes.includes(scope))
  );
}

/** Nothing but the scope that the maker owns, or a repository of an owner of that name. */
function isTheirs({ publisher, words, scopes }: Maker, { name, repositoryUrl }: Claiming): boolean {
  const scope = parseName(name)?.scope ?? '';
  if (scopes.includes(scope)) return true;
  const owner = ownerOf(repositoryUrl ?? '');
  return [squash(publisher), ...words, ...scopes.map(squash)].some((word) =>
    [owner ?? '', scopes.length === 0 ? scope : ''].some((one) => isNamedAfter(squash(one), word)),
  );
}

const isNamedAfter = (owner: string, word: string): boolean =>
  owner === word ||
  (word.length >= 4 && owner.startsWith(word) && OWN_ENDING.test(owner.slice(word.length)));

/** `@acme-official/x`, `@acmme/x`: nearly the scope that the maker owns. */
function soundsLike({ words, scopes }: Maker, name: string): boolean {
  const scope = parseName(name)?.scope ?? '';
  if (scope === '' || scopes.length === 0) return false;
  const plain = squash(scope);
  return [...scopes.map(squash), ...words].some(
    (word) =>
      (word.length >= 8 && plain.length >= 8 && editDistance(plain, word, 2) <= 2) ||
      (word.length >= 5 &&
        /^(?:official|inc|hq|team|corp)$/.test(
          plain.startsWith(word) ? plain.slice(word.length) : '',
        )),
  );
}

const names = ({ publisher, words }: Maker, sentence: string): boolean =>
  [publisher.toLowerCase(), ...words].some((word) =>
    new RegExp(`(?:^|[^a-z0-9])${word.replace(/[^a-z0-9 ]/g, '.')}(?:$|[^a-z0-9])`, 'i').test(
      sentence,
    ),
  );

const tokensOf = (name: string): readonly string[] => parseName(name)?.tokens ?? [];
