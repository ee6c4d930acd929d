/** The cluster of the soak: teams with identities, their pods with a past, and the pods of the daemon itself. */

import { realClock } from '../../simulator/clock.ts';
import { makeNamespace, makeServiceAccount } from '../../simulator/cluster/places.ts';
import { barePod } from '../../simulator/cluster/pods.ts';
import { deployment } from '../../simulator/cluster/workload-drafts.ts';
import type { KubeObject } from '../../simulator/kubernetes/object.ts';
import { PastClock } from '../../simulator/past-clock.ts';
import type { SimulatorWithQueue } from '../../simulator/simulator.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { TrueHistory } from './history.ts';
import { OWN_NAMESPACE, RULES } from './settings.ts';

export type Member = { readonly namespace: string; readonly serviceAccount: string };

export type World = AsyncDisposable & {
  readonly simulator: SimulatorWithQueue;
  readonly history: TrueHistory;
  readonly members: readonly Member[];
};

const TEAMS = ['team-a', 'team-b', 'team-c', 'team-d'] as const;
const MEMBERS_OF_EACH = 12;
/** Of each team's members so many have a Deployment, which replaces what is evicted. */
const DEPLOYED_OF_EACH = 2;
const BARE_OF_EACH = 2;
const HOUR = 3_600_000;

/** As in AWS, LookupEvents sees a record later than the queue is told. */
const TRAIL_LAG = 60_000;
const DELIVERY = {
  loss: 0.05,
  duplication: 0.05,
  reordering: 0.1,
  delay: { min: 0, max: 2000 },
  heldBack: 5000,
};

export const MEMBER_LABEL = 'member';

export async function buildWorld(seed: number, replicas: readonly string[]): Promise<World> {
  const clock = new PastClock(realClock(), 3 * HOUR);
  const simulator = await startSimulator({
    clock,
    seed,
    queue: true,
    kubernetes: { kubelet: { ending: (pod) => ({ kind: 'after', ms: endingMs(pod) }) } },
  });
  const history = new TrueHistory(simulator);
  simulator.trail.lag = TRAIL_LAG;
  simulator.rule.delivery = DELIVERY;
  const members = makeMembers(simulator);
  history.noteGrants();
  clock.pass(HOUR);
  makeOwnPods(simulator, replicas);
  for (const [index, member] of members.entries()) {
    if (index % MEMBERS_OF_EACH < DEPLOYED_OF_EACH) deploy(simulator, member);
    else for (let pod = 0; pod < BARE_OF_EACH; pod += 1) startPod(simulator, member, `first-${pod}`);
  }
  clock.arrive();
  return {
    simulator,
    history,
    members,
    [Symbol.asyncDispose]: async () => {
      history[Symbol.dispose]();
      await simulator.close();
    },
  };
}

/** A bare pod of that member. */
export function startPod({ pods }: SimulatorWithQueue, member: Member, suffix: string): KubeObject {
  return pods.create(barePod({ ...podWish(member), name: `${member.serviceAccount}-${suffix}` }));
}

/** Up to 4 s: some pods end at once, others take a while. */
function endingMs({ metadata: { uid } }: KubeObject): number {
  return (Number.parseInt(uid.slice(0, 4), 16) % 5) * 1000;
}

function makeMembers({ kubernetes: { store }, eks, account }: SimulatorWithQueue): readonly Member[] {
  return TEAMS.flatMap((namespace) => {
    makeNamespace(store, namespace);
    return Array.from({ length: MEMBERS_OF_EACH }, (_, index) => {
      const serviceAccount = `member-${String(index).padStart(2, '0')}`;
      makeServiceAccount(store, namespace, serviceAccount);
      const roleArn = `arn:aws:iam::${account}:role/${namespace}-0`;
      eks.associations.create({ namespace, serviceAccount, roleArn });
      return { namespace, serviceAccount };
    });
  });
}

function makeOwnPods({ kubernetes: { store }, pods }: SimulatorWithQueue, names: readonly string[]): void {
  makeNamespace(store, OWN_NAMESPACE);
  makeServiceAccount(store, OWN_NAMESPACE, OWN_NAMESPACE);
  for (const name of names) {
    pods.create(barePod({ namespace: OWN_NAMESPACE, serviceAccount: OWN_NAMESPACE, name }));
  }
}

function deploy({ kubernetes: { store } }: SimulatorWithQueue, member: Member): void {
  store.create('deployments', deployment({ ...podWish(member), name: member.serviceAccount, replicas: 2 }));
}

function podWish({ namespace, serviceAccount }: Member) {
  const labels = { [MEMBER_LABEL]: serviceAccount };
  return { namespace, serviceAccount, labels, graceSeconds: RULES.grace / 1000 };
}
