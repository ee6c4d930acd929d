/** The course of a benchmark as the simulator saw it: when each grant ended, was told, and its pod was evicted and gone. */

import { textAt } from '../simulator/kubernetes/object.ts';
import type { RecordedRequest } from '../simulator/kubernetes/requests.ts';
import type { Figure } from './benchmark.ts';
import { figure } from './benchmark.ts';
import type { BenchCluster, Tenant } from './cluster.ts';

/** All times are milliseconds by the one clock of the simulator's process. */
export class Course implements Disposable {
  /** By association id: when EKS carried the deletion out. */
  readonly endedAt = new Map<string, number>();
  /** By association id: when the record was handed to the queue, where it was delivered at once. */
  readonly visibleAt = new Map<string, number>();
  /** By uid: when the pod was removed. */
  readonly goneAt = new Map<string, number>();
  readonly #cluster: BenchCluster;
  readonly #ends: readonly (() => void)[];

  constructor(cluster: BenchCluster) {
    this.#cluster = cluster;
    const { eks, trail, kubernetes, clock } = cluster.simulator;
    this.#ends = [
      eks.onCall(({ operation, params, answer, at }) => {
        const id = params['associationId'];
        const isDeletion = operation === 'DeletePodIdentityAssociation' && 'response' in answer;
        if (isDeletion && typeof id === 'string') this.endedAt.set(id, at);
      }),
      trail.onRecord(({ eventName, requestParameters }) => {
        const id = requestParameters?.['associationId'];
        if (eventName === 'DeletePodIdentityAssociation' && typeof id === 'string')
          this.visibleAt.set(id, clock.now());
      }),
      kubernetes.store.subscribe('pods', ({ type, object }) => {
        if (type === 'DELETED') this.goneAt.set(object.metadata.uid, clock.now());
      }),
    ];
  }

  evictions(): readonly RecordedRequest[] {
    return this.#cluster.simulator.kubernetes.requests.of('create', 'pods/eviction');
  }

  /** By uid: when the first request for its eviction arrived. */
  evictedAt(): ReadonlyMap<string, number> {
    const first = new Map<string, number>();
    for (const request of this.evictions()) {
      if (!first.has(uidOf(request))) first.set(uidOf(request), request.at);
    }
    return first;
  }

  /** What must have come of it: each of `wanted` accepted once, nobody else touched. */
  correctness(wanted: readonly Tenant[]): readonly Figure[] {
    const uids = new Set(wanted.map(({ uid }) => uid));
    const accepted = this.evictions().filter(({ status }) => status === 201);
    const asked = Map.groupBy(this.evictions(), uidOf);
    return [
      figure('deletions', wanted.length),
      figure('accepted evictions', accepted.length),
      figure('not evicted', [...uids].filter((uid) => !asked.has(uid)).length),
      figure('evicted more than once', [...asked.values()].filter(({ length }) => length > 1).length),
      figure('evicted wrongly', [...asked.keys()].filter((uid) => !uids.has(uid)).length),
    ];
  }

  [Symbol.dispose](): void {
    for (const end of this.#ends) end();
  }
}

function uidOf({ body }: RecordedRequest): string {
  return textAt(body, 'deleteOptions', 'preconditions', 'uid') ?? '';
}

/** What is left of the messages once all is done. */
export async function queueFigures({ simulator }: BenchCluster): Promise<readonly Figure[]> {
  const { sent, received, deleted, ready, inFlight, dead } = await simulator.queue.stats();
  return [
    figure('messages sent', sent),
    figure('messages received', received),
    figure('messages received and not deleted', received - deleted),
    figure('messages left in the queue', ready + inFlight),
    figure('messages in the dead-letter queue', dead),
  ];
}

/** The queue has been worked off: nothing waits, nothing is out of sight. */
export async function isWorkedOff({ simulator }: BenchCluster): Promise<true | undefined> {
  const { ready, inFlight } = await simulator.queue.stats();
  return ready + inFlight === 0 || undefined;
}
