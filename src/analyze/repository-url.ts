// A manifest's repository field -> which host, owner and name it claims. A claim, not a proof.
import hosted from 'hosted-git-info';

/** Sourcehut has no interface that answers strangers; plain git does. */
export type CodeHost = 'github' | 'gitlab' | 'bitbucket' | 'gitea' | 'sourcehut';
export interface RepositoryClaim {
  /** For people: `https://host/owner/name`, of plain characters only. */
  url: string;
  /** Host name, lower case. */
  host: string;
  /** Whose interface the host speaks; null for one that is not asked. */
  kind: CodeHost | null;
  /** With slashes for nested groups. */
  owner: string;
  name: string;
}

const KINDS: Record<string, CodeHost> = {
  'github.com': 'github',
  'gitlab.com': 'gitlab',
  'bitbucket.org': 'bitbucket',
  'codeberg.org': 'gitea',
  'gitea.com': 'gitea',
  'git.sr.ht': 'sourcehut',
};
const PART = /^~?[\w.-]{1,100}$/;
const MAX_URL = 500;

/** Undefined where the field names no repository that can be told apart. Never throws. */
export function parseRepository(url: string | undefined): RepositoryClaim | undefined {
  if (url === undefined || url === '' || url.length > MAX_URL) return undefined;
  const trimmed = url.trim();
  return fromHosted(trimmed) ?? fromUrl(trimmed);
}

/** Names of npm's grammar: packages, accounts, and plain words. They may stand in messages. */
export function isPlainName(text: string): boolean {
  return /^(@[\w.~-]{1,100}\/)?[\w.~-]{1,100}$/.test(text);
}

function fromHosted(url: string): RepositoryClaim | undefined {
  let info: ReturnType<typeof hosted.fromUrl>;
  try {
    info = hosted.fromUrl(url);
  } catch {
    return undefined;
  }
  // A gist is no repository of a package.
  if (!info || info.type === 'gist' || typeof info.user !== 'string') return undefined;
  return claimOf(info.domain, info.user, info.project);
}

function fromUrl(text: string): RepositoryClaim | undefined {
  const url = text.replace(/^git\+/, '').replace(/^git@([\w.-]{1,100}):/, 'https://$1/');
  if (!URL.canParse(url)) return undefined;
  const { hostname, pathname, protocol } = new URL(url);
  if (!['https:', 'http:', 'git:', 'ssh:'].includes(protocol)) return undefined;
  const parts = pathname.split('/').filter((part) => part !== '');
  const [owner, name] = parts;
  return owner === undefined || name === undefined ? undefined : claimOf(hostname, owner, name);
}

function claimOf(domain: string, user: string, project: string): RepositoryClaim | undefined {
  const host = domain.toLowerCase().replace(/^www\./, '');
  const name = project.replace(/\.git$/, '');
  const owners = user.split('/');
  const isPlain = [...owners, name].every((part) => PART.test(part) && !/^\.+$/.test(part));
  if (!isPlain || owners.length > 10 || !/^[a-z0-9.-]{1,200}$/.test(host)) return undefined;
  const kind = Object.hasOwn(KINDS, host) ? (KINDS[host] ?? null) : null;
  // Owners are case-insensitive on every host that is asked.
  const owner = user.toLowerCase();
  return { url: `https://${host}/${user}/${name}`, host, kind, owner, name };
}
