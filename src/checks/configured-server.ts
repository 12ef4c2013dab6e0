// Findings about one configured server. No value of env, header, argument or query is ever quoted.
import { isLocalHost } from '../analyze/elsewhere.ts';
import type { ConfiguredServer, Finding, Launch } from '../types.ts';
import { acrossFinding } from './across-texts.ts';
import { secretsOf } from './configured-secrets.ts';
import { floatingRequest } from './dependency-audit/pinning.ts';

export interface Configured {
  server: ConfiguredServer;
  launch: Launch;
}

const WIDE =
  /^(\/|~\/?|\$HOME\/?|\$\{(env:)?HOME\}\/?|\$\{userHome\}\/?|%USERPROFILE%\\?|[A-Za-z]:[\\/]?|\/(home|Users)(\/[^/]+)?\/?|[A-Za-z]:\\Users(\\[^\\]+)?\\?|\/root\/?)$/;
const FOLDER_NAME = /(DIR|DIRS|DIRECTORY|DIRECTORIES|PATH|PATHS|ROOT|ROOTS|FOLDER|FOLDERS)$/i;

export function serverFindings({ server, launch }: Configured): Finding[] {
  const started = withWrapped(launch);
  return [
    ...secretFindings(server),
    ...started.flatMap((one) => remoteFindings(server, one)),
    ...directoryFindings(server),
    ...approvalFindings(server),
    ...started.flatMap((one) => unpinnedFindings(server, one)),
  ];
}

/** What could not be vetted and is started as whatever is newest. */
export function floatingFinding(message: string, fix: string, place: string): Finding {
  const { id, severity } = floatingRequest;
  return { ruleId: id, severity, confidence: 'high', message, location: place, fix };
}

function withWrapped(launch: Launch): Launch[] {
  return launch.kind === 'npm' && launch.wraps ? [launch, ...withWrapped(launch.wraps)] : [launch];
}

function placeOf(server: ConfiguredServer): string {
  return `${server.file}#${server.server}`;
}

function secretFindings(server: ConfiguredServer): Finding[] {
  return secretsOf(server).map(({ kind, name }) =>
    acrossFinding(
      'secret-in-configuration',
      `${kind === 'variable' || kind === 'header' ? 'A' : 'An'} ${kind}${name && ` ${name}`} holds a secret in plain text`,
      placeOf(server),
    ),
  );
}

function remoteFindings(server: ConfiguredServer, launch: Launch): Finding[] {
  if (launch.kind !== 'remote' || !URL.canParse(launch.url)) return [];
  const { protocol, hostname } = new URL(launch.url);
  if (protocol !== 'http:' || isLocalHost(hostname)) return [];
  return [
    acrossFinding(
      'remote-without-tls',
      'A remote server is configured with http',
      placeOf(server),
      hostname,
    ),
  ];
}

function directoryFindings(server: ConfiguredServer): Finding[] {
  if (!server.command) return [];
  const isWide = (text: string) => WIDE.test(text);
  const byArgument = server.args.some((word, index) =>
    isWide(folderOf(word, server.args[index - 1] ?? '')),
  );
  const byVariable = Object.entries(server.env).some(
    ([name, value]) => FOLDER_NAME.test(name) && value.split(/[,;:]/).some(isWide),
  );
  if (!byArgument && !byVariable) return [];
  const how = byArgument ? 'as an argument' : 'in a variable';
  const message = `A whole home or root directory is handed over ${how}`;
  return [acrossFinding('wide-directory', message, placeOf(server))];
}

/** `--root=/x` is /x; `-v /x:/data` and `--mount type=bind,src=/x,...` hand over /x. */
function folderOf(word: string, before: string): string {
  const text = word.replace(/^--?[\w-]+=(?=[^,]*$)/, '');
  if (/^(-v|--volume)$/.test(before)) return text.replace(/:.*$/s, '');
  return /(?:^|,)(?:src|source)=([^,]+)/.exec(word)?.[1] ?? text;
}

function approvalFindings(server: ConfiguredServer): Finding[] {
  if (!server.autoApprove.includes('*')) return [];
  const message = 'All tools of this server run without asking';
  return [acrossFinding('auto-approve-all', message, placeOf(server))];
}

function unpinnedFindings(server: ConfiguredServer, launch: Launch): Finding[] {
  if (launch.kind !== 'unsupported' || launch.isPinned !== false) return [];
  return [
    floatingFinding(
      'A server that is no npm package is configured without an exact version',
      'Name an exact version, a commit, or the digest of the image.',
      placeOf(server),
    ),
  ];
}
