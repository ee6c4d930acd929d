/** From what the SDK hands out to the domain's words. The SDK checks no types: all is parsed here. */

import { type Association, type AssociationId, associationId } from '../../domain/association.ts';
import type { Grant } from '../../domain/grant.ts';
import { type Identity, identityOf } from '../../domain/identity.ts';
import { type Instant, instant } from '../../domain/time.ts';

export type Parsed<T> =
  | { readonly kind: 'parsed'; readonly value: T }
  | { readonly kind: 'nonsense'; readonly what: string };

export type Entry = { readonly identity: Identity; readonly id: AssociationId };

export type Page = {
  readonly entries: readonly Entry[];
  readonly unreadable: number;
  readonly nextToken: string | undefined;
};

export type Fields = Readonly<Record<string, unknown>>;

/**
 * One page of List. A body without the list itself is nonsense, never an empty page: the SDK makes `{}` of an
 * empty body.
 */
export function parsePage(output: unknown, clusterName: string): Parsed<Page> {
  const { associations, nextToken } = fieldsOf(output);
  if (!Array.isArray(associations)) return nonsense('a page of List without a list of associations');
  if (!isAbsent(nextToken) && typeof nextToken !== 'string') return nonsense('a nextToken that is no text');
  const entries: Entry[] = [];
  let unreadable = 0;
  for (const item of associations) {
    const fields = fieldsOf(item);
    if (isOtherCluster(fields, clusterName)) return nonsense('an entry of another cluster in List');
    const entry = entryOf(fields);
    if (entry === undefined) unreadable += 1;
    else entries.push(entry);
  }
  return parsed({ entries, unreadable, nextToken: isAbsent(nextToken) ? undefined : nextToken });
}

/** The answer of Describe to a question for `id`. */
export function parseAssociation(
  output: unknown,
  asked: { readonly clusterName: string; readonly id: AssociationId },
): Parsed<Association> {
  const fields = fieldsOf(fieldsOf(output)['association']);
  if (isOtherCluster(fields, asked.clusterName)) return nonsense('an association of another cluster');
  const entry = entryOf(fields);
  if (entry === undefined) return nonsense('an association without identity or id');
  if (entry.id !== asked.id) return nonsense('another association than asked for');
  const createdAt = parseDate(fields['createdAt']);
  const modifiedAt = parseDate(fields['modifiedAt']);
  if (createdAt === undefined || modifiedAt === undefined)
    return nonsense('an association without its dates');
  const grant = parseGrant(fields);
  if (grant === undefined) return nonsense('an association whose grant is not understood');
  const ownerArn = text(fields['ownerArn']);
  return parsed({
    ...entry,
    arn: text(fields['associationArn']) ?? '',
    grant,
    createdAt,
    modifiedAt,
    ...(ownerArn === undefined ? {} : { ownerArn }),
  });
}

/** Absent fields are absent; fields of another type make the grant unknown, since it would differ by them. */
export function parseGrant(fields: Fields): Grant | undefined {
  const { targetRoleArn, policy, disableSessionTags } = fields;
  const roleArn = text(fields['roleArn']);
  if (roleArn === undefined || !isTextOrAbsent(targetRoleArn) || !isTextOrAbsent(policy)) return undefined;
  if (!isAbsent(disableSessionTags) && typeof disableSessionTags !== 'boolean') return undefined;
  return {
    roleArn,
    ...(isAbsent(targetRoleArn) ? {} : { targetRoleArn }),
    ...(isAbsent(policy) ? {} : { policy }),
    disableSessionTags: disableSessionTags === true,
  };
}

function entryOf(fields: Fields): Entry | undefined {
  const namespace = text(fields['namespace']);
  const serviceAccount = text(fields['serviceAccount']);
  const id = text(fields['associationId']);
  if (namespace === undefined || serviceAccount === undefined || id === undefined) return undefined;
  const identity = identityOf(namespace, serviceAccount);
  return identity === undefined ? undefined : { identity, id: associationId(id) };
}

/** An entry that does not name its cluster is taken to be of the one that was asked. */
function isOtherCluster(fields: Fields, clusterName: string): boolean {
  const named = fields['clusterName'];
  return !isAbsent(named) && named !== clusterName;
}

/** The SDK makes an Invalid Date of a number that no date can hold. */
function parseDate(value: unknown): Instant | undefined {
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) return undefined;
  return instant(value.getTime());
}

export function isAbsent(value: unknown): value is undefined | null | '' {
  return value === undefined || value === null || value === '';
}

function isTextOrAbsent(value: unknown): value is string | undefined | null {
  return isAbsent(value) || typeof value === 'string';
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

export function parsed<T>(value: T): Parsed<T> {
  return { kind: 'parsed', value };
}

export function nonsense(what: string): { readonly kind: 'nonsense'; readonly what: string } {
  return { kind: 'nonsense', what };
}
