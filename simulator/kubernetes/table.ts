/** The Table form of lists and objects, which kubectl get asks for. */

import { at, type JsonObject, type KubeObject, listAt, numberAt, textAt } from './object.ts';
import type { Resource } from './resources.ts';

type Column = {
  readonly name: string;
  readonly type: 'string' | 'integer';
  readonly format?: string;
  readonly cell: (object: KubeObject, nowMs: number) => unknown;
};

const NAME: Column = { name: 'Name', type: 'string', format: 'name', cell: ({ metadata }) => metadata.name };
const AGE: Column = {
  name: 'Age',
  type: 'string',
  cell: ({ metadata }, now) => age(metadata.creationTimestamp, now),
};

const COLUMNS: Readonly<Record<string, readonly Column[]>> = {
  pods: [
    { name: 'Ready', type: 'string', cell: readyOf },
    { name: 'Status', type: 'string', cell: podStatus },
    { name: 'Restarts', type: 'integer', cell: () => 0 },
  ],
  poddisruptionbudgets: [
    { name: 'Min Available', type: 'string', cell: (budget) => at(budget, 'spec', 'minAvailable') ?? 'N/A' },
    {
      name: 'Max Unavailable',
      type: 'string',
      cell: (budget) => at(budget, 'spec', 'maxUnavailable') ?? 'N/A',
    },
    {
      name: 'Allowed Disruptions',
      type: 'integer',
      cell: (budget) => numberAt(budget, 'status', 'disruptionsAllowed') ?? 0,
    },
  ],
  events: [
    { name: 'Type', type: 'string', cell: (event) => textAt(event, 'type') },
    { name: 'Reason', type: 'string', cell: (event) => textAt(event, 'reason') },
    { name: 'Message', type: 'string', cell: (event) => textAt(event, 'message') ?? textAt(event, 'note') },
  ],
};

export function tableOf(
  resource: Resource,
  objects: readonly KubeObject[],
  metadata: JsonObject,
  nowMs: number,
): JsonObject {
  const columns = [NAME, ...(COLUMNS[resource.plural] ?? []), AGE];
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: columns.map(({ format = '', name, type }) => ({
      name,
      type,
      format,
      description: '',
      priority: 0,
    })),
    rows: objects.map((object) => ({
      cells: columns.map(({ cell }) => cell(object, nowMs)),
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  };
}

function readyOf(pod: KubeObject): string {
  const statuses = listAt(pod, 'status', 'containerStatuses');
  const ready = statuses.filter((status) => at(status, 'ready') === true);
  return `${ready.length}/${listAt(pod, 'spec', 'containers').length}`;
}

function podStatus(pod: KubeObject): string {
  if (pod.metadata.deletionTimestamp !== undefined) return 'Terminating';
  return textAt(pod, 'status', 'phase') ?? 'Pending';
}

function age(since: string, nowMs: number): string {
  const seconds = Math.max(0, Math.floor((nowMs - Date.parse(since)) / 1000));
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
