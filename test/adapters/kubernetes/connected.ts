/** A client on whatever configuration the test has set up. */

import type { TestContext } from 'node:test';
import type { KubernetesClient, NoAnswer, Success } from '../../../src/adapters/kubernetes/client.ts';
import type { Refusal } from '../../../src/adapters/kubernetes/refusal.ts';
import { seconds } from '../../../src/domain/time.ts';
import { SteppedClock } from '../../support/stepped-clock.ts';
import { clientOn, never, open } from './support.ts';

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

export function get(client: KubernetesClient): Promise<Success | Refusal | NoAnswer> {
  return client.request(
    { verb: 'get', resource: 'version', method: 'GET', path: '/version', timeout: seconds(5) },
    never,
  );
}

export async function clientFor(t: TestContext): Promise<{ client: KubernetesClient; clock: SteppedClock }> {
  const clock = new SteppedClock();
  return { client: clientOn(await open(t, clock), clock), clock };
}
