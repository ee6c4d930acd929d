/** The annotations by which operators control the daemon: their names, and what they may hold. */

import type { ControlState, Pause, ReleasableBrake, Release } from '../../domain/controls.ts';
import { RELEASABLE_BRAKES } from '../../domain/controls.ts';
import type { Instant } from '../../domain/time.ts';
import { iso } from '../../domain/time.ts';
import { field, isObject, list, text } from './json.ts';
import { parseTime } from './rfc3339.ts';

export const PAUSED = 'pod-identity-revoker.io/paused';

export function releaseOf(brake: ReleasableBrake): string {
  return `pod-identity-revoker.io/release-${brake}`;
}

const LONGEST_REASON = 500;

export function pauseText(reason: string, at: Instant): string {
  return JSON.stringify({ at: iso(at), reason: reason.slice(0, LONGEST_REASON) });
}

/** `at` is when it was asked for: no release is in force before its own time. */
export function readControls(metadata: unknown, at: Instant): ControlState {
  const problems: string[] = [];
  const releases: Record<ReleasableBrake, Release | undefined> = { 'mass-end': undefined };
  for (const brake of RELEASABLE_BRAKES) {
    const release = readRelease(metadata, brake, at);
    if (typeof release === 'string') problems.push(release);
    else releases[brake] = release;
  }
  return { pause: readPause(metadata), releases, problems };
}

/**
 * Whatever the annotation holds, the daemon is paused while it is there, even by the text `false`: who could not write
 * it rightly wanted to stop it all the same.
 */
function readPause(metadata: unknown): Pause | undefined {
  const value = field(field(metadata, 'annotations'), PAUSED);
  if (value === undefined || value === null) return undefined;
  const owner = ownerOf(metadata, PAUSED);
  const written = parseObject(value);
  const reason = text(field(written, 'reason')) ?? (written === undefined ? (text(value) ?? '') : '');
  return {
    reason: reason.slice(0, LONGEST_REASON),
    at: parseTime(field(written, 'at')) ?? owner?.at,
    by: owner?.by,
  };
}

/** What is wrong with it, where it is a text. */
function readRelease(metadata: unknown, brake: ReleasableBrake, now: Instant): Release | string | undefined {
  const name = releaseOf(brake);
  const value = field(field(metadata, 'annotations'), name);
  if (value === undefined || value === null) return undefined;
  const at = parseTime(value);
  if (at === undefined) return `the annotation ${name} holds no RFC 3339 time and releases nothing`;
  if (at > now)
    return `the annotation ${name} holds a time that has not come yet and releases nothing so far`;
  return { at, by: ownerOf(metadata, name)?.by };
}

type Owner = { readonly by: string; readonly at: Instant | undefined };

/** When the annotation was set, by the clock of the API server, in whole seconds; undefined where that is not told. */
export function writtenAt(metadata: unknown, annotation: string): Instant | undefined {
  return ownerOf(metadata, annotation)?.at;
}

/** The manager that set the annotation last. The API server keeps it for each field; clients name themselves. */
function ownerOf(metadata: unknown, annotation: string): Owner | undefined {
  let found: Owner | undefined;
  for (const entry of list(field(metadata, 'managedFields'))) {
    const owned = field(field(field(entry, 'fieldsV1'), 'f:metadata'), 'f:annotations');
    const by = text(field(entry, 'manager'));
    if (by === undefined || field(owned, `f:${annotation}`) === undefined) continue;
    const at = parseTime(field(entry, 'time'));
    if (found === undefined || (at ?? 0) >= (found.at ?? 0)) found = { by, at };
  }
  return found;
}

function parseObject(value: unknown): object | undefined {
  if (typeof value !== 'string') return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}
