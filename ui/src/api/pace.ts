// How often the page follows what changes: each step asks all of its questions anew.

/** Milliseconds from one step to the next at least, and how long one is put off at most. */
export const paceAtLeast = 2_000;
export const paceAtMost = 30_000;

/** How much longer than the answers took the pause after them is. */
const share = 4;

/** When the next step may be, by what the last one took. */
export class Pace {
  private stepped = -Infinity;
  private answered: number | null = -Infinity;

  /** Notes a step, after which questions are asked. */
  step(now: number): void {
    this.stepped = now;
    this.answered = null;
  }

  /** Notes whether answers are under way. */
  asking(under: boolean, now: number): void {
    if (under) this.answered = null;
    else this.answered ??= now;
  }

  /** Milliseconds to wait before the next step; 0: none. While answers are under way, until the latest time at which not. */
  wait(now: number): number {
    const latest = this.stepped + paceAtMost - now;
    if (this.answered === null) return Math.max(0, latest);
    const took = this.answered - this.stepped;
    const pause = Math.max(paceAtLeast, Number.isNaN(took) ? 0 : took + share * took);
    return Math.max(0, Math.min(latest, this.stepped + pause - now));
  }
}
