/** A queue that is missing, denied or throttled: told with its remedy, the poll goes on, and it recovers. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sqsDenied, sqsThrottle } from '../../simulator/aws/json-faults.ts';
import type { SimulatedQueue } from '../../simulator/aws/sqs-queue.ts';
import type { DaemonProcess } from './scene.ts';
import { makeQueueScene, until } from './scene.ts';

type Trouble = {
  readonly name: string;
  readonly why: string;
  /** What a person must read. */
  readonly remedy: RegExp;
  /** The answer ends it. */
  readonly begin: (queue: SimulatedQueue) => Promise<() => Promise<void>>;
};

const RECEIVE = { operation: 'ReceiveMessage' } as const;

const TROUBLES: readonly Trouble[] = [
  {
    name: 'missing',
    why: 'not-found',
    remedy: /SQS knows no such queue: arn:\S+:111122223333:pod-identity-revoker/,
    begin: async (queue) => {
      await queue.delete();
      return () => queue.recreate();
    },
  },
  {
    name: 'denied',
    why: 'denied',
    remedy: /sqs:ReceiveMessage on arn:\S+:111122223333:pod-identity-revoker/,
    begin: async (queue) => {
      const end = queue.faults.add(RECEIVE, sqsDenied('ReceiveMessage', queue.arn));
      return async () => end();
    },
  },
  {
    name: 'throttled',
    why: 'throttled',
    remedy: /ReceiveMessage/,
    begin: async (queue) => {
      const end = queue.faults.add(RECEIVE, sqsThrottle());
      return async () => end();
    },
  },
];

async function queueProblem(daemon: DaemonProcess): Promise<unknown> {
  const answer = await daemon.get('statusListen', '/api/v1/status');
  const { channels } = (await answer.json()) as { channels: { queue: { problem: unknown } } };
  return channels.queue.problem;
}

/** The trouble is there at the start, ends, comes back, and ends again. */
async function outlive({ why, remedy, begin }: Trouble): Promise<void> {
  await using scene = await makeQueueScene();
  const { queue } = scene.simulator;
  const [one, two, three] = ['one', 'two', 'three'].map((name) => scene.identity(`team-a/${name}`, 1));
  assert.ok(one !== undefined && two !== undefined && three !== undefined);
  const problems = (): readonly string[] =>
    daemon.lines
      .filter((line) => line['of'] === 'queue' && line['why'] === why)
      .map((line) => String(line['detail']));
  let end = await begin(queue);
  const daemon = await scene.settledDaemon();
  await until('it says so', () => problems().length === 1);
  await scene.deleteAssociation(one.associationId);
  await until('the first eviction, by the poll', () => scene.evicted().length === 1, 25_000);
  await end();
  await until('the queue is well', async () => (await queueProblem(daemon)) === null, 25_000);
  end = await begin(queue);
  // Ends the long poll that was let in before.
  await queue.send('nothing').catch(() => {});
  await until('it says so again', () => problems().length === 2, 25_000);
  await scene.deleteAssociation(two.associationId);
  await until('the second eviction, by the poll', () => scene.evicted().length === 2, 25_000);
  await end();
  await until('the queue is well again', async () => (await queueProblem(daemon)) === null, 25_000);
  await scene.deleteAssociation(three.associationId);
  await until('the third eviction', () => scene.evicted().length === 3, 25_000);
  await until('its record', () =>
    daemon.lines.some(
      ({ msg, identity, heardBy }) =>
        msg === 'hint heard' && identity === 'team-a/three' && heardBy === 'queue',
    ),
  );
  for (const detail of problems()) assert.match(detail, remedy);
  assert.deepEqual([...scene.evicted()], ['one-0', 'two-0', 'three-0']);
  assert.equal((await daemon.get('listen', '/readyz')).status, 200);
}

/** Most of their time is waiting: they run side by side. */
test('a queue that can not be read, at the start and later', { concurrency: true }, async (t) => {
  await Promise.all(
    TROUBLES.map((trouble) =>
      t.test(`${trouble.name}: told, the poll goes on, and it recovers`, () => outlive(trouble)),
    ),
  );
});
