/** Pods, facts and screens for the tests of the demo, with defaults. */

import type { JudgedPod } from '../../../simulator/demo/daemon-answers.ts';
import { OPERATOR } from '../../../simulator/demo/delete-association.ts';
import type { Facts } from '../../../simulator/demo/facts.ts';
import type { PodFacts } from '../../../simulator/demo/pod-facts.ts';
import { parseSamples } from '../../../simulator/demo/samples.ts';
import { Screen } from '../../../simulator/demo/screen.ts';

export const ORIGIN = Date.parse('2026-11-23T10:00:00.400Z');

export function pod(name: string, wish: Partial<PodFacts> = {}): PodFacts {
  return {
    uid: `uid-${name}`,
    namespace: 'team-a',
    name,
    identity: 'team-a/reports',
    start: ORIGIN - 3_600_000,
    workload: 'bare pod',
    origin: `team-a/${name} (bare pod)`,
    hasToken: true,
    isRunning: true,
    isFinished: false,
    isTerminating: false,
    ...wish,
  };
}

export function judged({ uid, identity }: PodFacts, verdict = 'keep', reason = 'current'): JudgedPod {
  return { uid, identity, verdict, reason };
}

/** Two holders, one of a Deployment and one bare, were evicted as they had to be; two other pods were not. */
export function goodFacts(): Facts {
  const bare = pod('run-1');
  const api = pod('api-1', { workload: 'Deployment api' });
  const other = pod('ledger-0', { identity: 'team-b/ledger' });
  const plain = pod('web-1', { hasToken: false });
  const fresh = pod('api-2', { workload: 'Deployment api', hasToken: false, start: ORIGIN + 6600 });
  return {
    before: [bare, api, other, plain],
    expected: [bare, api],
    now: [other, plain, fresh],
    evictions: [bare, api].map(({ uid }) => ({ uid, status: 201, at: ORIGIN + 6600 })),
    eventWrites: 2,
    otherWrites: [],
    lastWriteAt: ORIGIN + 6700,
    eksWrites: ['DeletePodIdentityAssociation'],
    polls: 0,
    revocations: [{ identity: bare.identity, source: 'queue', heardBy: 'queue', actor: OPERATOR.arn }],
    announced: [bare.uid, api.uid],
    judged: [judged(other)],
    metrics: parseSamples(GOOD_METRICS),
    origin: ORIGIN,
    contained: { at: ORIGIN + 12_600, clearSince: ORIGIN + 8600 },
  };
}

export const GOOD_METRICS = `# HELP pod_identity_revoker_exposed_pods Holders that are or may be stale right now.
# TYPE pod_identity_revoker_exposed_pods gauge
pod_identity_revoker_exposed_pods{state="due"} 0
pod_identity_revoker_exposed_pods{state="settling"} 0
pod_identity_revoker_evictions_total{outcome="evicted"} 2
pod_identity_revoker_evictions_total{outcome="blocked"} 0
pod_identity_revoker_revocations_total{cause="deleted"} 1
pod_identity_revoker_containment_seconds_bucket{le="10"} 1
pod_identity_revoker_containment_seconds_sum 9.1
pod_identity_revoker_containment_seconds_count 1
pod_identity_revoker_bugs_total 0
`;

/** A screen whose text can be read back. */
export function paper(hasColours = false): { readonly screen: Screen; readonly text: () => string } {
  const pieces: string[] = [];
  const screen = new Screen({ write: (text) => pieces.push(text), hasColours });
  return { screen, text: () => pieces.join('') };
}
