// Claims of a manifest that belong to somebody else: another's repository, another's MCP registry name.
import { repositoryKey } from '../analyze/names/compare.ts';
import type { KnownName, Manifest, NamesFact } from '../types.ts';

type Claim = NonNullable<NamesFact['forged']>[number];

/** A package that is itself on the list claims what is its own. */
export function forgedClaims(name: string, manifest: Manifest, known: KnownName[]): Claim[] {
  if (known.some((entry) => entry.name === name)) return [];
  const out: Claim[] = [];
  const scope = scopeOf(name);
  const key = repositoryKey(manifest.repository?.url);
  const owners = known.filter(
    (entry) => key !== null && repositoryKey(entry.repository) === key && entry.tier !== 'popular',
  );
  const [owner] = owners;
  const repositoryOwner = key?.split('/')[1];
  // A scope under which known packages stand, named as the account that holds the repository, is that account's.
  const isOwnScope =
    scope !== '' &&
    (scope === repositoryOwner ? known : owners).some((entry) => scopeOf(entry.name) === scope);
  if (owner && !isOwnScope) {
    out.push({ claim: 'repository', of: owner.name, excerpt: manifest.repository?.url ?? '' });
  }
  const claimed = namespaceOwner(manifest.mcpName);
  if (claimed === 'modelcontextprotocol' && scope !== 'modelcontextprotocol') {
    out.push({ claim: 'mcp-name', of: '@modelcontextprotocol', excerpt: manifest.mcpName ?? '' });
  } else if (claimed && repositoryOwner && claimed !== repositoryOwner) {
    out.push({ claim: 'mcp-name', of: claimed, excerpt: manifest.mcpName ?? '' });
  }
  return out;
}

/** `io.github.OWNER/server` -> owner; null for namespaces that no repository host stands for. */
function namespaceOwner(mcpName: string | undefined): string | null {
  if (!mcpName) return null;
  const match = /^io\.(?:github|gitlab)\.([a-z0-9-]{1,100})\//i.exec(mcpName);
  if (match) return match[1]?.toLowerCase() ?? null;
  return /^io\.modelcontextprotocol[./]/i.test(mcpName) ? 'modelcontextprotocol' : null;
}

function scopeOf(name: string): string {
  return name.startsWith('@') ? (name.slice(1).split('/')[0] ?? '') : '';
}
