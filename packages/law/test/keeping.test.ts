// How long records are kept (law.md, rule 28), as a table of cases.

import { expect, it } from 'vitest';
import { DEFAULT_CALENDAR_POLICY, formatTime, HOLIDAYS, keptUntil, makeCalendar, parseTime } from '../src/index.ts';

const calendar = makeCalendar(HOLIDAYS, DEFAULT_CALENDAR_POLICY);
function at(text: string): number {
  const read = parseTime(text);
  if ('fault' in read) throw new Error(text);
  return read.seconds;
}

it.each([
  ['ten years from the act stand above three from the end', '2026-11-10 09:00:00', '2027-01-05 10:00:00', '2036-11-11'],
  [
    'three years from the end, where the consent ended late',
    '2026-11-10 09:00:00',
    '2040-01-05 10:00:00',
    '2043-01-06',
  ],
  ['a record that proves no consent: ten years', '2026-11-10 09:00:00', null, '2036-11-11'],
  [
    'an act before the law of ten years: three from the end',
    '2021-03-01 09:00:00',
    '2022-02-01 10:00:00',
    '2025-02-02',
  ],
  ['in the text of 2015 one year', '2016-03-01 09:00:00', null, '2017-03-02'],
])('%s', (_, actAt, endedAt, day) => {
  const until = keptUntil(calendar, { actAt: at(actAt), endedAt: endedAt === null ? null : at(endedAt) });
  expect(formatTime(until)).toBe(`${day} 00:00:00`);
});
