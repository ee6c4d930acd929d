/** Encoded pods of which any number can be stamped out: the bytes are made once, the numbers are put in. */

import { encodePod } from '../../simulator/kubernetes/protobuf-encode.ts';
import { makePod, SERIAL, VERSION } from './pod.ts';
import { TENANT } from './traits.ts';

export type Encoding = 'json' | 'protobuf';

export type Template = {
  readonly bytes: Buffer;
  readonly serials: readonly number[];
  readonly tenants: readonly number[];
  readonly versions: readonly number[];
};

/** Different pods, which repeat. */
export const TEMPLATES = 1000;

/** Every so many pods there is one holder. */
export const HOLDERS_EVERY = 5;

/** As many identities as EKS allows associations. */
const TENANTS = 5000;

/** The digits in the service account's name: each holder is of another identity than the one before it. */
export function tenantOf(serial: number): string {
  return String(Math.floor(serial / HOLDERS_EVERY) % TENANTS).padStart(TENANT.length, '0');
}

/** `wrap` puts each pod's bytes into what stands around it on the wire. */
type Wrap = (pod: Buffer) => Buffer;

export function makeTemplates(encoding: Encoding, wrap: Wrap): readonly Template[] {
  return Array.from({ length: TEMPLATES }, (_, index) => makeTemplate(makePod(index), encoding, wrap));
}

export function makeTemplate(pod: object, encoding: Encoding, wrap: Wrap): Template {
  const bytes = wrap(encoding === 'json' ? goJson(pod) : encodePod({ ...pod }));
  return {
    bytes,
    serials: placesOf(bytes, SERIAL),
    tenants: placesOf(bytes, TENANT),
    versions: placesOf(bytes, VERSION),
  };
}

/** The pod with this serial in this version, copied into `target`; answers where it ends. */
export function stamp(
  template: Template,
  { serial, version }: { readonly serial: number; readonly version: number },
  target: Buffer,
): Buffer {
  const { bytes, serials, tenants, versions } = template;
  target.set(bytes);
  put(target, serials, String(serial).padStart(SERIAL.length, '0'));
  put(target, tenants, tenantOf(serial));
  put(target, versions, String(version).padStart(VERSION.length, '0'));
  return target.subarray(0, bytes.length);
}

function put(target: Buffer, places: readonly number[], digits: string): void {
  for (const place of places) target.write(digits, place, 'latin1');
}

/** Go's encoder escapes these three in every text. */
function goJson(value: object): Buffer {
  return Buffer.from(JSON.stringify(value).replace(/[&<>]/g, escaped));
}

function escaped(character: string): string {
  return `\\u00${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

function placesOf(bytes: Buffer, mark: string): readonly number[] {
  const places: number[] = [];
  for (let at = bytes.indexOf(mark); at !== -1; at = bytes.indexOf(mark, at + mark.length)) places.push(at);
  return places;
}
