/** One direction of a proxied connection: hands on what comes, in order, late or slowly or not at all. */

import type { Socket } from 'node:net';
import type { SimClock } from '../../simulator/clock.ts';

/** How late and how slowly; asked for each piece. */
export type LanePace = {
  /** Milliseconds from a piece's arrival to its being handed on. */
  readonly delay: number;
  readonly bytesPerSecond: number;
};

/** More than this on its way, and no more is read: the sender feels it, as it would by TCP. */
const MOST_UNDER_WAY = 65_536;

export class TcpLane {
  readonly #from: Socket;
  readonly #to: Socket;
  readonly #clock: SimClock;
  readonly #pace: () => LanePace;
  readonly #cancels = new Set<() => void>();
  /** Nothing overtakes what came before it. */
  #lastDue = 0;
  #underWay = 0;
  #isSilent = false;

  constructor(from: Socket, to: Socket, clock: SimClock, pace: () => LanePace) {
    this.#from = from;
    this.#to = to;
    this.#clock = clock;
    this.#pace = pace;
    from.on('data', (piece) => this.#take(piece));
    from.on('end', () => this.#later(0, () => to.end()));
  }

  /** From now on everything that comes is read and lost, an orderly end too. */
  silence(): void {
    this.#isSilent = true;
    this.close();
    this.#from.resume();
  }

  /** What is under way is lost. */
  close(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels.clear();
  }

  #take(piece: Buffer): void {
    if (this.#isSilent) return;
    this.#underWay += piece.length;
    if (this.#underWay > MOST_UNDER_WAY) this.#from.pause();
    this.#later(piece.length, () => {
      this.#underWay -= piece.length;
      this.#to.write(piece);
      if (this.#underWay <= MOST_UNDER_WAY) this.#from.resume();
    });
  }

  #later(bytes: number, run: () => void): void {
    if (this.#isSilent) return;
    const { delay, bytesPerSecond } = this.#pace();
    const now = this.#clock.now();
    const due = Math.max(now + delay, this.#lastDue) + (bytes * 1000) / bytesPerSecond;
    this.#lastDue = due;
    if (due <= now && this.#cancels.size === 0) return run();
    const cancel = this.#clock.after(due - now, () => {
      this.#cancels.delete(cancel);
      run();
    });
    this.#cancels.add(cancel);
  }
}
