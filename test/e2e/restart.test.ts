/** The ledger over HTTP: what one daemon knew is known to the next. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeNamespace } from '../../simulator/cluster/places.ts';
import type { Scene } from './scene.ts';
import { aWhile, makeScene, until } from './scene.ts';

const OWN = { REVOKER_NAMESPACE: 'revoker' };
const LEDGER = '/api/v1/namespaces/revoker/configmaps';

async function keepingScene(): Promise<Scene> {
  const scene = await makeScene();
  makeNamespace(scene.simulator.kubernetes.store, 'revoker');
  return scene;
}

function isKept({ simulator }: Scene): boolean {
  return simulator.kubernetes.store.list('configmaps', 'revoker').length === 1;
}

test('a grant is changed, the daemon is killed before it could act, and the next one completes it', async () => {
  await using scene = await keepingScene();
  const { associationId } = scene.identity('team-a/etl', 2);
  const first = await scene.settledDaemon({ ...OWN, REVOKER_SETTLE_TIME: '3s' });
  await until('the ledger is written', () => isKept(scene));
  scene.simulator.eks.associations.update(associationId, {
    roleArn: 'arn:aws:iam::111122223333:role/other',
  });
  await until('settling', () => first.lines.some(({ stage }) => stage === 'settling'));
  first.signal('SIGKILL');
  await first.ended;
  scene.daemon(OWN);
  await until('two evictions', () => scene.evicted().length === 2, 25_000);
  await aWhile(500);
  assert.deepEqual([...scene.evicted()].toSorted(), ['etl-0', 'etl-1']);
  assert.ok(
    scene.otherWrites().every((write) => write.includes(` ${LEDGER}`)),
    scene.otherWrites().join('\n'),
  );
});

test('a ledger that may not be written: the verb is named, and the work goes on', async () => {
  await using scene = await keepingScene();
  const { associationId } = scene.identity('team-a/etl', 1);
  scene.simulator.kubernetes.faults.deny({ verb: 'create', resource: 'configmaps' });
  const daemon = await scene.settledDaemon(OWN);
  await until('it says so', () => daemon.lines.some(({ of }) => of === 'ledger'));
  const [line] = daemon.lines.filter(({ of }) => of === 'ledger');
  assert.match(JSON.stringify(line), /create.*configmaps/);
  scene.simulator.eks.associations.delete(associationId);
  await until('one eviction', () => scene.evicted().length === 1);
  assert.equal(await daemon.stop(), 0);
});
