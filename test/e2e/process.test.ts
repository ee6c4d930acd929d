/** The process: arguments, settings, signals and exit codes. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DaemonProcess, makeScene, until } from './scene.ts';

const NOWHERE = { AWS_REGION: 'eu-west-1', KUBECONFIG: '/nonexistent/kubeconfig' };

test('wrong settings: every problem is listed, exit code 2', async () => {
  const daemon = new DaemonProcess({ REVOKER_POLL_INTERVAL: '0', REVOKER_MODE: 'x', REVOKER_TYPO: '1' });
  assert.equal(await daemon.ended, 2);
  for (const name of ['REVOKER_CLUSTER_NAME', 'REVOKER_POLL_INTERVAL', 'REVOKER_MODE', 'REVOKER_TYPO']) {
    assert.match(daemon.errors, new RegExp(`${name}: `));
  }
  assert.doesNotMatch(daemon.errors, /\n\s+at /);
});

test('a cluster that can not be found in the configuration: exit code 2, and the remedy', async () => {
  const daemon = new DaemonProcess({ ...NOWHERE, REVOKER_CLUSTER_NAME: 'prod' });
  assert.equal(await daemon.ended, 2);
  assert.match(daemon.errors, /KUBECONFIG/);
});

test('--version and --help', async () => {
  const version = new DaemonProcess({}, ['--version']);
  const help = new DaemonProcess({}, ['--help']);
  assert.equal(await version.ended, 0);
  assert.equal(await help.ended, 0);
  assert.deepEqual([version.errors, help.errors], ['', '']);
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  assert.equal(version.lines[0]?.msg, manifest.version);
  assert.ok(help.lines.some(({ msg }) => msg.includes('REVOKER_CLUSTER_NAME')));
});

test('unknown commands and arguments: exit code 2, and where to look', async () => {
  for (const args of [['revoke'], ['run', 'fast'], ['--nonsense']]) {
    const daemon = new DaemonProcess({}, args);
    assert.equal(await daemon.ended, 2, args.join(' '));
    assert.match(daemon.errors, /--help/);
  }
});

test('a port that is taken: exit code 2, and the setting is named', async () => {
  await using scene = await makeScene();
  const first = await scene.settledDaemon();
  const [started] = first.said('started');
  const second = scene.daemon({ REVOKER_LISTEN: String(started?.['listen']) });
  assert.equal(await second.ended, 2);
  assert.match(second.errors, /REVOKER_LISTEN/);
});

test('SIGTERM while an eviction is in flight: it is heard out, then exit code 0', async () => {
  await using scene = await makeScene();
  const etl = scene.identity('team-a/etl', 1);
  const daemon = await scene.settledDaemon();
  scene.simulator.kubernetes.faults.add({
    match: { verb: 'create', resource: 'pods/eviction' },
    effect: { kind: 'delay', ms: 700 },
  });
  scene.simulator.eks.associations.delete(etl.associationId);
  await until('an eviction is asked for', () => scene.evictions().length === 1);
  assert.equal(await daemon.stop(), 0);
  assert.deepEqual(daemon.lines.filter(({ outcome }) => outcome === 'evicted').length, 1);
  assert.equal(scene.simulator.kubernetes.store.list('events', 'team-a').length, 1);
});

test('SIGINT ends it too; a second signal does not wait', async () => {
  await using scene = await makeScene();
  const etl = scene.identity('team-a/etl', 1);
  const idle = await scene.settledDaemon();
  idle.signal('SIGINT');
  assert.equal(await idle.ended, 0);
  const busy = await scene.settledDaemon();
  scene.simulator.kubernetes.faults.add({
    match: { verb: 'create', resource: 'pods/eviction' },
    effect: { kind: 'hang' },
  });
  scene.simulator.eks.associations.delete(etl.associationId);
  await until('an eviction is asked for', () => scene.evictions().length === 1);
  busy.signal('SIGTERM');
  await until('it is stopping', async () => (await busy.get('listen', '/readyz')).status === 503);
  busy.signal('SIGTERM');
  assert.equal(await busy.ended, 1);
});

test('dry-run: nothing is written to any pod', async () => {
  await using scene = await makeScene();
  const etl = scene.identity('team-a/etl', 2);
  const daemon = await scene.settledDaemon({ REVOKER_MODE: 'dry-run' });
  scene.simulator.eks.associations.delete(etl.associationId);
  await until('it says what it would do', () => daemon.said('dry run: holder would be evicted').length === 2);
  assert.deepEqual(scene.simulator.kubernetes.requests.writes(), []);
});

test('only the namespaces that were named are watched and acted on', async () => {
  await using scene = await makeScene();
  const a = scene.identity('team-a/etl', 1);
  const b = scene.identity('team-b/etl', 1);
  await scene.settledDaemon({ REVOKER_NAMESPACES: 'team-a' });
  scene.simulator.eks.associations.delete(a.associationId);
  scene.simulator.eks.associations.delete(b.associationId);
  await until('one eviction', () => scene.evicted().length === 1);
  await until('another sweep', () => scene.simulator.eks.requests.length > 0);
  const paths = scene.simulator.kubernetes.requests.of('watch', 'pods').map(({ path }) => path);
  assert.deepEqual([...new Set(paths)], ['/api/v1/namespaces/team-a/pods']);
  assert.deepEqual(
    scene.evictions().map(({ namespace }) => namespace),
    ['team-a'],
  );
});
