// Secrets in plain text in one configured server. Values are looked at here and never handed out.
import { isSecret, isSecretValue, namedArguments, namedInAddress } from '../analyze/secrets.ts';
import type { ConfiguredServer } from '../types.ts';

export interface PlainSecret {
  kind: 'variable' | 'header' | 'argument' | 'address';
  /** What it is called; '' where that could itself be the secret. */
  name: string;
}
interface Named {
  name: string;
  value: string;
}

export function secretsOf({ env, headers, args, url }: ConfiguredServer): PlainSecret[] {
  const variables = entriesOf(env);
  const words = namedArguments(args);
  const addresses = [...variables, ...words, { name: '', value: url ?? '' }];
  return [
    ...secretsAmong('variable', variables),
    ...secretsAmong('header', entriesOf(headers)),
    ...secretsAmong('argument', words),
    ...secretsAmong(
      'address',
      addresses.flatMap(({ value }) => namedInAddress(value)),
    ),
  ];
}

function entriesOf(record: Record<string, string>): Named[] {
  return Object.entries(record).map(([name, value]) => ({ name, value }));
}

function secretsAmong(kind: PlainSecret['kind'], named: Named[]): PlainSecret[] {
  return named
    .filter(({ name, value }) => isSecret(name, value))
    .map(({ name }) => ({ kind, name: isTellable(name) ? name : '' }));
}

function isTellable(name: string): boolean {
  return /^[\w-]{1,60}$/.test(name) && !isSecretValue(name);
}
