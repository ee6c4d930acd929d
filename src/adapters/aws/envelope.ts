/** The body of a queue message: an EventBridge event that carries a CloudTrail record. */

import { type Fields, isAbsent } from './parse.ts';
import { type Expected, type Heard, parseRecord, refused } from './record.ts';
import { isFields, parseDocument, shownText, timeOf } from './record-fields.ts';
import { foreignPlace } from './record-origin.ts';

const DETAIL_TYPE = 'AWS API Call via CloudTrail';

/** Total: it never throws, whatever `body` is. */
export function parseBody(body: unknown, expected: Expected): Heard {
  const document = documentOf(body);
  if (typeof document === 'string') return refused('malformed', document, undefined);
  const inner = isNotification(document.value) ? documentOf(document.value['Message']) : document;
  if (typeof inner === 'string') return refused('malformed', `an SNS notification of ${inner}`, undefined);
  return parseEnvelope(inner.value, expected);
}

/** The document in an object of its own, or what is wrong with the text. */
function documentOf(text: unknown): { readonly value: unknown } | string {
  if (typeof text !== 'string') return 'no text';
  const document = parseDocument(text);
  return document.kind === 'parsed' ? { value: document.value } : document.what;
}

/** A queue may be fed by way of an SNS topic. Unwrapped once: what is wrapped twice is no envelope. */
function isNotification(value: unknown): value is Fields {
  return isFields(value) && value['Type'] === 'Notification' && typeof value['Message'] === 'string';
}

function parseEnvelope(value: unknown, expected: Expected): Heard {
  if (!isFields(value)) return refused('not-an-envelope', 'a document that is no object', undefined);
  const { detail, account, region, time } = value;
  const eventAt = timeOf(time);
  if (value['detail-type'] !== DETAIL_TYPE || !isFields(detail)) {
    return refused('not-an-envelope', kindOf(value), eventAt);
  }
  const elsewhere = foreignPlace(account, region, expected.place);
  return elsewhere === undefined ? parseRecord(detail, expected) : refused('foreign', elsewhere, eventAt);
}

/** S3, SNS and others leave test messages and events of their own in a queue that they are pointed at. */
function kindOf(value: Fields): string {
  const detailType = value['detail-type'];
  if (isAbsent(detailType)) return `an object with ${keysOf(value)}`;
  return `detail-type ${shownText(detailType, 80) ?? 'that is no text'}`;
}

function keysOf(value: Fields): string {
  const keys = Object.keys(value).slice(0, 3);
  return keys.length === 0 ? 'no fields' : `the fields ${shownText(keys.join(', '), 80) ?? ''}`;
}
