/** Hints over HTTP, with a real SQS server and the real SDKs: heard within seconds, never believed, never lost. */

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { envelopeOf } from '../../simulator/aws/eventbridge-envelope.ts';
import { createAccessEntry } from '../../simulator/aws/record-analogues.ts';
import { failed } from '../../simulator/aws/record-variants.ts';
import type { RecordOptions, TrailRecord } from '../../simulator/aws/records.ts';
import { deleteAssociation, recordedAssociation } from '../../simulator/aws/records.ts';
import * as fault from '../../simulator/aws/fault-kinds.ts';
import { textAt } from '../../simulator/kubernetes/object.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { DaemonProcess, LogLine, Scene } from './scene.ts';
import { aWhile, makeQueueScene, makeScene, until } from './scene.ts';

/** Whatever happens meanwhile was not found by the poll. */
const NO_POLL = { REVOKER_POLL_INTERVAL: '10m' };

/** Longer than the trail takes at the start: seven names at two requests a second. */
const TRAIL_FIRST = { REVOKER_SETTLE_TIME: '8s' };

type Revocation = {
  readonly stage: string;
  readonly source: string;
  readonly story: string;
  readonly evidence: {
    readonly heardBy: string;
    readonly at: string;
    readonly actor: { readonly arn: string };
  };
};

async function revocationsOf(daemon: DaemonProcess): Promise<readonly Revocation[]> {
  const answer = await daemon.get('statusListen', '/api/v1/revocations');
  return ((await answer.json()) as { revocations: Revocation[] }).revocations;
}

/** The sentence that every report has to say; `how` is a pattern. */
function story({ eks }: Simulator, associationId: string, how: string): RegExp {
  const what = `association ${associationId} of team-a/etl \\(role arn:aws:iam::111122223333:role/etl\\)`;
  return new RegExp(`${what} deleted by ${eks.access.defaultArn} at \\S+Z; ${how}`);
}

function fullLists({ simulator }: Scene): number {
  return simulator.eks.requests.filter(
    ({ operation, params }) =>
      operation === 'ListPodIdentityAssociations' && params['namespace'] === undefined,
  ).length;
}

function told(lines: readonly LogLine[]): readonly string[] {
  return lines.map((line) => String(line['story']));
}

function body(record: TrailRecord): string {
  return JSON.stringify(envelopeOf(record));
}

/** Messages by what must be counted of them. `id` is the association of team-a/etl, which is in force. */
function messagesOf(id: string): Readonly<Record<string, readonly string[]>> {
  const forged = (options: RecordOptions = {}): TrailRecord =>
    deleteAssociation(
      recordedAssociation({ serviceAccount: 'etl', associationId: id }, { at: Date.now(), ...options }),
      { at: Date.now(), ...options },
    );
  const once = forged();
  const nobody = { namespace: 'nowhere', serviceAccount: 'nobody', associationId: 'a-nobodysassociation' };
  return {
    hint: [body(once), body(deleteAssociation(recordedAssociation(nobody), { at: Date.now() }))],
    malformed: ['{"half":', 'no JSON', body({ ...forged(), eventTime: 'soon' }), '{"a":'.repeat(5000)],
    'not-an-envelope': ['[]', '{"Event":"s3:TestEvent"}', 'null'],
    foreign: [
      body(forged({ account: '999999999999' })),
      body(forged({ region: 'eu-west-1' })),
      body(forged({ clusterName: 'other' })),
    ],
    'failed-call': [body(failed(forged()))],
    uninteresting: [body(createAccessEntry())],
    duplicate: [body(once), body(once)],
  };
}

/** Most of their time is waiting: they run side by side. */
await suite('hints from the queue and the trail', { concurrency: 3 }, () => {
  test('a deletion is heard from the queue: its pods go long before the poll, and every report says who did it', async () => {
    await using scene = await makeQueueScene();
    const { simulator } = scene;
    const etl = scene.identity('team-a/etl', 2);
    scene.identity('team-b/web', 1);
    const daemon = await scene.settledDaemon(NO_POLL);
    await scene.deleteAssociation(etl.associationId);
    await until('two evictions', () => scene.evicted().length === 2);
    await until('contained', () => daemon.said('a revocation is contained').length === 1);
    const heard = story(simulator, etl.associationId, 'heard by queue after \\d+\\.\\d s');
    for (const text of told(daemon.said('holder evicted'))) assert.match(text, heard);
    const events = simulator.kubernetes.store.list('events', 'team-a');
    assert.equal(events.length, 2);
    for (const event of events) assert.match(textAt(event, 'message') ?? '', heard);
    const [revocation, ...others] = await revocationsOf(daemon);
    assert.equal(others.length, 0);
    assert.match(revocation?.story ?? '', heard);
    assert.deepEqual([revocation?.source, revocation?.evidence.heardBy], ['queue', 'queue']);
    assert.equal(revocation?.evidence.actor.arn, simulator.eks.access.defaultArn);
    assert.deepEqual([...scene.evicted()].toSorted(), ['etl-0', 'etl-1']);
    assert.deepEqual(scene.otherWrites(), []);
    assert.equal(fullLists(scene), 1, 'the poll found it');
  });

  test('forged, malformed, foreign, duplicate and failed: each counted and deleted, nobody evicted', async () => {
    await using scene = await makeQueueScene();
    const { queue } = scene.simulator;
    const etl = scene.identity('team-a/etl', 2);
    const daemon = await scene.settledDaemon(NO_POLL);
    const messages = messagesOf(etl.associationId);
    const sent = Object.values(messages).flat();
    await queue.send(...sent);
    await until('all deleted', async () => (await queue.stats()).deleted === sent.length);
    await aWhile();
    const { ready, inFlight, dead, received } = await queue.stats();
    assert.deepEqual(
      { ready, inFlight, dead, received },
      { ready: 0, inFlight: 0, dead: 0, received: sent.length },
    );
    assert.deepEqual(scene.evictions(), []);
    const metrics = await (await daemon.get('listen', '/metrics')).text();
    const counted = [...metrics.matchAll(/queue_messages_total\{result="([\w-]+)"\} (\d+)/g)];
    assert.deepEqual(
      Object.fromEntries(counted.map(([, result, count]) => [result, Number(count)])),
      Object.fromEntries(Object.entries(messages).map(([result, { length }]) => [result, length])),
    );
    assert.match(metrics, /hints_total\{source="queue",result="unknown-identity"\} 1\n/);
    assert.match(metrics, /bugs_total 0\n/);
    assert.equal((await daemon.get('listen', '/readyz')).status, 200);
  });

  test('a record that comes seconds before EKS shows the change: looked for again until it does', async () => {
    await using scene = await makeQueueScene();
    const etl = scene.identity('team-a/etl', 1);
    const daemon = await scene.settledDaemon(NO_POLL);
    Object.assign(scene.simulator.eks.consistency, { list: 2500, describe: 2500 });
    const deletedAt = Date.now();
    await scene.deleteAssociation(etl.associationId);
    await until('the hint', () => daemon.said('hint heard').length === 1);
    await until('the eviction', () => scene.evicted().length === 1);
    const [eviction] = scene.evictions();
    const took = (eviction?.at ?? 0) - deletedAt;
    assert.ok(took >= 2500 && took < 10_000, `${took} ms`);
    assert.equal(fullLists(scene), 1, 'the poll found it');
  });

  test('dry-run takes no message from the queue, and hears by the trail', async () => {
    await using scene = await makeQueueScene();
    const { simulator } = scene;
    const etl = scene.identity('team-a/etl', 1);
    simulator.trail.lag = 0;
    await scene.deleteAssociation(etl.associationId);
    const daemon = scene.daemon({ ...NO_POLL, ...TRAIL_FIRST, REVOKER_MODE: 'dry-run' });
    await until('what it would do', () => daemon.said('dry run: holder would be evicted').length === 1);
    await until('its evidence', async () => (await revocationsOf(daemon))[0]?.evidence?.heardBy === 'trail');
    assert.deepEqual(simulator.queue.requests, []);
    assert.equal((await simulator.queue.stats()).ready, 1);
    assert.deepEqual(simulator.kubernetes.requests.writes(), []);
  });

  test('without a queue, what happened while the daemon was away is told by the trail: who and when', async () => {
    await using scene = await makeScene();
    const { eks, clusterName } = scene.simulator;
    const etl = scene.identity('team-a/etl', 2);
    const { associationId } = etl;
    scene.past(0.5, () => eks.invoke('DeletePodIdentityAssociation', { name: clusterName, associationId }));
    const daemon = scene.daemon({ ...NO_POLL, ...TRAIL_FIRST });
    await until('two evictions', () => scene.evicted().length === 2);
    const heard = story(scene.simulator, associationId, 'heard by trail after 180\\d\\.\\d s');
    for (const text of told(daemon.said('holder evicted'))) assert.match(text, heard);
    const [revocation] = await revocationsOf(daemon);
    assert.match(revocation?.story ?? '', heard);
    const ago = Date.now() - Date.parse(revocation?.evidence.at ?? '');
    assert.ok(Math.abs(ago - 1_800_000) < 30_000, `${ago} ms`);
  });

  test('SIGTERM while messages are in flight: exit code 0, and the next daemon finds everything', async () => {
    await using scene = await makeQueueScene({ queue: { visibilityTimeout: 2 } });
    const { queue } = scene.simulator;
    const names = Array.from({ length: 24 }, (_, n) => `team-${n}/etl-${n}`);
    const identities = names.map((name) => scene.identity(name, 1));
    const settings = { ...NO_POLL, REVOKER_MASS_END_MINIMUM: '100' };
    const first = await scene.settledDaemon(settings);
    const end = queue.faults.add({ operation: 'DeleteMessageBatch' }, fault.delay(5000));
    await Promise.all(identities.map(({ associationId }) => scene.deleteAssociation(associationId)));
    await until('a message received', async () => (await queue.stats()).received > 0);
    assert.equal(await first.stop(), 0);
    end();
    assert.ok((await queue.stats()).deleted < names.length, 'nothing was in flight');
    scene.daemon(settings);
    await until('every eviction', () => scene.evicted().length >= names.length);
    await until('an empty queue', async () => {
      const { ready, inFlight, dead } = await queue.stats();
      return ready + inFlight + dead === 0;
    });
    await aWhile(500);
    assert.deepEqual([...scene.evicted()].toSorted(), names.map((_, n) => `etl-${n}-0`).toSorted());
  });
});
