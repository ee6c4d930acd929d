/** All pods of one identity: what is asked, what is read of each, and what is not known when it can't be read. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kubernetesRosters } from '../../../src/adapters/kubernetes/roster.ts';
import { systemClock } from '../../../src/adapters/clock.ts';
import type { Identity } from '../../../src/domain/identity.ts';
import { sendJson } from '../../support/scripted-api-server.ts';
import { never, TOKEN_VOLUME, worldOn } from './support.ts';

const ETL = 'team-a/etl' as Identity;
const IRSA_VOLUME = {
  name: 'aws-iam-token',
  projected: { sources: [{ serviceAccountToken: { audience: 'sts.amazonaws.com', path: 'token' } }] },
};

function pod(name: string, spec: object = {}, metadata: object = {}): object {
  return {
    metadata: {
      name,
      namespace: 'team-a',
      uid: `uid-${name}`,
      creationTimestamp: '2026-01-05T11:00:00Z',
      ...metadata,
    },
    spec: { serviceAccountName: 'etl', containers: [{ name: 'main' }], ...spec },
    status: { phase: 'Running' },
  };
}

function page(items: readonly unknown[], next?: string): object {
  return { kind: 'PodList', metadata: { resourceVersion: '7', ...(next && { continue: next }) }, items };
}

const rosters = (client: Parameters<typeof kubernetesRosters>[0]['client']) =>
  kubernetesRosters({ client, clock: systemClock(), labelNames: ['app'] });

test('one filtered list, page by page, ordered by uid', async (t) => {
  const { server, client } = await worldOn(t, ({ query }, response) =>
    sendJson(response, 200, query['continue'] === undefined ? page([pod('b')], 'more') : page([pod('a')])),
  );
  const reading = await rosters(client).of(ETL, never);
  assert.deepEqual(reading.kind === 'known' && reading.value.map((each) => each.pod.name), ['a', 'b']);
  assert.deepEqual(
    server.asked.map(({ path, query }) => [path, query]),
    [
      ['/api/v1/namespaces/team-a/pods', { limit: '250', fieldSelector: 'spec.serviceAccountName=etl' }],
      [
        '/api/v1/namespaces/team-a/pods',
        { limit: '250', fieldSelector: 'spec.serviceAccountName=etl', continue: 'more' },
      ],
    ],
  );
});

test('how each pod comes by credentials, its revision, and whether it is a mirror', async (t) => {
  const env = [{ name: 'AWS_ROLE_ARN', value: 'arn:aws:iam::111122223333:role/irsa' }];
  const items = [
    pod('holder', { volumes: [TOKEN_VOLUME] }, { labels: { 'controller-revision-hash': 'h1', app: 'x' } }),
    pod('irsa', { volumes: [IRSA_VOLUME], containers: [{ name: 'main', env }] }),
    pod('irsa-by-hand', { volumes: [IRSA_VOLUME], containers: [{ name: 'main' }] }),
    pod('mirror', {}, { annotations: { 'kubernetes.io/config.mirror': 'x' } }),
    pod('nothing', {}, { labels: { 'pod-template-hash': 'h2' } }),
    pod('both', { volumes: [TOKEN_VOLUME, IRSA_VOLUME] }),
  ];
  const { client } = await worldOn(t, (_, response) => sendJson(response, 200, page(items)));
  const reading = await rosters(client).of(ETL, never);
  const read = reading.kind === 'known' ? reading.value : [];
  assert.deepEqual(
    read.map(({ pod: { name }, access, roleArn, isMirror, revision }) => [
      name,
      access,
      roleArn,
      isMirror,
      revision,
    ]),
    [
      ['both', 'pod-identity', undefined, false, undefined],
      ['holder', 'pod-identity', undefined, false, 'h1'],
      ['irsa', 'irsa', 'arn:aws:iam::111122223333:role/irsa', false, undefined],
      ['irsa-by-hand', 'irsa', undefined, false, undefined],
      ['mirror', 'nothing', undefined, true, undefined],
      ['nothing', 'nothing', undefined, false, 'h2'],
    ],
  );
  assert.deepEqual(read.find((each) => each.pod.name === 'holder')?.pod.labels, { app: 'x' });
});

test('pods of others, where the selector is not heeded, and pods that make no sense are left out', async (t) => {
  const items = [
    pod('ours'),
    pod('theirs', { serviceAccountName: 'web' }),
    pod('odd', { volumes: 7 }),
    'nonsense',
    null,
  ];
  const { client } = await worldOn(t, (_, response) => sendJson(response, 200, page(items)));
  const reading = await rosters(client).of(ETL, never);
  assert.deepEqual(reading.kind === 'known' && reading.value.map((each) => each.pod.name), ['ours']);
});

const REFUSED = [
  [403, 'denied'],
  [400, 'failed'],
] as const;

for (const [status, why] of REFUSED) {
  test(`${status} on a later page: the whole is unknown (${why}), and never the half`, async (t) => {
    const { client } = await worldOn(t, ({ query }, response) =>
      query['continue'] === undefined
        ? sendJson(response, 200, page([pod('a')], 'more'))
        : sendJson(response, status, { kind: 'Status', message: 'no', code: status }),
    );
    const reading = await rosters(client).of(ETL, never);
    assert.equal(reading.kind === 'unknown' && reading.why, why);
    assert.match(reading.kind === 'unknown' ? reading.detail : '', /the pods of team-a\/etl .*no/);
  });
}

test('an answer that is no list is malformed', async (t) => {
  const { client } = await worldOn(t, (_, response) => sendJson(response, 200, { kind: 'Pod' }));
  const reading = await rosters(client).of(ETL, never);
  assert.equal(reading.kind === 'unknown' && reading.why, 'malformed');
});

const BROKEN: readonly (readonly [what: string, second: object])[] = [
  ['the token that was given before', page([pod('b')], 'more')],
  ['no resourceVersion', { kind: 'PodList', metadata: {}, items: [pod('b')] }],
  ['no items', { kind: 'PodList', metadata: { resourceVersion: '7' }, items: 'b' }],
  [
    'a token that is no text',
    { kind: 'PodList', metadata: { resourceVersion: '7', continue: 7 }, items: [] },
  ],
];

for (const [what, second] of BROKEN) {
  test(`a second page with ${what}: the whole is malformed`, async (t) => {
    const { client } = await worldOn(t, ({ query }, response) =>
      sendJson(response, 200, query['continue'] === undefined ? page([pod('a')], 'more') : second),
    );
    const reading = await rosters(client).of(ETL, never);
    assert.equal(reading.kind === 'unknown' && reading.why, 'malformed');
  });
}

test('tokens that lead in a wide circle end it as well', async (t) => {
  const following: Readonly<Record<string, string>> = { a: 'b', b: 'c', c: 'a' };
  const { server, client } = await worldOn(t, ({ query }, response) =>
    sendJson(response, 200, page([pod('x')], following[query['continue'] ?? 'c'])),
  );
  const reading = await rosters(client).of(ETL, never);
  assert.match(reading.kind === 'unknown' ? reading.detail : '', /leads in a circle/);
  assert.equal(server.asked.length, 4);
});

test('what decides how a pod ends is read of those that are no holders too', async (t) => {
  const metadata = { finalizers: ['example.com/x'], deletionTimestamp: '2026-01-05T12:00:00Z' };
  const items = [pod('plain', { terminationGracePeriodSeconds: 5 }, metadata)];
  const { client } = await worldOn(t, (_, response) => sendJson(response, 200, page(items)));
  const reading = await rosters(client).of(ETL, never);
  const [read] = reading.kind === 'known' ? reading.value : [];
  assert.equal(read?.access, 'nothing');
  assert.equal(read.pod.grace, 5000);
  assert.deepEqual(read.pod.finalizers, ['example.com/x']);
  assert.equal(read.pod.terminating, Date.UTC(2026, 0, 5, 12));
});
