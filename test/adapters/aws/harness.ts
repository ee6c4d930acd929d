/** The real adapter and the real SDK against a scripted EKS. */

import { type TestContext, mock } from 'node:test';
import { type AssociationsDeps, createAssociations } from '../../../src/adapters/aws/associations.ts';
import { systemClock } from '../../../src/adapters/clock.ts';
import { associationId, type AssociationId } from '../../../src/domain/association.ts';
import { identityOf, type Identity } from '../../../src/domain/identity.ts';
import type { Associations } from '../../../src/ports/associations.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { AwsRequest } from '../../../src/ports/traffic.ts';
import { answer, type Asked, isDescribe, type Reply, ScriptedEks } from '../../support/scripted-eks.ts';

export const CLUSTER = 'demo';
export const ID: AssociationId = associationId('a-aaaaaaaaaaaaaaaaa');
export const OTHER_ID: AssociationId = associationId('a-bbbbbbbbbbbbbbbbb');
export const IDENTITY: Identity = identity('compute', 'runner');

export function identity(namespace: string, serviceAccount: string): Identity {
  const made = identityOf(namespace, serviceAccount);
  if (made === undefined) throw new Error(`not an identity: ${namespace} ${serviceAccount}`);
  return made;
}

export type Harness = {
  readonly eks: ScriptedEks;
  readonly associations: Associations;
  readonly counted: AwsRequest[];
  readonly signal: AbortSignal;
};

type Options = {
  readonly timeoutMs?: number;
  /** Where it differs from the other two time-outs. */
  readonly socketTimeoutMs?: number;
  readonly clock?: Clock;
  readonly config?: NonNullable<AssociationsDeps['eks']>['config'];
};

/** Full jitter of a random number that is always 0 is no delay at all: retries cost the tests no time. */
export async function start(t: TestContext, options: Options = {}): Promise<Harness> {
  const { timeoutMs = 1_000, clock = systemClock(), config = {} } = options;
  const { socketTimeoutMs = timeoutMs } = options;
  const random = mock.method(Math, 'random', () => 0);
  const eks = await ScriptedEks.start();
  const counted: AwsRequest[] = [];
  const associations = createAssociations({
    clusterName: CLUSTER,
    clock,
    traffic: { aws: (request) => counted.push(request), kubernetes: () => undefined },
    eks: {
      config: {
        region: 'eu-central-1',
        endpoint: eks.endpoint,
        credentials: { accessKeyId: 'AKIATESTTESTTEST', secretAccessKey: 'secret', sessionToken: 'session' },
        ...config,
      },
      timeouts: { connectionTimeout: timeoutMs, requestTimeout: timeoutMs, socketTimeout: socketTimeoutMs },
    },
  });
  t.after(async () => {
    random.mock.restore();
    await associations[Symbol.asyncDispose]();
    await eks[Symbol.asyncDispose]();
  });
  return { eks, associations, counted, signal: new AbortController().signal };
}

export function entry(id: string, namespace = 'compute', serviceAccount = 'runner'): Record<string, unknown> {
  const associationArn = `arn:aws:eks:eu-central-1:111122223333:podidentityassociation/${CLUSTER}/${id}`;
  return { clusterName: CLUSTER, namespace, serviceAccount, associationArn, associationId: id };
}

export function page(entries: readonly unknown[], nextToken?: string): Reply {
  return answer({ associations: entries, nextToken: nextToken ?? null });
}

export function described(id: string, changed: Record<string, unknown> = {}): Reply {
  return answer({
    association: {
      ...entry(id),
      roleArn: 'arn:aws:iam::111122223333:role/runner',
      tags: {},
      createdAt: 1_700_000_000.5,
      modifiedAt: 1_700_000_100,
      disableSessionTags: false,
      ...changed,
    },
  });
}

/** A script with one reply for List and one for Describe. */
export function both(list: Reply, describe: Reply): (asked: Asked) => Reply {
  return (asked) => (isDescribe(asked) ? describe : list);
}
