/** What the daemon itself runs as: its identity, and the Deployment whose pods it never touches. */

import { backoff } from '../controller/backoff.ts';
import type { Deps } from '../controller/deps.ts';
import type { OwnPod } from '../domain/policy.ts';
import type { Reading } from '../domain/reading.ts';
import type { RosterPod } from '../domain/roster.ts';

/** An API server that is away for a moment at the start must not cost the daemon the knowledge of itself for good. */
const TRIES = 5;

/** Asked at the start. Where it can't be told, the own pod is still known by its name. */
export async function knowingItself(deps: Deps, signal: AbortSignal): Promise<Deps> {
  const { ownPod } = deps.policy;
  if (ownPod === undefined) return deps;
  const reading = await lookUp(ownPod, deps, signal);
  if (reading.kind === 'unknown') {
    deps.reporter.report({ kind: 'reading', of: 'roster', subject: 'own pod', reading });
    return deps;
  }
  const { value: own } = reading;
  if (own === undefined) return deps;
  const { identity } = own.pod;
  const known: OwnPod = { ...ownPod, ...deploymentOf(own) };
  deps.reporter.report({ kind: 'own-pod', ownPod: known, identity });
  return { ...deps, ownIdentity: identity, policy: { ...deps.policy, ownPod: known } };
}

/** What is denied or can't be understood will be so a moment later too. */
async function lookUp(
  { namespace, name }: OwnPod,
  { rosters, clock, random }: Deps,
  signal: AbortSignal,
): Promise<Reading<RosterPod | undefined>> {
  for (let tries = 1; ; tries += 1) {
    const reading = await rosters.find(namespace, name, signal);
    const isOver = reading.kind === 'known' || reading.why === 'denied' || reading.why === 'malformed';
    if (isOver || tries === TRIES) return reading;
    await clock.sleep(backoff(tries, random), signal);
  }
}

/** A Deployment's ReplicaSet is named after it and its pods' template hash. */
function deploymentOf({ pod: { owner }, revision }: RosterPod): Pick<OwnPod, 'deployment'> {
  if (owner?.kind !== 'ReplicaSet' || revision === undefined) return {};
  const suffix = `-${revision}`;
  return owner.name.endsWith(suffix) ? { deployment: owner.name.slice(0, -suffix.length) } : {};
}
