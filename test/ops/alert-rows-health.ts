/** The alerts about the daemon itself. */

import type { AlertRow } from './alert-rows.ts';

const CRITICAL = { severity: 'critical' };
const WARNING = { severity: 'warning' };

const LEADS = { 'leader{instance="a"}': '1x200', 'leader{instance="b"}': '0x200' };
const POLL = { 'setting_seconds{setting="poll-interval"}': '30x200' };

const ACTING: readonly AlertRow[] = [
  {
    alert: 'PodIdentityRevokerBrakeEngaged',
    title: 'a brake of the leader, by its name',
    series: {
      ...LEADS,
      'brake_engaged{brake="mass-end",instance="a"}': '1x20',
      'brake_engaged{brake="not-leader",instance="a"}': '0x20',
      'brake_engaged{brake="not-leader",instance="b"}': '1x20',
    },
    at: '6m',
    fires: [{ brake: 'mass-end', ...CRITICAL }],
  },
  {
    alert: 'PodIdentityRevokerBrakeEngaged',
    title: 'nobody leads: the brake not-leader of all replicas',
    series: {
      'leader{instance="a"}': '0x20',
      'leader{instance="b"}': '0x20',
      'brake_engaged{brake="not-leader",instance="a"}': '1x20',
      'brake_engaged{brake="not-leader",instance="b"}': '1x20',
    },
    at: '6m',
    fires: [{ brake: 'not-leader', ...CRITICAL }],
  },
  {
    alert: 'PodIdentityRevokerBrakeEngaged',
    title: 'paused for longer than half an hour',
    series: { ...LEADS, 'brake_engaged{brake="paused",instance="a"}': '1x60' },
    at: '31m',
    fires: [{ brake: 'paused', ...WARNING }],
  },
  {
    alert: 'PodIdentityRevokerBrakeEngaged',
    title: 'a start: nothing is proven yet',
    series: { ...LEADS, 'brake_engaged{brake="cluster-unproven",instance="a"}': '1x20' },
    at: '4m',
    fires: [],
  },
  {
    alert: 'PodIdentityRevokerBrakeEngaged',
    title: 'a start, a short pause, and a standby whose brakes hold nobody',
    series: {
      ...LEADS,
      'brake_engaged{brake="cluster-unproven",instance="a"}': '1x3 0x40',
      'brake_engaged{brake="paused",instance="a"}': '1x20 0x20',
      'brake_engaged{brake="view-stale",instance="b"}': '1x40',
      'brake_engaged{brake="not-leader",instance="a"}': '0x40',
      'brake_engaged{brake="not-leader",instance="b"}': '1x40',
    },
    at: '25m',
    fires: [],
  },
  {
    alert: 'PodIdentityRevokerLeaderMissing',
    title: 'two replicas stand by',
    series: { 'leader{instance="a"}': '0x20', 'leader{instance="b"}': '0x20' },
    at: '3m',
    fires: [CRITICAL],
  },
  {
    alert: 'PodIdentityRevokerLeaderMissing',
    title: 'one leads, and the lead goes over',
    series: { 'leader{instance="a"}': '1x5 0x20', 'leader{instance="b"}': '0x6 1x20' },
    at: '15m',
    fires: [],
  },
  {
    alert: 'PodIdentityRevokerForbidden',
    title: 'IAM, RBAC and evictions, each by its name',
    series: {
      'aws_requests_total{service="eks",operation="ListPodIdentityAssociations",code="403"}': '0+2x20',
      'kubernetes_requests_total{verb="watch",resource="pods",code="401"}': '0+4x20',
      'evictions_total{outcome="forbidden"}': '0+1x20',
    },
    at: '10m',
    fires: [
      { service: 'eks', operation: 'ListPodIdentityAssociations', ...CRITICAL },
      { verb: 'watch', resource: 'pods', ...CRITICAL },
      { outcome: 'forbidden', ...CRITICAL },
    ],
  },
  {
    alert: 'PodIdentityRevokerForbidden',
    title: 'throttled, blocked by a webhook, or forbidden long ago',
    series: {
      'aws_requests_total{service="eks",operation="ListPodIdentityAssociations",code="429"}': '0+2x60',
      'aws_requests_total{service="sqs",operation="ReceiveMessage",code="403"}': '0 1 2 3x60',
      'kubernetes_requests_total{verb="create",resource="pods/eviction",code="403"}': '0+1x60',
      'evictions_total{outcome="blocked"}': '0+1x60',
      'evictions_total{outcome="forbidden"}': '0x60',
    },
    at: '40m',
    fires: [],
  },
  {
    alert: 'PodIdentityRevokerOwnGrantEnded',
    title: 'the association of the daemon is gone',
    series: { 'own_grant_ended{instance="a"}': '0x3 1x20', 'own_grant_ended{instance="b"}': '0x20' },
    at: '6m',
    fires: [CRITICAL],
  },
  {
    alert: 'PodIdentityRevokerOwnGrantEnded',
    title: 'it is in force',
    series: { own_grant_ended: '0x20' },
    at: '10m',
    fires: [],
  },
  {
    alert: 'PodIdentityRevokerAbsent',
    title: 'no replica is scraped any more',
    series: { 'build_info{version="1"}': '1x3 stale' },
    at: '10m',
    fires: [CRITICAL],
  },
  {
    alert: 'PodIdentityRevokerAbsent',
    title: 'one replica is left',
    series: { 'build_info{instance="a"}': '1x3 stale', 'build_info{instance="b"}': '1x20' },
    at: '15m',
    fires: [],
  },
];

const SEEING: readonly AlertRow[] = [
  {
    alert: 'PodIdentityRevokerReadingStale',
    title: 'associations and grants, on one replica',
    series: {
      ...POLL,
      'reading_age_seconds{source="associations",instance="a"}': '0+60x20',
      'reading_age_seconds{source="associations",instance="b"}': '20x20',
      'reading_age_seconds{source="grants",instance="a"}': '7300x20',
      'reading_age_seconds{source="pods",instance="b"}': '200x20',
    },
    at: '6m',
    fires: [
      { source: 'associations', ...WARNING },
      { source: 'pods', ...WARNING },
      { source: 'grants', ...WARNING },
    ],
  },
  {
    alert: 'PodIdentityRevokerReadingStale',
    title: 'old, but not for the poll interval that is set; many grants',
    series: {
      'setting_seconds{setting="poll-interval"}': '600x20',
      'reading_age_seconds{source="associations"}': '1200x20',
      'reading_age_seconds{source="pods"}': '90x20',
      'reading_age_seconds{source="grants"}': '2500x20',
    },
    at: '10m',
    fires: [],
  },
  {
    alert: 'PodIdentityRevokerEventsSilent',
    title: 'the poll noticed an end an hour ago, and the queue has told of nothing since before',
    series: {
      ...LEADS,
      'silence_seconds{source="queue",instance="a"}': '0+60x200',
      'detection_seconds_count{source="list",instance="a"}': '0x40 1x160',
    },
    at: '85m',
    fires: [WARNING],
  },
  {
    alert: 'PodIdentityRevokerEventsSilent',
    title: 'the poll was a little quicker than the queue, which then was silent for good reason',
    series: {
      ...LEADS,
      'silence_seconds{source="queue",instance="a"}': '0+60x40 0+60x160',
      'detection_seconds_count{source="list",instance="a"}': '0x40 1x160',
    },
    at: '110m',
    fires: [],
  },
  {
    alert: 'PodIdentityRevokerEventsSilent',
    title: 'the poll noticed an end ten minutes ago: its record may still come',
    series: {
      ...LEADS,
      'silence_seconds{source="queue",instance="a"}': '0+60x200',
      'detection_seconds_count{source="list",instance="a"}': '0x80 1x100',
    },
    at: '91m',
    fires: [],
  },
  {
    alert: 'PodIdentityRevokerEventsSilent',
    title: 'nothing changed; and what a standby that just took over had noticed without the queue',
    series: {
      'leader{instance="a"}': '1x80 stale',
      'leader{instance="b"}': '0x80 1x120',
      'silence_seconds{source="queue",instance="a"}': '0+60x80',
      'detection_seconds_count{source="list",instance="a"}': '0x80',
      'silence_seconds{source="queue",instance="b"}': '0+60x200',
      'detection_seconds_count{source="list",instance="b"}': '0x60 1x140',
    },
    at: '100m',
    fires: [],
  },
  {
    alert: 'PodIdentityRevokerChannelUnreachable',
    title: 'the queue can not be asked by anybody',
    series: {
      'channel_age_seconds{source="queue",instance="a"}': '0+60x90',
      'channel_age_seconds{source="queue",instance="b"}': '9000x90',
    },
    at: '67m',
    fires: [{ source: 'queue', ...WARNING }],
  },
  {
    alert: 'PodIdentityRevokerChannelUnreachable',
    title: 'without a queue: LookupEvents can not be asked',
    series: { 'channel_age_seconds{source="trail"}': '0+60x90' },
    at: '67m',
    fires: [{ source: 'trail', ...WARNING }],
  },
  {
    alert: 'PodIdentityRevokerChannelUnreachable',
    title: 'the leader listens, the standby never does; LookupEvents is denied on purpose',
    series: {
      'channel_age_seconds{source="queue",instance="a"}': '20x90',
      'channel_age_seconds{source="queue",instance="b"}': '0+60x90',
      'channel_age_seconds{source="trail",instance="a"}': '0+60x90',
      'channel_age_seconds{source="trail",instance="b"}': '0+60x90',
    },
    at: '80m',
    fires: [],
  },
];

export const HEALTH_ROWS: readonly AlertRow[] = [...ACTING, ...SEEING];
