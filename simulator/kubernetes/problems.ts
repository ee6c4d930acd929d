/** The problems that validation finds, in the words of the API server. */

import type { InvalidField } from './status.ts';

export function required(field: string): InvalidField {
  return { field, reason: 'FieldValueRequired', message: 'Required value' };
}

export function wrong(field: string, message: string): InvalidField {
  return { field, reason: 'FieldValueInvalid', message };
}

export function tooLong(field: string, bytes: number): InvalidField {
  return { field, reason: 'FieldValueTooLong', message: `Too long: may not be more than ${bytes} bytes` };
}
