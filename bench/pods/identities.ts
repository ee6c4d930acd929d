/** Whom the holders of the benchmark run as. */

import { textAt } from '../../simulator/kubernetes/object.ts';
import { makePod } from './pod.ts';
import { HOLDERS_EVERY, tenantOf, TEMPLATES } from './template.ts';
import { TENANT } from './traits.ts';

export type BenchIdentity = { readonly namespace: string; readonly serviceAccount: string };

/** The first so many, each once. */
export function holderIdentities(count: number): readonly BenchIdentity[] {
  return Array.from({ length: count }, (_, tenant) => {
    const serial = tenant * HOLDERS_EVERY;
    const pod = makePod(serial % TEMPLATES);
    const account = textAt(pod, 'spec', 'serviceAccountName') ?? '';
    return {
      namespace: textAt(pod, 'metadata', 'namespace') ?? '',
      serviceAccount: account.replace(TENANT, tenantOf(serial)),
    };
  });
}
