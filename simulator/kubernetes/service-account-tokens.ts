/** The tokens that the cluster issues for service accounts: JWTs, signed, with the claims of bound tokens on EKS. */

import {
  createSign,
  createVerify,
  generateKeyPairSync,
  type KeyPairKeyObjectResult,
  randomUUID,
} from 'node:crypto';
import type { SimClock } from '../clock.ts';
import { isRecord, type JsonObject, type KubeObject, numberAt, textAt } from './object.ts';
import type { Store } from './store.ts';

export type TokenWish = {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** The name of the pod that the token is bound to. Default: none. */
  readonly pod?: string;
  /** Default: the API server. */
  readonly audience?: string;
  /** Seconds. Default: that of a kube-api-access volume, which the server extends to 90 days. */
  readonly lifetime?: number;
};

export type TokensDeps = { readonly issuer: string; readonly clock: SimClock; readonly store: Store };

export type TokenCaller = {
  readonly user: string;
  /** The name of the pod that the token is bound to. */
  readonly pod: string | undefined;
};

/** Undefined for a token of somebody else; `expired` for one of ours that is over or was tampered with. */
export type TokenUser = TokenCaller | 'expired' | undefined;

const API_AUDIENCE = 'https://kubernetes.default.svc';
const EXTENDED_SECONDS = 90 * 86_400;
const REFRESH_SECONDS = 3607;

export class ServiceAccountTokens {
  readonly #deps: TokensDeps;
  readonly #keyId = randomUUID();
  /** Made when it is first needed: that takes a moment. */
  #keys: KeyPairKeyObjectResult | undefined;

  constructor(deps: TokensDeps) {
    this.#deps = deps;
  }

  issue(wish: TokenWish): string {
    const header = { alg: 'RS256', kid: this.#keyId };
    const signed = `${encoded(header)}.${encoded(this.#claimsOf(wish))}`;
    const signature = createSign('RSA-SHA256').update(signed).sign(this.#pair().privateKey);
    return `${signed}.${signature.toString('base64url')}`;
  }

  userOf(token: string): TokenUser {
    const [header = '', body = '', signature = ''] = token.split('.');
    const claims = decoded(body);
    if (textAt(claims, 'iss') !== this.#deps.issuer) return undefined;
    const verify = createVerify('RSA-SHA256').update(`${header}.${body}`);
    const isOurs = verify.verify(this.#pair().publicKey, signature, 'base64url');
    const isOver = (numberAt(claims, 'exp') ?? 0) * 1000 <= this.#deps.clock.now();
    if (!isOurs || isOver) return 'expired';
    return { user: textAt(claims, 'sub') ?? '', pod: textAt(claims, 'kubernetes.io', 'pod', 'name') };
  }

  /** The JSON Web Key Set. */
  keys(): JsonObject {
    const jwk = this.#pair().publicKey.export({ format: 'jwk' });
    return { keys: [{ use: 'sig', kty: jwk.kty, kid: this.#keyId, alg: 'RS256', n: jwk.n, e: jwk.e }] };
  }

  #claimsOf(wish: TokenWish): JsonObject {
    const { namespace, serviceAccount, audience = API_AUDIENCE, lifetime } = wish;
    const now = Math.floor(this.#deps.clock.now() / 1000);
    const isExtended = lifetime === undefined && audience === API_AUDIENCE;
    return {
      aud: [audience],
      exp: now + (lifetime ?? (isExtended ? EXTENDED_SECONDS : REFRESH_SECONDS)),
      iat: now,
      iss: this.#deps.issuer,
      jti: randomUUID(),
      'kubernetes.io': {
        ...this.#boundTo(wish),
        ...(isExtended ? { warnafter: now + REFRESH_SECONDS } : {}),
      },
      nbf: now,
      sub: `system:serviceaccount:${namespace}:${serviceAccount}`,
    };
  }

  #boundTo({ namespace, serviceAccount, pod }: TokenWish): JsonObject {
    const { store } = this.#deps;
    const account = store.get('serviceaccounts', namespace, serviceAccount);
    const serviceaccount = reference(serviceAccount, account);
    if (pod === undefined) return { namespace, serviceaccount };
    const bound = store.get('pods', namespace, pod);
    const node = textAt(bound, 'spec', 'nodeName') ?? '';
    const on = node === '' ? {} : { node: reference(node, store.get('nodes', undefined, node)) };
    return { namespace, ...on, pod: reference(pod, bound), serviceaccount };
  }

  #pair(): KeyPairKeyObjectResult {
    this.#keys ??= generateKeyPairSync('rsa', { modulusLength: 2048 });
    return this.#keys;
  }
}

function reference(name: string, object: KubeObject | undefined): JsonObject {
  return { name, uid: object?.metadata.uid ?? randomUUID() };
}

function encoded(part: JsonObject): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function decoded(part: string): JsonObject {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return isRecord(parsed) ? parsed : {};
  } catch {
    return {};
  }
}
