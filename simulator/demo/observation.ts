/** Watches the daemon's log and the cluster's pods, tells the screen, and keeps what the story waits for. */

import type { Operation } from '../aws/call.ts';
import type { CallRecord } from '../aws/service.ts';
import { textAt } from '../kubernetes/object.ts';
import type { StoreEvent } from '../kubernetes/store.ts';
import { TIMES } from './daemon-command.ts';
import type { Addresses } from './daemon-answers.ts';
import type { DaemonLine } from './daemon-line.ts';
import { endedText, narrate, podRow, timeAt } from './narrate.ts';
import type { PodFacts } from './pod-facts.ts';
import { isHolderOf, podFacts } from './pod-facts.ts';
import type { Scene } from './scene.ts';
import type { Screen } from './screen.ts';
import type { Entry } from './timeline.ts';

const WATCHING = `that was the last; until ${TIMES.window} s after the end a new pod may get the old grant`;

/** When the daemon called it contained, and since when there had been no holder. */
export type Containment = { readonly at: number; readonly clearSince: number };

export class Observation {
  readonly #scene: Scene;
  readonly #screen: Screen;
  /** Every pod that is there, by uid. */
  readonly #pods: Map<string, PodFacts>;
  readonly #started: Set<string>;
  readonly #eksWrites: Operation[] = [];
  #polls = 0;
  /** By identity: when its association was last deleted. */
  readonly #ends = new Map<string, number>();
  #origin: number | undefined;
  #addresses: Addresses | undefined;
  #contained: Containment | undefined;

  constructor(scene: Scene, screen: Screen) {
    this.#scene = scene;
    this.#screen = screen;
    this.#pods = new Map(scene.before.map((pod) => [pod.uid, pod]));
    this.#started = new Set(this.#pods.keys());
  }

  /** Where the daemon listens, once it has said so. */
  get addresses(): Addresses | undefined {
    return this.#addresses;
  }

  /** The containment of the scene's identity, once the daemon has told of it. */
  get contained(): Containment | undefined {
    return this.#contained;
  }

  /** Calls to EKS that were no reads, whoever made them. */
  get eksWrites(): readonly Operation[] {
    return this.#eksWrites;
  }

  /** Full Lists since the timeline began: the daemon's polls. */
  get polls(): number {
    return this.#polls;
  }

  /** The answer ends it. */
  watch(): () => void {
    const { eks, kubernetes } = this.#scene.simulator;
    const endings = [
      kubernetes.store.subscribe('pods', (event) => this.#podChanged(event)),
      eks.onCall((record) => this.#eksCalled(record)),
    ];
    return () => {
      for (const end of endings) end();
    };
  }

  /** The clock of the timeline starts. */
  begin(at: number): void {
    this.#origin = at;
  }

  readonly heard = (line: DaemonLine): void => {
    if (line.message === 'started') this.#addresses = addressesOf(line);
    const entry = narrate(line, {
      origin: this.#origin ?? line.at,
      settleSeconds: TIMES.settle,
      podOf: (uid) => this.#pods.get(uid),
      endOf: (identity) => this.#ends.get(identity),
    });
    if (entry === undefined) return;
    this.#tell(entry);
    const isTheirs = textAt(line.fields, 'identity') === this.#scene.identity;
    if (entry.stage !== 'contained' || !isTheirs) return;
    this.#contained ??= { at: line.at, clearSince: timeAt(line, 'clearSince') ?? line.at };
  };

  #eksCalled({ operation, params, answer, at }: CallRecord): void {
    const isPoll = operation === 'ListPodIdentityAssociations' && params['namespace'] === undefined;
    if (isPoll && this.#origin !== undefined && this.#contained === undefined) this.#polls += 1;
    if (/^(?:List|Describe)/.test(operation)) return;
    this.#eksWrites.push(operation);
    if (operation !== 'DeletePodIdentityAssociation' || 'error' in answer) return;
    const field = (name: string): string => textAt(answer.response, 'association', name) ?? '';
    const identity = `${field('namespace')}/${field('serviceAccount')}`;
    this.#ends.set(identity, at);
    const holders = [...this.#pods.values()].filter((pod) => isHolderOf(identity, pod)).length;
    const association = { identity, id: field('associationId'), role: field('roleArn'), holders };
    this.#tell({ at, stage: 'ended', text: endedText(association) });
  }

  #podChanged({ type, object }: StoreEvent): void {
    const { clock, kubernetes } = this.#scene.simulator;
    const pod = podFacts(object, kubernetes.store);
    if (type === 'DELETED') this.#pods.delete(pod.uid);
    else this.#pods.set(pod.uid, pod);
    if (type === 'DELETED') this.#podGone(pod, clock.now());
    else if (pod.isRunning && !this.#started.has(pod.uid)) this.#podStarted(pod, clock.now());
  }

  #podStarted(pod: PodFacts, at: number): void {
    this.#started.add(pod.uid);
    const what = pod.hasToken ? 'with a token volume' : 'without credentials';
    this.#tell({ at, stage: 'started', text: podRow(pod, what) });
  }

  #podGone(pod: PodFacts, at: number): void {
    this.#tell({ at, stage: 'gone', text: podRow(pod, '') });
    const isLast = this.#scene.expected.every(({ uid }) => !this.#pods.has(uid));
    if (isLast && this.#contained === undefined) this.#tell({ at, stage: 'watching', text: WATCHING });
  }

  #tell(entry: Entry): void {
    this.#screen.entry(entry, this.#origin ?? entry.at);
  }
}

function addressesOf({ fields }: DaemonLine): Addresses | undefined {
  const listen = textAt(fields, 'listen');
  const statusListen = textAt(fields, 'statusListen');
  return listen === undefined || statusListen === undefined ? undefined : { listen, statusListen };
}
