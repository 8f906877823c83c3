// The help in a real browser: readable without a script, in both languages and schemes, on every width; and the way to
// it from the screens.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { HELP_AT, HELP_TOPICS } from '../packages/server/src/doors/help/index.ts';
import { axeViolations, expectQuiet, sidewaysScroll } from './support/browser.ts';
import { type Desks, openDesks } from './support/desk.ts';

let desks: Desks;
beforeAll(async () => {
  desks = await openDesks();
});
afterAll(() => desks.close());

const PAGES = (['tr', 'en'] as const).flatMap((language) => [
  HELP_AT[language],
  ...HELP_TOPICS.map((topic) => `${HELP_AT[language]}/${topic[language]}`),
]);

it.each([
  ['light', 1280, ['/', ...PAGES]],
  // What the pages are made of: lists, tables, the contents.
  ['dark', 390, ['/', HELP_AT.tr, '/yardim/is-gunu', '/en/help/glossary', '/en/help/nothing']],
] as const)('has no violation of accessibility and no sideways scroll (%s, %i)', async (scheme, width, paths) => {
  const page = await desks.browser.page({ width, scheme });
  for (const path of paths) {
    await page.goto(desks.server.url + path);
    expect(await axeViolations(page), path).toEqual([]);
    await page.setViewportSize({ width: 320, height: 800 });
    expect(await sidewaysScroll(page), path).toBeUndefined();
    await page.setViewportSize({ width, height: 800 });
  }
  await expectQuiet(page, /404/);
});

it('is read without a script and with the keyboard alone', async () => {
  const page = await desks.browser.page({ width: 1280, javaScriptEnabled: false });
  await page.goto(`${desks.server.url}/`);
  await page.getByRole('link', { name: 'Yardım: İYS nedir, kurallar ne ister' }).press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Yardım' }).waitFor();
  await page.getByRole('link', { name: 'İş günü nasıl sayılır?' }).press('Enter');
  await page.getByRole('cell', { name: '24 Kasım 2026 salı' }).waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.waitForURL(/#content$/);
  await page.getByRole('link', { name: 'English' }).press('Enter');
  await page.getByRole('heading', { level: 1, name: 'How do business days count?' }).waitFor();
  const topics = page.getByRole('navigation', { name: 'Topics' });
  await topics.getByRole('link', { name: 'What does a refusal ask of you?' }).press('Enter');
  await page.getByRole('heading', { level: 1, name: 'What does a refusal ask of you?' }).waitFor();
});

const SCREENS = [
  ['', 'Ret gelince ne yaparsınız?'],
  ['/kayit', 'Bir onayda ne bulunmalı?'],
  ['/liste', 'Excel ve listeler'],
  ['/liste-kontrolu', 'Excel ve listeler'],
  ['/retler', 'Ret gelince ne yaparsınız?'],
] as const;
it('opens beside each screen', async () => {
  const page = await desks.enter('clerk');
  for (const [path, title] of SCREENS) {
    await page.goto(`${desks.server.url}/isletme/600100${path}`);
    const [help] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('link', { name: /^Yardım: .* \(yeni sekmede açılır\)$/ }).click(),
    ]);
    await help.getByRole('heading', { level: 1, name: title }).waitFor();
  }
  await expectQuiet(page);
});

it('opens beside the answer about an address, in the language of the screen', async () => {
  const page = await desks.enter('viewer');
  await page.getByRole('button', { name: 'English' }).click();
  await page.getByLabel('May I contact this address?').fill('0536 123 45 67');
  await page.getByRole('button', { name: 'Ask' }).click();
  const [help] = await Promise.all([page.waitForEvent('popup'), page.getByRole('link', { name: /^Help: / }).click()]);
  await help.getByRole('heading', { level: 1, name: 'What does a consent need?' }).waitFor();
});
