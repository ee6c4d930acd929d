/** Samples of the Prometheus text format, as far as the demo's checks need them. */

export type Sample = {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
};

const SAMPLE = /^(?<name>[a-zA-Z_:][\w:]*)(?:\{(?<labels>.*)\})? (?<value>\S+)/;
const LABEL = /(?<name>\w+)="(?<value>(?:[^"\\]|\\.)*)"/g;

export function parseSamples(text: string): readonly Sample[] {
  return text.split('\n').flatMap((line) => {
    const { name, labels = '', value } = SAMPLE.exec(line)?.groups ?? {};
    return name === undefined ? [] : { name, labels: parseLabels(labels), value: Number(value) };
  });
}

function parseLabels(text: string): Record<string, string> {
  const found = [...text.matchAll(LABEL)].map(({ groups = {} }) => groups);
  return Object.fromEntries(found.map(({ name = '', value = '' }) => [name, value]));
}

/** All samples of the metric, by the values of one label; by the empty text where they don't have it. */
export function byLabel(
  samples: readonly Sample[],
  name: string,
  label: string,
): ReadonlyMap<string, number> {
  const found = samples.filter((sample) => sample.name === name);
  return new Map(found.map(({ labels, value }) => [labels[label] ?? '', value]));
}

export function valueOf(samples: readonly Sample[], name: string): number | undefined {
  return samples.find((sample) => sample.name === name)?.value;
}
