/** What is sent to evict a pod, and what each answer means. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kubernetesEvictor } from '../../../src/adapters/kubernetes/evictor.ts';
import { seconds } from '../../../src/domain/time.ts';
import { sendJson } from '../../support/scripted-api-server.ts';
import { ADMISSION_ROWS } from './admission-rows.ts';
import { ROWS } from './eviction-rows.ts';
import { holderOf, never, orderOf, until, worldOn } from './support.ts';

const REQUESTED_BY = 'pod-identity-revoker/1.2.3 (revoker-0)';

test('one request, exact in method, path, query and body, with the uid as precondition', async (t) => {
  const { server, client, traffic } = await worldOn(t, (_, response) =>
    sendJson(response, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }),
  );
  const outcome = await kubernetesEvictor(client, REQUESTED_BY).evict(orderOf(), never);
  assert.deepEqual(outcome, { kind: 'evicted' });
  assert.equal(server.asked.length, 1);
  const [asked] = server.asked;
  assert.equal(asked?.method, 'POST');
  assert.equal(asked?.path, '/api/v1/namespaces/team-a/pods/etl-0/eviction');
  assert.deepEqual(asked?.query, {});
  assert.equal(asked?.headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(asked?.body ?? ''), {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: {
      name: 'etl-0',
      namespace: 'team-a',
      annotations: {
        'pod-identity-revoker.io/reason': 'deleted',
        'pod-identity-revoker.io/identity': 'team-a/etl',
        'pod-identity-revoker.io/cause': 'deleted',
        'pod-identity-revoker.io/requested-by': REQUESTED_BY,
      },
    },
    deleteOptions: { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: 'uid-etl-0' } },
  });
  assert.deepEqual(traffic, [{ verb: 'create', resource: 'pods/eviction', code: '201' }]);
});

test('names are encoded, so that no name leads to another path', async (t) => {
  const { server, client } = await worldOn(t, (_, response) => sendJson(response, 201, {}));
  const odd = holderOf({ namespace: 'a/../b', name: 'c?d#e%f' });
  await kubernetesEvictor(client, REQUESTED_BY).evict(orderOf(odd), never);
  assert.equal(server.asked[0]?.path, '/api/v1/namespaces/a%2F..%2Fb/pods/c%3Fd%23e%25f/eviction');
});

for (const row of [...ROWS, ...ADMISSION_ROWS]) {
  test(`${row.name}: ${row.expected}`, async (t) => {
    const { server, client } = await worldOn(t, (_, response) => {
      response.writeHead(row.code, row.headers ?? {});
      response.end(typeof row.body === 'string' ? row.body : JSON.stringify(row.body));
    });
    const outcome = await kubernetesEvictor(client, REQUESTED_BY).evict(orderOf(), never);
    assert.equal(outcome.kind, row.expected, JSON.stringify(outcome));
    if (row.detail !== undefined) assert.match('detail' in outcome ? outcome.detail : '', row.detail);
    if (row.by !== undefined) assert.deepEqual(outcome.kind === 'blocked' && outcome.by, row.by);
    if (row.expected === 'blocked') {
      assert.equal(outcome.kind === 'blocked' && outcome.retryAfter, row.retryAfter);
    }
    const writes = server.asked.filter(({ method }) => method === 'POST');
    assert.equal(writes.length, row.code === 401 ? 2 : 1);
  });
}

test('no answer within ten seconds, a cut and a garbled answer are unreachable', async (t) => {
  const { server, client, clock } = await worldOn(t, () => undefined);
  const evictor = kubernetesEvictor(client, REQUESTED_BY);
  const silent = evictor.evict(orderOf(), never);
  await until(() => server.asked.length === 1);
  await clock.advance(seconds(9));
  await clock.advance(seconds(1));
  assert.deepEqual(await silent, { kind: 'unreachable', detail: 'timed-out: no answer within 10s' });
  server.script = (_, response) => void response.destroy();
  assert.equal((await evictor.evict(orderOf(), never)).kind, 'unreachable');
  server.script = (_, response) => void response.writeHead(201).end('{"kind":');
  assert.equal((await evictor.evict(orderOf(), never)).kind, 'unreachable');
  assert.equal(server.asked.length, 3);
  assert.equal(clock.pending, 0);
});

test('an abort before the request makes no call at all; one during it is passed on', async (t) => {
  const { server, client } = await worldOn(t, () => undefined);
  const evictor = kubernetesEvictor(client, REQUESTED_BY);
  const stop = new AbortController();
  const under = evictor.evict(orderOf(), stop.signal);
  await until(() => server.asked.length === 1);
  const reason = new Error('lost the lease');
  stop.abort(reason);
  await assert.rejects(under, reason);
  await assert.rejects(evictor.evict(orderOf(), stop.signal), reason);
  assert.equal(server.asked.length, 1);
});
