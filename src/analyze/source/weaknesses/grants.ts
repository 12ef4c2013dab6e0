// Accounts and roles that the code gives all rights there are, written out and not asked for.
import type { WeaknessHit } from '../../../types.ts';
import type { SourceFile } from '../file.ts';
import type { Node } from '../parse.ts';
import { keyOf } from '../scope.ts';
import { placeHit } from './place.ts';

// Calls that hand a policy or a role to an account.
const HANDS_OUT =
  /\b(?:Put(?:User|Role|Group)Policy|CreatePolicy(?:Version)?|Attach(?:User|Role|Group)Policy)(?:Command)?\b|\b(?:put(?:User|Role|Group)Policy|attach(?:User|Role|Group)Policy|createPolicy|setIamPolicy|addIamPolicyBinding|create(?:Namespaced)?(?:Cluster)?RoleBinding)\(|\broleAssignments\b/;
const WHOLE_ROLE =
  /^(?:arn:aws:iam::aws:policy\/(?:AdministratorAccess|IAMFullAccess)|roles\/(?:owner|editor|iam\.securityAdmin)|cluster-admin)$|8e3af657-a8ff-443c-a75c-2fe8c4bcb635/;
const MAX_OWN_CHARS = 400_000;

export function grantFaults(files: readonly SourceFile[]): WeaknessHit[] {
  for (const file of files) {
    if (file.text.length > MAX_OWN_CHARS || !HANDS_OUT.test(file.text)) continue;
    const node =
      file.nodesOf('ObjectExpression').find((one) => allowsAll(file, one)) ??
      file.nodesOf('Literal').find((one) => isWholeRole(file, one));
    if (!node) continue;
    const message = 'The code gives an account or a role all rights there are';
    return [
      placeHit(file, node, {
        ruleId: 'wide-credentials',
        severity: 'high',
        confidence: 'medium',
        message,
      }),
    ];
  }
  return [];
}

/** `{ Effect: 'Allow', Action: '*', Resource: '*' }`. */
function allowsAll(file: SourceFile, node: Node & { type: 'ObjectExpression' }): boolean {
  const said = new Map<string, string>();
  for (const one of node.properties) {
    if (one.type !== 'Property') continue;
    const value = one.value.type === 'ArrayExpression' ? one.value.elements[0] : one.value;
    const text = value ? file.constant(value) : null;
    if (text !== null) said.set(keyOf(one.key, one.computed) ?? '', text);
  }
  return (
    said.get('Effect') === 'Allow' &&
    /^(?:\*|iam:\*|\*:\*)$/.test(said.get('Action') ?? '') &&
    said.get('Resource') === '*'
  );
}

/** It is handed over, and not compared with what somebody has. */
function isWholeRole(file: SourceFile, node: Node & { type: 'Literal' }): boolean {
  if (typeof node.value !== 'string' || !WHOLE_ROLE.test(node.value)) return false;
  const parent = file.parentOf(node);
  return (
    parent?.type === 'Property' &&
    /^(?:PolicyArn|policyArn|role|roleDefinitionId|name)$/.test(
      keyOf(parent.key, parent.computed) ?? '',
    )
  );
}
