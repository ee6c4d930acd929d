/** What the API server can't even decode: times, texts and bytes that are something else. */

import { at, isRecord, type JsonObject } from './object.ts';
import type { Resource } from './resources.ts';
import { badRequest } from './status.ts';

const MICRO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}(Z|[+-]\d\d:\d\d)$/;
/** The layout by which Go parses a MicroTime: exactly six digits. */
const MICRO_LAYOUT = '2006-01-02T15:04:05.000000Z07:00';

/** 400 where the body is no object of this kind. */
export function checkDecodable(resource: Resource, body: JsonObject): void {
  checkMicroTimes(resource, body);
  for (const name of ['labels', 'annotations']) {
    checkTexts(resource, `ObjectMeta.metadata.${name}`, at(body, 'metadata', name));
  }
  if (resource.plural !== 'configmaps') return;
  checkTexts(resource, 'ConfigMap.data', body['data']);
  checkBytes(resource, body['binaryData']);
}

/** A MicroTime has exactly six fraction digits. */
function checkMicroTimes(resource: Resource, body: JsonObject): void {
  for (const path of resource.microTimes) {
    const value = at(body, ...path.split('.'));
    if (value === undefined || value === null) continue;
    if (typeof value === 'string' && MICRO_TIME.test(value)) continue;
    throw undecodable(resource, `parsing time ${JSON.stringify(value)} as "${MICRO_LAYOUT}": cannot parse`);
  }
}

function checkTexts(resource: Resource, field: string, map: unknown): void {
  if (map === undefined || map === null) return;
  if (!isRecord(map)) {
    throw undecodable(resource, unmarshal(map, field, 'map[string]string'));
  }
  for (const value of Object.values(map)) {
    if (typeof value !== 'string') throw undecodable(resource, unmarshal(value, field, 'string'));
  }
}

function checkBytes(resource: Resource, map: unknown): void {
  for (const value of Object.values(isRecord(map) ? map : {})) {
    if (typeof value !== 'string') {
      throw undecodable(resource, unmarshal(value, 'ConfigMap.binaryData', '[]uint8'));
    }
    const wrong = value.search(/[^A-Za-z0-9+/=]|=(?!=?$)/);
    if (wrong === -1 && value.length % 4 === 0) continue;
    throw undecodable(resource, `illegal base64 data at input byte ${wrong === -1 ? value.length : wrong}`);
  }
}

function unmarshal(value: unknown, field: string, type: string): string {
  const what = Array.isArray(value) ? 'array' : value === true || value === false ? 'bool' : typeof value;
  return `json: cannot unmarshal ${what} into Go struct field ${field} of type ${type}`;
}

function undecodable({ kind, version }: Resource, why: string): Error {
  return badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`);
}
