// Reports in a real browser: what stands and what moved, the day's reconciliation, files asked for, followed, cancelled and
// taken; on a phone, in both schemes, and for who may not see them.

import { readFileSync } from 'node:fs';
import { EPOSTA, istanbulDay, kindOf, ONAY, RET, SOURCE_NUMBERS, startOfDay } from '@acik-iys/law';
import type { Download, Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RETAIL } from '../packages/server/test/support/server.ts';
import { axeViolations, expectQuiet, sidewaysScroll } from './support/browser.ts';
import { type Desks, openDesks } from './support/desk.ts';
import { choose, settled } from './support/screen.ts';

const SIZES = [
  ['desktop', { width: 1280 }],
  ['phone', { width: 390, height: 844 }],
] as const;
const CLEAR = '+905361112233';
const longDay = new Intl.DateTimeFormat('tr-TR', { day: 'numeric', month: 'long', year: 'numeric' });

let desks: Desks;
let yesterday: string;
beforeAll(async () => {
  desks = await openDesks();
  const { clock, rooms } = desks.server;
  const now = clock.now();
  yesterday = istanbulDay(startOfDay(istanbulDay(now)) - 1);
  clock.setTo(startOfDay(yesterday) + 43_200);
  const principal = await rooms.access.principalOf(RETAIL.email);
  const answer = principal && rooms.access.brandScope(principal, 600100, 600100);
  if (!answer || !('scope' in answer)) throw new Error('no scope');
  const given = {
    status: ONAY,
    source: SOURCE_NUMBERS.HS_WEB,
    retailer: null,
    consentedAt: clock.now() - 600,
  } as const;
  await rooms.registry.record(
    answer.scope,
    [
      { ...given, kind: kindOf(1, 0), address: CLEAR },
      { ...given, kind: kindOf(1, 1), address: '+905361112244' },
      { ...given, kind: kindOf(EPOSTA, 0), address: 'ayse@ornek.example' },
      { ...given, kind: kindOf(0, 0), address: CLEAR, status: RET, source: SOURCE_NUMBERS.IYS_WEB },
    ],
    { door: 20 },
  );
  clock.setTo(now);
  await rooms.reports.runDue();
});
afterAll(() => desks.close());

async function open(page: Page, view: string, more = ''): Promise<void> {
  await page.goto(`${desks.server.url}/isletme/600100/raporlar?gorunum=${view}${more}`);
  await page.getByRole('heading', { level: 1, name: 'Raporlar' }).waitFor();
}
async function downloaded(page: Page, button: Locator): Promise<Download> {
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return download;
}
function dayText(day: string): string {
  return longDay.format(new Date(`${day}T12:00:00+03:00`));
}

describe.each(SIZES)('on a %s', (_, size) => {
  it('shows who only reads what stands and what moved, filtered, page by page', async () => {
    const page = await desks.enter('viewer', size);
    await page.getByRole('link', { name: 'Raporlar' }).click();
    await page.getByRole('heading', { name: 'Şu anda 4 izin kayıtlı: 3 onay, 1 ret' }).waitFor();
    await page.getByRole('row', { name: 'Mesaj, bireysel 1 0 1' }).waitFor();
    await page.getByRole('row', { name: 'Kaydın web sitesi 0 1 1' }).waitFor();
    await page.getByLabel('Gün').fill(yesterday);
    await page.getByRole('heading', { name: `${dayText(yesterday)} sonunda 4 izin kayıtlıydı` }).waitFor();
    await page.getByLabel('Marka').selectOption({ label: 'Örnek Bebek' });
    await page.getByText('O günün sonunda kayıtlı izin yoktu.').waitFor();
    await page.getByLabel('Marka').selectOption({ label: 'Örnek Perakende' });

    await page.getByRole('link', { name: 'Hareketler' }).click();
    await page.getByRole('heading', { name: 'Bu günlerde 4 hareket: 3 onay, 1 ret' }).waitFor();
    await expect.poll(() => page.getByRole('link', { name: /•/ }).count()).toBe(4);
    await page.getByLabel('Durum', { exact: true }).selectOption({ label: 'Ret' });
    await expect.poll(() => page.getByRole('link', { name: /•/ }).count()).toBe(1);
    await page.waitForURL(/durum=RET/);
    // What is chosen outlives a reload and another view.
    await page.reload();
    await expect.poll(() => page.getByRole('link', { name: /•/ }).count()).toBe(1);
    await page.getByLabel('Kimden geldi').selectOption({ label: 'İşletmeden' });
    await page.getByText('Bu günlerde bu süzgeçlere uyan hareket yok.').waitFor();
    expect(await sidewaysScroll(page)).toBeUndefined();

    await page.getByRole('link', { name: 'Mutabakat' }).click();
    await page.getByText('Mutabık kalınmadı').waitFor();
    expect(await page.getByRole('button', { name: /^İndir/ }).count()).toBe(0);
    await page.getByRole('link', { name: 'Dosyalar' }).click();
    await page.getByRole('button', { name: 'Dosyayı iste' }).waitFor();
    expect(await page.getByText('Açık; ikinci adım sorulur').count()).toBe(0);
    await expectQuiet(page);
  });
});

it('hands the day’s file over, and takes the word that it agrees', async () => {
  const page = await desks.enter('owner');
  await open(page, 'mutabakat');
  const saved = await downloaded(page, page.getByRole('button', { name: `İndir ${dayText(yesterday)}` }));
  expect(saved.suggestedFilename()).toBe(`600100-${yesterday}.csv`);
  expect(readFileSync(await saved.path(), 'utf8').split('\n').length).toBe(6);
  await page.getByRole('button', { name: `Mutabıkız ${dayText(yesterday)}` }).click();
  const question = page.getByRole('alertdialog');
  await question.getByText('Bu geri alınamaz.').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await question.getByRole('button', { name: 'Evet, mutabıkız' }).click();
  await page.getByText('Mutabık kalındı: Deniz Örnek').waitFor();
  await expectQuiet(page);
});

it('makes files in clear and in mask, with what the screen showed, and asks for a second factor when it is long ago', async () => {
  const page = await desks.enter('owner');
  await open(page, 'durum', `&gun=${yesterday}&marka=600100`);
  await page.getByRole('button', { name: 'Dosya olarak iste' }).click();
  // The view before has such a field too.
  await page.getByRole('button', { name: 'Dosyayı iste' }).waitFor();
  await expect.poll(() => page.getByLabel('Gün', { exact: true }).inputValue()).toBe(yesterday);
  await choose(page.getByLabel('Açık; ikinci adım sorulur'));
  desks.server.clock.move(11 * 60);
  await page.getByRole('button', { name: 'Dosyayı iste' }).click();
  await page
    .getByRole('dialog', { name: 'Siz olduğunuzu doğrulayın' })
    .getByRole('button', { name: /Deneme/ })
    .click();
  await page.getByText('Dosya sıraya alındı.').waitFor();
  const name = `İzinler, ${dayText(yesterday)}`;
  const row = page.getByRole('row', { name: new RegExp(`${name}.*açık adresli`) });
  await row.getByText('Hazır, 4 satır').waitFor();
  await row.getByText('Damgasını bekliyor').waitFor();
  const saved = await downloaded(page, row.getByRole('button', { name: `İndir ${name}` }));
  expect(saved.suggestedFilename()).toBe(`600100-izinler-${yesterday}.csv`);
  expect(readFileSync(await saved.path(), 'utf8')).toContain(CLEAR);

  await choose(page.getByLabel('Hareketler: seçilen günlerde olanlar'));
  await choose(page.getByLabel('Excel, en çok 100.000 satır'));
  await choose(page.getByLabel('Maskeli'));
  await page.getByRole('button', { name: 'Dosyayı iste' }).click();
  const sheet = page.getByRole('row', { name: /Hareketler.*maskeli/ });
  await sheet.getByText('Hazır, 4 satır').waitFor();
  await expectQuiet(page, /403/);
});

it('follows a file while it is made, and cancels it at once', async () => {
  const { owner } = desks.server;
  const page = await desks.enter('owner');
  await open(page, 'dosyalar', '&kanal=EPOSTA');
  await owner.query('begin');
  try {
    await owner.query('lock table consent in access exclusive mode');
    await page.getByRole('button', { name: 'Dosyayı iste' }).click();
    const row = page.getByRole('row', { name: /E-posta, maskeli/ });
    await row.getByText('0 / 1 satır').waitFor();
    expect(await row.getByRole('progressbar').getAttribute('aria-label')).toMatch(/: ilerleme$/);
    expect(await axeViolations(page)).toEqual([]);
    await row.getByRole('button', { name: /^İptal et/ }).click();
    await row.getByText('İptal edildi').waitFor();
  } finally {
    await owner.query('rollback');
  }
  await expectQuiet(page);
});

it('says beside the field what cannot be made, and keeps what was chosen', async () => {
  const page = await desks.enter('viewer');
  await open(page, 'dosyalar', `&tur=hareketler&ilk=${yesterday}&son=2025-01-01`);
  await page.getByRole('button', { name: 'Dosyayı iste' }).click();
  await page.getByRole('alert').getByRole('link', { name: 'Bugünü ya da daha önceki bir günü seçin' }).click();
  const isFocused = () => page.getByLabel('Son gün').evaluate((field) => field === field.ownerDocument.activeElement);
  await expect.poll(isFocused).toBe(true);
  expect(await page.getByLabel('İlk gün').inputValue()).toBe(yesterday);
  await expectQuiet(page, /422/);
});

it('says that a report cannot be had: no answer, no right', async () => {
  const page = await desks.enter('clerk');
  await page.route('**/reports/standing*', (route) => route.abort());
  await open(page, 'durum');
  await page.getByText('Bağlantı kurulamadı.').waitFor();
  await page.unroute('**/reports/standing*');
  await page.getByRole('button', { name: 'Yeniden dene' }).click();
  await page.getByRole('heading', { name: /^Şu anda 4 izin/ }).waitFor();
  await expectQuiet(page, /ERR_FAILED/);

  const retailer = await desks.enter('retailer');
  expect(await retailer.getByRole('link', { name: 'Raporlar' }).count()).toBe(0);
  await open(retailer, 'dosyalar');
  await retailer.getByText('Rapor görebileceğiniz bir marka yok.').waitFor();
});

describe.each(['light', 'dark'] as const)('in the %s scheme', (scheme) => {
  it('no view has a violation of accessibility or scrolls sideways', async () => {
    const page = await desks.enter('owner', { scheme });
    for (const view of ['durum', 'hareketler', 'mutabakat', 'dosyalar']) {
      await open(page, view);
      await page.locator('table, .empty').first().waitFor();
      await settled(page);
      for (const width of [1280, 390, 320]) {
        await page.setViewportSize({ width, height: 800 });
        expect([view, width, await sidewaysScroll(page)]).toEqual([view, width, undefined]);
        if (width > 320) expect([view, await axeViolations(page)]).toEqual([view, []]);
      }
    }
    await expectQuiet(page);
  });
});
