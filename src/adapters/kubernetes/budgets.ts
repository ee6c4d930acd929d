/** Which PodDisruptionBudgets select a pod, for an answer of the API that does not name them. */

import type { Holder } from '../../domain/holder.ts';
import { seconds } from '../../domain/time.ts';
import type { KubernetesClient } from './client.ts';
import { field, isObject, list, text } from './json.ts';

const LIMITS = { timeout: seconds(3), tries: 1 } as const;

/**
 * In order; empty where they can't be read. Only for a person to see: nothing depends on it. A permission that is
 * missing for it is no reason to complain.
 */
export async function budgetsOf(
  client: KubernetesClient,
  { namespace, name }: Holder,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const inNamespace = encodeURIComponent(namespace);
  const [pods, budgets] = await Promise.all([
    client.request(
      {
        verb: 'list',
        resource: 'pods',
        method: 'GET',
        path: `/api/v1/namespaces/${inNamespace}/pods`,
        query: { fieldSelector: `metadata.name=${name}` },
        ...LIMITS,
      },
      signal,
    ),
    client.request(
      {
        verb: 'list',
        resource: 'poddisruptionbudgets',
        method: 'GET',
        path: `/apis/policy/v1/namespaces/${inNamespace}/poddisruptionbudgets`,
        ...LIMITS,
      },
      signal,
    ),
  ]);
  if (pods.kind !== 'ok' || budgets.kind !== 'ok') return [];
  const pod = list(field(pods.body, 'items')).find((one) => nameOf(one) === name);
  if (pod === undefined) return [];
  const labels = field(field(pod, 'metadata'), 'labels');
  const names = list(field(budgets.body, 'items')).flatMap((budget) => {
    const selects = isSelected(field(field(budget, 'spec'), 'selector'), labels);
    return selects ? (nameOf(budget) ?? []) : [];
  });
  return names.sort();
}

function nameOf(object: unknown): string | undefined {
  return text(field(field(object, 'metadata'), 'name'));
}

/** As policy/v1 does: an empty selector selects every pod of the namespace, a missing one none. */
function isSelected(selector: unknown, labels: unknown): boolean {
  if (!isObject(selector)) return false;
  const wanted = field(selector, 'matchLabels');
  const isEqual = Object.entries(isObject(wanted) ? wanted : {}).every(
    ([key, value]) => field(labels, key) === value,
  );
  return isEqual && list(field(selector, 'matchExpressions')).every((one) => isMet(one, labels));
}

function isMet(expression: unknown, labels: unknown): boolean {
  const value = field(labels, text(field(expression, 'key')) ?? '');
  const values = list(field(expression, 'values'));
  switch (field(expression, 'operator')) {
    case 'In':
      return values.includes(value);
    case 'NotIn':
      return !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
