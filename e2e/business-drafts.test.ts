// What is typed and not sent, in a real browser: each form gives it back after a reload and after an ended session, its
// page opens it from the overview, and it is gone when it is sent or given up.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectQuiet } from './support/browser.ts';
import { type Desks, openDesks } from './support/desk.ts';

let desks: Desks;
beforeAll(async () => {
  desks = await openDesks();
});
afterAll(() => desks.close());

/** `open`: the button that shows the form; absent: the page shows it. `waits`: what the overview says of it. */
const FORMS = [
  { page: 'liste', label: 'Hücreleri buraya yapıştırın', text: 'Alıcı\tKanal', waits: 'Excel ile kayıt' },
  { page: 'liste-kontrolu', label: 'Adresleri buraya yapıştırın', text: '0532 410 22 17', waits: 'liste kontrolü' },
  { page: 'bayiler', open: 'Bayi ekle', label: 'Ad soyad', text: 'Ece Örnek', waits: 'yeni bayi' },
  { page: 'kullanicilar', open: 'Birini davet edin', label: 'Ad soyad', text: 'Ali Örnek', waits: 'davet' },
  { page: 'baglantilar', open: 'API kullanıcısı oluştur', label: 'Ne için?', text: 'CRM', waits: 'API kullanıcısı' },
  { page: 'baglantilar', open: 'Push adresi ekle', label: 'Adres', text: 'https://crm.example/', waits: 'push adresi' },
  { page: 'kanitlar?gorunum=formlar', label: 'Başlık', text: 'Mağaza formu', waits: 'onay metni' },
] as const;

it.each(FORMS)('gives back what was typed: $waits', async ({ page: path, label, text, waits, ...form }) => {
  const page = await desks.enter('owner');
  await page.goto(`${desks.server.url}/isletme/600100/${path}`);
  if ('open' in form) await page.getByRole('button', { name: form.open }).click();
  const field = page.getByLabel(label, { exact: true });
  await field.fill(text);
  await page.getByText('Taslak saklandı').waitFor();

  await page.goto(`${desks.server.url}/isletme/600100`);
  const line = page.getByRole('listitem').filter({ hasText: `Yarım kalan bir formunuz var: ${waits},` });
  await line.getByRole('link', { name: 'Kaldığım yerden devam et' }).click();
  await page.getByText('Yarım bıraktığınız formu getirdik.').waitFor();
  await expect.poll(() => field.inputValue()).toBe(text);
  await page.getByRole('button', { name: 'Taslağı sil' }).click();
  await expect.poll(() => field.inputValue()).toBe('');
  await expectQuiet(page);
});

it('keeps the last word too, when the session ends before it is saved, for the same person alone', async () => {
  const page = await desks.enter('clerk');
  await page.goto(`${desks.server.url}/isletme/600100/kayit`);
  await page.getByLabel('Telefon ya da e-posta').waitFor();
  await desks.server.owner.query('update person_session set ended_at = now()');
  await page.getByLabel('Telefon ya da e-posta').fill('0532 410 22 17');
  await logIn(page, 'clerk');
  await page.getByText('Yarım bıraktığınız formu getirdik.').waitFor();
  await expect.poll(() => page.getByLabel('Telefon ya da e-posta').inputValue()).toBe('0532 410 22 17');
  await page.getByText('Taslak saklandı').waitFor();

  await desks.server.owner.query('update person_session set ended_at = now()');
  await page.getByLabel('Telefon ya da e-posta').fill('0532 410 22 18');
  await logIn(page, 'owner');
  await page.getByLabel('Telefon ya da e-posta').waitFor();
  await expect.poll(() => page.getByLabel('Telefon ya da e-posta').inputValue()).toBe('');
  await expectQuiet(page, /401/);
});

async function logIn(page: Page, account: string): Promise<void> {
  await page.getByText('Oturumunuz sona erdi.').waitFor();
  await page.click(`[data-account=${account}]`);
}

it('keeps what is typed while the line is broken, and does not bring back what was sent', async () => {
  const page = await desks.enter('clerk');
  await page.goto(`${desks.server.url}/isletme/600100/kayit`);
  await page.getByLabel('Telefon ya da e-posta').waitFor();
  const drafts = '**/drafts/record';
  await page.route(drafts, (route) => route.abort());
  // A save that fails, and the line is back: it is tried again by itself.
  await Promise.all([
    page.waitForEvent('requestfailed'),
    page.getByLabel('Telefon ya da e-posta').fill('ali@ornek.example'),
  ]);
  await page.unroute(drafts);
  await page.getByText('Taslak saklandı').waitFor();

  // A save that is slow, overtaken by the sending of the form.
  const sent = Promise.withResolvers<void>();
  await page.route(drafts, async (route) => {
    if (route.request().method() === 'PUT') await sent.promise;
    await route.continue();
  });
  await Promise.all([
    page.waitForRequest((request) => request.method() === 'PUT' && request.url().endsWith('/drafts/record')),
    page.getByLabel('Nereden alındı?').selectOption('HS_WEB'),
  ]);
  await desks.holdWait(page);
  await page.getByRole('button', { name: 'Onayı kaydet' }).click();
  await page.getByText(/saniye sonra kaydedilecek/).waitFor();
  sent.resolve();
  await expect.poll(() => page.getByLabel('Telefon ya da e-posta').inputValue()).toBe('');
  await expect.poll(async () => (await drafted()).length).toBe(0);
  await page.reload();
  await page.getByLabel('Telefon ya da e-posta').waitFor();
  await expect.poll(() => page.getByLabel('Telefon ya da e-posta').inputValue()).toBe('');
  await expectQuiet(page, /ERR_FAILED/);
});

async function drafted(): Promise<unknown[]> {
  const { rows } = await desks.server.owner.query("select 1 from draft where place = 'record'");
  return rows;
}
