/** Metrics as Prometheus sees them: the text of a scrape. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry } from 'prom-client';
import { METRIC_PREFIX, METRICS, type Metric } from '../../../src/adapters/report/metric-table.ts';
import { createMetrics, type Metrics } from '../../../src/adapters/report/metrics.ts';
import { EXPOSURE_STATES } from '../../../src/domain/exposure.ts';
import { podUid } from '../../../src/domain/holder.ts';
import { type Outcome, OUTCOMES } from '../../../src/domain/outcome.ts';
import { CAUSES, type Revocation, SOURCES } from '../../../src/domain/revocation.ts';
import { after, type Duration, milliseconds, seconds } from '../../../src/domain/time.ts';
import { VERDICTS } from '../../../src/domain/verdict.ts';
import type { JudgedHolder } from '../../../src/ports/status.ts';
import {
  NOW,
  SAMPLE_CONSTANTS,
  sampleHolder,
  sampleRevocation,
  sampleSource,
  sampleStatus,
} from './samples.ts';

type Scraped = { readonly metrics: Metrics; readonly samples: () => Promise<ReadonlyMap<string, number>> };

function start(): Scraped & { readonly text: () => Promise<string> } {
  const registry = new Registry();
  const metrics = createMetrics({ registry, ...SAMPLE_CONSTANTS });
  const text = (): Promise<string> => registry.metrics();
  return { metrics, text, samples: async () => parse(await text()) };
}

/** Series to value; refuses a line that is no sample and a series that comes twice. */
function parse(text: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [, series, value] = /^([a-z_]\w*(?:\{[^}]*\})?) (\S+)$/.exec(line) ?? [];
    assert.ok(series !== undefined && value !== undefined, `no sample: ${line}`);
    assert.ok(!samples.has(series), `twice: ${series}`);
    samples.set(series, Number(value));
  }
  return samples;
}

const P = METRIC_PREFIX;

function reachStage(metrics: Metrics, changed: Partial<Revocation>): void {
  const revocation = sampleRevocation(changed);
  metrics.reporter.report({ kind: 'stage', revocation, exposed: 0, takes: undefined, mode: 'enforce' });
}

function judged(uid: string, state: JudgedHolder['state']): JudgedHolder {
  const verdict = { kind: 'evict', reason: 'deleted' } as const;
  return { holder: sampleHolder({ uid: podUid(uid) }), verdict, state, since: NOW };
}

function evict(metrics: Metrics, outcome: Outcome, sinceEnd: Duration | undefined): void {
  metrics.reporter.report({
    kind: 'eviction',
    holder: sampleHolder(),
    verdict: { kind: 'evict', reason: 'deleted' },
    revocation: sampleRevocation(),
    outcome,
    isForced: false,
    tries: 1,
    sinceEnd,
  });
}

test('the table and the scrape agree: names, kinds, help', async () => {
  const { metrics, text } = start();
  metrics.observe(sampleSource());
  const scraped = await text();

  const own = [...scraped.matchAll(/^# TYPE (\S+) (\S+)$/gm)].filter(([, name]) => name?.startsWith(P));
  assert.deepEqual(
    new Map(own.map(([, name, kind]) => [name, kind])),
    new Map(Object.entries(METRICS).map(([name, { kind }]) => [P + name, kind])),
  );
  assert.equal(own.length, Object.keys(METRICS).length);
  for (const [name, { help }] of Object.entries(METRICS)) {
    assert.ok(scraped.includes(`# HELP ${P}${name} ${help}\n`), name);
  }
});

test('the table is in order: help ends with the labels, counters end with total, histograms have rising buckets', () => {
  for (const [name, metric] of Object.entries<Metric>(METRICS)) {
    const { kind, help, labels, buckets } = metric;
    assert.match(help, /^[A-Z].*\.$/, name);
    if (labels.length === 0) assert.doesNotMatch(help, /Labeled by/, name);
    else assert.ok(help.endsWith(`Labeled by ${labels.join(', ').replace(/, (?=[^,]*$)/, ' and ')}.`), name);
    assert.equal(name.endsWith('_total'), kind === 'counter', name);
    assert.equal(buckets !== undefined, kind === 'histogram', name);
    assert.deepEqual(
      buckets?.toSorted((a, b) => a - b),
      buckets === undefined ? undefined : [...buckets],
    );
  }
});

test('every label value of the closed lists is there from the start, at zero', async () => {
  const { metrics, samples } = start();
  metrics.observe(sampleSource());
  const scraped = await samples();

  for (const cause of CAUSES) assert.equal(scraped.get(`${P}revocations_total{cause="${cause}"}`), 0);
  for (const outcome of OUTCOMES) assert.equal(scraped.get(`${P}evictions_total{outcome="${outcome}"}`), 0);
  for (const source of SOURCES)
    assert.equal(scraped.get(`${P}detection_seconds_count{source="${source}"}`), 0);
  for (const state of EXPOSURE_STATES) assert.equal(scraped.get(`${P}exposed_pods{state="${state}"}`), 0);
  for (const [verdict, reasons] of Object.entries(VERDICTS)) {
    for (const reason of reasons) {
      assert.equal(scraped.get(`${P}verdicts{verdict="${verdict}",reason="${reason}"}`), 0);
    }
  }
  assert.equal(scraped.get(`${P}bugs_total`), 0);
  assert.equal(scraped.get(`${P}eviction_seconds_count`), 0);
  assert.equal(scraped.get(`${P}build_info{version="1.2.3"}`), 1);
  assert.equal(scraped.get(`${P}setting_seconds{setting="deadline"}`), 900);
  assert.equal(scraped.get(`${P}setting_seconds{setting="poll-interval"}`), 30);
});

test('before there is a source, what is not known is absent and not 0', async () => {
  const scraped = await start().samples();

  for (const name of [
    'holders',
    'associations',
    'unreadable_pods',
    'oldest_exposure_seconds{state="blocked"}',
  ]) {
    assert.equal(scraped.has(P + name), false, name);
  }
});

test('gauges are computed at each scrape', async () => {
  const { metrics, samples } = start();
  const holders = [judged('1', 'due'), judged('2', 'due'), judged('3', 'blocked'), judged('4', undefined)];
  metrics.observe(
    sampleSource(holders, {
      oldestExposure: () => new Map([['blocked', milliseconds(90_500)]]),
      unreadable: () => [{ why: 'no start' }],
    }),
  );

  const scraped = await samples();

  assert.equal(scraped.get(`${P}exposed_pods{state="due"}`), 2);
  assert.equal(scraped.get(`${P}exposed_pods{state="blocked"}`), 1);
  assert.equal(scraped.get(`${P}exposed_pods{state="settling"}`), 0);
  assert.equal(scraped.get(`${P}verdicts{verdict="evict",reason="deleted"}`), 4);
  assert.equal(scraped.get(`${P}oldest_exposure_seconds{state="blocked"}`), 90.5);
  assert.equal(scraped.get(`${P}oldest_exposure_seconds{state="undecided"}`), 0);
  assert.equal(scraped.get(`${P}unreadable_pods`), 1);
  assert.equal(scraped.get(`${P}holders`), 4);
  assert.equal(scraped.get(`${P}associations`), 7);
  assert.equal(scraped.get(`${P}reading_age_seconds{source="associations"}`), 5);
  assert.equal(
    scraped.get(`${P}reading_age_seconds{source="pods"}`),
    60,
    'never read: counted from the start',
  );

  metrics.observe(sampleSource([], { status: () => sampleStatus({ associations: undefined, holders: 0 }) }));
  const later = await samples();

  assert.equal(later.get(`${P}exposed_pods{state="due"}`), 0);
  assert.equal(later.get(`${P}oldest_exposure_seconds{state="blocked"}`), 0);
  assert.equal(later.has(`${P}associations`), false);
});

test('a revocation is counted when it is confirmed, and its detection from the end of the grant', async () => {
  const { metrics, samples } = start();
  reachStage(metrics, { stage: 'suspected' });
  reachStage(metrics, { stage: 'settling' });
  reachStage(metrics, { stage: 'refuted' });
  assert.equal((await samples()).get(`${P}revocations_total{cause="deleted"}`), 0);
  assert.equal((await samples()).get(`${P}detection_seconds_count{source="list"}`), 0);

  reachStage(metrics, { stage: 'confirmed' });

  const scraped = await samples();
  assert.equal(scraped.get(`${P}revocations_total{cause="deleted"}`), 1);
  assert.equal(scraped.get(`${P}detection_seconds_count{source="list"}`), 1);
  assert.equal(scraped.get(`${P}detection_seconds_sum{source="list"}`), 12);
});

test('containment is measured once, and only where somebody was stale and the end is known', async () => {
  const { metrics, samples } = start();
  const clearSince = after(NOW, seconds(40));
  reachStage(metrics, { stage: 'contained', clearSince, found: 0 });
  reachStage(metrics, { stage: 'contained', clearSince, found: 2, end: undefined });
  reachStage(metrics, {
    stage: 'contained',
    clearSince,
    found: 2,
    end: { notBefore: undefined, notAfter: NOW },
  });
  reachStage(metrics, { stage: 'confirmed', clearSince, found: 2 });
  assert.equal((await samples()).get(`${P}containment_seconds_count`), 0);

  reachStage(metrics, { stage: 'contained', clearSince, found: 2 });

  assert.equal((await samples()).get(`${P}containment_seconds_sum`), 40);
  assert.equal((await samples()).get(`${P}containment_seconds_count`), 1);
});

test('where the end is not known nothing is observed, and the revocation is counted all the same', async () => {
  const { metrics, samples } = start();
  reachStage(metrics, { stage: 'confirmed', end: undefined });
  evict(metrics, { kind: 'evicted' }, undefined);

  const scraped = await samples();
  assert.equal(scraped.get(`${P}revocations_total{cause="deleted"}`), 1);
  assert.equal(scraped.get(`${P}detection_seconds_count{source="list"}`), 0);
  assert.equal(scraped.get(`${P}evictions_total{outcome="evicted"}`), 1);
  assert.equal(scraped.get(`${P}eviction_seconds_count`), 0);
});

test('each answer to an eviction is counted; only the accepted one has a time', async () => {
  const { metrics, samples } = start();
  evict(metrics, { kind: 'blocked', by: ['pdb'], detail: '', retryAfter: undefined }, seconds(20));
  evict(metrics, { kind: 'already-gone' }, seconds(20));
  evict(metrics, { kind: 'evicted' }, seconds(31));

  const scraped = await samples();
  assert.equal(scraped.get(`${P}evictions_total{outcome="blocked"}`), 1);
  assert.equal(scraped.get(`${P}evictions_total{outcome="already-gone"}`), 1);
  assert.equal(scraped.get(`${P}eviction_seconds_sum`), 31);
  assert.equal(scraped.get(`${P}eviction_seconds_bucket{le="30"}`), 0);
  assert.equal(scraped.get(`${P}eviction_seconds_bucket{le="45"}`), 1);
});

test('a dry run evicts nobody and counts no eviction', async () => {
  const { metrics, samples } = start();
  metrics.reporter.report({
    kind: 'would-evict',
    holder: sampleHolder(),
    verdict: { kind: 'evict', reason: 'deleted' },
    revocation: sampleRevocation(),
  });

  const counted = [...(await samples())].filter(
    ([series, value]) => /evictions_total/.test(series) && value > 0,
  );
  assert.deepEqual(counted, []);
});

test('requests are counted by status; what is no status is none', async () => {
  const { metrics, samples } = start();
  for (const code of ['200', '200', 'none', '999', 'ECONNRESET', '20x']) {
    metrics.traffic.aws({ service: 'eks', operation: 'ListPodIdentityAssociations', code });
  }
  metrics.traffic.kubernetes({ verb: 'create', resource: 'pods/eviction', code: '429' });

  const scraped = await samples();
  const aws = (code: string) =>
    scraped.get(
      `${P}aws_requests_total{service="eks",operation="ListPodIdentityAssociations",code="${code}"}`,
    );
  assert.deepEqual([aws('200'), aws('none'), aws('999'), aws('ECONNRESET')], [2, 4, undefined, undefined]);
  const kubernetes = `${P}kubernetes_requests_total{verb="create",resource="pods/eviction",code="429"}`;
  assert.equal(scraped.get(kubernetes), 1);
});

test('the process itself is measured', async () => {
  const scraped = await start().samples();
  assert.ok((scraped.get('process_cpu_seconds_total') ?? -1) >= 0);
  assert.ok((scraped.get('process_resident_memory_bytes') ?? 0) > 0);
});
