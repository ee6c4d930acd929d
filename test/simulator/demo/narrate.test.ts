/** What the timeline says for each line of the daemon's log. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDaemonLine } from '../../../simulator/demo/daemon-line.ts';
import type { Telling } from '../../../simulator/demo/narrate.ts';
import { narrate } from '../../../simulator/demo/narrate.ts';
import { ORIGIN, pod } from './support.ts';

const telling: Telling = {
  origin: ORIGIN,
  settleSeconds: 5,
  podOf: (uid) => (uid === 'uid-api-1' ? pod('api-1', { workload: 'Deployment api' }) : undefined),
  endOf: (identity) => (identity === 'team-a/reports' ? ORIGIN + 100 : undefined),
};

const at = (ms: number): string => new Date(ORIGIN + ms).toISOString();

function told(msg: string, fields: Record<string, unknown> = {}) {
  const text = JSON.stringify({ level: 'info', time: at(6600), ...fields, msg });
  const line = parseDaemonLine(text);
  assert.ok(line);
  return narrate(line, telling);
}

const ROWS = [
  {
    msg: 'hint heard',
    fields: {
      identity: 'team-a/reports',
      heardBy: 'queue',
      event: 'DeletePodIdentityAssociation',
      actor: 'arn:alice',
    },
    stage: 'heard',
    text: 'by queue after 6.5 s: DeletePodIdentityAssociation of team-a/reports by arn:alice; only a reason to look',
  },
  {
    msg: 'hint heard',
    fields: { heardBy: 'trail', event: 'DeleteAddon', actor: 'arn:bob' },
    stage: 'heard',
    text: 'by trail: DeleteAddon of the cluster by arn:bob; only a reason to look',
  },
  {
    msg: 'a grant is suspected to have ended',
    fields: { identity: 'team-a/reports', source: 'queue' },
    stage: 'suspected',
    text: 'team-a/reports: the queue told of its end',
  },
  {
    msg: 'a grant is suspected to have ended',
    fields: { identity: 'team-a/reports', source: 'list' },
    stage: 'suspected',
    text: 'team-a/reports: its association is not in the List any more',
  },
  {
    msg: 'a grant is suspected to have ended',
    fields: { identity: 'team-a/reports', source: 'a new one' },
    stage: 'suspected',
    text: 'team-a/reports: noticed',
  },
  {
    msg: 'the end of a grant is confirmed and settling',
    fields: {},
    stage: 'settling',
    text: 'EKS, asked for this one identity, has none; it gets 5 s to come back',
  },
  {
    msg: 'a revocation is confirmed',
    fields: { settlingSince: at(1600), confirmedAt: at(6600), exposed: 7, role: 'arn:r' },
    stage: 'confirmed',
    text: 'EKS said so twice, 5.0 s apart (at 1.6 s and 6.6 s): 7 pods may hold credentials of arn:r',
  },
  {
    msg: 'holder evicted',
    fields: { pod: 'api-1', uid: 'uid-api-1', start: at(-4_500_000), reason: 'deleted' },
    stage: 'evicted',
    text: 'api-1                        Deployment api            deleted; up for 75 min',
  },
  {
    msg: 'holder evicted',
    fields: { pod: 'x', uid: 'unknown', owner: 'Job/x', start: at(-60_000), reason: 'deleted' },
    stage: 'evicted',
    text: 'x                            Job/x                     deleted; up for 1 min',
  },
  {
    msg: 'a revocation is contained',
    fields: { identity: 'team-a/reports', clearSince: at(8700), evicted: 7 },
    stage: 'contained',
    text: 'containment time 8.6 s: from the call to the last of 7 holders being gone',
  },
  {
    msg: 'a revocation is contained',
    fields: { identity: 'team-b/unseen', clearSince: at(8700), evicted: 1 },
    stage: 'contained',
    text: 'the last of 1 holders is gone',
  },
  {
    msg: 'a revocation is refuted',
    fields: { identity: 'team-a/reports' },
    stage: 'refuted',
    text: 'team-a/reports: EKS has an association for it',
  },
  {
    msg: 'eviction blocked',
    fields: { level: 'warn', identity: 'team-a/reports', pod: 'api-1', detail: 'by budget api' },
    stage: 'trouble',
    text: 'eviction blocked: team-a/reports: api-1: by budget api',
  },
  {
    msg: 'something new',
    fields: { level: 'error', error: 'Error: x' },
    stage: 'trouble',
    text: 'something new: Error: x',
  },
] as const;

for (const { msg, fields, stage, text } of ROWS) {
  test(`${msg} ${JSON.stringify(fields)}`, () => {
    assert.deepEqual(told(msg, fields), { at: ORIGIN + 6600, stage, text });
  });
}

test('what is no news is not told', () => {
  for (const msg of ['started', 'reading known', 'holder waits', 'holder kept', 'stopped']) {
    assert.equal(told(msg, { identity: 'team-a/reports' }), undefined);
  }
});

test('what is no line of the log is none', () => {
  for (const text of ['', 'Error: x', '{"msg":"no time"}', '{"time":"2026-11-23T10:00:00Z"}', '[1]', '{"a']) {
    assert.equal(parseDaemonLine(text), undefined);
  }
});
