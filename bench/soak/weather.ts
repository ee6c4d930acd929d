/** Bad weather on every wire, now and then, each by itself. */

import { again, Dice } from './dice.ts';
import type { Replica } from './replica.ts';
import { LONGEST_FAULT_MS } from './settings.ts';
import type { Fault, Wire } from './wire.ts';
import { APIS } from './wire.ts';

/** Between two faults of one wire, in milliseconds. */
const CALM = { least: 20_000, most: 70_000 };
const LEAST_FAULT_MS = 1000;

export class BadWeather {
  /** By kind: how many faults there were. */
  readonly counts: Record<Fault['kind'], number> = { cut: 0, 'half-open': 0, delay: 0, throttle: 0 };
  readonly #replicas: readonly Replica[];
  readonly #seed: number;

  constructor(replicas: readonly Replica[], seed: number) {
    this.#replicas = replicas;
    this.#seed = seed;
  }

  async run(signal: AbortSignal): Promise<void> {
    const wires = this.#replicas.flatMap((replica) => APIS.map((api) => replica.wires[api]));
    await Promise.all(wires.map((wire, index) => this.#befall(wire, new Dice(this.#seed + index), signal)));
  }

  async #befall(wire: Wire, dice: Dice, signal: AbortSignal): Promise<void> {
    const calm = (): number => dice.between(CALM.least, CALM.most);
    await again(
      calm,
      async () => {
        const fault = faultOf(dice);
        const ms = dice.between(LEAST_FAULT_MS, LONGEST_FAULT_MS);
        if (await wire.suffer(fault, ms, signal)) this.counts[fault.kind] += 1;
      },
      signal,
    );
  }
}

function faultOf(dice: Dice): Fault {
  const faults: readonly Fault[] = [
    { kind: 'cut' },
    { kind: 'half-open' },
    { kind: 'delay', ms: dice.between(50, 1000), jitter: 1000 },
    { kind: 'throttle', bytesPerSecond: dice.between(2000, 20_000) },
  ];
  return dice.oneOf(faults) ?? { kind: 'cut' };
}
