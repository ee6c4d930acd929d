/** Changes to one place of a JSON value: what a hand, another program or another version may have done. */

import fc from 'fast-check';

type Container = Record<string, unknown> | unknown[];

/** A function that changes one place, anywhere in the value, in one way. */
export const mutation: fc.Arbitrary<(value: unknown) => unknown> = fc
  .record({ where: fc.nat(), how: fc.constantFrom('replace', 'remove', 'add', 'repeat'), by: fc.jsonValue() })
  .map(
    ({ where, how, by }) =>
      (value) =>
        mutated(structuredClone(value), { where, how, by }),
  );

type Change = { readonly where: number; readonly how: string; readonly by: unknown };

function mutated(value: unknown, { where, how, by }: Change): unknown {
  const places = placesIn(value);
  const place = places[where % Math.max(1, places.length)];
  if (place === undefined) return by;
  const { container, key } = place;
  if (Array.isArray(container)) changeList(container, Number(key), how, by);
  else if (how === 'remove') delete container[key];
  else if (how === 'add') container[`x-${key}`] = by;
  else container[key] = how === 'repeat' ? [container[key]] : by;
  return value;
}

function changeList(list: unknown[], index: number, how: string, by: unknown): void {
  if (how === 'remove') list.splice(index, 1);
  else if (how === 'add') list.splice(index, 0, by);
  else if (how === 'repeat') list.splice(index, 0, list[index]);
  else list[index] = by;
}

function placesIn(value: unknown): readonly { readonly container: Container; readonly key: string }[] {
  if (typeof value !== 'object' || value === null) return [];
  const container = value as Container;
  return Object.entries(container).flatMap(([key, inner]) => [{ container, key }, ...placesIn(inner)]);
}
