/** The command `audit`: one pass, read-only, over everything; what is stale, undecided or missed, and who did it. */

import { parseConfig } from '../config.ts';
import type { Deps } from '../controller/deps.ts';
import type { Survey } from '../controller/survey.ts';
import { survey } from '../controller/survey.ts';
import type { Finding } from '../decide/finding.ts';
import { findings } from '../decide/finding.ts';
import { namespaceOf } from '../domain/identity.ts';
import type { AuditRow } from './audit-row.ts';
import { findingRow, missedRow, tableOf } from './audit-row.ts';
import type { CommandLine } from './command-line.ts';
import type { Invocation } from './invocation.ts';
import { progressOf, surveyDeps } from './survey-deps.ts';

/** Nothing is stale, something is, or it could not be told. */
const CODES = { clean: 0, unclear: 1, stale: 3 } as const;

const ORDER = ['stale', 'undecided', 'missed', 'expired'];

export async function audit(invocation: Invocation, line: CommandLine): Promise<number> {
  const config = parseConfig(invocation.environment);
  await using resources = new AsyncDisposableStack();
  const { namespace } = line.options;
  const watched = typeof namespace === 'string' ? { ...config, namespaces: [namespace] } : config;
  const deps = await surveyDeps(watched, resources, invocation.stopping);
  const isConcerned = (identity: Parameters<typeof namespaceOf>[0]): boolean =>
    namespace === undefined || namespaceOf(identity) === namespace;
  const options = { isConcerned, withMissed: true, progress: progressOf(invocation, line) };
  const result = await survey(deps, options, invocation.stopping);
  const found = result.facts.flatMap((facts) => findings(facts, deps.policy, deps.clock.now()));
  const rows = rowsOf(found, result, deps);
  const summary = summaryOf(found, result);
  for (const { text } of result.problems) invocation.err(`pod-identity-revoker audit: ${text}\n`);
  invocation.out(
    line.options['output'] === 'json'
      ? `${JSON.stringify({ cluster: config.clusterName, at: new Date(deps.clock.now()), ...summary, problems: result.problems, pods: rows }, undefined, 2)}\n`
      : `${tableOf(rows, line.options['output'] === 'wide')}${sentenceOf(summary)}\n`,
  );
  return codeOf(summary, result);
}

function rowsOf(found: readonly Finding[], { missed }: Survey, deps: Deps): readonly AuditRow[] {
  const now = deps.clock.now();
  const rows = [
    ...found.flatMap((finding) => (finding.state === 'kept' ? [] : [findingRow(finding, now)])),
    ...missed.map(missedRow),
  ];
  return rows.toSorted((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1));
}

function orderOf({ state, namespace, pod, uid }: AuditRow): string {
  return `${ORDER.indexOf(state)} ${namespace} ${pod} ${uid}`;
}

type Summary = {
  readonly holders: number;
  readonly identities: number;
  readonly stale: number;
  readonly undecided: number;
  readonly missed: number;
  readonly expired: number;
};

function summaryOf(found: readonly Finding[], { facts, missed }: Survey): Summary {
  const count = (state: Finding['state']): number => found.filter((each) => each.state === state).length;
  return {
    holders: found.length,
    identities: facts.length,
    stale: count('stale'),
    undecided: count('undecided'),
    missed: missed.length,
    expired: count('expired'),
  };
}

function sentenceOf({ holders, identities, stale, undecided, missed, expired }: Summary): string {
  const of = `of ${holders} holders of ${identities} identities`;
  return `${stale} stale, ${undecided} undecided, ${expired} expired ${of}; ${missed} missed`;
}

function codeOf({ stale, undecided }: Summary, { problems }: Survey): number {
  if (stale > 0) return CODES.stale;
  return undecided > 0 || problems.some(({ isEssential }) => isEssential) ? CODES.unclear : CODES.clean;
}
