/** The eviction API of a random history: budgets, refusals, answers that are slow or lost, and a log of all that was asked. */

import type { Identity } from '../../../src/domain/identity.ts';
import type { Outcome } from '../../../src/domain/outcome.ts';
import { seconds } from '../../../src/domain/time.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { EvictionOrder, Evictor } from '../../../src/ports/evictor.ts';
import type { FakeCluster } from '../../support/fake-cluster.ts';
import type { Happening } from './happenings.ts';
import type { EvictionFault } from './operations.ts';
import type { Weather } from './weather.ts';

const REFUSED = {
  'two-budgets': { kind: 'blocked', by: ['one', 'another'], detail: 'two budgets', retryAfter: undefined },
  forbidden: { kind: 'forbidden', detail: 'create pods/eviction' },
  failed: { kind: 'unreachable', detail: 'answered 503' },
  'timed-out': { kind: 'unreachable', detail: 'no answer' },
  'timed-out-but-accepted': { kind: 'unreachable', detail: 'no answer' },
} as const satisfies Record<EvictionFault, Outcome>;

export type EvictionApi = {
  readonly clock: Clock;
  readonly cluster: FakeCluster;
  readonly weather: Weather;
  /** The identity of the number that an operation names. */
  readonly identity: (index: number) => Identity;
  readonly tell: (happening: Happening) => void;
};

export function evictorOf(api: EvictionApi): Evictor {
  return {
    evict: async (order, signal) => {
      const { clock, cluster, weather, tell } = api;
      tell({ kind: 'eviction-asked', order, sentAt: clock.now() });
      const wasThere = cluster.pod(order.holder.uid) !== undefined;
      const outcome = refusal(order, api) ?? (await cluster.evict(order, signal));
      if (weather.find('evictions-fail')?.how === 'timed-out-but-accepted')
        await cluster.evict(order, signal);
      tell({ kind: 'eviction-answered', order, outcome, wasThere });
      await clock.sleep(weather.duration('evictions-slow', 0.05), signal);
      return outcome;
    },
    force: async (order, signal) => {
      const { clock, cluster, weather, tell } = api;
      tell({ kind: 'eviction-asked', order, sentAt: clock.now() });
      const wasThere = cluster.pod(order.holder.uid) !== undefined;
      const isCutOff = weather.find('api-cut-off') !== undefined;
      const outcome = isCutOff ? REFUSED.failed : await cluster.force(order, signal);
      tell({ kind: 'eviction-answered', order, outcome, wasThere });
      await clock.sleep(weather.duration('evictions-slow', 0.05), signal);
      return outcome;
    },
  };
}

function refusal({ holder }: EvictionOrder, { weather, identity }: EvictionApi): Outcome | undefined {
  if (weather.find('api-cut-off') !== undefined) return REFUSED.failed;
  const fault = weather.find('evictions-fail');
  if (fault !== undefined) return REFUSED[fault.how];
  const budget = weather.all('budget').find((one) => identity(one.identity) === holder.identity);
  if (budget === undefined) return undefined;
  const retryAfter = budget.retryAfter === undefined ? undefined : seconds(budget.retryAfter);
  return { kind: 'blocked', by: ['budget'], detail: 'a budget', retryAfter };
}
