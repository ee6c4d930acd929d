/** The query parameters of lists and watches about versions and pages, and what the server refuses of them. */

import { isYes } from './paths.ts';
import { ApiError, badRequest, invalid } from './status.ts';

export type ListOptions = {
  /** Empty for none. */
  readonly version: string;
  readonly isExact: boolean;
  /** Empty for none. */
  readonly token: string;
  readonly limit: number;
};

export type WatchStart =
  /** Synthetic ADDED events of all that is there, and then a bookmark where it was asked for. */
  | { readonly kind: 'state'; readonly endsWithBookmark: boolean }
  | { readonly kind: 'now' }
  | { readonly kind: 'revision'; readonly revision: number };

export function listOptionsOf(query: URLSearchParams): ListOptions {
  const version = digits(query, 'resourceVersion');
  const limit = Number(digits(query, 'limit'));
  const token = query.get('continue') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  if (query.has('sendInitialEvents')) {
    throw wrongOption('sendInitialEvents', 'sendInitialEvents is forbidden for list');
  }
  if (match !== '') checkVersionMatch(version, match, token);
  if (token !== '' && !['', '0'].includes(version)) {
    throw badRequest('specifying resource version is not allowed when using continue');
  }
  const isWhole = limit === 0 || isFromCache(version, token);
  return { version, isExact: match === 'Exact', token, limit: isWhole ? Number.POSITIVE_INFINITY : limit };
}

/** "Any version will do" is served whole from the watch cache: a limit is ignored then. */
function isFromCache(version: string, token: string): boolean {
  return version === '0' && token === '';
}

function checkVersionMatch(version: string, match: string, token: string): void {
  const field = 'resourceVersionMatch';
  if (token !== '') throw wrongOption(field, 'resourceVersionMatch is forbidden with continue');
  if (version === '') {
    throw wrongOption(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided');
  }
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    throw wrongOption(field, `"${match}" is not supported: supported values: "Exact", "NotOlderThan"`);
  }
  if (match === 'Exact' && version === '0') {
    throw wrongOption(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  }
}

export function watchStartOf(query: URLSearchParams, watchList: boolean, current: number): WatchStart {
  const version = digits(query, 'resourceVersion');
  const initial = query.get('sendInitialEvents');
  const isAny = version === '' || version === '0';
  checkInitialEvents(query.get('resourceVersionMatch') ?? '', initial !== null, watchList);
  if (initial !== null && isYes(initial)) {
    if (Number(version) > current) throw tooLarge(Number(version), current);
    return { kind: 'state', endsWithBookmark: true };
  }
  if (!isAny) return { kind: 'revision', revision: Number(version) };
  return initial === null ? { kind: 'state', endsWithBookmark: false } : { kind: 'now' };
}

function checkInitialEvents(match: string, hasInitial: boolean, watchList: boolean): void {
  if (hasInitial && match !== 'NotOlderThan') {
    throw wrongOption(
      'resourceVersionMatch',
      'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    );
  }
  if (hasInitial && !watchList) {
    const why = 'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled';
    throw wrongOption('sendInitialEvents', why);
  }
  if (!hasInitial && match !== '') {
    const why = 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided';
    throw wrongOption('resourceVersionMatch', why);
  }
}

function digits(query: URLSearchParams, name: string): string {
  const text = query.get(name) ?? '';
  if (!/^\d*$/.test(text)) throw badRequest(`${name}: Invalid value: "${text}": must be a whole number`);
  return text;
}

/** A revision from the future: the server waits a moment for it and gives up. */
export function tooLarge(wanted: number, current: number): ApiError {
  const message = `Too large resource version: ${wanted}, current: ${current}`;
  const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
  return new ApiError(504, 'Timeout', message, { details: { causes, retryAfterSeconds: 1 } });
}

function wrongOption(field: string, why: string): ApiError {
  const message = `Forbidden: ${why}`;
  return invalid('ListOptions.meta.k8s.io', '', { field, reason: 'FieldValueForbidden', message });
}
