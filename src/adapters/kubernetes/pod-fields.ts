/** The fields of pods, of their lists and watch events, and of refusals that are read from protobuf, by number. */

import { MIRROR } from './pod-ending.ts';
import type { Message } from './protobuf.ts';
import { message } from './protobuf.ts';

const OWNER = message({
  1: { name: 'kind', form: 'text' },
  3: { name: 'name', form: 'text' },
  4: { name: 'uid', form: 'text' },
  6: { name: 'controller', form: 'flag' },
});

const METADATA_FIELDS = {
  1: { name: 'name', form: 'text' },
  3: { name: 'namespace', form: 'text' },
  5: { name: 'uid', form: 'text' },
  6: { name: 'resourceVersion', form: 'text' },
  8: { name: 'creationTimestamp', form: 'time' },
  9: { name: 'deletionTimestamp', form: 'time' },
  12: { name: 'annotations', form: 'texts-by-name', only: MIRROR },
  13: { name: 'ownerReferences', form: OWNER, isMany: true },
  14: { name: 'finalizers', form: 'text', isMany: true },
} as const;

const SOURCE = message({
  4: { name: 'serviceAccountToken', form: message({ 1: { name: 'audience', form: 'text' } }) },
});

const VOLUME = message({
  2: {
    name: '',
    form: message({
      26: { name: 'projected', form: message({ 1: { name: 'sources', form: SOURCE, isMany: true } }) },
    }),
  },
});

const SPEC = message({
  1: { name: 'volumes', form: VOLUME, isMany: true },
  4: { name: 'terminationGracePeriodSeconds', form: 'whole' },
  8: { name: 'serviceAccountName', form: 'text' },
  9: { name: 'serviceAccount', form: 'text' },
  10: { name: 'nodeName', form: 'text' },
});

const METADATA = message(METADATA_FIELDS);
const METADATA_WITH_LABELS = message({ ...METADATA_FIELDS, 11: { name: 'labels', form: 'texts-by-name' } });

const PHASE = message({ 1: { name: 'phase', form: 'text' } });

/** All that `project` looks at, and the version. Labels are read only where some are to be kept: they cost as much as all else. */
export function podFields(labelNames: readonly string[]): Message {
  return message({
    1: { name: 'metadata', form: labelNames.length === 0 ? METADATA : METADATA_WITH_LABELS },
    2: { name: 'spec', form: SPEC },
    3: { name: 'status', form: PHASE },
  });
}

/** By which an event is known to concern a pod, or not to. */
export const POD_HEAD = message({
  1: { name: 'name', form: 'text' },
  3: { name: 'namespace', form: 'text' },
  5: { name: 'uid', form: 'text' },
  6: { name: 'resourceVersion', form: 'text' },
});

export const LIST_METADATA = message({
  2: { name: 'resourceVersion', form: 'text' },
  3: { name: 'continue', form: 'text' },
});

/** A bookmark is a pod with nothing but this. */
export const BOOKMARK = message({
  1: {
    name: 'metadata',
    form: message({
      6: { name: 'resourceVersion', form: 'text' },
      12: { name: 'annotations', form: 'texts-by-name' },
    }),
  },
});

const CAUSE = message({
  1: { name: 'reason', form: 'text' },
  2: { name: 'message', form: 'text' },
  3: { name: 'field', form: 'text' },
});

export const STATUS = message({
  3: { name: 'message', form: 'text' },
  4: { name: 'reason', form: 'text' },
  5: {
    name: 'details',
    form: message({
      1: { name: 'name', form: 'text' },
      3: { name: 'kind', form: 'text' },
      4: { name: 'causes', form: CAUSE, isMany: true },
      5: { name: 'retryAfterSeconds', form: 'whole' },
    }),
  },
  6: { name: 'code', form: 'whole' },
});
