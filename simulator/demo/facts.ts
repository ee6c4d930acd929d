/** The facts about the end of the story, from everybody who can tell: the API server, EKS, the daemon. */

import type { Operation } from '../aws/call.ts';
import { textAt } from '../kubernetes/object.ts';
import type { RecordedRequest } from '../kubernetes/requests.ts';
import { resourceText } from '../kubernetes/requests.ts';
import type { DaemonAnswers, JudgedPod, ToldRevocation } from './daemon-answers.ts';
import type { Containment } from './observation.ts';
import type { PodFacts } from './pod-facts.ts';
import type { Sample } from './samples.ts';
import type { Scene } from './scene.ts';
import { currentPods } from './scene.ts';

export type EvictionRequest = {
  /** The uid that it was made conditional on; empty where it named none. */
  readonly uid: string;
  readonly status: number | undefined;
  readonly at: number;
};

export type Facts = {
  readonly before: readonly PodFacts[];
  readonly expected: readonly PodFacts[];
  readonly now: readonly PodFacts[];
  readonly evictions: readonly EvictionRequest[];
  /** Writes of Events by the API server's record. */
  readonly eventWrites: number;
  /** All other writes that the API server received, as `delete pods team-a/web-1`. */
  readonly otherWrites: readonly string[];
  readonly lastWriteAt: number;
  /** Calls to EKS that are no reads. */
  readonly eksWrites: readonly Operation[];
  /** Full Lists from the deletion to the containment. */
  readonly polls: number;
  readonly revocations: readonly ToldRevocation[];
  /** The pods' uids of all Events with the reason of an eviction. */
  readonly announced: readonly string[];
  readonly judged: readonly JudgedPod[];
  readonly metrics: readonly Sample[];
  readonly origin: number;
  readonly contained: Containment;
};

export type Course = Pick<Facts, 'origin' | 'contained' | 'eksWrites' | 'polls'>;

const EVICTED_REASON = 'PodIdentityRevoked';

export async function collectFacts(
  scene: Scene,
  course: Course,
  answers: DaemonAnswers,
  signal: AbortSignal,
): Promise<Facts> {
  const { requests, store } = scene.simulator.kubernetes;
  const byResource = Map.groupBy(requests.writes(), resourceText);
  const evictions = byResource.get('pods/eviction') ?? [];
  const eventWrites = byResource.get('events') ?? [];
  const others = requests.writes().filter((one) => !evictions.includes(one) && !eventWrites.includes(one));
  const announced = store.list('events').filter((event) => textAt(event, 'reason') === EVICTED_REASON);
  return {
    ...course,
    before: scene.before,
    expected: scene.expected,
    now: currentPods(scene.simulator),
    evictions: evictions.map(evictionRequest),
    eventWrites: eventWrites.length,
    otherWrites: others.map(
      (one) => `${one.verb} ${resourceText(one)} ${one.namespace ?? ''}/${one.name ?? ''}`,
    ),
    lastWriteAt: Math.max(0, ...requests.writes().map(({ at }) => at)),
    revocations: await answers.revocations(signal),
    announced: announced.map((event) => textAt(event, 'involvedObject', 'uid') ?? ''),
    judged: await answers.holders(signal),
    metrics: await answers.metrics(signal),
  };
}

function evictionRequest({ body, status, at }: RecordedRequest): EvictionRequest {
  return { uid: textAt(body, 'deleteOptions', 'preconditions', 'uid') ?? '', status, at };
}
