/** The two listeners over real HTTP: probes, metrics, status API, refusals, the end. */

import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { observeRoutes } from '../../../src/adapters/http/observe.ts';
import { listen } from '../../../src/adapters/http/server.ts';
import { statusRoutes } from '../../../src/adapters/http/status-api.ts';
import { EXPOSURE_STATES } from '../../../src/domain/exposure.ts';
import { podUid } from '../../../src/domain/holder.ts';
import { after, iso, seconds } from '../../../src/domain/time.ts';
import type { JudgedHolder, StatusSource } from '../../../src/ports/status.ts';
import {
  NOW,
  sampleChannel,
  sampleHolder,
  sampleIdentity,
  sampleRevocation,
  sampleSource,
  sampleStatus,
} from '../report/samples.ts';
import { observe, scrapeOne, type Started, start } from './harness.ts';

function judged(name: string, state: JudgedHolder['state'], namespace = 'compute'): JudgedHolder {
  const holder = sampleHolder({
    uid: podUid(`uid-${name}`),
    name,
    namespace,
    identity: sampleIdentity(namespace),
  });
  return {
    holder,
    verdict: { kind: 'wait', reason: 'settling', until: after(NOW, seconds(5)) },
    state,
    since: NOW,
  };
}

const HOLDERS = [
  judged('a', 'due'),
  judged('b', 'blocked'),
  judged('c', undefined),
  judged('d', 'due', 'other'),
];

function statusApi(t: TestContext, changed: Partial<StatusSource> = {}): Promise<Started> {
  return start(t, statusRoutes(sampleSource(HOLDERS, changed)));
}

test('livez: ok while sweeps end, 503 with the reason when not', async (t) => {
  const { status, text } = await (await observe(t)).ask('/livez');
  assert.deepEqual([status, text], [200, 'ok\n']);

  const { ask } = await observe(t, { live: false });
  const stuck = await ask('/livez');
  assert.deepEqual([stuck.status, stuck.text], [503, 'no sweep has ended recently\n']);
});

test('readyz: ok, or 503 with each reason on a line', async (t) => {
  assert.equal((await (await observe(t)).ask('/readyz')).status, 200);

  const { ask } = await observe(t, { ready: false, notReadyBecause: ['pods are not synced', 'no list yet'] });
  const { status, text } = await ask('/readyz');
  assert.deepEqual([status, text], [503, 'pods are not synced\nno list yet\n']);
});

test('not ready without a reason is still not ready', async (t) => {
  const { ask } = await observe(t, { ready: false });
  assert.equal((await ask('/readyz')).status, 503);
});

test('metrics: the text and its type; HEAD gives the head only', async (t) => {
  const { ask } = await observe(t);
  const { status, headers, text } = await ask('/metrics');
  assert.deepEqual([status, headers.get('content-type'), text], [200, 'text/plain; version=0.0.4', 'up 1\n']);

  const head = await ask('/metrics', { method: 'HEAD' });
  assert.deepEqual([head.status, head.text], [200, '']);
});

test('a scrape that fails is 500, is reported, and tells nothing of the inside', async (t) => {
  const error = new Error('inside secret');
  const { ask, reports } = await observe(t, {}, () => Promise.reject(error));
  const { status, text } = await ask('/metrics?secret=1');
  assert.equal(status, 500);
  assert.doesNotMatch(text, /inside|\.ts|at /);
  assert.deepEqual(reports, [{ kind: 'bug', where: 'http /metrics', error }]);
});

for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
  test(`${method} on a known path is 405 and says what is allowed, whatever the body`, async (t) => {
    const { ask, reports } = await observe(t);
    const body = method === 'OPTIONS' ? null : '{not json';
    const headers = { 'content-type': 'application/json' };
    const { status, headers: answered, text } = await ask('/livez?x=1', { method, body, headers });
    assert.deepEqual([status, answered.get('allow')], [405, 'GET, HEAD']);
    assert.ok(JSON.parse(text));
    assert.equal(reports.length, 0);
  });
}

test('unknown paths are 404 as JSON, for readers and writers', async (t) => {
  const { ask } = await observe(t);
  for (const method of ['GET', 'POST']) {
    const { status, headers, text } = await ask('/api/v1/status', { method });
    assert.equal(status, 404);
    assert.match(headers.get('content-type') ?? '', /^application\/json/);
    assert.deepEqual(JSON.parse(text), { error: 'there is nothing at this path' });
  }
});

test('a path that can not be decoded is refused without a stack', async (t) => {
  const { status, text } = await (await observe(t)).ask('/%zz');
  assert.equal(status, 400);
  assert.doesNotMatch(text, /\.ts|node_modules/);
});

test('status: the whole document, in domain words', async (t) => {
  const { ask } = await statusApi(t, {
    status: () =>
      sampleStatus({ ready: false, notReadyBecause: ['pods are not synced'], associations: undefined }),
    unreadable: () => [{ name: 'x', why: 'no start' }],
    channels: () => [sampleChannel({ problem: 'denied: no' })],
    brakes: () => [{ brake: 'paused', isEngaged: true, detail: 'by alice' }],
  });
  const { status, headers, text } = await ask('/api/v1/status');
  assert.equal(status, 200);
  assert.equal(headers.get('cache-control'), 'no-store');
  assert.deepEqual(JSON.parse(text), {
    cluster: 'demo',
    mode: 'enforce',
    startedAt: '2026-03-01T12:00:00.000Z',
    now: '2026-03-01T12:01:00.000Z',
    live: true,
    ready: false,
    notReadyBecause: ['pods are not synced'],
    readings: {
      associations: { at: '2026-03-01T12:00:55.000Z', ageSeconds: 5, problem: null },
      grants: { at: null, ageSeconds: null, problem: null },
      pods: { at: null, ageSeconds: null, problem: 'unsynced' },
    },
    channels: {
      queue: { lastEventAt: iso(NOW), lastHeardAt: null, lastKnownAt: null, problem: 'denied: no' },
    },
    associations: null,
    holders: 2,
    openRevocations: 1,
    isLeading: true,
    hasOwnGrantEnded: false,
    brakes: { paused: { isEngaged: true, detail: 'by alice' } },
    missedPods: { count: 0, pods: [] },
    unreadablePods: { count: 1, pods: [{ name: 'x', why: 'no start' }] },
  });
});

test('revocations: in the order of the source, by namespace where asked', async (t) => {
  const other = sampleRevocation({ identity: sampleIdentity('other'), stage: 'contained', end: undefined });
  const { ask } = await statusApi(t, { revocations: () => [sampleRevocation(), other] });

  const all = JSON.parse((await ask('/api/v1/revocations')).text);
  assert.equal(all.total, 2);
  assert.deepEqual(all.revocations[0], {
    identity: 'compute/runner',
    story:
      'association a-aaaaaaaaaaaaaaaaa of compute/runner (role arn:aws:iam::111122223333:role/runner) deleted between 2026-03-01T12:00:00.000Z and 2026-03-01T12:00:10.000Z; noticed by list at 2026-03-01T12:00:12.000Z',
    cause: 'deleted',
    stage: 'confirmed',
    association: 'a-aaaaaaaaaaaaaaaaa',
    grant: { roleArn: 'arn:aws:iam::111122223333:role/runner', disableSessionTags: false },
    end: { notBefore: '2026-03-01T12:00:00.000Z', notAfter: '2026-03-01T12:00:10.000Z' },
    deadline: null,
    source: 'list',
    evidence: null,
    suspectedAt: '2026-03-01T12:00:12.000Z',
    settlingSince: '2026-03-01T12:00:13.000Z',
    confirmedAt: '2026-03-01T12:00:28.000Z',
    clearSince: null,
    closedAt: null,
    found: 0,
    evicted: 0,
  });
  const filtered = JSON.parse((await ask('/api/v1/revocations?namespace=other')).text);
  assert.deepEqual([filtered.total, filtered.revocations[0].identity], [1, 'other/runner']);
});

const FILTER_ROWS: readonly (readonly [query: string, names: readonly string[], total: number])[] = [
  ['', ['a', 'b', 'c', 'd'], 4],
  ['?state=due', ['a', 'd'], 2],
  ['?state=due&namespace=other', ['d'], 1],
  ['?state=due&state=blocked', ['a', 'b', 'd'], 3],
  ['?namespace=nobody', [], 0],
  ['?limit=1', ['a'], 4],
];

for (const [query, names, total] of FILTER_ROWS) {
  test(`holders${query}: ${names.join(' ')}`, async (t) => {
    const { ask } = await statusApi(t);
    const document = JSON.parse((await ask(`/api/v1/holders${query}`)).text);
    assert.deepEqual(
      [document.holders.map(({ pod }: { pod: string }) => pod), document.total],
      [names, total],
    );
  });
}

test('holders: one in full', async (t) => {
  const { ask } = await statusApi(t);
  assert.deepEqual(JSON.parse((await ask('/api/v1/holders?state=blocked')).text).holders, [
    {
      identity: 'compute/runner',
      namespace: 'compute',
      pod: 'b',
      uid: 'uid-b',
      start: '2026-03-01T11:00:00.000Z',
      terminating: null,
      finished: false,
      node: null,
      owner: null,
      labels: {},
      verdict: 'wait',
      reason: 'settling',
      until: '2026-03-01T12:00:05.000Z',
      since: '2026-03-01T12:00:00.000Z',
      state: 'blocked',
    },
  ]);
});

const REFUSED_ROWS: readonly (readonly [path: string, valid: readonly string[]])[] = [
  ['/api/v1/holders?state=gone', EXPOSURE_STATES],
  ['/api/v1/holders?state=', EXPOSURE_STATES],
  ['/api/v1/holders?state=due&state=gone', EXPOSURE_STATES],
  ['/api/v1/holders?sate=due', ['state', 'namespace', 'limit']],
  ['/api/v1/holders?limit=0', ['1 to 10000']],
  ['/api/v1/holders?limit=1e3', ['1 to 10000']],
  ['/api/v1/holders?limit=10001', ['1 to 10000']],
  ['/api/v1/revocations?state=due', ['namespace', 'limit']],
  ['/api/v1/status?namespace=x', []],
];

for (const [path, valid] of REFUSED_ROWS) {
  test(`${path} is refused with what would be valid`, async (t) => {
    const { status, text } = await (await statusApi(t)).ask(path);
    assert.equal(status, 400);
    assert.deepEqual(JSON.parse(text).valid, valid);
  });
}

test('an address that is taken is an error of the start', async (t) => {
  const { listener } = await observe(t);
  const routes = observeRoutes({ source: sampleSource(), scrape: scrapeOne });
  const options = { host: '127.0.0.1', port: listener.port, routes, reporter: { report: () => undefined } };
  await assert.rejects(listen(options), /EADDRINUSE/);
});
