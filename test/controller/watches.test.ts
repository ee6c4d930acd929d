/** The watches over the proof of the cluster and over what operators set: small tables. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ControlWatch } from '../../src/controller/control-watch.ts';
import { ProofWatch } from '../../src/controller/proof-watch.ts';
import type { Report } from '../../src/domain/report.ts';
import { minutes, seconds } from '../../src/domain/time.ts';
import { FakeControls } from '../support/fake-controls.ts';
import { FakeIssuer } from '../support/fake-issuer.ts';
import { SteppedClock } from '../support/stepped-clock.ts';

const { signal: never } = new AbortController();

async function proving(story: (parts: Proving) => Promise<void>): Promise<void> {
  const clock = new SteppedClock();
  const [eks, kubernetes] = [new FakeIssuer(clock), new FakeIssuer(clock)];
  const watch = new ProofWatch({ clock, issuers: { eks, kubernetes } });
  const stopping = new AbortController();
  assert.notEqual(watch.unproven(), undefined, 'before anybody was asked');
  const ended = assert.rejects(watch.run(stopping.signal));
  await clock.advance(seconds(0));
  await story({ clock, eks, kubernetes, watch });
  stopping.abort(new Error('over'));
  await ended;
  assert.equal(clock.pending, 0);
}

type Proving = {
  readonly clock: SteppedClock;
  readonly eks: FakeIssuer;
  readonly kubernetes: FakeIssuer;
  readonly watch: ProofWatch;
};

test('proven at once, and asked again every ten minutes', () =>
  proving(async ({ clock, eks, watch }) => {
    assert.equal(watch.unproven(), undefined);
    await clock.advance(minutes(9.9));
    assert.equal(eks.asked, 1);
    await clock.advance(minutes(0.2));
    assert.equal(eks.asked, 2);
  }));

test('refuted, in spite of an earlier proof, and asked again every half minute', () =>
  proving(async ({ clock, eks, watch }) => {
    eks.text = 'https://oidc.example/other';
    await clock.advance(minutes(10));
    assert.match(watch.unproven() ?? '', /oidc\.example/);
    eks.failing = 'unreachable';
    await clock.advance(seconds(31));
    assert.notEqual(watch.unproven(), undefined);
    eks.failing = undefined;
    await clock.advance(seconds(31));
    assert.notEqual(watch.unproven(), undefined);
    eks.text = new FakeIssuer(clock).text;
    await clock.advance(seconds(31));
    assert.equal(watch.unproven(), undefined);
  }));

test('either side unknown after a proof: the proof stands', () =>
  proving(async ({ clock, eks, kubernetes, watch }) => {
    eks.failing = 'denied';
    await clock.advance(minutes(11));
    eks.failing = undefined;
    kubernetes.failing = 'unreachable';
    await clock.advance(minutes(11));
    assert.equal(watch.unproven(), undefined);
  }));

type Watching = {
  readonly clock: SteppedClock;
  readonly controls: FakeControls;
  readonly watch: ControlWatch;
  readonly reports: readonly Report[];
};

async function watching(
  story: (parts: Watching) => Promise<void>,
  prepare: (controls: FakeControls) => Promise<unknown> = () => Promise.resolve(),
): Promise<void> {
  const clock = new SteppedClock();
  const controls = new FakeControls(clock);
  const reports: Report[] = [];
  const reporter = { report: (report: Report) => void reports.push(report) };
  await prepare(controls);
  const watch = new ControlWatch({ clock, controls, reporter });
  assert.notEqual(watch.paused(), undefined, 'before it was read');
  const stopping = new AbortController();
  const ended = assert.rejects(watch.run(stopping.signal));
  await clock.advance(seconds(0));
  await story({ clock, controls, watch, reports });
  stopping.abort(new Error('over'));
  await ended;
  assert.equal(clock.pending, 0);
}

test('paused and resumed: read every other second, with who, when and why', () =>
  watching(async ({ clock, controls, watch }) => {
    assert.equal(watch.paused(), undefined);
    await controls.pause('an incident', never);
    await clock.advance(seconds(2));
    assert.match(watch.paused() ?? '', /^paused by alice@laptop at .*Z: an incident; .*resume/);
    await controls.resume(never);
    await clock.advance(seconds(2));
    assert.equal(watch.paused(), undefined);
  }));

for (const why of ['unreachable', 'denied', 'malformed', 'throttled'] as const) {
  test(`unreadable (${why}): a pause stands, and where there was none it is believed for a minute`, () =>
    watching(async ({ clock, controls, watch, reports }) => {
      controls.failingRead = why;
      await clock.advance(seconds(57));
      assert.equal(watch.paused(), undefined);
      await clock.advance(seconds(6));
      assert.match(watch.paused() ?? '', /can't be told/);
      assert.equal(reports.length, 1);
      controls.failingRead = undefined;
      await controls.pause('an incident', never);
      await clock.advance(seconds(2));
      controls.failingRead = why;
      await clock.advance(seconds(10));
      assert.match(watch.paused() ?? '', /an incident/);
    }));
}

test('a release is told once, with who and when; one from before the start is not told and counts', () =>
  watching(
    async ({ clock, controls, watch, reports }) => {
      const before = watch.releasedAt;
      assert.notEqual(before, undefined);
      assert.deepEqual(reports, []);
      await clock.advance(seconds(30));
      await controls.release('mass-end', never);
      const at = clock.now();
      await clock.advance(seconds(10));
      const release = { at, by: 'alice@laptop' };
      assert.deepEqual(reports, [{ kind: 'release', brake: 'mass-end', release }]);
      assert.equal(watch.releasedAt, at);
    },
    (controls) => controls.release('mass-end', never),
  ));

test('a release that can not be read any more stands', () =>
  watching(async ({ clock, controls, watch }) => {
    await controls.release('mass-end', never);
    await clock.advance(seconds(2));
    const { releasedAt } = watch;
    controls.failingRead = 'unreachable';
    await clock.advance(minutes(30));
    assert.equal(watch.releasedAt, releasedAt);
  }));

test('what was set and can not be understood is told, once', () =>
  watching(async ({ clock, controls, reports }) => {
    controls.state = { ...controls.state, problems: ['the annotation x holds no time'] };
    await clock.advance(seconds(10));
    const [report, ...others] = reports;
    assert.deepEqual(others, []);
    assert.ok(report?.kind === 'reading' && report.reading.kind === 'unknown');
    assert.equal(report.reading.why, 'malformed');
    assert.match(report.reading.detail, /the annotation x/);
  }));

test('where nothing can be set nothing is read, and nothing is paused', async () => {
  const clock = new SteppedClock();
  const watch = new ControlWatch({ clock, controls: undefined, reporter: { report: () => {} } });
  await watch.run(never);
  assert.equal(watch.paused(), undefined);
  assert.equal(watch.releasedAt, undefined);
});
