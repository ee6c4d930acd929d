/** What every benchmark of hints begins with: the cluster, what is seen of it, the daemon, and a hand that deletes. */

import type { BenchCluster, ClusterWish } from './cluster.ts';
import { buildCluster } from './cluster.ts';
import { Course } from './course.ts';
import type { BenchDaemon } from './daemon.ts';
import { startDaemon } from './daemon.ts';
import type { Deleter } from './deleter.ts';
import { makeDeleter } from './deleter.ts';

export type Stage = AsyncDisposable & {
  readonly cluster: BenchCluster;
  readonly course: Course;
  readonly daemon: BenchDaemon;
  readonly deleter: Deleter;
  /** When the daemon was ready, by the simulator's clock. */
  readonly readyAt: number;
};

export type StageWish = ClusterWish & {
  readonly settings: Readonly<Record<string, string>>;
  /** Something that stands before the API server; it closes with the stage. */
  readonly front?: (cluster: BenchCluster) => Promise<Front>;
};

export type Front = AsyncDisposable & {
  /** A path, for KUBECONFIG. */
  readonly kubeconfig: string;
  /** How many holders it tells of, those of the cluster included. */
  readonly holders: number;
};

/** After this the benchmark has failed. */
const LIMIT_MS = 300_000;

export async function setStage({ settings, front: makeFront, ...wish }: StageWish): Promise<Stage> {
  await using cleanup = new AsyncDisposableStack();
  const cluster = await buildCluster(wish);
  const { simulator } = cluster;
  cleanup.defer(() => simulator.close());
  const course = cleanup.use(new Course(cluster));
  const front = makeFront === undefined ? undefined : cleanup.use(await makeFront(cluster));
  const daemon = cleanup.use(
    await startDaemon(
      cluster,
      {
        settings: { ...settings, ...(front === undefined ? {} : { KUBECONFIG: front.kubeconfig }) },
        holders: front?.holders ?? cluster.tenants.length,
      },
      AbortSignal.timeout(LIMIT_MS),
    ),
  );
  const deleter = cleanup.use(makeDeleter(simulator));
  const kept = cleanup.move();
  return {
    cluster,
    course,
    daemon,
    deleter,
    readyAt: simulator.clock.now(),
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
