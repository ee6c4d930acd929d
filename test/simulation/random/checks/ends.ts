/** Invariant 11 and the end of a daemon: no bug is met, and nothing is left behind. */

import type { Check } from '../happenings.ts';

export const bugCheck: Check = ({ happening }) => {
  if (happening.kind !== 'reported' || happening.report.kind !== 'bug') return [];
  const { where, error } = happening.report;
  return [`a bug in ${where}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
};

export const leftCheck: Check = ({ happening }) => {
  if (happening.kind !== 'daemon-ended' || happening.left === 0) return [];
  return [`the daemon has stopped and left ${happening.left} calls or sleeps behind`];
};
