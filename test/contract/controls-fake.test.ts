/** The fake of the simulation tests keeps the contract of the port. */

import { FakeControls } from '../support/fake-controls.ts';
import { SteppedClock } from '../support/stepped-clock.ts';
import { controlsContract } from './controls-contract.ts';

controlsContract('fake controls', async () => {
  const clock = new SteppedClock();
  const controls = new FakeControls(clock);
  return {
    controls,
    now: () => clock.now(),
    removeLedger: () => {
      controls.hasLedger = false;
    },
    deny: (what) => {
      if (what === 'read') controls.failingRead = 'denied';
      else controls.failingWrite = 'denied';
      return () => void Object.assign(controls, { failingRead: undefined, failingWrite: undefined });
    },
    disconnect: () => {
      Object.assign(controls, { failingRead: 'unreachable', failingWrite: 'unreachable' });
      return () => void Object.assign(controls, { failingRead: undefined, failingWrite: undefined });
    },
  };
});
