/** The dashboard Health: whether the daemon sees, hears, may act, and has what it needs. */

import type { Dashboard } from './dashboard.ts';
import type { Panel, Query } from './panel.ts';
import { increase, ofLeader, ofProcess, once, quantile, series } from './query.ts';

const NOW: readonly Panel[] = [
  {
    title: 'Leaders',
    description: 'Replicas that act. One for each installation; none means that nobody is evicted.',
    shape: 'number',
    unit: 'short',
    limits: { warn: 1, bad: 1 },
    isLessWorse: true,
    queries: [{ expr: `sum(${series('leader')})`, legend: 'leaders' }],
  },
  {
    title: 'Brakes engaged',
    description:
      'Brakes of the leader that hold evictions back. Which ones is below; why is in the log and in /api/v1/status.',
    shape: 'number',
    unit: 'short',
    limits: { warn: 1, bad: 1 },
    queries: [
      {
        expr: once(`sum by (cluster, namespace, job, instance) (${ofLeader(series('brake_engaged'))})`),
        legend: 'brakes',
      },
    ],
  },
  {
    title: 'Oldest reading',
    description:
      'The age of what is known of associations and pods. From some minutes on the brake view-stale is engaged.',
    shape: 'number',
    unit: 's',
    limits: { warn: 120, bad: 300 },
    queries: [
      { expr: `max(${series('reading_age_seconds', 'source=~"associations|pods"')})`, legend: 'oldest' },
    ],
  },
  {
    title: 'Associations',
    description: 'Associations in the latest known list.',
    shape: 'number',
    unit: 'short',
    queries: [{ expr: once(series('associations')), legend: 'associations' }],
  },
  {
    title: 'Holders',
    description: 'Pods that can obtain the credentials of their identity.',
    shape: 'number',
    unit: 'short',
    queries: [{ expr: once(series('holders')), legend: 'holders' }],
  },
  {
    title: 'Own grant ended',
    description:
      'Whether the association of the daemon itself is gone: then it works only until its credentials expire.',
    shape: 'number',
    unit: 'short',
    limits: { warn: 1, bad: 1 },
    queries: [{ expr: `max(${series('own_grant_ended')})`, legend: 'ended' }],
  },
];

const STANDING: readonly Panel[] = [
  {
    title: 'Brakes of the leader',
    description:
      '1 where the brake is engaged, so that nobody is evicted (mass-end: none of those that nobody vouches for). docs/runbook.md tells what releases which.',
    shape: 'lines',
    unit: 'short',
    queries: [{ expr: `max by (brake) (${ofLeader(series('brake_engaged'))})`, legend: '{{brake}}' }],
  },
  {
    title: 'Who leads',
    description: '1 for the replica that acts, 0 for those that stand by.',
    shape: 'lines',
    unit: 'short',
    queries: [{ expr: `max by (instance) (${series('leader')})`, legend: '{{instance}}' }],
  },
];

const SEEING: readonly Panel[] = [
  {
    title: 'Ages of the readings',
    description:
      'associations and pods stay below a minute or two; that of grants is the oldest one, and grows with their number: at 5,000 and the default rate it is up to 42 minutes. All replicas read; the oldest is shown.',
    shape: 'lines',
    unit: 's',
    queries: [{ expr: `max by (source) (${series('reading_age_seconds')})`, legend: '{{source}}' }],
  },
  {
    title: 'Pods that cannot be judged',
    description:
      'Pods with the token volume that lack a fact, such as their start. They are listed in /api/v1/status.',
    shape: 'lines',
    unit: 'short',
    queries: [{ expr: once(series('unreadable_pods')), legend: 'unreadable' }],
  },
];

function lag(channel: 'queue' | 'trail', share: number): Query {
  const name = channel === 'queue' ? 'queue_lag_seconds' : 'trail_lag_seconds';
  return { expr: quantile(share, name), legend: `${channel} p${share * 100}` };
}

const HEARING: readonly Panel[] = [
  {
    title: 'How late records are heard',
    description:
      'From the API call to its record being heard, over the hour before each point. The queue takes seconds as a rule, LookupEvents minutes. A channel that was not used has no line.',
    shape: 'lines',
    unit: 's',
    queries: [lag('queue', 0.5), lag('queue', 0.99), lag('trail', 0.5)],
  },
  {
    title: 'Silence of the channels',
    description:
      'Time since a channel told of anything. Long is normal where nothing changes; while the poll finds changes it means that the trail, the rule or the queue is off. Only the leader hears the queue, so the shortest counts.',
    shape: 'lines',
    unit: 's',
    queries: [{ expr: `min by (source) (${series('silence_seconds')})`, legend: '{{source}}' }],
  },
  {
    title: 'Channels that cannot be asked',
    description:
      'Time since a channel answered. The queue is asked all the time, LookupEvents every 1 or 20 minutes.',
    shape: 'lines',
    unit: 's',
    queries: [{ expr: `min by (source) (${series('channel_age_seconds')})`, legend: '{{source}}' }],
  },
  {
    title: 'Records of the channels',
    description:
      'hint is what they are for; foreign, malformed and not-an-envelope say that something else writes to the queue (docs/hints.md).',
    shape: 'bars',
    unit: 'short',
    queries: [
      { expr: `sum by (result) (${increase(series('queue_messages_total'))})`, legend: 'queue: {{result}}' },
      { expr: once(increase(series('trail_records_total')), 'result'), legend: 'trail: {{result}}' },
    ],
  },
  {
    title: 'Hints, by what became of them',
    description:
      'deferred: more at once than may be looked at one by one, so that a sweep looks for all of them.',
    shape: 'bars',
    unit: 'short',
    queries: [
      { expr: once(increase(series('hints_total')), 'source, result'), legend: '{{source}}: {{result}}' },
    ],
  },
  {
    title: 'What noticed the ends of grants',
    description:
      'With a queue most should be noticed by it. list: the poll was first; describe: a change in place that no record told of.',
    shape: 'bars',
    unit: 'short',
    queries: [
      {
        expr: `sum by (source) (${ofLeader(increase(series('detection_seconds', '', '_count')))})`,
        legend: '{{source}}',
      },
    ],
  },
];

const ASKING: readonly Panel[] = [
  {
    title: 'AWS requests by code',
    description:
      'Attempts of all replicas. 403 means that IAM denies, 429 or 400 mostly throttling, none that no answer came.',
    shape: 'bars',
    unit: 'short',
    queries: [
      {
        expr: `sum by (service, code) (${increase(series('aws_requests_total'))})`,
        legend: '{{service}} {{code}}',
      },
    ],
  },
  {
    title: 'AWS requests by operation',
    description: 'Attempts of all replicas: what they take of the quotas of the account.',
    shape: 'bars',
    unit: 'short',
    queries: [
      { expr: `sum by (operation) (${increase(series('aws_requests_total'))})`, legend: '{{operation}}' },
    ],
  },
  {
    title: 'Kubernetes requests by code',
    description:
      'Attempts of all replicas. 429 of an eviction is a PodDisruptionBudget; 401 and 403 are credentials and RBAC.',
    shape: 'bars',
    unit: 'short',
    queries: [
      { expr: `sum by (code) (${increase(series('kubernetes_requests_total'))})`, legend: '{{code}}' },
    ],
  },
  {
    title: 'Kubernetes requests by verb and resource',
    description: 'Attempts of all replicas.',
    shape: 'bars',
    unit: 'short',
    queries: [
      {
        expr: `sum by (verb, resource) (${increase(series('kubernetes_requests_total'))})`,
        legend: '{{verb}} {{resource}}',
      },
    ],
  },
];

const RUNNING: readonly Panel[] = [
  {
    title: 'Memory',
    description: 'Resident memory and used heap of each replica.',
    shape: 'lines',
    unit: 'bytes',
    queries: [
      { expr: ofProcess('process_resident_memory_bytes'), legend: '{{instance}} resident' },
      { expr: ofProcess('nodejs_heap_size_used_bytes'), legend: '{{instance}} heap' },
    ],
  },
  {
    title: 'Event loop delay',
    description: 'The p99 of the delay since the last scrape. Everything the daemon does waits for as long.',
    shape: 'lines',
    unit: 's',
    queries: [{ expr: ofProcess('nodejs_eventloop_lag_p99_seconds'), legend: '{{instance}}' }],
  },
  {
    title: 'CPU',
    description: 'The share of one core that each replica takes.',
    shape: 'lines',
    unit: 'percentunit',
    queries: [
      { expr: `rate(${ofProcess('process_cpu_seconds_total')}[$__rate_interval])`, legend: '{{instance}}' },
    ],
  },
  {
    title: 'Faults of the daemon itself',
    description: 'Each has an error in the log, and is a defect of the program: please report it.',
    shape: 'bars',
    unit: 'short',
    queries: [{ expr: `sum by (instance) (${increase(series('bugs_total'))})`, legend: '{{instance}}' }],
  },
];

export const HEALTH: Dashboard = {
  uid: 'pod-identity-revoker-health',
  title: 'Pod Identity Revoker / Health',
  description:
    'Whether the daemon sees what happens, hears of it in time, may act, and has the resources that it needs.',
  rows: [
    { title: 'Now', panels: NOW },
    { title: 'May it act', panels: STANDING },
    { title: 'Does it see', panels: SEEING },
    { title: 'Does it hear', panels: HEARING },
    { title: 'What it asks', panels: ASKING },
    { title: 'What it takes', panels: RUNNING },
  ],
};
