/** Other forms of a CloudTrail record: refused, by a service, and in the shapes that a parser has to expect besides. */

import { awsService } from './record-identities.ts';
import type { TrailRecord } from './records.ts';

/** The same call, refused: nothing changed. */
export function failed(
  called: TrailRecord,
  errorCode = 'ResourceNotFoundException',
  errorMessage = 'The pod identity association was not found.',
): TrailRecord {
  return { ...called, errorCode, errorMessage, responseElements: null };
}

/** The same call as old samples have it: `clusterName` instead of `name` in the request's parameters. */
export function withClusterName(called: TrailRecord): TrailRecord {
  const { name, ...rest } = called.requestParameters ?? {};
  return { ...called, requestParameters: { ...rest, clusterName: name } };
}

/** The same call with the times of its association as text. */
export function withTextTimes(called: TrailRecord): TrailRecord {
  const association = { ...objectOf(called.responseElements?.['association']) };
  for (const name of ['createdAt', 'modifiedAt']) {
    const seconds = association[name];
    if (typeof seconds === 'number') association[name] = new Date(seconds * 1000).toISOString();
  }
  return { ...called, responseElements: { ...called.responseElements, association } };
}

/** The same call with the texts of its request URL-encoded, down to the hyphens. */
export function withEncodedParameters(called: TrailRecord): TrailRecord {
  const entries = Object.entries(called.requestParameters ?? {});
  const encoded = entries.map(([key, value]) => [key, typeof value === 'string' ? percent(value) : value]);
  return { ...called, requestParameters: Object.fromEntries(encoded) };
}

/** The same call, made by an AWS service for itself. */
export function byService(called: TrailRecord, invokedBy = 'eks.amazonaws.com'): TrailRecord {
  return { ...called, userIdentity: awsService(invokedBy), sourceIPAddress: invokedBy, userAgent: invokedBy };
}

/** The same call without an answer: only the association's id and the cluster are told. */
export function withoutAnswer(called: TrailRecord): TrailRecord {
  return { ...called, responseElements: null };
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function percent(text: string): string {
  return encodeURIComponent(text).replaceAll('-', '%2D');
}
