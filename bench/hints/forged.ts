/** Messages that somebody forged: of known identities, of made-up ones, and garbage, mixed. */

import { randomUUID } from 'node:crypto';
import { envelopeOf } from '../../simulator/aws/eventbridge-envelope.ts';
import { failed } from '../../simulator/aws/record-variants.ts';
import type { TrailRecord } from '../../simulator/aws/records.ts';
import { deleteAssociation, recordedAssociation } from '../../simulator/aws/records.ts';
import type { BenchCluster, Tenant } from '../cluster.ts';

const GARBAGE = ['{"half":', '[]', 'not JSON at all', '{"Event":"s3:TestEvent"}', '{"detail":{}}'];

/** Of ten messages five name known identities, three made-up ones, one is a failed call and one is garbage. */
export function forgedMessages({ simulator, tenants }: BenchCluster, count: number): readonly string[] {
  const at = simulator.clock.now();
  const deletionOf = (tenant: Tenant): TrailRecord =>
    deleteAssociation(recordedAssociation({ ...shown(tenant), clusterName: simulator.clusterName }), { at });
  return Array.from({ length: count }, (_, index) => {
    const tenant = tenants[index % tenants.length] ?? madeUp(index);
    const kind = index % 10;
    if (kind < 5) return bodyOf(deletionOf(tenant));
    if (kind < 8) return bodyOf(deletionOf(madeUp(index)));
    return kind === 8 ? bodyOf(failed(deletionOf(tenant))) : (GARBAGE[index % GARBAGE.length] ?? '');
  });
}

function bodyOf(record: TrailRecord): string {
  return JSON.stringify(envelopeOf(record));
}

function shown({ namespace, serviceAccount, associationId }: Tenant) {
  return { namespace, serviceAccount, associationId };
}

function madeUp(index: number): Tenant {
  const serviceAccount = `nobody-${index}`;
  const associationId = `a-${randomUUID().replaceAll('-', '').slice(0, 17)}`;
  return { identity: '', namespace: 'nowhere', serviceAccount, associationId, uid: '' };
}
