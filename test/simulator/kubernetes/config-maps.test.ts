/** Tests of ConfigMaps: their limits, their merge patches, and their metadata alone. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { at, listAt } from '../../../simulator/kubernetes/object.ts';
import { assertStatus, startApi, version, watch } from './support.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const MERGE = { 'content-type': 'application/merge-patch+json' };
const PARTIAL = { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' };
const MEBIBYTE = 1024 * 1024;

test('a MiB of values is the limit, counted in bytes before base64', async (t) => {
  const api = await startApi(t);
  const full = Buffer.alloc(MEBIBYTE, 1).toString('base64');
  const created = await api.call('POST', MAPS, { metadata: { name: 'm' }, binaryData: { ledger: full } });
  assert.equal(created.code, 201, created.text.slice(0, 300));
  const more = await api.call('PATCH', `${MAPS}/m`, { data: { one: 'x' } }, MERGE);
  assertStatus(
    more,
    422,
    'Invalid',
    'ConfigMap "m" is invalid: []: Too long: may not be more than 1048576 bytes',
  );
  assert.deepEqual(listAt(more.body, 'details', 'causes'), [
    { reason: 'FieldValueTooLong', message: 'Too long: may not be more than 1048576 bytes', field: '[]' },
  ]);
  const huge = await api.call('POST', MAPS, {
    metadata: { name: 'h' },
    data: { x: 'x'.repeat(3 * MEBIBYTE) },
  });
  assertStatus(huge, 413, 'RequestEntityTooLarge', 'Request entity too large: limit is 3145728');
});

test('keys, texts and bytes are checked', async (t) => {
  const api = await startApi(t);
  const rows: readonly [unknown, number, RegExp][] = [
    [{ data: { 'a b': 'x' } }, 422, /a valid config key must consist of/],
    [{ data: { a: 'x' }, binaryData: { a: 'eA==' } }, 422, /duplicate of key present in binaryData/],
    [
      { data: { a: 1 } },
      400,
      /json: cannot unmarshal number into Go struct field ConfigMap\.data of type string/,
    ],
    [{ binaryData: { a: 'x!y' } }, 400, /illegal base64 data at input byte 1/],
    [
      { metadata: { name: 'm', annotations: { a: true } } },
      400,
      /cannot unmarshal bool into .*annotations of type string/,
    ],
    [
      { metadata: { name: 'm', annotations: { a: 'x'.repeat(262_144) } } },
      422,
      /annotations: Too long: may not be more than 262144/,
    ],
  ];
  for (const [body, code, message] of rows) {
    const given = { metadata: { name: 'm' }, ...Object(body) };
    assertStatus(await api.call('POST', MAPS, given), code, code === 422 ? 'Invalid' : 'BadRequest', message);
  }
});

function patch(resourceVersion?: string): unknown {
  return { metadata: { resourceVersion, annotations: { x: resourceVersion ?? 'none' } } };
}

test('a merge patch with an old resourceVersion is a conflict; without one it applies', async (t) => {
  const api = await startApi(t);
  const { body } = await api.call('POST', MAPS, { metadata: { name: 'm' }, data: { a: '1' } });
  assert.equal((await api.call('PATCH', `${MAPS}/m`, patch(version(body)), MERGE)).code, 200);
  assertStatus(await api.call('PATCH', `${MAPS}/m`, patch(version(body)), MERGE), 409, 'Conflict');
  const last = await api.call('PATCH', `${MAPS}/m`, patch(), MERGE);
  assert.equal(at(last.body, 'metadata', 'annotations', 'x'), 'none');
  assert.deepEqual(at(last.body, 'data'), { a: '1' });
});

test('metadata alone, of an object, a list and a watch; 406 without its group', async (t) => {
  const api = await startApi(t);
  const created = await api.call('POST', MAPS, {
    metadata: { name: 'm', annotations: { a: 'b' } },
    data: { big: 'x' },
  });
  const metadata = at(created.body, 'metadata');
  const partial = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
  assert.deepEqual((await api.call('GET', `${MAPS}/m`, undefined, PARTIAL)).body, partial);
  const list = await api.call('GET', MAPS, undefined, {
    accept: PARTIAL.accept.replace('Metadata;', 'MetadataList;'),
  });
  assert.equal(at(list.body, 'kind'), 'PartialObjectMetadataList');
  assert.deepEqual(listAt(list.body, 'items'), [partial]);
  const patched = await api.call('PATCH', `${MAPS}/m`, { data: { big: 'y' } }, { ...PARTIAL, ...MERGE });
  assert.equal(at(patched.body, 'kind'), 'PartialObjectMetadata');
  const reader = await watch(t, api, `${MAPS}?watch=true`, PARTIAL);
  const [line] = await reader.take(1);
  assert.equal(line?.object['kind'], 'PartialObjectMetadata');
  assert.equal(line?.object['data'], undefined);
  const wrong = { accept: 'application/json;as=PartialObjectMetadata' };
  assertStatus(await api.call('GET', `${MAPS}/m`, undefined, wrong), 406, 'NotAcceptable');
});
