// The help over HTTP: every page answers in both languages, without a script and under a strict policy; every link leads
// somewhere; and what the texts say by number is what the law's data says.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import {
  DEFAULT_CALENDAR_POLICY,
  FEASTS,
  HOLIDAYS,
  istanbulDay,
  makeCalendar,
  PERIODS,
  type PeriodKey,
  periodInForce,
  startOfDay,
} from '@acik-iys/law';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { en, tr } from '../../web/src/text/areas/help.ts';
import { withFacts } from '../src/doors/help/facts.ts';
import { HELP_AT, HELP_TOPICS } from '../src/doors/help/index.ts';
import { type TestServer, testServer } from './support/server.ts';

const LANGUAGES = ['tr', 'en'] as const;
type Language = (typeof LANGUAGES)[number];
const TEXTS = new URL('../src/doors/help/', import.meta.url);

/**
 * The periods for which the texts were written. When the law's data no longer says so: read the pages that name the
 * period again, sentence by sentence, then write the new value here.
 */
const WRITTEN_FOR: Readonly<Partial<Record<PeriodKey, string>>> = {
  'record-consent': '3 business',
  'tell-consent-taken': '0 same-day',
  'stop-after-refusal': '3 business',
  'report-refusal': '3 business',
  'keep-consent-record': '3 year',
  'keep-other-record': '3 year',
  'keep-all-records': '10 year',
};

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(async () => {
  await server.close();
});

const address = (language: Language, topic: Readonly<Record<Language, string>>): string =>
  `${HELP_AT[language]}/${topic[language]}`;
const ADDRESSES = LANGUAGES.flatMap((language) => [
  [language, HELP_AT[language]] as const,
  ...HELP_TOPICS.map((topic) => [language, address(language, topic)] as const),
]);
const linksOf = (page: string): string[] => [...page.matchAll(/ href="([^"]*)"/g)].map(([, href]) => href as string);
const textOf = (language: Language, name: string): string =>
  readFileSync(new URL(`${language}/${name}.md`, TEXTS), 'utf8');

it('has a text for every topic in both languages, and no other', () => {
  for (const language of LANGUAGES)
    expect(readdirSync(new URL(language, TEXTS)).sort()).toEqual(
      HELP_TOPICS.map((topic) => `${topic[language]}.md`).sort(),
    );
});

describe.each(ADDRESSES)('in %s, %s', (language, path) => {
  it('is a whole page that anybody may read, without a script and under a strict policy', async () => {
    const { status, headers, text } = await server.call('GET', path);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(text).toContain(`<html lang="${language}">`);
    expect(text.match(/<h1>/g)).toHaveLength(1);
    expect(text).not.toMatch(/<script|<[^>]* on\w+=|\{\{/);
    const policy = headers.get('content-security-policy')?.split('; ') ?? [];
    const style = /<style>(.*?)<\/style>/s.exec(text)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`style-src 'sha256-${hash}'`);
    expect(policy.join()).not.toMatch(/unsafe|script-src|\*/);
  });

  it('names the law it comes from at its end', async () => {
    if (path === HELP_AT[language]) return;
    const { text } = await server.call('GET', path);
    const last = /<p>(?:(?!<p>).)*<\/p>\n<\/main>/s.exec(text)?.[0] ?? '';
    expect(last).toMatch(
      language === 'tr'
        ? /<strong>Dayanak:<\/strong>.*6563.*m\. \d/
        : /<strong>Source:<\/strong>.*Law 6563.*arts?\. \d/,
    );
  });
});

it('leads somewhere by every link, and to every topic from each page', async () => {
  const seen = new Map<string, number>();
  for (const [language, path] of ADDRESSES) {
    const { text } = await server.call('GET', path);
    const links = linksOf(text).filter((href) => href !== 'data:,');
    for (const topic of HELP_TOPICS) expect(links, path).toContain(address(language, topic));
    for (const href of links) {
      if (href.startsWith('#')) expect(text, `${path}${href}`).toContain(` id="${href.slice(1)}"`);
      else if (!seen.has(href)) seen.set(href, (await server.call('GET', href)).status);
    }
  }
  expect([...seen].filter(([, status]) => status !== 200)).toEqual([]);
});

it('leads from each page to the same one in the other language, and back', async () => {
  for (const topic of HELP_TOPICS) {
    const [turkish, english] = [address('tr', topic), address('en', topic)];
    expect(linksOf((await server.call('GET', turkish)).text)).toContain(english);
    expect(linksOf((await server.call('GET', english)).text)).toContain(turkish);
  }
});

it('keeps the links inside a text in its language', () => {
  for (const language of LANGUAGES)
    for (const topic of HELP_TOPICS)
      for (const [, href] of textOf(language, topic[language]).matchAll(/\]\((\S+)\)/g))
        if (href !== '/docs') expect(href, topic[language]).toMatch(new RegExp(`^${HELP_AT[language]}/`));
});

it('is where the front page and the screens lead to', async () => {
  const { text } = await server.call('GET', '/');
  expect(linksOf(text)).toEqual(expect.arrayContaining(Object.values(HELP_AT)));
  for (const words of [tr, en])
    for (const { href } of Object.values(words.topics)) expect((await server.call('GET', href)).status, href).toBe(200);
});

it('shows the topics where there is no such page', async () => {
  for (const language of LANGUAGES) {
    const { status, text } = await server.call('GET', `${HELP_AT[language]}/yok`);
    expect(status).toBe(404);
    for (const topic of HELP_TOPICS) expect(linksOf(text)).toContain(address(language, topic));
  }
});

describe('what the texts say by number', () => {
  const texts = LANGUAGES.flatMap((language) =>
    HELP_TOPICS.map((topic) => [`${language}/${topic[language]}`, textOf(language, topic[language])] as const),
  );

  it.each(texts)('comes from the data and stands in no text: %s', (_, text) => {
    expect(text).not.toMatch(/\d\s+(iş günü|gün|ay|yıl|saat|saniye|satır)(?!\p{L})/u);
    expect(text).not.toMatch(/\d\s+(business day|day|month|year|hour|second|row)s?(?!\p{L})/u);
  });

  it('is what the law says today', () => {
    const today = istanbulDay(Date.now() / 1_000);
    const known = new Set<string>(PERIODS.map(({ key }) => key));
    const named = texts.flatMap(([, text]) =>
      [...text.matchAll(/\{\{([\w-]+)\}\}/g)].map(([, name]) => name as string),
    );
    const periods = [...new Set(named)].filter((name): name is PeriodKey => known.has(name));
    const inForce = periods.map((key) => {
      const period = periodInForce(key, today);
      return [key, `${period?.length} ${period?.kind}`];
    });
    expect(Object.fromEntries(inForce)).toEqual(WRITTEN_FOR);
  });

  it.each([
    ['{{record-consent}}', 'tr', '3 iş günü'],
    ['{{record-consent}}', 'en', '3 business days'],
    ['{{tell-consent-taken}}', 'tr', 'aynı gün'],
    ['{{keep-all-records}}', 'tr', '10 yıl'],
    ['{{repeat-breach}}', 'en', '1 year'],
    ['{{check-rows}}', 'tr', '1.000'],
    ['{{check-rows}}', 'en', '1,000'],
  ] as const)('is said in words: %s in %s', (text, language, words) => {
    expect(withFacts(text, language, '2026-11-24')).toBe(words);
  });

  it('follows the law of the day', () => {
    expect(withFacts('{{keep-consent-record}}', 'en', '2019-12-31')).toBe('1 year');
    expect(withFacts('{{keep-consent-record}}', 'en', '2020-01-04')).toBe('3 years');
  });

  it('is refused where there is no such fact, or none that day', () => {
    expect(() => withFacts('{{nothing}}', 'tr', '2026-11-24')).toThrow('nothing');
    expect(() => withFacts('{{keep-all-records}}', 'tr', '2022-12-31')).toThrow('keep-all-records');
  });
});

describe('the page of business days', () => {
  const calendar = makeCalendar(HOLIDAYS, DEFAULT_CALENDAR_POLICY);
  const NOON = 12 * 3_600;
  const page = { tr: 'is-gunu', en: 'business-days' } as const;

  function words(language: Language, day: string): { weekday: string; date: string } {
    const instant = (startOfDay(day) + NOON) * 1_000;
    const say = (options: Intl.DateTimeFormatOptions): string =>
      new Intl.DateTimeFormat(language === 'tr' ? 'tr-TR' : 'en-GB', {
        timeZone: 'Europe/Istanbul',
        ...options,
      }).format(instant);
    const weekday = language === 'tr' ? say({ weekday: 'long' }).toLocaleLowerCase('tr') : say({ weekday: 'long' });
    const date = say({ day: 'numeric', month: 'long', year: 'numeric' });
    return { weekday, date: language === 'tr' ? `${date} ${weekday}` : `${weekday} ${date}` };
  }

  /** The examples: day on which it was given, as it stands there, and the cells of its row. */
  function examples(language: Language): { day: string; cells: string[] }[] {
    const rows = textOf(language, page[language]).matchAll(/^\| (.*\d{4}.*) \|$/gm);
    return [...rows].map(([, row]) => {
      const cells = (row as string).split(' | ');
      const [, date = '', month = '', year = ''] = /(\d+) (\p{L}+) (\d{4})/u.exec(cells[0] ?? '') ?? [];
      const at = Array.from(
        { length: 12 },
        (_, n) => `${year}-${String(n + 1).padStart(2, '0')}-${date.padStart(2, '0')}`,
      )
        .filter((day) => !Number.isNaN(Date.parse(day)))
        .find((day) => words(language, day).date.includes(month));
      return { day: at ?? '', cells };
    });
  }

  it.each(LANGUAGES)('counts its examples as the calendar does (%s)', (language) => {
    const rows = examples(language);
    expect(rows.length).toBeGreaterThanOrEqual(5);
    for (const { day, cells } of rows) {
      const length = periodInForce('record-consent', day)?.length ?? 0;
      const days = Array.from({ length }, (_, n) => calendar.addBusinessDays(day, n + 1));
      const [given, counted = '', last] = cells;
      expect(given?.split(',')[0]).toBe(words(language, day).date);
      const said = counted.replace(/;.*/, '').replaceAll(/ \([^)]*\)/g, '');
      expect(said.split(', '), given).toEqual(days.map((one) => words(language, one).weekday));
      expect(last, given).toBe(words(language, calendar.lastDayFor(startOfDay(day) + NOON, length)).date);
    }
  });

  it('shows the same examples in both languages, one of them over a feast', () => {
    const days = examples('tr').map(({ day }) => day);
    expect(examples('en').map(({ day }) => day)).toEqual(days);
    const overFeast = days.filter((day) =>
      HOLIDAYS.feasts.some(({ firstDay }) => firstDay > day && firstDay <= calendar.addBusinessDays(day, 3)),
    );
    expect(overFeast).not.toEqual([]);
  });

  it.each(LANGUAGES)('names every holiday, and the feasts of this year and the next (%s)', async (language) => {
    const { text } = await server.call('GET', `${HELP_AT[language]}/${page[language]}`);
    for (const { names } of HOLIDAYS.fixed) expect(text).toContain(names[language].replaceAll("'", '&#39;'));
    const thisYear = Number(istanbulDay(server.clock.now()).slice(0, 4));
    const near = HOLIDAYS.feasts.filter(({ firstDay }) =>
      [thisYear, thisYear + 1].includes(Number(firstDay.slice(0, 4))),
    );
    expect(near.length).toBeGreaterThanOrEqual(4);
    for (const { feast, firstDay } of near) {
      const date = words(language, firstDay).date.replace(words(language, firstDay).weekday, '').trim();
      expect(text).toContain(`${date}: ${FEASTS[feast].names[language]}`);
    }
  });
});

it.each([
  ['tr', 'sozluk'],
  ['en', 'glossary'],
] as const)('sorts the glossary by the alphabet (%s)', (language, name) => {
  const [, ...words] = [...textOf(language, name).matchAll(/^\| ([^|]+) \|/gm)].map(([, word]) => word as string);
  expect(words.length).toBeGreaterThan(15);
  expect(words).toEqual(words.toSorted(new Intl.Collator(language).compare));
});
