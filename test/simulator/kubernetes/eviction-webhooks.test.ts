/** Tests of webhooks that stand in the way of evictions, in the words in which the API server hands on what they say. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  answering,
  evacuationTriggered,
  storeTimeout,
  tooBusy,
  webhookDenied,
  webhookUnreachable,
  webhookWithoutDryRun,
} from '../../../simulator/kubernetes/admission-webhooks.ts';
import { at } from '../../../simulator/kubernetes/object.ts';
import type { ApiError } from '../../../simulator/kubernetes/status.ts';
import { addPod, type Api, assertStatus, type Reply, startApi } from './support.ts';

async function evict(api: Api, name = 'a'): Promise<Reply> {
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'default' } };
  return api.call('POST', `/api/v1/namespaces/default/pods/${name}/eviction`, body);
}

const DENIED = 'admission webhook "guard.example.com" denied the request';

const ROWS: readonly (readonly [string, ApiError, number, string | undefined, string])[] = [
  [
    'a denial with its own code and reason',
    webhookDenied('guard.example.com', { code: 403, reason: 'Forbidden', message: 'not now' }),
    403,
    'Forbidden',
    `${DENIED}: not now`,
  ],
  [
    'a denial with a message alone',
    webhookDenied('guard.example.com', { message: 'no' }),
    400,
    undefined,
    `${DENIED}: no`,
  ],
  [
    'a denial with a reason alone',
    webhookDenied('guard.example.com', { code: 422, reason: 'Invalid' }),
    422,
    'Invalid',
    `${DENIED}: Invalid`,
  ],
  [
    'a denial that says nothing',
    webhookDenied('guard.example.com'),
    400,
    undefined,
    `${DENIED} without explanation`,
  ],
  [
    'a denial with a code of success',
    webhookDenied('guard.example.com', { code: 200 }),
    400,
    undefined,
    `${DENIED} without explanation`,
  ],
  [
    'a webhook that can not be reached',
    webhookUnreachable('guard.example.com', 'failed to call webhook: no endpoints available'),
    500,
    'InternalError',
    'Internal error occurred: failed calling webhook "guard.example.com": failed to call webhook: no endpoints available',
  ],
  [
    'a machine that is moved in the background',
    evacuationTriggered('default/vm'),
    429,
    undefined,
    'admission webhook "virt-launcher-eviction-interceptor.kubevirt.io" denied the request: ' +
      'Eviction triggered evacuation of VMI "default/vm"',
  ],
  [
    'a webhook that knows no dry run',
    webhookWithoutDryRun('guard.example.com'),
    400,
    'BadRequest',
    'admission webhook "guard.example.com" does not support dry run',
  ],
];

for (const [what, refusal, code, reason, message] of ROWS) {
  test(`${what}: ${code}, and the pod stays`, async (t) => {
    const api = await startApi(t);
    addPod(api, 'a');
    api.evictionReviews.push(() => refusal);
    const reply = await evict(api);
    assertStatus(reply, code, reason, message);
    assert.equal(reply.headers.get('retry-after'), null);
    assert.equal(api.store.get('pods', 'default', 'a')?.metadata.deletionTimestamp, undefined);
  });
}

test('a webhook sees pod and request, is asked before the pod is looked for, and can be taken out', async (t) => {
  const api = await startApi(t);
  addPod(api, 'a', {}, { guarded: 'yes' });
  addPod(api, 'b');
  const seen: unknown[] = [];
  const review =
    api.evictionReviews[
      api.evictionReviews.push((eviction) => {
        seen.push([eviction.name, at(eviction.body, 'kind')]);
        const isGuarded = eviction.pod?.metadata.labels?.['guarded'] === 'yes';
        return isGuarded || eviction.pod === undefined ? webhookDenied('guard.example.com') : undefined;
      }) - 1
    ];
  assert.equal((await evict(api, 'a')).code, 400);
  assert.equal((await evict(api, 'b')).code, 201);
  assert.equal((await evict(api, 'missing')).code, 400);
  assert.deepEqual(seen, [
    ['a', 'Eviction'],
    ['b', 'Eviction'],
    ['missing', 'Eviction'],
  ]);
  api.evictionReviews.splice(api.evictionReviews.indexOf(review ?? (() => undefined)), 1);
  assert.equal((await evict(api, 'a')).code, 201);
});

test('the same answers can befall so many requests on script', async (t) => {
  const api = await startApi(t);
  addPod(api, 'a');
  const match = { verb: 'create', resource: 'pods/eviction' };
  api.faults.add({ match, effect: answering(evacuationTriggered('default/vm')), times: 1 });
  api.faults.add({ match, effect: tooBusy(3), times: 1 });
  api.faults.add({ match, effect: storeTimeout(), times: 1 });
  assertStatus(await evict(api), 429, undefined, /Eviction triggered evacuation/);
  const busy = await evict(api);
  assert.equal(busy.code, 429);
  assert.equal(busy.headers.get('retry-after'), '3');
  assert.equal(busy.text, 'Too many requests, please try again later.\n');
  assertStatus(await evict(api), 500, undefined, 'etcdserver: request timed out');
  assert.equal((await evict(api)).code, 201);
});
