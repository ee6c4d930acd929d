/** List: all pages or unknown, entries parsed one by one, and Describe's grant as EKS gave it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instant, milliseconds } from '../../../src/domain/time.ts';
import { answer, failure, isDescribe, type Reply } from '../../support/scripted-eks.ts';
import { described, entry, ID, identity, IDENTITY, OTHER_ID, page, start } from './harness.ts';

test('list: all pages, ordered, duplicates folded, two ids of one identity kept', async (t) => {
  const { eks, associations, signal } = await start(t);
  eks.script = ({ query }) =>
    query['nextToken'] === undefined
      ? page([entry(OTHER_ID), entry('a-3', 'b', 'x.y.z')], 'p/2+ä=')
      : page([entry(ID), entry(OTHER_ID), entry('a-4', 'a')]);

  const reading = await associations.list(signal);

  assert.ok(reading.kind === 'known');
  assert.deepEqual(
    [...reading.value.ids],
    [
      [identity('a', 'runner'), ['a-4']],
      [identity('b', 'x.y.z'), ['a-3']],
      [IDENTITY, [ID, OTHER_ID]],
    ],
  );
  assert.equal(reading.value.unreadable, 0);
  assert.deepEqual(
    eks.asked.map(({ method, path, query }) => [method, path, query]),
    [
      ['GET', '/clusters/demo/pod-identity-associations', { maxResults: '100' }],
      ['GET', '/clusters/demo/pod-identity-associations', { maxResults: '100', nextToken: 'p/2+ä=' }],
    ],
  );
});

test('list: an entry that cannot be understood is counted, the others are kept', async (t) => {
  const { eks, associations, signal } = await start(t);
  const odd = [
    null,
    7,
    'x',
    [],
    {},
    { ...entry('a-5'), namespace: null },
    { ...entry('a-6'), serviceAccount: 'a/b' },
  ];
  const longName = `${'a.'.repeat(126)}a`;
  eks.script = () =>
    page([...odd, { ...entry(ID), unknownField: { deep: [1] } }, entry('a-7', '__proto__', longName)]);

  const reading = await associations.list(signal);

  assert.ok(reading.kind === 'known');
  assert.equal(reading.value.unreadable, odd.length);
  assert.deepEqual([...reading.value.ids.keys()], [identity('__proto__', longName), IDENTITY]);
});

test('list: a half-way failure makes the whole unknown', async (t) => {
  const { eks, associations, signal } = await start(t);
  eks.script = ({ query }) =>
    query['nextToken'] === undefined ? page([entry(ID)], '2') : failure(503, 'ServiceUnavailable', 'later');

  const reading = await associations.list(signal);

  assert.equal(reading.kind === 'unknown' && reading.why, 'failed');
});

test('list: a nextToken that repeats is malformed, even in a circle of two', async (t) => {
  const { eks, associations, signal } = await start(t);
  eks.script = ({ query }) => page([], query['nextToken'] === 'a' ? 'b' : 'a');

  const reading = await associations.list(signal);

  assert.equal(reading.kind === 'unknown' && reading.why, 'malformed');
  assert.equal(eks.asked.length, 3);
});

test('list: a list without end is malformed after 100 pages', async (t) => {
  const { eks, associations, signal } = await start(t);
  let count = 0;
  eks.script = () => page([], `token-${(count += 1)}`);

  const reading = await associations.list(signal);

  assert.equal(reading.kind === 'unknown' && reading.why, 'malformed');
  assert.equal(eks.asked.length, 100);
});

const NO_LIST: readonly (readonly [string, Reply])[] = [
  ['an empty body', { kind: 'answer', status: 200, body: '' }],
  ['an empty object', answer({})],
  ['null', answer(null)],
  ['a list', answer([])],
  ['associations null', answer({ associations: null })],
  ['associations as a text', answer({ associations: 'abc' })],
  ['associations as an object', answer({ associations: { 0: entry(ID) } })],
  ['a token that is a number', answer({ associations: [], nextToken: 5 })],
  ['half a document', { kind: 'answer', status: 200, body: '{"associations":[{"names' }],
  ['another cluster', page([{ ...entry(ID), clusterName: 'other' }])],
  [
    'a redirect',
    { kind: 'answer', status: 302, body: '', headers: { location: 'http://elsewhere.invalid' } },
  ],
];

for (const [name, reply] of NO_LIST) {
  test(`list: ${name} is malformed, never an empty list`, async (t) => {
    const { eks, associations, signal } = await start(t);
    eks.script = () => reply;

    const reading = await associations.list(signal);

    assert.equal(reading.kind === 'unknown' && reading.why, 'malformed', JSON.stringify(reading));
  });
}

test('list: empty is known, and says when it was asked', async (t) => {
  const clock = {
    now: () => instant(1_000),
    monotonic: () => milliseconds(0),
    turn: () => Promise.resolve(),
    sleep: () => new Promise<void>(() => undefined),
  };
  const { eks, associations, signal } = await start(t, { clock });
  eks.script = () => page([]);

  const reading = await associations.list(signal);

  assert.deepEqual(reading, { kind: 'known', value: { ids: new Map(), unreadable: 0 }, at: 1_000 });
});

test('describe: the grant, the dates and the owner, as EKS gave them', async (t) => {
  const { eks, associations, signal } = await start(t);
  const policy = '{ "Version": "2012-10-17",\n "Statement": [] }';
  eks.script = () =>
    described(ID, {
      targetRoleArn: 'arn:aws:iam::444455556666:role/target',
      policy,
      disableSessionTags: true,
      ownerArn: 'arn:aws:eks:eu-central-1:111122223333:addon/demo/x/1',
      externalId: 'no part of the grant',
    });

  const reading = await associations.describe(ID, signal);

  assert.ok(reading.kind === 'known');
  assert.deepEqual(reading.value, {
    id: ID,
    identity: IDENTITY,
    arn: `arn:aws:eks:eu-central-1:111122223333:podidentityassociation/demo/${ID}`,
    grant: {
      roleArn: 'arn:aws:iam::111122223333:role/runner',
      targetRoleArn: 'arn:aws:iam::444455556666:role/target',
      policy,
      disableSessionTags: true,
    },
    createdAt: 1_700_000_000_500,
    modifiedAt: 1_700_000_100_000,
    ownerArn: 'arn:aws:eks:eu-central-1:111122223333:addon/demo/x/1',
  });
});

test('describe: null fields are absent ones', async (t) => {
  const { eks, associations, signal } = await start(t);
  eks.script = () =>
    described(ID, { targetRoleArn: null, policy: null, disableSessionTags: null, ownerArn: null });

  const reading = await associations.describe(ID, signal);

  assert.ok(reading.kind === 'known');
  assert.deepEqual(reading.value.grant, {
    roleArn: 'arn:aws:iam::111122223333:role/runner',
    disableSessionTags: false,
  });
  assert.equal('ownerArn' in reading.value, false);
});

const NO_ASSOCIATION: readonly (readonly [string, Reply])[] = [
  ['no association', answer({})],
  ['association null', answer({ association: null })],
  ['another id', described(OTHER_ID)],
  ['another cluster', described(ID, { clusterName: 'other' })],
  ['no role', described(ID, { roleArn: null })],
  ['a role that is no text', described(ID, { roleArn: { arn: 'x' } })],
  ['a target role that is no text', described(ID, { targetRoleArn: 5 })],
  ['a policy that is an object', described(ID, { policy: { Version: 'x' } })],
  ['a flag that is a text', described(ID, { disableSessionTags: 'true' })],
  ['no service account', described(ID, { serviceAccount: '' })],
  ['no createdAt', described(ID, { createdAt: null })],
  ['a date in words', described(ID, { modifiedAt: 'yesterday' })],
  ['a date beyond all dates', described(ID, { createdAt: 1e300 })],
];

for (const [name, reply] of NO_ASSOCIATION) {
  test(`describe: ${name} is malformed`, async (t) => {
    const { eks, associations, signal } = await start(t);
    eks.script = () => reply;

    const reading = await associations.describe(ID, signal);

    assert.equal(reading.kind === 'unknown' && reading.why, 'malformed', JSON.stringify(reading));
  });
}

test('describe: an id that EKS does not know is not-found, and says that the cluster may be meant', async (t) => {
  const { eks, associations, signal } = await start(t);
  eks.script = () => failure(404, 'ResourceNotFoundException', 'no');

  const reading = await associations.describe(ID, signal);

  assert.ok(reading.kind === 'unknown');
  assert.equal(reading.why, 'not-found');
  assert.match(reading.detail, /does the cluster demo exist in Region eu-central-1\?/);
  assert.equal(eks.asked.filter(isDescribe).length, 1);
});
