/** Asks the IAM simulator whether a request would be allowed. */

import type { EvaluationResult, Simulation } from '@cloud-copilot/iam-simulate';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { PLACE } from './choice.ts';
import type { JsonObject } from './json.ts';

export type Request = {
  /** The ARN of a role, or the name of a service. */
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly context?: Readonly<Record<string, string>>;
  /** Of the principal. */
  readonly identityPolicy?: JsonObject;
  /** Of the resource. */
  readonly resourcePolicy?: JsonObject | undefined;
};

/** Every account lets its policies decide. */
const EVERYTHING = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] };

function simulationOf(request: Request): Simulation {
  const { principal, action, resource, context = {}, identityPolicy, resourcePolicy } = request;
  return {
    request: {
      principal,
      action,
      resource: { resource, accountId: PLACE.account },
      contextVariables: { 'aws:SecureTransport': 'true', ...context },
    },
    identityPolicies: identityPolicy === undefined ? [] : [{ name: 'identity', policy: identityPolicy }],
    serviceControlPolicies: [
      { orgIdentifier: 'r-1', policies: [{ name: 'everything', policy: EVERYTHING }] },
    ],
    resourceControlPolicies: [],
    ...(resourcePolicy !== undefined && { resourcePolicy }),
  };
}

/** Rejected where the request or a policy is not valid, so that a misspelt name is never a denial. */
export async function evaluate(request: Request): Promise<EvaluationResult> {
  const answer = await runSimulation(simulationOf(request), {});
  if (answer.resultType === 'error') throw new Error(JSON.stringify(answer.errors));
  const ignored = answer.resultType === 'single' ? (answer.result.ignoredContextKeys ?? []) : [];
  if (ignored.length > 0) throw new Error(`context that does not apply: ${ignored.join(', ')}`);
  return answer.overallResult;
}
