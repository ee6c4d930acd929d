/** The arguments of the demo. */

import { parseArgs } from 'node:util';

export type DemoArguments =
  | { readonly kind: 'run'; readonly keep: boolean }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problem: string };

export const HELP = `The main job of pod-identity-revoker, end to end, on a simulated EKS cluster.

Usage: npm run demo [-- --keep]

  --keep   stay up after the story, and print how to reach the simulated AWS and Kubernetes
           APIs, the metrics and the status API; ends on Ctrl-C
  --help   this text

It starts a small busy cluster in this process and the daemon as a process of its own beside it,
deletes one association with the AWS SDK, and tells what happens. It needs no AWS account, no
cluster and no network but loopback, and takes half a minute.

Exit codes: 0 everything came out as expected; 1 something did not; 2 wrong arguments;
130 interrupted before the end of the story.
`;

export function parseArguments(args: readonly string[]): DemoArguments {
  const options = { keep: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
  try {
    const { values } = parseArgs({ args: [...args], options });
    return values.help === true ? { kind: 'help' } : { kind: 'run', keep: values.keep === true };
  } catch (error) {
    return { kind: 'wrong', problem: error instanceof Error ? error.message : String(error) };
  }
}
