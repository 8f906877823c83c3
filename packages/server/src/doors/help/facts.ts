// What the help says by number: the law's periods and holidays, and the measures of the screens. A text names a fact in
// double braces, `{{record-consent}}`, so that no number stands in it that the law's data could contradict.

import {
  type Day,
  DEFAULT_CALENDAR_POLICY,
  FEASTS,
  HOLIDAYS,
  type Language,
  PERIODS,
  type Period,
  periodInForce,
  startOfDay,
} from '@acik-iys/law';
import { CHECK_ROWS_MAX, LIST_ROWS_MAX, WAIT_SECONDS } from '../../rooms/entries/index.ts';

/** Turkish names stay as they are after a number, English ones take an s from two on. */
const UNITS = {
  business: { tr: 'iş günü', en: 'business day' },
  calendar: { tr: 'gün', en: 'day' },
  month: { tr: 'ay', en: 'month' },
  year: { tr: 'yıl', en: 'year' },
  hour: { tr: 'saat', en: 'hour' },
} as const;
const SAME_DAY = { tr: 'aynı gün', en: 'the same day' } as const;
const LOCALES = { tr: 'tr-TR', en: 'en-GB' } as const;
const HALF_DAY = {
  tr: { yes: 'öğleden sonra tatil; iş günü sayılır', no: 'öğleden sonra tatil; iş günü sayılmaz' },
  en: { yes: 'afternoon off; counts as a business day', no: 'afternoon off; does not count' },
} as const;
const FORECAST = { tr: 'kesinleşmedi, bir gün oynayabilir', en: 'not confirmed, may move by a day' } as const;
const DAYS_OF = {
  tr: (days: number) => `${days} gün, arifesi yarım gün`,
  en: (days: number) => `${days} days, and half a day before`,
} as const;

/**
 * The text of Markdown with its facts put in.
 * @param today day whose law counts, in Istanbul
 * @throws Error for a fact that is not known
 */
export function withFacts(text: string, language: Language, today: Day): string {
  return text.replace(/\{\{([\w-]+)\}\}/g, (_, name: string) => fact(name, language, today));
}

function fact(name: string, language: Language, today: Day): string {
  const number = (value: number): string => new Intl.NumberFormat(LOCALES[language]).format(value);
  switch (name) {
    case 'holidays':
      return holidays(language);
    case 'feasts':
      return feasts(language, today);
    case 'list-rows':
      return number(LIST_ROWS_MAX);
    case 'check-rows':
      return number(CHECK_ROWS_MAX);
    case 'wait':
      return number(WAIT_SECONDS);
    default: {
      const known = PERIODS.find(({ key }) => key === name);
      const period = known && periodInForce(known.key, today);
      if (period === undefined) throw new Error(`the help names a fact that there is not: ${name}`);
      return periodWords(period, language);
    }
  }
}

function periodWords({ kind, length }: Period, language: Language): string {
  if (kind === 'same-day') return SAME_DAY[language];
  return `${length} ${UNITS[kind][language]}${language === 'en' && length !== 1 ? 's' : ''}`;
}

function dateFormat(language: Language, year: boolean): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat(LOCALES[language], {
    timeZone: 'Europe/Istanbul',
    day: 'numeric',
    month: 'long',
    ...(year && { year: 'numeric' }),
  });
}

/** A list of the holidays of fixed date. */
function holidays(language: Language): string {
  const format = dateFormat(language, false);
  const half = HALF_DAY[language][DEFAULT_CALENDAR_POLICY.halfDayIsBusinessDay ? 'yes' : 'no'];
  return HOLIDAYS.fixed
    .map(({ month, day, half: isHalf, names }) => {
      const date = format.format(Date.UTC(2000, month - 1, day));
      return `- ${date}: ${names[language]}${isHalf ? ` (${half})` : ''}`;
    })
    .join('\n');
}

function yearOf(day: Day): number {
  return Number(day.slice(0, 4));
}

/** A list of the feasts of this year and the next, by their first days. */
function feasts(language: Language, today: Day): string {
  const format = dateFormat(language, true);
  return HOLIDAYS.feasts
    .filter(({ firstDay }) => [0, 1].includes(yearOf(firstDay) - yearOf(today)))
    .map(({ feast, firstDay, status }) => {
      const { days, names } = FEASTS[feast];
      const note = status === 'forecast' ? `; ${FORECAST[language]}` : '';
      return `- ${format.format(startOfDay(firstDay) * 1_000)}: ${names[language]} (${DAYS_OF[language](days)}${note})`;
    })
    .join('\n');
}
