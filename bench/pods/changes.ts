/** Following the cluster: how many changed pods a second of CPU is enough for. */

import type { Benchmark, Figure, Size } from '../benchmark.ts';
import { figure } from '../benchmark.ts';
import type { Course } from './course.ts';
import type { Runs } from './figures.ts';
import { median, usedFigures } from './figures.ts';
import { sideBySide } from './measure.ts';
import { VIEW_FLAGS } from './view-flags.ts';

const CHANGES = { full: 200_000, small: 30_000 } as const satisfies Record<Size, number>;
const ROUNDS = { full: 3, small: 1 } as const satisfies Record<Size, number>;
/** Known to the watch beforehand; every fifth is a holder, also among the changes. */
const PODS = 1000;

export const changes: Benchmark = {
  name: 'pods/changes',
  about: 'MODIFIED events at full speed, every fifth of a holder: stock watch, bare download, the view',
  run: async (size) => {
    const count = CHANGES[size];
    const json: Course = { pods: PODS, protobuf: false, stream: false, changes: count, expiry: 0 };
    const protobuf: Course = { ...json, protobuf: true };
    const runs = await sideBySide(
      [
        { name: 'stock watch', way: 'watch-stock', course: json },
        { name: 'dropped json', way: 'changes-dropped', course: json },
        { name: 'dropped protobuf', way: 'changes-dropped', course: protobuf },
        { name: 'view json', way: 'view-changes', course: json, flags: VIEW_FLAGS },
        { name: 'view protobuf', way: 'view-changes', course: protobuf, flags: VIEW_FLAGS },
      ],
      ROUNDS[size],
    );
    return [
      timesAsMany(runs, 'view protobuf'),
      timesAsMany(runs, 'view json'),
      ...[...runs.keys()].map((name) =>
        figure(`${name}: changes for a second of cpu`, Math.round(count / median(runs, name, 'cpu'))),
      ),
      ...usedFigures(runs, ['wall', 'cpu', 'peak', 'delay']),
    ];
  },
};

function timesAsMany(runs: Runs, name: string): Figure {
  const times = median(runs, 'stock watch', 'cpu') / median(runs, name, 'cpu');
  return figure(`changes for a second of cpu: ${name} / stock watch`, times, 'x');
}
