/** The ConfigMap that holds the ledger: what is read from it, and what is sent in its place. */

import type { JsonObject } from './json.ts';
import { field, isObject, text } from './json.ts';

export type LedgerPlace = { readonly namespace: string; readonly name: string };

const KEY = 'ledger';

const LABELS = { 'app.kubernetes.io/managed-by': 'pod-identity-revoker' };

const ANNOTATIONS = {
  'pod-identity-revoker.io/description':
    'The ledger of pod-identity-revoker: the past grants of each identity and the open revocations, as gzip of JSON. ' +
    'It holds no credentials. Without it the daemon does not know what happened before its start.',
};

/** Undefined where the answer is not this ConfigMap, or can't be replaced safely for want of a resourceVersion. */
export function readConfigMap(body: unknown, { namespace, name }: LedgerPlace): JsonObject | undefined {
  const metadata = field(body, 'metadata');
  const version = text(field(metadata, 'resourceVersion'));
  if (!isObject(body) || body['kind'] !== 'ConfigMap' || version === undefined) return undefined;
  if (field(metadata, 'name') !== name || field(metadata, 'namespace') !== namespace) return undefined;
  return body;
}

/** Undefined where it holds none: somebody made the ConfigMap in advance, for its annotations. */
export function ledgerBytes(configMap: JsonObject): Buffer | undefined {
  const encoded = field(configMap['binaryData'], KEY);
  return typeof encoded === 'string' ? Buffer.from(encoded, 'base64') : undefined;
}

export function newConfigMap({ namespace, name }: LedgerPlace, bytes: Buffer): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, labels: LABELS, annotations: ANNOTATIONS },
    binaryData: { [KEY]: bytes.toString('base64') },
  };
}

/**
 * The same object with other bytes: labels, annotations, owners and keys of others are sent as they were read,
 * and so is the resourceVersion, by which the API server refuses it when anything has changed meanwhile.
 */
export function changedConfigMap(configMap: JsonObject, bytes: Buffer): object {
  const metadata = fields(configMap['metadata']);
  return {
    ...configMap,
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      ...metadata,
      labels: { ...fields(metadata['labels']), ...LABELS },
      annotations: { ...fields(metadata['annotations']), ...ANNOTATIONS },
    },
    binaryData: { ...fields(configMap['binaryData']), [KEY]: bytes.toString('base64') },
  };
}

function fields(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}
