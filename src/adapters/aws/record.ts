/** The one parser of CloudTrail records, whichever channel brought them: a hint, or why it is none. */

import type { Action, Channel, Evidence, Hint, Refusal } from '../../domain/hint.ts';
import { after, type Instant, minutes } from '../../domain/time.ts';
import { type Fields, isAbsent } from './parse.ts';
import { actorOf } from './record-actor.ts';
import { associationHint } from './record-association.ts';
import { isFields, shownText, timeOf } from './record-fields.ts';
import { foreignCluster, foreignPlace, type Place } from './record-origin.ts';

/** What a record must belong to, and who heard it. */
export type Expected = {
  readonly clusterName: string;
  readonly place: Place;
  readonly channel: Channel;
  readonly heardAt: Instant;
};

export type Refused = {
  readonly kind: 'refused';
  readonly why: Refusal;
  /** For a person; holds shortened and cleaned text from outside. */
  readonly detail: string;
  readonly eventAt: Instant | undefined;
};

export type Heard = Hint | Refused;

const EVENT_SOURCE = 'eks.amazonaws.com';

/**
 * The calls after which an association may be another one, with what they do to it. The four that say `sweep`
 * may change many: add-ons own associations, and a cluster's end is the end of all of them.
 */
const CALLS: ReadonlyMap<string, Action | 'sweep'> = new Map([
  ['DeletePodIdentityAssociation', 'deleted'],
  ['UpdatePodIdentityAssociation', 'updated'],
  ['CreatePodIdentityAssociation', 'created'],
  ['DeleteAddon', 'sweep'],
  ['UpdateAddon', 'sweep'],
  ['CreateAddon', 'sweep'],
  ['DeleteCluster', 'sweep'],
]);

/** In the order in which they matter. */
export const EVENT_NAMES: readonly string[] = [...CALLS.keys()];

/** A record from further ahead of our clock was made up, and would spoil every figure that is counted from it. */
const MOST_AHEAD = minutes(24 * 60);

/** Total: it never throws, whatever `record` is. Only the fields that are named here are ever looked at. */
export function parseRecord(record: unknown, expected: Expected): Heard {
  if (!isFields(record)) return refused('malformed', 'a record that is no object', undefined);
  const eventAt = eventTime(record, expected);
  const call = calledBy(record);
  if (call.kind === 'refused') return { ...call, eventAt };
  const problem = problemOf(record, expected);
  if (problem !== undefined) return { ...problem, eventAt };
  const { eventID } = record;
  if (!isEventId(eventID)) return refused('malformed', `${call.eventName} without an eventID`, eventAt);
  if (eventAt === undefined) return refused('malformed', `${call.eventName} without its time`, undefined);
  const evidence: Evidence = {
    eventId: eventID,
    eventName: call.eventName,
    at: eventAt,
    heardAt: expected.heardAt,
    channel: expected.channel,
    actor: actorOf(record),
  };
  if (call.action === 'sweep') return { kind: 'sweep', evidence };
  const hint = associationHint(record, call.action, evidence);
  return typeof hint === 'string' ? refused('malformed', `${call.eventName} ${hint}`, eventAt) : hint;
}

export function refused(why: Refusal, detail: string, eventAt: Instant | undefined): Refused {
  return { kind: 'refused', why, detail, eventAt };
}

type Called = {
  readonly kind: 'called';
  readonly eventName: string;
  readonly action: Action | 'sweep';
};

function calledBy({ eventSource, eventName }: Fields): Called | Refused {
  if (typeof eventSource !== 'string' || typeof eventName !== 'string') {
    return refused('malformed', 'a record without eventSource or eventName', undefined);
  }
  const action = eventSource === EVENT_SOURCE ? CALLS.get(eventName) : undefined;
  if (action !== undefined) return { kind: 'called', eventName, action };
  const named = `${shownText(eventName, 80) ?? ''} of ${shownText(eventSource, 80) ?? ''}`;
  return refused('uninteresting', named, undefined);
}

/** A failed call is judged before its cluster is missed: what was refused may lack its parameters. */
function problemOf(record: Fields, expected: Expected): Refused | undefined {
  const elsewhere = foreignPlace(record['recipientAccountId'], record['awsRegion'], expected.place);
  if (elsewhere !== undefined) return refused('foreign', elsewhere, undefined);
  const cluster = foreignCluster(record, expected.clusterName);
  if (cluster.kind === 'other') return refused('foreign', cluster.what, undefined);
  const { errorCode } = record;
  if (!isAbsent(errorCode)) {
    return refused('failed-call', shownText(errorCode, 80) ?? 'an errorCode that is no text', undefined);
  }
  return cluster.kind === 'ours' ? undefined : refused('malformed', cluster.what, undefined);
}

function eventTime(record: Fields, expected: Expected): Instant | undefined {
  const at = timeOf(record['eventTime']);
  return at === undefined || at > after(expected.heardAt, MOST_AHEAD) ? undefined : at;
}

/** A UUID as AWS makes it, or another short word: it is a key and is shown, so nothing else. */
function isEventId(value: unknown): value is string {
  return typeof value === 'string' && /^[\w.:-]{8,128}$/.test(value);
}
