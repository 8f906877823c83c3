// Numbers given out at random: providers, brands and partners share one space (a brand's number may be its provider's,
// a subscription is found by its holder's), retailers have eight digits within their brand.

import { randomInt } from 'node:crypto';

/** Draws a whole number out of a range, both ends included. */
export type Draw = (least: number, most: number) => number;

export const drawAtRandom: Draw = (least, most) => randomInt(least, most + 1);

/** Seven digits: room for nine million, and apart from the demo's six. */
export const PARTY_NUMBER_MIN = 1_000_000;
export const PARTY_NUMBER_MAX = 9_999_999;
/** Numbers that an operator gives; the column's greatest. */
const GIVEN_NUMBER_MAX = 2_147_483_647;

export function isPartyNumber(value: number): boolean {
  return Number.isInteger(value) && value > 0 && value <= GIVEN_NUMBER_MAX;
}
