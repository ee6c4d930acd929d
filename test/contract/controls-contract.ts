/** What every Controls must do, held against the real one over HTTP and against the fake alike. */

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import type { ControlState } from '../../src/domain/controls.ts';
import { NO_CONTROLS } from '../../src/domain/controls.ts';
import type { Controls } from '../../src/ports/controls.ts';

export type ControlsHarness = {
  readonly controls: Controls;
  readonly now: () => number;
  readonly removeLedger: () => void | Promise<void>;
  /** Both answer with what mends it. */
  readonly deny: (what: 'read' | 'write') => () => void;
  readonly disconnect: () => () => void;
};

const never = new AbortController().signal;

async function read({ controls }: ControlsHarness): Promise<ControlState> {
  const reading = await controls.read(never);
  assert.equal(reading.kind, 'known', JSON.stringify(reading));
  return reading.kind === 'known' ? reading.value : NO_CONTROLS;
}

type Contract = (what: string, body: (harness: ControlsHarness) => Promise<void>) => void;

export function controlsContract(subject: string, start: (t: TestContext) => Promise<ControlsHarness>): void {
  const contract: Contract = (what, body) => {
    test(`${subject}: ${what}`, async (t) => {
      await body(await start(t));
    });
  };
  setting(contract);
  failing(contract);
}

function setting(contract: Contract): void {
  contract('at first nothing is set', async (harness) => {
    assert.deepEqual(await read(harness), NO_CONTROLS);
  });

  contract('paused with a reason and a time, until resumed', async (harness) => {
    const { controls, now } = harness;
    const before = now();
    assert.deepEqual(await controls.pause('migration until "noon"', never), { kind: 'done' });
    const { pause } = await read(harness);
    assert.equal(pause?.reason, 'migration until "noon"');
    assert.ok(pause.at !== undefined && before <= pause.at && pause.at <= now());
    assert.match(pause.by ?? '', /alice@laptop$/);
    assert.deepEqual(await controls.resume(never), { kind: 'done' });
    assert.equal((await read(harness)).pause, undefined);
    assert.deepEqual(await controls.resume(never), { kind: 'done' });
  });

  contract('a later pause replaces the reason', async (harness) => {
    await harness.controls.pause('one', never);
    await harness.controls.pause('other', never);
    assert.equal((await read(harness)).pause?.reason, 'other');
  });

  contract('a release says until when, and a pause does not touch it', async (harness) => {
    const { controls, now } = harness;
    const before = now();
    assert.deepEqual(await controls.release('mass-end', never), { kind: 'done' });
    await controls.pause('both', never);
    const state = await read(harness);
    const at = state.releases['mass-end']?.at;
    assert.ok(at !== undefined && before <= at && at <= now());
    assert.match(state.releases['mass-end']?.by ?? '', /alice@laptop$/);
    assert.equal(state.pause?.reason, 'both');
    assert.deepEqual(state.problems, []);
    await controls.resume(never);
    assert.equal((await read(harness)).releases['mass-end']?.at, at);
  });
}

function failing(contract: Contract): void {
  contract('without a ledger nothing is set, and nothing can be', async (harness) => {
    await harness.removeLedger();
    assert.deepEqual(await read(harness), NO_CONTROLS);
    assert.equal((await harness.controls.pause('why', never)).kind, 'not-found');
    assert.equal((await harness.controls.release('mass-end', never)).kind, 'not-found');
  });

  contract('a read that is denied or gets no answer is unknown', async (harness) => {
    await harness.controls.pause('why', never);
    const mend = harness.deny('read');
    const denied = await harness.controls.read(never);
    assert.equal(denied.kind === 'unknown' && denied.why, 'denied', JSON.stringify(denied));
    assert.match(denied.kind === 'unknown' ? denied.detail : '', /get.*configmaps/);
    mend();
    const reconnect = harness.disconnect();
    const silent = await harness.controls.read(never);
    assert.equal(silent.kind === 'unknown' && silent.why, 'unreachable', JSON.stringify(silent));
    reconnect();
    assert.equal((await read(harness)).pause?.reason, 'why');
  });

  contract('who may not set it is told what is missing, and nothing is set', async (harness) => {
    const mend = harness.deny('write');
    const outcome = await harness.controls.pause('why', never);
    assert.equal(outcome.kind, 'denied', JSON.stringify(outcome));
    assert.match(outcome.kind === 'denied' ? outcome.detail : '', /patch.*configmaps/);
    mend();
    assert.equal((await read(harness)).pause, undefined);
  });

  contract('no answer to a change is unreachable', async (harness) => {
    const mend = harness.disconnect();
    assert.equal((await harness.controls.pause('why', never)).kind, 'unreachable');
    mend();
  });

  contract('an aborted signal rejects with its reason', async ({ controls }) => {
    const reason = new Error('over');
    await assert.rejects(controls.read(AbortSignal.abort(reason)), reason);
    await assert.rejects(controls.pause('why', AbortSignal.abort(reason)), reason);
  });
}
