/** `npm run demo`: the main job end to end, on a simulated EKS cluster, with the real daemon and the real SDKs. */

import process from 'node:process';
import { isatty } from 'node:tty';
import { HELP, parseArguments } from './arguments.ts';
import { daemonCommand } from './daemon-command.ts';
import { Screen, wantsColours } from './screen.ts';
import type { StoryEnd } from './story.ts';
import { tellStory } from './story.ts';

const EXIT_CODES = { 'as-expected': 0, failed: 1, interrupted: 130 } as const satisfies Record<
  StoryEnd,
  number
>;
const WRONG_ARGUMENTS = 2;
const LIMIT_MS = 60_000;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const wanted = parseArguments(args);
  switch (wanted.kind) {
    case 'help':
      process.stdout.write(HELP);
      return 0;
    case 'wrong':
      process.stderr.write(`demo: ${wanted.problem}\nTry: npm run demo -- --help\n`);
      return WRONG_ARGUMENTS;
    case 'run':
      return EXIT_CODES[await tellStory({ ...surroundings(), keep: wanted.keep })];
  }
}

/** Ctrl-C may come more than once, from the terminal and from npm: what counts is the first. */
function surroundings() {
  const interruption = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => interruption.abort(new Error(`interrupted by ${name}`)));
  }
  const screen = new Screen({
    write: (text) => process.stdout.write(text),
    hasColours: wantsColours(isatty(process.stdout.fd), process.env['NO_COLOR']),
  });
  return { screen, command: daemonCommand, interrupted: interruption.signal, limit: LIMIT_MS };
}
