/** The one sentence about a revocation that log lines, Events and the status API show. */

import type { Evidence } from './hint.ts';
import type { End } from './history.ts';
import type { Cause, Revocation } from './revocation.ts';
import type { Duration } from './time.ts';
import { between, iso } from './time.ts';

/**
 * "association a-… of team-a/etl (role …) deleted by arn:… at …; heard by queue after 1.2 s". Where no record
 * was heard: between which readings it was deleted, and what noticed it.
 */
export function sentenceOf(revocation: Revocation): string {
  const { association, grant, evidence } = revocation;
  const id = association === undefined ? 'the association' : `association ${association}`;
  const role = grant === undefined ? '' : ` (role ${grant.roleArn})`;
  const how = evidence === undefined ? seen(revocation) : heard(evidence);
  return `${id} of ${revocation.identity}${role} ${VERBS[revocation.cause]} ${how}`;
}

const VERBS = { deleted: 'deleted', superseded: 'changed' } as const satisfies Record<Cause, string>;

/** A length of time as the sentence shows it: seconds with one digit. */
export function inSeconds(duration: Duration): string {
  return `${(Math.max(0, duration) / 1000).toFixed(1)} s`;
}

function heard({ actor, at, channel, heardAt }: Evidence): string {
  const who = actor.arn ?? actor.invokedBy ?? actor.type;
  return `by ${who} at ${iso(at)}; heard by ${channel} after ${inSeconds(between(at, heardAt))}`;
}

function seen({ end, suspectedAt, source }: Revocation): string {
  return `${endedWhen(end)}; noticed by ${source} at ${iso(suspectedAt)}`;
}

function endedWhen(end: End | undefined): string {
  if (end === undefined) return 'at a time that is not known';
  if (end.notBefore === undefined) return `before ${iso(end.notAfter)}`;
  return `between ${iso(end.notBefore)} and ${iso(end.notAfter)}`;
}
