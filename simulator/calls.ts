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

/** Whose calls, and from when on; every given part must match. */
export type CallFilter = {
  readonly userAgent?: RegExp;
  /** In the words of RBAC. Leaves calls to AWS alone. */
  readonly user?: string;
  /** The pod that the caller's token is bound to. Leaves calls to AWS alone. */
  readonly pod?: string;
  /** Leaves calls to Kubernetes alone. */
  readonly accessKeyId?: string;
  /** Milliseconds since the epoch, by the simulator's clock. */
  readonly since?: number;
};

export type AwsSources = {
  readonly eks: readonly RequestRecord[];
  readonly cloudtrail: readonly JsonRequestRecord[];
  readonly sqs: readonly JsonRequestRecord[];
  readonly place: { readonly region: string; readonly account: string };
};

export function kubernetesCalls(
  requests: readonly RecordedRequest[],
  filter: CallFilter = {},
): readonly KubernetesCall[] {
  const { user, pod } = filter;
  const made = requests.filter(
    (request) =>
      isWanted(request, filter) &&
      (user === undefined || request.user === user) &&
      (pod === undefined || request.pod === pod),
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
  filter: CallFilter = {},
): readonly AwsCall[] {
  const calls = [
    ...eks.map((request) => awsCall('eks', request, request.resource)),
    ...cloudtrail.map((request) => awsCall('cloudtrail', request, '*')),
    ...sqs.map((request) => awsCall('sqs', request, queueArn(request.input['QueueUrl'], place))),
  ];
  const { accessKeyId } = filter;
  const made = calls.filter(
    ({ call, request }) =>
      call.operation !== '' &&
      isWanted(request, filter) &&
      (accessKeyId === undefined || request.accessKeyId === accessKeyId),
  );
  return distinct(made.map(({ call }) => call));
}

type AwsRequest = RequestRecord | JsonRequestRecord;

function awsCall(
  service: string,
  request: AwsRequest,
  resource: string,
): { readonly call: AwsCall; readonly request: AwsRequest } {
  return { call: { service, operation: request.operation ?? '', resource }, request };
}

function queueArn(url: unknown, { region, account }: AwsSources['place']): string {
  if (typeof url !== 'string') return '*';
  return `arn:aws:sqs:${region}:${account}:${url.replace(/^.*\//, '')}`;
}

function isWanted(
  { at, userAgent }: { readonly at: number; readonly userAgent: string },
  { since, userAgent: wanted }: CallFilter,
): boolean {
  return (since === undefined || at >= since) && (wanted === undefined || wanted.test(userAgent));
}

/** Each once, in the order of their texts. */
function distinct<T>(calls: readonly T[]): readonly T[] {
  const byText = new Map(calls.map((call) => [JSON.stringify(call), call]));
  return [...byText].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, call]) => call);
}
