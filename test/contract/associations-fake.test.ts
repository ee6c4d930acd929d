/** The fake of the simulation tests keeps the contract of the port. */

import type { Identity } from '../../src/domain/identity.ts';
import type { AssociationId } from '../../src/domain/association.ts';
import { minutes } from '../../src/domain/time.ts';
import { at } from '../support/builders.ts';
import { FakeEks } from '../support/fake-eks.ts';
import { SteppedClock } from '../support/stepped-clock.ts';
import { associationsContract } from './associations-contract.ts';

associationsContract('fake', async () => {
  const eks = new FakeEks(new SteppedClock(at(0)));
  const made = new Map<AssociationId, Identity>();
  return {
    associations: eks,
    create: (identity, grant) => {
      const { id } = eks.create(identity, grant);
      made.set(id, identity);
      return id;
    },
    update: (id, grant) => eks.update(id, grant),
    remove: (id) => {
      const identity = made.get(id);
      if (identity !== undefined) eks.delete(identity);
    },
    trouble: (call, what) => eks.failing.set(call, what),
    delayList: () => {
      eks.delay.list = minutes(10);
    },
  };
});
