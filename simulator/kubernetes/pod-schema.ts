/** The field numbers of a Pod in protobuf (kubernetes/api, core/v1/generated.proto), of all that our pods have. */

/** `text`, `whole` number, `flag`, and the messages that JSON writes in a form of their own. */
export type Scalar =
  | 'text'
  | 'whole'
  | 'flag'
  | 'time'
  | 'texts-by-name'
  | 'quantities-by-name'
  | 'whole-or-text'
  | 'json';

export type Field = {
  readonly number: number;
  readonly is: Scalar | Schema;
  /** A list in JSON, repeated on the wire. */
  readonly many?: true;
};

/** By the name in JSON. The key `''` is a message whose fields JSON writes into the object around it. */
export type Schema = { readonly [name: string]: Field };

const text = (number: number): Field => ({ number, is: 'text' });
const whole = (number: number): Field => ({ number, is: 'whole' });
const flag = (number: number): Field => ({ number, is: 'flag' });
const time = (number: number): Field => ({ number, is: 'time' });
const one = (number: number, is: Field['is']): Field => ({ number, is });
const many = (number: number, is: Field['is']): Field => ({ number, is, many: true });

const OWNER: Schema = {
  kind: text(1),
  name: text(3),
  uid: text(4),
  apiVersion: text(5),
  controller: flag(6),
  blockOwnerDeletion: flag(7),
};

const MANAGED_FIELDS: Schema = {
  manager: text(1),
  operation: text(2),
  apiVersion: text(3),
  time: time(4),
  fieldsType: text(6),
  fieldsV1: one(7, 'json'),
  subresource: text(8),
};

export const OBJECT_META: Schema = {
  name: text(1),
  generateName: text(2),
  namespace: text(3),
  uid: text(5),
  resourceVersion: text(6),
  generation: whole(7),
  creationTimestamp: time(8),
  deletionTimestamp: time(9),
  deletionGracePeriodSeconds: whole(10),
  labels: one(11, 'texts-by-name'),
  annotations: one(12, 'texts-by-name'),
  ownerReferences: many(13, OWNER),
  finalizers: many(14, 'text'),
  managedFields: many(17, MANAGED_FIELDS),
};

const KEY_TO_PATH: Schema = { key: text(1), path: text(2), mode: whole(3) };
const FIELD_REF: Schema = { apiVersion: text(1), fieldPath: text(2) };

const PROJECTION: Schema = {
  secret: one(1, { '': one(1, { name: text(1) }), items: many(2, KEY_TO_PATH) }),
  downwardAPI: one(2, { items: many(1, { path: text(1), fieldRef: one(2, FIELD_REF) }) }),
  configMap: one(3, { '': one(1, { name: text(1) }), items: many(2, KEY_TO_PATH) }),
  serviceAccountToken: one(4, { audience: text(1), expirationSeconds: whole(2), path: text(3) }),
};

const VOLUME_SOURCE: Schema = {
  hostPath: one(1, { path: text(1), type: text(2) }),
  emptyDir: one(2, { medium: text(1) }),
  secret: one(6, { secretName: text(1), items: many(2, KEY_TO_PATH), defaultMode: whole(3) }),
  persistentVolumeClaim: one(10, { claimName: text(1), readOnly: flag(2) }),
  configMap: one(19, {
    '': one(1, { name: text(1) }),
    items: many(2, KEY_TO_PATH),
    defaultMode: whole(3),
  }),
  projected: one(26, { sources: many(1, PROJECTION), defaultMode: whole(2) }),
};

const VOLUME: Schema = { name: text(1), '': one(2, VOLUME_SOURCE) };

const ENV: Schema = {
  name: text(1),
  value: text(2),
  valueFrom: one(3, {
    fieldRef: one(1, FIELD_REF),
    configMapKeyRef: one(3, { '': one(1, { name: text(1) }), key: text(2) }),
    secretKeyRef: one(4, { '': one(1, { name: text(1) }), key: text(2) }),
  }),
};

const PROBE: Schema = {
  '': one(1, {
    exec: one(1, { command: many(1, 'text') }),
    httpGet: one(2, { path: text(1), port: one(2, 'whole-or-text'), host: text(3), scheme: text(4) }),
  }),
  initialDelaySeconds: whole(2),
  timeoutSeconds: whole(3),
  periodSeconds: whole(4),
  successThreshold: whole(5),
  failureThreshold: whole(6),
};

const CONTAINER: Schema = {
  name: text(1),
  image: text(2),
  command: many(3, 'text'),
  args: many(4, 'text'),
  workingDir: text(5),
  ports: many(6, { name: text(1), hostPort: whole(2), containerPort: whole(3), protocol: text(4) }),
  env: many(7, ENV),
  resources: one(8, { limits: one(1, 'quantities-by-name'), requests: one(2, 'quantities-by-name') }),
  volumeMounts: many(9, { name: text(1), readOnly: flag(2), mountPath: text(3), subPath: text(4) }),
  livenessProbe: one(10, PROBE),
  readinessProbe: one(11, PROBE),
  terminationMessagePath: text(13),
  imagePullPolicy: text(14),
  securityContext: one(15, {
    privileged: flag(2),
    runAsUser: whole(4),
    runAsNonRoot: flag(5),
    readOnlyRootFilesystem: flag(6),
    allowPrivilegeEscalation: flag(7),
  }),
  terminationMessagePolicy: text(20),
};

const TOLERATION: Schema = {
  key: text(1),
  operator: text(2),
  value: text(3),
  effect: text(4),
  tolerationSeconds: whole(5),
};

const POD_SPEC: Schema = {
  volumes: many(1, VOLUME),
  containers: many(2, CONTAINER),
  restartPolicy: text(3),
  terminationGracePeriodSeconds: whole(4),
  dnsPolicy: text(6),
  nodeSelector: one(7, 'texts-by-name'),
  serviceAccountName: text(8),
  serviceAccount: text(9),
  nodeName: text(10),
  securityContext: one(14, { runAsUser: whole(2), runAsNonRoot: flag(3), fsGroup: whole(5) }),
  schedulerName: text(19),
  initContainers: many(20, CONTAINER),
  tolerations: many(22, TOLERATION),
  priorityClassName: text(24),
  priority: whole(25),
  enableServiceLinks: flag(30),
  preemptionPolicy: text(31),
};

const CONDITION: Schema = {
  type: text(1),
  status: text(2),
  lastProbeTime: time(3),
  lastTransitionTime: time(4),
  reason: text(5),
  message: text(6),
};

const CONTAINER_STATE: Schema = {
  waiting: one(1, { reason: text(1), message: text(2) }),
  running: one(2, { startedAt: time(1) }),
  terminated: one(3, {
    exitCode: whole(1),
    reason: text(3),
    startedAt: time(5),
    finishedAt: time(6),
    containerID: text(7),
  }),
};

const CONTAINER_STATUS: Schema = {
  name: text(1),
  state: one(2, CONTAINER_STATE),
  lastState: one(3, CONTAINER_STATE),
  ready: flag(4),
  restartCount: whole(5),
  image: text(6),
  imageID: text(7),
  containerID: text(8),
  started: flag(9),
};

const POD_STATUS: Schema = {
  phase: text(1),
  conditions: many(2, CONDITION),
  message: text(3),
  reason: text(4),
  hostIP: text(5),
  podIP: text(6),
  startTime: time(7),
  containerStatuses: many(8, CONTAINER_STATUS),
  qosClass: text(9),
  initContainerStatuses: many(10, CONTAINER_STATUS),
  podIPs: many(12, { ip: text(1) }),
};

export const POD: Schema = {
  metadata: one(1, OBJECT_META),
  spec: one(2, POD_SPEC),
  status: one(3, POD_STATUS),
};

const CAUSE: Schema = { reason: text(1), message: text(2), field: text(3) };

/** meta/v1 Status, as which refusals are told. */
export const STATUS: Schema = {
  status: text(2),
  message: text(3),
  reason: text(4),
  details: one(5, {
    name: text(1),
    group: text(2),
    kind: text(3),
    causes: many(4, CAUSE),
    retryAfterSeconds: whole(5),
    uid: text(6),
  }),
  code: whole(6),
};
