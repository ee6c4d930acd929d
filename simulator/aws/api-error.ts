/** An error as EKS answers it: an HTTP status, a code for `x-amzn-errortype`, and a message for a person. */

type ErrorExtras = {
  readonly details?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>> | undefined;
};

export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly code: string;
  /** Further members of the error's body, such as `clusterName`. */
  readonly details: Readonly<Record<string, string>>;

  /** Further headers, such as `retry-after`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, more: ErrorExtras = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = more.details ?? {};
    this.headers = more.headers ?? {};
  }
}

export function invalidParameter(message: string): ApiError {
  return new ApiError(400, 'InvalidParameterException', message);
}

export function serialization(message: string): ApiError {
  return new ApiError(400, 'SerializationException', message);
}

export function clusterNotFound(clusterName: string): ApiError {
  return new ApiError(404, 'ResourceNotFoundException', `No cluster found for name: ${clusterName}.`);
}

/** The real error has no field for the association either: only the text tells it from a missing cluster. */
export function associationNotFound(associationId: string): ApiError {
  return new ApiError(
    404,
    'ResourceNotFoundException',
    `The pod identity association was not found: ${associationId}`,
  );
}

export function alreadyExists(clusterName: string, associationId: string): ApiError {
  return new ApiError(409, 'ResourceInUseException', `Association already exists: ${associationId}`, {
    details: { clusterName },
  });
}

export function quotaReached(clusterName: string, quota: number): ApiError {
  return new ApiError(
    400,
    'ResourceLimitExceededException',
    `Cluster ${clusterName} has reached its limit of ${quota} pod identity associations.`,
    { details: { clusterName } },
  );
}
