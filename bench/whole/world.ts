/** The controller in this process, its parts real and the world in memory: what deciding costs, without the network. */

import { systemClock } from '../../src/adapters/clock.ts';
import { HolderTable } from '../../src/adapters/kubernetes/holder-table.ts';
import { Brakes } from '../../src/controller/brakes.ts';
import { Caps } from '../../src/controller/caps.ts';
import { ControlWatch } from '../../src/controller/control-watch.ts';
import type { Deps } from '../../src/controller/deps.ts';
import { Ledger } from '../../src/controller/ledger.ts';
import { Pace } from '../../src/controller/pace.ts';
import { ProofWatch } from '../../src/controller/proof-watch.ts';
import { Reign } from '../../src/controller/reign.ts';
import { Slots } from '../../src/controller/slots.ts';
import type { Association, AssociationId } from '../../src/domain/association.ts';
import { associationId } from '../../src/domain/association.ts';
import type { AssociationHint, Action } from '../../src/domain/hint.ts';
import { podUid } from '../../src/domain/holder.ts';
import type { Identity } from '../../src/domain/identity.ts';
import { identityOf } from '../../src/domain/identity.ts';
import { known, unknown } from '../../src/domain/reading.ts';
import { before, hours, milliseconds, minutes } from '../../src/domain/time.ts';
import type { Associations } from '../../src/ports/associations.ts';
import type { ChannelListener, RecordChannel } from '../../src/ports/channel.ts';
import type { Evictor } from '../../src/ports/evictor.ts';
import type { Pods, PodsListener } from '../../src/ports/pods.ts';

/** Whatever is paced is not what is measured. */
const UNPACED = { rate: 1_000_000, burst: 1_000_000 } as const;
const ARN = 'arn:aws:eks:us-west-2:111122223333:podidentityassociation/bench/';

const clock = systemClock();

export class DecisionWorld {
  readonly table = new HolderTable();
  readonly identities: readonly Identity[];
  readonly deps: Deps;
  /** Called when an eviction is asked for, which is granted. */
  onEviction: () => void = () => undefined;
  readonly #associations = new Map<Identity, Association>();
  readonly #byId = new Map<AssociationId, Association>();
  #view: PodsListener | undefined;
  #ear: ChannelListener | undefined;
  #events = 0;

  /** Every identity has an association, and the holders are dealt out to the second half of them; the others have one each. */
  constructor(identities: number, holders: number) {
    this.identities = Array.from({ length: identities }, (_, n) => nth(n));
    for (const [n, identity] of this.identities.entries()) this.#associate(identity, n, 'first');
    const half = Math.floor(identities / 2);
    for (let n = 0; n < holders; n += 1) {
      const index = n < half ? n : half + (n % (identities - half));
      this.#start(this.identities[index] ?? nth(0), n);
    }
    this.deps = this.#build();
  }

  /** The association of the nth identity, which has one pod, is gone, and the queue tells. */
  delete(n: number): void {
    const identity = nth(n);
    const association = this.#associations.get(identity);
    this.#associations.delete(identity);
    if (association !== undefined) this.#byId.delete(association.id);
    this.#tell('deleted', identity, association);
  }

  /** It has another role in place, and the queue tells. */
  update(n: number): void {
    const identity = nth(n);
    this.#associate(identity, n, 'other');
    this.#tell('updated', identity, this.#associations.get(identity));
  }

  #tell(action: Action, identity: Identity, association: Association | undefined): void {
    this.#events += 1;
    const now = clock.now();
    const hint: AssociationHint = {
      kind: 'association',
      action,
      identity,
      association: association?.id,
      grant: undefined,
      evidence: {
        eventId: `event-${this.#events}`,
        eventName: `${action}PodIdentityAssociation`,
        at: now,
        heardAt: now,
        channel: 'queue',
        actor: { type: 'IAMUser', arn: 'arn:aws:iam::111122223333:user/bench' },
      },
    };
    this.#ear?.hint(hint);
  }

  #associate(identity: Identity, n: number, role: string): void {
    const id = associationId(`a-${String(n).padStart(17, '0')}`);
    const createdAt = before(clock.now(), hours(24));
    const association: Association = {
      id,
      arn: `${ARN}${id}`,
      identity,
      grant: { roleArn: `arn:aws:iam::111122223333:role/${role}-${n}`, disableSessionTags: false },
      createdAt,
      modifiedAt: role === 'first' ? createdAt : clock.now(),
    };
    this.#associations.set(identity, association);
    this.#byId.set(id, association);
  }

  #start(identity: Identity, n: number): void {
    const [namespace = ''] = identity.split('/');
    const uid = podUid(`0f8fad5b-d9cb-469f-a165-${String(n).padStart(12, '0')}`);
    const start = before(clock.now(), hours(1));
    this.table.put(
      { uid, namespace, name: `pod-${n}`, identity, start, finished: false, labels: {} },
      String(n),
    );
  }

  #build(): Deps {
    const reporter = { report: (): void => undefined };
    const reign = new Reign({ leadership: undefined, reporter });
    const pods = this.#pods();
    const issuer = async () => known('https://oidc.example.com/id/BENCH', clock.now());
    const brakes = new Brakes({
      clock,
      pods,
      reporter,
      reign,
      proof: new ProofWatch({ clock, issuers: { eks: { issuer }, kubernetes: { issuer } } }),
      controls: new ControlWatch({ clock, reporter, controls: undefined }),
      massEnd: { minimum: 5000, percent: 100 },
      listLimit: hours(4),
    });
    return {
      clock,
      random: Math.random,
      associations: this.#eks(),
      pods,
      evictor: this.#evictor(),
      rosters: { of: async () => known([], clock.now()), find: async () => known(undefined, clock.now()) },
      reporter,
      ledger: new Ledger(),
      pace: new Pace(clock, UNPACED),
      caps: new Caps(clock, { perNamespace: undefined, perIdentity: undefined }),
      slots: new Slots(16),
      estimate: () => undefined,
      brakes,
      reign,
      ownIdentity: undefined,
      confirmPace: new Pace(clock, UNPACED),
      lookPace: new Pace(clock, UNPACED),
      channels: [this.#channel()],
      ledgerStore: undefined,
      policy: {
        settleTime: milliseconds(0),
        consistencyWindow: milliseconds(0),
        credentialLife: hours(6),
        onUnknownHistory: 'report',
        onMissed: 'report',
        deadline: minutes(15),
        force: false,
        maxGracePeriod: undefined,
        protectedNamespaces: new Set(),
        namespaces: undefined,
        ownPod: undefined,
      },
      longestGap: hours(4),
      mode: 'enforce',
    };
  }

  #pods(): Pods {
    const { table } = this;
    return {
      count: () => table.size,
      holdersOf: (identity) => table.holdersOf(identity),
      holder: (uid) => table.get(uid)?.holder,
      identities: () => [...table.identities()],
      unreadable: () => [],
      freshness: () => ({ kind: 'synced', asOf: clock.now() }),
      run: (listener, signal) => {
        this.#view = listener;
        return ended(signal);
      },
    };
  }

  #channel(): RecordChannel {
    return {
      name: 'queue',
      run: (listener, signal) => {
        this.#ear = listener;
        return ended(signal);
      },
    };
  }

  #eks(): Associations {
    return {
      list: async () => {
        const at = clock.now();
        const ids = new Map([...this.#associations].map(([identity, { id }]) => [identity, [id]]));
        return known({ ids, unreadable: 0 }, at);
      },
      describe: async (id) => {
        const association = this.#byId.get(id);
        return association === undefined
          ? unknown('not-found', id, clock.now())
          : known(association, clock.now());
      },
      confirm: async (identity) => {
        const association = this.#associations.get(identity);
        return known(
          association === undefined ? { kind: 'none' } : { kind: 'granted', association },
          clock.now(),
        );
      },
    };
  }

  #evictor(): Evictor {
    return {
      evict: async ({ holder }) => {
        this.table.remove(holder.uid);
        this.#view?.changed(holder.identity);
        this.onEviction();
        return { kind: 'evicted' };
      },
      force: async () => ({ kind: 'evicted' }),
    };
  }
}

function nth(n: number): Identity {
  const identity = identityOf(`team-${n % 40}`, `tenant-${String(n).padStart(4, '0')}`);
  if (identity === undefined) throw new Error('not an identity');
  return identity;
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
