// Calls of vendors' libraries that yield the credentials which a client works with.
import { CRED_PARSED, TOKEN } from './labels.ts';
import type { Call } from './model.ts';
import { plainKey } from './model.ts';
import { unwrap } from './unwrap.ts';

/** `fromIni(…)()`: a provider that is asked. */
const PROVIDER =
  /^@(?:aws-sdk\/credential-provider[\w-]{0,30}|smithy\/credential[\w-]{0,30})\.\w{1,40}\(\)$/;
const STORED = /^keytar\.findCredentials$/;
const TOKENS =
  /(?:google-auth-library|googleapis|@azure\/(?:identity|msal-node)|@octokit\/[\w-]{1,30}|@slack\/[\w-]{1,30})\b.{0,80}\.(?:getAccessToken|getIdToken|getRequestHeaders|fetchIdToken|getToken|acquireToken\w{0,30}|auth)$/;

/** Labels of what such a call yields, 0 for any other. */
export function keysOfClient(call: Call, name: string): number {
  if (PROVIDER.test(name) || STORED.test(name) || asksConfiguration(call)) return CRED_PARSED;
  return TOKENS.test(name) ? TOKEN : 0;
}

/** `client.config.credentials()`. */
function asksConfiguration(call: Call): boolean {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression' || plainKey(callee.property) !== 'credentials')
    return false;
  const holder = unwrap(callee.object);
  return holder.type === 'MemberExpression' && plainKey(holder.property) === 'config';
}
