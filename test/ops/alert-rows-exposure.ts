/** The alerts about pods that are still there. */

import type { AlertRow } from './alert-rows.ts';

const CRITICAL = { severity: 'critical' };
const WARNING = { severity: 'warning' };

const LEADS = { 'leader{instance="a"}': '1x200', 'leader{instance="b"}': '0x200' };
const DEADLINE = { 'setting_seconds{setting="deadline"}': '900x200' };

export const EXPOSURE_ROWS: readonly AlertRow[] = [
  {
    alert: 'PodIdentityRevokerExposureOld',
    title: 'exposed for longer than the objective, on both replicas: one alert for each state',
    series: {
      'oldest_exposure_seconds{state="due",instance="a"}': '0+60x20',
      'oldest_exposure_seconds{state="due",instance="b"}': '0+60x20',
      'oldest_exposure_seconds{state="exempt"}': '400x20',
    },
    at: '8m',
    fires: [
      { state: 'due', ...WARNING },
      { state: 'exempt', ...WARNING },
    ],
  },
  {
    alert: 'PodIdentityRevokerExposureOld',
    title: 'within the objective, expired by itself, not known to be stale, or in dry-run',
    series: {
      'oldest_exposure_seconds{state="due"}': '300x20',
      'oldest_exposure_seconds{state="expired"}': '90000x20',
      'oldest_exposure_seconds{state="undecided"}': '90000x20',
      'oldest_exposure_seconds{state="settling",mode="dry-run"}': '90000x20',
    },
    at: '15m',
    fires: [],
  },
  {
    alert: 'PodIdentityRevokerBlockedPastDeadline',
    title: 'blocked for longer than the deadline that is set',
    series: { ...DEADLINE, 'oldest_exposure_seconds{state="blocked"}': '0+60x30' },
    at: '18m',
    fires: [CRITICAL],
  },
  {
    alert: 'PodIdentityRevokerBlockedPastDeadline',
    title: 'blocked, and the deadline that is set is an hour',
    series: {
      'setting_seconds{setting="deadline"}': '3600x30',
      'oldest_exposure_seconds{state="blocked"}': '0+60x30',
      'oldest_exposure_seconds{state="terminating"}': '9000x30',
    },
    at: '30m',
    fires: [],
  },
  {
    alert: 'PodIdentityRevokerStuck',
    title: 'pods that outlived their grace, by the leader',
    series: { ...LEADS, 'exposed_pods{state="stuck",instance="a"}': '2x20' },
    at: '6m',
    fires: [CRITICAL],
  },
  {
    alert: 'PodIdentityRevokerStuck',
    title: 'stuck for a moment only; and what a standby makes of it',
    series: {
      ...LEADS,
      'exposed_pods{state="stuck",instance="a"}': '0x1 2x20',
      'exposed_pods{state="stuck",instance="b"}': '2x20',
    },
    at: '4m',
    fires: [],
  },
  {
    alert: 'PodIdentityRevokerUndecided',
    title: 'for an hour nobody could tell',
    series: { 'oldest_exposure_seconds{state="undecided"}': '0+60x90' },
    at: '67m',
    fires: [WARNING],
  },
  {
    alert: 'PodIdentityRevokerUndecided',
    title: 'right after a start',
    series: { 'oldest_exposure_seconds{state="undecided"}': '0+60x40 0x40' },
    at: '70m',
    fires: [],
  },
  {
    alert: 'PodIdentityRevokerContainmentBudgetBurn',
    title: 'five of six are late: a page before the slow window has its duration',
    series: {
      'containment_seconds_bucket{le="300"}': '0x20 1x20',
      containment_seconds_count: '0x20 2 4 6x20',
    },
    at: '24m',
    fires: [{ window: '1h', ...CRITICAL }],
  },
  {
    alert: 'PodIdentityRevokerContainmentBudgetBurn',
    title: 'four of ten are late: a slow burn is a warning',
    series: {
      'containment_seconds_bucket{le="300"}': '0x20 0+0.6x40',
      containment_seconds_count: '0x20 0+1x40',
    },
    at: '50m',
    fires: [{ window: '6h', ...WARNING }],
  },
  {
    alert: 'PodIdentityRevokerContainmentBudgetBurn',
    title: 'all within the objective, a single late one, or dry-run',
    series: {
      'containment_seconds_bucket{le="300",instance="a"}': '0+1x60',
      'containment_seconds_count{instance="a"}': '0+1x60',
      'containment_seconds_bucket{le="300",mode="dry-run",instance="c"}': '0x60',
      'containment_seconds_count{mode="dry-run",instance="c"}': '0+1x60',
    },
    at: '50m',
    fires: [],
  },
  {
    alert: 'PodIdentityRevokerContainmentBudgetBurn',
    title: 'a single late one',
    series: {
      'containment_seconds_bucket{le="300"}': '0x60',
      containment_seconds_count: '0x40 1x20',
    },
    at: '44m',
    fires: [],
  },
];
