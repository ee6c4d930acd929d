/** The checks at the end of the story: everything came out as expected, or what did not. */

import { TIMES } from './daemon-command.ts';
import { EVENT_DELAY } from './scene.ts';
import { OPERATOR } from './delete-association.ts';
import type { Facts } from './facts.ts';
import type { PodFacts } from './pod-facts.ts';
import { byLabel, valueOf } from './samples.ts';
import { secondsText } from './timeline.ts';

export type Check = {
  readonly what: string;
  /** What was found instead; empty where all is well. */
  readonly problems: readonly string[];
};

/** From the end of the grant to the last eviction: hearing of it takes its delay, and all else little. */
const EVICTED_WITHIN_MS = EVENT_DELAY + (TIMES.settle + 2) * 1000;

/** The containment is counted from the second of the call, and closed by a look that comes after the last pod. */
const COUNTED_APART_S = 2;
/** The origin is read just before the call is made. */
const CLOCK_READ_APART_MS = 200;

const PREFIX = 'pod_identity_revoker_';

export function checksOf(facts: Facts): readonly Check[] {
  return [
    evictedExactly(facts),
    heardByQueue(facts),
    inTime(facts),
    noOtherWrite(facts),
    othersUntouched(facts),
    replacementsLeft(facts),
    othersKept(facts),
    atRest(facts),
    metricsAgree(facts),
    eventsThere(facts),
  ];
}

/** How the process ended, as DaemonProcess.stop tells it. */
export function endedCleanly(how: string): Check {
  const what = 'the daemon ended with exit code 0 on SIGTERM';
  return { what, problems: how === 'exit code 0' ? [] : [how] };
}

function evictedExactly({ expected, evictions, before, now }: Facts): Check {
  const name = (uid: string): string => nameOf([...before, ...now], uid);
  const asked = evictions.map(({ uid }) => uid);
  const wanted = expected.map(({ uid }) => uid);
  return {
    what: `evicted: the ${expected.length} holders of the ended grant, each once and by its uid, and nobody else`,
    problems: [
      ...wanted.filter((uid) => !asked.includes(uid)).map((uid) => `not evicted: ${name(uid)}`),
      ...asked.filter((uid) => !wanted.includes(uid)).map((uid) => `evicted: ${name(uid)}`),
      ...asked.filter((uid, index) => asked.indexOf(uid) < index).map((uid) => `twice: ${name(uid)}`),
      ...evictions
        .filter(({ status }) => status !== 201)
        .map(({ uid, status }) => `answered ${status}: ${name(uid)}`),
    ],
  };
}

function heardByQueue({ revocations, polls }: Facts): Check {
  return {
    what: 'heard by the queue, not by a poll, and the revocation tells who made the call',
    problems: [
      ...(revocations.length === 1 ? [] : [`there are ${revocations.length} revocations`]),
      ...revocations
        .filter(({ source, heardBy }) => source !== 'queue' || heardBy !== 'queue')
        .map(({ source, heardBy }) => `noticed by ${source}, heard by ${heardBy}`),
      ...revocations.filter(({ actor }) => actor !== OPERATOR.arn).map(({ actor }) => `it names ${actor}`),
      ...(polls === 0 ? [] : [`${polls} polls before the containment`]),
    ],
  };
}

function inTime({ evictions, origin }: Facts): Check {
  const took = Math.max(0, ...evictions.map(({ at }) => at - origin));
  return {
    what: `the last eviction came within delivery + settle time + 2 s = ${secondsText(EVICTED_WITHIN_MS)}`,
    problems: took <= EVICTED_WITHIN_MS ? [] : [`it took ${secondsText(took)}`],
  };
}

function noOtherWrite({ evictions, eventWrites, otherWrites, eksWrites }: Facts): Check {
  const strange = eksWrites.filter((operation) => operation !== 'DeletePodIdentityAssociation');
  const deletes = eksWrites.length - strange.length;
  return {
    what: `no other write: the API server saw ${evictions.length} evictions and ${eventWrites} Events, EKS our one delete`,
    problems: [
      ...otherWrites,
      ...strange.map((operation) => `EKS: ${operation}`),
      ...(deletes === 1 ? [] : [`EKS: ${deletes} deletes`]),
    ],
  };
}

function othersUntouched({ before, expected, now }: Facts): Check {
  const others = before.filter(({ uid }) => !expected.some((pod) => pod.uid === uid));
  const isThere = ({ uid }: PodFacts): boolean => now.some((pod) => pod.uid === uid && !pod.isTerminating);
  return {
    what: `the other ${others.length} pods run on, the very same as before`,
    problems: others.filter((pod) => !isThere(pod)).map((pod) => `gone: ${fullName(pod)}`),
  };
}

function replacementsLeft({ before, expected, now }: Facts): Check {
  const fresh = now.filter(({ uid }) => !before.some((pod) => pod.uid === uid));
  const wanted = expected.filter(isReplaced).length;
  return {
    what: `${wanted} replacements run without credentials and were left alone; bare pods stayed gone`,
    problems: [
      ...(fresh.length === wanted ? [] : [`there are ${fresh.length} new pods`]),
      ...fresh.filter(({ hasToken }) => hasToken).map((pod) => `with the token volume: ${fullName(pod)}`),
      ...fresh.filter(({ isTerminating }) => isTerminating).map((pod) => `going: ${fullName(pod)}`),
    ],
  };
}

function othersKept({ judged, now }: Facts): Check {
  const holders = now.filter(({ hasToken }) => hasToken);
  const kept = (uid: string): boolean => judged.some((one) => one.uid === uid && one.verdict === 'keep');
  return {
    what: `the daemon's verdict on all ${holders.length} holders that are left is keep`,
    problems: [
      ...holders.filter(({ uid }) => !kept(uid)).map((pod) => `not kept: ${fullName(pod)}`),
      ...judged
        .filter(({ uid }) => !holders.some((pod) => pod.uid === uid))
        .map(({ uid, identity }) => `judged, but no holder: ${identity} ${uid}`),
    ],
  };
}

function atRest({ lastWriteAt, contained }: Facts): Check {
  return {
    what: 'it came to rest: nothing was written after the containment',
    problems: lastWriteAt <= contained.at ? [] : [`${secondsText(lastWriteAt - contained.at)} after it`],
  };
}

function metricsAgree({ metrics, expected, contained, origin }: Facts): Check {
  const evictions = byLabel(metrics, `${PREFIX}evictions_total`, 'outcome');
  const exposed = byLabel(metrics, `${PREFIX}exposed_pods`, 'state');
  const revocations = byLabel(metrics, `${PREFIX}revocations_total`, 'cause');
  const containments = valueOf(metrics, `${PREFIX}containment_seconds_count`);
  const seconds = valueOf(metrics, `${PREFIX}containment_seconds_sum`) ?? Number.NaN;
  const least = (contained.clearSince - origin - CLOCK_READ_APART_MS) / 1000;
  const statements: readonly (readonly [string, boolean])[] = [
    ['evictions_total', isOnly(evictions, 'evicted', expected.length)],
    ['exposed_pods', isOnly(exposed, undefined, 0)],
    ['revocations_total', isOnly(revocations, 'deleted', 1)],
    ['containment_seconds', containments === 1 && seconds >= least && seconds <= least + COUNTED_APART_S],
    ['bugs_total', valueOf(metrics, `${PREFIX}bugs_total`) === 0],
  ];
  return {
    what: `metrics agree: evictions_total ${expected.length}, exposed_pods 0, containment_seconds ${seconds.toFixed(1)} (counted from the second of the call, as CloudTrail tells it)`,
    problems: statements.filter(([, isRight]) => !isRight).map(([name]) => `${PREFIX}${name} is wrong`),
  };
}

/** That one label value has the count, and all others, of which there is at least one, have zero. */
function isOnly(counts: ReadonlyMap<string, number>, label: string | undefined, count: number): boolean {
  if (counts.size === 0 || (label !== undefined && !counts.has(label))) return false;
  return [...counts].every(([name, value]) => value === (name === label ? count : 0));
}

function eventsThere({ expected, announced, before, now }: Facts): Check {
  const wanted = expected.map(({ uid }) => uid);
  const name = (uid: string): string => nameOf([...before, ...now], uid);
  return {
    what: 'each evicted pod has its Kubernetes Event that says why',
    problems: [
      ...wanted.filter((uid) => !announced.includes(uid)).map((uid) => `none on ${name(uid)}`),
      ...announced.filter((uid) => !wanted.includes(uid)).map((uid) => `one on ${name(uid)}`),
    ],
  };
}

function isReplaced({ workload }: PodFacts): boolean {
  return /^(?:Deployment|StatefulSet|DaemonSet) /.test(workload);
}

function nameOf(pods: readonly PodFacts[], uid: string): string {
  const pod = pods.find((one) => one.uid === uid);
  return pod === undefined ? `a pod with the uid ${JSON.stringify(uid)}` : fullName(pod);
}

function fullName({ namespace, name }: PodFacts): string {
  return `${namespace}/${name}`;
}
