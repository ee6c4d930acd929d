/** The printed parts around the timeline: what is shown before it, the checks, and the end. */

import type { Check } from './checks.ts';
import { TIMES } from './daemon-command.ts';
import type { DaemonProcess } from './daemon-process.ts';
import type { Scene } from './scene.ts';
import type { Screen } from './screen.ts';
import { hanging, secondsText } from './timeline.ts';

const LINES_SHOWN = 12;
/** Of each end of a line of the daemon, which may hold a whole stack; its message is at the end. */
const CHARACTERS_SHOWN = 200;
const INDENT = 10;

export function introduction({ simulator, before }: Scene): readonly string[] {
  const namespaces = new Set(before.map(({ namespace }) => namespace)).size;
  const associations = simulator.eks.associations.list().length;
  return [
    ...hanging(
      'Cluster',
      INDENT,
      `simulated: ${before.length} pods in ${namespaces} namespaces on ${simulator.nodes.length} nodes, ${associations} Pod Identity associations`,
    ),
    ...hanging(
      'Daemon',
      INDENT,
      `a process of its own that listens to an SQS queue; poll interval ${TIMES.poll} s, settle time ${TIMES.settle} s, consistency window ${TIMES.window} s`,
    ),
    '',
    'Waiting until it has read the associations and the pods ...',
  ];
}

export function checkLines(checks: readonly Check[], screen: Screen): readonly string[] {
  return checks.flatMap(({ what, problems }) => {
    const mark = problems.length === 0 ? 'ok' : 'FAILED';
    const [first = '', ...more] = hanging(`  ${mark}`, INDENT, what);
    const painted = screen.paint(problems.length === 0 ? 'good' : 'bad', mark);
    return [
      first.replace(mark, painted),
      ...more,
      ...problems.flatMap((problem) => hanging('', INDENT, `- ${problem}`)),
    ];
  });
}

/** `took`: the containment time in milliseconds. */
export function verdictLine(checks: readonly Check[], took: number, screen: Screen): string {
  const failed = checks.filter(({ problems }) => problems.length > 0).length;
  if (failed > 0) return screen.paint('bad', `${failed} of ${checks.length} checks FAILED.`);
  return screen.paint('good', `All ${checks.length} checks passed. Containment time: ${secondsText(took)}.`);
}

export function failureLines(
  error: unknown,
  daemon: Pick<DaemonProcess, 'lastLines'>,
  screen: Screen,
): readonly string[] {
  const why = error instanceof Error ? error.message : String(error);
  const lines = daemon.lastLines(LINES_SHOWN);
  return [
    '',
    screen.paint('bad', `FAILED: ${why}`),
    lines.length === 0 ? 'The daemon has printed nothing.' : 'The last lines of the daemon:',
    ...lines.map((line) => `  ${shortened(line)}`),
  ];
}

function shortened(line: string): string {
  if (line.length <= 2 * CHARACTERS_SHOWN) return line;
  return `${line.slice(0, CHARACTERS_SHOWN)} … ${line.slice(-CHARACTERS_SHOWN)}`;
}
