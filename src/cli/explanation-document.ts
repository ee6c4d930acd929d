/** What `explain` shows as JSON: the facts as they are, with times in ISO 8601; what is not known is null. */

import type { IdentityFacts } from '../decide/plan.ts';
import type { Finding } from '../decide/finding.ts';
import { iso } from '../domain/time.ts';
import type { Explained } from './explanation.ts';

export function explanationDocument({ rostered, facts, finding, now }: Explained): unknown {
  const { pod, access, roleArn, isMirror, revision } = rostered;
  return {
    at: iso(now),
    pod: {
      ...pod,
      start: iso(pod.start),
      access,
      irsaRole: roleArn ?? null,
      isMirror,
      revision: revision ?? null,
    },
    ...factFields(facts),
    ...findingFields(finding),
  };
}

function factFields(facts: IdentityFacts | undefined): object {
  if (facts === undefined) return { standing: null, history: null, gaps: [], coverage: null, records: [] };
  const { standing, history, gaps, told, records } = facts;
  return {
    standing: dated(standing),
    history: dated(history),
    gaps: dated(gaps),
    coverage: dated(told.coverage ?? null),
    records: dated([...records, ...told.records]),
  };
}

function findingFields(finding: Finding | undefined): object {
  if (finding === undefined) return { rules: [], verdict: null, evidence: null };
  const { steps, verdict, evidence } = finding;
  return {
    rules: steps.map(({ question, answer }) => ({ question, answer: dated(answer ?? null) })),
    verdict: dated(verdict),
    evidence: dated(evidence ?? null),
  };
}

const TIMES = new Set([
  'at',
  'heardAt',
  'from',
  'until',
  'since',
  'seenAt',
  'readAt',
  'notBefore',
  'notAfter',
  'absentSince',
  'completeFrom',
  'createdAt',
  'modifiedAt',
  'bound',
  'expiresAt',
]);

/** The same value with its instants as ISO 8601. */
function dated(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, inner: unknown) =>
      TIMES.has(key) && typeof inner === 'number' ? new Date(inner).toISOString() : inner,
    ),
  );
}
