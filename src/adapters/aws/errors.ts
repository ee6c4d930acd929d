/** What an error of the SDK means: why there is no reading, in words that help a person to mend it. */

import type { UnknownReason } from '../../domain/reading.ts';

/** What was asked, as far as an explanation needs it. */
export type Asked = {
  readonly service: 'EKS' | 'SQS' | 'CloudTrail';
  readonly operation: string;
  /** What must be allowed: the IAM action and the resource that it is authorised on. */
  readonly permission: string;
  /** The same for the key by which the resource is encrypted, where it can be. */
  readonly keyPermission?: string;
  /** What it means that the resource is not known. */
  readonly missing: string;
};

export type Explanation = { readonly why: UnknownReason; readonly detail: string };

/** The adapter's own limit on one call with all its attempts: a server that trickles can't hang us. */
export class CallExpired extends Error {
  override readonly name = 'CallExpired';
}

const THROTTLING = new Set([
  'BandwidthLimitExceeded',
  'KMS.ThrottlingException',
  'KmsThrottled',
  'LimitExceededException',
  'OverLimit',
  'RequestLimitExceeded',
  'RequestThrottled',
  'RequestThrottledException',
  'SlowDown',
  'ThrottledException',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
]);

const KEY_NOT_ALLOWED = new Set(['KMS.AccessDeniedException', 'KmsAccessDenied']);

const NO_SUCH_QUEUE = new Set(['AWS.SimpleQueueService.NonExistentQueue', 'QueueDoesNotExist']);

const NOT_ALLOWED = new Set(['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation']);

/** The caller is not known, as opposed to not allowed. Their messages may quote tokens: never shown. */
const NOT_AUTHENTICATED = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'InvalidToken',
  'InvalidTokenException',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'ProviderError',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'TokenProviderError',
  'UnrecognizedClientException',
]);

type Facts = {
  readonly name: string;
  readonly code: string | undefined;
  readonly message: string;
  readonly status: number | undefined;
};

export function explain(error: unknown, asked: Asked): Explanation {
  const facts = factsOf(error);
  const found = byName(facts, asked) ?? byStatus(facts, asked) ?? withoutAnswer(facts);
  return { why: found.why, detail: `${asked.operation}: ${found.detail}` };
}

function byName({ name, message, status }: Facts, asked: Asked): Explanation | undefined {
  const { service, permission, keyPermission = permission } = asked;
  if (THROTTLING.has(name)) return { why: 'throttled', detail: `${service} answered ${name}` };
  if (NOT_ALLOWED.has(name)) return notAllowed(name, message, permission);
  if (KEY_NOT_ALLOWED.has(name)) return notAllowed(name, message, keyPermission);
  if (NOT_AUTHENTICATED.has(name)) return { why: 'denied', detail: `${name}: ${credentialsRemedy(service)}` };
  if (NO_SUCH_QUEUE.has(name)) return { why: 'not-found', detail: asked.missing };
  if (name === 'ResourceNotFoundException' && status === 404)
    return { why: 'not-found', detail: asked.missing };
  return undefined;
}

function byStatus(facts: Facts, asked: Asked): Explanation | undefined {
  const { name, status } = facts;
  if (status === undefined || isBrokenOff(facts)) return undefined;
  if (status === 429) return { why: 'throttled', detail: 'HTTP status 429' };
  if (status === 401 || status === 403) return notAllowed(name, undefined, asked.permission);
  if (status >= 500) return { why: 'failed', detail: `HTTP status ${status} (${name})` };
  if (status < 400 || status === 404 || name === 'SyntaxError') {
    return {
      why: 'malformed',
      detail: `HTTP status ${status} with a body that ${asked.service} does not send (${name})`,
    };
  }
  return { why: 'failed', detail: `HTTP status ${status} (${name}): ${shown(facts.message)}` };
}

function withoutAnswer({ name, code, message }: Facts): Explanation {
  if (name === 'CallExpired') return { why: 'unreachable', detail: message };
  if (message === 'Region is missing') {
    return { why: 'unreachable', detail: 'no Region is configured: set AWS_REGION' };
  }
  if (isNetwork(code, name)) {
    return { why: 'unreachable', detail: `no answer (${code ?? name}): ${shown(message)}` };
  }
  return { why: 'failed', detail: `the request could not be made (${name}): ${shown(message)}` };
}

/** The status came, but the body did not: cut or silent half-way. */
function isBrokenOff({ name, code, status = 0 }: Facts): boolean {
  return status < 300 && isNetwork(code, name);
}

function isNetwork(code: string | undefined, name: string): boolean {
  return code !== undefined || name === 'TimeoutError';
}

function notAllowed(name: string, message: string | undefined, permission: string): Explanation {
  const said = message === undefined ? name : `${name}: ${shown(message)}`;
  return { why: 'denied', detail: `allow ${permission} (${said})` };
}

function credentialsRemedy(service: Asked['service']): string {
  return (
    `give the daemon credentials that ${service} accepts: a Pod Identity association for its own service account, or` +
    " the AWS SDK's environment variables; where they look right, check that the node's clock is"
  );
}

/** One line, of bounded length, without access key ids and whatever is as long as a secret or a token. */
function shown(message: string): string {
  return message
    .slice(0, 2_000)
    .replace(/\s+/g, ' ')
    .replace(/\b(?:AKIA|ASIA)[A-Z0-9]{8,}/g, '(access key)')
    .replace(/[A-Za-z0-9+/=_.-]{100,}|\b[A-Za-z0-9+/=]{40}\b/g, '(left out)')
    .slice(0, 300);
}

function factsOf(error: unknown): Facts {
  const fields = asRecord(error);
  const status = asRecord(fields['$metadata'])['httpStatusCode'];
  const { name, code, message } = fields;
  return {
    name: typeof name === 'string' && /^[\w.]{1,80}$/.test(name) ? name : 'Unknown',
    code: typeof code === 'string' && /^\w{1,80}$/.test(code) ? code : undefined,
    message: typeof message === 'string' ? message : '',
    status: typeof status === 'number' ? status : undefined,
  };
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
