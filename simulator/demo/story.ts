/** The story: the scene is set, the daemon starts, one association is deleted, and what came of it is checked. */

import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { SimulatorWithQueue } from '../simulator.ts';
import { checksOf, endedCleanly } from './checks.ts';
import { DaemonAnswers } from './daemon-answers.ts';
import type { DaemonCommand } from './daemon-process.ts';
import { DaemonProcess } from './daemon-process.ts';
import { deleteAssociation } from './delete-association.ts';
import type { Course } from './facts.ts';
import { collectFacts } from './facts.ts';
import { keepText } from './keep.ts';
import { groupLines, groupsOf } from './left-alone.ts';
import { Observation } from './observation.ts';
import { checkLines, failureLines, introduction, verdictLine } from './program.ts';
import type { Scene } from './scene.ts';
import { buildScene } from './scene.ts';
import type { Screen } from './screen.ts';
import { secondsText } from './timeline.ts';
import { until } from './until.ts';

export type StoryOptions = {
  readonly screen: Screen;
  readonly command: (simulator: SimulatorWithQueue) => DaemonCommand;
  /** Stay up after the story until `interrupted`. */
  readonly keep: boolean;
  readonly interrupted: AbortSignal;
  /** Milliseconds for the story, without the time that it is kept. */
  readonly limit: number;
};

export type StoryEnd = 'as-expected' | 'failed' | 'interrupted';

type Play = {
  readonly scene: Scene;
  readonly daemon: DaemonProcess;
  readonly observation: Observation;
  readonly options: StoryOptions;
};

/** Long enough for whatever the containment might have set off. */
const REST_MS = 3000;

/** Leaves no process, socket or file behind, however it ends. */
export async function tellStory(options: StoryOptions): Promise<StoryEnd> {
  await using resources = new AsyncDisposableStack();
  const { screen } = options;
  const scene = await buildScene();
  resources.defer(() => scene.simulator.close());
  screen.lines(introduction(scene));
  const observation = new Observation(scene, screen);
  resources.defer(observation.watch());
  const daemon = new DaemonProcess(options.command(scene.simulator), observation.heard);
  resources.defer(async () => void (await daemon.stop()));
  try {
    return await told({ scene, observation, daemon, options });
  } catch (error) {
    if (options.interrupted.aborted) {
      screen.lines(['', 'Interrupted.']);
      return 'interrupted';
    }
    screen.lines(failureLines(error, daemon, screen));
    return 'failed';
  }
}

async function told(play: Play): Promise<StoryEnd> {
  const { daemon, options } = play;
  const { screen, interrupted, limit, keep } = options;
  const late = new AbortController();
  const lateness = setTimeout(() => late.abort(new Error(`it took more than ${secondsText(limit)}`)), limit);
  const signal = AbortSignal.any([interrupted, daemon.died, late.signal]);
  try {
    const answers = await ready(play, signal);
    const course = await revoke(play, signal);
    const facts = await collectFacts(play.scene, course, answers, signal);
    clearTimeout(lateness);
    const { now: pods, judged, origin } = facts;
    screen.lines(['', screen.paint('heading', 'Left alone')]);
    screen.lines(groupsOf({ pods, judged, origin }).flatMap(groupLines));
    const checks = checksOf(facts);
    screen.lines(['', screen.paint('heading', 'Checked'), ...checkLines(checks, screen)]);
    if (keep) await kept(play, answers);
    const ending = endedCleanly(await daemon.stop());
    screen.lines([...checkLines([ending], screen), '']);
    const all = [...checks, ending];
    screen.line(verdictLine(all, course.contained.clearSince - origin, screen));
    return all.every(({ problems }) => problems.length === 0) ? 'as-expected' : 'failed';
  } finally {
    clearTimeout(lateness);
  }
}

/** Fulfilled when the daemon knows everybody: from then on it can be judged by what it does. */
async function ready({ scene, observation, options }: Play, signal: AbortSignal): Promise<DaemonAnswers> {
  const began = performance.now();
  const addresses = await until("the daemon's addresses", () => observation.addresses, signal);
  const answers = new DaemonAnswers(addresses);
  await until('/readyz', async () => (await answers.isReady(signal)) || undefined, signal);
  const wanted = scene.before.filter(({ hasToken }) => hasToken).length;
  const allJudged = async (): Promise<true | undefined> => {
    const holders = await answers.holders(signal);
    return (holders.length === wanted && holders.every((one) => one.verdict !== 'undecided')) || undefined;
  };
  await until(`a verdict on each of the ${wanted} holders`, allJudged, signal);
  const took = secondsText(performance.now() - began);
  options.screen.lines([`Ready after ${took}: ${wanted} holders found, each judged, nobody to evict.`, '']);
  return answers;
}

async function revoke({ scene, observation, options }: Play, signal: AbortSignal): Promise<Course> {
  const { simulator, target } = scene;
  const origin = simulator.clock.now();
  observation.begin(origin);
  await deleteAssociation(simulator, target.associationId, signal);
  const contained = await until('the containment', () => observation.contained, signal);
  options.screen.lines(['', `Watching ${REST_MS / 1000} s more whether anything else happens ...`]);
  await pause(REST_MS, undefined, { signal });
  return { origin, contained, eksWrites: observation.eksWrites, polls: observation.polls };
}

async function kept({ scene, daemon, options }: Play, answers: DaemonAnswers): Promise<void> {
  const { screen, interrupted } = options;
  screen.lines(['', screen.paint('heading', 'Still up, until Ctrl-C')]);
  screen.lines([...keepText(scene.simulator, answers.addresses), '']);
  const signal = AbortSignal.any([interrupted, daemon.died]);
  if (!signal.aborted) await once(signal, 'abort');
  daemon.died.throwIfAborted();
}
