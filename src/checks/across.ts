// Findings about a client configuration: each server's own, floating versions, and what the servers can do together.
import type { ConfiguredAs, Finding, Report } from '../types.ts';
import { acrossFinding } from './across-texts.ts';
import { floatingFinding, serverFindings, type Configured } from './configured-server.ts';
import { floatingRequest } from './dependency-audit/pinning.ts';
import { rolesOf, type Role } from './session-roles.ts';

export interface Configuration {
  servers: readonly Configured[];
  /** Configured specs that can mean another version tomorrow. */
  floating: readonly ConfiguredAs[];
}

export function judgeConfiguration(
  { servers, floating }: Configuration,
  reports: readonly Report[],
): Finding[] {
  const vetted = new Set(
    reports.flatMap((report) => (report.subject.configuredAs ?? []).map(keyOf)),
  );
  return [
    ...servers.flatMap(serverFindings),
    ...floating.filter((as) => !vetted.has(keyOf(as))).map(unvettedFinding),
    ...chainFindings(reports),
  ];
}

function keyOf({ file, server, spec }: ConfiguredAs): string {
  return JSON.stringify([file, server, spec]);
}

/** What was vetted says so in its own report; what could not be fetched has none. */
function unvettedFinding({ file, server, spec }: ConfiguredAs): Finding {
  const message = 'A server is configured without an exact version, and it could not be vetted';
  return {
    ...floatingFinding(message, floatingRequest.fix, `${file}#${server}`),
    excerpt: spec.slice(0, 200),
  };
}

/** One finding a configuration: servers of different clients do not meet in one session. */
function chainFindings(reports: readonly Report[]): Finding[] {
  const files = reports.flatMap(
    ({ subject }) => subject.configuredAs?.map(({ file }) => file) ?? [],
  );
  return [...new Set(files)].sort().flatMap((file) => {
    const together = reports.filter(({ subject }) =>
      subject.configuredAs?.some((as) => as.file === file),
    );
    return chainFinding(together, file);
  });
}

function chainFinding(reports: readonly Report[], file: string): Finding[] {
  const all = reports.map((report) => ({ name: report.subject.name, roles: rolesOf(report) }));
  const named = (role: Role) =>
    [...new Set(all.filter(({ roles }) => roles.has(role)).map(({ name }) => name))].sort();
  const reads = named('private');
  const takesIn = named('untrusted');
  const sends = named('sends');
  const isApart = reads.some((name) => sends.some((other) => other !== name));
  if (!isApart || takesIn.length === 0) return [];
  const list = (names: string[]) => names.join(', ');
  const message = `Private data can be read by ${list(reads)}, text of strangers comes in through ${list(takesIn)}, and data can leave through ${list(sends)}`;
  return [acrossFinding('exfiltration-chain-across-servers', message, file)];
}
