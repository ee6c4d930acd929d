/** The command `explain`: one pod, the facts, the history of its identity, each rule that was asked, and the one that spoke. */

import { parseConfig } from '../config.ts';
import type { Deps } from '../controller/deps.ts';
import { survey } from '../controller/survey.ts';
import { findings } from '../decide/finding.ts';
import type { IdentityFacts } from '../decide/plan.ts';
import { recounted } from '../decide/plan.ts';
import type { Identity } from '../domain/identity.ts';
import type { RosterPod } from '../domain/roster.ts';
import type { CommandLine } from './command-line.ts';
import { DeploymentError } from './deployment-error.ts';
import type { Explained } from './explanation.ts';
import { explanationText } from './explanation.ts';
import { explanationDocument } from './explanation-document.ts';
import type { Invocation } from './invocation.ts';
import { progressOf, surveyDeps } from './survey-deps.ts';

/** It is explained, and the pod may keep what it has; it is stale; it could not be told. */
const CODES = { kept: 0, expired: 0, undecided: 1, stale: 3 } as const;

export async function explain(invocation: Invocation, line: CommandLine): Promise<number> {
  const config = parseConfig(invocation.environment);
  const [namespace, name] = nameOf(line.operands[0] ?? '');
  await using resources = new AsyncDisposableStack();
  const deps = await surveyDeps({ ...config, namespaces: [namespace] }, resources, invocation.stopping);
  const found = await deps.rosters.find(namespace, name, invocation.stopping);
  if (found.kind === 'unknown') throw new DeploymentError(found.detail);
  if (found.value === undefined) throw new DeploymentError(`there is no pod ${namespace}/${name}`);
  const { pod } = found.value;
  const isConcerned = (identity: Identity): boolean => identity === pod.identity;
  const options = { isConcerned, withMissed: false, progress: progressOf(invocation, line) };
  const result = await survey(deps, options, invocation.stopping);
  for (const { text } of result.problems) invocation.err(`pod-identity-revoker explain: ${text}\n`);
  const explained = explainedOf(found.value, result.facts[0], deps);
  invocation.out(
    line.options['output'] === 'json'
      ? `${JSON.stringify(explanationDocument(explained), undefined, 2)}\n`
      : explanationText(explained),
  );
  return explained.finding === undefined ? 0 : CODES[explained.finding.state];
}

function nameOf(operand: string): readonly [string, string] {
  const [namespace, name, ...more] = operand.split('/');
  if (namespace === undefined || name === undefined || namespace === '' || name === '' || more.length > 0) {
    throw new DeploymentError(`${JSON.stringify(operand)} is not NAMESPACE/POD, such as team-a/etl-0`);
  }
  return [namespace, name];
}

function explainedOf(rostered: RosterPod, facts: IdentityFacts | undefined, deps: Deps): Explained {
  const now = deps.clock.now();
  if (facts === undefined) return { rostered, now, facts: undefined, finding: undefined };
  const finding = findings(facts, deps.policy, now).find(({ holder }) => holder.uid === rostered.pod.uid);
  return { rostered, now, facts: recounted(facts), finding };
}
