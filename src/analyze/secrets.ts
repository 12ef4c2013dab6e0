// Which value of a client configuration is a secret, and how the server is started without it.
import type { ConfiguredServer } from '../types.ts';

const SECRET_NAME =
  /(api[_-]?key|token|secret|passw(or)?d|credential|private[_-]?key|authorization|bearer|access[_-]?key|^-*key$)/i;
const SECRET_VALUE =
  /\b(gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{20,}|sk-[A-Za-z0-9_-]{20,}|xox[abprs]-[A-Za-z0-9-]{10,}|AKIA[0-9A-Z]{16}|AIza[\w-]{30,}|glpat-[\w-]{20}|npm_[A-Za-z0-9]{30,}|sk_(live|test)_\w{20,}|eyJ[\w-]{15,}\.[\w-]{15,}\.[\w-]{10,})/;
const PLACEHOLDER =
  /\$\{|\$\{\{|^\$\w+$|^<.*>$|%\w+%|your[_ -]|^x{3,}|xxx|changeme|example|placeholder|^\.{3}|\*{3}|^(true|false|none|null|\d{1,6})$/i;
const STAND_IN = 'configured-secret';

/** `name` is the variable, header or flag that the value belongs to; '' for none. */
export function isSecret(name: string, value: string): boolean {
  const bare = value.replace(/^(Bearer|Basic|token)\s+/i, '').trim();
  if (bare.length < 8 || PLACEHOLDER.test(bare)) return false;
  if (SECRET_VALUE.test(value)) return true;
  // A path, URL or sentence under a telling name is not the secret itself.
  return SECRET_NAME.test(name) && !/^([a-z][a-z0-9+.-]*:\/\/|[./~]|[A-Za-z]:\\)|\s/i.test(bare);
}

export function isSecretValue(value: string): boolean {
  return SECRET_VALUE.test(value);
}

/** Every argument with what it belongs to: `--token=x`, `--token x`, `-e TOKEN=x`, `--header Token: x`. */
export function namedArguments(args: readonly string[]): { name: string; value: string }[] {
  return args.map((word, index) => {
    const flag = args[index - 1] ?? '';
    const isHeader = /^(-H|--header)$/.test(flag);
    const inline = isHeader
      ? /^([\w-]{1,60}):\s?(.+)$/s.exec(word)
      : /^(?:--?)?(\w[\w-]*)=(.*)$/s.exec(word);
    return { name: inline?.[1] ?? (flag.startsWith('-') ? flag : ''), value: inline?.[2] ?? word };
  });
}

/** The password of `postgres://user:password@host`, and every value of a query. */
export function namedInAddress(text: string): { name: string; value: string }[] {
  if (!/^[a-z][a-z0-9+.-]{0,20}:\/\//i.test(text) || !URL.canParse(text)) return [];
  const { password, searchParams, hostname } = new URL(text);
  const isLocal = /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname);
  return [
    ...[...searchParams].map(([name, value]) => ({ name, value })),
    ...(password !== '' && !isLocal ? [{ name: 'password', value: decoded(password) }] : []),
  ];
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Arguments and variables as configured, secrets replaced: a run in the sandbox needs no real one. */
export function startWithoutSecrets(
  args: readonly string[],
  env: ConfiguredServer['env'],
): { args: string[]; env: Record<string, string> } {
  const named = namedArguments(args);
  return {
    args: args.map((word, index) => {
      const { name, value } = named[index] ?? { name: '', value: word };
      return word.slice(0, word.length - value.length) + cleared(name, value);
    }),
    env: Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, cleared(name, value)]),
    ),
  };
}

function cleared(name: string, value: string): string {
  if (isSecret(name, value)) return STAND_IN;
  // postgres://user:password@host: the rest still tells the server where to look.
  const query = (all: string, start: string, key: string, held: string) =>
    isSecret(key, held) ? `${start}${key}=${STAND_IN}` : all;
  const plain = value.includes('://')
    ? value.replace(/([?&])([\w.-]{1,60})=([^&#\s]{1,2000})/g, query)
    : value;
  return plain.replace(/^([a-z][a-z0-9+.-]{0,20}:\/\/)[^/@\s]{1,300}@/i, `$1${STAND_IN}@`);
}
