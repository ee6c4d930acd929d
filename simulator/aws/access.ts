/** Who may call: the signature's form, the keys that exist, and the permissions that were taken away. */

import { ApiError } from './api-error.ts';
import type { Call, Operation } from './call.ts';

/** Who called, as IAM names them. */
export type Caller = { readonly arn: string; readonly accessKeyId: string };

export type AccessPlace = { readonly partition: string; readonly region: string; readonly account: string };

/** Where `resource` is set, only that ARN is denied. */
type Denial = { readonly operation: Operation; readonly resource: string | undefined };

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(?<key>[^/\s]+)\/\d{8}\/(?<region>[^/]+)\/eks\/aws4_request, ?SignedHeaders=[\w;-]+, ?Signature=[0-9a-f]{64}$/;

/** The key that a signature names, whatever the service; empty where there is none. */
export function accessKeyIn(authorization: string | undefined): string {
  return /Credential=([^/\s]+)\//.exec(authorization ?? '')?.[1] ?? '';
}

export class Access {
  /** The keys that exist; undefined: any. */
  keys: Set<string> | undefined;
  /** Principals by access key id; other keys belong to `defaultArn`. */
  readonly principals = new Map<string, string>();
  readonly defaultArn: string;
  readonly #place: AccessPlace;
  readonly #denials = new Set<Denial>();

  constructor(place: AccessPlace) {
    this.#place = place;
    this.defaultArn = `arn:${place.partition}:sts::${place.account}:assumed-role/simulated-role/simulated-session`;
  }

  /** Takes a permission away until the returned function is called. */
  deny(operation: Operation, resource?: string): () => void {
    const denial: Denial = { operation, resource };
    this.#denials.add(denial);
    return () => void this.#denials.delete(denial);
  }

  /** The signature itself is not recomputed: only its form, its scope and its key are checked. */
  authenticate(authorization: string | undefined): Caller {
    const { key, region } = AUTHORIZATION.exec(authorization ?? '')?.groups ?? {};
    if (key === undefined) {
      throw new ApiError(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token');
    }
    if (region !== this.#place.region) {
      throw new ApiError(
        403,
        'InvalidSignatureException',
        `Credential should be scoped to a valid region, not '${region}'.`,
      );
    }
    if (this.keys !== undefined && !this.keys.has(key)) {
      throw new ApiError(
        403,
        'UnrecognizedClientException',
        'The security token included in the request is invalid.',
      );
    }
    return this.callerOf(key);
  }

  callerOf(accessKeyId: string): Caller {
    return { arn: this.principals.get(accessKeyId) ?? this.defaultArn, accessKeyId };
  }

  authorize(caller: Caller, call: Call): void {
    const resource = this.resourceOf(call);
    for (const denial of this.#denials) {
      if (denial.operation !== call.operation) continue;
      if (denial.resource !== undefined && denial.resource !== resource) continue;
      const action = `eks:${call.operation}`;
      throw new ApiError(
        403,
        'AccessDeniedException',
        `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}`,
      );
    }
  }

  /** The ARN that IAM looks at. */
  resourceOf({ params }: Call): string {
    const { partition, region, account } = this.#place;
    const prefix = `arn:${partition}:eks:${region}:${account}`;
    const { name, associationId } = params;
    const cluster = typeof name === 'string' ? name : '*';
    if (typeof associationId !== 'string') return `${prefix}:cluster/${cluster}`;
    return `${prefix}:podidentityassociation/${cluster}/${associationId}`;
  }
}
