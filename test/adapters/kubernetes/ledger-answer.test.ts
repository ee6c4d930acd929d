/** What each answer to a load and to a save of the ledger means. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NoAnswer } from '../../../src/adapters/kubernetes/client.ts';
import { isAbsent, unreadBecause, unsavedBecause } from '../../../src/adapters/kubernetes/ledger-answer.ts';
import { readConfigMap } from '../../../src/adapters/kubernetes/ledger-config-map.ts';
import type { Refusal } from '../../../src/adapters/kubernetes/refusal.ts';
import { readRefusal } from '../../../src/adapters/kubernetes/refusal.ts';
import type { UnknownReason } from '../../../src/domain/reading.ts';
import type { SaveOutcome } from '../../../src/ports/ledger-store.ts';
import { at } from '../../support/builders.ts';
import { status } from './support.ts';

const PLACE = { namespace: 'revoker', name: 'ledger' };

function refusal(code: number, reason: string, message: string, details?: object): Refusal {
  return readRefusal(code, JSON.stringify(status(code, reason, message, details)), undefined, at(0));
}

/** An answer of a proxy, or of whoever else stands in between. */
function stranger(code: number, text = '<html>nginx</html>'): Refusal {
  return readRefusal(code, text, undefined, at(0));
}

function silence(why: NoAnswer['why']): NoAnswer {
  return { kind: 'no-answer', why, detail: 'so it was' };
}

const OURS = { name: 'ledger', kind: 'configmaps' };

const ABSENCES: readonly (readonly [string, Refusal | NoAnswer, boolean])[] = [
  ['ours', refusal(404, 'NotFound', 'configmaps "ledger" not found', OURS), true],
  ['ours in words only', refusal(404, 'NotFound', 'configmaps "ledger" not found'), true],
  ['of another name', refusal(404, 'NotFound', 'not found', { name: 'ledger2', kind: 'configmaps' }), false],
  ['of another name in words only', refusal(404, 'NotFound', 'configmaps "ledger2" not found'), false],
  ['of a namespace', refusal(404, 'NotFound', 'gone', { name: 'ledger', kind: 'namespaces' }), false],
  ['of a path', refusal(404, 'NotFound', 'the server could not find the requested resource'), false],
  ['of a proxy', stranger(404), false],
  ['of a proxy in the same words', stranger(404, 'configmaps "ledger" not found'), false],
  ['another status', refusal(403, 'Forbidden', 'no', OURS), false],
  ['no answer', silence('network'), false],
];

for (const [what, reply, expected] of ABSENCES) {
  test(`absence: ${what}: ${expected}`, () => {
    assert.equal(isAbsent(reply, PLACE), expected);
  });
}

const RBAC = 'configmaps "ledger" is forbidden: User "u" cannot get resource "configmaps" in API group ""';

const UNREAD: readonly (readonly [string, Refusal | NoAnswer, UnknownReason, RegExp])[] = [
  [
    'denied',
    refusal(403, 'Forbidden', RBAC),
    'denied',
    /grant the verb "get" on "configmaps" in a Role of namespace "revoker"/,
  ],
  ['without credentials', refusal(401, 'Unauthorized', 'Unauthorized'), 'denied', /credentials/],
  ['of a stranger', stranger(404), 'failed', /nginx/],
  ['throttled', refusal(429, 'TooManyRequests', 'slow down'), 'throttled', /slow down/],
  ['broken', refusal(500, 'InternalError', 'etcd'), 'failed', /etcd/],
  ['timed out', silence('timed-out'), 'unreachable', /timed-out: so it was/],
  ['cut', silence('network'), 'unreachable', /network: so it was/],
  ['no token', silence('credentials'), 'denied', /so it was/],
  ['garbled', silence('malformed'), 'malformed', /so it was/],
  ['endless', silence('too-large'), 'malformed', /so it was/],
];

for (const [what, reply, why, detail] of UNREAD) {
  test(`a load, ${what}: ${why}`, () => {
    const reading = unreadBecause(reply, PLACE, at(0));
    assert.equal(reading.why, why);
    assert.match(reading.detail, detail);
    assert.equal(reading.at, at(0));
  });
}

type SaveRow = readonly [
  string,
  'create' | 'update',
  Refusal | NoAnswer,
  SaveOutcome['kind'],
  RegExp | undefined,
];

const HOOK = 'admission webhook "policy.example.com" denied the request: no';

const UNSAVED: readonly SaveRow[] = [
  ['created by another', 'create', refusal(409, 'AlreadyExists', 'exists', OURS), 'conflict', undefined],
  ['changed by another', 'update', refusal(409, 'Conflict', 'modified', OURS), 'conflict', undefined],
  ['409 of a stranger', 'update', stranger(409), 'unreachable', /nginx/],
  [
    'deleted meanwhile',
    'update',
    refusal(404, 'NotFound', 'configmaps "ledger" not found', OURS),
    'conflict',
    undefined,
  ],
  [
    'no namespace',
    'create',
    refusal(404, 'NotFound', 'namespaces "revoker" not found', { name: 'revoker', kind: 'namespaces' }),
    'refused',
    /namespaces "revoker"/,
  ],
  ['404 of a stranger', 'update', stranger(404), 'unreachable', /nginx/],
  [
    'may not create',
    'create',
    refusal(403, 'Forbidden', RBAC.replace('get', 'create')),
    'refused',
    /grant the verb "create" on "configmaps" in a Role of namespace "revoker"/,
  ],
  [
    'may not update',
    'update',
    refusal(403, 'Forbidden', RBAC.replace('get', 'update')),
    'refused',
    /grant the verb "update"/,
  ],
  [
    'a quota',
    'create',
    refusal(403, 'Forbidden', 'configmaps "ledger" is forbidden: exceeded quota: q'),
    'refused',
    /^create configmaps: [^;]*exceeded quota: q$/,
  ],
  ['no credentials', 'update', refusal(401, 'Unauthorized', 'Unauthorized'), 'refused', /credentials/],
  [
    'too large for the API',
    'update',
    refusal(413, 'RequestEntityTooLarge', 'too large'),
    'refused',
    /too large/,
  ],
  ['too large for a proxy', 'update', stranger(413), 'refused', /nginx/],
  ['invalid', 'update', refusal(422, 'Invalid', 'Too long: may not be more than'), 'refused', /Too long/],
  ['bad', 'create', refusal(400, 'BadRequest', 'bad'), 'refused', /create configmaps: bad/],
  ['denied by a webhook with 500', 'update', refusal(500, '', HOOK), 'refused', /policy\.example\.com/],
  ['denied by a webhook with 429', 'update', refusal(429, '', HOOK), 'refused', /policy\.example\.com/],
  [
    'a webhook that does not answer',
    'update',
    refusal(500, 'InternalError', 'failed calling webhook "policy.example.com"'),
    'unreachable',
    /failed calling/,
  ],
  [
    'too large for etcd',
    'update',
    refusal(500, 'InternalError', 'etcdserver: request is too large'),
    'refused',
    /etcd/,
  ],
  ['throttled', 'update', refusal(429, 'TooManyRequests', 'slow down'), 'unreachable', /slow down/],
  ['timed out inside', 'update', refusal(504, 'Timeout', 'timeout'), 'unreachable', /timeout/],
  ['timed out before', 'update', stranger(408), 'unreachable', /nginx/],
  ['redirected', 'update', stranger(302), 'unreachable', /nginx/],
  ['no answer', 'update', silence('timed-out'), 'unreachable', /timed-out: so it was/],
  ['garbled', 'create', silence('malformed'), 'unreachable', /so it was/],
];

for (const [what, verb, reply, kind, detail] of UNSAVED) {
  test(`a save, ${what} (${verb}): ${kind}`, () => {
    const outcome = unsavedBecause(reply, verb, PLACE);
    assert.equal(outcome.kind, kind, JSON.stringify(outcome));
    if (detail !== undefined) assert.match('detail' in outcome ? outcome.detail : '', detail);
  });
}

test('what is not the ConfigMap that was asked for is not read as one', () => {
  const metadata = { name: 'ledger', namespace: 'revoker', resourceVersion: '1' };
  const ours = { kind: 'ConfigMap', metadata };
  assert.deepEqual(readConfigMap(ours, PLACE), ours);
  for (const body of [
    undefined,
    null,
    'hello',
    [],
    {},
    { ...ours, kind: 'Secret' },
    { ...ours, metadata: { ...metadata, name: 'other' } },
    { ...ours, metadata: { ...metadata, namespace: 'other' } },
    { ...ours, metadata: { ...metadata, resourceVersion: '' } },
    { ...ours, metadata: [] },
  ]) {
    assert.equal(readConfigMap(body, PLACE), undefined, JSON.stringify(body));
  }
});
