/** The trail channel when CloudTrail refuses or is silent, and when it is told to stop. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EVENT_NAMES } from '../../../src/adapters/aws/record.ts';
import { milliseconds } from '../../../src/domain/time.ts';
import { awsFailure, untilGone } from '../../support/scripted-aws.ts';
import { answer, type Reply } from '../../support/scripted-eks.ts';
import { settle } from '../../support/stepped-clock.ts';
import { stepUntil, until } from './channel-harness.ts';
import { record } from './records.ts';
import { nameIn, rounds, startTrail } from './trail-harness.ts';

const FAILURES: readonly (readonly [
  name: string,
  reply: Reply,
  why: string,
  detail: RegExp,
  tries: number,
])[] = [
  [
    'a denial',
    awsFailure(403, 'AccessDeniedException', 'no'),
    'denied',
    /allow cloudtrail:LookupEvents on \*/,
    1,
  ],
  [
    'a throttle',
    awsFailure(400, 'ThrottlingException'),
    'throttled',
    /CloudTrail answered ThrottlingException/,
    3,
  ],
  ['a 500', answer({}, 500), 'failed', /HTTP status 500/, 3],
  ['a cut', { kind: 'cut' }, 'unreachable', /no answer/, 3],
  ['an empty body', { kind: 'answer', status: 200, body: '' }, 'malformed', /without a list of events/, 3],
  ['events of another type', answer({ Events: [], NextToken: 5 }), 'malformed', /LookupEvents/, 3],
];

for (const [name, reply, why, detail, tries] of FAILURES) {
  test(`${name}: ${why} after ${tries} tries, paused, and taken up where it was`, async (t) => {
    const harness = await startTrail(t);
    const { aws, history, told } = harness;
    history.deletion(1, 30);
    history.add(record({ eventName: 'CreatePodIdentityAssociation' }), 20);
    aws.script = (call) => (nameIn(call) === 'UpdatePodIdentityAssociation' ? reply : history.lookUp(call));
    await rounds(harness, 1);

    assert.deepEqual(told.states, [why]);
    assert.match(told.lastDetail, detail);
    assert.equal(aws.calls.length, 1 + tries);
    assert.deepEqual(told.heard, ['deleted: team-a/etl-1'], 'what was found is not held back');
    aws.script = (call) => history.lookUp(call);
    await rounds(harness, 2);
    assert.deepEqual(told.states, [why, 'known']);
    assert.equal(aws.calls.map(nameIn)[1 + tries], 'UpdatePodIdentityAssociation');
    assert.equal(aws.calls.length, tries + EVENT_NAMES.length);
    assert.equal(told.heard.at(-1), 'created: team-a/etl');
  });
}

test('a blip is not told: the page is asked for again', async (t) => {
  const harness = await startTrail(t);
  const { aws, history, told } = harness;
  let failures = 2;
  aws.script = (call) => {
    failures -= 1;
    return failures >= 0 ? answer({}, 503) : history.lookUp(call);
  };
  await rounds(harness, 1);
  assert.deepEqual(told.states, ['known']);
});

test('tokens that go in a circle end the page run', async (t) => {
  const harness = await startTrail(t, { script: () => () => answer({ Events: [], NextToken: 'again' }) });
  await rounds(harness, 1);
  assert.deepEqual(harness.told.states, ['malformed']);
  assert.match(harness.told.lastDetail, /the same NextToken twice/);
});

test('a call that is never answered ends at its limit', async (t) => {
  const harness = await startTrail(t, { script: () => untilGone });
  await rounds(harness, 1);
  assert.deepEqual(harness.told.states, ['unreachable']);
  assert.match(harness.told.lastDetail, /no complete answer within 15 s/);
});

const STAGES: readonly (readonly [name: string, reply: (() => Reply) | undefined, calls: number])[] = [
  ['in a call', undefined, 1],
  ['waiting for its turn', () => answer({ Events: [] }), 1],
  ['in the pause after a failure', () => awsFailure(403, 'AccessDeniedException'), 1],
  ['between two rounds', () => answer({ Events: [] }), EVENT_NAMES.length],
];

for (const [name, reply, calls] of STAGES) {
  test(`an abort ${name} ends the run at once and leaves no timer`, async (t) => {
    const { aws, clock, counted, stop } = await startTrail(t, { script: () => reply ?? untilGone });
    await stepUntil(clock, 'the stage', () => aws.calls.length === calls, milliseconds(100));
    if (reply !== undefined) await until('the answer', () => counted.requests.length === calls);
    await settle();
    assert.ok(clock.pending > 0);

    await stop();
    assert.equal(clock.pending, 0);
    assert.equal(aws.calls.length, calls);
  });
}
