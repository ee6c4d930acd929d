/** Mutations of the source, each with the complaint by which the simulation must find it. */

export type Mutation = {
  readonly name: string;
  readonly file: string;
  /** Exact text that is in the file once, and what takes its place: whoever changes the text changes it here too. */
  readonly edits: readonly { readonly from: string; readonly to: string }[];
  readonly profile: 'grants' | 'pods' | 'faults';
  readonly complaint: RegExp;
};

export const MUTATIONS: readonly Mutation[] = [
  {
    name: 'no uid precondition: the pod is evicted by its name',
    file: 'test/support/fake-cluster.ts',
    edits: [
      {
        from: '  #accept({ uid, namespace, name }: Holder, grace: Duration): Outcome {\n    const pod = this.#pods.get(uid);\n',
        to:
          '  #accept({ uid: asked, namespace, name }: Holder, grace: Duration): Outcome {\n' +
          '    const pod = [...this.#pods.values()].find((one) => one.namespace === namespace && one.name === name);\n' +
          '    const uid = pod?.uid ?? asked;\n',
      },
    ],
    profile: 'pods',
    complaint: /\(invariant 4\)/,
  },
  {
    name: 'an unknown confirmation is read as empty',
    file: 'src/controller/confirm.ts',
    edits: [
      {
        from: "  if (reading.kind === 'unknown' || !isOutdated(history, reading.value)) return reading;\n",
        to:
          "  if (reading.kind === 'unknown') return { kind: 'known', value: { kind: 'none' }, at: reading.at };\n" +
          '  if (!isOutdated(history, reading.value)) return reading;\n',
      },
    ],
    profile: 'grants',
    complaint: /\(invariant [13]\)/,
  },
  {
    name: 'the settle time is ignored',
    file: 'src/decide/advance.ts',
    edits: [{ from: '  if (at < after(settlingSince, policy.settleTime)) return revocation;\n', to: '' }],
    profile: 'grants',
    complaint: /before the end has lasted for the settle time/,
  },
  {
    name: 'the confirmation right before the eviction is skipped',
    file: 'src/controller/carry-out.ts',
    edits: [
      {
        from: '  if (revocation === undefined) return false;\n  const { policy, clock } = deps;\n',
        to: '  if (revocation === undefined) return false;\n  if (standing.kind === "known") return true;\n  const { policy, clock } = deps;\n',
      },
    ],
    profile: 'grants',
    complaint: /ms old \(invariant 1\)/,
  },
  {
    name: 'an old proof is accepted',
    file: 'src/decide/proof.ts',
    edits: [{ from: 'PROOF_LIFE = seconds(10)', to: 'PROOF_LIFE = seconds(600)' }],
    profile: 'grants',
    complaint: /ms old \(invariant 1\)/,
  },
  {
    name: 'a hint is trusted as a proof: what a record tells needs no confirmation',
    file: 'src/controller/carry-out.ts',
    edits: [
      {
        from: '  if (revocation === undefined) return false;\n  const { policy, clock } = deps;\n',
        to: '  if (revocation === undefined) return false;\n  if (revocation.evidence !== undefined) return true;\n  const { policy, clock } = deps;\n',
      },
    ],
    profile: 'grants',
    complaint: /ms old \(invariant 1\)/,
  },
  {
    name: 'the pace is ignored',
    file: 'src/controller/carry-out.ts',
    edits: [
      {
        from: '  await deps.pace.take(signals.stopping);\n  if (hasProof(slice)) return !slice.isOver;\n',
        to: '  if (hasProof(slice)) return !slice.isOver;\n',
      },
      {
        from: '  await deps.pace.take(signals.stopping);\n  return isProven(slice);\n',
        to: '  return isProven(slice);\n',
      },
    ],
    profile: 'grants',
    complaint: /ahead of its turn/,
  },
  {
    name: 'the consistency window is ignored: who was handed the old grant after the change is kept',
    file: 'src/decide/binding.ts',
    edits: [
      {
        from: '  const from = before(holder.start, policy.consistencyWindow);\n  if (unchangedSince',
        to: '  const from = holder.start;\n  if (unchangedSince',
      },
    ],
    profile: 'grants',
    complaint: /is kept, but is stale: keep (?:current|same-grant)/,
  },
  {
    name: 'the history in the ledger is not restored',
    file: 'src/controller/keeper.ts',
    edits: [{ from: '      if (!this.#hasJoined) entry.history = joined(record.history, entry);\n', to: '' }],
    profile: 'grants',
    complaint: /is undecided, but can be told/,
  },
  {
    name: 'the time in which no daemon ran is taken for watched',
    file: 'src/controller/keeper.ts',
    edits: [{ from: '      ledger.noteListing(document.listedAt, longestGap);\n', to: '' }],
    profile: 'grants',
    complaint: /is kept, but is stale: keep (?:current|same-grant)/,
  },
  {
    name: 'dry-run evicts',
    file: 'src/controller/carry-out.ts',
    edits: [{ from: "  if (deps.mode === 'dry-run') {\n", to: '  if (false) {\n' }],
    profile: 'grants',
    complaint: /in dry-run \(invariant 9\)/,
  },
  {
    name: 'protected namespaces and the own pod are evicted',
    file: 'src/decide/judge.ts',
    edits: [{ from: "  { question: 'Is it exempt?', ask: exempted },\n", to: '' }],
    profile: 'grants',
    complaint: /is exempt \(invariant 10\)/,
  },
  {
    name: 'what was sent is said to be accepted',
    file: 'src/controller/carry-out.ts',
    edits: [
      {
        from: '    const outcome = await send(judged,',
        to: "    const outcome: Outcome = { kind: 'evicted' };\n    await send(judged,",
      },
    ],
    profile: 'grants',
    complaint: /\(invariant 12\)/,
  },
  {
    name: 'a policy of another spelling is another grant',
    file: 'src/domain/grant.ts',
    edits: [{ from: '  return canonical(one) === canonical(other);\n', to: '  return false;\n' }],
    profile: 'grants',
    complaint: /is not stale \(invariant 3\)/,
  },
  {
    name: 'a change of the session tags is no change',
    file: 'src/domain/grant.ts',
    edits: [{ from: '    one.disableSessionTags === other.disableSessionTags\n', to: '    true\n' }],
    profile: 'grants',
    complaint: /is kept, but is stale|but can be told/,
  },
  {
    name: 'a change of the target role is no change',
    file: 'src/domain/grant.ts',
    edits: [{ from: '    one.targetRoleArn === other.targetRoleArn &&\n', to: '' }],
    profile: 'grants',
    complaint: /is kept, but is stale|but can be told/,
  },
  {
    name: 'a holder that was blocked once is never tried again',
    file: 'src/decide/judge.ts',
    edits: [{ from: ' || now >= attempt.notBefore) return undefined;', to: ') return undefined;' }],
    profile: 'pods',
    complaint: /is left: wait backing-off/,
  },
  {
    name: 'evictions in flight are not heard out when the daemon stops',
    file: 'src/controller/work-queue.ts',
    edits: [{ from: '    await Promise.all(inFlight);\n', to: '' }],
    profile: 'pods',
    complaint: /calls or sleeps behind/,
  },
  {
    name: 'a stage goes back with every reading',
    file: 'src/decide/advance.ts',
    edits: [{ from: "  if (revocation.stage !== 'suspected') return revocation;\n", to: '' }],
    profile: 'grants',
    complaint: /\(invariant 7\)|is left: wait settling/,
  },
  // With leadership comes: acting without the Lease. With deadlines: a deadline that starts anew after a restart.
];
