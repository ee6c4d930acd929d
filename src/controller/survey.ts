/** The survey: everything that the daemon would know, gathered once, by the same means, and acting on nothing. */

import type { IdentityFacts } from '../decide/plan.ts';
import { missedPods } from '../decide/missed.ts';
import type { Identity } from '../domain/identity.ts';
import type { Reading } from '../domain/reading.ts';
import type { Report } from '../domain/report.ts';
import type { MissedPod } from '../domain/roster.ts';
import { after, milliseconds, minutes } from '../domain/time.ts';
import type { RecordChannel } from '../ports/channel.ts';
import { confirm } from './confirm.ts';
import type { Deps } from './deps.ts';
import { factsOf } from './facts.ts';
import { Keeper } from './keeper.ts';
import { Listener } from './listen.ts';
import { inPool } from './pool.ts';
import { sweep } from './sweep.ts';

export type Survey = {
  readonly facts: readonly IdentityFacts[];
  readonly missed: readonly MissedPod[];
  /** What could not be read, each as a sentence; `isEssential`: without it nothing can be said of some pods. */
  readonly problems: readonly Problem[];
};

export type Problem = { readonly isEssential: boolean; readonly text: string };

export type SurveyOptions = {
  /** Only these; undefined: all that are watched. */
  readonly isConcerned: (identity: Identity) => boolean;
  readonly withMissed: boolean;
  /** Told before each part of the work. */
  readonly progress: (text: string) => void;
};

const PODS_WITHIN = minutes(10);
const CONCURRENCY = 16;

/** CloudTrail answers twice a second: seven questions take four seconds, more where there are many events. */
const TRAIL_WITHIN = minutes(2);

export async function survey(deps: Deps, options: SurveyOptions, signal: AbortSignal): Promise<Survey> {
  const done = new AbortController();
  const watching = deps.pods.run(
    { changed: () => {}, unreadable: () => {} },
    AbortSignal.any([signal, done.signal]),
  );
  try {
    return await gather(deps, options, signal);
  } finally {
    done.abort(new Error('the survey is over'));
    await watching;
  }
}

async function gather(given: Deps, options: SurveyOptions, signal: AbortSignal): Promise<Survey> {
  const problems: Problem[] = [];
  const deps = { ...given, reporter: { report: (report: Report) => noteReport(report, problems) } };
  const { pods, ledgerStore } = deps;
  options.progress('reading the pods');
  await podsSynced(deps, signal, problems);
  options.progress('reading the ledger');
  if (ledgerStore !== undefined) await new Keeper(deps, ledgerStore, () => {}).restore(signal);
  options.progress('listing the associations');
  const listing = await sweep(deps, { visit: () => {}, describe: () => {}, listed: () => {} }, signal);
  if (listing.kind === 'unknown') problems.push(essential('the associations could not be listed', listing));
  const concerned = [...pods.identities()].filter(options.isConcerned).toSorted();
  options.progress(`asking EKS about ${concerned.length} identities with holders`);
  const failures = await inPool(concerned, CONCURRENCY, (identity) =>
    confirmOne(identity, deps, signal, problems),
  );
  if (failures.length > 0) throw new AggregateError(failures, 'the survey failed');
  for (const channel of deps.channels) await hear(channel, deps, options, { signal, problems });
  const missed = options.withMissed ? await callRolls(deps, options, { signal, problems }) : [];
  const facts = concerned.map((identity) => factsOf(identity, deps));
  const unreadable = pods.unreadable().map(({ namespace, name, why }) => ({
    isEssential: true,
    text: `the pod ${namespace ?? '?'}/${name ?? '?'} can't be understood: ${why}`,
  }));
  return { facts, missed, problems: [...problems, ...unreadable] };
}

/** Of all reports only what was wrong with the ledger: the rest is asked for and answered here. */
function noteReport(report: Report, problems: Problem[]): void {
  if (report.kind !== 'reading' || report.of !== 'ledger' || report.reading.kind === 'known') return;
  problems.push({ isEssential: false, text: `the ledger (${report.reading.why}): ${report.reading.detail}` });
}

function essential(what: string, { why, detail }: Extract<Reading<unknown>, { kind: 'unknown' }>): Problem {
  return { isEssential: true, text: `${what} (${why}): ${detail}` };
}

async function podsSynced({ pods, clock }: Deps, signal: AbortSignal, problems: Problem[]): Promise<void> {
  const latest = after(clock.now(), PODS_WITHIN);
  for (;;) {
    const freshness = pods.freshness();
    if (freshness.kind === 'synced') return;
    if (clock.now() >= latest || /forbidden|grant the verb/.test(freshness.why)) {
      problems.push({ isEssential: true, text: `the pods could not be read: ${freshness.why}` });
      return;
    }
    await clock.sleep(milliseconds(50), signal);
  }
}

async function confirmOne(
  identity: Identity,
  deps: Deps,
  signal: AbortSignal,
  problems: Problem[],
): Promise<void> {
  const entry = deps.ledger.entry(identity);
  await confirm(identity, entry, deps, signal);
  const { standing } = entry;
  if (standing.kind === 'unknown')
    problems.push(essential(`the association of ${identity} could not be read`, standing));
}

type Task = { readonly signal: AbortSignal; readonly problems: Problem[] };

/** One round of the channel: until it has been asked for the first time, or can't be. */
async function hear(channel: RecordChannel, deps: Deps, options: SurveyOptions, task: Task): Promise<void> {
  if (channel.name !== 'trail') return;
  options.progress('asking CloudTrail for what happened');
  const heard = new AbortController();
  const listener = new Listener('trail', deps, { visit: () => {}, sweep: () => {} });
  const patience = new AbortController();
  const ears = {
    hint: listener.hint,
    refused: listener.refused,
    chronicle: listener.chronicle,
    reading: (reading: Reading<undefined>): void => {
      if (reading.kind === 'unknown') {
        task.problems.push({ isEssential: false, text: `CloudTrail (${reading.why}): ${reading.detail}` });
      }
      heard.abort();
    },
  };
  const timeout = deps.clock.sleep(TRAIL_WITHIN, patience.signal).then(
    () => heard.abort(),
    () => {},
  );
  await channel.run(ears, AbortSignal.any([task.signal, heard.signal]));
  patience.abort(new Error('CloudTrail was heard'));
  await timeout;
  task.signal.throwIfAborted();
}

async function callRolls(
  deps: Deps,
  options: SurveyOptions,
  { signal, problems }: Task,
): Promise<readonly MissedPod[]> {
  const { ledger, rosters, policy } = deps;
  const granted = [...ledger.entries()]
    .filter(
      ([identity, { listed }]) =>
        options.isConcerned(identity) && listed.kind === 'known' && listed.value.length > 0,
    )
    .map(([identity]) => identity);
  options.progress(`asking for the pods of ${granted.length} identities with associations`);
  const found: MissedPod[] = [];
  const failures = await inPool(granted, CONCURRENCY, async (identity) => {
    const roster = await rosters.of(identity, signal);
    if (roster.kind === 'unknown') problems.push({ isEssential: false, text: roster.detail });
    else found.push(...missedPods(roster.value, new Map(), policy));
  });
  if (failures.length > 0) throw new AggregateError(failures, 'the survey failed');
  return found;
}
