/** Reads a cluster's Pod Identity associations from EKS. */

import type { AssociationId, Listing } from '../../domain/association.ts';
import type { Identity } from '../../domain/identity.ts';
import { known, type Reading } from '../../domain/reading.ts';
import type { Associations } from '../../ports/associations.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Traffic } from '../../ports/traffic.ts';
import { type Eks, requestAssociation } from './call.ts';
import { type EksOptions, eksClient } from './client.ts';
import { confirm } from './confirm.ts';
import { pagesOf } from './pages.ts';
import type { Page } from './parse.ts';

export type AssociationsDeps = {
  readonly clusterName: string;
  readonly clock: Clock;
  readonly traffic: Traffic;
  /** For tests; in production the SDK finds everything by itself. */
  readonly eks?: EksOptions;
};

/** Disposing of it closes its connections; calls in flight end as unreachable. */
export function createAssociations(deps: AssociationsDeps): Associations & AsyncDisposable {
  const { clusterName, clock, traffic } = deps;
  const client = eksClient(traffic, deps.eks);
  const eks: Eks = { client, clusterName, clock };
  return {
    list: (signal) => list(eks, signal),
    describe: (id, signal) => requestAssociation(eks, id, clock.now(), signal),
    confirm: (identity, lastKnown, signal) => confirm(eks, { identity, lastKnown }, signal),
    [Symbol.asyncDispose]: async () => client.destroy(),
  };
}

async function list(eks: Eks, signal: AbortSignal): Promise<Reading<Listing>> {
  const at = eks.clock.now();
  const pages: Page[] = [];
  for await (const page of pagesOf(eks, undefined, at, signal)) {
    if (page.kind === 'unknown') return page;
    pages.push(page.value);
  }
  return known(listingOf(pages), at);
}

/** Ordered by identity, and the ids of one identity by id, whatever the order of the pages. */
export function listingOf(pages: readonly Page[]): Listing {
  const found = new Map<Identity, Set<AssociationId>>();
  let unreadable = 0;
  for (const page of pages) {
    unreadable += page.unreadable;
    for (const { identity, id } of page.entries) {
      const ids = found.get(identity);
      if (ids === undefined) found.set(identity, new Set([id]));
      else ids.add(id);
    }
  }
  const ids = new Map<Identity, readonly AssociationId[]>();
  for (const identity of [...found.keys()].sort()) ids.set(identity, [...(found.get(identity) ?? [])].sort());
  return { ids, unreadable };
}
