/** Tests of the resources with rules of their own: leases and events. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, listAt } from '../../../simulator/kubernetes/object.ts';
import { assertStatus, startApi } from './support.ts';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases';
const NOW = '2026-11-24T12:00:00.123456Z';

function lease(time: string, duration = 15): unknown {
  const spec = { holderIdentity: 'me', leaseDurationSeconds: duration, renewTime: time };
  return { metadata: { name: 'l' }, spec };
}

test('a lease demands six fraction digits, a positive duration, and the version on update', async (t) => {
  const api = await startApi(t);
  for (const time of ['2026-11-24T12:00:00.123Z', '2026-11-24T12:00:00Z']) {
    assertStatus(
      await api.call('POST', LEASES, lease(time)),
      400,
      'BadRequest',
      /cannot be handled as a Lease: parsing time/,
    );
  }
  assertStatus(await api.call('POST', LEASES, lease(NOW, 0)), 422, 'Invalid');
  const created = await api.call('POST', LEASES, lease(NOW));
  assert.equal(created.code, 201);
  assertStatus(
    await api.call('PUT', `${LEASES}/l`, lease(NOW, 20)),
    422,
    'Invalid',
    /must be specified for an update/,
  );
  const metadata = at(created.body, 'metadata');
  assert.equal(
    (await api.call('PUT', `${LEASES}/l`, { metadata, spec: { leaseDurationSeconds: 20 } })).code,
    200,
  );
  const late = await api.call('PUT', `${LEASES}/l`, { metadata, spec: { leaseDurationSeconds: 30 } });
  assertStatus(late, 409, 'Conflict', /^Operation cannot be fulfilled on leases.coordination.k8s.io "l"/);
});

test('a lease is found by discovery, listed, patched, and never by two', async (t) => {
  const api = await startApi(t);
  const group = await api.get('/apis/coordination.k8s.io/v1');
  const [found] = listAt(group.body, 'resources');
  assert.deepEqual(
    [at(found, 'name'), at(found, 'kind'), at(found, 'namespaced')],
    ['leases', 'Lease', true],
  );
  const { body } = await api.call('POST', LEASES, lease(NOW));
  assert.equal(listAt((await api.get(LEASES)).body, 'items').length, 1);
  const take = (holderIdentity: string) => {
    const resourceVersion = at(body, 'metadata', 'resourceVersion');
    const patch = { metadata: { resourceVersion }, spec: { holderIdentity } };
    return api.call('PATCH', `${LEASES}/l`, patch, { 'content-type': 'application/merge-patch+json' });
  };
  const codes = (await Promise.all([take('one'), take('two')])).map(({ code }) => code);
  assert.deepEqual(new Set(codes), new Set([200, 409]));
  const winner = codes.indexOf(200) === 0 ? 'one' : 'two';
  assert.equal(at((await api.get(`${LEASES}/l`)).body, 'spec', 'holderIdentity'), winner);
  const short = { spec: { renewTime: '2026-11-24T12:00:00.123Z' } };
  const merge = { 'content-type': 'application/merge-patch+json' };
  assertStatus(await api.call('PATCH', `${LEASES}/l`, short, merge), 400, 'BadRequest');
});

test('an event has two faces, and lives where its subject lives', async (t) => {
  const api = await startApi(t);
  const path = '/apis/events.k8s.io/v1/namespaces/default/events';
  const event = {
    metadata: { name: 'e' },
    regarding: { kind: 'Pod', name: 'a', namespace: 'default' },
    reason: 'Evicted',
    note: 'why',
    type: 'Normal',
    action: 'Evict',
    eventTime: NOW,
    reportingController: 'test',
    reportingInstance: 'test-1',
  };
  const created = await api.call('POST', path, event);
  assert.equal(created.code, 201, created.text);
  assert.equal(at(created.body, 'apiVersion'), 'events.k8s.io/v1');
  assert.equal(at(created.body, 'note'), 'why');
  const core = await api.get('/api/v1/namespaces/default/events?fieldSelector=involvedObject.name%3Da');
  assert.equal(at(listAt(core.body, 'items')[0], 'message'), 'why');
  const other = {
    ...event,
    metadata: { name: 'f' },
    regarding: { kind: 'Pod', name: 'a', namespace: 'other' },
  };
  assertStatus(await api.call('POST', path, other), 422, 'Invalid', /does not match event.namespace/);
  const short = { ...event, metadata: { name: 'g' }, eventTime: '2026-11-24T12:00:00.123Z' };
  assertStatus(await api.call('POST', path, short), 400, 'BadRequest');
  const { action: _action, ...incomplete } = event;
  assertStatus(
    await api.call('POST', path, { ...incomplete, metadata: { name: 'h' } }),
    422,
    'Invalid',
    /action: Required/,
  );
});
