/** The dashboard Exposure: who still holds what ended, how long it takes, and what is in the way. */

import { OBJECTIVE_SECONDS, OBJECTIVE_SHARE } from '../objective.ts';
import type { Dashboard } from './dashboard.ts';
import type { Panel } from './panel.ts';
import { increase, ofLeader, once, quantile, series } from './query.ts';

/** Metrics never name a pod or a budget: labels come from closed lists. */
const NAMES =
  'Which pods, roles and budgets: the log, the Events on the pods, and /api/v1/holders of the status API.';

const OBJECTIVE = { expr: `vector(${OBJECTIVE_SECONDS})`, legend: 'objective' };
const LATE = { warn: OBJECTIVE_SECONDS / 2, bad: OBJECTIVE_SECONDS };
const STALE = 'state!~"undecided|expired"';

function containedShare(window: string): string {
  const within = increase(series('containment_seconds', `le="${OBJECTIVE_SECONDS}"`, '_bucket'), window);
  const all = increase(series('containment_seconds', '', '_count'), window);
  return `sum(${within}) / sum(${all})`;
}

function counted(title: string, description: string, expr: string): Panel {
  const queries = [{ expr, legend: title }];
  return { title, description, shape: 'number', unit: 'short', limits: { warn: 1, bad: 20 }, queries };
}

function quick(title: string, share: number): Panel {
  return {
    title,
    description: `From the end of the grant to the last stale pod being gone: ${share * 100} % of the revocations of the chosen time were contained within this. Red from the objective on.`,
    shape: 'number',
    unit: 's',
    limits: LATE,
    queries: [{ expr: quantile(share, 'containment_seconds', { window: '$__range' }), legend: title }],
  };
}

const NOW: readonly Panel[] = [
  counted(
    'Stale pods now',
    `Pods that hold, or may hold, credentials of a grant that ended. ${NAMES}`,
    once(`sum by (cluster, namespace, job, instance) (${ofLeader(series('exposed_pods', STALE))})`),
  ),
  {
    title: 'Oldest exposure',
    description: `For how long the stale pod that has been exposed longest has outlived its grant. Red from the objective on (${OBJECTIVE_SECONDS} s).`,
    shape: 'number',
    unit: 's',
    limits: LATE,
    queries: [{ expr: `max(${series('oldest_exposure_seconds', STALE)})`, legend: 'oldest' }],
  },
  counted(
    'Undecided pods',
    `Pods of which it can't be told whether they are stale. Nobody is evicted on a doubt. Normal right after a start. ${NAMES}`,
    once(ofLeader(series('exposed_pods', 'state="undecided"'))),
  ),
  quick('Containment p50', 0.5),
  quick('Containment p99', 0.99),
  {
    title: 'Within the objective',
    description: `The share of the revocations of the chosen time that were contained within ${OBJECTIVE_SECONDS} s. The objective is ${OBJECTIVE_SHARE * 100} %.`,
    shape: 'number',
    unit: 'percentunit',
    limits: { warn: 0.99, bad: OBJECTIVE_SHARE },
    isLessWorse: true,
    queries: [{ expr: containedShare('$__range'), legend: 'within the objective' }],
  },
];

const OVER_TIME: readonly Panel[] = [
  {
    title: 'Exposed pods by state',
    description: `settling, due and terminating pass by themselves; braked lasts as long as the brake; blocked, stuck, undecided and exempt want a person if they last; expired were not evicted in time. ${NAMES}`,
    shape: 'stack',
    unit: 'short',
    queries: [{ expr: once(ofLeader(series('exposed_pods')), 'state'), legend: '{{state}}' }],
  },
  {
    title: 'Oldest exposure by state',
    description:
      'For how long the pod exposed longest in each state has outlived its grant, against the objective.',
    shape: 'lines',
    unit: 's',
    queries: [
      { expr: `max by (state) (${series('oldest_exposure_seconds')})`, legend: '{{state}}' },
      OBJECTIVE,
    ],
  },
];

const TIMES: readonly Panel[] = [
  {
    title: 'Containment against the objective',
    description:
      'From the end of the grant to the last stale pod being gone, over the hour before each point. A revocation appears when it is contained, not before: what is open is in the row above.',
    shape: 'lines',
    unit: 's',
    queries: [
      { expr: quantile(0.5, 'containment_seconds'), legend: 'p50' },
      { expr: quantile(0.99, 'containment_seconds'), legend: 'p99' },
      OBJECTIVE,
    ],
  },
  {
    title: 'Where the time goes',
    description:
      'The medians of the hour before each point: to the first suspicion, by what raised it (queue is quickest, list within a poll interval), and to the accepted eviction, which includes the settle time.',
    shape: 'lines',
    unit: 's',
    queries: [
      { expr: quantile(0.5, 'detection_seconds', { by: 'source' }), legend: 'noticed by {{source}}' },
      { expr: quantile(0.5, 'eviction_seconds'), legend: 'evicted' },
    ],
  },
  {
    title: 'Revocations by cause',
    description:
      'Confirmed ends of grants: deleted (no association any more) and superseded (another grant is in force now).',
    shape: 'bars',
    unit: 'short',
    queries: [{ expr: once(increase(series('revocations_total')), 'cause'), legend: '{{cause}}' }],
  },
  {
    title: 'Replacements of evicted pods',
    description:
      'What the successor of an evicted pod was given: pod-identity, irsa (the service account is annotated, so that it may have AWS credentials all the same), nothing, or none where its owner put no pod in its place.',
    shape: 'bars',
    unit: 'short',
    queries: [{ expr: once(increase(series('successions_total')), 'access'), legend: '{{access}}' }],
  },
];

const OBSTACLES: readonly Panel[] = [
  {
    title: 'Answers to evictions',
    description: `What the Kubernetes API answered to each try: blocked by a PodDisruptionBudget, a webhook or a quota; forbidden by RBAC; unreachable without an answer. ${NAMES}`,
    shape: 'bars',
    unit: 'short',
    queries: [{ expr: `sum by (outcome) (${increase(series('evictions_total'))})`, legend: '{{outcome}}' }],
  },
  {
    title: 'Answers to deletions by force',
    description:
      'Pods that were deleted past their PodDisruptionBudget because their deadline came. None without REVOKER_FORCE=true. They are among the evictions too.',
    shape: 'bars',
    unit: 'short',
    queries: [{ expr: `sum by (outcome) (${increase(series('forced_total'))})`, legend: '{{outcome}}' }],
  },
  {
    title: 'Blocked pods against the deadline',
    description: `For how long the pod whose eviction has been refused longest has outlived its grant, and the deadline (REVOKER_DEADLINE), at which it is forced or the alert fires. ${NAMES}`,
    shape: 'lines',
    unit: 's',
    queries: [
      { expr: `max(${series('oldest_exposure_seconds', 'state="blocked"')})`, legend: 'oldest blocked' },
      { expr: `max(${series('setting_seconds', 'setting="deadline"')})`, legend: 'deadline' },
    ],
  },
  {
    title: 'What holds stale pods, by reason',
    description: `The reasons why stale pods are not gone yet, or why it can't be told: a brake by its name, backing-off after a refusal, a finalizer, a grace that was outlived, a protected namespace. All of them are in docs/verdicts.md. ${NAMES}`,
    shape: 'stack',
    unit: 'short',
    queries: [
      {
        expr: once(ofLeader(series('verdicts', 'verdict=~"wait|undecided|exempt"')), 'verdict, reason'),
        legend: '{{verdict}}: {{reason}}',
      },
    ],
  },
  {
    title: 'Pods without the credentials that they should have',
    description:
      'Pods without the token volume whose identity has an association: they started before it, or the webhook missed them. in-vain means that their replacement did not get the volume either: look at the webhook.',
    shape: 'stack',
    unit: 'short',
    queries: [{ expr: once(ofLeader(series('missed_pods')), 'reason'), legend: '{{reason}}' }],
  },
];

export const EXPOSURE: Dashboard = {
  uid: 'pod-identity-revoker-exposure',
  title: 'Pod Identity Revoker / Exposure',
  description:
    'Pods that hold credentials of EKS Pod Identity associations that ended, and how soon they are gone.',
  rows: [
    { title: 'Now', panels: NOW },
    { title: 'Exposure', panels: OVER_TIME },
    { title: 'Containment', panels: TIMES },
    { title: 'What is in the way', panels: OBSTACLES },
  ],
};
