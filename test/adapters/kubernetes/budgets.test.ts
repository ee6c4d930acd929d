/** Which budgets are named where the API only says that there is more than one. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { kubernetesEvictor } from '../../../src/adapters/kubernetes/evictor.ts';
import type { Outcome } from '../../../src/domain/outcome.ts';
import type { Asked, Script } from '../../support/scripted-api-server.ts';
import { sendJson } from '../../support/scripted-api-server.ts';
import { never, orderOf, podList, rawPod, status, worldOn } from './support.ts';

const MANY = status(
  500,
  'InternalError',
  'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
);

const POD = rawPod({ metadata: { name: 'etl-0', labels: { app: 'etl', tier: 'batch' } } });

const budget = (name: string, selector?: unknown): object => ({ metadata: { name }, spec: { selector } });

const expression = (key: string, operator: string, values?: readonly string[]): object => ({
  matchExpressions: [{ key, operator, values }],
});

async function blockedBy(
  t: TestContext,
  answers: { readonly pods?: Script; readonly budgets: Script },
): Promise<{ readonly outcome: Outcome; readonly asked: readonly Asked[] }> {
  const pods: Script = answers.pods ?? ((_, response) => sendJson(response, 200, podList([POD], '1')));
  const { server, client } = await worldOn(t, (asked, response) => {
    if (asked.method === 'POST') return sendJson(response, 500, MANY);
    return asked.path.startsWith('/apis/policy') ? answers.budgets(asked, response) : pods(asked, response);
  });
  return { outcome: await kubernetesEvictor(client, 'test').evict(orderOf(), never), asked: server.asked };
}

const named = (outcome: Outcome): readonly string[] | string =>
  outcome.kind === 'blocked' ? outcome.by : outcome.kind;

test('those whose selectors match the labels of the pod, in order', async (t) => {
  const items = [
    budget('z-labels', { matchLabels: { app: 'etl' } }),
    budget('all', {}),
    budget('in', expression('tier', 'In', ['batch', 'web'])),
    budget('not-in', expression('tier', 'NotIn', ['web'])),
    budget('exists', expression('app', 'Exists')),
    budget('absent', expression('zone', 'DoesNotExist')),
    budget('both', { matchLabels: { app: 'etl' }, ...expression('zone', 'NotIn', ['a']) }),
    budget('other-label', { matchLabels: { app: 'etl', tier: 'web' } }),
    budget('other-in', expression('tier', 'In', ['web'])),
    budget('other-not-in', expression('tier', 'NotIn', ['batch'])),
    budget('other-exists', expression('zone', 'Exists')),
    budget('other-absent', expression('app', 'DoesNotExist')),
    budget('without-selector'),
    budget('misspelt', expression('app', 'Has')),
    {},
    null,
  ];
  const { outcome, asked } = await blockedBy(t, {
    budgets: (_, response) => sendJson(response, 200, { items }),
  });
  assert.deepEqual(named(outcome), ['absent', 'all', 'both', 'exists', 'in', 'not-in', 'z-labels']);
  const reads = asked.filter(({ method }) => method === 'GET').map(({ path, query }) => [path, query]);
  assert.deepEqual(
    new Map(reads as [string, object][]),
    new Map<string, object>([
      ['/api/v1/namespaces/team-a/pods', { fieldSelector: 'metadata.name=etl-0' }],
      ['/apis/policy/v1/namespaces/team-a/poddisruptionbudgets', {}],
    ]),
  );
});

const UNREADABLE: readonly (readonly [string, Script])[] = [
  ['denied', (_, response) => sendJson(response, 403, status(403, 'Forbidden', 'no'))],
  ['cut', (_, response) => void response.destroy()],
  ['nonsense', (_, response) => sendJson(response, 200, [])],
  ['busy', (_, response) => sendJson(response, 503, {})],
];

for (const [what, script] of UNREADABLE) {
  test(`it is blocked all the same where the budgets are ${what}, and asked once`, async (t) => {
    const { outcome, asked } = await blockedBy(t, { budgets: script });
    assert.deepEqual(named(outcome), []);
    assert.equal(asked.length, 3);
  });
}

test('it is blocked all the same where the pod is gone meanwhile', async (t) => {
  const { outcome } = await blockedBy(t, {
    pods: (_, response) => sendJson(response, 200, podList([], '1')),
    budgets: (_, response) => sendJson(response, 200, { items: [budget('all', {})] }),
  });
  assert.deepEqual(named(outcome), []);
});
