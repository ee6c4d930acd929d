/** The parser of records against the simulator's records: every shape that it makes of a call means the same. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { envelopeOf } from '../../simulator/aws/eventbridge-envelope.ts';
import {
  assumeRole,
  assumeRoleForPodIdentity,
  associateAccessPolicy,
  createAccessEntry,
  createClusterOf2018,
  updateAssumeRolePolicy,
} from '../../simulator/aws/record-analogues.ts';
import {
  byService,
  failed,
  withClusterName,
  withEncodedParameters,
  withoutAnswer,
  withTextTimes,
} from '../../simulator/aws/record-variants.ts';
import {
  ADDON_CALLS,
  addonCall,
  createAssociation,
  deleteAssociation,
  deleteCluster,
  describeAssociation,
  listAssociations,
  RECORD_DEFAULTS,
  recordedAssociation,
  type TrailRecord,
  updateAssociation,
} from '../../simulator/aws/records.ts';
import { parseBody } from '../../src/adapters/aws/envelope.ts';
import type { Heard } from '../../src/adapters/aws/record.ts';
import { instant } from '../../src/domain/time.ts';

const { clusterName, account, region, at } = RECORD_DEFAULTS;
const association = recordedAssociation({ targetRoleArn: `arn:aws:iam::${account}:role/target` });
const deletion = deleteAssociation(association);

function hear(record: TrailRecord): Heard {
  const place = { account, region };
  const expected = { clusterName, place, channel: 'queue', heardAt: instant(at + 2_000) } as const;
  return parseBody(JSON.stringify(envelopeOf(record)), expected);
}

function summary(record: TrailRecord): string {
  const heard = hear(record);
  if (heard.kind === 'refused') return heard.why;
  return heard.kind === 'sweep' ? 'sweep' : `${heard.action} ${heard.identity} ${heard.association}`;
}

const WHOLE = 'team-a/reader a-abcdefghijklmnop1';

const ROWS: readonly (readonly [name: string, record: TrailRecord, summary: string])[] = [
  ['a create', createAssociation(association), `created ${WHOLE}`],
  ['an update', updateAssociation(association), `updated ${WHOLE}`],
  ['a delete', deletion, `deleted ${WHOLE}`],
  ['a delete that says clusterName', withClusterName(deletion), `deleted ${WHOLE}`],
  ['a delete with times as texts', withTextTimes(deletion), `deleted ${WHOLE}`],
  ['a delete with encoded parameters', withEncodedParameters(deletion), `deleted ${WHOLE}`],
  ['a delete by a service', byService(deletion), `deleted ${WHOLE}`],
  ['a delete without an answer', withoutAnswer(deletion), 'deleted undefined a-abcdefghijklmnop1'],
  [
    'encoded, without an answer',
    withEncodedParameters(withoutAnswer(deletion)),
    'deleted undefined a-abcdefghijklmnop1',
  ],
  [
    'a create without an answer',
    withEncodedParameters(withoutAnswer(createAssociation(association))),
    'created team-a/reader undefined',
  ],
  ['a refused delete', failed(deletion), 'failed-call'],
  ['a delete in another cluster', deleteAssociation({ ...association, clusterName: 'other' }), 'foreign'],
  ['a delete in another account', deleteAssociation(association, { account: '999999999999' }), 'foreign'],
  ['a delete in another Region', deleteAssociation(association, { region: 'eu-west-1' }), 'foreign'],
  ['a describe', describeAssociation('a-abcdefghijklmnop1'), 'uninteresting'],
  ['a list', listAssociations(), 'uninteresting'],
  ['the end of the cluster', deleteCluster(), 'sweep'],
  ['the end of another cluster', deleteCluster({ clusterName: 'other' }), 'foreign'],
  ...ADDON_CALLS.map((name) => [name, addonCall(name, 'vpc-cni'), 'sweep'] as const),
  ['an access entry', createAccessEntry(), 'uninteresting'],
  ['an access policy', associateAccessPolicy(), 'uninteresting'],
  ['a cluster of 2018', createClusterOf2018(), 'uninteresting'],
  ['a role that is assumed', assumeRole(), 'uninteresting'],
  ['EKS Auth', assumeRoleForPodIdentity(), 'uninteresting'],
  ['a trust policy in us-east-1', updateAssumeRolePolicy(), 'foreign'],
];

for (const [name, record, wanted] of ROWS) {
  test(`${name}: ${wanted}`, () => assert.equal(summary(record), wanted));
}

test('the grant, the actor and the time of the simulated delete come through, its access key does not', () => {
  const heard = hear(deletion);
  assert.ok(heard.kind === 'association');
  assert.deepEqual(heard.grant, {
    roleArn: association.roleArn,
    targetRoleArn: association.targetRoleArn,
    disableSessionTags: false,
  });
  assert.equal(heard.evidence.at, at);
  assert.equal(heard.evidence.actor.arn, RECORD_DEFAULTS.principal);
  assert.doesNotMatch(JSON.stringify(heard), /ASIA/);
});
