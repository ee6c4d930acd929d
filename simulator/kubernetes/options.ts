/** The options of writes, read from the query or from a DeleteOptions body. */

import type { DeleteOptions } from './deletion.ts';
import { managerOf } from './managed-fields.ts';
import { at, listAt, textAt } from './object.ts';
import { invalid } from './status.ts';
import type { Call } from './world.ts';

/** Of creates, updates and patches. */
export type WriteOptions = {
  readonly dryRun: boolean;
  /** Whom metadata.managedFields names. */
  readonly manager: string;
};

export function writeOptionsOf({ query, request }: Call): WriteOptions {
  return { dryRun: isDryRun(query), manager: managerOf(query, request.userAgent) };
}

const PROPAGATION: ReadonlySet<string> = new Set(['Orphan', 'Background', 'Foreground']);

/** `dryRun=All`, and nothing else. */
export function isDryRun(query: URLSearchParams): boolean {
  return checkDryRun(query.getAll('dryRun'), 'CreateOptions.meta.k8s.io');
}

function checkDryRun(values: readonly unknown[], kind: string): boolean {
  for (const value of values) {
    if (value === 'All') continue;
    throw invalid(kind, '', {
      field: 'dryRun',
      reason: 'FieldValueNotSupported',
      message: `Unsupported value: ${JSON.stringify(value)}: supported values: "All"`,
    });
  }
  return values.length > 0;
}

/** A body that says anything makes the query be ignored, as in the real server. */
export function deleteOptionsOf(body: unknown, query: URLSearchParams): DeleteOptions {
  const hasBody = body !== undefined && body !== null;
  const seconds = hasBody ? at(body, 'gracePeriodSeconds') : query.get('gracePeriodSeconds');
  const policy = (hasBody ? textAt(body, 'propagationPolicy') : query.get('propagationPolicy')) ?? '';
  if (policy !== '' && !PROPAGATION.has(policy)) {
    throw wrong('propagationPolicy', `Unsupported value: "${policy}"`);
  }
  const uid = textAt(body, 'preconditions', 'uid');
  const resourceVersion = textAt(body, 'preconditions', 'resourceVersion');
  const dryRun = hasBody ? listAt(body, 'dryRun') : query.getAll('dryRun');
  return {
    ...graceOf(seconds),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    dryRun: checkDryRun(dryRun, 'DeleteOptions.meta.k8s.io'),
  };
}

function graceOf(seconds: unknown): { readonly gracePeriodSeconds?: number } {
  if (seconds === undefined || seconds === null || seconds === '') return {};
  const number = Number(seconds);
  if (!Number.isInteger(number))
    throw wrong('gracePeriodSeconds', `Invalid value: ${JSON.stringify(seconds)}`);
  return { gracePeriodSeconds: number };
}

function wrong(field: string, message: string): Error {
  return invalid('DeleteOptions.meta.k8s.io', '', { field, reason: 'FieldValueInvalid', message });
}
