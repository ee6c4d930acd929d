/** More answers to an eviction that come from admission, and one of RBAC that only looks like it. */

import type { EvictionRow } from './eviction-rows.ts';
import { status } from './support.ts';

export const ADMISSION_ROWS: readonly EvictionRow[] = [
  {
    name: '422 of a webhook',
    code: 422,
    body: status(422, 'Invalid', 'admission webhook "guard.acme.com" denied the request: keep'),
    expected: 'blocked',
    by: ['guard.acme.com'],
  },
  {
    name: '500 of a webhook that denies so',
    code: 500,
    body: status(500, 'InternalError', 'admission webhook "guard.acme.com" denied the request: keep'),
    expected: 'blocked',
    by: ['guard.acme.com'],
  },
  {
    name: '403 of a policy',
    code: 403,
    body: status(
      403,
      'Forbidden',
      "pods \"etl-0\" is forbidden: ValidatingAdmissionPolicy 'keep' with binding 'keep' denied request: no",
    ),
    expected: 'blocked',
    detail: /ValidatingAdmissionPolicy 'keep'/,
  },
  {
    name: '403 of RBAC about a user whose name speaks of admission',
    code: 403,
    body: status(
      403,
      'Forbidden',
      'pods "etl-0" is forbidden: User "admission-tester" cannot create resource "pods/eviction" in API group ""',
    ),
    expected: 'forbidden',
    detail: /grant the verb "create"/,
  },
  {
    name: '429 of an eviction that goes on in the background',
    code: 429,
    body: status(429, 'TooManyRequests', 'Eviction triggered evacuation of VMI "team-a/etl"'),
    expected: 'blocked',
    by: [],
    detail: /evacuation of VMI/,
  },
  {
    name: '500 of a webhook that does not answer in time',
    code: 500,
    body: status(
      500,
      'InternalError',
      'Internal error occurred: failed calling webhook "guard.acme.com": failed to call webhook: context deadline exceeded',
    ),
    expected: 'unreachable',
    detail: /guard\.acme\.com/,
  },
  {
    name: '403 of a budget that remembers too many evictions',
    code: 403,
    body: status(
      403,
      'Forbidden',
      'poddisruptionbudget.policy "web" is forbidden: DisruptedPods map too big - too many evictions not confirmed by PDB controller',
      { name: 'web', group: 'policy', kind: 'poddisruptionbudget' },
    ),
    expected: 'blocked',
    by: ['web'],
    detail: /map too big/,
  },
  {
    name: '403 of RBAC about budgets',
    code: 403,
    body: status(
      403,
      'Forbidden',
      'poddisruptionbudgets.policy "web" is forbidden: User "x" cannot update resource "poddisruptionbudgets"',
    ),
    expected: 'forbidden',
  },
];
