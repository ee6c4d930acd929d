/** One full reading of the cluster: the view against the stock informer, and against the bare download. */

import type { Benchmark, Size } from '../benchmark.ts';
import type { Course } from './course.ts';
import { miscounted, ratio, usedFigures } from './figures.ts';
import type { Measured } from './measure.ts';
import { sideBySide } from './measure.ts';
import { VIEW_FLAGS } from './view-flags.ts';

const PODS = { full: 50_000, small: 5000 } as const satisfies Record<Size, number>;
const ROUNDS = { full: 3, small: 1 } as const satisfies Record<Size, number>;
const FORMS = ['protobuf-stream', 'protobuf-pages', 'json-stream', 'json-pages'] as const;

export const sync: Benchmark = {
  name: 'pods/sync',
  about: 'one full reading, every fifth pod a holder: stock informer, bare download, the view',
  run: async (size) => {
    const pods = PODS[size];
    const runs = await sideBySide(waysOf(pods), ROUNDS[size]);
    const views = FORMS.map((form) => `view ${form}`);
    return [
      ...(['wall', 'cpu', 'peak'] as const).map((what) =>
        ratio(runs, what, ['informer', 'view protobuf-stream']),
      ),
      ...FORMS.map((form) => ratio(runs, 'cpu', [`view ${form}`, `dropped ${form}`])),
      ratio(runs, 'cpu', ['view json-pages', 'parsed json-pages']),
      miscounted(runs, views, pods / 5),
      ...usedFigures(runs, ['wall', 'cpu', 'peak', 'delay']),
    ];
  },
};

function waysOf(pods: number): readonly Measured[] {
  const inJson = courseOf('json-pages', pods);
  return [
    { name: 'informer', way: 'informer', course: inJson },
    { name: 'parsed json-pages', way: 'pages-parsed', course: inJson },
    ...FORMS.flatMap((form) => {
      const course = courseOf(form, pods);
      const dropped = course.stream ? 'stream-dropped' : 'pages-dropped';
      return [
        { name: `dropped ${form}`, way: dropped, course },
        { name: `view ${form}`, way: 'view', course, flags: VIEW_FLAGS },
      ];
    }),
    { name: 'view without flags', way: 'view', course: courseOf('protobuf-stream', pods) },
  ];
}

function courseOf(form: (typeof FORMS)[number], pods: number): Course {
  return {
    pods,
    protobuf: form.startsWith('protobuf'),
    stream: form.endsWith('stream'),
    changes: 0,
    expiry: 0,
  };
}
