/** The managed fields of a pod of the benchmark: who wrote what, which is a good part of a real pod. */

import type { Traits } from './traits.ts';
import { hex, timeOf } from './traits.ts';

export function managedFields({ containers, holds, random }: Traits): readonly object[] {
  const ofContainer = {
    '.': {},
    ...fields(['f:image', 'f:imagePullPolicy', 'f:name', 'f:terminationMessagePath']),
    'f:env': {
      '.': {},
      ...Object.fromEntries(
        Array.from({ length: 7 }, (_, n) => [
          `k:{"name":"SETTING_${n}"}`,
          { '.': {}, ...fields(['f:name', 'f:value']) },
        ]),
      ),
    },
    'f:livenessProbe': { '.': {}, ...fields(['f:failureThreshold', 'f:httpGet', 'f:periodSeconds']) },
    'f:readinessProbe': { '.': {}, ...fields(['f:failureThreshold', 'f:httpGet', 'f:periodSeconds']) },
    'f:resources': { '.': {}, 'f:limits': fields(['.', 'f:memory']), 'f:requests': fields(['.', 'f:cpu']) },
    'f:volumeMounts': { '.': {}, 'k:{"mountPath":"/etc/app"}': fields(['.', 'f:mountPath', 'f:name']) },
  };
  const spec = {
    'f:containers': Object.fromEntries(containers.map((name) => [`k:{"name":"${name}"}`, ofContainer])),
    ...fields(['f:dnsPolicy', 'f:enableServiceLinks', 'f:restartPolicy', 'f:schedulerName']),
    ...fields(['f:serviceAccount', 'f:serviceAccountName', 'f:terminationGracePeriodSeconds']),
    ...(holds ? { 'f:volumes': { '.': {}, 'k:{"name":"config"}': fields(['.', 'f:name']) } } : {}),
  };
  const metadata = {
    'f:annotations': fields(['.', 'f:checksum/config', 'f:prometheus.io/path', 'f:prometheus.io/port']),
    'f:generateName': {},
    'f:labels': fields(['.', 'f:app', 'f:app.kubernetes.io/instance', 'f:pod-template-hash']),
    'f:ownerReferences': fields(['.', `k:{"uid":"${hex(random, 12)}"}`]),
  };
  const conditions = ['ContainersReady', 'Initialized', 'PodReadyToStartContainers', 'Ready'];
  const status = {
    'f:conditions': Object.fromEntries(
      conditions.map((type) => [
        `k:{"type":"${type}"}`,
        fields(['.', 'f:lastProbeTime', 'f:lastTransitionTime', 'f:status', 'f:type']),
      ]),
    ),
    ...fields(['f:containerStatuses', 'f:hostIP', 'f:hostIPs', 'f:phase', 'f:podIP', 'f:startTime']),
    'f:podIPs': { '.': {}, 'k:{"ip":"10.0.0.1"}': fields(['.', 'f:ip']) },
  };
  const written = { operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1' };
  return [
    {
      manager: 'kube-controller-manager',
      ...written,
      time: timeOf(random),
      fieldsV1: { 'f:metadata': metadata, 'f:spec': spec },
    },
    {
      manager: 'kubelet',
      ...written,
      time: timeOf(random),
      fieldsV1: { 'f:status': status },
      subresource: 'status',
    },
  ];
}

function fields(names: readonly string[]): object {
  return Object.fromEntries(names.map((name) => [name, {}]));
}
