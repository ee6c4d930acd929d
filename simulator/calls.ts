/** The calls that were made in a run, each kind once: to compare them with the permissions that a chart and a policy give. */

import type { RequestRecord } from './aws/http.ts';
import type { JsonRequestRecord } from './aws/json-service.ts';
import type { RecordedRequest } from './kubernetes/requests.ts';

/** In the words of RBAC; of a path that is no resource's, verb and path alone. */
export type KubernetesCall =
  | {
      readonly verb: string;
      readonly apiGroup: string;
      readonly resource: string;
      readonly subresource?: string;
      /** Missing: in all namespaces, or of no namespace. */
      readonly namespace?: string;
      readonly name?: string;
    }
  | { readonly verb: string; readonly path: string };

/** In the words of IAM: the resource is the ARN that the action is judged by. */
export type AwsCall = { readonly service: string; readonly operation: string; readonly resource: string };

/** Whose calls: those whose User-Agent, or user in the words of RBAC, matches. */
export type CallFilter = { readonly userAgent?: RegExp; readonly user?: string };

export type AwsSources = {
  readonly eks: readonly RequestRecord[];
  readonly cloudtrail: readonly JsonRequestRecord[];
  readonly sqs: readonly JsonRequestRecord[];
  readonly place: { readonly region: string; readonly account: string };
};

export function kubernetesCalls(
  requests: readonly RecordedRequest[],
  { userAgent, user }: CallFilter = {},
): readonly KubernetesCall[] {
  const made = requests.filter(
    (request) => isBy(request, userAgent) && (user === undefined || request.user === user),
  );
  return distinct(made.map(kubernetesCall));
}

function kubernetesCall(request: RecordedRequest): KubernetesCall {
  const { verb, group, resource, subresource, namespace, name, path } = request;
  if (resource === '') return { verb, path };
  return {
    verb,
    apiGroup: group,
    resource,
    ...(subresource === undefined ? {} : { subresource }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
}

/** Requests that name no operation are left out. */
export function awsCalls(
  { eks, cloudtrail, sqs, place }: AwsSources,
  { userAgent }: Pick<CallFilter, 'userAgent'> = {},
): readonly AwsCall[] {
  const ofEks = eks
    .filter((request) => isBy(request, userAgent))
    .flatMap(({ operation, resource }) =>
      operation === undefined ? [] : [{ service: 'eks', operation, resource }],
    );
  const ofTrail = cloudtrail
    .filter((request) => isBy(request, userAgent))
    .map(({ operation }) => ({ service: 'cloudtrail', operation, resource: '*' }));
  const ofQueue = sqs
    .filter((request) => isBy(request, userAgent))
    .map(({ operation, input }) => ({
      service: 'sqs',
      operation,
      resource: queueArn(input['QueueUrl'], place),
    }));
  return distinct([...ofEks, ...ofTrail, ...ofQueue].filter(({ operation }) => operation !== ''));
}

function queueArn(url: unknown, { region, account }: AwsSources['place']): string {
  if (typeof url !== 'string') return '*';
  return `arn:aws:sqs:${region}:${account}:${url.replace(/^.*\//, '')}`;
}

function isBy({ userAgent }: { readonly userAgent: string }, wanted: RegExp | undefined): boolean {
  return wanted === undefined || wanted.test(userAgent);
}

/** Each once, in the order of their texts. */
function distinct<T>(calls: readonly T[]): readonly T[] {
  const byText = new Map(calls.map((call) => [JSON.stringify(call), call]));
  return [...byText].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, call]) => call);
}
