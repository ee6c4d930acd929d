/** The choices that the tests go through: all combinations of what changes a policy, and one of each of the others. */

import { type Choice, DEFAULTS } from './choice.ts';

const SWITCHES = ['irsa', 'association', 'queue', 'key', 'lookup'] as const;

const OTHERS: readonly Partial<Choice>[] = [
  { name: 'revocations_1' },
  { boundary: true },
  { namespace: 'security', serviceAccount: 'revoker.v2', cluster: 'Green_2' },
];

export function choices(): readonly { readonly title: string; readonly choice: Choice }[] {
  const combined = Array.from({ length: 2 ** SWITCHES.length }, (_none, bits) =>
    Object.fromEntries(SWITCHES.map((name, index) => [name, (bits & (1 << index)) !== 0])),
  );
  return [{}, ...combined, ...OTHERS].map((more) => ({
    title:
      Object.entries(more)
        .map(([name, value]) =>
          typeof value === 'boolean' ? `${value ? '' : 'no '}${name}` : `${name} ${value}`,
        )
        .join(', ') || 'defaults',
    choice: { ...DEFAULTS, ...more },
  }));
}
