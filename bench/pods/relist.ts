/** A second full reading over a view that is there: what it costs, and whether it holds the event loop. */

import type { Benchmark, Size } from '../benchmark.ts';
import type { Course } from './course.ts';
import { miscounted, usedFigures } from './figures.ts';
import { sideBySide } from './measure.ts';
import { VIEW_FLAGS } from './view-flags.ts';

const PODS = { full: 500_000, small: 20_000 } as const satisfies Record<Size, number>;
const ROUNDS = { full: 3, small: 1 } as const satisfies Record<Size, number>;

export const relist: Benchmark = {
  name: 'pods/relist',
  about: 'the version is too old, and all pods are read once more; every fifth is a holder',
  run: async (size) => {
    const course: Course = { pods: PODS[size], protobuf: true, stream: true, changes: 0, expiry: 0 };
    const runs = await sideBySide(
      [
        { name: 'stream', way: 'view-relist', course, expires: true, flags: VIEW_FLAGS },
        {
          name: 'pages',
          way: 'view-relist',
          course: { ...course, stream: false },
          expires: true,
          flags: VIEW_FLAGS,
        },
      ],
      ROUNDS[size],
    );
    return [
      miscounted(runs, ['stream', 'pages'], PODS[size] / 5),
      ...usedFigures(runs, ['wall', 'cpu', 'peak', 'after', 'delay', 'delayMax']),
    ];
  },
};
