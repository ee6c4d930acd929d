/** The resources that the simulated API server knows, in one table. */

export type Resource = {
  readonly group: string;
  readonly version: string;
  /** Also the name under which the store keeps the objects. */
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  /** Has a `status` subresource, so that writes to the object leave the status alone. */
  readonly hasStatus: boolean;
  /** Carries metadata.generation, which counts changes of the spec. */
  readonly hasGeneration: boolean;
  /** Fields for fieldSelector, besides metadata.name and metadata.namespace. */
  readonly selectable: readonly string[];
  /** Fields of the type metav1.MicroTime. */
  readonly microTimes: readonly string[];
  /** An update may leave metadata.resourceVersion out. */
  readonly unconditionalUpdate: boolean;
  /** A PUT to a name that is not there creates it. */
  readonly createOnUpdate: boolean;
};

type Row = Partial<Resource> & Pick<Resource, 'plural' | 'kind'>;

function resource(groupVersion: string, row: Row): Resource {
  const [first = '', second] = groupVersion.split('/');
  return {
    group: second === undefined ? '' : first,
    version: second ?? first,
    namespaced: true,
    shortNames: [],
    hasStatus: false,
    hasGeneration: false,
    selectable: [],
    microTimes: [],
    unconditionalUpdate: true,
    createOnUpdate: false,
    ...row,
  };
}

const POD_FIELDS = [
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.schedulerName',
  'spec.serviceAccountName',
  'spec.hostNetwork',
  'status.phase',
  'status.podIP',
  'status.nominatedNodeName',
];

const EVENT_FIELDS = [
  'involvedObject.kind',
  'involvedObject.namespace',
  'involvedObject.name',
  'involvedObject.uid',
  'involvedObject.apiVersion',
  'involvedObject.resourceVersion',
  'involvedObject.fieldPath',
  'reason',
  'reportingComponent',
  'type',
];

const EVENT_TIMES = ['eventTime', 'series.lastObservedTime'];

const WORKLOAD = { hasStatus: true, hasGeneration: true };

export const RESOURCES: readonly Resource[] = [
  resource('v1', {
    plural: 'pods',
    kind: 'Pod',
    shortNames: ['po'],
    hasStatus: true,
    selectable: POD_FIELDS,
  }),
  resource('v1', {
    plural: 'namespaces',
    kind: 'Namespace',
    shortNames: ['ns'],
    namespaced: false,
    hasStatus: true,
    selectable: ['status.phase'],
  }),
  resource('v1', {
    plural: 'nodes',
    kind: 'Node',
    shortNames: ['no'],
    namespaced: false,
    hasStatus: true,
    selectable: ['spec.unschedulable'],
  }),
  resource('v1', { plural: 'serviceaccounts', kind: 'ServiceAccount', shortNames: ['sa'] }),
  resource('v1', { plural: 'configmaps', kind: 'ConfigMap', shortNames: ['cm'] }),
  resource('v1', {
    plural: 'events',
    kind: 'Event',
    shortNames: ['ev'],
    selectable: EVENT_FIELDS,
    microTimes: EVENT_TIMES,
    createOnUpdate: true,
  }),
  resource('events.k8s.io/v1', {
    plural: 'events',
    kind: 'Event',
    shortNames: ['ev'],
    selectable: EVENT_FIELDS,
    microTimes: EVENT_TIMES,
    createOnUpdate: true,
  }),
  resource('coordination.k8s.io/v1', {
    plural: 'leases',
    kind: 'Lease',
    microTimes: ['spec.acquireTime', 'spec.renewTime'],
    unconditionalUpdate: false,
    createOnUpdate: true,
  }),
  resource('policy/v1', {
    plural: 'poddisruptionbudgets',
    kind: 'PodDisruptionBudget',
    shortNames: ['pdb'],
    unconditionalUpdate: false,
    ...WORKLOAD,
  }),
  resource('apps/v1', { plural: 'deployments', kind: 'Deployment', shortNames: ['deploy'], ...WORKLOAD }),
  resource('apps/v1', { plural: 'replicasets', kind: 'ReplicaSet', shortNames: ['rs'], ...WORKLOAD }),
  resource('apps/v1', { plural: 'statefulsets', kind: 'StatefulSet', shortNames: ['sts'], ...WORKLOAD }),
  resource('apps/v1', { plural: 'daemonsets', kind: 'DaemonSet', shortNames: ['ds'], ...WORKLOAD }),
  resource('batch/v1', { plural: 'jobs', kind: 'Job', ...WORKLOAD }),
];

export function findResource(group: string, version: string, plural: string): Resource | undefined {
  return RESOURCES.find((one) => one.group === group && one.version === version && one.plural === plural);
}

export function apiVersionOf({ group, version }: Resource): string {
  return group === '' ? version : `${group}/${version}`;
}
