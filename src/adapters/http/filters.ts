/** The query parameters of the status API, parsed; a misspelt one is refused, not ignored. */

import { EXPOSURE_STATES, type ExposureState } from '../../domain/exposure.ts';

export type FilterName = 'state' | 'namespace' | 'limit';

/** An empty list lets everything through. A parameter that is given more than once means any of its values. */
export type Filters = {
  readonly states: readonly ExposureState[];
  readonly namespaces: readonly string[];
  readonly limit: number;
};

export type ParsedFilters =
  | { readonly kind: 'filters'; readonly filters: Filters }
  | {
      readonly kind: 'refused';
      readonly answer: { readonly error: string; readonly valid: readonly string[] };
    };

/** Hundreds of thousands of holders in one answer would stall the daemon; `total` tells how many there are. */
const DEFAULT_LIMIT = 1_000;
const LARGEST_LIMIT = 10_000;

export function parseFilters(query: unknown, allowed: readonly FilterName[]): ParsedFilters {
  const given = new Map<string, readonly string[]>(
    Object.entries(query ?? {}).map(([k, v]) => [k, texts(v)]),
  );
  for (const name of given.keys()) {
    if (!allowed.some((one) => one === name)) return refused(`unknown parameter ${name}`, allowed);
  }
  const states: ExposureState[] = [];
  for (const text of given.get('state') ?? []) {
    const state = EXPOSURE_STATES.find((one) => one === text);
    if (state === undefined) return refused(`unknown state ${text}`, EXPOSURE_STATES);
    states.push(state);
  }
  const limit = parseLimit(given.get('limit'));
  if (limit === undefined) return refused('limit is not in its bounds', [`1 to ${LARGEST_LIMIT}`]);
  return { kind: 'filters', filters: { states, namespaces: given.get('namespace') ?? [], limit } };
}

function parseLimit(given: readonly string[] | undefined): number | undefined {
  if (given === undefined) return DEFAULT_LIMIT;
  const [text = '', ...others] = given;
  if (others.length > 0 || !/^[1-9]\d{0,4}$/.test(text)) return undefined;
  const limit = Number(text);
  return limit <= LARGEST_LIMIT ? limit : undefined;
}

function refused(error: string, valid: readonly string[]): ParsedFilters {
  return { kind: 'refused', answer: { error, valid } };
}

function texts(value: unknown): readonly string[] {
  return [value].flat().filter((one) => typeof one === 'string');
}
