/** TokenRequest: a token of a service account for whoever may ask for one. */

import {
  isRecord,
  type JsonObject,
  type KubeObject,
  listAt,
  numberAt,
  textAt,
  wholeSeconds,
} from './object.ts';
import { badRequest, invalid } from './status.ts';
import type { World } from './world.ts';

const API_AUDIENCE = 'https://kubernetes.default.svc';
const USUAL_LIFETIME = 3600;
const SHORTEST_LIFETIME = 600;

/** The request with its status filled in. What a token is bound to is not looked at but for a pod's name. */
export function requestToken(
  { tokens, clock }: World,
  { metadata: { name, namespace = '' } }: KubeObject,
  body: unknown,
): JsonObject {
  if (!isRecord(body)) throw badRequest('the object provided is unrecognized: no TokenRequest');
  const lifetime = numberAt(body, 'spec', 'expirationSeconds') ?? USUAL_LIFETIME;
  if (lifetime < SHORTEST_LIFETIME) throw tooShort(name, lifetime);
  const asked = listAt(body, 'spec', 'audiences').filter((one) => typeof one === 'string');
  const [audience = API_AUDIENCE] = asked;
  const pod = textAt(body, 'spec', 'boundObjectRef', 'name');
  const bound = pod === undefined ? {} : { pod };
  const now = clock.now();
  return {
    kind: 'TokenRequest',
    apiVersion: 'authentication.k8s.io/v1',
    metadata: { name, namespace, creationTimestamp: wholeSeconds(now) },
    spec: {
      audiences: [audience],
      expirationSeconds: lifetime,
      boundObjectRef: pod === undefined ? null : { kind: 'Pod', apiVersion: 'v1', name: pod },
    },
    status: {
      token: tokens.issue({ namespace, serviceAccount: name, audience, lifetime, ...bound }),
      expirationTimestamp: wholeSeconds(now + lifetime * 1000),
    },
  };
}

function tooShort(name: string, lifetime: number): Error {
  return invalid('TokenRequest.authentication.k8s.io', name, {
    field: 'spec.expirationSeconds',
    reason: 'FieldValueInvalid',
    message: `Invalid value: ${lifetime}: may not specify a duration less than 10 minutes`,
  });
}
