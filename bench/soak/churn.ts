/** What people and tools do all the time: associations, pods and PodDisruptionBudgets that come and go. */

import { setTimeout as pause } from 'node:timers/promises';
import { makeBudget, removeBudget } from '../../simulator/cluster/budgets.ts';
import type { KubeObject } from '../../simulator/kubernetes/object.ts';
import { again, Dice } from './dice.ts';
import { LEAST_STANDING_MS, RULES } from './settings.ts';
import type { Member, World } from './world.ts';
import { MEMBER_LABEL, startPod } from './world.ts';

/** Mean pauses in milliseconds: of changes to associations, of pods started, of budgets made. */
const APART = { associations: 1500, pods: 600, budgets: 5000 };
const MOST_BARE_PODS = 120;
const MOST_BUDGETS = 8;
/** Some outlast the deadline, so that force is used. */
const BUDGET_MS = { least: 5000, most: 100_000 };
const ROLES = 3;

const CHANGES = ['delete', 'delete', 'delete', 'update', 'update', 'touch', 'restore', 'replace'] as const;

export class Churn {
  readonly counts = { associations: 0, restored: 0, podsStarted: 0, podsEnded: 0, budgets: 0 };
  readonly #world: World;
  readonly #dice: Dice;
  /** By `namespace/serviceAccount`: when the last change was. */
  readonly #changedAt = new Map<string, number>();
  readonly #budgets = new Set<Promise<void>>();
  #pods = 0;

  constructor(world: World, seed: number) {
    this.#world = world;
    this.#dice = new Dice(seed);
  }

  /** When it ends, everything that was begun has been ended too. */
  async run(signal: AbortSignal): Promise<void> {
    const dice = this.#dice;
    const about = (mean: number) => () => dice.between(0, 2 * mean);
    await Promise.all([
      again(about(APART.associations), () => this.#changeAssociation(), signal),
      again(about(APART.pods), () => this.#changePods(), signal),
      again(about(APART.budgets), () => this.#addBudget(signal), signal),
    ]);
    await Promise.all(this.#budgets);
  }

  async #changeAssociation(): Promise<void> {
    const { members, simulator } = this.#world;
    const now = simulator.clock.now();
    const ready = members.filter((one) => (this.#changedAt.get(keyOf(one)) ?? 0) < now - LEAST_STANDING_MS);
    const member = this.#dice.oneOf(ready);
    if (member === undefined) return;
    this.#changedAt.set(keyOf(member), now);
    this.counts.associations += 1;
    const current = simulator.eks.associations.find(member.namespace, member.serviceAccount);
    if (current === undefined) return this.#create(member, this.#role(member));
    const { associationId, roleArn } = current;
    switch (this.#dice.oneOf(CHANGES)) {
      case 'delete':
        return this.#delete(associationId);
      case 'update':
        return this.#update(associationId, this.#otherRole(member, roleArn));
      case 'touch':
        return this.#update(associationId, roleArn);
      case 'replace':
        this.#delete(associationId);
        return this.#create(member, this.#otherRole(member, roleArn));
      case 'restore':
        return this.#restore(member, current);
      case undefined:
    }
  }

  /** As Terraform does: deleted and recreated with the same grant, well within the settle time. */
  async #restore(member: Member, old: { readonly associationId: string; readonly roleArn: string }) {
    this.#delete(old.associationId);
    await pause(this.#dice.between(100, RULES.settleTime / 2));
    this.#create(member, old.roleArn);
    this.counts.restored += 1;
  }

  #create({ namespace, serviceAccount }: Member, roleArn: string): void {
    const { eks, clusterName: name } = this.#world.simulator;
    eks.invoke('CreatePodIdentityAssociation', { name, namespace, serviceAccount, roleArn });
  }

  #update(associationId: string, roleArn: string): void {
    const { eks, clusterName: name } = this.#world.simulator;
    eks.invoke('UpdatePodIdentityAssociation', { name, associationId, roleArn });
  }

  #delete(associationId: string): void {
    const { eks, clusterName: name } = this.#world.simulator;
    eks.invoke('DeletePodIdentityAssociation', { name, associationId });
  }

  #otherRole(member: Member, than: string): string {
    return Array.from({ length: 100 }, () => this.#role(member)).find((role) => role !== than) ?? than;
  }

  #role({ namespace }: Member): string {
    const number = Math.floor(this.#dice.between(0, ROLES));
    return `arn:aws:iam::${this.#world.simulator.account}:role/${namespace}-${number}`;
  }

  /** One more, or where there are enough, one less; of those that end some stay as Succeeded for a while. */
  #changePods(): void {
    const { simulator, members } = this.#world;
    const bare = simulator.kubernetes.store
      .list('pods')
      .filter(({ metadata }) => metadata.labels?.[MEMBER_LABEL] && metadata.ownerReferences === undefined);
    const member = this.#dice.oneOf(members);
    const isFull = bare.length >= this.#dice.between(0.5, 1) * MOST_BARE_PODS;
    if (member !== undefined && !isFull) {
      this.#pods += 1;
      this.counts.podsStarted += 1;
      startPod(simulator, member, `pod-${this.#pods}`);
      return;
    }
    const pod = this.#dice.oneOf(bare);
    if (pod === undefined) return;
    this.counts.podsEnded += 1;
    if (this.#dice.isLucky(0.3) && pod.metadata.deletionTimestamp === undefined) this.#succeed(pod);
    else simulator.pods.delete(pod);
  }

  #succeed(pod: KubeObject): void {
    const { store } = this.#world.simulator.kubernetes;
    store.replace('pods', { ...pod, status: { ...pod.status, phase: 'Succeeded' } });
  }

  /** It lets none of the member's pods go, until it is removed. */
  #addBudget(signal: AbortSignal): void {
    const member = this.#dice.oneOf(this.#world.members);
    if (member === undefined || this.#budgets.size >= MOST_BUDGETS) return;
    this.counts.budgets += 1;
    const { store } = this.#world.simulator.kubernetes;
    const { namespace, serviceAccount } = member;
    const name = `keep-${this.counts.budgets}`;
    makeBudget(store, { namespace, name, labels: { [MEMBER_LABEL]: serviceAccount } });
    const life = this.#dice.between(BUDGET_MS.least, BUDGET_MS.most);
    const removed = pause(life, undefined, { signal })
      .catch(() => {})
      .then(() => removeBudget(store, namespace, name))
      .finally(() => this.#budgets.delete(removed));
    this.#budgets.add(removed);
  }
}

function keyOf({ namespace, serviceAccount }: Member): string {
  return `${namespace}/${serviceAccount}`;
}
