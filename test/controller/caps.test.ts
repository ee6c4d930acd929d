/** Caps and the estimate: tables of what may go, when, and how long all of it takes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Caps } from '../../src/controller/caps.ts';
import { durationOf } from '../../src/controller/estimate.ts';
import { after, minutes, seconds } from '../../src/domain/time.ts';
import { holder, identity } from '../support/builders.ts';
import { SteppedClock } from '../support/stepped-clock.ts';

const ETL = holder({ namespace: 'team-a', identity: identity('team-a/etl') });
const WEB = holder({ namespace: 'team-a', identity: identity('team-a/web') });
const OTHER = holder({ namespace: 'team-b', identity: identity('team-b/etl') });

test('without limits everybody goes', () => {
  const caps = new Caps(new SteppedClock(), { perNamespace: undefined, perIdentity: undefined });
  for (let n = 0; n < 1000; n += 1) assert.equal(caps.tryTake(ETL), undefined);
});

test('full: answers when the oldest of the minute is over; a minute later one may go again', async () => {
  const clock = new SteppedClock();
  const caps = new Caps(clock, { perNamespace: undefined, perIdentity: 2 });
  const first = clock.now();
  assert.equal(caps.tryTake(ETL), undefined);
  await clock.advance(seconds(10));
  assert.equal(caps.tryTake(ETL), undefined);
  assert.equal(caps.tryTake(ETL), after(first, minutes(1)));
  assert.equal(caps.tryTake(WEB), undefined, 'another identity has a cap of its own');
  await clock.advance(seconds(50));
  assert.equal(caps.tryTake(ETL), undefined);
  assert.equal(caps.tryTake(ETL), after(first, seconds(70)));
});

test('both limits count, and who is held back by one takes nothing from the other', async () => {
  const clock = new SteppedClock();
  const caps = new Caps(clock, { perNamespace: 2, perIdentity: 1 });
  assert.equal(caps.tryTake(ETL), undefined);
  assert.notEqual(caps.tryTake(ETL), undefined);
  assert.equal(caps.tryTake(WEB), undefined);
  const third = holder({ namespace: 'team-a', identity: identity('team-a/third') });
  assert.notEqual(caps.tryTake(third), undefined, 'the namespace is full');
  assert.equal(caps.tryTake(OTHER), undefined);
  await clock.advance(minutes(1));
  assert.equal(caps.tryTake(third), undefined);
});

test('what is given back may be taken again at once', () => {
  const caps = new Caps(new SteppedClock(), { perNamespace: 1, perIdentity: 1 });
  assert.equal(caps.tryTake(ETL), undefined);
  caps.giveBack(ETL);
  caps.giveBack(OTHER);
  assert.equal(caps.tryTake(WEB), undefined);
  assert.notEqual(caps.tryTake(ETL), undefined);
});

test('a clock that was set back by hours holds nobody back for hours', () => {
  const clock = new SteppedClock();
  const caps = new Caps(clock, { perNamespace: 1, perIdentity: 1 });
  assert.equal(caps.tryTake(ETL), undefined);
  clock.setBy(minutes(-300));
  assert.equal(caps.tryTake(ETL), undefined);
  const until = caps.tryTake(ETL);
  assert.equal(until, after(clock.now(), minutes(1)));
});

const ESTIMATES = [
  ['nothing to do', 0, [], undefined],
  ['within the burst', 20, [], seconds(0)],
  ['beyond it at the rate', 120, [], seconds(10)],
  ['under a cap: whole minutes after the first', 120, [50], minutes(2)],
  ['the cap is just enough', 100, [100], seconds(8)],
  ['the narrower cap counts', 120, [undefined, 50, 10], minutes(11)],
] as const;

for (const [name, count, perMinute, expected] of ESTIMATES) {
  test(`estimate: ${name}`, () => {
    assert.equal(durationOf(count, { rate: 10, burst: 20, perMinute }), expected);
  });
}
