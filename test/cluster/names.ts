/** What a run of the suite makes in a cluster: its namespaces, their label, and what is put into them. */

/** On every namespace that a run makes; its value is the run's suffix. Nothing without it is removed. */
export const RUN_LABEL = 'pod-identity-revoker.io/test-run';

/** Keeps a pod of a story to be seen while it terminates; taken off at the end of the story, and of the run. */
export const FINALIZER = 'pod-identity-revoker.io/test';

/** Nobody has a Role for this user: what is asked in this name is refused by the API server in its own words. */
export const NOBODY = 'pod-identity-revoker-test:nobody';

/** The files below `stories/`, the slowest first, each with a namespace of its own. */
export const STORIES = [
  'lease',
  'replicas',
  'daemon',
  'evictor',
  'ledger',
  'pods',
  'controls',
  'issuer',
] as const;

/** `home` is where the daemons keep their ledger and their Lease. */
export const PLACES = [...STORIES, 'home'] as const;

export type Place = (typeof PLACES)[number];

export function namespaceOf(prefix: string, place: Place): string {
  return `${prefix}-${place}`;
}

/** The namespace of a story, which `run.ts` has made. */
export function placeOf(place: Place): string {
  const prefix = process.env['TEST_CLUSTER_NAMESPACES'];
  if (prefix === undefined)
    throw new Error('run the stories by `npm run test:cluster`: it makes their namespaces');
  return namespaceOf(prefix, place);
}
