/** The end of a history: all faults cease, time passes, every holder of an ended grant is gone or shown, and all rests. */

import { minutes } from '../../../src/domain/time.ts';
import { isOpen } from '../../../src/domain/revocation.ts';
import type { Verdict } from '../../../src/domain/verdict.ts';
import { pollIntervalOf } from '../deps.ts';
import { LATE_LEDGER, nameOf } from './checks/proof.ts';
import type { Scene } from './scene.ts';

/** The longest fault, the longest absence and the longest back-off are over by then. */
const CALM = minutes(20);

const REST = minutes(10);

/** Confirmations that may be asked for while all rests. */
const IDLE_CONFIRMATIONS = 2;

export async function finale(scene: Scene): Promise<readonly string[]> {
  scene.tell({ kind: 'operation', text: 'all faults cease' });
  scene.weather.clear();
  scene.background(scene.host.view?.silence(false));
  await scene.pass(CALM);
  return [...leftBehind(scene), ...(await atRest(scene))];
}

function leftBehind(scene: Scene): readonly string[] {
  if (scene.story.settings.mode === 'dry-run') return [];
  return scene.cluster.running().flatMap((pod) => {
    if (pod.finished || pod.terminating !== undefined) return [];
    const verdict = verdictOn(scene, pod);
    const complaint = scene.oracle.complaint(pod, verdict);
    if (complaint === undefined) return [];
    return [`${nameOf(pod)} ${complaint}: ${verdict?.kind} ${verdict?.reason}${because(scene, pod)}`];
  });
}

/** What is known to lead to this. */
function because(scene: Scene, { identity, uid }: Pod): string {
  if (verdictOn(scene, { identity, uid })?.kind === 'keep' && isBlind(scene, uid)) return BLIND;
  if (isHidden(scene, identity)) return HIDDEN_END;
  if (hasNoGrant(scene, identity)) return NO_GRANT;
  return scene.mind.isRecalledLate ? LATE_LEDGER : '';
}

export const NO_GRANT = ', under a revocation that does not know its grant';

function hasNoGrant({ host }: Scene, identity: Pod['identity']): boolean {
  const revocation = host.deps?.ledger.find(identity)?.revocation;
  return revocation !== undefined && isOpen(revocation) && revocation.grant === undefined;
}

export const BLIND = ', through a time that it knows nobody looked';

/** All that the pod may hold came and went in times of which the daemon says itself that nobody looked. */
function isBlind({ host, truth }: Scene, uid: Pod['uid']): boolean {
  const gaps = host.deps?.ledger.gaps ?? [];
  const ended = truth.staleOf(uid);
  return ended.every(({ since, until }) => gaps.some((gap) => gap.from <= since && until <= gap.until));
}

export const HIDDEN_END = ', while an open revocation hides the end';

/** EKS has had nothing for long, and the daemon, which follows a revocation, has not asked. */
function isHidden({ host, truth }: Scene, identity: Pod['identity']): boolean {
  const entry = host.deps?.ledger.find(identity);
  if (entry === undefined || truth.current(identity) !== undefined) return false;
  const isGranted = entry.standing.kind === 'known' && entry.standing.value.kind === 'granted';
  return isGranted && entry.revocation !== undefined && isOpen(entry.revocation);
}

type Pod = ReturnType<Scene['cluster']['running']>[number];

function verdictOn({ host }: Scene, { identity, uid }: Pick<Pod, 'identity' | 'uid'>): Verdict | undefined {
  return host.deps?.ledger.find(identity)?.opinions.get(uid)?.verdict;
}

async function atRest(scene: Scene): Promise<readonly string[]> {
  const calls = scene.eks.calls.length;
  const evictions = scene.cluster.evictions.length;
  await scene.pass(REST);
  const asked = Object.groupBy(scene.eks.calls.slice(calls), ({ operation }) => operation);
  const polls = REST / (pollIntervalOf(scene.story.settings) * 0.9);
  const most = {
    list: polls + 1,
    describe: (polls + 1) * scene.story.identities.length,
    confirm: IDLE_CONFIRMATIONS,
  };
  const restless = (['list', 'describe', 'confirm'] as const).flatMap((operation) => {
    const count = asked[operation]?.length ?? 0;
    if (count <= most[operation]) return [];
    const isGrantless = [...scene.truth.identities()].some((identity) => hasNoGrant(scene, identity));
    return [`${count} times ${operation} while all rests${isGrantless ? NO_GRANT : ''}`];
  });
  const evicted = scene.cluster.evictions.length - evictions;
  return evicted > 0 ? [...restless, `${evicted} evictions while all rests`] : restless;
}
