/** Reads single fields of a stored ledger, each checked: whoever can write the ConfigMap may have written anything. */

import type { Instant } from '../../domain/time.ts';
import { instant } from '../../domain/time.ts';
import { field, isAbsent } from './json.ts';

/** Something in the ledger is not as it must be. Never leaves the reading of the ledger. */
export class Misshapen extends Error {
  override readonly name = 'Misshapen';
}

export type Read<T> = (value: unknown) => T;

/** What a Date can hold: beyond it an instant could not even be printed. */
const FARTHEST_INSTANT = 8.64e15;

export function required<T>(object: unknown, name: string, read: Read<T>): T {
  return within(name, () => read(field(object, name)));
}

/** Undefined where there is no such field. */
export function optional<T>(object: unknown, name: string, read: Read<T>): T | undefined {
  const value = field(object, name);
  return isAbsent(value) ? undefined : within(name, () => read(value));
}

export function readInstant(value: unknown): Instant {
  if (typeof value !== 'number' || !(Math.abs(value) <= FARTHEST_INSTANT)) {
    throw new Misshapen('is no instant');
  }
  return instant(value);
}

export function readCount(value: unknown): number {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new Misshapen('is no count');
  }
  return value;
}

export function readText(value: unknown): string {
  if (typeof value !== 'string') throw new Misshapen('is no text');
  return value;
}

export function readFilledText(value: unknown): string {
  if (value === '') throw new Misshapen('is empty');
  return readText(value);
}

export function readFlag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new Misshapen('is neither true nor false');
  return value;
}

/** One of a closed list of words. */
export function oneOf<T extends string>(words: readonly T[]): Read<T> {
  return (value) => {
    const found = words.find((word) => word === value);
    if (found === undefined) throw new Misshapen(`is none of ${words.join(', ')}`);
    return found;
  };
}

export function listOf<T>(read: Read<T>): Read<readonly T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw new Misshapen('is no list');
    return value.map((item: unknown, index) => within(String(index), () => read(item)));
  };
}

/** Puts the place before the complaint: `records.3.history.spans.0.seenAt is no instant`. */
function within<T>(place: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Misshapen)) throw error;
    const separator = error.message.startsWith('is ') ? ' ' : '.';
    throw new Misshapen(`${place}${separator}${error.message}`);
  }
}
