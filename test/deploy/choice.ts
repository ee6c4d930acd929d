/** What can be chosen of a deployment, and the place and the names that the tests give it. */

export const PLACE = { partition: 'aws', region: 'eu-central-1', account: '111122223333' } as const;
export const CLUSTER = 'blue';
export const ISSUER = 'oidc.eks.eu-central-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF';
export const KEY = 'arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555';
export const BOUNDARY = 'arn:aws:iam::111122223333:policy/boundary';
export const ROLE = 'arn:aws:iam::111122223333:role/pod-identity-revoker-1';

export type Choice = {
  readonly cluster: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly name: string | undefined;
  readonly irsa: boolean;
  readonly association: boolean;
  readonly boundary: boolean;
  readonly queue: boolean;
  readonly key: boolean;
  readonly lookup: boolean;
};

export const DEFAULTS: Choice = {
  cluster: CLUSTER,
  namespace: 'pod-identity-revoker',
  serviceAccount: 'pod-identity-revoker',
  name: undefined,
  irsa: false,
  association: true,
  boundary: false,
  queue: true,
  key: false,
  lookup: true,
};

export function nameOf({ name, cluster }: Choice): string {
  return name ?? `pod-identity-revoker-${cluster}`;
}

/** Of what is made in this place: `service:resource` becomes an ARN. */
export function arn(service: string, resource: string): string {
  return `arn:${PLACE.partition}:${service}:${PLACE.region}:${PLACE.account}:${resource}`;
}

export function queueUrl(name: string): string {
  return `https://sqs.${PLACE.region}.amazonaws.com/${PLACE.account}/${name}`;
}
