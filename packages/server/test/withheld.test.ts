// Failing cases for the lead (temporary): withheld refusals without a date.
import { kindOf, ONAY, RET, SOURCE_NUMBERS, type Statement } from '@acik-iys/law';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DOORS } from '../src/rooms/registry/index.ts';
import { testRegistry } from './support/registry.ts';

const KIND = kindOf(0, 1);
let house: Awaited<ReturnType<typeof testRegistry>>;
beforeAll(async () => {
  house = await testRegistry();
});
afterAll(async () => {
  await house.close();
});
let number = 0;
const address = () => {
  number += 1;
  return `+90534${number.toString().padStart(7, '0')}`;
};
const say = async (
  to: string,
  status: 0 | 1,
  consentedAt: number | null,
  strictness: 'official' | 'welcoming' = 'official',
) => {
  const statement: Statement = {
    kind: KIND,
    address: to,
    status,
    source: SOURCE_NUMBERS.HS_WEB,
    consentedAt,
    retailer: null,
  };
  return (await house.registry.record(house.scope(1, { strictness }), [statement], { door: DOORS.officialSingle }))[0];
};
const granted = async (to: string) => (await house.registry.granted(house.scope(1), KIND, [to]))[0];

it('a dated refusal withheld after one without date is not lost', async () => {
  const to = address();
  const now = house.clock.now();
  await say(to, RET, null); // H175, withheld without date
  await say(to, RET, now - 10); // H175, withheld: the row keeps null
  await say(to, ONAY, now - 50); // older than the refusal: ends the null row
  expect(await granted(to)).toBe(false);
});
it('a refusal without date counts from its receipt: a consent dated before that does not end it', async () => {
  const to = address();
  const now = house.clock.now();
  await say(to, ONAY, now - 500);
  await say(to, RET, null); // H462, withheld, received now
  await say(to, ONAY, now - 400);
  expect(await granted(to)).toBe(false);
});
it('and a consent given after its receipt does', async () => {
  const to = address();
  await say(to, ONAY, house.clock.now() - 500);
  await say(to, RET, null);
  house.clock.move(100);
  await say(to, ONAY, house.clock.now() - 10);
  expect(await granted(to)).toBe(true);
});
it('welcoming: a refusal without date does not wipe the date that consents are measured by', async () => {
  const to = address();
  const now = house.clock.now();
  await say(to, RET, now - 100, 'welcoming');
  await say(to, ONAY, now - 50, 'welcoming');
  await say(to, RET, null, 'welcoming');
  await say(to, ONAY, now - 200, 'welcoming'); // older than the dated refusal
  expect(await granted(to)).toBe(false);
});
