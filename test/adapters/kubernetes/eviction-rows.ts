/** Every answer to an eviction that is known of API servers, and what it means. */

import { status } from './support.ts';

const budgetCause = (message: string): object => ({ causes: [{ reason: 'DisruptionBudget', message }] });
const CONFLICT = 'Operation cannot be fulfilled on pods "etl-0":';
const VIOLATES = "Cannot evict pod as it would violate the pod's disruption budget.";

export type EvictionRow = {
  readonly name: string;
  readonly code: number;
  readonly body: unknown;
  readonly headers?: Record<string, string>;
  readonly expected: string;
  readonly detail?: RegExp;
  readonly by?: readonly string[];
  readonly retryAfter?: number;
};

export const ROWS: readonly EvictionRow[] = [
  { name: '200', code: 200, body: { kind: 'Eviction', metadata: {} }, expected: 'evicted' },
  { name: '201 without a body', code: 201, body: '', expected: 'evicted' },
  { name: '200 of a login page', code: 200, body: '<html>sign in</html>', expected: 'unreachable' },
  { name: '204 of a stranger', code: 204, body: '', expected: 'unreachable' },
  {
    name: '200 that says Failure',
    code: 200,
    body: status(500, 'InternalError', 'no'),
    expected: 'unreachable',
  },
  {
    name: '404 for the pod',
    code: 404,
    body: status(404, 'NotFound', 'pods "etl-0" not found', { name: 'etl-0', kind: 'pods' }),
    expected: 'already-gone',
  },
  {
    name: '404 for the pod, without details',
    code: 404,
    body: status(404, 'NotFound', 'pods "etl-0" not found'),
    expected: 'already-gone',
  },
  {
    name: '404 for the namespace',
    code: 404,
    body: status(404, 'NotFound', 'namespaces "team-a" not found', { name: 'team-a', kind: 'namespaces' }),
    expected: 'unreachable',
    detail: /namespaces "team-a" not found/,
  },
  {
    name: '404 for the eviction subresource',
    code: 404,
    body: status(404, 'NotFound', 'the server could not find the requested resource', {}),
    expected: 'unreachable',
    detail: /could not find the requested resource/,
  },
  { name: '404 of a proxy', code: 404, body: '404 page not found\n', expected: 'unreachable' },
  {
    name: '409 for the uid',
    code: 409,
    body: status(
      409,
      'Conflict',
      `${CONFLICT} the UID in the precondition (uid-etl-0) does not match the UID in record (other). The object might have been deleted and then recreated`,
      { name: 'etl-0', kind: 'pods' },
    ),
    expected: 'replaced',
  },
  {
    name: '409 for the uid, in the words of the storage',
    code: 409,
    body: status(
      409,
      'Conflict',
      `${CONFLICT} StorageError: invalid object, Code: 4, AdditionalErrorMsg: Precondition failed: UID in precondition: uid-etl-0, UID in object meta: other`,
    ),
    expected: 'replaced',
  },
  {
    name: '409 for two writers',
    code: 409,
    body: status(
      409,
      'Conflict',
      `${CONFLICT} the object has been modified; please apply your changes to the latest version and try again`,
    ),
    expected: 'unreachable',
    detail: /has been modified/,
  },
  {
    name: '429 for a budget, without Retry-After',
    code: 429,
    body: status(
      429,
      'TooManyRequests',
      VIOLATES,
      budgetCause('The disruption budget web-pdb.v1 needs 2 healthy pods and has 2 currently'),
    ),
    expected: 'blocked',
    by: ['web-pdb.v1'],
    detail: /needs 2 healthy pods/,
  },
  {
    name: '429 for a budget that is not observed yet, with Retry-After',
    code: 429,
    body: status(429, 'TooManyRequests', VIOLATES, {
      ...budgetCause('The disruption budget web is still being processed by the server.'),
      retryAfterSeconds: 10,
    }),
    headers: { 'retry-after': '10' },
    expected: 'blocked',
    by: ['web'],
    retryAfter: 10_000,
  },
  {
    name: '429 for a budget without any details',
    code: 429,
    body: status(429, 'TooManyRequests', VIOLATES),
    expected: 'blocked',
    by: [],
  },
  {
    name: '429 for a budget, details in another form',
    code: 429,
    body: status(429, 'TooManyRequests', VIOLATES, { causes: [null, 7, { reason: 'DisruptionBudget' }] }),
    expected: 'blocked',
    by: [],
  },
  {
    name: '429 of priority and fairness',
    code: 429,
    body: 'Too many requests, please try again later.',
    headers: { 'retry-after': '1' },
    expected: 'unreachable',
    detail: /Too many requests, please try again later/,
  },
  {
    name: '429 of a busy storage',
    code: 429,
    body: status(429, 'TooManyRequests', 'storage is (re)initializing', { retryAfterSeconds: 1 }),
    expected: 'unreachable',
    detail: /initializing/,
  },
  {
    name: '500 for two budgets',
    code: 500,
    body: status(
      500,
      'InternalError',
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
    ),
    expected: 'blocked',
    by: [],
    detail: /more than one PodDisruptionBudget/,
  },
  {
    name: '500 of another kind',
    code: 500,
    body: status(500, 'InternalError', 'Internal error occurred: etcd'),
    expected: 'unreachable',
    detail: /etcd/,
  },
  {
    name: '403 of RBAC',
    code: 403,
    body: status(
      403,
      'Forbidden',
      'pods "etl-0" is forbidden: User "x" cannot create resource "pods/eviction" in API group "" in the namespace "team-a"',
    ),
    expected: 'forbidden',
    detail: /cannot create.*grant the verb "create" on "pods\/eviction" .*"team-a"/,
  },
  { name: '403 of a proxy', code: 403, body: 'no', expected: 'forbidden', detail: /grant the verb "create"/ },
  {
    name: '403 of a webhook',
    code: 403,
    body: status(403, 'Forbidden', 'admission webhook "guard.acme.com" denied the request: not on Fridays'),
    expected: 'blocked',
    by: ['guard.acme.com'],
    detail: /not on Fridays/,
  },
  {
    name: '403 of a namespace that is being deleted',
    code: 403,
    body: status(
      403,
      'Forbidden',
      'pods "etl-0" is forbidden: unable to create new content in namespace team-a',
      {
        causes: [{ reason: 'NamespaceTerminating', message: 'namespace team-a is being terminated' }],
      },
    ),
    expected: 'blocked',
    detail: /being terminated/,
  },
  {
    name: '400 of a webhook',
    code: 400,
    body: status(400, 'BadRequest', 'admission webhook "guard.acme.com" denied the request'),
    expected: 'blocked',
    by: ['guard.acme.com'],
  },
  {
    name: '429 of a webhook',
    code: 429,
    body: status(
      429,
      'TooManyRequests',
      'admission webhook "evictions.kubevirt.test" denied the request: Eviction triggered evacuation',
    ),
    expected: 'blocked',
    by: ['evictions.kubevirt.test'],
  },
  {
    name: '500 of a webhook that can not be called',
    code: 500,
    body: status(500, 'InternalError', 'Internal error occurred: failed calling webhook "guard.acme.com"'),
    expected: 'unreachable',
  },
  {
    name: '422 of a policy',
    code: 422,
    body: status(422, 'Invalid', "ValidatingAdmissionPolicy 'keep' denied request"),
    expected: 'blocked',
    detail: /ValidatingAdmissionPolicy 'keep'/,
  },
  {
    name: '503',
    code: 503,
    body: status(503, 'ServiceUnavailable', 'the server is currently unable to handle the request'),
    headers: { 'retry-after': '5' },
    expected: 'unreachable',
  },
  { name: '408', code: 408, body: status(408, 'Timeout', 'too slow'), expected: 'unreachable' },
  {
    name: '401',
    code: 401,
    body: status(401, 'Unauthorized', 'Unauthorized'),
    expected: 'forbidden',
    detail: /does not accept our credentials/,
  },
  { name: '502', code: 502, body: 'bad gateway', expected: 'unreachable', detail: /502.*bad gateway/ },
  {
    name: '504',
    code: 504,
    body: status(504, 'Timeout', 'request did not complete'),
    expected: 'unreachable',
  },
  { name: '302', code: 302, body: '', headers: { location: '/login' }, expected: 'unreachable' },
];
