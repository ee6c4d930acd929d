/** A request in AWS JSON: its operation, its members, and the refusal that its form deserves. */

import type { IncomingHttpHeaders } from 'node:http';
import { ApiError, serialization } from './api-error.ts';
import type { Body } from './execute.ts';

export type JsonRequest = {
  readonly operation: string;
  readonly input: Body;
  readonly refusal: ApiError | undefined;
};

/** What the service expects of a request. */
type Expected = { readonly service: string; readonly region: string; readonly target: string };

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=[^/\s]+\/\d{8}\/(?<region>[^/]+)\/(?<service>[^/]+)\/aws4_request, ?SignedHeaders=[\w;-]+, ?Signature=[0-9a-f]{64}$/;

export function parseRequest(headers: IncomingHttpHeaders, text: string, expected: Expected): JsonRequest {
  const operation = operationOf(headers, expected);
  const input = parseInput(text);
  const refusal = signatureRefusal(headers.authorization, expected);
  if (input === undefined) {
    return { operation, input: {}, refusal: serialization('The body must be a JSON object.') };
  }
  if (refusal === undefined && operation === '') {
    return {
      operation,
      input,
      refusal: new ApiError(400, 'UnknownOperationException', 'No such operation.'),
    };
  }
  return { operation, input, refusal };
}

function operationOf(headers: IncomingHttpHeaders, { target }: Expected): string {
  const [value] = [headers['x-amz-target']].flat();
  const [prefix, operation = '', ...rest] = (value ?? '').split('.');
  return prefix === target && rest.length === 0 ? operation : '';
}

/** The signature itself is not recomputed: only its form and its scope are checked. */
function signatureRefusal(authorization: string | undefined, expected: Expected): ApiError | undefined {
  const { region, service } = AUTHORIZATION.exec(authorization ?? '')?.groups ?? {};
  if (service === undefined) {
    return new ApiError(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
  }
  if (region === expected.region && service === expected.service) return undefined;
  const wanted = `${expected.region}/${expected.service}`;
  const message = `Credential should be scoped to ${wanted}, not '${region}/${service}'.`;
  return new ApiError(403, 'InvalidSignatureException', message);
}

function parseInput(text: string): Body | undefined {
  try {
    const value: unknown = JSON.parse(text === '' ? '{}' : text);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return { ...value };
  } catch {
    return undefined;
  }
}
