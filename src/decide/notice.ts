/** Noticing: what a full List says about one identity, compared with what was known of it. */

import type { AssociationId, Standing } from '../domain/association.ts';
import type { History, Span } from '../domain/history.ts';
import { currentSpan } from '../domain/history.ts';
import type { Reading } from '../domain/reading.ts';

/**
 * - `nothing`: as before
 * - `absent`: an association that was in force is not in the List, or holders run that have none
 * - `unread`: the List shows an id whose grant was not read yet, or not by this daemon
 */
export type Notice = 'nothing' | 'absent' | 'unread';

export function notice(
  listed: readonly AssociationId[],
  history: History,
  standing: Reading<Standing>,
  hasHolders: boolean,
): Notice {
  const current = currentSpan(history);
  if (listed.length > 0) return isRead(listed, current, standing) ? 'nothing' : 'unread';
  if (current !== undefined) return 'absent';
  const isAbsenceKnown = standing.kind === 'known' && standing.value.kind === 'none';
  return hasHolders && !isAbsenceKnown ? 'absent' : 'nothing';
}

/** The one id that is listed is in force as far as is known, and this daemon has read its grant. */
function isRead(
  listed: readonly AssociationId[],
  current: Span | undefined,
  standing: Reading<Standing>,
): boolean {
  const isCurrent = current?.grant !== undefined && listed.length === 1 && listed[0] === current.id;
  return isCurrent && standing.kind === 'known';
}
