/** Whether a figure stays flat: a straight line through the lowest values of equal stretches of time. */

export type Point = { readonly at: number; readonly value: number };

export type Trend = {
  /** On the line, at the beginning and at the end of the window. */
  readonly first: number;
  readonly last: number;
  /** From the first to the last, in percent of the first. */
  readonly growth: number;
};

/** The lowest of each stretch: what is left after garbage was collected, where that happened. */
export function minima(points: readonly Point[], stretch: number): readonly Point[] {
  const start = points[0]?.at ?? 0;
  const groups = Map.groupBy(points, ({ at }) => Math.floor((at - start) / stretch));
  return [...groups.values()].map((group) => group.reduce((low, one) => (one.value < low.value ? one : low)));
}

/** Least squares. NaN where there are less than two points. */
export function trend(points: readonly Point[]): Trend {
  const { length } = points;
  const mean = (of: (point: Point) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / length;
  const at = mean((point) => point.at);
  const value = mean((point) => point.value);
  const slope =
    mean((point) => (point.at - at) * (point.value - value)) / mean((point) => (point.at - at) ** 2);
  const onLine = (point: Point | undefined): number =>
    point === undefined ? Number.NaN : value + slope * (point.at - at);
  const [first, last] = [onLine(points[0]), onLine(points.at(-1))];
  return { first, last, growth: ((last - first) / first) * 100 };
}
