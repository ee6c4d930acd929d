/** All pages of one List, as readings, until the last one or the first that is unknown. */

import type { Identity } from '../../domain/identity.ts';
import { type Reading, unknown } from '../../domain/reading.ts';
import type { Instant } from '../../domain/time.ts';
import { type Eks, requestPage } from './call.ts';
import type { Page } from './parse.ts';

/** Twice what the quota of 5,000 associations needs. A List without end must not keep us for ever. */
const MAX_PAGES = 100;

/** The sequence is complete if and only if no reading in it is unknown. Who has seen enough may stop. */
export async function* pagesOf(
  eks: Eks,
  identity: Identity | undefined,
  at: Instant,
  signal: AbortSignal,
): AsyncGenerator<Reading<Page>, void, undefined> {
  const seen = new Set<string>();
  let nextToken: string | undefined;
  for (let count = 0; count < MAX_PAGES; count += 1) {
    const page = await requestPage(eks, { identity, nextToken }, at, signal);
    yield page;
    if (page.kind === 'unknown') return;
    nextToken = page.value.nextToken;
    if (nextToken === undefined) return;
    if (seen.has(nextToken)) {
      yield unknown('malformed', 'ListPodIdentityAssociations: EKS gave the same nextToken twice', at);
      return;
    }
    seen.add(nextToken);
  }
  yield unknown('malformed', `ListPodIdentityAssociations: EKS gave more than ${MAX_PAGES} pages`, at);
}
