/** The association that a CloudTrail record is about: its identity, its id, and the grant where it is told. */

import { type AssociationId, associationId } from '../../domain/association.ts';
import type { Grant } from '../../domain/grant.ts';
import type { Action, AssociationHint, Evidence } from '../../domain/hint.ts';
import { type Identity, identityOf } from '../../domain/identity.ts';
import { type Fields, fieldsOf, isAbsent, parseGrant } from './parse.ts';
import { decodedText } from './record-fields.ts';

/** As Kubernetes names namespaces (63 characters) and service accounts (253). */
const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
const SERVICE_ACCOUNT = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

const ASSOCIATION_ID = /^a-[A-Za-z0-9]{1,64}$/;

/** Far above the lengths that IAM and STS allow. */
const ROLE_ARN = /^arn:[\x21-\x7e]{1,2044}$/;
const LONGEST_POLICY = 20_000;

/** The hint, or what is wrong with the record, to be read after the name of its event. */
export function associationHint(
  record: Fields,
  action: Action,
  evidence: Evidence,
): AssociationHint | string {
  const answered = fieldsOf(fieldsOf(record['responseElements'])['association']);
  const request = fieldsOf(record['requestParameters']);
  const identity = identityIn(answered) ?? identityIn(request);
  const association = idIn(answered) ?? idIn(request);
  if (identity === 'illegal') return 'with an identity that Kubernetes does not allow';
  if (association === 'illegal') return 'with an association id that EKS does not make';
  if (identity === undefined && association === undefined) return 'without identity and association id';
  return { kind: 'association', action, identity, association, grant: grantIn(answered), evidence };
}

function identityIn(fields: Fields): Identity | 'illegal' | undefined {
  if (isAbsent(fields['namespace']) && isAbsent(fields['serviceAccount'])) return undefined;
  const namespace = decodedText(fields['namespace']) ?? '';
  const serviceAccount = decodedText(fields['serviceAccount']) ?? '';
  if (!NAMESPACE.test(namespace) || !SERVICE_ACCOUNT.test(serviceAccount)) return 'illegal';
  return identityOf(namespace, serviceAccount);
}

function idIn(fields: Fields): AssociationId | 'illegal' | undefined {
  if (isAbsent(fields['associationId'])) return undefined;
  const id = decodedText(fields['associationId']) ?? '';
  return ASSOCIATION_ID.test(id) ? associationId(id) : 'illegal';
}

/** A grant that is not wholly understood is no grant: the hint is worth as much without it. */
function grantIn(answered: Fields): Grant | undefined {
  const policy = policyText(answered['policy']);
  if (policy === undefined) return undefined;
  const grant = parseGrant({ ...answered, policy });
  if (grant === undefined) return undefined;
  const { roleArn, targetRoleArn = roleArn } = grant;
  return ROLE_ARN.test(roleArn) && ROLE_ARN.test(targetRoleArn) ? grant : undefined;
}

/** CloudTrail may show the policy as the text that it is, or unfolded. Absent: ''. Undefined: not understood. */
function policyText(policy: unknown): string | undefined {
  if (isAbsent(policy)) return '';
  const written = typeof policy === 'string' ? policy : stringified(policy);
  return written !== undefined && written.length <= LONGEST_POLICY ? written : undefined;
}

/** Undefined for what nests too deep to be written. */
function stringified(value: unknown): string | undefined {
  if (typeof value !== 'object') return undefined;
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}
