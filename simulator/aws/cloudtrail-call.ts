/** What CloudTrail writes of a call that the simulated EKS answered. */

import type { TrailRecord } from './records.ts';
import { record } from './records.ts';
import type { CallRecord } from './service.ts';

export type RecordPlace = { readonly region: string; readonly account: string };

/** Successes and refusals alike. The answers of calls that only read are not kept. */
export function recordOfCall(call: CallRecord, place: RecordPlace): TrailRecord {
  const { operation, at, caller, requestId, userAgent, answer } = call;
  const options = { ...place, at, principal: caller.arn, accessKeyId: caller.accessKeyId };
  const made = record(operation, options, { requestParameters: { ...call.params }, requestID: requestId });
  const host = `eks.${place.region}.amazonaws.com`;
  const told = {
    ...made,
    userAgent: made.userIdentity.invokedBy ?? userAgent,
    tlsDetails: {
      tlsVersion: 'TLSv1.3',
      cipherSuite: 'TLS_AES_128_GCM_SHA256',
      clientProvidedHostHeader: host,
    },
  };
  if ('error' in answer) {
    return { ...told, errorCode: answer.error.code, errorMessage: answer.error.message };
  }
  return made.readOnly ? told : { ...told, responseElements: structuredClone(answer.response) };
}
