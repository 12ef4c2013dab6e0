// What can be said of a server that is no npm package: whose it is, as its publisher documents it.
import { ruleData } from '../rule-data.ts';

interface Elsewhere {
  remotes: { host: string; publisher: string }[];
  python: { name: string; publisher: string }[];
  /** A prefix that ends in a slash is a namespace; any other is one image. */
  images: { prefix: string; publisher: string }[];
}

function isElsewhere(data: unknown): data is Elsewhere {
  const lists = data as Partial<Elsewhere> | null;
  return [lists?.remotes, lists?.python, lists?.images].every((list) => Array.isArray(list));
}

const elsewhere = (): Elsewhere => ruleData('elsewhere', isElsewhere);

/** Machines that nobody else answers for: this one, and the one that a container runs on. */
export function isLocalHost(hostname: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1\]|host\.docker\.internal)$/.test(
    hostname,
  );
}

/** Why a remote server is not vetted, and what its URL tells. No part of the URL is quoted. */
export function remoteReason(url: string): string {
  if (!URL.canParse(url)) return 'it is a remote server whose URL cannot be read';
  const { protocol, hostname } = new URL(url);
  if (isLocalHost(hostname)) {
    return 'it is a server that already runs on this machine; vet the package that it was started from';
  }
  const tls = protocol === 'https:' ? 'reached with TLS' : 'reached without TLS';
  const known = elsewhere().remotes.find(({ host }) => host === hostname);
  const whose = known ? `documented by ${known.publisher}` : 'at a host that is not known here';
  return `it is a remote server, ${whose}, ${tls}; what it runs cannot be seen from here`;
}

/** ` of modelcontextprotocol`, or nothing. */
export function ofPythonPublisher(name: string): string {
  return of(elsewhere().python.find((entry) => entry.name === name)?.publisher);
}

export function ofImagePublisher(image: string): string {
  const bare = image.replace(/^docker\.io\//, '').replace(/[:@].*$/, '');
  const known = elsewhere().images.find(({ prefix }) =>
    prefix.endsWith('/') ? bare.startsWith(prefix) : bare === prefix,
  );
  return of(known?.publisher);
}

function of(publisher: string | undefined): string {
  return publisher === undefined ? '' : ` of ${publisher}`;
}
