/** What is sent to set and to read controls, and what their annotations mean. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readControls } from '../../../src/adapters/kubernetes/control-annotations.ts';
import { kubernetesControls } from '../../../src/adapters/kubernetes/controls.ts';
import { instant } from '../../../src/domain/time.ts';
import { sendJson } from '../../support/scripted-api-server.ts';
import { never, status, worldOn } from './support.ts';

const PLACE = { namespace: 'revoker', name: 'pod-identity-revoker-ledger' };
const PAUSED = 'pod-identity-revoker.io/paused';
const RELEASE = 'pod-identity-revoker.io/release-mass-end';
const PATH = '/api/v1/namespaces/revoker/configmaps/pod-identity-revoker-ledger';
const NOW = instant(Date.UTC(2026, 0, 5, 12));

const metadataOf = (metadata: object): object => ({
  kind: 'PartialObjectMetadata',
  apiVersion: 'meta.k8s.io/v1',
  metadata: { ...PLACE, ...metadata },
});

const owned = (manager: string, time: string, ...annotations: readonly string[]): object => ({
  manager,
  operation: 'Update',
  apiVersion: 'v1',
  time,
  fieldsType: 'FieldsV1',
  fieldsV1: {
    'f:metadata': { 'f:annotations': Object.fromEntries(annotations.map((name) => [`f:${name}`, {}])) },
  },
});

test('a read asks for the metadata alone, once, and tells who set what', async (t) => {
  const managedFields = [
    owned('pod-identity-revoker', '2026-01-05T11:59:00Z'),
    owned('kubectl-annotate', '2026-01-05T11:00:00Z', RELEASE),
    owned('pod-identity-revoker-cli alice@laptop', '2026-01-05T11:30:00Z', PAUSED),
  ];
  const annotations = {
    [PAUSED]: '{"at":"2026-01-05T11:29:59.5Z","reason":"fire drill"}',
    [RELEASE]: '2026-01-05T10:59:58Z',
  };
  const { server, client, clock, traffic } = await worldOn(t, (_, response) =>
    sendJson(response, 200, metadataOf({ annotations, managedFields })),
  );
  const reading = await kubernetesControls(client, { ...PLACE, clock, person: '' }).read(never);
  assert.deepEqual(reading, {
    kind: 'known',
    at: clock.now(),
    value: {
      pause: {
        reason: 'fire drill',
        at: Date.UTC(2026, 0, 5, 11, 29, 59, 500),
        by: 'pod-identity-revoker-cli alice@laptop',
      },
      releases: { 'mass-end': { at: Date.UTC(2026, 0, 5, 10, 59, 58), by: 'kubectl-annotate' } },
      problems: [],
    },
  });
  const [asked] = server.asked;
  assert.deepEqual([asked?.method, asked?.path, asked?.query], ['GET', PATH, {}]);
  assert.equal(
    asked?.headers.accept,
    'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json',
  );
  assert.deepEqual(traffic, [{ verb: 'get', resource: 'configmaps', code: '200' }]);
});

test('a change is one merge patch of one annotation, in the name of a person', async (t) => {
  const { server, client, clock } = await worldOn(t, (_, response) =>
    sendJson(response, 200, metadataOf({})),
  );
  const controls = kubernetesControls(client, { ...PLACE, clock, person: 'älice@laptop' });
  await controls.pause('why', never);
  await controls.resume(never);
  await controls.release('mass-end', never);
  const at = '2026-01-05T12:00:00.000Z';
  const sent = server.asked.map(
    ({ body }) => (JSON.parse(body) as { metadata: { annotations: object } }).metadata.annotations,
  );
  assert.deepEqual(sent, [
    { [PAUSED]: JSON.stringify({ at, reason: 'why' }) },
    { [PAUSED]: null },
    { [RELEASE]: at },
  ]);
  for (const asked of server.asked) {
    assert.deepEqual([asked.method, asked.path], ['PATCH', PATH]);
    assert.deepEqual(asked.query, { fieldManager: 'pod-identity-revoker-cli ?lice@laptop' });
    assert.equal(asked.headers['content-type'], 'application/merge-patch+json');
  }
});

for (const minutesOff of [-10, 10]) {
  test(`the clock of the operator is ${minutesOff} minutes off: a release is dated by the API server's`, async (t) => {
    const right = new Date(NOW - minutesOff * 60_000).toISOString().replace(/\.\d+Z$/, 'Z');
    const { server, client, clock } = await worldOn(t, (_, response) => {
      const managedFields = [owned('pod-identity-revoker-cli a', right, RELEASE)];
      sendJson(response, 200, metadataOf({ managedFields }));
    });
    const outcome = await kubernetesControls(client, { ...PLACE, clock, person: 'a' }).release(
      'mass-end',
      never,
    );
    assert.deepEqual(outcome, { kind: 'done' });
    const sent = server.asked.map(
      ({ body }) => (JSON.parse(body) as { metadata: { annotations: object } }).metadata.annotations,
    );
    assert.deepEqual(sent.at(-1), { [RELEASE]: right.replace('Z', '.000Z') });
    assert.equal(sent.length, 2);
  });
}

const REFUSALS: readonly (readonly [string, number, unknown, string, RegExp])[] = [
  [
    '403',
    403,
    status(403, 'Forbidden', 'cannot patch resource "configmaps"'),
    'denied',
    /needs the verb "patch" on "configmaps"/,
  ],
  [
    '403 of a webhook',
    403,
    status(403, 'Forbidden', 'admission webhook "w" denied the request'),
    'denied',
    /webhook "w"/,
  ],
  ['401', 401, status(401, 'Unauthorized', 'Unauthorized'), 'denied', /401/],
  [
    '404',
    404,
    status(404, 'NotFound', `configmaps "${PLACE.name}" not found`, { kind: 'configmaps', name: PLACE.name }),
    'not-found',
    /no daemon has kept its ledger/,
  ],
  ['404 of a proxy', 404, 'nothing here', 'unreachable', /nothing here/],
  ['409', 409, status(409, 'Conflict', 'try again'), 'unreachable', /try again/],
  ['503', 503, 'busy', 'unreachable', /busy/],
  ['200 of somebody else', 200, { hello: 'world' }, 'unreachable', /not the ConfigMap/],
  ['200 of a login page', 200, '<html>', 'unreachable', /no JSON/],
];

for (const [name, code, body, kind, detail] of REFUSALS) {
  test(`a change answered with ${name}: ${kind}`, async (t) => {
    const { client, clock } = await worldOn(t, (_, response) => {
      response.writeHead(code).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    const outcome = await kubernetesControls(client, { ...PLACE, clock, person: 'a' }).pause('why', never);
    assert.equal(outcome.kind, kind, JSON.stringify(outcome));
    assert.match('detail' in outcome ? outcome.detail : '', detail);
  });
}

test('a read that is answered by a stranger, or not about the ConfigMap, is unknown', async (t) => {
  const { server, client, clock } = await worldOn(t, (_, response) =>
    sendJson(response, 200, { metadata: {} }),
  );
  const controls = kubernetesControls(client, { ...PLACE, clock, person: '' });
  const first = await controls.read(never);
  assert.equal(first.kind === 'unknown' && first.why, 'malformed');
  server.script = (_, response) => void response.writeHead(404).end('no such page');
  const second = await controls.read(never);
  assert.equal(second.kind === 'unknown' && second.why, 'not-found');
});

for (const value of ['', 'false', 'maintenance', '{"at":"never"}', '{', '[]', '2026-01-05T11:00:00Z drill']) {
  test(`whatever the annotation holds, the daemon is paused: ${value}`, () => {
    const { pause } = readControls({ annotations: { [PAUSED]: value } }, NOW);
    assert.ok(pause !== undefined);
    assert.equal(pause.at, undefined);
    assert.equal(pause.reason, value.startsWith('{"') ? '' : value);
  });
}

for (const [value, problem] of [
  ['', /no RFC 3339 time/],
  ['true', /no RFC 3339 time/],
  ['2026-01-05', /no RFC 3339 time/],
  ['2026-01-05T12:00:00.001Z', /not come yet/],
  ['2036-01-05T12:00:00Z', /not come yet/],
] as const) {
  test(`a release that can not be understood, or is not in force yet, releases nothing: ${value}`, () => {
    const state = readControls({ annotations: { [RELEASE]: value } }, NOW);
    assert.equal(state.releases['mass-end'], undefined);
    assert.match(state.problems.join(), problem);
  });
}

test('of several managers of an annotation the last one set it; nonsense among them is passed over', () => {
  const managedFields = [
    null,
    { manager: 'nobody' },
    owned('late', '2026-01-05T11:30:00Z', PAUSED),
    owned('early', '2026-01-05T11:00:00Z', PAUSED),
    { manager: 7, fieldsV1: { 'f:metadata': { 'f:annotations': { [`f:${PAUSED}`]: {} } } } },
  ];
  const { pause } = readControls({ annotations: { [PAUSED]: 'x' }, managedFields }, NOW);
  assert.deepEqual(pause, { reason: 'x', at: Date.UTC(2026, 0, 5, 11, 30), by: 'late' });
});
