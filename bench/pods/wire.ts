/** What the server of the benchmark puts around pods on the wire, in either encoding. */

import {
  encodeListHead,
  encodeListItem,
  encodePod,
  encodeStatus,
  encodeWatchFrame,
  unknownHead,
  unknownOf,
} from '../../simulator/kubernetes/protobuf-encode.ts';
import type { Encoding } from './template.ts';

export type Wire = {
  readonly encoding: Encoding;
  readonly listType: string;
  readonly watchType: string;
  readonly item: (pod: Buffer) => Buffer;
  readonly event: (type: string, pod: Buffer) => Buffer;
  /** What stands before and after `length` bytes of items. */
  readonly listEnds: (version: string, next: string, length: number) => readonly [Buffer, Buffer];
  readonly bookmark: (version: string, isInitialEnd: boolean) => Buffer;
  readonly error: (code: number, message: string) => Buffer;
  readonly status: (code: number, message: string) => Buffer;
};

const END: Readonly<Record<string, string>> = { 'k8s.io/initial-events-end': 'true' };

export const JSON_WIRE: Wire = {
  encoding: 'json',
  listType: 'application/json',
  watchType: 'application/json',
  item: (pod) => Buffer.concat([pod, Buffer.from(',')]),
  event: (type, pod) =>
    Buffer.concat([
      Buffer.from(`{"type":"${type}","object":{"kind":"Pod","apiVersion":"v1",`),
      pod.subarray(1),
      Buffer.from('}\n'),
    ]),
  // The comma after the last item is followed by nothing that JSON allows, so a last item is part of the end.
  listEnds: (version, next) => {
    const rest = next === '' ? {} : { continue: next, remainingItemCount: 1 };
    const head = { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: version, ...rest } };
    const last = JSON.stringify({ metadata: { name: 'last', namespace: 'last' }, spec: {} });
    return [Buffer.from(`${JSON.stringify(head).slice(0, -1)},"items":[`), Buffer.from(`${last}]}\n`)];
  },
  bookmark: (version, isInitialEnd) => {
    const metadata = { resourceVersion: version, ...(isInitialEnd ? { annotations: END } : {}) };
    const object = { kind: 'Pod', apiVersion: 'v1', metadata };
    return Buffer.from(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  },
  error: (code, message) =>
    Buffer.from(`${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code, message } })}\n`),
  status: (code, message) =>
    Buffer.from(JSON.stringify({ kind: 'Status', code, message, status: 'Failure' })),
};

export const PROTOBUF_WIRE: Wire = {
  encoding: 'protobuf',
  listType: 'application/vnd.kubernetes.protobuf',
  watchType: 'application/vnd.kubernetes.protobuf;stream=watch',
  item: encodeListItem,
  event: (type, pod) => encodeWatchFrame(type, unknownOf('Pod', pod)),
  listEnds: (version, next, length) => {
    const head = encodeListHead({ resourceVersion: version, continue: next });
    return [Buffer.concat([unknownHead('PodList', head.length + length), head]), Buffer.alloc(0)];
  },
  bookmark: (version, isInitialEnd) => {
    const metadata = { resourceVersion: version, ...(isInitialEnd ? { annotations: END } : {}) };
    return encodeWatchFrame('BOOKMARK', unknownOf('Pod', encodePod({ metadata })));
  },
  error: (code, message) => encodeWatchFrame('ERROR', encodeStatus({ status: 'Failure', code, message })),
  status: (code, message) => encodeStatus({ status: 'Failure', code, message }),
};
