/** A confirmation: what List and Describe, asked about one identity, prove together. */

import type { Association, AssociationId, Standing } from '../../domain/association.ts';
import type { Identity } from '../../domain/identity.ts';
import { known, type Reading, unknown } from '../../domain/reading.ts';
import type { Instant } from '../../domain/time.ts';
import { type Eks, requestAssociation } from './call.ts';
import { pagesOf } from './pages.ts';

export type Question = {
  readonly identity: Identity;
  readonly lastKnown: AssociationId | undefined;
};

type Described = { readonly id: AssociationId; readonly reading: Reading<Association> };

/**
 * | List shows | Describe(lastKnown)     | reading                                             |
 * | ---------- | ----------------------- | --------------------------------------------------- |
 * | unknown    | anything                | what List's unknown says                            |
 * | nothing    | not asked, or not found | none                                                |
 * | nothing    | finds it                | unknown: inconsistent                               |
 * | nothing    | unknown otherwise       | that unknown                                        |
 * | one id     | anything                | what Describe(that id) says; not found: inconsistent |
 * | more ids   | anything                | unknown: inconsistent                               |
 */
export async function confirm(eks: Eks, question: Question, signal: AbortSignal): Promise<Reading<Standing>> {
  const at = eks.clock.now();
  const [listed, last] = await Promise.all([
    listedIds(eks, question.identity, at, signal),
    describeLastKnown(eks, question.lastKnown, at, signal),
  ]);
  if (listed.kind === 'unknown') return listed;
  const [id, ...others] = listed.value;
  if (others.length > 0) return unknown('inconsistent', 'List shows two associations of one identity', at);
  if (id === undefined) return absence(last?.reading, at);
  const reading = last?.id === id ? last.reading : await requestAssociation(eks, id, at, signal);
  return presence(reading, question.identity, at);
}

/** The different ids that the filtered List shows; it stops at the second, which settles the question. */
async function listedIds(
  eks: Eks,
  identity: Identity,
  at: Instant,
  signal: AbortSignal,
): Promise<Reading<readonly AssociationId[]>> {
  const ids = new Set<AssociationId>();
  for await (const page of pagesOf(eks, identity, at, signal)) {
    if (page.kind === 'unknown') return page;
    if (page.value.unreadable > 0) {
      return unknown('malformed', 'List shows an entry without identity or id', at);
    }
    for (const entry of page.value.entries) {
      if (entry.identity !== identity) {
        return unknown('malformed', 'List shows another identity than asked for: its filter was ignored', at);
      }
      ids.add(entry.id);
    }
    if (ids.size > 1) break;
  }
  return known([...ids], at);
}

async function describeLastKnown(
  eks: Eks,
  id: AssociationId | undefined,
  at: Instant,
  signal: AbortSignal,
): Promise<Described | undefined> {
  if (id === undefined) return undefined;
  return { id, reading: await requestAssociation(eks, id, at, signal) };
}

function absence(last: Reading<Association> | undefined, at: Instant): Reading<Standing> {
  if (last === undefined) return known({ kind: 'none' }, at);
  if (last.kind === 'known') {
    return unknown('inconsistent', 'List shows no association, but Describe finds the last known one', at);
  }
  return last.why === 'not-found' ? known({ kind: 'none' }, at) : last;
}

function presence(reading: Reading<Association>, identity: Identity, at: Instant): Reading<Standing> {
  if (reading.kind === 'known') {
    const association = reading.value;
    if (association.identity === identity) return known({ kind: 'granted', association }, at);
    return unknown('inconsistent', 'List and Describe give one association to two identities', at);
  }
  if (reading.why !== 'not-found') return reading;
  return unknown('inconsistent', 'List shows an association that Describe does not find', at);
}
