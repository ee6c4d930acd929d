/** Takes from a pod's JSON the facts that decisions use, or says that they can't be told. Total: it never throws. */

import type { Holder, Owner, UnreadablePod } from '../../domain/holder.ts';
import { POD_IDENTITY_AUDIENCE, podUid } from '../../domain/holder.ts';
import type { Identity } from '../../domain/identity.ts';
import { identityOf } from '../../domain/identity.ts';
import type { JsonObject } from './json.ts';
import { field, isAbsent, isObject, list, text } from './json.ts';
import { readEnding } from './pod-ending.ts';
import { parseTime } from './rfc3339.ts';

export type Projection =
  | { readonly kind: 'not-a-holder' }
  | { readonly kind: 'holder'; readonly holder: Holder }
  | { readonly kind: 'unreadable'; readonly pod: UnreadablePod };

/** Whether the pod has the token volume; `unclear` where its volumes make no sense and none has it. */
type Carrying = 'yes' | 'no' | 'unclear';

type Facts = Pick<Holder, 'uid' | 'namespace' | 'name' | 'identity' | 'start'>;

const NOT_A_HOLDER: Projection = { kind: 'not-a-holder' };
const NO_LABELS: Holder['labels'] = Object.freeze({});

/**
 * A holder is known by its token volume and by nothing else: labels and environment can be set by anybody and
 * can be missing. `labelNames` are the labels to keep.
 */
export function project(pod: unknown, labelNames: readonly string[]): Projection {
  if (!isObject(pod)) return unreadable(pod, 'it is not an object');
  const spec = field(pod, 'spec');
  switch (carriesToken(spec)) {
    case 'no':
      return NOT_A_HOLDER;
    case 'unclear':
      return unreadable(pod, 'its volumes make no sense');
    case 'yes':
      return readHolder(pod, spec, labelNames);
  }
}

export type AnyPod = { readonly carriesToken: boolean; readonly holder: Holder };

/** The facts of a pod, holder or not; undefined where it can't be understood. */
export function projectAny(pod: unknown, labelNames: readonly string[]): AnyPod | undefined {
  if (!isObject(pod)) return undefined;
  const spec = field(pod, 'spec');
  const carrying = carriesToken(spec);
  const projected = readHolder(pod, spec, labelNames);
  if (carrying === 'unclear' || projected.kind !== 'holder') return undefined;
  return { carriesToken: carrying === 'yes', holder: projected.holder };
}

function readHolder(pod: JsonObject, spec: unknown, labelNames: readonly string[]): Projection {
  const facts = readFacts(field(pod, 'metadata'), spec);
  if (typeof facts === 'string') return unreadable(pod, facts);
  const ending = readEnding(field(pod, 'metadata'), spec);
  if (typeof ending === 'string') return unreadable(pod, ending);
  const phase = field(field(pod, 'status'), 'phase');
  if (!isAbsent(phase) && typeof phase !== 'string') return unreadable(pod, 'status.phase is no text');
  const node = text(field(spec, 'nodeName'));
  const owner = controllingOwner(field(pod, 'metadata'));
  const holder: Holder = {
    ...facts,
    ...ending,
    finished: phase === 'Succeeded' || phase === 'Failed',
    ...(node === undefined ? {} : { node }),
    ...(owner === undefined ? {} : { owner }),
    labels: pickLabels(field(field(pod, 'metadata'), 'labels'), labelNames),
  };
  return { kind: 'holder', holder };
}

/** The facts without which a holder can't be judged, or which of them is missing. */
function readFacts(metadata: unknown, spec: unknown): Facts | string {
  const uid = text(field(metadata, 'uid'));
  const name = text(field(metadata, 'name'));
  const namespace = text(field(metadata, 'namespace'));
  const start = parseTime(field(metadata, 'creationTimestamp'));
  if (uid === undefined) return 'metadata.uid is missing';
  if (name === undefined) return 'metadata.name is missing';
  if (namespace === undefined) return 'metadata.namespace is missing';
  if (start === undefined) return 'metadata.creationTimestamp is missing or no time';
  const identity = readIdentity(namespace, spec);
  if (identity === undefined) return 'spec.serviceAccountName is missing or no name';
  return { uid: podUid(uid), namespace, name, identity, start };
}

/** `serviceAccount` is the deprecated name of the same field, which the API server keeps equal. */
function readIdentity(namespace: string, spec: unknown): Identity | undefined {
  const named = field(spec, 'serviceAccountName');
  const account = isAbsent(named) || named === '' ? text(field(spec, 'serviceAccount')) : text(named);
  return account === undefined ? undefined : identityOf(namespace, account);
}

function carriesToken(spec: unknown): Carrying {
  if (!isObject(spec)) return 'unclear';
  return any(field(spec, 'volumes'), volumeCarriesToken);
}

function volumeCarriesToken(volume: unknown): Carrying {
  if (!isObject(volume)) return 'unclear';
  const projected = field(volume, 'projected');
  if (isAbsent(projected)) return 'no';
  return isObject(projected) ? any(field(projected, 'sources'), sourceCarriesToken) : 'unclear';
}

function sourceCarriesToken(source: unknown): Carrying {
  if (!isObject(source)) return 'unclear';
  const token = field(source, 'serviceAccountToken');
  if (isAbsent(token)) return 'no';
  const audience = field(token, 'audience');
  if (audience === POD_IDENTITY_AUDIENCE) return 'yes';
  return isObject(token) && (isAbsent(audience) || typeof audience === 'string') ? 'no' : 'unclear';
}

function any(items: unknown, judge: (item: unknown) => Carrying): Carrying {
  if (isAbsent(items)) return 'no';
  if (!Array.isArray(items)) return 'unclear';
  let found: Carrying = 'no';
  for (const item of items) {
    const carrying = judge(item);
    if (carrying === 'yes') return 'yes';
    if (carrying === 'unclear') found = 'unclear';
  }
  return found;
}

function controllingOwner(metadata: unknown): Owner | undefined {
  for (const reference of list(field(metadata, 'ownerReferences'))) {
    if (field(reference, 'controller') !== true) continue;
    const kind = text(field(reference, 'kind'));
    const name = text(field(reference, 'name'));
    const uid = text(field(reference, 'uid'));
    if (kind !== undefined && name !== undefined && uid !== undefined) return { kind, name, uid };
  }
  return undefined;
}

function pickLabels(labels: unknown, names: readonly string[]): Holder['labels'] {
  const kept: [string, string][] = [];
  for (const name of names) {
    const value = field(labels, name);
    if (typeof value === 'string') kept.push([name, value]);
  }
  return kept.length === 0 ? NO_LABELS : Object.fromEntries(kept);
}

function unreadable(pod: unknown, why: string): Projection {
  const metadata = field(pod, 'metadata');
  const uid = text(field(metadata, 'uid'));
  const namespace = text(field(metadata, 'namespace'));
  const name = text(field(metadata, 'name'));
  return {
    kind: 'unreadable',
    pod: {
      ...(uid === undefined ? {} : { uid }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(name === undefined ? {} : { name }),
      why,
    },
  };
}
