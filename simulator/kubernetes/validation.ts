/** The checks of a new or changed object that a client can trip over. */

import { isDeepStrictEqual } from 'node:util';
import {
  at,
  isRecord,
  type JsonObject,
  type KubeObject,
  listAt,
  numberAt,
  recordAt,
  textAt,
} from './object.ts';
import { configMapProblems } from './config-maps.ts';
import { required, tooLong, wrong } from './problems.ts';
import type { Resource } from './resources.ts';
import { type InvalidField, badRequest, invalid, kindWithGroup } from './status.ts';

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must " +
  'start and end with an alphanumeric character';

const MAX_ANNOTATIONS = 256 * 1024;

/** 422 with every problem found. */
export function validate(resource: Resource, object: KubeObject): void {
  const problems = [
    ...nameProblems(object),
    ...annotationProblems(object),
    ...(CHECKS[resource.plural]?.(object) ?? []),
  ];
  if (problems.length > 0) throw invalid(kindWithGroup(resource), object.metadata.name, ...problems);
}

/** 422 where an update changes what never changes. */
export function validateUpdate(resource: Resource, before: KubeObject, after: KubeObject): void {
  checkFinalizers(resource, before, after);
  if (resource.plural !== 'pods' || isDeepStrictEqual(fixedSpec(before), fixedSpec(after))) return;
  const rule =
    'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,' +
    '`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),' +
    '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';
  throw invalid('Pod', before.metadata.name, {
    field: 'spec',
    reason: 'FieldValueForbidden',
    message: `Forbidden: ${rule}`,
  });
}

/** An object that is on its way out takes no new finalizers. */
function checkFinalizers(resource: Resource, { metadata }: KubeObject, after: KubeObject): void {
  if (metadata.deletionTimestamp === undefined) return;
  const old = metadata.finalizers ?? [];
  const added = (after.metadata.finalizers ?? []).filter((finalizer) => !old.includes(finalizer));
  if (added.length === 0) return;
  const found = `[]string{${added.map((finalizer) => JSON.stringify(finalizer)).join(', ')}}`;
  throw invalid(kindWithGroup(resource), metadata.name, {
    field: 'metadata.finalizers',
    reason: 'FieldValueForbidden',
    message: `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ${found}`,
  });
}

function fixedSpec(pod: KubeObject): JsonObject {
  const {
    activeDeadlineSeconds: _deadline,
    tolerations: _tolerations,
    terminationGracePeriodSeconds: _grace,
    ...fixed
  } = recordAt(pod, 'spec');
  return {
    ...fixed,
    containers: withoutImages(pod, 'containers'),
    initContainers: withoutImages(pod, 'initContainers'),
  };
}

function withoutImages(pod: KubeObject, field: string): readonly JsonObject[] {
  return listAt(pod, 'spec', field).map((container) => ({ ...recordAt(container), image: undefined }));
}

function nameProblems({ metadata: { name } }: KubeObject): readonly InvalidField[] {
  if (SUBDOMAIN.test(name) && name.length <= 253) return [];
  return [wrong('metadata.name', `Invalid value: "${name}": ${SUBDOMAIN_RULE}`)];
}

/** All keys and values together. */
function annotationProblems({ metadata: { annotations = {} } }: KubeObject): readonly InvalidField[] {
  const size = Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  return size > MAX_ANNOTATIONS ? [tooLong('metadata.annotations', MAX_ANNOTATIONS)] : [];
}

const CHECKS: Readonly<Record<string, (object: KubeObject) => readonly InvalidField[]>> = {
  pods: podProblems,
  leases: leaseProblems,
  events: eventProblems,
  poddisruptionbudgets: budgetProblems,
  configmaps: configMapProblems,
};

function podProblems(pod: KubeObject): readonly InvalidField[] {
  const containers = listAt(pod, 'spec', 'containers');
  if (containers.length === 0) return [required('spec.containers')];
  return containers.flatMap((container, index) => [
    ...(textAt(container, 'name') === undefined ? [required(`spec.containers[${index}].name`)] : []),
    ...(textAt(container, 'image') === undefined ? [required(`spec.containers[${index}].image`)] : []),
  ]);
}

function leaseProblems(lease: KubeObject): readonly InvalidField[] {
  const seconds = numberAt(lease, 'spec', 'leaseDurationSeconds');
  if (seconds === undefined || seconds > 0) return [];
  return [wrong('spec.leaseDurationSeconds', `Invalid value: ${seconds}: must be greater than 0`)];
}

/** An Event lives in the namespace of what it is about; one about a cluster-wide object lives in `default`. */
function eventProblems(event: KubeObject): readonly InvalidField[] {
  const about = textAt(event, 'involvedObject', 'namespace') ?? '';
  const home = event.metadata.namespace ?? '';
  const expected = about === '' ? 'default' : about;
  const homeProblem =
    home === expected
      ? []
      : [wrong('involvedObject.namespace', `Invalid value: "${about}": does not match event.namespace`)];
  return [...homeProblem, ...newEventProblems(event)];
}

/** An Event with an eventTime is of the new kind, of which more is demanded. */
function newEventProblems(event: KubeObject): readonly InvalidField[] {
  if (!isNewEvent(event)) return [];
  const type = textAt(event, 'type') ?? '';
  const missing = ['reportingComponent', 'reportingInstance', 'action', 'reason'].filter(
    (field) => (textAt(event, field) ?? '') === '',
  );
  return [
    ...missing.map(required),
    ...(type === 'Normal' || type === 'Warning'
      ? []
      : [wrong('type', `Invalid value: "${type}": has invalid value`)]),
    ...((textAt(event, 'message') ?? '').length > 1024
      ? [wrong('message', 'Too long: can have at most 1024 bytes')]
      : []),
  ];
}

function isNewEvent(event: KubeObject): boolean {
  const time = at(event, 'eventTime');
  return time !== undefined && time !== null;
}

function budgetProblems(budget: KubeObject): readonly InvalidField[] {
  const spec = recordAt(budget, 'spec');
  if (spec['minAvailable'] === undefined || spec['maxUnavailable'] === undefined) return [];
  return [
    wrong(
      'spec',
      `Invalid value: ${JSON.stringify(spec)}: minAvailable and maxUnavailable cannot be both set`,
    ),
  ];
}

/** The body as an object of this resource: 400 where it is something else. */
export function checkBody(resource: Resource, body: unknown, apiVersion: string): JsonObject {
  if (!isRecord(body)) throw badRequest('the object provided is unrecognized (must be of type Object)');
  const given = textAt(body, 'apiVersion') ?? apiVersion;
  if (given !== apiVersion) {
    throw badRequest(
      `the API version in the data (${given}) does not match the expected API version (${apiVersion})`,
    );
  }
  const kind = textAt(body, 'kind') ?? resource.kind;
  if (kind !== resource.kind) {
    throw badRequest(`${kind} in version "${resource.version}" cannot be handled as a ${resource.kind}`);
  }
  return { ...body, apiVersion, kind };
}
