/** Who wrote which field and when: metadata.managedFields, as the API server keeps it for creates and updates. */

import { isRecord, type JsonObject, type KubeObject, textAt, wholeSeconds } from './object.ts';

/** The writer of one request. */
export type Writer = {
  readonly manager: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly apiVersion: string;
  readonly subresource?: string;
};

/** Field paths as one text each, with the field's value as JSON. */
type Fields = ReadonlyMap<string, string>;

type Entry = { readonly head: JsonObject; readonly paths: ReadonlySet<string> };

const SEPARATOR = '\u0000';
const MAX_MANAGER = 128;

/** What belongs to the server in metadata is nobody's. */
const METADATA = ['labels', 'annotations', 'ownerReferences', 'finalizers'];

/** Maps: to make one is a field of its own, written `.`. */
const MAPS: ReadonlySet<string> = new Set(['labels', 'annotations', 'data', 'binaryData']);

/** The fieldManager that the caller names, else what its User-Agent says before the first slash. */
export function managerOf(query: URLSearchParams, userAgent: string): string {
  const named = query.get('fieldManager') ?? '';
  if (named !== '') return named;
  return (userAgent.split('/')[0] ?? '').replaceAll(/\p{C}/gu, '').slice(0, MAX_MANAGER);
}

/**
 * `after` with the bookkeeping of this write. The writer's entry grows by what the write changed and gets its
 * time; the others lose that, and what is gone. A write that takes no field leaves every time as it was.
 */
export function withManagedFields(
  before: KubeObject | undefined,
  after: KubeObject,
  writer: Writer,
): KubeObject {
  const old = before === undefined ? new Map<string, string>() : fieldsOf(before);
  const now = fieldsOf(after);
  const taken = [...now].filter(([path, value]) => old.get(path) !== value).map(([path]) => path);
  const takenPaths = new Set(taken);
  const entries = (before?.metadata.managedFields ?? []).filter(isRecord).map(entryOf);
  const others = entries
    .filter(({ head }) => !isOf(head, writer))
    .map((entry) => ({
      ...entry,
      paths: only(entry.paths, (path) => now.has(path) && !takenPaths.has(path)),
    }));
  const own = entries.find(({ head }) => isOf(head, writer));
  const kept = only(own?.paths ?? new Set(), (path) => now.has(path));
  const mine = {
    head: taken.length > 0 || own === undefined ? headOf(writer) : own.head,
    paths: new Set([...kept, ...taken]),
  };
  const managedFields = [...others, mine]
    .filter(({ paths }) => paths.size > 0)
    .toSorted(byTime)
    .map(textOf);
  return { ...after, metadata: { ...after.metadata, managedFields } };
}

function headOf({ manager, apiVersion, at, subresource }: Writer): JsonObject {
  const head = { manager, operation: 'Update', apiVersion, time: wholeSeconds(at) };
  return subresource === undefined ? head : { ...head, subresource };
}

function isOf(head: JsonObject, { manager, apiVersion, subresource }: Writer): boolean {
  return (
    head['manager'] === manager &&
    head['operation'] === 'Update' &&
    head['apiVersion'] === apiVersion &&
    head['subresource'] === subresource
  );
}

function byTime({ head: one }: Entry, { head: other }: Entry): number {
  const [first, second] = [one, other].map(
    (head) => `${textAt(head, 'time') ?? ''} ${textAt(head, 'manager')}`,
  );
  return (first ?? '') < (second ?? '') ? -1 : 1;
}

function only(paths: ReadonlySet<string>, holds: (path: string) => boolean): ReadonlySet<string> {
  return new Set([...paths].filter(holds));
}

function fieldsOf({ apiVersion: _version, kind: _kind, metadata, ...rest }: KubeObject): Fields {
  const named = Object.entries(metadata).filter(([name]) => METADATA.includes(name));
  return new Map(leaves({ metadata: Object.fromEntries(named), ...rest }, []));
}

function leaves(value: unknown, path: readonly string[]): readonly (readonly [string, string])[] {
  const name = (path.at(-1) ?? '').slice(2);
  if (Array.isArray(value)) return listLeaves(value, path, name);
  if (!isRecord(value)) return [[pathText(path), JSON.stringify(value) ?? 'null']];
  const inner = Object.entries(value).flatMap(([key, one]) => leaves(one, [...path, `f:${key}`]));
  if (MAPS.has(name) && inner.length > 0) return [[pathText([...path, '.']), ''], ...inner];
  return inner.length > 0 || MAPS.has(name) || path.length < 2 ? inner : [[pathText(path), '{}']];
}

/** A list is one field, but for finalizers, each of which is. */
function listLeaves(
  list: readonly unknown[],
  path: readonly string[],
  name: string,
): readonly (readonly [string, string])[] {
  if (name !== 'finalizers') return [[pathText(path), JSON.stringify(list)]];
  return list.map((one) => [pathText([...path, `v:${JSON.stringify(one)}`]), '']);
}

function pathText(path: readonly string[]): string {
  return path.join(SEPARATOR);
}

function entryOf({ fieldsType: _type, fieldsV1, ...head }: JsonObject): Entry {
  return { head, paths: new Set(pathsIn(fieldsV1, [])) };
}

function pathsIn(tree: unknown, path: readonly string[]): readonly string[] {
  const inner = Object.entries(isRecord(tree) ? tree : {});
  if (inner.length === 0) return path.length === 0 ? [] : [pathText(path)];
  return inner.flatMap(([key, below]) => pathsIn(below, [...path, key]));
}

function textOf({ head: { subresource, ...head }, paths }: Entry): JsonObject {
  const told = {
    ...head,
    fieldsType: 'FieldsV1',
    fieldsV1: treeOf([...paths].map((path) => path.split(SEPARATOR))),
  };
  return subresource === undefined ? told : { ...told, subresource };
}

function treeOf(paths: readonly (readonly string[])[]): JsonObject {
  const byKey = Map.groupBy(
    paths.filter((path) => path.length > 0),
    ([key = '']) => key,
  );
  return Object.fromEntries(
    [...byKey].map(([key, below]) => [key, treeOf(below.map((path) => path.slice(1)))]),
  );
}
