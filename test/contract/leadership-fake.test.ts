/** The fake of the simulation tests keeps the contract of the port. */

import assert from 'node:assert/strict';
import { milliseconds } from '../../src/domain/time.ts';
import { FakeElection, FakeLeadership } from '../support/fake-leadership.ts';
import { SteppedClock } from '../support/stepped-clock.ts';
import { leadershipContract } from './leadership-contract.ts';

leadershipContract('fake leadership', async () => {
  const [clock, election] = [new SteppedClock(), new FakeElection()];
  return {
    open: async (name) => {
      const leadership = new FakeLeadership(clock, election, name);
      const cutOff = (): (() => void) => {
        leadership.isCutOff = true;
        return () => {
          leadership.isCutOff = false;
        };
      };
      return { leadership, cutOff };
    },
    deleteLease: () => election.delete(),
    deny: () => {
      election.failing = 'denied';
      return () => {
        election.failing = undefined;
      };
    },
    until: async (happened, what) => {
      for (let round = 0; round < 100 && !happened(); round += 1) await clock.advance(milliseconds(500));
      assert.ok(happened(), what);
    },
    passOneLease: () => clock.advance(election.duration),
  };
});
