/** Counts reports and requests, and shows the daemon's state, as Prometheus metrics. */

import { type Counter, collectDefaultMetrics, type Histogram, type Registry } from 'prom-client';
import { CHANNELS, type Channel, HINT_RESULTS, REFUSALS } from '../../domain/hint.ts';
import { OUTCOMES } from '../../domain/outcome.ts';
import type { Report, RosterReport, StandingReport } from '../../domain/report.ts';
import { isRosterReport, isStandingReport } from '../../domain/report.ts';
import {
  CAUSES,
  type Cause,
  countedFrom,
  type Revocation,
  SOURCES,
  type Source,
} from '../../domain/revocation.ts';
import { ACCESSES } from '../../domain/roster.ts';
import { between, type Duration, type Instant } from '../../domain/time.ts';
import type { Reporter } from '../../ports/reporter.ts';
import type { StatusSource } from '../../ports/status.ts';
import type { Traffic } from '../../ports/traffic.ts';
import { type Constants, registerGauges } from './gauges.ts';
import { type Instruments, instruments } from './instruments.ts';

export type Metrics = {
  readonly reporter: Reporter;
  readonly traffic: Traffic;
  /** The gauges are empty until there is a source: adapters that count are built before the daemon is. */
  readonly observe: (source: StatusSource) => void;
};

export type MetricsDeps = Constants & { readonly registry: Registry };

/** Called once for each registry: a second time on the same one is an error of prom-client. */
export function createMetrics({ registry, ...constants }: MetricsDeps): Metrics {
  let source: StatusSource | undefined;
  const make = instruments(registry);
  registerGauges(make, constants, () => source);
  collectDefaultMetrics({ register: registry });
  return {
    reporter: createReporter(make),
    traffic: createTraffic(make),
    observe: (given) => {
      source = given;
    },
  };
}

type Of<K extends Report['kind']> = Extract<Report, { kind: K }>;

/** What a record is counted as. */
const RECORD_RESULTS = ['hint', ...REFUSALS] as const;
type RecordResult = (typeof RECORD_RESULTS)[number];

type Measures = {
  readonly hints: Counter<'source' | 'result'>;
  readonly records: Readonly<Record<Channel, Counter<'result'>>>;
  readonly lags: Readonly<Record<Channel, Histogram>>;
  readonly revocations: Counter<'cause'>;
  readonly evictions: Counter<'outcome'>;
  readonly successions: Counter<'access'>;
  readonly forced: Counter<'outcome'>;
  readonly bugs: Counter;
  readonly detection: Histogram<'source'>;
  readonly eviction: Histogram;
  readonly containment: Histogram;
};

function createReporter(make: Instruments): Reporter {
  const measures: Measures = {
    hints: make.counter('hints_total'),
    records: {
      queue: make.counter('queue_messages_total'),
      trail: make.counter('trail_records_total'),
    },
    lags: { queue: make.histogram('queue_lag_seconds'), trail: make.histogram('trail_lag_seconds') },
    revocations: make.counter('revocations_total'),
    evictions: make.counter('evictions_total'),
    successions: make.counter('successions_total'),
    forced: make.counter('forced_total'),
    bugs: make.counter('bugs_total'),
    detection: make.histogram('detection_seconds'),
    eviction: make.histogram('eviction_seconds'),
    containment: make.histogram('containment_seconds'),
  };
  for (const cause of CAUSES) measures.revocations.inc({ cause }, 0);
  for (const outcome of OUTCOMES) {
    measures.evictions.inc({ outcome }, 0);
    measures.forced.inc({ outcome }, 0);
  }
  for (const access of [...ACCESSES, 'none'] as const) measures.successions.inc({ access }, 0);
  for (const source of SOURCES) measures.detection.zero({ source });
  for (const source of CHANNELS) {
    for (const result of HINT_RESULTS) measures.hints.inc({ source, result }, 0);
    for (const result of RECORD_RESULTS) measures.records[source].inc({ result }, 0);
  }
  return { report: (report) => measure(measures, report) };
}

function measure(measures: Measures, report: Report): void {
  if (isRosterReport(report)) return measureRoster(measures, report);
  // Of these the gauges tell.
  if (!isStandingReport(report)) measureOther(measures, report);
}

function measureOther(measures: Measures, report: Exclude<Report, RosterReport | StandingReport>): void {
  switch (report.kind) {
    case 'stage':
      return measureStage(measures, report.revocation);
    case 'eviction':
      return measureEviction(measures, report);
    case 'hint':
    case 'refused':
      return measureRecord(measures, report);
    case 'bug':
      return measures.bugs.inc();
    case 'reading':
    case 'verdict':
    case 'would-evict':
    case 'unreadable-pod':
  }
}

function measureRoster({ evictions, successions }: Measures, report: RosterReport): void {
  switch (report.kind) {
    case 'healing':
      return evictions.inc({ outcome: report.outcome.kind });
    case 'succession':
      return successions.inc({ access: report.successor?.access ?? 'none' });
    case 'missed':
  }
}

function measureEviction(measures: Measures, { outcome, isForced, sinceEnd }: Of<'eviction'>): void {
  measures.evictions.inc({ outcome: outcome.kind });
  if (isForced) measures.forced.inc({ outcome: outcome.kind });
  if (outcome.kind === 'evicted' && sinceEnd !== undefined) measures.eviction.observe(inSeconds(sinceEnd));
}

function measureRecord(measures: Measures, report: Of<'hint'> | Of<'refused'>): void {
  if (report.kind === 'refused') {
    measures.records[report.channel].inc({ result: report.why satisfies RecordResult });
    return;
  }
  const { channel, at, heardAt } = report.hint.evidence;
  measures.hints.inc({ source: channel, result: report.result });
  measures.records[channel].inc({ result: 'hint' satisfies RecordResult });
  measures.lags[channel].observe(inSeconds(between(at, heardAt)));
}

/** Detection is measured when the suspicion has proved right, so that refuted ones don't flatter it. */
function measureStage(measures: Measures, revocation: Revocation): void {
  const { stage, cause, source, suspectedAt, clearSince, found } = revocation;
  const end = countedFrom(revocation);
  if (stage === 'confirmed') {
    measures.revocations.inc({ cause } satisfies { cause: Cause });
    const took = spent(end, suspectedAt);
    if (took !== undefined) measures.detection.observe({ source } satisfies { source: Source }, took);
  }
  if (stage === 'contained' && found > 0) {
    const took = spent(end, clearSince);
    if (took !== undefined) measures.containment.observe(took);
  }
}

function spent(from: Instant | undefined, to: Instant | undefined): number | undefined {
  if (from === undefined || to === undefined) return undefined;
  return inSeconds(between(from, to));
}

/** Clocks differ by moments: what ends before it began took no time. */
function inSeconds(duration: Duration): number {
  return Math.max(0, duration / 1000);
}

function createTraffic(make: Instruments): Traffic {
  const aws = make.counter('aws_requests_total');
  const kubernetes = make.counter('kubernetes_requests_total');
  return {
    aws: ({ service, operation, code }) => aws.inc({ service, operation, code: bounded(code) }),
    kubernetes: ({ verb, resource, code }) => kubernetes.inc({ verb, resource, code: bounded(code) }),
  };
}

/** What is no HTTP status is no answer: a label's values must not grow with what a server makes up. */
function bounded(code: string): string {
  return /^[1-5]\d\d$/.test(code) ? code : 'none';
}
