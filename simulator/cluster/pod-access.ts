/** Pods created and deleted inside the process, with all that the API server does on the way. */

import type { SimClock } from '../clock.ts';
import { deleteObject } from '../kubernetes/deletion.ts';
import type { Draft, KubeObject } from '../kubernetes/object.ts';
import { wholeSeconds } from '../kubernetes/object.ts';
import { findResource } from '../kubernetes/resources.ts';
import type { Store } from '../kubernetes/store.ts';

export type PodAccessOptions = {
  readonly store: Store;
  readonly clock: SimClock;
  /** Applied in order, as it is at the time of each creation. */
  readonly admission: readonly ((pod: KubeObject) => KubeObject)[];
};

export class PodAccess {
  readonly #options: PodAccessOptions;

  constructor(options: PodAccessOptions) {
    this.#options = options;
  }

  create(draft: Draft): KubeObject {
    const { store, clock, admission } = this.#options;
    const { name = '' } = draft.metadata;
    const unborn = { name, uid: '', resourceVersion: '', creationTimestamp: wholeSeconds(clock.now()) };
    const status = { phase: 'Pending', qosClass: 'Burstable' };
    const pod: KubeObject = { ...draft, metadata: { ...draft.metadata, ...unborn }, status };
    return store.create(
      'pods',
      admission.reduce((last, admit) => admit(last), pod),
    );
  }

  /** With the pod's own grace period, or this one. A pod that is not there any more is no error. */
  delete(pod: KubeObject, graceSeconds?: number): void {
    const { store, clock } = this.#options;
    const { namespace, name, uid } = pod.metadata;
    const current = store.get('pods', namespace, name);
    const resource = findResource('', 'v1', 'pods');
    if (resource === undefined || current?.metadata.uid !== uid) return;
    const options = graceSeconds === undefined ? {} : { gracePeriodSeconds: graceSeconds };
    deleteObject({ store, now: clock.now() }, resource, current, options);
  }
}
