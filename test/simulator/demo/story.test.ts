/** The story with daemons that do not do their work: it fails, says why, and leaves nothing behind. */

import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import { daemonCommand } from '../../../simulator/demo/daemon-command.ts';
import type { DaemonCommand } from '../../../simulator/demo/daemon-process.ts';
import { buildScene } from '../../../simulator/demo/scene.ts';
import type { StoryOptions } from '../../../simulator/demo/story.ts';
import { tellStory } from '../../../simulator/demo/story.ts';
import type { SimulatorWithQueue } from '../../../simulator/simulator.ts';
import { paper } from './support.ts';

const NEVER = new AbortController().signal;

function script(text: string): () => DaemonCommand {
  return () => ({ command: process.execPath, args: ['--eval', text], env: {} });
}

function missing(): DaemonCommand {
  return { command: '/nowhere/to/be/found', args: [], env: {} };
}

function withSettings(
  settings: Readonly<Record<string, string>>,
): (simulator: SimulatorWithQueue) => DaemonCommand {
  return (simulator) => {
    const command = daemonCommand(simulator);
    return { ...command, env: { ...command.env, ...settings } };
  };
}

async function told(command: StoryOptions['command'], more: Partial<StoryOptions> = {}) {
  const { screen, text } = paper();
  const end = await tellStory({ screen, command, keep: false, interrupted: NEVER, limit: 300, ...more });
  return { end, text: text() };
}

test('a daemon that does nothing: the time limit says what was missing', { timeout: 20_000 }, async () => {
  const { end, text } = await told(script('setInterval(() => {}, 1000)'));
  assert.equal(end, 'failed');
  assert.match(text, /FAILED: it took more than 0\.3 s \(while waiting for the daemon's addresses\)/);
  assert.match(text, /The daemon has printed nothing\./);
});

test('a daemon that dies: how, and its last words', { timeout: 20_000 }, async () => {
  const dying = script('console.log("on stdout"); console.error("on stderr"); process.exitCode = 3');
  const { end, text } = await told(dying, { limit: 15_000 });
  assert.equal(end, 'failed');
  assert.match(
    text,
    /FAILED: the daemon ended by itself: exit code 3 \(while waiting for the daemon's addresses\)/,
  );
  assert.match(text, /^ {2}on stdout$/m);
  assert.match(text, /^ {2}on stderr$/m);
});

test('a daemon that can not be started', { timeout: 20_000 }, async () => {
  const { end, text } = await told(missing, { limit: 15_000 });
  assert.equal(end, 'failed');
  assert.match(text, /FAILED: the daemon ended by itself: spawn .* ENOENT/);
});

test('a daemon whose settings are wrong', { timeout: 20_000 }, async () => {
  const { end, text } = await told(withSettings({ REVOKER_POLL_INTERVAL: '0' }), { limit: 15_000 });
  assert.equal(end, 'failed');
  assert.match(text, /exit code 2/);
  assert.match(text, /REVOKER_POLL_INTERVAL/);
});

test('a daemon that evicts nobody: the containment never comes', { timeout: 30_000 }, async () => {
  // Dry-run reads no queue: it is the poll that finds the end.
  const dry = withSettings({
    REVOKER_MODE: 'dry-run',
    REVOKER_SETTLE_TIME: '0s',
    REVOKER_POLL_INTERVAL: '1s',
  });
  const { end, text } = await told(dry, { limit: 10_000 });
  assert.equal(end, 'failed');
  assert.match(text, / confirmed /);
  assert.doesNotMatch(text, / (?:evicted|gone|contained) /);
  assert.match(text, /FAILED: it took more than 10\.0 s \(while waiting for the containment\)/);
  assert.match(text, /dry run: holder would be evicted/);
});

test('an interruption is no failure', { timeout: 20_000 }, async () => {
  const interruption = new AbortController();
  setTimeout(() => interruption.abort(new Error('Ctrl-C')), 50);
  const idle = script('setInterval(() => {}, 1000)');
  const { end, text } = await told(idle, { limit: 15_000, interrupted: interruption.signal });
  assert.equal(end, 'interrupted');
  assert.match(text, /Interrupted\.\n$/);
});

test('the daemon gets what the simulator gives it, and little else', async (t) => {
  const { simulator } = await buildScene();
  t.after(() => simulator.close());
  const names = Object.keys(daemonCommand(simulator).env);
  const allowed = new Set(['PATH', 'HOME', ...Object.keys(simulator.env())]);
  assert.deepEqual(
    names.filter((name) => !allowed.has(name) && !name.startsWith('REVOKER_')),
    [],
  );
});

test('the scene has a past, several kinds of holders, and pods that hold nothing', async (t) => {
  const scene = await buildScene();
  t.after(() => scene.simulator.close());
  const now = Date.now();
  const kinds = Map.groupBy(scene.expected, ({ workload }) => workload.replace(/ .*/, ''));
  assert.deepEqual([...kinds.keys()].toSorted(), ['App', 'Batch', 'Deployment', 'StatefulSet', 'Workspace']);
  assert.ok(scene.expected.every(({ start, isRunning }) => isRunning && start < now - 3_500_000));
  assert.ok(scene.before.every(({ start }) => start > scene.target.createdAt + 20 * 3_600_000));
  assert.ok(scene.before.some(({ isFinished, identity }) => isFinished && identity === scene.identity));
  assert.ok(scene.before.some(({ hasToken }) => !hasToken));
  assert.equal(scene.simulator.clock.now() - now < 1000, true);
});
