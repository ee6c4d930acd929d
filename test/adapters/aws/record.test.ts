/** The parser of records, row by row: what is a hint, with what in it, and what is refused, with which reason. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENT_NAMES, type Heard, parseRecord } from '../../../src/adapters/aws/record.ts';
import type { AssociationHint, Hint, Refusal } from '../../../src/domain/hint.ts';
import { instant } from '../../../src/domain/time.ts';
import {
  ACCOUNT,
  associationFields,
  CLUSTER,
  type Draft,
  EVENT_AT,
  expected,
  ID,
  NOON,
  record,
  ROLE,
} from './records.ts';

function hint(draft: Draft): Hint {
  const heard = parseRecord(draft, expected());
  assert.ok(heard.kind !== 'refused', heard.kind === 'refused' ? `${heard.why}: ${heard.detail}` : '');
  return heard;
}

function associationHint(draft: Draft): AssociationHint {
  const heard = hint(draft);
  assert.ok(heard.kind === 'association');
  return heard;
}

function association(more: Draft): Draft {
  return { responseElements: { association: associationFields(more) } };
}

test('a Delete record tells the identity, the id, the grant that ended, and who did it when', () => {
  assert.deepEqual(parseRecord(record(), expected()), {
    kind: 'association',
    action: 'deleted',
    identity: 'team-a/etl',
    association: ID,
    grant: { roleArn: ROLE, disableSessionTags: false },
    evidence: {
      eventId: 'd0c4d1c5-2222-4444-8888-000000000002',
      eventName: 'DeletePodIdentityAssociation',
      at: EVENT_AT,
      heardAt: NOON,
      channel: 'queue',
      actor: {
        type: 'AssumedRole',
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/admin/alice`,
        sourceIp: '203.0.113.7',
      },
    },
  });
});

const ACTIONS = { Create: 'created', Update: 'updated', Delete: 'deleted' } as const;

for (const [verb, action] of Object.entries(ACTIONS)) {
  test(`${verb}PodIdentityAssociation: ${action}, with the grant of the answer`, () => {
    const { action: found, grant } = associationHint(record({ eventName: `${verb}PodIdentityAssociation` }));
    assert.equal(found, action);
    assert.equal(grant?.roleArn, ROLE);
  });
}

for (const eventName of ['CreateAddon', 'UpdateAddon', 'DeleteAddon', 'DeleteCluster']) {
  test(`${eventName}: sweep`, () => {
    const requestParameters = { name: CLUSTER, addonName: 'vpc-cni' };
    const heard = hint(record({ eventName, requestParameters, responseElements: null }));
    assert.equal(heard.kind, 'sweep');
    assert.equal(heard.evidence.eventName, eventName);
  });
}

test('the names that are asked for are those that are understood', () => {
  assert.equal(EVENT_NAMES.length, 7);
  for (const eventName of EVENT_NAMES) hint(record({ eventName }));
});

test('without an answer, the request tells the id or the identity', () => {
  const byId = associationHint(record({ responseElements: null }));
  assert.deepEqual([byId.identity, byId.association, byId.grant], [undefined, ID, undefined]);
  const requestParameters = {
    clusterName: CLUSTER,
    namespace: 'team-b',
    serviceAccount: 'web',
    roleArn: ROLE,
  };
  const byIdentity = associationHint(record({ requestParameters, responseElements: null }));
  assert.deepEqual([byIdentity.identity, byIdentity.association], ['team-b/web', undefined]);
});

test('request parameters are decoded', () => {
  const requestParameters = { name: 'de%6Do', associationId: 'a%2Daaaaaaaaaaaaaaaaa' };
  assert.equal(associationHint(record({ requestParameters, responseElements: null })).association, ID);
  const broken = { name: CLUSTER, associationId: 'a-%' };
  assert.equal(
    parseRecord(record({ requestParameters: broken, responseElements: null }), expected()).kind,
    'refused',
  );
});

const TIMES: readonly (readonly [unknown, number | undefined])[] = [
  ['2026-01-05T11:59:58Z', EVENT_AT],
  ['2026-01-05T12:59:58.250+01:00', EVENT_AT + 250],
  [EVENT_AT / 1000, EVENT_AT],
  [EVENT_AT / 1000 + 0.25, EVENT_AT + 250],
  [EVENT_AT, EVENT_AT],
  [String(EVENT_AT / 1000), EVENT_AT],
  [`${EVENT_AT}`, EVENT_AT],
  ['Jan 5, 2026', undefined],
  ['2026-13-05T11:59:58Z', undefined],
  ['2026-01-05', undefined],
  [Number.POSITIVE_INFINITY, undefined],
  [-5, undefined],
  [0, undefined],
  ['9'.repeat(15), undefined],
  [null, undefined],
  [{}, undefined],
  // Days ahead of our clock.
  ['2026-01-09T00:00:00Z', undefined],
  ['9999-12-31T23:59:59Z', undefined],
];

for (const [eventTime, at] of TIMES) {
  test(`eventTime ${JSON.stringify(eventTime)}: ${at === undefined ? 'malformed' : instant(at)}`, () => {
    const heard = parseRecord(record({ eventTime }), expected());
    if (at === undefined) assert.equal(heard.kind === 'refused' && heard.why, 'malformed');
    else assert.equal(heard.kind === 'association' && heard.evidence.at, at);
  });
}

const GRANTS: readonly (readonly [name: string, more: Draft, grant: unknown])[] = [
  ['an external id changes nothing', { externalId: 'x' }, { roleArn: ROLE, disableSessionTags: false }],
  [
    'a policy as a text',
    { policy: '{"Version":"2012-10-17"}', disableSessionTags: true, targetRoleArn: ROLE },
    { roleArn: ROLE, targetRoleArn: ROLE, policy: '{"Version":"2012-10-17"}', disableSessionTags: true },
  ],
  [
    'a policy as an object',
    { policy: { Version: '2012-10-17' } },
    { roleArn: ROLE, policy: '{"Version":"2012-10-17"}', disableSessionTags: false },
  ],
  ['a policy as a number', { policy: 5 }, undefined],
  ['a policy without end', { policy: 'x'.repeat(20_001) }, undefined],
  ['no role', { roleArn: undefined }, undefined],
  ['a role that is none', { roleArn: 'admin' }, undefined],
  ['a role with a line break', { roleArn: `${ROLE}\nspoof` }, undefined],
  ['a flag as a text', { disableSessionTags: 'true' }, undefined],
];

for (const [name, more, grant] of GRANTS) {
  test(`grant, ${name}: ${grant === undefined ? 'not told, but still a hint' : 'told'}`, () => {
    assert.deepEqual(associationHint(record(association(more))).grant, grant);
  });
}

const REFUSED: readonly (readonly [name: string, draft: unknown, why: Refusal, detail: RegExp])[] = [
  ['null', null, 'malformed', /no object/],
  ['a list', [record()], 'malformed', /no object/],
  ['a text', 'DeletePodIdentityAssociation', 'malformed', /no object/],
  ['no eventName', record({ eventName: undefined }), 'malformed', /without eventSource or eventName/],
  [
    'another service',
    record({ eventSource: 'iam.amazonaws.com' }),
    'uninteresting',
    /of iam\.amazonaws\.com/,
  ],
  ['another call', record({ eventName: 'CreateNodegroup' }), 'uninteresting', /CreateNodegroup/],
  ['an inherited name', record({ eventName: 'constructor' }), 'uninteresting', /constructor/],
  [
    'another account',
    record({ recipientAccountId: '999999999999' }),
    'foreign',
    /account 999999999999, not 1111/,
  ],
  ['an account of another type', record({ recipientAccountId: {} }), 'foreign', /account of another type/],
  ['another Region', record({ awsRegion: 'eu-west-1' }), 'foreign', /Region eu-west-1, not eu-central-1/],
  ['another cluster', record({ requestParameters: { name: 'other' } }), 'foreign', /cluster other/],
  [
    'another cluster in the answer only',
    record(association({ clusterName: 'other' })),
    'foreign',
    /cluster other/,
  ],
  [
    'two clusters in the request',
    record({ requestParameters: { name: CLUSTER, clusterName: 'other', associationId: ID } }),
    'foreign',
    /cluster other/,
  ],
  [
    'an add-on of another cluster',
    record({ eventName: 'DeleteAddon', responseElements: { addon: { clusterName: 'other' } } }),
    'foreign',
    /cluster other/,
  ],
  [
    'a failed call',
    record({ errorCode: 'AccessDenied', responseElements: null }),
    'failed-call',
    /^AccessDenied$/,
  ],
  [
    'a failed call without parameters',
    record({ errorCode: 'X', requestParameters: null, responseElements: null }),
    'failed-call',
    /^X$/,
  ],
  [
    'a failed call of another cluster',
    record({ errorCode: 'X', requestParameters: { name: 'other' } }),
    'foreign',
    /cluster other/,
  ],
  ['an errorCode of another type', record({ errorCode: 403 }), 'failed-call', /no text/],
  ['no eventID', record({ eventID: undefined }), 'malformed', /without an eventID/],
  ['an eventID without end', record({ eventID: 'x'.repeat(129) }), 'malformed', /without an eventID/],
  ['no cluster', record({ requestParameters: {}, responseElements: null }), 'malformed', /names no cluster/],
  ['a cluster of another type', record({ requestParameters: { name: 5 } }), 'malformed', /no text/],
  [
    'neither identity nor id',
    record({ requestParameters: { name: CLUSTER }, responseElements: null }),
    'malformed',
    /^DeletePodIdentityAssociation without identity and association id$/,
  ],
  ['half an identity', record(association({ namespace: '' })), 'malformed', /Kubernetes does not allow/],
  [
    'an identity with a slash',
    record(association({ namespace: 'a/b' })),
    'malformed',
    /Kubernetes does not allow/,
  ],
  [
    'an identity without end',
    record(association({ serviceAccount: 'x'.repeat(254) })),
    'malformed',
    /Kubernetes/,
  ],
  [
    'an id of another form',
    record(association({ associationId: 'a-\u0000' })),
    'malformed',
    /EKS does not make/,
  ],
];

for (const [name, draft, why, detail] of REFUSED) {
  test(`refused, ${name}: ${why}`, () => {
    const heard = parseRecord(draft, expected());
    assert.ok(heard.kind === 'refused', 'it must be no hint');
    assert.equal(heard.why, why);
    assert.match(heard.detail, detail);
    const told = typeof draft === 'object' && draft !== null && 'eventTime' in draft;
    assert.equal(heard.eventAt, told ? EVENT_AT : undefined);
  });
}

test('what is not known of our place is not compared', () => {
  const draft = record({ recipientAccountId: '999999999999', awsRegion: 'eu-west-1' });
  const place = { account: undefined, region: undefined };
  assert.equal(parseRecord(draft, expected({ place })).kind, 'association');
});

function actorOf(draft: Draft): unknown {
  const heard: Heard = parseRecord(record(draft), expected());
  return heard.kind === 'refused' ? heard : heard.evidence.actor;
}

test('the actor: a service that called, or nobody known', () => {
  const userIdentity = { type: 'AWSService', invokedBy: 'cloudformation.amazonaws.com' };
  assert.deepEqual(actorOf({ userIdentity, sourceIPAddress: 'cloudformation.amazonaws.com' }), {
    type: 'AWSService',
    invokedBy: 'cloudformation.amazonaws.com',
    sourceIp: 'cloudformation.amazonaws.com',
  });
  assert.deepEqual(actorOf({ userIdentity: null, sourceIPAddress: 7 }), { type: 'Unknown' });
});

test('the actor: bounded, on one line, without keys, without what turns text round', () => {
  const arn = `arn:aws:iam::1:user/\u202Eeve\r\n${'x'.repeat(5_000)}`;
  const actor = actorOf({ userIdentity: { type: 'A\u0000B', arn }, sourceIPAddress: 'AKIAEXAMPLEEXAMPLE' });
  const text = JSON.stringify(actor);
  assert.ok(text.length < 700, text);
  assert.match(text, /"type":"AB","arn":"arn:aws:iam::1:user\/evexxx/);
  assert.match(text, /"sourceIp":"\(access key\)"/);
});
