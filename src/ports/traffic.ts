/** The count of requests that adapters make, one call for each attempt on the wire. */

export type AwsRequest = {
  readonly service: 'eks' | 'sqs' | 'cloudtrail';
  /** The operation's name, such as `ListPodIdentityAssociations`. */
  readonly operation: string;
  /** The HTTP status, or `none` where no answer came. */
  readonly code: string;
};

export type KubernetesRequest = {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'delete' | 'patch' | 'update';
  /** The resource, with its subresource: `pods`, `pods/eviction`, `events`. */
  readonly resource: string;
  /** The HTTP status, or `none` where no answer came. */
  readonly code: string;
};

export interface Traffic {
  aws(request: AwsRequest): void;
  kubernetes(request: KubernetesRequest): void;
}
