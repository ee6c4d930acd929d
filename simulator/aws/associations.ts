/** The associations of one cluster, as they are now and as they looked a moment ago. */

import type { SimClock } from '../clock.ts';
import { alreadyExists, associationNotFound, quotaReached } from './api-error.ts';
import type { Association, AssociationChange, AssociationFilter, AssociationInput } from './association.ts';
import { checkGrant, checkId, checkInput } from './association.ts';
import { RequestTokens } from './request-tokens.ts';
import { Timeline } from './timeline.ts';

export type AssociationsPlace = {
  readonly partition: string;
  readonly region: string;
  readonly account: string;
  readonly clusterName: string;
};

export type AssociationsOptions = {
  readonly clock: SimClock;
  readonly place: AssociationsPlace;
  /** A number in [0, 1), for ids. */
  readonly random: () => number;
  readonly quota?: number;
};

const QUOTA = 5000;
/** How long an ended association is remembered for those who look at an earlier moment. */
const MEMORY_MS = 3_600_000;
const ID_CHARACTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

type Life = Timeline<Association>;
type Grave = { readonly associationId: string; readonly identity: string; readonly at: number };

/** Writes are effective at once here; `list`, `get` and `inForce` take the moment to look at. Refusals are ApiErrors. */
export class Associations {
  /**
   * For this long after a delete, a create for the same identity is refused: users report delete-then-create
   * being answered with ResourceInUseException.
   */
  recreateDelay = 0;
  quota: number;
  readonly #options: AssociationsOptions;
  readonly #lives = new Map<string, Life>();
  readonly #idsByIdentity = new Map<string, Set<string>>();
  readonly #graves: Grave[] = [];
  readonly #tokens = new RequestTokens();
  #sortedIds: string[] | undefined;
  #count = 0;

  constructor(options: AssociationsOptions) {
    this.#options = options;
    this.quota = options.quota ?? QUOTA;
  }

  create(input: AssociationInput): Association {
    checkInput(input);
    const repeated = this.get(this.#tokens.madeBy(input) ?? '');
    if (repeated !== undefined) return repeated;
    const { clusterName } = this.#options.place;
    const taken = this.#takenBy(input);
    if (taken !== undefined) throw alreadyExists(clusterName, taken);
    if (this.#count >= this.quota) throw quotaReached(clusterName, this.quota);
    const association = this.#make(input);
    this.#keep(association);
    this.#tokens.remember(input, association.associationId);
    return association;
  }

  update(associationId: string, change: AssociationChange): Association {
    const old = this.require(associationId);
    if (this.#tokens.madeBy(change) === associationId) return old;
    const changed = { ...old, ...present(change), modifiedAt: this.#now() };
    checkGrant(changed);
    const association = this.#withExternalId(changed);
    this.#lives.get(associationId)?.set(association.modifiedAt, association);
    this.#tokens.remember(change, associationId);
    return association;
  }

  /** Gives back what was deleted, as the API does. */
  delete(associationId: string): Association {
    const old = this.require(associationId);
    const at = this.#now();
    this.#lives.get(associationId)?.set(at, undefined);
    this.#graves.push({ associationId, identity: keyOf(old), at });
    this.#count -= 1;
    this.#bury(at - MEMORY_MS);
    return old;
  }

  /** The association as it is now, or the API's answer for one that is not there. */
  require(associationId: string, moment: number = this.#now()): Association {
    checkId(associationId);
    const found = this.get(associationId, moment);
    if (found === undefined) throw associationNotFound(associationId);
    return found;
  }

  get(associationId: string, moment: number = this.#now()): Association | undefined {
    return this.#lives.get(associationId)?.at(moment);
  }

  find(namespace: string, serviceAccount: string): Association | undefined {
    return this.list({ namespace, serviceAccount })[0];
  }

  /** In the order of their random ids: always the same, and nothing that a caller could rely on. */
  list(filter: AssociationFilter = {}, moment: number = this.#now()): Association[] {
    return this.#candidates(filter)
      .map((id) => this.get(id, moment))
      .filter((association) => association !== undefined)
      .filter((association) => matches(association, filter));
  }

  /** Whether the identity has an association in a view that learns of births and ends with these delays. */
  isKnown(namespace: string, serviceAccount: string, lag: { birth: number; end: number }): boolean {
    const now = this.#now();
    return this.#candidates({ namespace, serviceAccount }).some((id) => {
      const life = this.#lives.get(id);
      return life !== undefined && life.bornAt() + lag.birth <= now && now < life.endedAt() + lag.end;
    });
  }

  #now(): number {
    return this.#options.clock.now();
  }

  #make(input: AssociationInput): Association {
    const { partition, region, account, clusterName } = this.#options.place;
    const associationId = this.#newId();
    const now = this.#now();
    return this.#withExternalId({
      clusterName,
      namespace: input.namespace,
      serviceAccount: input.serviceAccount,
      roleArn: input.roleArn,
      associationArn: `arn:${partition}:eks:${region}:${account}:podidentityassociation/${clusterName}/${associationId}`,
      associationId,
      tags: input.tags ?? {},
      createdAt: now,
      modifiedAt: now,
      disableSessionTags: input.disableSessionTags ?? false,
      ...present({ ownerArn: input.ownerArn, targetRoleArn: input.targetRoleArn, policy: input.policy }),
    });
  }

  /** EKS makes the external id; it exists exactly where there is a target role. Empty fields are left out. */
  #withExternalId(association: Association): Association {
    const { targetRoleArn, externalId: _old, policy, ...rest } = association;
    const { region, account, clusterName } = this.#options.place;
    const externalId = [region, account, clusterName, rest.namespace, rest.serviceAccount].join('/');
    return {
      ...rest,
      ...(targetRoleArn ? { targetRoleArn, externalId } : {}),
      ...(policy ? { policy } : {}),
    };
  }

  #newId(): string {
    const { random } = this.#options;
    const characters = Array.from({ length: 17 }, () => ID_CHARACTERS[Math.floor(random() * 36)]);
    return `a-${characters.join('')}`;
  }

  #keep(association: Association): void {
    const life: Life = new Timeline();
    life.set(association.createdAt, association);
    this.#lives.set(association.associationId, life);
    const ids = this.#idsByIdentity.get(keyOf(association)) ?? new Set();
    this.#idsByIdentity.set(keyOf(association), ids.add(association.associationId));
    this.#sortedIds = undefined;
    this.#count += 1;
  }

  #candidates({ namespace, serviceAccount }: AssociationFilter): readonly string[] {
    if (namespace !== undefined && serviceAccount !== undefined) {
      return [...(this.#idsByIdentity.get(keyOf({ namespace, serviceAccount })) ?? [])].sort();
    }
    this.#sortedIds ??= [...this.#lives.keys()].sort();
    return this.#sortedIds;
  }

  #takenBy(input: AssociationInput): string | undefined {
    const since = this.#now() - this.recreateDelay;
    const ids = this.#idsByIdentity.get(keyOf(input)) ?? [];
    return [...ids].find((id) => (this.#lives.get(id)?.endedAt() ?? 0) > since);
  }

  #bury(before: number): void {
    for (let grave = this.#graves[0]; grave !== undefined && grave.at < before; grave = this.#graves[0]) {
      this.#graves.shift();
      this.#lives.delete(grave.associationId);
      this.#idsByIdentity.get(grave.identity)?.delete(grave.associationId);
      this.#sortedIds = undefined;
    }
  }
}

function keyOf(identity: { readonly namespace: string; readonly serviceAccount: string }): string {
  return `${identity.namespace}/${identity.serviceAccount}`;
}

function matches(association: Association, filter: AssociationFilter): boolean {
  const { namespace, serviceAccount } = filter;
  if (namespace !== undefined && association.namespace !== namespace) return false;
  return serviceAccount === undefined || association.serviceAccount === serviceAccount;
}

/** The members that are set. */
function present(change: AssociationChange & { ownerArn?: string | undefined }): Partial<Association> {
  const { clientRequestToken: _, ...rest } = change;
  return Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
}
