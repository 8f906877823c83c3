// The business entrance in a real browser: search and understand, record and take back, who said no, live; with the
// keyboard alone, on a phone, in both languages, and without a violation of accessibility on any screen.

import { formatTime } from '@acik-iys/law';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeViolations, expectQuiet, sidewaysScroll } from './support/browser.ts';
import { type Desks, openDesks } from './support/desk.ts';
import { hasFocus, settled, switchLanguage } from './support/screen.ts';

const SIZES = [
  ['desktop', { width: 1280 }],
  ['phone', { width: 390, height: 844 }],
] as const;

let desks: Desks;
let last = 0;
beforeAll(async () => {
  desks = await openDesks();
});
afterAll(() => desks.close());

/** A number that nobody has recorded yet, as people write it. */
function newNumber(): string {
  last += 1;
  const digits = String(last).padStart(7, '0');
  return `0 (535) ${digits.slice(0, 3)} ${digits.slice(3, 5)} ${digits.slice(5)}`;
}

/** Fills the form that is open, except for its address. */
async function fillConsent(page: Page, channel = 'Mesaj'): Promise<void> {
  await page.getByLabel('Nereden alındı?').selectOption('HS_WEB');
  await page.getByLabel(channel).check();
}

describe.each(SIZES)('on a %s', (_, size) => {
  it('asks about an address, records a consent, and finds it in the history', async () => {
    const page = await desks.enter('clerk', size);
    const number = newNumber();
    await page.getByLabel('Bu adrese gönderebilir miyim?').fill(number);
    await page.getByRole('button', { name: 'Sor' }).click();
    // Who typed it sees it in clear; the address of the page does not hold it.
    await page.getByRole('heading', { level: 1, name: /^\+90 535/ }).waitFor();
    await page.waitForURL(/\/kisi\//);
    expect(page.url()).not.toMatch(/535/);
    await page.getByText('Onay hiç kaydedilmedi.').first().waitFor();

    await page.getByRole('link', { name: 'Onay kaydet' }).click();
    await fillConsent(page);
    await page.getByText('Kaydın son günü:').waitFor();
    await page.getByText('Elektronik ortamda alınan onay aynı gün').waitFor();
    await desks.holdWait(page);
    await page.getByRole('button', { name: 'Onayı kaydet' }).click();
    await page.getByText('Mesaj: 10 saniye sonra kaydedilecek').waitFor();
    await desks.dueNow();
    // Too late to take back: the button says what came of it.
    await page.getByRole('button', { name: 'Geri al' }).click();
    await page.getByText('Mesaj: kaydedildi').waitFor();
    await page.getByRole('link', { name: 'Bu kişinin izinlerini gör' }).click();
    await page.getByText('Gönderebilirsiniz').first().waitFor();
    await page.getByText('Emre Örnek, Örnek Perakende A.Ş.').waitFor();
    expect(await sidewaysScroll(page)).toBeUndefined();
    await expectQuiet(page);
  });

  it('takes a consent back in time', async () => {
    const page = await desks.enter('clerk', size);
    await page.getByRole('link', { name: 'İzin kaydet' }).click();
    await page.getByLabel('Telefon ya da e-posta').fill(newNumber());
    await page.getByText('Okunan: +90535').waitFor();
    await fillConsent(page);
    await desks.holdWait(page);
    await page.getByRole('button', { name: 'Onayı kaydet' }).click();
    await page.getByRole('button', { name: 'Geri al' }).click();
    await page.getByText('Mesaj: geri alındı, kaydedilmedi').waitFor();
    await desks.dueNow();
    await page.getByRole('link', { name: 'Bu kişinin izinlerini gör' }).click();
    await page.getByText('Bu adres için hiçbir markanızda hareket yok.').waitFor();
    await expectQuiet(page);
  });
});

it('reads a refusal back, then records it at once', async () => {
  const page = await desks.enter('clerk');
  await page.getByRole('link', { name: 'İzin kaydet' }).click();
  await page.getByLabel('Ret: artık istemiyor').check();
  await page.getByLabel('Telefon ya da e-posta').fill('ayse.yilmaz@ornek.example');
  await page.getByText('Okunan: ayse.yilmaz@ornek.example').waitFor();
  await page.getByLabel('Nereden söyledi?').selectOption('HS_CAGRI_MERKEZI');
  await page.getByRole('button', { name: 'Reddi kaydet' }).click();
  const question = page.getByRole('alertdialog', { name: 'Bu ret kaydedilsin mi?' });
  await question.getByText('ayse.yilmaz@ornek.example adresine Örnek Perakende adına e-posta').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await question.getByRole('button', { name: 'Evet, reddi kaydet' }).click();
  await page.getByText('E-posta: kaydedildi').waitFor();
  await expectQuiet(page);
});

it('names every fault at its field, and keeps what was typed past a reload and an ended session', async () => {
  const page = await desks.enter('clerk');
  await page.getByRole('link', { name: 'İzin kaydet' }).click();
  await page.getByLabel('Telefon ya da e-posta').fill('0532 410 22');
  await page.getByRole('button', { name: 'Onayı kaydet' }).click();
  const summary = page.getByRole('alert');
  await expect
    .poll(() => summary.getByRole('link').allInnerTexts())
    .toEqual([
      'Adres eksik ya da yanlış görünüyor. 0532 ile başlayan 11 hane ya da ad@ornek.com yazın.',
      'En az bir kanal seçin.',
      'Bir kaynak seçin.',
    ]);
  await summary.getByRole('link').first().press('Enter');
  await hasFocus(page, 'adres');
  await page.getByText('Taslak saklandı').waitFor();
  await page.reload();
  await page.getByText('Yarım bıraktığınız formu getirdik.').waitFor();
  const address = page.getByLabel('Telefon ya da e-posta');
  await expect.poll(() => address.inputValue()).toBe('0532 410 22');

  await desks.server.owner.query('update person_session set ended_at = now()');
  await page.getByRole('link', { name: 'Retler' }).click();
  await page.getByText('Oturumunuz sona erdi.').waitFor();
  await page.click('[data-account=clerk]');
  await page.getByRole('heading', { level: 1, name: 'Retler' }).waitFor();
  await page.getByRole('link', { name: 'İzin kaydet' }).click();
  await expect.poll(() => address.inputValue()).toBe('0532 410 22');
  await page.getByRole('button', { name: 'Taslağı sil' }).click();
  await expect.poll(() => address.inputValue()).toBe('');
  await expectQuiet(page, /401/);
});

it('shows a refusal that comes by the official API while the overview is open, and its way to the lists', async () => {
  const page = await desks.enter('clerk');
  await page.getByRole('heading', { level: 1 }).waitFor();
  const token = await desks.server.token();
  await desks.server.call('POST', '/sps/600100/brands/600100/consents', {
    token,
    body: consentOf('+905361112233', 'ONAY'),
  });
  const refused = await desks.server.call('POST', '/sps/600100/brands/600100/consents', {
    token,
    body: consentOf('+905361112233', 'RET'),
  });
  expect(refused.status).toBe(200);
  await page.getByText('+90 536 ••• •• 33').first().waitFor();
  await page.getByText('Sizden geldi').first().waitFor();
  await page.getByRole('button', { name: 'Gördüm' }).click();
  await page.getByRole('heading', { name: 'Son bakışınızdan beri kimse hayır demedi' }).waitFor();
  await expectQuiet(page);
});

let seconds = 0;
function consentOf(recipient: string, status: 'ONAY' | 'RET') {
  seconds += 60;
  const at = desks.server.clock.now() - 3_600 + seconds;
  return {
    type: 'MESAJ',
    source: 'HS_WEB',
    recipient,
    status,
    consentDate: formatTime(at),
    recipientType: 'BIREYSEL',
  };
}

it('understands a refusal that the contract turned away, and a merchant apart from an individual', async () => {
  const token = await desks.server.token();
  const withheld = await desks.server.call('POST', '/sps/600100/brands/600100/consents', {
    token,
    body: consentOf('+905362223344', 'RET'),
  });
  // The official contract knows no first refusal; the registry keeps it all the same.
  expect(withheld.text).toContain('H175');
  await desks.server.call('POST', '/sps/600100/brands/600100/consents', {
    token,
    body: { ...consentOf('+905362223344', 'ONAY'), recipientType: 'TACIR' },
  });
  const page = await desks.enter('clerk');
  await page.getByLabel('Bu adrese gönderebilir miyim?').fill('0536 222 33 44');
  await page.getByRole('button', { name: 'Sor' }).click();
  await page.getByText('Resmî biçime uymadığı için akışta görünmez, ama geçerlidir.').waitFor();
  const merchant = page.locator('section', { has: page.getByRole('heading', { name: 'Tacir ya da esnaf olarak' }) });
  await merchant.getByText('Gönderebilirsiniz').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await expectQuiet(page);
});

it('keeps two organisations in two tabs apart', async () => {
  const { desks: rooms, people } = desks.server.rooms;
  const emre = await people.byEmail('emre@ornek-perakende.example');
  await rooms.seat(emre?.personId ?? 0, { code: 600200, kind: 'provider' }, { role: 'clerk', brands: null });
  try {
    const page = await desks.browser.page({ width: 1280 });
    await page.goto(`${desks.server.url}/isletme`);
    await page.click('[data-account=clerk]');
    await page.getByRole('heading', { name: 'Hangi kurum adına?' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    const other = await page.context().newPage();
    await page.getByRole('link', { name: 'Örnek Perakende A.Ş.' }).click();
    await other.goto(`${desks.server.url}/isletme/600200/kayit`);
    const brandsIn = (tab: Page) => expect.poll(() => tab.getByLabel('Marka').locator('option').allInnerTexts());
    await brandsIn(other).toEqual(['Örnek Banka']);
    await page.getByRole('link', { name: 'İzin kaydet' }).click();
    await brandsIn(page).toEqual(['Örnek Perakende', 'Örnek Bebek']);
    // What one typed for one organisation is no draft of the other.
    await page.getByLabel('Telefon ya da e-posta').fill('0536 333 44 55');
    await page.getByText('Taslak saklandı').waitFor();
    await other.reload();
    await expect.poll(() => other.getByLabel('Telefon ya da e-posta').inputValue()).toBe('');
    await page.getByRole('link', { name: 'Retler' }).click();
    await expectQuiet(page);
  } finally {
    // The others enter one organisation.
    await desks.server.owner.query(
      'delete from staff_grant where account_id in (select account_id from account where provider_code = 600200)',
    );
    await desks.server.owner.query('delete from draft');
  }
});

it('can be walked with the keyboard alone', async () => {
  const page = await desks.enter('clerk');
  await page.reload();
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press('Tab');
  await expect.poll(() => page.evaluate('document.activeElement.className')).toBe('skip');
  await page.keyboard.press('Enter');
  await hasFocus(page, 'icerik');
  await page.keyboard.press('Tab');
  await page.keyboard.type(newNumber());
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: /^\+90 535/ }).waitFor();
  // The heading of the new screen has the focus: what comes next is heard from there.
  await expect.poll(() => page.evaluate('document.activeElement.tagName')).toBe('H1');
  await page.getByRole('link', { name: 'Ret bildir' }).focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('Nereden söyledi?').waitFor();
  await page.getByLabel('Nereden söyledi?').focus();
  await page.keyboard.type('Çağ');
  await page.getByLabel('Mesaj').focus();
  await page.keyboard.press('Space');
  await page.getByRole('button', { name: 'Reddi kaydet' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('alertdialog').waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => page.getByRole('alertdialog').count()).toBe(0);
  await expectQuiet(page);
});

it('speaks English to who wants it, also on the next device', async () => {
  const page = await desks.enter('viewer');
  await switchLanguage(page, 'English');
  await page.getByLabel('May I contact this address?').waitFor();
  await expect.poll(() => page.locator('html').getAttribute('lang')).toBe('en');
  const other = await desks.enter('viewer');
  await other.getByLabel('May I contact this address?').waitFor();
  await switchLanguage(other, 'Türkçe');
  await other.getByLabel('Bu adrese gönderebilir miyim?').waitFor();
});

it('offers each role what it may do, and nothing else', async () => {
  const viewer = await desks.enter('viewer');
  await viewer.getByRole('heading', { level: 1 }).waitFor();
  expect(await viewer.getByRole('link', { name: 'İzin kaydet' }).count()).toBe(0);
  await viewer.getByLabel('Bu adrese gönderebilir miyim?').fill('05361112233');
  await viewer.getByRole('button', { name: 'Sor' }).click();
  await viewer.waitForURL(/\/kisi\//);
  await viewer.reload();
  await viewer.getByRole('heading', { level: 1, name: '+90 536 ••• •• 33' }).waitFor();
  expect(await viewer.getByRole('button', { name: 'Numarayı göster' }).count()).toBe(0);

  const clerk = await desks.enter('clerk');
  await clerk.goto(viewer.url());
  await clerk.getByRole('button', { name: 'Numarayı göster' }).click();
  await clerk.getByRole('heading', { level: 1, name: '+90 536 111 22 33' }).waitFor();

  // A colleague's page opens no address that no brand of his knows; who types it himself sees it.
  await viewer.getByLabel('Başka bir adres sorun').fill('05367778899');
  await viewer.getByRole('button', { name: 'Sor' }).click();
  await viewer.getByRole('heading', { level: 1, name: '+90 536 777 88 99' }).waitFor();
  await clerk.goto(viewer.url());
  await clerk.getByRole('button', { name: 'Numarayı göster' }).click();
  await clerk.getByText('Bu adresi açık göremezsiniz').waitFor();
  await clerk.getByLabel('Başka bir adres sorun').fill('05367778899');
  await clerk.getByRole('button', { name: 'Sor' }).click();
  await clerk.getByRole('heading', { level: 1, name: '+90 536 777 88 99' }).waitFor();
  expect(await clerk.getByText('Bu adresi açık göremezsiniz').count()).toBe(0);
});

const SCREENS: readonly (readonly [string, string])[] = [
  ['log-in', '/isletme/giris'],
  ['today', '/isletme/600100'],
  ['search', '/isletme/600100/izinler'],
  ['record', '/isletme/600100/kayit'],
  ['refusals', '/isletme/600100/retler'],
  ['account', '/isletme/600100/hesabim'],
  ['parts', '/_parcalar'],
];
describe.each(['light', 'dark'] as const)('in the %s scheme', (scheme) => {
  it.each(SCREENS)('the screen %s has no violation of accessibility and no sideways scroll', async (name, path) => {
    const page =
      name === 'log-in' ? await desks.browser.page({ width: 1280, scheme }) : await desks.enter('clerk', { scheme });
    await page.goto(`${desks.server.url}${path}`);
    // The parts are shown as they are while something is being loaded, too.
    if (name === 'parts') await page.getByRole('heading', { level: 1 }).waitFor();
    else await settled(page);
    expect(await axeViolations(page)).toEqual([]);
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await sidewaysScroll(page)).toBeUndefined();
      if (width === 390) expect(await axeViolations(page)).toEqual([]);
    }
  });
});
