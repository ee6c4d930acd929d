/** The command that simulates: one history by its seed, with a trace, or a row of seeds with a summary. */

import { parseArgs } from 'node:util';
import { playElections } from './election-row.ts';
import { hours } from '../../src/domain/time.ts';
import { PROFILES } from './random/profiles.ts';
import type { Row } from './random/row.ts';
import { playRow, replayOf } from './random/row.ts';
import type { ProfileName } from './random/story.ts';
import { summary } from './random/summary.ts';
import { traced } from './random/trace.ts';

const ELECTION = 'election';

const HELP = `npm run simulate -- [--profile NAME] [--seed N | --seeds FROM-TO] [--steps M] [--restart STEP] [--until PATTERN]

  --profile   ${Object.keys(PROFILES).join(' or ')}; the first one if it is not given;
              or ${ELECTION}: two to four replicas that want to lead, with skewed clocks and lost leases
  --seed      plays one history and tells what happens in it
  --seeds     plays a row of them; 1-200 if it is not given
  --steps     only the first so many steps of each
  --restart   one more end of the daemon before this step, or before "some" step, or before "each" in turn
  --until     ends with the first complaint that matches this expression

Ends with 1 if a history went wrong.`;

const { values } = parseArgs({
  options: {
    profile: { type: 'string', default: 'grants' },
    seed: { type: 'string' },
    seeds: { type: 'string', default: '1-200' },
    steps: { type: 'string' },
    restart: { type: 'string' },
    until: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(HELP);
else if (values.profile === ELECTION) process.exitCode = await elect();
else if (!isProfile(values.profile)) refuse(values.profile);
else process.exitCode = await simulate(rowOf(values.profile));

function isProfile(name: string): name is ProfileName {
  return name in PROFILES;
}

function refuse(profile: string): void {
  console.error(`there is no profile ${profile}\n\n${HELP}`);
  process.exitCode = 2;
}

function seeds(): { readonly from: number; readonly to: number } {
  const [from = 1, to = from] = (values.seed ?? values.seeds).split('-').map(Number);
  return { from, to };
}

function rowOf(profile: ProfileName): Row {
  const { from, to } = seeds();
  const { restart } = values;
  return {
    profile,
    from,
    to,
    length: values.steps === undefined ? undefined : Number(values.steps),
    restart: restart === undefined || restart === 'some' || restart === 'each' ? restart : Number(restart),
    until: values.until === undefined ? undefined : new RegExp(values.until),
  };
}

/** Answers with the exit code. */
async function simulate(row: Row): Promise<number> {
  let wrong = 0;
  const total = await playRow(
    row,
    ({ story, complaints }) => {
      wrong += 1;
      console.log(`seed ${story.seed}: ${complaints.join('\n  ')}\n  again: ${replayOf(story)}`);
    },
    values.seed === undefined ? undefined : traced(console.log),
  );
  console.log([...summary(total), `${wrong} histories went wrong`].join('\n'));
  return wrong === 0 ? 0 : 1;
}

/** Answers with the exit code. */
async function elect(): Promise<number> {
  const { from, to } = seeds();
  const total = await playElections(from, to, values.steps === undefined ? undefined : Number(values.steps));
  for (const [seed, problems] of total.wrong) {
    console.log(
      `seed ${seed}: ${problems.join('\n  ')}\n  again: npm run simulate -- --profile ${ELECTION} --seed ${seed}`,
    );
  }
  const simulated = Math.round(total.virtual / hours(1));
  console.log(
    `${total.histories} elections' histories: ${simulated} simulated hours, ${total.faults} faults`,
  );
  console.log(`${total.elections} times somebody was elected; ${total.wrong.size} histories went wrong`);
  return total.wrong.size === 0 ? 0 : 1;
}
