/** The grants of random histories, each with the spellings in which it may be given: one name is one grant. */

import type { Grant } from '../../../src/domain/grant.ts';
import { grant } from '../../support/builders.ts';

export type GrantName = 'one' | 'two' | 'chained' | 'narrowed' | 'narrower' | 'untagged';

const TARGET = 'arn:aws:iam::444455556666:role/target';
const NARROWED = [
  '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject"}]}',
  '{ "Statement": [ {"Action": "s3:GetObject", "Effect": "Allow"} ],\n  "Version": "2012-10-17" }',
];
const NARROWER = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"s3:GetObject"}]}';

const SPELLINGS: Readonly<Record<GrantName, readonly Grant[]>> = {
  one: [grant('one')],
  two: [grant('two')],
  chained: [grant('one', { targetRoleArn: TARGET })],
  narrowed: NARROWED.map((policy) => grant('one', { policy, disableSessionTags: true })),
  narrower: [grant('one', { policy: NARROWER, disableSessionTags: true })],
  untagged: [grant('one', { disableSessionTags: true })],
};

/** As they are picked from: the one with several spellings comes twice as often. */
export const GRANT_NAMES: readonly GrantName[] = [
  'one',
  'two',
  'chained',
  'narrowed',
  'narrowed',
  'narrower',
  'untagged',
];

/** The grant in one of its spellings; any number names one. */
export function spelled(name: GrantName, spelling: number): Grant {
  const all = SPELLINGS[name];
  const found = all[spelling % all.length];
  if (found === undefined) throw new Error(`no spelling of ${name}`);
  return found;
}
