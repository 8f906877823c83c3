// People in a real browser, with real mails: an invited clerk's first day, rights taken back while he works, a forgotten
// password, a passkey, and what the organisation reads of it all.

import { Secret, TOTP } from 'otpauth';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Simulators, startSimulators } from '../packages/server/test/support/simulators.ts';
import { axeViolations, expectQuiet, sidewaysScroll } from './support/browser.ts';
import { type Desks, openDesks } from './support/desk.ts';

const EMAIL = 'yeni.gorevli@ornek-perakende.example';
const PASSWORD = 'bugün ilk günüm, hava güzel';

let simulators: Simulators;
let desks: Desks;
beforeAll(async () => {
  simulators = await startSimulators();
  desks = await openDesks({ smtpUrl: simulators.smtp });
});
afterAll(async () => {
  await desks.close();
  await simulators.kill();
});

/** The link of the newest mail to an address, on this server. */
async function linkOf(to: string, part: string): Promise<string> {
  const find = async (): Promise<string | undefined> =>
    (await simulators.mails(to)).flatMap(
      ({ text }) => new RegExp(`https?://\\S*${part}\\S*`).exec(text ?? '') ?? [],
    )[0];
  await expect.poll(find).toBeTruthy();
  return (await find()) ?? '';
}

async function setUpAuthenticator(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'İkinci adımı kurun' }).click();
  const uri = await page.locator('a[href^="otpauth:"]').getAttribute('href');
  const secret = new URL(uri ?? '').searchParams.get('secret') ?? '';
  await page.getByLabel('Kod').fill(codeOf(secret));
  await page.getByRole('button', { name: 'Doğrula' }).click();
  await page.getByRole('heading', { name: 'Kurtarma kodlarınız' }).waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Sakladım, devam et' }).click();
  return secret;
}

function codeOf(secret: string): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: desks.server.clock.nowMs() });
}

it('invites a clerk, who sets himself up, works, and loses his right in the middle of it', async () => {
  const owner = await desks.enter('owner');
  await owner.getByRole('link', { name: 'Kullanıcılar' }).click();
  await owner.getByRole('heading', { name: 'Kim ne yapabilir?' }).waitFor();
  await owner.getByRole('button', { name: 'Birini davet edin' }).click();
  await owner.getByLabel('Ad soyad').fill('Yeni Görevli');
  await owner.getByLabel('E-posta').fill(EMAIL);
  await owner.getByLabel('Rol').selectOption('clerk');
  expect(await axeViolations(owner)).toEqual([]);
  await owner.getByRole('button', { name: 'Davet gönder' }).click();
  await owner.getByText('Davet yola çıktı.').waitFor();

  const clerk = await desks.browser.page({ width: 390, height: 844 });
  await clerk.goto(await linkOf(EMAIL, '/isletme/davet'));
  await clerk.getByRole('heading', { name: 'Örnek Perakende A.Ş. sizi davet ediyor' }).waitFor();
  expect(await axeViolations(clerk)).toEqual([]);
  expect(await sidewaysScroll(clerk)).toBeUndefined();
  await clerk.getByLabel('Ad soyad').fill('Yeni Görevli');
  await clerk.getByLabel('Parola', { exact: true }).fill(PASSWORD);
  await clerk.getByRole('button', { name: 'Hesap aç ve katıl' }).click();
  await setUpAuthenticator(clerk);
  await clerk.getByLabel('Bu adrese gönderebilir miyim?').waitFor();
  await clerk.getByRole('link', { name: 'İzin kaydet' }).click();
  await clerk.getByLabel('Telefon ya da e-posta').waitFor();

  await owner.reload();
  const person = owner.locator('section', { has: owner.getByRole('heading', { name: 'Yeni Görevli' }) });
  await person.getByRole('button', { name: 'Bütün yetkilerini geri al' }).click();
  await owner.getByRole('alertdialog').getByRole('button', { name: 'Bütün yetkilerini geri al' }).click();
  await person.waitFor({ state: 'detached' });
  await clerk.getByRole('link', { name: 'Retler' }).click();
  await clerk.reload();
  await clerk.getByRole('alert').getByText('desk.none').waitFor();

  await owner.getByRole('link', { name: 'Etkinlik kaydı' }).click();
  await owner.getByRole('cell', { name: 'Davet gönderdi' }).waitFor();
  await owner.getByRole('cell', { name: 'Daveti kabul etti' }).waitFor();
  expect(await axeViolations(owner)).toEqual([]);
  await owner.getByLabel('İş', { exact: true }).selectOption('staff.ended');
  await expect.poll(() => owner.locator('tbody tr').count()).toBe(1);
  await owner.waitForURL(/[?&]is=staff\.ended/);
  await expectQuiet(owner);
  await expectQuiet(clerk, /403/);
});

it('gives a new password by mail, and asks for the second factor as ever', async () => {
  const page = await desks.browser.page({ width: 1280 });
  await page.goto(`${desks.server.url}/isletme`);
  await page.getByRole('link', { name: 'Parolamı unuttum' }).click();
  // The page before has an e-mail field too.
  await page.getByRole('heading', { level: 1, name: 'Yeni parola' }).waitFor();
  await page.getByLabel('E-posta').fill(EMAIL);
  await page.getByRole('button', { name: 'Bağlantı gönder' }).click();
  await page.getByText('Bu adresle bir hesap varsa bağlantı yola çıktı.').waitFor();
  await page.goto(await linkOf(EMAIL, '/isletme/yeni-parola'));
  await page.reload();
  await page.getByLabel('Parola', { exact: true }).fill('bambaşka uzun bir cümle');
  await page.getByRole('button', { name: 'Parolayı değiştir' }).click();
  await page.getByRole('heading', { name: 'İkinci adım' }).waitFor();
  await expectQuiet(page);
});

it('logs in by a passkey alone', async () => {
  const page = await desks.browser.page({ width: 1280 });
  const debug = await page.context().newCDPSession(page);
  await debug.send('WebAuthn.enable');
  await debug.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  // Passkeys belong to a host name, not to a number.
  const local = desks.server.url.replace('127.0.0.1', 'localhost');
  await page.goto(`${local}/isletme`);
  await page.click('[data-account=viewer]');
  await page.getByRole('link', { name: 'Hesabım' }).click();
  await page.getByLabel('Anahtarın adı').fill('İş telefonum');
  await page.getByRole('button', { name: 'Geçiş anahtarı ekle' }).click();
  await page.getByText('İş telefonum').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Çıkış yap' }).click();
  await page.getByRole('button', { name: 'Geçiş anahtarıyla gir' }).click();
  await page.getByLabel('Bu adrese gönderebilir miyim?').waitFor();
  await expectQuiet(page);
});
