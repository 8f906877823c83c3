// The holidays of law 2429, as data. A feast whose day is announced but not confirmed by the registrar is marked
// `forecast`.

import type { Words } from './sentences.ts';
import type { Day } from './time.ts';

/** `confirmed`: in force. `forecast`: announced ahead; the registrar confirms it, and it may yet move by a day. */
export type HolidayStatus = 'confirmed' | 'forecast';

/** A holiday that has the same date each year. */
export interface FixedHoliday {
  readonly month: number;
  readonly day: number;
  /** From 13:00 only. */
  readonly half: boolean;
  /** The first year in which it is a holiday, where that is later than law 6563 (2015). */
  readonly since?: number;
  readonly names: Words;
  readonly article: string;
}

export type FeastName = 'ramazan' | 'kurban';

/** One year's religious feast, by its first whole day; the eve is a half day. */
export interface Feast {
  readonly feast: FeastName;
  readonly firstDay: Day;
  readonly status: HolidayStatus;
}

export interface Holidays {
  readonly fixed: ReadonlyArray<FixedHoliday>;
  readonly feasts: ReadonlyArray<Feast>;
}

/** Whole days of each feast, names and article (law 2429 art. 2/B: each from 13:00 of the eve, 3.5 and 4.5 days). */
export const FEASTS: Readonly<
  Record<FeastName, { readonly days: number; readonly names: Words; readonly article: string }>
> = {
  ramazan: { days: 3, names: { tr: 'Ramazan Bayramı', en: 'Ramadan Feast' }, article: 'L 2429 art. 2/B-1' },
  kurban: { days: 4, names: { tr: 'Kurban Bayramı', en: 'Feast of Sacrifice' }, article: 'L 2429 art. 2/B-2' },
};

/** The holidays of law 2429. Feasts from 2027 on are announced ahead, not confirmed. */
export const HOLIDAYS: Holidays = {
  fixed: [
    { month: 1, day: 1, half: false, names: { tr: 'Yılbaşı', en: "New Year's Day" }, article: 'L 2429 art. 2/C' },
    {
      month: 4,
      day: 23,
      half: false,
      names: { tr: 'Ulusal Egemenlik ve Çocuk Bayramı', en: "National Sovereignty and Children's Day" },
      article: 'L 2429 art. 2/A-1',
    },
    {
      month: 5,
      day: 1,
      half: false,
      names: { tr: 'Emek ve Dayanışma Günü', en: 'Labour and Solidarity Day' },
      article: 'L 2429 art. 2/C',
    },
    {
      month: 5,
      day: 19,
      half: false,
      names: { tr: 'Atatürk’ü Anma, Gençlik ve Spor Bayramı', en: 'Commemoration of Atatürk, Youth and Sports Day' },
      article: 'L 2429 art. 2/A-2',
    },
    {
      month: 7,
      day: 15,
      half: false,
      // Law 6751, RG 29.10.2016/29872: the first 15 July that it covers is that of 2017.
      since: 2017,
      names: { tr: 'Demokrasi ve Millî Birlik Günü', en: 'Democracy and National Unity Day' },
      article: 'L 2429 art. 2/C',
    },
    { month: 8, day: 30, half: false, names: { tr: 'Zafer Bayramı', en: 'Victory Day' }, article: 'L 2429 art. 2/A-3' },
    {
      month: 10,
      day: 28,
      half: true,
      names: { tr: 'Cumhuriyet Bayramı arifesi', en: 'Eve of Republic Day' },
      article: 'L 2429 art. 1',
    },
    {
      month: 10,
      day: 29,
      half: false,
      names: { tr: 'Cumhuriyet Bayramı', en: 'Republic Day' },
      article: 'L 2429 art. 1',
    },
  ],
  feasts: [
    { feast: 'ramazan', firstDay: '2024-04-10', status: 'confirmed' },
    { feast: 'kurban', firstDay: '2024-06-16', status: 'confirmed' },
    { feast: 'ramazan', firstDay: '2025-03-30', status: 'confirmed' },
    { feast: 'kurban', firstDay: '2025-06-06', status: 'confirmed' },
    { feast: 'ramazan', firstDay: '2026-03-20', status: 'confirmed' },
    { feast: 'kurban', firstDay: '2026-05-27', status: 'confirmed' },
    { feast: 'ramazan', firstDay: '2027-03-09', status: 'forecast' },
    { feast: 'kurban', firstDay: '2027-05-16', status: 'forecast' },
    { feast: 'ramazan', firstDay: '2028-02-26', status: 'forecast' },
    { feast: 'kurban', firstDay: '2028-05-05', status: 'forecast' },
    { feast: 'ramazan', firstDay: '2029-02-14', status: 'forecast' },
    { feast: 'kurban', firstDay: '2029-04-24', status: 'forecast' },
    { feast: 'ramazan', firstDay: '2030-02-04', status: 'forecast' },
    { feast: 'kurban', firstDay: '2030-04-13', status: 'forecast' },
  ],
};
