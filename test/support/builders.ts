/** Builders with defaults: a test spells out only what matters to it. */

import type { Association } from '../../src/domain/association.ts';
import { associationId } from '../../src/domain/association.ts';
import type { Grant } from '../../src/domain/grant.ts';
import type { History, Span } from '../../src/domain/history.ts';
import { NO_HISTORY } from '../../src/domain/history.ts';
import type { Holder } from '../../src/domain/holder.ts';
import { podUid } from '../../src/domain/holder.ts';
import type { Identity } from '../../src/domain/identity.ts';
import { identityOf } from '../../src/domain/identity.ts';
import type { Policy } from '../../src/domain/policy.ts';
import type { Revocation } from '../../src/domain/revocation.ts';
import type { Instant } from '../../src/domain/time.ts';
import { hours, instant, seconds } from '../../src/domain/time.ts';

/** An instant so many seconds after an arbitrary, fixed moment. Negative ones are before it. */
export function at(secondsFromZero: number): Instant {
  return instant(Date.UTC(2026, 0, 5, 12) + secondsFromZero * 1000);
}

export function identity(text = 'team-a/etl'): Identity {
  const [namespace = '', serviceAccount = ''] = text.split('/');
  const built = identityOf(namespace, serviceAccount);
  if (built === undefined) throw new Error(`not an identity: ${text}`);
  return built;
}

export function grant(role = 'etl', more: Partial<Grant> = {}): Grant {
  return { roleArn: `arn:aws:iam::111122223333:role/${role}`, disableSessionTags: false, ...more };
}

export function association(more: Partial<Association> = {}): Association {
  const id = more.id ?? associationId('a-0123456789abcdefg');
  return {
    id,
    arn: `arn:aws:eks:eu-west-1:111122223333:podidentityassociation/prod/${id}`,
    identity: identity(),
    grant: grant(),
    createdAt: at(-86_400),
    modifiedAt: at(-86_400),
    ...more,
  };
}

let uids = 0;

export function holder(more: Partial<Holder> = {}): Holder {
  uids += 1;
  return {
    uid: podUid(`uid-${uids}`),
    namespace: 'team-a',
    name: `etl-${uids}`,
    identity: identity(),
    start: at(-3600),
    finished: false,
    labels: {},
    ...more,
  };
}

export function span(more: Partial<Span> = {}): Span {
  return {
    id: associationId('a-0123456789abcdefg'),
    grant: grant(),
    since: at(-86_400),
    seenAt: at(-10),
    readAt: at(-10),
    end: undefined,
    ...more,
  };
}

export function history(more: Partial<History> = {}): History {
  return { ...NO_HISTORY, ...more };
}

/** The history of an identity whose only grant ended between -10 s and 0 s. */
export function endedHistory(): History {
  return history({
    spans: [span({ end: { notBefore: at(-10), notAfter: at(0) } })],
    absentSince: at(0),
    completeFrom: at(-86_400),
  });
}

export function revocation(more: Partial<Revocation> = {}): Revocation {
  return {
    identity: identity(),
    cause: 'deleted',
    stage: 'suspected',
    association: associationId('a-0123456789abcdefg'),
    grant: grant(),
    isPresumed: false,
    end: undefined,
    source: 'list',
    evidence: undefined,
    suspectedAt: at(-1),
    settlingSince: undefined,
    confirmedAt: undefined,
    clearSince: undefined,
    closedAt: undefined,
    found: 0,
    evicted: 0,
    ...more,
  };
}

/** A revocation whose settle time has passed: its stale holders are to be evicted. */
export function confirmed(more: Partial<Revocation> = {}): Revocation {
  return revocation({
    stage: 'confirmed',
    end: { notBefore: at(-10), notAfter: at(0) },
    settlingSince: at(0),
    confirmedAt: at(15),
    ...more,
  });
}

export function policy(more: Partial<Policy> = {}): Policy {
  return {
    settleTime: seconds(15),
    consistencyWindow: seconds(30),
    credentialLife: hours(6),
    onUnknownHistory: 'report',
    onMissed: 'report',
    protectedNamespaces: new Set(['kube-system']),
    namespaces: undefined,
    ownPod: { namespace: 'pod-identity-revoker', name: 'pod-identity-revoker-0' },
    ...more,
  };
}
