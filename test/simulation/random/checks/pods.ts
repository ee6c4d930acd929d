/** Invariants 4, 9, 10 and 12: by uid, not in dry-run, none that is protected, and said only when it is true. */

import type { PodUid } from '../../../../src/domain/holder.ts';
import { namespaceOf } from '../../../../src/domain/identity.ts';
import type { Report } from '../../../../src/domain/report.ts';
import { policy } from '../../../support/builders.ts';
import type { Check } from '../happenings.ts';
import type { Scene } from '../scene.ts';
import type { Story } from '../story.ts';
import { nameOf } from './proof.ts';

/** The accepted eviction is of the pod that was named. */
export function uidCheck(): Check {
  return ({ happening }) => {
    if (happening.kind !== 'eviction-answered') return [];
    const { order, outcome, wasThere } = happening;
    if (outcome.kind !== 'evicted' || wasThere) return [];
    return [`${nameOf(order.holder)} was not there, and another pod was evicted in its place (invariant 4)`];
  };
}

export function dryRunCheck({ settings }: Story): Check {
  return ({ happening }) => {
    const isWrite = happening.kind === 'eviction-asked' && settings.mode === 'dry-run';
    return isWrite ? [`${nameOf(happening.order.holder)} is evicted in dry-run (invariant 9)`] : [];
  };
}

export function protectedCheck({ settings }: Story): Check {
  const { protectedNamespaces, ownPod } = policy(settings.policy);
  return ({ happening }) => {
    if (happening.kind !== 'eviction-asked') return [];
    const { holder } = happening.order;
    const isOwn = holder.namespace === ownPod?.namespace && holder.name === ownPod.name;
    const isExempt = isOwn || protectedNamespaces.has(namespaceOf(holder.identity));
    return isExempt ? [`${nameOf(holder)} is evicted, but is exempt (invariant 10)`] : [];
  };
}

/** Who can be seen to be on its way out, or at its own end, is not evicted any more. */
export function leavingCheck({ host }: Scene): Check {
  return ({ happening }) => {
    if (happening.kind !== 'eviction-asked') return [];
    const seen = host.view?.holder(happening.order.holder.uid);
    const isLeaving = seen === undefined || seen.terminating !== undefined || seen.finished;
    return isLeaving ? [`${nameOf(happening.order.holder)} is evicted, but is leaving already`] : [];
  };
}

/** "evicted" is reported after the API has accepted it. */
export function acceptedCheck(): Check {
  const accepted = new Set<PodUid>();
  return ({ happening }) => {
    if (happening.kind === 'eviction-answered' && happening.outcome.kind === 'evicted') {
      accepted.add(happening.order.holder.uid);
    }
    return happening.kind === 'reported' ? saidEarly(happening.report, accepted) : [];
  };
}

function saidEarly(report: Report, accepted: ReadonlySet<PodUid>): readonly string[] {
  if (report.kind !== 'eviction' || report.outcome.kind !== 'evicted') return [];
  if (accepted.has(report.holder.uid)) return [];
  return [`${nameOf(report.holder)} is said to be evicted before it was accepted (invariant 12)`];
}
