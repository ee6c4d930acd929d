/** What each answer to an eviction or a deletion means. */

import type { Holder } from '../../domain/holder.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { NoAnswer, Success } from './client.ts';
import { field, isObject } from './json.ts';
import { explainRefusal } from './permission.ts';
import type { Refusal } from './refusal.ts';

export type Act = 'evict' | 'force';

export function outcomeOf(reply: Success | Refusal | NoAnswer, holder: Holder, act: Act): Outcome {
  switch (reply.kind) {
    case 'ok':
      return accepted(reply);
    case 'refused':
      return refused(reply, { holder, act });
    case 'no-answer':
      return unreachable(`${reply.why}: ${reply.detail}`);
  }
}

type Asked = { readonly holder: Holder; readonly act: Act };

type Reading = (refusal: Refusal, asked: Asked) => Outcome;

const budgetOr = (otherwise: Reading, isOurs: (refusal: Refusal) => boolean): Reading => {
  return (refusal, asked) => (isOurs(refusal) ? blocked(refusal) : otherwise(refusal, asked));
};

/** Every status with a meaning of its own; all others are no usable answer. */
const READINGS = new Map<number, Reading>([
  // The request is the same for every pod, so that it is admission that does not like this one.
  [400, blocked],
  // Our credentials are not accepted, even after they were read anew.
  [401, forbidden],
  // Mostly RBAC; but admission, quotas, a namespace that is being deleted and a budget whose status is broken or full
  // answer so too.
  [403, (refusal, asked) => (isRule(refusal) ? blocked(refusal) : forbidden(refusal, asked))],
  // No such pod; or no such path, namespace or subresource, which says nothing about the pod.
  [404, (refusal, { holder }) => (isAboutPod(refusal, holder) ? { kind: 'already-gone' } : failed(refusal))],
  // The uid is not that of the pod of this name; or two writers met, which says nothing about the uid.
  [409, (refusal) => (isUidConflict(refusal) ? { kind: 'replaced' } : failed(refusal))],
  // As 400.
  [422, blocked],
  // A PodDisruptionBudget; or the server is too busy, which is nobody's rule about this pod.
  [429, budgetOr(failed, isBudget)],
  // More than one budget selects the pod: the API refuses for as long as they do; or a failure of its own.
  [500, budgetOr(failed, isManyBudgets)],
]);

function refused(refusal: Refusal, asked: Asked): Outcome {
  if (isWebhookDenial(refusal)) return blocked(refusal);
  // Gateways, time-outs inside the server, redirects, and whatever else may come are failures.
  return (READINGS.get(refusal.status) ?? failed)(refusal, asked);
}

/** 201 for an eviction; 200 for a deletion, 202 for one that is put off. A login page or another stranger's 200 is not the API's acceptance. */
function accepted(reply: Success): Outcome {
  const isOfApi =
    reply.body === undefined || (isObject(reply.body) && field(reply.body, 'status') !== 'Failure');
  if (isOfApi && reply.status >= 200 && reply.status <= 202) return { kind: 'evicted' };
  return unreachable(`HTTP status ${reply.status} with an answer that is not the API's`);
}

/** A webhook chooses the status of its denial itself: KubeVirt's, for one, says 429. */
function isWebhookDenial(refusal: Refusal): boolean {
  return /admission webhook "[^"]+" denied the request/.test(refusal.message);
}

/** `poddisruptionbudget.policy "web" is forbidden: DisruptedPods map too big`; its own name is in it. */
const FORBIDDING_BUDGET = /^poddisruptionbudgets?\.policy "([^"]+)" is forbidden/;

function isRule(refusal: Refusal): boolean {
  if (/cannot \S+ resource /.test(refusal.message)) return false;
  return (
    FORBIDDING_BUDGET.test(refusal.message) ||
    refusal.details.causes.some((cause) => cause.reason === 'NamespaceTerminating') ||
    /admission|denied the request|denied request|exceeded quota|being terminated|violates PodSecurity/i.test(
      refusal.message,
    )
  );
}

function isAboutPod({ isStatus, details, message }: Refusal, holder: Holder): boolean {
  if (!isStatus) return false;
  if (details.kind === '') return message.includes(`pods "${holder.name}" not found`);
  return /^pods?$/i.test(details.kind) && (details.name === '' || details.name === holder.name);
}

/** "the UID in the precondition (…) does not match the UID in record (…)", or the storage's own words for it. */
function isUidConflict(refusal: Refusal): boolean {
  return /\buid in (the )?precondition\b/i.test(refusal.message);
}

function isBudget(refusal: Refusal): boolean {
  return (
    refusal.details.causes.some((cause) => cause.reason === 'DisruptionBudget') ||
    /violate the pod's disruption budget/i.test(refusal.message) ||
    // An eviction that goes on in the background, as KubeVirt moves a virtual machine away first.
    /eviction triggered evacuation/i.test(refusal.message)
  );
}

/** The API refuses for as long as they do, and does not say which they are. */
export function isManyBudgets(refusal: Refusal): boolean {
  return /more than one PodDisruptionBudget/i.test(refusal.message);
}

function blocked(refusal: Refusal): Outcome {
  return {
    kind: 'blocked',
    by: blockers(refusal),
    detail: describe(refusal),
    retryAfter: refusal.retryAfter,
  };
}

/** "The disruption budget web needs 2 healthy pods and has 2 currently"; `admission webhook "x" denied`. */
function blockers(refusal: Refusal): readonly string[] {
  const names = new Set<string>();
  for (const cause of refusal.details.causes) {
    const [, budget] = /\bdisruption budgets? "?([a-z0-9][a-z0-9.-]*)/i.exec(cause.message) ?? [];
    if (cause.reason === 'DisruptionBudget' && budget !== undefined) names.add(budget);
  }
  const [, forbidding] = FORBIDDING_BUDGET.exec(refusal.message) ?? [];
  if (forbidding !== undefined) names.add(forbidding);
  const [, webhook] = /admission webhook "([^"]+)"/.exec(refusal.message) ?? [];
  if (webhook !== undefined) names.add(webhook);
  return [...names].sort();
}

function forbidden(refusal: Refusal, { holder: { namespace }, act }: Asked): Outcome {
  switch (act) {
    case 'evict': {
      const access = { verb: 'create', resource: 'pods/eviction', namespace } as const;
      return { kind: 'forbidden', detail: explainRefusal(access, refusal) };
    }
    case 'force': {
      const access = { verb: 'delete', resource: 'pods', namespace } as const;
      const remedy = "the chart's value `force` grants it";
      return { kind: 'forbidden', detail: `${explainRefusal(access, refusal)}; ${remedy}` };
    }
  }
}

function failed(refusal: Refusal): Outcome {
  return unreachable(describe(refusal));
}

function describe(refusal: Refusal): string {
  const causes = refusal.details.causes.map((cause) => cause.message).filter((message) => message !== '');
  return [`${refusal.status} ${refusal.reason}`.trim(), refusal.message, ...causes].join(': ');
}

function unreachable(detail: string): Outcome {
  return { kind: 'unreachable', detail };
}
