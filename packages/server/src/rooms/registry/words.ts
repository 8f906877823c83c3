// Words of the registry that are stored as small numbers: the door a movement came through, and a batch's outcomes.

/** Where a movement came in. Written into movements and fingerprints: a number never changes its meaning. */
export const DOORS = {
  officialSingle: 1,
  officialSingleV2: 2,
  officialBatch: 3,
  officialBatchV2: 4,
  citizen: 10,
  carrier: 11,
  portal: 20,
  portalFile: 21,
  demo: 90,
} as const;
export type Door = (typeof DOORS)[keyof typeof DOORS];

export function isOfficialDoor(door: Door): boolean {
  return door <= DOORS.officialBatchV2;
}

export function isV2Door(door: number): boolean {
  return door === DOORS.officialSingleV2 || door === DOORS.officialBatchV2;
}

/** `brand_day.old_state` of a key's first movement. */
export const NOTHING_BEFORE = -1;

/** `request.outcomes`: below 100 something stands for the item, from 100 on it is the number of its H-code. */
export const OUTCOMES = { accepted: 1, unchanged: 2, overtaken: 3 } as const;

export function outcomeOfCode(code: string): number {
  return Number(code.slice(1));
}
export function codeOfOutcome(outcome: number): string | undefined {
  return outcome < 100 ? undefined : `H${outcome.toString().padStart(3, '0')}`;
}
