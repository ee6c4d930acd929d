/** Errors as the API server tells them: Status objects with code, reason, message and details. */

import type { Resource } from './resources.ts';

export type StatusCause = { readonly reason?: string; readonly message?: string; readonly field?: string };

export type StatusDetails = {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly StatusCause[];
  readonly retryAfterSeconds?: number;
};

export type Status = {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: { readonly continue?: string; readonly resourceVersion?: string };
  readonly status: 'Failure' | 'Success';
  readonly message?: string;
  readonly reason?: string;
  readonly details?: StatusDetails;
  readonly code?: number;
};

/** An answer that is not the one the caller asked for. */
export class ApiError extends Error {
  readonly status: Status;
  readonly code: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: number, reason: string, message: string, extra: Partial<Status> = {}) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.status = failure(code, reason, message, extra);
    const seconds = extra.details?.retryAfterSeconds;
    this.headers = seconds === undefined ? {} : { 'retry-after': String(seconds) };
  }
}

/** An empty reason is left out, as some answers of the real server have none. */
export function failure(code: number, reason: string, message: string, extra: Partial<Status> = {}): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === '' ? {} : { reason }),
    ...extra,
    code,
  };
}

export function success(code: number | undefined, details?: StatusDetails): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    ...(details === undefined ? {} : { details }),
    ...(code === undefined ? {} : { code }),
  };
}

/** `pods`, or with its group `leases.coordination.k8s.io`, as messages name it. */
export function qualified(resource: Resource): string {
  return resource.group === '' ? resource.plural : `${resource.plural}.${resource.group}`;
}

function detailsOf(resource: Resource, name: string): StatusDetails {
  const group = resource.group === '' ? {} : { group: resource.group };
  return { name, ...group, kind: resource.plural };
}

export function notFound(resource: Resource, name: string): ApiError {
  const details = detailsOf(resource, name);
  return new ApiError(404, 'NotFound', `${qualified(resource)} "${name}" not found`, { details });
}

export function noSuchPath(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', { details: {} });
}

export function methodNotAllowed(): ApiError {
  const message = 'the server does not allow this method on the requested resource';
  return new ApiError(405, 'MethodNotAllowed', message, { details: {} });
}

export function alreadyExists(resource: Resource, name: string): ApiError {
  const details = detailsOf(resource, name);
  return new ApiError(409, 'AlreadyExists', `${qualified(resource)} "${name}" already exists`, { details });
}

export function conflict(resource: Resource, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${qualified(resource)} "${name}": ${why}`;
  return new ApiError(409, 'Conflict', message, { details: detailsOf(resource, name) });
}

/** A failed precondition of a deletion names the kind where other conflicts name the resource. */
export function preconditionFailed(resource: Resource, name: string, why: string): ApiError {
  const kind = resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
  const group = resource.group === '' ? {} : { group: resource.group };
  const details = { name, ...group, kind: resource.kind };
  return new ApiError(409, 'Conflict', `Operation cannot be fulfilled on ${kind} "${name}": ${why}`, {
    details,
  });
}

/** 403 with a cause of its own, by which it can be told from a missing permission. */
export function namespaceTerminating(
  resource: Resource,
  { namespace, name }: { readonly namespace: string; readonly name: string },
): ApiError {
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const details = {
    ...detailsOf(resource, name),
    causes: [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  };
  return new ApiError(403, 'Forbidden', `${qualified(resource)} "${name}" is forbidden: ${why}`, { details });
}

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message);
}

export type InvalidField = {
  readonly field: string;
  /** `FieldValueRequired`, `FieldValueInvalid`, `FieldValueForbidden`, `FieldValueNotSupported`. */
  readonly reason: string;
  readonly message: string;
};

/** 422 with one cause for each wrong field. `kind` is the kind, with its group where it has one. */
export function invalid(kind: string, name: string, ...fields: readonly InvalidField[]): ApiError {
  const list = fields.map(({ field, message }) => `${field}: ${message}`);
  const text = list.length === 1 ? list.join('') : `[${list.join(', ')}]`;
  const [plainKind = kind, ...group] = kind.split('.');
  const details = {
    ...(name === '' ? {} : { name }),
    ...(group.length === 0 ? {} : { group: group.join('.') }),
    kind: plainKind,
    causes: fields.map(({ field, reason, message }) => ({ reason, message, field })),
  };
  return new ApiError(422, 'Invalid', `${kind} "${name}" is invalid: ${text}`, { details });
}

export function kindWithGroup(resource: Resource): string {
  return resource.group === '' ? resource.kind : `${resource.kind}.${resource.group}`;
}
