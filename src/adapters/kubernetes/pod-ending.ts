/** Reads from a pod's JSON what decides how it comes to its end. */

import type { Holder } from '../../domain/holder.ts';
import type { Duration, Instant } from '../../domain/time.ts';
import { seconds } from '../../domain/time.ts';
import { field, isAbsent, list, text } from './json.ts';
import { parseTime } from './rfc3339.ts';

/** The annotation by which the kubelet marks what it mirrors. Its value, a hash, says nothing here. */
export const MIRROR = 'kubernetes.io/config.mirror';

/** The API's default of terminationGracePeriodSeconds. */
const USUAL_GRACE = seconds(30);

export type Ending = Pick<Holder, 'terminating' | 'grace' | 'finalizers' | 'isMirror'>;

/** Or what of it makes no sense. */
export function readEnding(metadata: unknown, spec: unknown): Ending | string {
  const terminating = readTerminating(metadata);
  if (terminating === 'nonsense') return 'metadata.deletionTimestamp is no time';
  const grace = readGrace(spec);
  const finalizers = list(field(metadata, 'finalizers')).flatMap((each) => text(each) ?? []);
  return {
    ...(terminating !== undefined && { terminating }),
    ...(grace !== undefined && { grace }),
    ...(finalizers.length > 0 && { finalizers }),
    ...(field(field(metadata, 'annotations'), MIRROR) !== undefined && { isMirror: true }),
  };
}

/**
 * As it is: the API server sets it to the time of the request and the grace that was given, and to an earlier one
 * where another request shortens the grace.
 */
function readTerminating(metadata: unknown): Instant | undefined | 'nonsense' {
  const raw = field(metadata, 'deletionTimestamp');
  return isAbsent(raw) ? undefined : (parseTime(raw) ?? 'nonsense');
}

/** The API server takes less than nothing for one second. */
function readGrace(spec: unknown): Duration | undefined {
  const asked = field(spec, 'terminationGracePeriodSeconds');
  if (typeof asked !== 'number' || !Number.isInteger(asked)) return undefined;
  const grace = seconds(asked < 0 ? 1 : asked);
  return grace === USUAL_GRACE ? undefined : grace;
}
