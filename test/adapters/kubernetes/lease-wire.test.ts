/** What is sent to stand for a term, to renew it and to give it up, and what each answer means. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { kubernetesLeadership } from '../../../src/adapters/kubernetes/lease.ts';
import { holderName } from '../../../src/adapters/kubernetes/lease-record.ts';
import type { Leader } from '../../../src/domain/leadership.ts';
import type { Reading } from '../../../src/domain/reading.ts';
import { seconds } from '../../../src/domain/time.ts';
import type { Leadership } from '../../../src/ports/leadership.ts';
import type { Asked, Script } from '../../support/scripted-api-server.ts';
import { sendJson } from '../../support/scripted-api-server.ts';
import type { World } from './support.ts';
import { status, stepUntil, until, worldOn } from './support.ts';

const PLACE = { namespace: 'revoker', name: 'pod-identity-revoker' };
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/revoker/leases';
const OWN = `${LEASES}/pod-identity-revoker`;
const ABSENT = status(404, 'NotFound', 'leases.coordination.k8s.io "pod-identity-revoker" not found', {
  name: 'pod-identity-revoker',
  group: 'coordination.k8s.io',
  kind: 'leases',
});

type Lease = { metadata: Record<string, unknown>; spec: Record<string, unknown> };

/** A server that keeps one Lease; undefined: there is none. */
class Keeping {
  stored: Lease | undefined;
  #version = 10;

  constructor(stored?: Lease) {
    this.stored = stored;
  }

  readonly script: Script = (asked, response) => {
    if (asked.method === 'GET' && this.stored === undefined) return sendJson(response, 404, ABSENT);
    if (asked.method !== 'GET') {
      this.#version += 1;
      const given = JSON.parse(asked.body) as Lease;
      const metadata = { ...given.metadata, uid: 'uid-1', resourceVersion: String(this.#version) };
      this.stored = { ...given, metadata };
    }
    return sendJson(response, asked.method === 'POST' ? 201 : 200, this.stored);
  };
}

function leaseOf(spec: Record<string, unknown>, metadata: Record<string, unknown> = {}): Lease {
  const all = { ...PLACE, uid: 'uid-1', resourceVersion: '7', ...metadata };
  return { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: all, spec } as Lease;
}

type Running = World & {
  readonly leadership: Leadership;
  readonly readings: Reading<Leader>[];
  readonly stop: () => Promise<void>;
  readonly writes: () => readonly (Asked & { readonly sent: Lease })[];
};

async function run(t: TestContext, script: Script): Promise<Running> {
  const world = await worldOn(t, script);
  const { client, clock, server } = world;
  const leadership = kubernetesLeadership(
    client,
    { clock, random: () => 0 },
    { ...PLACE, podName: 'revoker-0' },
  );
  const readings: Reading<Leader>[] = [];
  const drained = new AbortController();
  const listener = {
    elected: () => {},
    lost: () => {},
    reading: (one: Reading<Leader>) => void readings.push(one),
  };
  const ended = leadership.run(listener, { stopping: drained.signal, drained: drained.signal });
  let isOver = false;
  const stop = async (): Promise<void> => {
    drained.abort();
    const over = ended.then(() => {
      isOver = true;
      return isOver;
    });
    await stepUntil(clock, () => isOver, 'the end');
    await over;
  };
  t.after(stop);
  const writes = (): readonly (Asked & { readonly sent: Lease })[] =>
    server.asked
      .filter(({ method }) => method !== 'GET')
      .map((asked) => ({ ...asked, sent: JSON.parse(asked.body) as Lease }));
  return { ...world, leadership, readings, stop, writes };
}

test('where there is no Lease, one is created, and led by when it was held for its duration', async (t) => {
  const { leadership, clock, writes, traffic } = await run(t, new Keeping().script);
  await stepUntil(clock, () => leadership.term() !== undefined, 'an election');
  assert.ok(clock.monotonic() >= 15_000, `after ${clock.monotonic()} ms`);
  const [create] = writes();
  assert.deepEqual([create?.method, create?.path, create?.query], ['POST', LEASES, {}]);
  assert.deepEqual(create?.sent, {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...PLACE, labels: { 'app.kubernetes.io/managed-by': 'pod-identity-revoker' } },
    spec: {
      holderIdentity: leadership.name,
      leaseDurationSeconds: 15,
      acquireTime: create?.sent.spec['renewTime'],
      renewTime: create?.sent.spec['renewTime'],
      leaseTransitions: 0,
    },
  });
  assert.match(String(create?.sent.spec['renewTime']), /^2026-01-05T12:00:00\.\d{3}000Z$/);
  assert.deepEqual(traffic[0], { verb: 'get', resource: 'leases', code: '404' });
  assert.deepEqual(traffic[1], { verb: 'create', resource: 'leases', code: '201' });
  assert.deepEqual(traffic[2], { verb: 'update', resource: 'leases', code: '200' });
});

test('a Lease that was given up is taken at once, renewed, and given up again', async (t) => {
  const given = leaseOf({ holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 6 });
  const { leadership, clock, writes, stop } = await run(t, new Keeping(given).script);
  await stepUntil(clock, () => leadership.term() !== undefined, 'an election');
  await stepUntil(clock, () => writes().length > 1, 'a renewal');
  await stop();
  const sent = writes();
  assert.deepEqual(
    new Set(sent.map(({ method, path, query }) => `${method} ${path} ${JSON.stringify(query)}`)),
    new Set([`PUT ${OWN} {}`]),
  );
  const [taken, renew] = sent.map((each) => each.sent);
  assert.equal(renew?.metadata['resourceVersion'], '11');
  assert.equal(renew.spec['acquireTime'], taken?.spec['acquireTime']);
  assert.match(String(renew.spec['renewTime']), /^2026-01-05T12:00:0[23]\.\d{3}000Z$/);
  const last = sent.at(-1)?.sent.spec ?? {};
  const { acquireTime: _acquired, renewTime: _renewed, ...rest } = last;
  assert.deepEqual(rest, { holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 7 });
});

test("another's Lease is taken after its duration, with all that others put there", async (t) => {
  const theirs = { annotations: { team: 'platform' }, labels: { a: 'b' }, ownerReferences: [] };
  const spec = {
    holderIdentity: 'other_1',
    leaseDurationSeconds: 20,
    acquireTime: '2030-01-01T00:00:00.123456Z',
    renewTime: '2030-01-01T00:00:00.123456Z',
    leaseTransitions: 4,
    strategy: 'OldestEmulationVersion',
  };
  const { leadership, clock, writes } = await run(t, new Keeping(leaseOf(spec, theirs)).script);
  await stepUntil(clock, () => leadership.term() !== undefined, 'an election');
  assert.ok(clock.monotonic() >= 20_000, `after ${clock.monotonic()} ms`);
  const [taken] = writes();
  assert.deepEqual(taken?.sent.metadata, { ...PLACE, uid: 'uid-1', resourceVersion: '7', ...theirs });
  assert.equal(taken?.sent.spec['holderIdentity'], leadership.name);
  assert.equal(taken?.sent.spec['leaseTransitions'], 5);
  assert.equal(taken?.sent.spec['strategy'], 'OldestEmulationVersion');
  assert.match(String(taken?.sent.spec['acquireTime']), /^2026-01-05T12:00:2\d\.\d{3}000Z$/);
});

for (const [what, spec] of [
  ['no duration', { holderIdentity: 'other_1' }],
  ['a duration of zero', { holderIdentity: 'other_1', leaseDurationSeconds: 0 }],
  ['a duration that is no number', { holderIdentity: 'other_1', leaseDurationSeconds: 'long' }],
  ['no holder, though nobody gave it up', { leaseDurationSeconds: 15 }],
  ['nothing at all', {}],
] as const) {
  test(`a Lease with ${what} is left alone for our own duration, and then taken`, async (t) => {
    const { leadership, clock } = await run(t, new Keeping(leaseOf(spec)).script);
    await stepUntil(clock, () => leadership.term() !== undefined, 'an election');
    assert.ok(clock.monotonic() >= 15_000 && clock.monotonic() <= 18_000, `after ${clock.monotonic()} ms`);
  });
}

test('a Lease that claims to last for ever stands in the way for a minute', async (t) => {
  const spec = { holderIdentity: 'other_1', leaseDurationSeconds: 1_000_000_000 };
  const { leadership, clock } = await run(t, new Keeping(leaseOf(spec)).script);
  await stepUntil(clock, () => leadership.term() !== undefined, 'an election');
  assert.ok(clock.monotonic() >= 60_000 && clock.monotonic() <= 63_000, `after ${clock.monotonic()} ms`);
});

test('a clock that was set back makes no two renewals equal', async (t) => {
  const given = leaseOf({ holderIdentity: '', leaseDurationSeconds: 1 });
  const { leadership, clock, writes } = await run(t, new Keeping(given).script);
  await stepUntil(clock, () => leadership.term() !== undefined, 'an election');
  for (let n = 0; n < 3; n += 1) {
    clock.setBy(seconds(-2));
    const before = writes().length;
    await stepUntil(clock, () => writes().length > before, 'a renewal');
  }
  const times = writes().map(({ sent }) => String(sent.spec['renewTime']));
  assert.deepEqual(times, [...new Set(times)].toSorted());
});

type Row = readonly [name: string, code: number, body: unknown, why: string, detail: RegExp];

const UNREADABLE: readonly Row[] = [
  [
    '403',
    403,
    status(403, 'Forbidden', 'cannot get resource "leases"'),
    'denied',
    /grant the verb "get" on "leases" in a Role of namespace "revoker"/,
  ],
  ['401', 401, status(401, 'Unauthorized', 'Unauthorized'), 'denied', /does not accept our credentials/],
  ['404 of a proxy', 404, 'no such page', 'not-found', /no such page/],
  [
    '404 of an API server without leases',
    404,
    status(404, 'NotFound', 'the server could not find the requested resource', {}),
    'not-found',
    /could not find/,
  ],
  ['429', 429, 'slow', 'throttled', /slow/],
  ['500', 500, status(500, 'InternalError', 'etcd'), 'failed', /etcd/],
  ['HTML', 200, '<html>', 'malformed', /no JSON/],
  [
    'another object',
    200,
    { kind: 'ConfigMap', metadata: PLACE },
    'malformed',
    /not the Lease revoker\/pod-identity-revoker/,
  ],
  ['another Lease', 200, leaseOf({}, { name: 'x' }), 'malformed', /not the Lease/],
  ['a Lease without a version', 200, leaseOf({}, { resourceVersion: '' }), 'malformed', /not the Lease/],
];

for (const [name, code, body, why, detail] of UNREADABLE) {
  test(`a look answered with ${name}: ${why}, told once, and nothing is written`, async (t) => {
    const { server, clock, readings, writes, leadership } = await run(t, (_, response) => {
      response.writeHead(code).end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    await stepUntil(clock, () => server.asked.length >= 6, 'some looks');
    const [reading] = readings;
    assert.equal(reading?.kind === 'unknown' && reading.why, why, JSON.stringify(reading));
    assert.match(reading?.kind === 'unknown' ? reading.detail : '', detail);
    assert.equal(readings.length, 1);
    assert.deepEqual(writes(), []);
    assert.equal(leadership.term(), undefined);
  });
}

test('a namespace that does not exist is told', async (t) => {
  const missing = status(404, 'NotFound', 'namespaces "revoker" not found', {
    name: 'revoker',
    kind: 'namespaces',
  });
  const { readings } = await run(t, ({ method }, response) =>
    sendJson(response, 404, method === 'GET' ? ABSENT : missing),
  );
  await until(() => readings.length > 0);
  const [reading] = readings;
  assert.equal(reading?.kind === 'unknown' && reading.why, 'not-found', JSON.stringify(reading));
  assert.match(
    reading?.kind === 'unknown' ? reading.detail : '',
    /create leases: namespaces "revoker" not found/,
  );
});

test('a write that is denied names its own verb', async (t) => {
  const given = leaseOf({ holderIdentity: '', leaseDurationSeconds: 1 });
  const denied = status(403, 'Forbidden', 'cannot update resource "leases"');
  const { readings } = await run(t, ({ method }, response) =>
    method === 'GET' ? sendJson(response, 200, given) : sendJson(response, 403, denied),
  );
  await until(() => readings.some(({ kind }) => kind === 'unknown'));
  const reading = readings.find(({ kind }) => kind === 'unknown');
  assert.match(reading?.kind === 'unknown' ? reading.detail : '', /grant the verb "update" on "leases"/);
});

test('no two processes have one name', () => {
  const names = new Set(Array.from({ length: 1000 }, () => holderName('revoker-0')));
  assert.equal(names.size, 1000);
  for (const name of names) assert.match(name, /^revoker-0_[0-9a-f]{16}$/);
});
