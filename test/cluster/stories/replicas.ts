/** Daemons on a cluster that know of each other by the cluster alone: by the Lease, and by the ledger. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { DaemonProcess } from '../../e2e/scene.ts';
import { aWhile, until } from '../../e2e/scene.ts';
import { eventually } from '../cluster.ts';
import { releasedLease } from '../harness.ts';
import { placeOf } from '../names.ts';
import type { Stage } from '../stage.ts';
import { setStage } from '../stage.ts';

const NAMESPACE = placeOf('replicas');
const HOME = placeOf('home');
const LEDGER = `/api/v1/namespaces/${HOME}/configmaps/pod-identity-revoker-ledger`;
const LEASES = `/apis/coordination.k8s.io/v1/namespaces/${HOME}/leases`;
const LEASE = 'pod-identity-revoker';
const PATIENCE = 60_000;

/** Nothing is left from the story before. The Lease is one that was given up, so that nobody waits for its end. */
async function setHome(t: TestContext): Promise<Stage> {
  const stage = await setStage(t, NAMESPACE);
  for (const target of [LEDGER, `${LEASES}/${LEASE}`]) await stage.cluster.remove(target);
  await stage.cluster.create(LEASES, releasedLease(LEASE));
  return stage;
}

const isElected = (daemon: DaemonProcess): boolean => daemon.said('elected as the leader').length > 0;

test('daemons on a cluster: lease: of two one leads and acts; told to stop, it hands over to the other', async (t) => {
  const stage = await setHome(t);
  const [etl, web] = [await stage.associate('etl'), await stage.associate('web')];
  await stage.holder('etl', 'etl-0');
  await stage.holder('web', 'web-0');
  const first = await stage.settledDaemon({ REVOKER_NAMESPACE: HOME, REVOKER_POD_NAME: 'one' });
  await until('it leads', () => isElected(first), PATIENCE);
  const second = await stage.settledDaemon({ REVOKER_NAMESPACE: HOME, REVOKER_POD_NAME: 'two' });
  await stage.endAssociation(etl);
  await until('the leader acts', () => stage.evictions().length === 1, PATIENCE);
  await aWhile();
  assert.equal(isElected(second), false);
  assert.deepEqual(stage.evictions(), ['etl-0 201']);
  assert.equal(await first.stop(), 0);
  await until('the other one leads', () => isElected(second), PATIENCE);
  await stage.endAssociation(web);
  await until('the new leader acts', () => stage.evictions().length === 2, PATIENCE);
  await aWhile();
  assert.deepEqual(stage.evictions(), ['etl-0 201', 'web-0 201']);
});

test('daemons on a cluster: ledger: killed before it could act, the next one knows what was granted', async (t) => {
  const stage = await setHome(t);
  const etl = await stage.associate('etl');
  await stage.holder('etl', 'etl-0');
  await stage.holder('etl', 'etl-1');
  const first = await stage.settledDaemon({ REVOKER_NAMESPACE: HOME, REVOKER_SETTLE_TIME: '3s' });
  await eventually('a ledger', async () => (await stage.cluster.get(LEDGER)) !== undefined);
  stage.eks.associations.update(etl, { roleArn: 'arn:aws:iam::111122223333:role/other' });
  await until('settling', () => first.lines.some(({ stage: at }) => at === 'settling'), PATIENCE);
  first.signal('SIGKILL');
  await first.ended;
  assert.deepEqual(stage.evictions(), []);
  stage.daemon({ REVOKER_NAMESPACE: HOME });
  await until('two evictions', () => stage.evictions().length === 2, PATIENCE);
  await aWhile();
  assert.deepEqual([...stage.evictions()].toSorted(), ['etl-0 201', 'etl-1 201']);
});
