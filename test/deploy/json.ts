/** JSON values, and steps into them that fail with a sentence instead of going on with undefined. */

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [name: string]: Json };

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function objectOf(value: Json | undefined, what: string): JsonObject {
  if (!isObject(value)) throw new Error(`${what} is no object: ${JSON.stringify(value)}`);
  return value;
}

export function textOf(value: Json | undefined, what: string): string {
  if (typeof value !== 'string') throw new Error(`${what} is no text: ${JSON.stringify(value)}`);
  return value;
}

export function listOf(value: Json | undefined, what: string): readonly Json[] {
  if (!Array.isArray(value)) throw new Error(`${what} is no list: ${JSON.stringify(value)}`);
  return value as readonly Json[];
}

/** A policy's Action, Resource or Statement may be one or many. */
export function several(value: Json | undefined): readonly Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly Json[]) : [value];
}

/** A list of texts. */
export function textsOf(value: Json | undefined, what: string): readonly string[] {
  return listOf(value, what).map((each) => textOf(each, what));
}
