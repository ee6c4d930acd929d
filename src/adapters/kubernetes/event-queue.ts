/** Events that wait to be written: bounded, and repeats of one subject and reason are folded into one. */

import type { Duration, Instant } from '../../domain/time.ts';
import { between } from '../../domain/time.ts';
import type { EventReason, Note } from './event-note.ts';

/** What an Event is about. */
export type Subject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Undefined where it was not read: `kubectl events --for` finds the Event all the same. */
  readonly uid: string | undefined;
};

export type Entry = {
  readonly subject: Subject;
  readonly reason: EventReason;
  note: Note;
  readonly first: Instant;
  last: Instant;
  count: number;
  /** The name under which it was created; undefined until it has been. */
  written: string | undefined;
  writtenAt: Instant | undefined;
  isQueued: boolean;
};

const MOST_QUEUED = 1000;
/** What is remembered for folding; the oldest is forgotten first, and then merely makes a new Event. */
const MOST_REMEMBERED = 5000;

export class EventQueue {
  readonly #foldWithin: Duration;
  readonly #known = new Map<string, Entry>();
  readonly #queue: Entry[] = [];
  dropped = 0;

  constructor(foldWithin: Duration) {
    this.#foldWithin = foldWithin;
  }

  get size(): number {
    return this.#queue.length;
  }

  add(subject: Subject, note: Note, at: Instant): void {
    const key = `${subject.kind} ${subject.namespace} ${subject.name} ${subject.uid ?? ''} ${note.reason}`;
    const known = this.#known.get(key);
    const entry = known === undefined ? this.#remember(key, { subject, note, at }) : repeat(known, note, at);
    const isRecent = entry.writtenAt !== undefined && between(entry.writtenAt, at) < this.#foldWithin;
    if (entry.isQueued || isRecent) return;
    if (this.#queue.length >= MOST_QUEUED) {
      this.dropped++;
      return;
    }
    entry.isQueued = true;
    this.#queue.push(entry);
  }

  next(): Entry | undefined {
    const entry = this.#queue.shift();
    if (entry !== undefined) entry.isQueued = false;
    return entry;
  }

  /** One that was taken, but could not be written for want of time. */
  putBack(entry: Entry): void {
    if (entry.isQueued) return;
    entry.isQueued = true;
    this.#queue.unshift(entry);
  }

  #remember(key: string, { subject, note, at }: { subject: Subject; note: Note; at: Instant }): Entry {
    const entry: Entry = {
      subject,
      reason: note.reason,
      note,
      first: at,
      last: at,
      count: 1,
      written: undefined,
      writtenAt: undefined,
      isQueued: false,
    };
    this.#known.set(key, entry);
    if (this.#known.size > MOST_REMEMBERED) {
      for (const oldest of this.#known.keys()) {
        this.#known.delete(oldest);
        break;
      }
    }
    return entry;
  }
}

function repeat(entry: Entry, note: Note, at: Instant): Entry {
  entry.note = note;
  entry.last = at;
  entry.count++;
  return entry;
}
