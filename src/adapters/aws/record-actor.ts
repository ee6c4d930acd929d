/** Who made the call, from a CloudTrail record: only what helps a person, never keys or tokens. */

import type { Actor } from '../../domain/hint.ts';
import { type Fields, fieldsOf } from './parse.ts';
import { shownText } from './record-fields.ts';

const LONGEST_ARN = 512;

export function actorOf(record: Fields): Actor {
  const identity = fieldsOf(record['userIdentity']);
  const arn = shownText(identity['arn'], LONGEST_ARN);
  const invokedBy = shownText(identity['invokedBy']);
  const sourceIp = shownText(record['sourceIPAddress']);
  return {
    type: shownText(identity['type'], 64) ?? 'Unknown',
    ...(arn !== undefined && { arn }),
    ...(invokedBy !== undefined && { invokedBy }),
    ...(sourceIp !== undefined && { sourceIp }),
  };
}
