/** What is sent to delete a pod by force or to evict it with a grace, and what each answer means. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kubernetesEvictor } from '../../../src/adapters/kubernetes/evictor.ts';
import type { Duration } from '../../../src/domain/time.ts';
import { milliseconds, seconds } from '../../../src/domain/time.ts';
import type { EvictionOrder } from '../../../src/ports/evictor.ts';
import { sendJson } from '../../support/scripted-api-server.ts';
import { holderOf, never, orderOf, rawPod, status, until, worldOn } from './support.ts';

const CONFLICT = 'Operation cannot be fulfilled on pods "etl-0":';

function forced(grace: Duration, holder = holderOf()): EvictionOrder & { readonly grace: Duration } {
  return { ...orderOf(holder), grace };
}

test('forced: one request, exact in method, path, query and body, with uid and grace', async (t) => {
  const { server, client, traffic } = await worldOn(t, (_, response) => sendJson(response, 200, rawPod()));
  const outcome = await kubernetesEvictor(client, 'test').force(forced(milliseconds(30_999)), never);
  assert.deepEqual(outcome, { kind: 'evicted' });
  assert.equal(server.asked.length, 1);
  const [asked] = server.asked;
  assert.equal(asked?.method, 'DELETE');
  assert.equal(asked?.path, '/api/v1/namespaces/team-a/pods/etl-0');
  assert.deepEqual(asked?.query, {});
  assert.equal(asked?.headers['content-type'], 'application/json');
  assert.deepEqual(JSON.parse(asked?.body ?? ''), {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    gracePeriodSeconds: 30,
    preconditions: { uid: 'uid-etl-0' },
  });
  assert.deepEqual(traffic, [{ verb: 'delete', resource: 'pods', code: '200' }]);
});

test('forced: names are encoded, so that no name leads to another path', async (t) => {
  const { server, client } = await worldOn(t, (_, response) => sendJson(response, 200, {}));
  const odd = holderOf({ namespace: 'a/../b', name: 'c?d#e%f' });
  await kubernetesEvictor(client, 'test').force(forced(seconds(1), odd), never);
  assert.equal(server.asked[0]?.path, '/api/v1/namespaces/a%2F..%2Fb/pods/c%3Fd%23e%25f');
});

test('a grace is a whole number of seconds, and never below one', async (t) => {
  const { server, client } = await worldOn(t, (_, response) => sendJson(response, 200, {}));
  const evictor = kubernetesEvictor(client, 'test');
  const given = [0, -1, 999, 1000, 1999, Number.NaN, Number.POSITIVE_INFINITY].map(milliseconds);
  for (const grace of given) await evictor.force(forced(grace), never);
  for (const grace of given) await evictor.evict(forced(grace), never);
  const sent = server.asked.map(({ body }) => {
    const parsed = JSON.parse(body) as {
      gracePeriodSeconds?: unknown;
      deleteOptions?: { gracePeriodSeconds?: unknown };
    };
    return parsed.deleteOptions?.gracePeriodSeconds ?? parsed.gracePeriodSeconds;
  });
  const expected = [1, 1, 1, 1, 1, 1, 2 ** 31 - 1];
  assert.deepEqual(sent, [...expected, ...expected]);
});

type Row = readonly [name: string, code: number, body: unknown, expected: string, detail?: RegExp];

const ROWS: readonly Row[] = [
  ['202', 202, rawPod(), 'evicted'],
  ['200 of a login page', 200, '<html>sign in</html>', 'unreachable'],
  [
    '404',
    404,
    status(404, 'NotFound', 'pods "etl-0" not found', { name: 'etl-0', kind: 'pods' }),
    'already-gone',
  ],
  ['404 of a proxy', 404, '404 page not found\n', 'unreachable'],
  [
    '409 for the uid',
    409,
    status(
      409,
      'Conflict',
      `${CONFLICT} Precondition failed: UID in precondition: uid-etl-0, UID in object meta: x`,
    ),
    'replaced',
  ],
  [
    '409 for two writers',
    409,
    status(409, 'Conflict', `${CONFLICT} the object has been modified`),
    'unreachable',
  ],
  [
    '403 of RBAC',
    403,
    status(
      403,
      'Forbidden',
      'pods "etl-0" is forbidden: User "x" cannot delete resource "pods" in API group ""',
    ),
    'forbidden',
    /grant the verb "delete" on "pods" in a Role of namespace "team-a".*chart's value `force`/,
  ],
  [
    '403 of a webhook',
    403,
    status(403, 'Forbidden', 'admission webhook "w" denied the request: no'),
    'blocked',
    /no/,
  ],
  ['429 of a busy server', 429, 'Too many requests', 'unreachable', /Too many/],
  ['500', 500, status(500, 'InternalError', 'etcd'), 'unreachable', /etcd/],
  ['504', 504, status(504, 'Timeout', 'request did not complete'), 'unreachable'],
];

for (const [name, code, body, expected, detail] of ROWS) {
  test(`forced, ${name}: ${expected}`, async (t) => {
    const { server, client } = await worldOn(t, (_, response) => {
      response.writeHead(code);
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
    const outcome = await kubernetesEvictor(client, 'test').force(forced(seconds(5)), never);
    assert.equal(outcome.kind, expected, JSON.stringify(outcome));
    if (detail !== undefined) assert.match('detail' in outcome ? outcome.detail : '', detail);
    assert.equal(server.asked.length, 1);
  });
}

test('forced: no answer within ten seconds is unreachable; an abort is passed on', async (t) => {
  const { server, client, clock } = await worldOn(t, () => undefined);
  const evictor = kubernetesEvictor(client, 'test');
  const silent = evictor.force(forced(seconds(5)), never);
  await until(() => server.asked.length === 1);
  await clock.advance(seconds(10));
  assert.equal((await silent).kind, 'unreachable');
  const stop = new AbortController();
  const under = evictor.force(forced(seconds(5)), stop.signal);
  await until(() => server.asked.length === 2);
  const reason = new Error('lost the lease');
  stop.abort(reason);
  await assert.rejects(under, reason);
  await assert.rejects(evictor.force(forced(seconds(5)), stop.signal), reason);
  assert.equal(server.asked.length, 2);
});
