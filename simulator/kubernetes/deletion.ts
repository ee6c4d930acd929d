/** How objects go: preconditions, grace periods, finalizers. */

import { listAt, numberAt, textAt, wholeSeconds } from './object.ts';
import type { KubeObject } from './object.ts';
import type { Resource } from './resources.ts';
import { conflict, preconditionFailed } from './status.ts';
import type { Store } from './store.ts';

export type DeleteOptions = {
  readonly gracePeriodSeconds?: number;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly dryRun?: boolean;
};

export type Deleted = {
  readonly object: KubeObject;
  /** False while it terminates, or is kept by a finalizer. */
  readonly gone: boolean;
};

/** 409 unless the object is the one that the caller means. */
export function checkPreconditions(resource: Resource, object: KubeObject, options: DeleteOptions): void {
  const { name, uid, resourceVersion } = object.metadata;
  if (options.uid !== undefined && options.uid !== uid) {
    const why =
      `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). ` +
      'The object might have been deleted and then recreated';
    throw preconditionFailed(resource, name, why);
  }
  if (options.resourceVersion !== undefined && options.resourceVersion !== resourceVersion) {
    const why =
      `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion ` +
      `in record (${resourceVersion}). The object might have been modified`;
    throw conflict(resource, name, why);
  }
}

/**
 * Deletes as the API server does. A pod with a grace period gets a deletionTimestamp and stays until the
 * kubelet ends it; a second delete can only shorten that. A finalizer keeps anything, and a namespace stays
 * until the namespace controller has emptied it.
 */
export function deleteObject(
  { store, now }: { readonly store: Store; readonly now: number },
  resource: Resource,
  object: KubeObject,
  options: DeleteOptions,
): Deleted {
  checkPreconditions(resource, object, options);
  const marked = mark(resource, object, options, now);
  const stays = (marked.metadata.deletionGracePeriodSeconds ?? 0) > 0 || hasFinalizers(marked);
  if (options.dryRun === true) return { object: marked, gone: !stays };
  const { namespace, name } = object.metadata;
  if (stays) return { object: store.replace(resource.plural, marked), gone: false };
  return { object: store.remove(resource.plural, namespace, name) ?? marked, gone: true };
}

/** Removes an object that was waiting only for its last finalizer. To be called after each update. */
export function removeWhenReleased(store: Store, resource: Resource, object: KubeObject): void {
  const { deletionGracePeriodSeconds, deletionTimestamp, name, namespace } = object.metadata;
  if (deletionTimestamp === undefined || (deletionGracePeriodSeconds ?? 0) > 0 || hasFinalizers(object))
    return;
  store.remove(resource.plural, namespace, name);
}

function hasFinalizers(object: KubeObject): boolean {
  return (object.metadata.finalizers ?? []).length > 0 || isToBeEmptied(object);
}

function isToBeEmptied(object: KubeObject): boolean {
  return object.kind === 'Namespace' && listAt(object, 'spec', 'finalizers').length > 0;
}

export function isFinished(pod: KubeObject): boolean {
  const phase = textAt(pod, 'status', 'phase');
  return phase === 'Succeeded' || phase === 'Failed';
}

/** The first time the grace period is the pod's or the caller's; after that only a caller can shorten it. */
function mark(resource: Resource, object: KubeObject, options: DeleteOptions, now: number): KubeObject {
  const { deletionGracePeriodSeconds: before = 0, deletionTimestamp } = object.metadata;
  const asked = options.gracePeriodSeconds === undefined ? undefined : positive(options.gracePeriodSeconds);
  if (deletionTimestamp === undefined) {
    const grace = graceOf(resource, object, asked);
    return withDeletion(object, wholeSeconds(now + grace * 1000), grace);
  }
  if (asked === undefined || asked >= before) return object;
  return withDeletion(object, wholeSeconds(Date.parse(deletionTimestamp) - (before - asked) * 1000), asked);
}

/** Only pods have a grace period; those that never started or have finished need none. */
function graceOf(resource: Resource, object: KubeObject, asked: number | undefined): number {
  if (resource.plural !== 'pods') return 0;
  const isScheduled = (textAt(object, 'spec', 'nodeName') ?? '') !== '';
  if (!isScheduled || isFinished(object)) return 0;
  return asked ?? positive(numberAt(object, 'spec', 'terminationGracePeriodSeconds') ?? 30);
}

/** Less than nothing is a second. */
function positive(seconds: number): number {
  return seconds < 0 ? 1 : seconds;
}

function withDeletion(object: KubeObject, timestamp: string, grace: number): KubeObject {
  if (object.kind === 'Namespace') {
    const metadata = { ...object.metadata, deletionTimestamp: timestamp };
    return { ...object, metadata, status: { ...object.status, phase: 'Terminating' } };
  }
  return {
    ...object,
    metadata: { ...object.metadata, deletionTimestamp: timestamp, deletionGracePeriodSeconds: grace },
  };
}
