/** What validating webhooks have to say of evictions, and the words in which the API server hands that on. */

import type { JsonObject, KubeObject } from './object.ts';
import { ApiError, failure } from './status.ts';
import type { Effect } from './faults.ts';

export type EvictionRequest = {
  readonly namespace: string;
  readonly name: string;
  /** Undefined where there is none of that name. */
  readonly pod: KubeObject | undefined;
  readonly body: JsonObject;
};

/** Asked before the pod and its budgets are looked at. What it answers is what the caller gets; undefined lets it pass. */
export type EvictionReview = (eviction: EvictionRequest) => ApiError | undefined;

/** The status that a webhook answered with; each part may be missing. */
export type WebhookStatus = { readonly code?: number; readonly reason?: string; readonly message?: string };

/** A webhook said no. Without a code it is 400; without a reason there is none in the answer. */
export function webhookDenied(webhook: string, status: WebhookStatus = {}): ApiError {
  const { code = 400, message = '', reason = '' } = status;
  const why = message === '' ? reason : message;
  const deniedBy = `admission webhook "${webhook}" denied the request`;
  const text = why === '' ? `${deniedBy} without explanation` : `${deniedBy}: ${why}`;
  return new ApiError(Math.max(code, 400), reason, text);
}

/** A webhook of failurePolicy Fail could not be asked: 500, for every eviction that it should see. */
export function webhookUnreachable(
  webhook: string,
  why = 'failed to call webhook: Post "https://admission.webhooks.svc:443/validate?timeout=10s": context deadline exceeded',
): ApiError {
  const cause = `failed calling webhook "${webhook}": ${why}`;
  return new ApiError(500, 'InternalError', `Internal error occurred: ${cause}`, {
    details: { causes: [{ message: cause }] },
  });
}

/** A webhook with side effects is not asked in a dry run: the request is refused instead. */
export function webhookWithoutDryRun(webhook: string): ApiError {
  return new ApiError(400, 'BadRequest', `admission webhook "${webhook}" does not support dry run`);
}

/** KubeVirt moves the machine away in the background, and answers 429 without Retry-After and without a reason. */
export function evacuationTriggered(machine: string, isInProgress = false): ApiError {
  const prefix = isInProgress ? 'Evacuation in progress: ' : '';
  const message = `${prefix}Eviction triggered evacuation of VMI "${machine}"`;
  return webhookDenied('virt-launcher-eviction-interceptor.kubevirt.io', { code: 429, message });
}

/** The same answer as a fault on script, for whichever request it is to befall. */
export function answering(error: ApiError): Effect {
  return { kind: 'answer', code: error.code, body: error.status, headers: error.headers };
}

/** The server has more requests in flight than it takes. The answer is plain text, with Retry-After. */
export function tooBusy(retryAfterSeconds = 1): Effect {
  return {
    kind: 'answer',
    code: 429,
    body: 'Too many requests, please try again later.\n',
    headers: { 'content-type': 'text/plain; charset=utf-8', 'retry-after': String(retryAfterSeconds) },
  };
}

/** The store behind the server does not answer in time. The answer has no reason. */
export function storeTimeout(): Effect {
  return { kind: 'answer', code: 500, body: failure(500, '', 'etcdserver: request timed out') };
}
