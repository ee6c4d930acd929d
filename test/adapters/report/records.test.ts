/** What becomes visible of records and channels: metrics and log lines. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { lineOf } from '../../../src/adapters/report/line.ts';
import { createMetrics } from '../../../src/adapters/report/metrics.ts';
import { HINT_RESULTS, REFUSALS } from '../../../src/domain/hint.ts';
import { known, unknown } from '../../../src/domain/reading.ts';
import { after, before, milliseconds, minutes, seconds } from '../../../src/domain/time.ts';
import { recordOf } from '../../support/fake-channel.ts';
import {
  NOW,
  SAMPLE_CONSTANTS,
  sampleChannel,
  sampleIdentity,
  sampleSource,
  sampleStatus,
} from './samples.ts';

const P = 'pod_identity_revoker_';
const HINT = recordOf({
  identity: sampleIdentity('compute'),
  at: NOW,
  heardAt: after(NOW, milliseconds(1200)),
});

async function scraped(act: (metrics: ReturnType<typeof createMetrics>) => void): Promise<string> {
  const registry = new Registry();
  const metrics = createMetrics({ registry, ...SAMPLE_CONSTANTS });
  act(metrics);
  return registry.metrics();
}

test('hints, messages and lags are counted by channel and result', async () => {
  const text = await scraped(({ reporter }) => {
    reporter.report({ kind: 'hint', hint: HINT, result: 'taken' });
    reporter.report({ kind: 'refused', channel: 'queue', why: 'foreign', detail: 'x' });
    reporter.report({ kind: 'refused', channel: 'trail', why: 'duplicate', detail: 'x' });
  });
  for (const line of [
    'hints_total{source="queue",result="taken"} 1',
    'hints_total{source="trail",result="taken"} 0',
    'queue_messages_total{result="hint"} 1',
    'queue_messages_total{result="foreign"} 1',
    'trail_records_total{result="duplicate"} 1',
    'trail_records_total{result="hint"} 0',
    'queue_lag_seconds_sum 1.2',
    'queue_lag_seconds_count 1',
    'trail_lag_seconds_count 0',
  ]) {
    assert.ok(text.includes(`${P}${line}\n`), line);
  }
});

test('every result is zero before it happens', async () => {
  const text = await scraped(() => {});
  for (const result of HINT_RESULTS) {
    assert.ok(text.includes(`${P}hints_total{source="queue",result="${result}"} 0`));
  }
  for (const result of REFUSALS) assert.ok(text.includes(`${P}queue_messages_total{result="${result}"} 0`));
});

test('the age of a silence counts from the start where there was never a word', async () => {
  const text = await scraped((metrics) => {
    const status = sampleStatus({ startedAt: before(NOW, minutes(10)), now: NOW });
    metrics.observe(
      sampleSource([], {
        status: () => status,
        channels: () => [
          sampleChannel({
            lastEventAt: before(NOW, seconds(40)),
            lastHeardAt: before(NOW, seconds(30)),
            lastKnownAt: before(NOW, seconds(5)),
          }),
          sampleChannel({ channel: 'trail', lastEventAt: undefined, problem: 'denied: no' }),
        ],
      }),
    );
  });
  const lastEvent = before(NOW, seconds(40)) / 1000;
  for (const line of [
    `last_event_timestamp_seconds{source="queue"} ${lastEvent}`,
    'silence_seconds{source="queue"} 30',
    'silence_seconds{source="trail"} 600',
    'channel_age_seconds{source="queue"} 5',
    'channel_age_seconds{source="trail"} 600',
  ]) {
    assert.ok(text.includes(`${P}${line}\n`), line);
  }
  assert.ok(!text.includes('last_event_timestamp_seconds{source="trail"}'));
});

test('a hint is logged with who did what, when, and how soon it was heard', () => {
  const { level, message, fields } = lineOf({ kind: 'hint', hint: HINT, result: 'taken' });
  assert.equal(level, 'info');
  assert.equal(message, 'hint heard');
  assert.deepEqual(fields, {
    action: 'deleted',
    identity: HINT.identity,
    association: undefined,
    event: 'deletedPodIdentityAssociation',
    eventId: HINT.evidence.eventId,
    eventAt: '2026-03-01T12:00:00.000Z',
    heardBy: 'queue',
    heardAfterSeconds: 1.2,
    actor: 'arn:aws:iam::111122223333:user/mallory',
    actorType: 'IAMUser',
    sourceIp: undefined,
    result: 'taken',
  });
});

test('what happens every day is for debugging, what somebody should look into is a warning', () => {
  const levels = REFUSALS.map((why) => lineOf({ kind: 'refused', channel: 'queue', why, detail: '' }).level);
  assert.deepEqual(levels, ['warn', 'warn', 'warn', 'debug', 'debug', 'debug']);
  const repeated = HINT_RESULTS.map((result) => lineOf({ kind: 'hint', hint: HINT, result }).level);
  assert.deepEqual(repeated, ['info', 'debug', 'debug', 'info', 'info', 'info']);
  const sweep = lineOf({ kind: 'hint', hint: { kind: 'sweep', evidence: HINT.evidence }, result: 'sweep' });
  assert.equal(sweep.fields['identity'], undefined);
});

test('a channel that can not be asked is told with its reason, and told again when it can', () => {
  const denied = unknown('denied', 'allow sqs:ReceiveMessage', NOW);
  const lost = lineOf({ kind: 'reading', of: 'queue', subject: 'records', reading: denied });
  assert.deepEqual([lost.level, lost.fields['of'], lost.fields['why']], ['error', 'queue', 'denied']);
  const found = lineOf({ kind: 'reading', of: 'queue', subject: 'records', reading: known(undefined, NOW) });
  assert.equal(found.level, 'info');
});
