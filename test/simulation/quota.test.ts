/** What EKS is asked at its largest, 5,000 associations: counted by operation, within the budgets, and as documented. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Association } from '../../src/domain/association.ts';
import type { Identity } from '../../src/domain/identity.ts';
import type { Duration, Instant } from '../../src/domain/time.ts';
import { after, between, milliseconds, minutes, seconds } from '../../src/domain/time.ts';
import { readText, rows, section } from '../docs/markdown.ts';
import { grant, identity } from '../support/builders.ts';
import type { Operation } from '../support/fake-eks.ts';
import { LONG_AGO } from './busy.ts';
import { World } from './world.ts';

const ASSOCIATIONS = 5000;
/** Of one List, as EKS has it at the most. */
const PAGE = 100;
/** One List of the identity and one Describe. */
const REQUESTS_OF_A_CONFIRMATION = 2;
/** The defaults: REVOKER_DESCRIBE_RATE, REVOKER_CONFIRM_RATE with a burst of what two seconds allow. */
const DESCRIBE_RATE = 2;
const CONFIRM_RATE = 20;
const CONFIRM_BURST = 40;
/** Between two sweeps there are ten seconds at least. */
const MOST_SWEEPS = 7;
/** Identities that change; each has a pod that its owner starts again. */
const CHANGING = 300;
const CHANGES_A_MINUTE = 500;

/** Requests in the busiest minute; `all` is of one minute too, so that it may be less than the sum. */
type Asked = Readonly<Record<'sweeps' | 'describes' | 'confirmations' | 'all', number>>;

async function largest(): Promise<World> {
  const world = new World({ describeRate: DESCRIBE_RATE });
  for (let n = 0; n < ASSOCIATIONS; n += 1) {
    world.eks.create(identity(`team-${n % 40}/sa-${n}`), grant(`role-${n}`), LONG_AGO);
  }
  const withPods = new Set(changing());
  for (const each of withPods) world.cluster.startReplaced(each, { start: LONG_AGO });
  // The fake walks through all pods each time, which is too slow for so many identities.
  const holdersOf = world.cluster.holdersOf.bind(world.cluster);
  world.cluster.holdersOf = (of) => (withPods.has(of) ? holdersOf(of) : []);
  world.channels = [world.queue];
  world.startDaemon();
  return world;
}

function changing(): readonly Identity[] {
  return Array.from({ length: CHANGING }, (_, n) => identity(`team-${n % 40}/sa-${n}`));
}

/** Of everything since `from`: each second is the beginning of a minute. */
function asked({ eks, clock }: World, from: Instant): Asked {
  const minutesFrom = Array.from({ length: Math.max(1, between(from, clock.now()) / 1000 - 59) }, (_, n) =>
    after(from, seconds(n)),
  );
  const most = (requests: Readonly<Partial<Record<Operation, number>>>): number =>
    Math.max(...minutesFrom.map((begin) => requestsIn(eks.calls, begin, requests)));
  const costs = { list: ASSOCIATIONS / PAGE, describe: 1, confirm: REQUESTS_OF_A_CONFIRMATION };
  const { list, describe, confirm } = costs;
  return {
    sweeps: most({ list }),
    describes: most({ describe }),
    confirmations: most({ confirm }),
    all: most(costs),
  };
}

function requestsIn(
  calls: World['eks']['calls'],
  begin: Instant,
  costs: Readonly<Partial<Record<Operation, number>>>,
): number {
  const end = after(begin, minutes(1));
  const during = calls.filter(({ at }) => at >= begin && at < end);
  return during.reduce((sum, { operation }) => sum + (costs[operation] ?? 0), 0);
}

function assertInBudget({ confirmations, describes, sweeps }: Asked): void {
  assert.ok(sweeps <= MOST_SWEEPS * (ASSOCIATIONS / PAGE), `sweeps: ${sweeps}`);
  assert.ok(describes <= 60 * DESCRIBE_RATE + 1, `describes: ${describes}`);
  const most = (60 * CONFIRM_RATE + CONFIRM_BURST) * REQUESTS_OF_A_CONFIRMATION;
  assert.ok(confirmations <= most, `confirmations: ${confirmations}`);
}

/** The table in docs/performance.md. */
function documented(): readonly (readonly [string, Asked])[] {
  return rows(section(readText('docs/performance.md'), 'What EKS is asked')).map(([stage = '', ...cells]) => {
    const [sweeps = NaN, describes = NaN, confirmations = NaN, all = NaN] = cells.map((cell) =>
      Number(cell.replaceAll(',', '')),
    );
    return [stage, { sweeps, describes, confirmations, all }];
  });
}

/** Half of what is there goes, half is given another role; what is not there comes back. All of it is heard of. */
async function change(world: World, during: Duration): Promise<void> {
  const pause = milliseconds(60_000 / CHANGES_A_MINUTE);
  const standing = new Map<Identity, Association>();
  for (const each of changing()) standing.set(each, world.eks.associationOf(each));
  const end = after(world.clock.now(), during);
  for (let n = 0; world.clock.now() < end; n += 1) {
    const each = changing()[n % CHANGING];
    if (each === undefined) return;
    changeOne(world, { each, standing, n });
    await world.clock.advance(pause);
  }
}

type Turn = {
  readonly each: Identity;
  readonly standing: Map<Identity, Association>;
  readonly n: number;
};

function changeOne({ eks, queue }: World, { each, n, standing }: Turn): void {
  const before = standing.get(each);
  if (before === undefined) {
    standing.set(each, eks.create(each, grant(`role-${n}-anew`)));
    queue.tell({ action: 'created', identity: each });
  } else if (n % 2 === 0) {
    standing.delete(each);
    eks.delete(each);
    queue.tell({ action: 'deleted', identity: each, association: before.id });
  } else {
    standing.set(each, eks.update(before.id, grant(`role-${n}`)));
    queue.tell({ action: 'updated', identity: each, association: before.id });
  }
}

test('at the start, in the steady state and under 500 changes a minute EKS is asked what the document says', async () => {
  await using world = await largest();
  const startedAt = world.clock.now();
  await world.pass(minutes(5));
  const atStart = asked(world, startedAt);
  assertInBudget(atStart);
  await world.pass(minutes(45), seconds(5));
  const steadyFrom = world.clock.now();
  await world.pass(minutes(10), seconds(5));
  const steady = asked(world, steadyFrom);
  assertInBudget(steady);
  const busyFrom = world.clock.now();
  await change(world, minutes(3));
  const busy = asked(world, busyFrom);
  assertInBudget(busy);
  assert.ok(world.cluster.evictions.length > CHANGING, 'and what is due is evicted meanwhile');
  assert.deepEqual(documented(), [
    ['start', atStart],
    ['steady state', steady],
    ['500 changes a minute', busy],
  ]);
});
