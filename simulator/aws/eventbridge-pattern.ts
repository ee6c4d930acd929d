/** The part of EventBridge's pattern language that rules on CloudTrail records need: which events a pattern matches. */

export type Literal = string | number | boolean | null;
export type Filter = Literal | { readonly exists: boolean } | { readonly prefix: string };
/** A field's filters are alternatives; fields must all match. */
export type EventPattern = { readonly [field: string]: readonly Filter[] | EventPattern };

const EVENT_NAMES = [
  'CreatePodIdentityAssociation',
  'UpdatePodIdentityAssociation',
  'DeletePodIdentityAssociation',
  'DeleteAddon',
  'UpdateAddon',
  'CreateAddon',
  'DeleteCluster',
] as const;

/** Calls that changed an association or may have; refused calls and those that read do not match. */
export const ASSOCIATION_PATTERN: EventPattern = {
  source: ['aws.eks'],
  'detail-type': ['AWS API Call via CloudTrail'],
  detail: {
    eventSource: ['eks.amazonaws.com'],
    eventName: EVENT_NAMES,
    errorCode: [{ exists: false }],
  },
};

export function matches(pattern: EventPattern, event: unknown): boolean {
  return Object.entries(pattern).every(([field, wanted]) => {
    const value = member(event, field);
    return isFilters(wanted) ? wanted.some((filter) => passes(filter, value)) : matches(wanted, value);
  });
}

/** A field that is a list passes where one of its entries does. */
function passes(filter: Filter, value: unknown): boolean {
  if (typeof filter === 'object' && filter !== null && 'exists' in filter) {
    return filter.exists === isLeaf(value);
  }
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (typeof filter !== 'object' || filter === null) return values.includes(filter);
  return values.some((each) => typeof each === 'string' && each.startsWith(filter.prefix));
}

/** `exists` looks at leaves only: an object below the field does not count, null does. */
function isLeaf(value: unknown): boolean {
  return value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value));
}

function isFilters(wanted: readonly Filter[] | EventPattern): wanted is readonly Filter[] {
  return Array.isArray(wanted);
}

/** Own members only: a pattern on `constructor` must not find one. */
function member(value: unknown, field: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.entries(value).find(([key]) => key === field)?.[1];
}
