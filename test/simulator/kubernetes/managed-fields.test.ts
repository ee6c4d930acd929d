/** Tests of metadata.managedFields: who wrote which field, and when. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listAt } from '../../../simulator/kubernetes/object.ts';
import { type Api, startApi } from './support.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const AT = '2026-11-24T12:00:00Z';
const LATER = '2026-11-24T12:01:00Z';

async function create(api: Api, annotations?: Readonly<Record<string, string>>): Promise<void> {
  const body = { metadata: { name: 'ledger', annotations }, data: { format: '1' } };
  const reply = await api.call('POST', MAPS, body, { 'user-agent': 'pod-identity-revoker/1.0 (linux)' });
  assert.equal(reply.code, 201, reply.text);
}

async function annotate(api: Api, annotations: unknown, who: string): Promise<void> {
  const patch = { metadata: { annotations } };
  const headers = { ...MERGE, 'user-agent': 'kubectl/v1.35.0 (linux/amd64) kubernetes/abc' };
  const reply = await api.call('PATCH', `${MAPS}/ledger?fieldManager=${who}`, patch, headers);
  assert.equal(reply.code, 200, reply.text);
}

async function fields(api: Api): Promise<readonly unknown[]> {
  return listAt((await api.get(`${MAPS}/ledger`)).body, 'metadata', 'managedFields');
}

function entry(manager: string, time: string, fieldsV1: unknown): unknown {
  return { manager, operation: 'Update', apiVersion: 'v1', time, fieldsType: 'FieldsV1', fieldsV1 };
}

test('the creator has all fields, by the first word of its User-Agent', async (t) => {
  const api = await startApi(t);
  await create(api, { paused: 'no' });
  assert.deepEqual(await fields(api), [
    entry('pod-identity-revoker', AT, {
      'f:metadata': { 'f:annotations': { '.': {}, 'f:paused': {} } },
      'f:data': { '.': {}, 'f:format': {} },
    }),
  ]);
});

test('who changes an annotation has it from then on, with the time; the others lose it', async (t) => {
  const api = await startApi(t);
  await create(api, { paused: 'no', 'example.com/kept': 'x' });
  api.clock.advance(60_000);
  await annotate(api, { paused: 'yes', added: '1' }, 'kubectl-annotate');
  assert.deepEqual(await fields(api), [
    entry('pod-identity-revoker', AT, {
      'f:metadata': { 'f:annotations': { '.': {}, 'f:example.com/kept': {} } },
      'f:data': { '.': {}, 'f:format': {} },
    }),
    entry('kubectl-annotate', LATER, {
      'f:metadata': { 'f:annotations': { 'f:paused': {}, 'f:added': {} } },
    }),
  ]);
});

test('the same value again takes nothing and moves no time; nor does a dry run', async (t) => {
  const api = await startApi(t);
  await create(api);
  await annotate(api, { paused: 'yes' }, 'alice');
  const before = await api.get(`${MAPS}/ledger`);
  api.clock.advance(60_000);
  await annotate(api, { paused: 'yes' }, 'bob');
  await annotate(api, { paused: 'yes' }, 'alice');
  await annotate(api, { paused: 'no' }, 'bob&dryRun=All');
  assert.deepEqual((await api.get(`${MAPS}/ledger`)).body, before.body);
});

test('what is removed is nobody’s any more, and an entry without fields goes', async (t) => {
  const api = await startApi(t);
  await create(api);
  await annotate(api, { paused: 'yes' }, 'alice');
  await annotate(api, { paused: null }, 'bob');
  assert.deepEqual(await fields(api), [
    entry('pod-identity-revoker', AT, { 'f:data': { '.': {}, 'f:format': {} } }),
  ]);
});

test('a second write of the same manager adds to its entry', async (t) => {
  const api = await startApi(t);
  await create(api);
  await annotate(api, { one: '1' }, 'alice');
  api.clock.advance(60_000);
  await annotate(api, { two: '2' }, 'alice');
  assert.deepEqual(
    (await fields(api)).at(-1),
    entry('alice', LATER, {
      'f:metadata': { 'f:annotations': { '.': {}, 'f:one': {}, 'f:two': {} } },
    }),
  );
});

test('finalizers are fields of their own, and a status is written under its subresource', async (t) => {
  const api = await startApi(t);
  const spec = { containers: [{ name: 'c', image: 'i' }] };
  const pods = '/api/v1/namespaces/default/pods';
  await api.call('POST', pods, { metadata: { name: 'a' }, spec });
  await api.call(
    'PATCH',
    `${pods}/a?fieldManager=keeper`,
    { metadata: { finalizers: ['x.io/hold'] } },
    MERGE,
  );
  await api.call('PATCH', `${pods}/a/status?fieldManager=keeper`, { status: { reason: 'Because' } }, MERGE);
  const { body } = await api.get(`${pods}/a`);
  const kept = listAt(body, 'metadata', 'managedFields').filter((one) =>
    JSON.stringify(one).includes('keeper'),
  );
  assert.deepEqual(kept, [
    entry('keeper', AT, { 'f:metadata': { 'f:finalizers': { 'v:"x.io/hold"': {} } } }),
    { ...Object(entry('keeper', AT, { 'f:status': { 'f:reason': {} } })), subresource: 'status' },
  ]);
});
