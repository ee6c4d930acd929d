/** The Pod Identity webhook: gives a pod what it needs to obtain its identity's credentials, when it is admitted. */

import type { AssociationFilter } from '../aws/association.ts';
import type { Draft, KubeObject } from '../kubernetes/object.ts';
import type { EnvVar, Projection } from './pod-spec.ts';
import {
  addToContainer,
  addVolume,
  mapContainers,
  serviceAccountOf,
  tokenVolume,
  withLabel,
} from './pod-spec.ts';

export const POD_IDENTITY_VOLUME = 'eks-pod-identity-token';
export const POD_IDENTITY_LABEL = 'eks.amazonaws.com/pod-identity';
const POD_IDENTITY_MOUNT = '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount';
const IRSA_MOUNT = '/var/run/secrets/eks.amazonaws.com/serviceaccount';
const MAX_TOKEN_SECONDS = 86_400;
const MIN_TOKEN_SECONDS = 79_200;

/** What the webhook asks of the associations. */
export type KnownAssociations = {
  isKnown(namespace: string, serviceAccount: string, lag: { birth: number; end: number }): boolean;
};

export type WebhookOptions = {
  readonly associations: KnownAssociations;
  readonly region: string;
  readonly serviceAccount: (namespace: string, name: string) => KubeObject | undefined;
  /** A number in [0, 1), for the jitter of the tokens' lifetime. */
  readonly random: () => number;
};

export type Miss = {
  readonly when?: (pod: Draft) => boolean;
  readonly times?: number;
};

type Planned = { readonly when: (pod: Draft) => boolean; left: number };

type Injection = {
  readonly projection: Projection;
  readonly mountPath: string;
  readonly env: readonly EnvVar[];
};

export class PodIdentityWebhook {
  /** How long after a creation, or a deletion, the webhook's cache learns of it, in milliseconds. */
  readonly lag = { birth: 0, end: 0 };
  /** False: the API server can't reach it, and admits pods as they are (failurePolicy Ignore). */
  reachable = true;
  readonly #options: WebhookOptions;
  readonly #misses = new Set<Planned>();

  constructor(options: WebhookOptions) {
    this.#options = options;
  }

  readonly admit = <P extends Draft>(pod: P): P => {
    if (!this.reachable || this.#isMissed(pod)) return pod;
    if (this.#hasAssociation({ namespace: pod.metadata.namespace, serviceAccount: serviceAccountOf(pod) })) {
      return withLabel(this.#inject(pod, this.#podIdentity(pod)), POD_IDENTITY_LABEL, 'enabled');
    }
    const irsa = this.#irsa(pod);
    return irsa === undefined ? pod : this.#inject(pod, irsa);
  };

  /**
   * Lets pods pass as they are, as calls to the webhook fail now and then (failurePolicy Ignore): the next `times`
   * of those that match, or all. Gives back what ends it.
   */
  miss({ when = () => true, times = Number.POSITIVE_INFINITY }: Miss = {}): () => void {
    const planned: Planned = { when, left: times };
    this.#misses.add(planned);
    return () => void this.#misses.delete(planned);
  }

  /** Injection flaps: this share of the pods, from 0 to 1, is missed by chance. Gives back what ends it. */
  flap(share: number): () => void {
    return this.miss({ when: () => this.#options.random() < share });
  }

  #isMissed(pod: Draft): boolean {
    const planned = [...this.#misses].find(({ when }) => when(pod));
    if (planned === undefined) return false;
    planned.left -= 1;
    if (planned.left <= 0) this.#misses.delete(planned);
    return true;
  }

  #hasAssociation({ namespace, serviceAccount }: AssociationFilter): boolean {
    return this.#options.associations.isKnown(namespace ?? '', serviceAccount ?? '', this.lag);
  }

  #inject<P extends Draft>(pod: P, { projection, mountPath, env }: Injection): P {
    const mount = { name: projection.volume, mountPath, readOnly: true };
    const all = [...regionEnv(this.#options.region), ...env];
    const skipped = annotation(pod, 'skip-containers')?.split(',') ?? [];
    const isSkipped = (name: string) => skipped.some((one) => one.trim() === name);
    const changed = mapContainers(pod, (container) => addToContainer(container, all, mount), isSkipped);
    return addVolume(changed, tokenVolume(projection), 'first');
  }

  #podIdentity(pod: Draft): Injection {
    return {
      projection: {
        volume: POD_IDENTITY_VOLUME,
        audience: 'pods.eks.amazonaws.com',
        expirationSeconds: this.#expiration(pod),
        path: POD_IDENTITY_VOLUME,
      },
      mountPath: POD_IDENTITY_MOUNT,
      env: [
        { name: 'AWS_CONTAINER_CREDENTIALS_FULL_URI', value: 'http://169.254.170.23/v1/credentials' },
        {
          name: 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
          value: `${POD_IDENTITY_MOUNT}/${POD_IDENTITY_VOLUME}`,
        },
      ],
    };
  }

  /** IAM roles for service accounts: what a pod without an association gets where its service account names a role. */
  #irsa(pod: Draft): Injection | undefined {
    const account = this.#options.serviceAccount(pod.metadata.namespace ?? '', serviceAccountOf(pod));
    const roleArn = account && annotation(account, 'role-arn');
    if (roleArn === undefined) return undefined;
    const audience = annotation(account ?? pod, 'audience') ?? 'sts.amazonaws.com';
    return {
      projection: {
        volume: 'aws-iam-token',
        audience,
        expirationSeconds: this.#expiration(pod),
        path: 'token',
      },
      mountPath: IRSA_MOUNT,
      env: [
        { name: 'AWS_ROLE_ARN', value: roleArn },
        { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: `${IRSA_MOUNT}/token` },
      ],
    };
  }

  #expiration(pod: Draft): number {
    const asked = Number(annotation(pod, 'token-expiration'));
    if (Number.isInteger(asked) && asked > 0) return asked;
    const jitter = Math.floor(this.#options.random() * (MAX_TOKEN_SECONDS - MIN_TOKEN_SECONDS + 1));
    return MAX_TOKEN_SECONDS - jitter;
  }
}

function annotation(object: Draft, name: string): string | undefined {
  const value = object.metadata.annotations?.[`eks.amazonaws.com/${name}`];
  return value === '' ? undefined : value;
}

function regionEnv(region: string): EnvVar[] {
  return [
    { name: 'AWS_STS_REGIONAL_ENDPOINTS', value: 'regional' },
    { name: 'AWS_DEFAULT_REGION', value: region },
    { name: 'AWS_REGION', value: region },
  ];
}
