// How often something may be asked for within an hour, by whoever has not logged in. In memory and bounded: a restart
// forgets, each process counts for itself.

import type { Clock } from '../../ground/clock.ts';
import { Recent } from './fresh-cache.ts';

const HOUR_MS = 3_600_000;
/** Keys remembered: about 3 MB when full. */
const KEYS_MOST = 20_000;

export class HourlyBound {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #hours = new Recent<string, { readonly startMs: number; count: number }>(KEYS_MOST);

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Counts one under the key. @returns false where there were too many in the hour that began with the first */
  take(key: string): boolean {
    const nowMs = this.#clock.nowMs();
    let hour = this.#hours.get(key);
    if (hour === undefined || Math.abs(nowMs - hour.startMs) >= HOUR_MS) {
      hour = { startMs: nowMs, count: 0 };
      this.#hours.set(key, hour);
    }
    hour.count += 1;
    return hour.count <= this.#most;
  }
}
