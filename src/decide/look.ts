/** Looks: whether a reading answers a hint, and when to look again while none does. */

import type { Association, Standing } from '../domain/association.ts';
import { unchangedSince } from '../domain/association.ts';
import type { AssociationHint, Look } from '../domain/hint.ts';
import type { Reading } from '../domain/reading.ts';
import type { Instant } from '../domain/time.ts';
import { after, milliseconds, minutes, seconds } from '../domain/time.ts';

/** EKS shows a change everywhere within this time; what it shows later is not for want of consistency. */
export const CONSISTENT_AFTER = minutes(1);

/** A hint that nothing has confirmed for so long is given up. */
export const LOOK_LIFE = minutes(3);

const FIRST_PAUSE = seconds(1);
const LONGEST_PAUSE = seconds(30);

/** A record's time is cut to whole seconds, and clocks differ a little. */
const SLACK = seconds(2);

/**
 * Whether the reading tells what the hint asked for. A reading that contradicts the hint is an answer only when
 * it is late enough for EKS to be consistent: a record may come before List and Describe show the change.
 */
export function isAnswered(hint: AssociationHint, standing: Reading<Standing>): boolean {
  if (standing.kind === 'unknown') return false;
  if (standing.at >= after(hint.evidence.at, CONSISTENT_AFTER)) return true;
  const { value } = standing;
  if (value.kind === 'none') return hint.action === 'deleted' && standing.at >= hint.evidence.at;
  return isShown(hint, value.association);
}

function isShown(hint: AssociationHint, association: Association): boolean {
  const isSame = hint.association === undefined || hint.association === association.id;
  const isLater = after(unchangedSince(association), SLACK) >= hint.evidence.at;
  return hint.action === 'deleted' ? !isSame && isLater : isSame && isLater;
}

export function lookFor(hint: AssociationHint, now: Instant): Look {
  return { hint, tries: 0, nextAt: now, until: after(now, LOOK_LIFE) };
}

/** The look after a reading: undefined once it is answered or given up, else for later, at growing intervals. */
export function lookOn(look: Look, standing: Reading<Standing>, now: Instant): Look | undefined {
  if (isAnswered(look.hint, standing)) return undefined;
  const pause = milliseconds(Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** look.tries));
  const nextAt = after(now, pause);
  return nextAt > look.until ? undefined : { ...look, tries: look.tries + 1, nextAt };
}
