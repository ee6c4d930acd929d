/** The largest cluster: whether the time grows with the pods and no faster, and what the view then holds. */

import type { Benchmark, Size } from '../benchmark.ts';
import type { Course } from './course.ts';
import { miscounted, ratio, usedFigures } from './figures.ts';
import { sideBySide } from './measure.ts';
import { VIEW_FLAGS } from './view-flags.ts';

const PODS = { full: 500_000, small: 20_000 } as const satisfies Record<Size, number>;
const ROUNDS = { full: 3, small: 1 } as const satisfies Record<Size, number>;

export const large: Benchmark = {
  name: 'pods/large',
  about: 'one full reading of the largest cluster, and of one a tenth of it; 5,000 identities',
  run: async (size) => {
    const pods = PODS[size];
    const whole: Course = { pods, protobuf: true, stream: true, changes: 0, expiry: 0 };
    const runs = await sideBySide(
      [
        { name: 'a tenth', way: 'view', course: { ...whole, pods: pods / 10 }, flags: VIEW_FLAGS },
        { name: 'whole', way: 'view', course: whole, flags: VIEW_FLAGS },
        { name: 'whole in pages', way: 'view', course: { ...whole, stream: false }, flags: VIEW_FLAGS },
      ],
      ROUNDS[size],
    );
    return [
      ratio(runs, 'wall', ['whole', 'a tenth']),
      ratio(runs, 'cpu', ['whole', 'a tenth']),
      miscounted(runs, ['whole', 'whole in pages'], pods / 5),
      ...usedFigures(runs, ['wall', 'cpu', 'peak', 'after', 'delay', 'delayMax']),
    ];
  },
};
