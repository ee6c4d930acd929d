/** The real adapter keeps the contract of the port, against the simulated EKS over HTTP. */

import { mock } from 'node:test';
import { ManualClock } from '../../simulator/clock.ts';
import { startEks } from '../../simulator/aws/eks.ts';
import { cut, serverError, throttle } from '../../simulator/aws/fault-kinds.ts';
import type { Fault } from '../../simulator/aws/faults.ts';
import { createAssociations } from '../../src/adapters/aws/associations.ts';
import { systemClock } from '../../src/adapters/clock.ts';
import { associationId } from '../../src/domain/association.ts';
import { namespaceOf, serviceAccountOf } from '../../src/domain/identity.ts';
import { associationsContract, type Start, type Trouble } from './associations-contract.ts';

const OPERATIONS = {
  list: 'ListPodIdentityAssociations',
  describe: 'DescribePodIdentityAssociation',
} as const;

/** All of them befall also what does not exist. The malformed one is a 404 that is not EKS's own. */
const FAULTS: Readonly<Record<Exclude<Trouble, 'denied'>, Fault>> = {
  throttled: throttle(),
  failed: serverError(),
  unreachable: cut('before'),
  malformed: { kind: 'error', status: 404, code: 'UnknownOperationException', message: 'Not here.' },
  'not-found': {
    kind: 'error',
    status: 404,
    code: 'ResourceNotFoundException',
    message: 'No cluster found.',
  },
};

/** Full jitter of 0 is no delay between retries. */
const start: Start = async (t) => {
  const random = mock.method(Math, 'random', () => 0);
  const clock = new ManualClock(1_772_000_000_000);
  const eks = await startEks({ clock, clusterName: 'demo', region: 'eu-central-1' });
  const associations = createAssociations({
    clusterName: 'demo',
    clock: systemClock(),
    traffic: { aws: () => undefined, kubernetes: () => undefined },
    eks: {
      config: {
        region: 'eu-central-1',
        endpoint: eks.url,
        credentials: { accessKeyId: 'AKIATESTTESTTEST', secretAccessKey: 'secret' },
      },
    },
  });
  t.after(async () => {
    random.mock.restore();
    await associations[Symbol.asyncDispose]();
    await eks.close();
  });
  return {
    associations,
    create: (identity, grant) => {
      const namespace = namespaceOf(identity);
      const serviceAccount = serviceAccountOf(identity);
      return associationId(eks.associations.create({ namespace, serviceAccount, ...grant }).associationId);
    },
    update: (id, grant) => void eks.associations.update(id, grant),
    remove: (id) => void eks.associations.delete(id),
    trouble: (call, what) => {
      if (what === 'denied') eks.access.deny(OPERATIONS[call]);
      else eks.faults.add({ operation: OPERATIONS[call] }, FAULTS[what]);
    },
    delayList: () => {
      eks.consistency.list = 600_000;
    },
  };
};

associationsContract('real adapter', start);
