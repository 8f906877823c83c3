// A shared counter in a real browser: what the screen shows is whose it is who sits there, what is recorded goes to the
// brand that is shown, what failed is said, and a list is saved as it is seen.

import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectQuiet } from './support/browser.ts';
import { type Desks, openDesks } from './support/desk.ts';

let desks: Desks;
beforeAll(async () => {
  desks = await openDesks();
});
afterAll(() => desks.close());

const at = (page: Page, path: string) => page.goto(`${desks.server.url}/isletme/${path}`);

it('shows nothing of who sat here before to whom he logs in after him', async () => {
  const page = await desks.enter('owner');
  await at(page, '600100/kullanicilar');
  await page.getByText('viewer@', { exact: false }).or(page.getByText('Can Örnek')).first().waitFor();
  await desks.server.owner.query('update person_session set ended_at = now()');
  await page.getByRole('link', { name: 'Retler' }).click();
  await page.getByText('Oturumunuz sona erdi.').waitFor();
  await page.click('[data-account=viewer]');
  await page.getByRole('heading', { level: 1, name: 'Retler' }).waitFor();
  // By the browser's way back, without a reload: the list of people is asked for anew, and refused.
  await page.evaluate(`history.pushState({}, '', '/isletme/600100/kullanicilar')`);
  await page.evaluate(`dispatchEvent(new PopStateEvent('popstate'))`);
  await page.getByRole('alert').waitFor();
  expect(await page.getByText('Nur Örnek').count()).toBe(0);
  await expectQuiet(page, /40[13]/);
});

it('says that leaving failed, and leaves when it can', async () => {
  const page = await desks.enter('clerk');
  await page.getByRole('button', { name: 'Çıkış' }).waitFor();
  await page.route('**/portal/session', (route) =>
    route.request().method() === 'DELETE' ? route.abort() : route.continue(),
  );
  await page.getByRole('button', { name: 'Çıkış' }).click();
  await page.getByRole('alert').waitFor();
  await page.unroute('**/portal/session');
  await page.getByRole('alert').getByRole('button', { name: 'Yeniden dene' }).click();
  await page.waitForURL(/\/giris/);
  await expectQuiet(page, /ERR_FAILED/);
});

it('asks and records for the brand that is shown, when the desk is narrowed to another customer', async () => {
  const { parties } = desks.server.rooms;
  const offerId = randomUUID();
  const rights = { MESAJ: 'write', ARAMA: 'none', EPOSTA: 'none', reconciliation: false } as const;
  const offer = { offerId, holderCode: 900100, rights: [{ brandId: 600200, ...rights }], reason: '' };
  await parties.offer({ code: 600200, accountId: null }, offer);
  const page = await desks.enter('partner');
  await page.getByRole('button', { name: /^Kabul et/ }).click();
  await page.getByLabel('Kimin adına?').waitFor();
  await at(page, '900100/liste-kontrolu');
  const brand = page.getByLabel('Marka');
  const shown = () => brand.evaluate((field) => field.selectedOptions[0]?.textContent ?? '');
  await expect.poll(shown).toContain('Örnek Perakende');
  const customers = page.getByLabel('Kimin adına?');
  await customers.selectOption({ label: 'Örnek Banka A.Ş.' });
  // An empty form goes along.
  await expect.poll(shown).toContain('Örnek Banka');
  await page.getByLabel('Adresleri buraya yapıştırın').fill('0532 410 22 17');
  await customers.selectOption({ label: 'Örnek Perakende A.Ş.' });
  // One that holds something stays with its brand, by name.
  await page.getByText('Taslak saklandı').waitFor();
  expect(await shown()).toContain('Örnek Banka');
  const sent = page.waitForRequest(/checks\/pasted/);
  await page.getByRole('button', { name: 'Kontrol et' }).click();
  expect(new URL((await sent).url()).searchParams.get('brand')).toBe('600200');
});

it('tries again what failed, not something else', async () => {
  const page = await desks.enter('clerk');
  await at(page, '600100/liste');
  await page.getByLabel('Hücreleri buraya yapıştırın').fill('Alıcı\tKanal\tDurum\n0532 410 22 17\tMesaj\tRet');
  await page.getByRole('button', { name: 'Oku' }).click();
  await page.getByRole('heading', { level: 2, name: /satır/ }).first().waitFor();
  await page.route('**/lists/template**', (route) => route.abort());
  await page.getByRole('button', { name: 'Şablonu indir' }).click();
  await page.getByRole('alert').waitFor();
  await page.unroute('**/lists/template**');
  const again = page.waitForEvent('download');
  const recorded: string[] = [];
  page.on('request', (request) => request.url().includes('lists/records') && recorded.push(request.url()));
  await page.getByRole('alert').getByRole('button', { name: 'Yeniden dene' }).click();
  await again;
  expect(recorded).toEqual([]);
  await expectQuiet(page, /ERR_FAILED/);
});

it('saves a list as it is seen: masked, without its buttons, each table of several by its name', async () => {
  const page = await desks.enter('owner');
  await at(page, '600100/kullanicilar');
  const text = await saved(page);
  expect(text.startsWith('\ufeff')).toBe(true);
  expect(text).toMatch(/Can Örnek/);
  expect(text).toMatch(/Ne yapabilir|Yetki/);
  expect(text).not.toMatch(/Geri al/);

  await at(page, '600100/bayiler');
  const [heads = '', ...rows] = (await saved(page)).trim().split('\r\n');
  expect(heads.split(';')).toHaveLength(5);
  expect(rows.length).toBe((await page.getByRole('row').count()) - 1);
  expect(rows.some((row) => row.startsWith('Örnek Kadıköy Mağazacılık Ltd. Şti.;'))).toBe(true);
  await expectQuiet(page);
});

async function saved(page: Page): Promise<string> {
  const button = page.getByRole('button', { name: 'Görüneni indir (CSV)' });
  const [download] = await Promise.all([page.waitForEvent('download'), button.click()]);
  return await readFile(await download.path(), 'utf8');
}
