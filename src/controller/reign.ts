/** The reign: what may only be done while this replica leads, and the reloading of the ledger before any of it is done. */

import type { Leader, Loss } from '../domain/leadership.ts';
import type { Reading } from '../domain/reading.ts';
import type { Leadership, LeadershipSignals } from '../ports/leadership.ts';
import type { Reporter } from '../ports/reporter.ts';
import { aborted } from './signals.ts';

export type ReignDeps = {
  /** Undefined: there are no other replicas. */
  readonly leadership: Leadership | undefined;
  readonly reporter: Reporter;
};

const FOR_EVER = new AbortController().signal;

export class Reign {
  readonly #deps: ReignDeps;
  #prepared: AbortSignal | undefined;
  #wakes = new Set<() => void>();

  constructor(deps: ReignDeps) {
    this.#deps = deps;
  }

  /** The term that is under way, once everything is prepared for it; every act carries it. */
  term(): AbortSignal | undefined {
    const { leadership } = this.#deps;
    if (leadership === undefined) return FOR_EVER;
    const term = leadership.term();
    return term !== undefined && term === this.#prepared ? term : undefined;
  }

  /** `prepare` brings back what the leader before knew; nothing is done before it has ended, whatever it found. */
  async run(prepare: (term: AbortSignal) => Promise<void>, signals: LeadershipSignals): Promise<void> {
    const { leadership, reporter } = this.#deps;
    if (leadership === undefined) return;
    const preparing = new Set<Promise<void>>();
    await leadership.run(
      {
        elected: (term) => {
          reporter.report({ kind: 'leadership', change: { kind: 'elected', name: leadership.name } });
          const task = this.#begin(term, prepare).finally(() => preparing.delete(task));
          preparing.add(task);
        },
        lost: (loss: Loss) => reporter.report({ kind: 'leadership', change: { kind: 'lost', loss } }),
        reading: (reading: Reading<Leader>) => {
          reporter.report({ kind: 'leadership', change: { kind: 'seen', reading } });
        },
      },
      signals,
    );
    await Promise.all(preparing);
  }

  /** Does the work in each term, from its beginning to its end, until told to stop. */
  async during(work: (term: AbortSignal) => Promise<void>, stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      const term = this.term();
      if (term === undefined) await this.#change(stopping);
      else await this.#inTerm(work, AbortSignal.any([term, stopping]));
    }
  }

  /** Work that ends early is not begun again in the same term: it would be begun without end. */
  async #inTerm(work: (term: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    await work(signal);
    await aborted(signal);
  }

  async #begin(term: AbortSignal, prepare: (term: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await prepare(term);
    } catch (error) {
      if (term.aborted) return;
      this.#deps.reporter.report({ kind: 'bug', where: 'taking over as the leader', error });
    }
    this.#prepared = term;
    for (const wake of this.#wakes) wake();
  }

  async #change(stopping: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        this.#wakes.delete(wake);
        stopping.removeEventListener('abort', wake);
        resolve();
      };
      this.#wakes.add(wake);
      stopping.addEventListener('abort', wake, { once: true });
      if (stopping.aborted) wake();
    });
  }
}
