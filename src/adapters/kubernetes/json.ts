/** Looks into values of unknown shape without ever throwing: what comes from the network is not trusted. */

export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The object's own field, so that `__proto__` and the like lead nowhere; undefined where there is none. */
export function field(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

/** A text that says something: neither absent nor of another type nor empty. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Go's JSON writes an absent field, an empty pointer and a nil list alike: as nothing or as null. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}
