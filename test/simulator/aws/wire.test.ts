/** The bytes on the wire, which the SDK would hide: members that must not be there, forms of times and errors. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SimulatedEks } from '../../../simulator/aws/eks.ts';
import { throttle } from '../../../simulator/aws/fault-kinds.ts';
import { ROLE, START, world } from './support.ts';

const INPUT = { namespace: 'team-a', serviceAccount: 'reader', roleArn: ROLE };
const BASE = '/clusters/demo/pod-identity-associations';

test('a List on the wire has summaries and nothing else', async (t) => {
  const { eks } = await world(t);
  const { associationId, associationArn } = eks.associations.create({ ...INPUT, tags: { team: 'a' } });
  const { status, body } = await get(eks, BASE);
  assert.equal(status, 200);
  assert.deepEqual(body, {
    associations: [
      { clusterName: 'demo', namespace: 'team-a', serviceAccount: 'reader', associationArn, associationId },
    ],
  });
});

test('a described association has times in seconds with a fraction, and only the members that are set', async (t) => {
  const { eks } = await world(t);
  const { associationId, associationArn } = eks.associations.create(INPUT);
  const { body, headers } = await get(eks, `${BASE}/${associationId}`);
  assert.deepEqual(body, {
    association: {
      clusterName: 'demo',
      ...INPUT,
      associationArn,
      associationId,
      tags: {},
      createdAt: START / 1000,
      modifiedAt: START / 1000,
      disableSessionTags: false,
    },
  });
  assert.equal(headers.get('content-type'), 'application/json');
  assert.equal(headers.get('x-amzn-requestid'), eks.requests[0]?.requestId);
});

test('an error has its code in a header and its message in the body', async (t) => {
  const { eks } = await world(t);
  const missing = await get(eks, '/clusters/nowhere/pod-identity-associations');
  assert.equal(missing.status, 404);
  assert.equal(missing.headers.get('x-amzn-errortype'), 'ResourceNotFoundException');
  assert.deepEqual(missing.body, { message: 'No cluster found for name: nowhere.' });
  eks.faults.add({}, { ...throttle(), headers: { 'retry-after': '2' } }, 1);
  const throttled = await get(eks, BASE);
  assert.equal(throttled.status, 429);
  assert.equal(throttled.headers.get('retry-after'), '2');
});

test('names with characters that a path encodes are understood', async (t) => {
  const { eks } = await world(t);
  const { status } = await get(
    eks,
    `/clusters/${encodeURIComponent('demo')}/pod-identity-associations/a%2D1`,
  );
  assert.equal(status, 400);
  assert.equal(eks.requests[0]?.params['associationId'], 'a-1');
  assert.equal((await get(eks, `${BASE}/%E0%A4%A`)).status, 400);
  assert.equal((await get(eks, '//[')).status, 400);
});

async function get(eks: SimulatedEks, path: string) {
  const scope = `AKIATEST/20261123/${eks.region}/eks/aws4_request`;
  const signature = '0'.repeat(64);
  const authorization = `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=${signature}`;
  const answer = await fetch(`${eks.url}${path}`, { headers: { authorization } });
  const body: unknown = await answer.json();
  return { status: answer.status, headers: answer.headers, body };
}
