/** The eviction subresource: disruption budgets, the condition that says why, and the deletion. */

import { checkPreconditions, type DeleteOptions, deleteObject, isFinished } from './deletion.ts';
import { deleteOptionsOf } from './options.ts';
import { structuredSelector } from './label-selector.ts';
import { isRecord, type KubeObject, listAt, numberAt, recordAt, textAt, wholeSeconds } from './object.ts';
import type { Target } from './paths.ts';
import { ApiError, badRequest, notFound, type Status, success } from './status.ts';
import type { World } from './world.ts';

/** More unconfirmed evictions than this, and the API server refuses until the controller catches up. */
const MAX_DISRUPTED_PODS = 2000;

/**
 * The order of the checks is the real one: the budget is asked before the uid precondition. So an eviction
 * with the wrong uid may be answered 429, and it uses up a disruption before it is answered 409.
 */
export function evict(world: World, target: Target & { readonly name: string }, body: unknown): Status {
  const { name, namespace, resource } = target;
  checkEviction(target, body);
  askWebhooks(world, target, body);
  const pod = world.store.get('pods', namespace, name);
  if (pod === undefined) throw notFound(resource, name);
  const options = deleteOptionsOf(recordAt(body, 'deleteOptions'), new URLSearchParams());
  if (!needsNoBudget(pod)) askBudgets(world, pod, options.dryRun === true);
  checkPreconditions(resource, pod, options);
  if (options.dryRun !== true) deleteEvicted(world, target, pod, options);
  return success(201);
}

function checkEviction({ name, namespace }: Target, body: unknown): void {
  const version = textAt(body, 'apiVersion') ?? 'policy/v1';
  if (version !== 'policy/v1' || (textAt(body, 'kind') ?? 'Eviction') !== 'Eviction') {
    throw badRequest(
      `no kind "${textAt(body, 'kind') ?? ''}" is registered for version "${version}" in scheme "pkg/api/legacyscheme/scheme.go"`,
    );
  }
  if (textAt(body, 'metadata', 'name') !== name) {
    throw badRequest('name in URL does not match name in Eviction object');
  }
  if ((textAt(body, 'metadata', 'namespace') ?? namespace) !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

/** Validating admission comes first: a webhook is asked about pods that are not there, too. */
function askWebhooks(
  world: World,
  { name, namespace = '' }: Target & { readonly name: string },
  body: unknown,
): void {
  const pod = world.store.get('pods', namespace, name);
  for (const review of world.evictionReviews) {
    const refusal = review({ namespace, name, pod, body: recordAt(body) });
    if (refusal !== undefined) throw refusal;
  }
}

/** A pod that does not serve, or is on its way already, is evicted whatever the budgets say. */
function needsNoBudget(pod: KubeObject): boolean {
  const isPending = textAt(pod, 'status', 'phase') === 'Pending';
  return isPending || isFinished(pod) || pod.metadata.deletionTimestamp !== undefined;
}

function askBudgets(world: World, pod: KubeObject, dryRun: boolean): void {
  const budgets = world.store
    .list('poddisruptionbudgets', pod.metadata.namespace)
    .filter((budget) => structuredSelector(budget.spec?.['selector'])(pod.metadata.labels));
  const [budget] = budgets;
  if (budgets.length > 1) {
    const message =
      'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.';
    throw new ApiError(500, '', message);
  }
  if (budget === undefined || isUnhealthyAndFree(pod, budget)) return;
  useBudget(world, budget, pod, dryRun);
}

/** AlwaysAllow frees every pod that is not ready; IfHealthyBudget only while the others suffice. */
function isUnhealthyAndFree(pod: KubeObject, budget: KubeObject): boolean {
  if (isReady(pod)) return false;
  if (textAt(budget, 'spec', 'unhealthyPodEvictionPolicy') === 'AlwaysAllow') return true;
  const desired = numberAt(budget, 'status', 'desiredHealthy') ?? 0;
  return desired > 0 && (numberAt(budget, 'status', 'currentHealthy') ?? 0) >= desired;
}

export function isReady(pod: KubeObject): boolean {
  return listAt(pod, 'status', 'conditions').some(
    (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True',
  );
}

function useBudget(world: World, budget: KubeObject, pod: KubeObject, dryRun: boolean): void {
  const { name } = budget.metadata;
  const status = recordAt(budget, 'status');
  const disrupted = recordAt(status, 'disruptedPods');
  if ((numberAt(status, 'observedGeneration') ?? 0) < (budget.metadata.generation ?? 0)) {
    throw blocked(`The disruption budget ${name} is still being processed by the server.`, 10);
  }
  const allowed = numberAt(status, 'disruptionsAllowed') ?? 0;
  if (Object.keys(disrupted).length > MAX_DISRUPTED_PODS) {
    const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller';
    throw new ApiError(403, 'Forbidden', `poddisruptionbudgets.policy "${name}" is forbidden: ${why}`);
  }
  if (allowed <= 0) {
    const needs = numberAt(status, 'desiredHealthy') ?? 0;
    const has = numberAt(status, 'currentHealthy') ?? 0;
    throw blocked(
      `The disruption budget ${name} needs ${needs} healthy pods and has ${has} currently`,
      undefined,
    );
  }
  if (dryRun) return;
  const disruptedPods = { ...disrupted, [pod.metadata.name]: wholeSeconds(world.clock.now()) };
  world.store.replace('poddisruptionbudgets', {
    ...budget,
    status: { ...status, disruptionsAllowed: allowed - 1, disruptedPods },
  });
}

function blocked(why: string, retryAfterSeconds: number | undefined): ApiError {
  const causes = [{ reason: 'DisruptionBudget', message: why }];
  const message = "Cannot evict pod as it would violate the pod's disruption budget.";
  return new ApiError(429, 'TooManyRequests', message, {
    details: retryAfterSeconds === undefined ? { causes } : { causes, retryAfterSeconds },
  });
}

function deleteEvicted(world: World, target: Target, pod: KubeObject, options: DeleteOptions): void {
  const others = listAt(pod, 'status', 'conditions').filter(
    (condition) => isRecord(condition) && condition['type'] !== 'DisruptionTarget',
  );
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    message: 'Eviction API: evicting',
    lastTransitionTime: wholeSeconds(world.clock.now()),
  };
  const told =
    pod.metadata.deletionTimestamp === undefined
      ? world.store.replace('pods', { ...pod, status: { ...pod.status, conditions: [...others, condition] } })
      : pod;
  const { resourceVersion: _seen, ...rest } = options;
  deleteObject({ store: world.store, now: world.clock.now() }, target.resource, told, rest);
}
