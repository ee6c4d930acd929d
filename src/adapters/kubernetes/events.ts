/** Shows on the pod itself what became of it, and on the Deployment what brakes the daemon: reports as Events, written behind the back of the reporter. */

import type { Holder } from '../../domain/holder.ts';
import type { OwnPod } from '../../domain/policy.ts';
import type { Report } from '../../domain/report.ts';
import type { Duration } from '../../domain/time.ts';
import { minutes, seconds } from '../../domain/time.ts';
import type { Clock, Random } from '../../ports/clock.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { KubernetesClient } from './client.ts';
import { withDeadline } from './deadline.ts';
import type { Note } from './event-note.ts';
import { brakeNote, healingNote, noteOf } from './event-note.ts';
import type { Entry, Subject } from './event-queue.ts';
import { EventQueue } from './event-queue.ts';
import { microTime, wholeSecondTime } from './rfc3339.ts';

export type PodEventsDeps = {
  readonly client: KubernetesClient;
  readonly clock: Clock;
  readonly random: Random;
  /** The reporting instance, such as the daemon's pod name. */
  readonly instance: string;
};

const COMPONENT = 'pod-identity-revoker';
/** A repeat sooner than this is counted, and written with the next one that comes later. */
const FOLD_WITHIN = minutes(5);
const WRITE_TIMEOUT = seconds(10);
/** At the end what is queued gets this long. */
const DRAIN_LIMIT: Duration = seconds(3);

export class PodEvents implements Reporter {
  readonly #deps: PodEventsDeps;
  readonly #queue = new EventQueue(FOLD_WITHIN);
  #wake: () => void = () => undefined;
  #failed = 0;
  /** The daemon's own, once it is known. */
  #deployment: Subject | undefined;

  constructor(deps: PodEventsDeps) {
    this.#deps = deps;
  }

  /** Events that were given up, because the queue was full or the API did not take them. */
  get dropped(): number {
    return this.#queue.dropped + this.#failed;
  }

  report(report: Report): void {
    if (report.kind === 'own-pod') this.#deployment = deploymentOf(report.ownPod);
    else if (report.kind === 'brake') this.#add(this.#deployment, brakeNote(report.state));
    else if (report.kind === 'eviction') this.#add(podOf(report.holder), noteOf(report));
    else if (report.kind === 'healing') this.#add(podOf(report.rostered.pod), healingNote(report));
  }

  #add(subject: Subject | undefined, note: Note | undefined): void {
    if (subject === undefined || note === undefined) return;
    this.#queue.add(subject, note, this.#deps.clock.now());
    this.#wake();
  }

  /** Writes until `signal` is aborted, then what is left for a short while; then is fulfilled. */
  async run(signal: AbortSignal): Promise<void> {
    const wake = (): void => this.#wake();
    signal.addEventListener('abort', wake, { once: true });
    while (!signal.aborted) {
      if (this.#queue.size === 0) await this.#arrival(signal);
      else await this.#writeNext(signal);
    }
    signal.removeEventListener('abort', wake);
    await this.#drain();
  }

  async #arrival(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (signal.aborted || this.#queue.size > 0) resolve();
    });
  }

  async #drain(): Promise<void> {
    const unending = new AbortController().signal;
    try {
      await withDeadline(
        this.#deps.clock,
        DRAIN_LIMIT,
        async (stop) => {
          while (this.#queue.size > 0 && !stop.aborted) await this.#writeNext(stop);
        },
        unending,
      );
    } finally {
      this.#failed += this.#queue.size;
    }
  }

  /** An entry whose writing is interrupted goes back, for the drain. */
  async #writeNext(signal: AbortSignal): Promise<void> {
    const entry = this.#queue.next();
    if (entry === undefined) return;
    try {
      if (!(await this.#write(entry, signal))) this.#failed++;
    } catch (error) {
      if (!signal.aborted) throw error;
      this.#queue.putBack(entry);
    }
  }

  async #write(entry: Entry, signal: AbortSignal): Promise<boolean> {
    if (entry.written !== undefined) {
      const patched = await this.#patch(entry, entry.written, signal);
      if (patched !== 'expired') return patched === 'written';
    }
    return this.#create(entry, signal);
  }

  async #create(entry: Entry, signal: AbortSignal): Promise<boolean> {
    const name = this.#newName(entry.subject.name);
    const reply = await this.#deps.client.request(
      {
        verb: 'create',
        resource: 'events',
        method: 'POST',
        path: eventsPath(entry),
        body: eventOf(entry, name, this.#deps.instance),
        timeout: WRITE_TIMEOUT,
      },
      signal,
    );
    if (reply.kind !== 'ok') return false;
    entry.written = name;
    entry.writtenAt = entry.last;
    return true;
  }

  /** Events live for an hour; one that has expired is made anew. */
  async #patch(entry: Entry, name: string, signal: AbortSignal): Promise<'written' | 'expired' | 'failed'> {
    const reply = await this.#deps.client.request(
      {
        verb: 'patch',
        resource: 'events',
        method: 'PATCH',
        path: `${eventsPath(entry)}/${encodeURIComponent(name)}`,
        contentType: 'application/merge-patch+json',
        body: {
          count: entry.count,
          lastTimestamp: wholeSecondTime(entry.last),
          message: entry.note.message,
        },
        timeout: WRITE_TIMEOUT,
      },
      signal,
    );
    if (reply.kind === 'refused' && reply.status === 404) return 'expired';
    if (reply.kind !== 'ok') return 'failed';
    entry.writtenAt = entry.last;
    return 'written';
  }

  /** Unique enough: the moment and 32 random bits. A DNS subdomain has at most 253 characters. */
  #newName(podName: string): string {
    const moment = this.#deps.clock.now().toString(16);
    const chance = Math.floor(this.#deps.random() * 2 ** 32).toString(16);
    return `${podName.slice(0, 220).replace(/[.-]+$/, '')}.${moment}${chance.padStart(8, '0')}`;
  }
}

function eventsPath({ subject }: Entry): string {
  return `/api/v1/namespaces/${encodeURIComponent(subject.namespace)}/events`;
}

function eventOf({ subject, note, first, last, count }: Entry, name: string, instance: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace: subject.namespace },
    involvedObject: involved(subject),
    reason: note.reason,
    message: note.message,
    type: note.type,
    action: subject.kind === 'Pod' ? 'Evict' : 'Brake',
    source: { component: COMPONENT },
    reportingComponent: COMPONENT,
    reportingInstance: instance,
    eventTime: microTime(first),
    firstTimestamp: wholeSecondTime(first),
    lastTimestamp: wholeSecondTime(last),
    count,
  };
}

function involved({ uid, ...named }: Subject): object {
  return uid === undefined ? named : { ...named, uid };
}

function podOf({ namespace, name, uid }: Holder): Subject {
  return { apiVersion: 'v1', kind: 'Pod', namespace, name, uid };
}

function deploymentOf({ namespace, deployment }: OwnPod): Subject | undefined {
  if (deployment === undefined) return undefined;
  return { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name: deployment, uid: undefined };
}
