/** The gauges, computed from the daemon's state at each scrape. */

import type { Gauge } from 'prom-client';
import { BRAKES } from '../../domain/brake.ts';
import { EXPOSURE_STATES } from '../../domain/exposure.ts';
import { READING_SOURCES } from '../../domain/report.ts';
import { MISSED_REASONS } from '../../domain/roster.ts';
import type { Duration } from '../../domain/time.ts';
import { between } from '../../domain/time.ts';
import { VERDICTS } from '../../domain/verdict.ts';
import type { StatusSource } from '../../ports/status.ts';
import type { Instruments } from './instruments.ts';
import type { ToldSetting } from './metric-table.ts';
import { TOLD_SETTINGS } from './metric-table.ts';

/** What does not change while the process runs. */
export type Constants = {
  readonly version: string;
  readonly settings: Readonly<Record<ToldSetting, Duration>>;
};

/** While `current` gives no source, the gauges other than the constants have no samples. */
export function registerGauges(
  make: Instruments,
  { version, settings }: Constants,
  current: () => StatusSource | undefined,
): void {
  make.gauge('build_info', (gauge) => gauge.set({ version }, 1));
  make.gauge('setting_seconds', (gauge) => {
    for (const setting of TOLD_SETTINGS) gauge.set({ setting }, settings[setting] / 1000);
  });
  make.gauge('exposed_pods', (gauge) => fill(gauge, current(), exposure));
  make.gauge('verdicts', (gauge) => fill(gauge, current(), verdicts));
  make.gauge('reading_age_seconds', (gauge) => fill(gauge, current(), readingAges));
  make.gauge('oldest_exposure_seconds', (gauge) => fill(gauge, current(), oldestExposure));
  make.gauge('brake_engaged', (gauge) => fill(gauge, current(), brakes));
  make.gauge('leader', (gauge) => fill(gauge, current(), (source) => flag(source.status().isLeading)));
  make.gauge('own_grant_ended', (gauge) =>
    fill(gauge, current(), (source) => flag(source.status().hasOwnGrantEnded)),
  );
  make.gauge('associations', (gauge) =>
    fill(gauge, current(), (source) => one(source.status().associations)),
  );
  make.gauge('holders', (gauge) => fill(gauge, current(), (source) => one(source.status().holders)));
  make.gauge('last_event_timestamp_seconds', (gauge) => fill(gauge, current(), lastEvents));
  make.gauge('silence_seconds', (gauge) => fill(gauge, current(), (source) => agesOf(source, 'lastHeardAt')));
  make.gauge('channel_age_seconds', (gauge) =>
    fill(gauge, current(), (source) => agesOf(source, 'lastKnownAt')),
  );
  make.gauge('missed_pods', (gauge) => fill(gauge, current(), missed));
  make.gauge('unreadable_pods', (gauge) =>
    fill(gauge, current(), (source) => one(source.unreadable().length)),
  );
}

/** By the reason why they are left as they are, or not. */
function missed(source: StatusSource): readonly Sample[] {
  const counts = new Map<string, number>(MISSED_REASONS.map((reason) => [reason, 0]));
  for (const { reason } of source.missed()) add(counts, reason, 1);
  return [...counts].map(([reason, value]) => ({ labels: { reason }, value }));
}

type Sample = { readonly labels: Readonly<Record<string, string>>; readonly value: number };

function fill(
  gauge: Gauge,
  source: StatusSource | undefined,
  samples: (source: StatusSource) => readonly Sample[],
): void {
  gauge.reset();
  // A reset leaves a gauge without labels at 0; what is not known must be absent instead.
  gauge.remove({});
  if (source === undefined) return;
  for (const { labels, value } of samples(source)) gauge.set(labels, value);
}

function one(value: number | undefined): readonly Sample[] {
  return value === undefined ? [] : [{ labels: {}, value }];
}

function flag(value: boolean): readonly Sample[] {
  return one(value ? 1 : 0);
}

/** Before they were looked at for the first time they are engaged: nobody is evicted yet. */
function brakes(source: StatusSource): readonly Sample[] {
  const states = new Map(source.brakes().map(({ brake, isEngaged }) => [brake, isEngaged]));
  return BRAKES.map((brake) => ({ labels: { brake }, value: (states.get(brake) ?? true) ? 1 : 0 }));
}

/** Pods that can't be read are no holders to the view, but they may hold: they are counted as undecided. */
function exposure(source: StatusSource): readonly Sample[] {
  const counts = new Map<string, number>(EXPOSURE_STATES.map((state) => [state, 0]));
  for (const { state, count } of source.tally()) {
    if (state !== undefined) add(counts, state, count);
  }
  add(counts, 'undecided', source.unreadable().length);
  return [...counts].map(([state, value]) => ({ labels: { state }, value }));
}

function oldestExposure(source: StatusSource): readonly Sample[] {
  const oldest = source.oldestExposure();
  return EXPOSURE_STATES.map((state) => ({ labels: { state }, value: (oldest.get(state) ?? 0) / 1000 }));
}

function add(counts: Map<string, number>, key: string, more: number): void {
  counts.set(key, (counts.get(key) ?? 0) + more);
}

/** The reasons of two verdicts may share a name, so both parts make the key. */
function verdicts(source: StatusSource): readonly Sample[] {
  const counts = new Map<string, number>();
  for (const { verdict, count } of source.tally()) {
    add(counts, `${verdict.kind} ${verdict.reason}`, count);
  }
  add(counts, 'undecided pod-unreadable', source.unreadable().length);
  return Object.entries(VERDICTS).flatMap(([verdict, reasons]) =>
    reasons.map((reason) => ({
      labels: { verdict, reason },
      value: counts.get(`${verdict} ${reason}`) ?? 0,
    })),
  );
}

function lastEvents(source: StatusSource): readonly Sample[] {
  return source
    .channels()
    .flatMap(({ channel, lastEventAt }) =>
      lastEventAt === undefined ? [] : [{ labels: { source: channel }, value: lastEventAt / 1000 }],
    );
}

function agesOf(source: StatusSource, since: 'lastHeardAt' | 'lastKnownAt'): readonly Sample[] {
  const { now, startedAt } = source.status();
  return source.channels().map((channel) => ({
    labels: { source: channel.channel },
    value: Math.max(0, between(channel[since] ?? startedAt, now) / 1000),
  }));
}

/** An age counts from the start where nothing was ever read: an absent age would raise no alert. */
function readingAges(source: StatusSource): readonly Sample[] {
  const { now, startedAt, readings } = source.status();
  return READING_SOURCES.map((name) => ({
    labels: { source: name },
    value: Math.max(0, between(readings[name].at ?? startedAt, now) / 1000),
  }));
}
