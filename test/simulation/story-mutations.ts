/** Mutations of what the random histories have no part in, each with the story that must fail for it. */

export type StoryMutation = {
  readonly name: string;
  readonly file: string;
  /** Exact text that is in the file once, and what takes its place: whoever changes the text changes it here too. */
  readonly edits: readonly { readonly from: string; readonly to: string }[];
  readonly story: string;
};

export const STORY_MUTATIONS: readonly StoryMutation[] = [
  {
    name: 'acts are sent without the lead',
    file: 'src/controller/carry-out.ts',
    edits: [
      { from: '  const term = deps.reign.term();\n', to: '  const term = new AbortController().signal;\n' },
    ],
    story: 'test/simulation/leadership.test.ts',
  },
  {
    name: 'acts do not carry the term as their signal',
    file: 'src/controller/carry-out.ts',
    edits: [{ from: 'AbortSignal.any([signals.lifetime, term])', to: 'signals.lifetime' }],
    story: 'test/simulation/leadership.test.ts',
  },
  {
    name: 'who is elected does not read the ledger',
    file: 'src/controller/daemon.ts',
    edits: [{ from: '    await this.#keeper?.takeOver(term);\n', to: '' }],
    story: 'test/simulation/leadership.test.ts',
  },
  {
    name: 'a deadline starts anew after a restart',
    file: 'src/decide/deadline.ts',
    edits: [
      {
        from: '  const deadline = earliest(revocation.deadline, after(from, policy.deadline));\n',
        to: '  const deadline = after(revocation.confirmedAt ?? from, policy.deadline);\n',
      },
    ],
    story: 'test/simulation/force.test.ts',
  },
  {
    name: 'a later end has the deadline of the one that is followed',
    file: 'src/decide/deadline.ts',
    edits: [{ from: ' || followed.notAfter > from) return deadline;\n', to: ' || from) return deadline;\n' }],
    story: 'test/simulation/second-end.test.ts',
  },
  {
    name: 'force gives no grace',
    file: 'src/decide/deadline.ts',
    edits: [
      {
        from: '  return milliseconds(Math.max(LEAST_GRACE, grace));\n',
        to: '  return milliseconds(Math.max(0, grace));\n',
      },
    ],
    story: 'test/simulation/force.test.ts',
  },
  {
    name: 'brakes hold nobody',
    file: 'src/decide/brake.ts',
    edits: [
      {
        from: '  if (reason === undefined) return plan;\n',
        to: '  if (reason !== undefined) return plan;\n  return plan;\n',
      },
    ],
    story: 'test/simulation/brakes.test.ts',
  },
  {
    name: 'what the queue tells vouches for a mass end',
    file: 'src/decide/mass-end.ts',
    edits: [
      {
        from: '  return { identity, noticedAt: suspectedAt, isCorroborated: evidence !== undefined };\n',
        to: '  return { identity, noticedAt: suspectedAt, isCorroborated: (revocation.evidence ?? evidence) !== undefined };\n',
      },
    ],
    story: 'test/simulation/mass-end.test.ts',
  },
];
