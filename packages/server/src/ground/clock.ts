// The one clock of the house. Everything that asks for the time asks here, so that a sandbox or a test can move it.

export interface Clock {
  /** Epoch milliseconds. */
  nowMs(): number;
  /** Epoch seconds, truncated: the contract counts in seconds. */
  now(): number;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  now: () => Math.floor(Date.now() / 1000),
};

/** A clock that stands `offsetSeconds` from the system's and can be moved. */
export function movableClock(
  offsetSeconds = 0,
): Clock & { move(seconds: number): void; setTo(epochSeconds: number): void } {
  let offsetMs = offsetSeconds * 1000;
  return {
    nowMs: () => Date.now() + offsetMs,
    now: () => Math.floor((Date.now() + offsetMs) / 1000),
    move: (seconds) => {
      offsetMs += seconds * 1000;
    },
    setTo: (epochSeconds) => {
      offsetMs = epochSeconds * 1000 - Date.now();
    },
  };
}
