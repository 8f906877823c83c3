// Connections and our own organisation in a real browser: API users from their first password to their end, with the
// second factor asked for in between; push addresses against a real receiver; the first call, copied and run.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { newPerson } from '../packages/server/test/support/people.ts';
import { axeViolations, expectQuiet, sidewaysScroll } from './support/browser.ts';
import { type Desks, openDesks } from './support/desk.ts';
import { settled, switchLanguage } from './support/screen.ts';

let desks: Desks;
beforeAll(async () => {
  desks = await openDesks();
});
afterAll(() => desks.close());

const CONNECTIONS = '/isletme/600100/baglantilar';

async function connections(page: Page): Promise<Page> {
  await page.goto(desks.server.url + CONNECTIONS);
  await page.getByRole('heading', { name: 'API kullanıcıları' }).waitFor();
  await settled(page);
  return page;
}

async function mayLogIn(username: string, password: string): Promise<boolean> {
  const body = { grant_type: 'password', username, password };
  return (await desks.server.call('POST', '/oauth2/token', { body })).status === 200;
}

/** The row of a user or an address. */
const rowOf = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text }).first();

/** The password that is shown just now. */
async function shownPassword(page: Page): Promise<string> {
  const box = page.getByRole('alert').filter({ hasText: 'Bir daha gösterilmez' });
  return (await box.locator('code').textContent()) ?? '';
}

it('makes an API user, renews its password with an overlap, binds it to networks and ends it', async () => {
  const page = await connections(await desks.enter('owner'));
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'API kullanıcısı oluştur' }).click();
  await page.getByRole('button', { name: 'Oluştur, parolasını göster' }).click();
  await expect
    .poll(() => page.getByRole('alert').getByRole('link').allInnerTexts())
    .toEqual(['Ne için olduğunu yazın.', 'Kullanıcı adını yazın.']);
  await page.getByLabel('Ne için?').fill('CRM');
  await page.getByLabel('Kullanıcı adı').first().fill('api@ornek-perakende.example');
  await page.getByRole('button', { name: 'Oluştur, parolasını göster' }).click();
  await page.getByRole('alert').getByText('Bu kullanıcı adı kullanılıyor.').first().waitFor();
  // What was typed stands.
  expect(await page.getByLabel('Ne için?').inputValue()).toBe('CRM');
  await page.getByLabel('Kullanıcı adı').first().fill('crm@ornek-perakende.example');
  await page.getByRole('button', { name: 'Oluştur, parolasını göster' }).click();
  const first = await shownPassword(page);
  expect(await mayLogIn('crm@ornek-perakende.example', first)).toBe(true);
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole('alert').getByRole('button', { name: 'Kopyala' }).click();
  await page.getByText('Kopyalandı.').waitFor();
  expect(await page.evaluate('navigator.clipboard.readText()')).toBe(first);
  await page.getByRole('button', { name: 'Sakladım' }).click();
  await expect.poll(() => page.content()).not.toContain(first);

  const row = rowOf(page, 'crm@ornek-perakende.example');
  await row.getByRole('button', { name: 'Parolayı yenile' }).click();
  await page.getByLabel('3 gün sonra').check();
  expect(await axeViolations(page)).toEqual([]);
  await page.getByRole('button', { name: 'Yeni parola üret' }).click();
  const second = await shownPassword(page);
  await row.getByText('Eski parola da geçerli; bitişi').waitFor();
  for (const password of [first, second]) expect(await mayLogIn('crm@ornek-perakende.example', password)).toBe(true);
  await page.getByRole('button', { name: 'Sakladım' }).click();
  await row.getByRole('button', { name: 'Eski parolayı bitir' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Eski parolayı bitir' }).click();
  await page.getByText('Eski parola bitti.').waitFor();
  expect(await mayLogIn('crm@ornek-perakende.example', first)).toBe(false);
  expect(await mayLogIn('crm@ornek-perakende.example', second)).toBe(true);

  await row.getByRole('button', { name: 'Ağları değiştir' }).click();
  const networks = page.getByLabel('Hangi ağlardan çağırabilir?');
  await networks.fill('203.0.113.0/24\n10/8');
  await page.getByRole('button', { name: 'Ağları kaydet' }).click();
  await page.getByRole('alert').getByText('Ağlardan biri okunamadı.').first().waitFor();
  expect(await networks.inputValue()).toBe('203.0.113.0/24\n10/8');
  // Another owner is faster: what he set stands there, and is not overwritten unseen.
  await desks.server.owner.query(`update account set networks = '{198.51.100.0/24}' where name = 'CRM'`);
  await networks.fill('203.0.113.9/24');
  await page.getByRole('button', { name: 'Ağları kaydet' }).click();
  await page.getByRole('alert').getByText('Siz bakarken bir başkası bunu değiştirdi.').waitFor();
  await page.getByText('Şimdiki hâli: 198.51.100.0/24').waitFor();
  await page.getByRole('button', { name: 'Ağları kaydet' }).click();
  await row.getByText('203.0.113.0/24').waitFor();
  expect(await mayLogIn('crm@ornek-perakende.example', second)).toBe(false);

  await row.getByRole('button', { name: 'Kapat' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Evet, kapat' }).click();
  await page.getByText('crm@ornek-perakende.example kapatıldı.').waitFor();
  await page.getByText('Kapatılan 1 kullanıcı').click();
  await rowOf(page, 'crm@ornek-perakende.example').getByText('Kapatıldı').waitFor();
  await expectQuiet(page, /40[09]|422/);
});

it('asks for a second factor where the last one is old, and does then what was wanted', async () => {
  const person = await newPerson(desks.server, { name: 'Derya Örnek', seat: { role: 'owner', brands: null } });
  const page = await desks.browser.page({ width: 1280 });
  const [name = '', value = ''] = person.cookie.split('=');
  await page.context().addCookies([{ name, value, url: desks.server.url }]);
  await connections(page);
  desks.server.clock.move(601);
  const renew = async () => {
    await rowOf(page, 'api@ornek-perakende.example').getByRole('button', { name: 'Parolayı yenile' }).click();
    await page.getByLabel('7 gün sonra').check();
    await page.getByRole('button', { name: 'Yeni parola üret' }).click();
    return page.getByRole('dialog', { name: 'Siz olduğunuzu doğrulayın' });
  };
  const question = await renew();
  await question.getByLabel('Kod').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  // A "no" leaves everything as it was, and says so.
  await question.getByRole('button', { name: 'Vazgeç' }).click();
  await page.getByText('Bu iş için kimliğinizi yeniden doğrulayın.').waitFor();
  expect(await page.getByText('Eski parola da geçerli').count()).toBe(0);
  await page.getByRole('button', { name: 'Yeni parola üret' }).click();
  await question.getByLabel('Kod').fill('000000');
  await question.getByRole('button', { name: 'Doğrula' }).click();
  await question.getByText('Kod doğru değil ya da süresi geçti.').waitFor();
  await question.getByLabel('Kod').fill(person.code());
  await question.getByRole('button', { name: 'Doğrula' }).click();
  await shownPassword(page);
  await rowOf(page, 'api@ornek-perakende.example').getByText('Eski parola da geçerli').waitFor();
  // Within ten minutes nobody is asked again.
  await rowOf(page, 'api@ornek-perakende.example').getByRole('button', { name: 'Eski parolayı bitir' }).waitFor();
  await expectQuiet(page, /40[13]/);
});

it('lets people of the demo confirm by one click', async () => {
  const page = await connections(await desks.enter('owner'));
  desks.server.clock.move(601);
  await page.getByRole('button', { name: 'API kullanıcısı oluştur' }).click();
  await page.getByLabel('Ne için?').fill('Çağrı merkezi');
  await page.getByLabel('Kullanıcı adı').first().fill('cagri@ornek-perakende.example');
  await page.getByRole('button', { name: 'Oluştur, parolasını göster' }).click();
  await page.getByRole('button', { name: 'Deneme: doğrulanmış say' }).click();
  expect(await mayLogIn('cagri@ornek-perakende.example', await shownPassword(page))).toBe(true);
  await expectQuiet(page, /403/);
});

it('adds a push address, tries it out, starts a parked one again, and removes it', async () => {
  let status = 503;
  const expected = `Basic ${Buffer.from('push:gizli-parola').toString('base64')}`;
  const receiver = http.createServer((request, response) => {
    request
      .resume()
      .on('end', () => response.writeHead(request.headers.authorization === expected ? status : 401).end());
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  onTestFinished(() => {
    receiver.closeAllConnections();
    receiver.close();
  });
  const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;

  const page = await connections(await desks.enter('owner'));
  await page.getByText('Henüz push adresiniz yok.').waitFor();
  await page.getByRole('button', { name: 'Push adresi ekle' }).click();
  const form = page.locator('form').filter({ hasText: 'Dene ve kaydet' });
  await form.getByLabel('Adres').fill(url);
  await form.getByLabel('Kullanıcı adı').fill('push');
  await form.getByLabel('Parola').fill('gizli-parola');
  await form.getByRole('button', { name: 'Dene ve kaydet' }).click();
  await page.getByRole('alert').getByText('2xx yanıtı vermedi').first().waitFor();
  expect(await form.getByLabel('Parola').inputValue()).toBe('gizli-parola');
  status = 200;
  await form.getByRole('button', { name: 'Dene ve kaydet' }).click();
  await page.getByText('Adres denendi ve kaydedildi.').waitFor();
  const row = rowOf(page, url);
  await row.getByText('Bağlı').waitFor();
  await row.getByRole('button', { name: 'Dene' }).click();
  await page.getByText('Alıcınız beklendiği gibi yanıtladı.').waitFor();
  await page.getByText('401 yanıtladı').waitFor();
  await page.getByText('200 yanıtladı').waitFor();
  expect(await axeViolations(page)).toEqual([]);

  await desks.server.owner.query(`update push_address set status = 'parked', status_at = to_timestamp($1)`, [
    desks.server.clock.now() - 86_400,
  ]);
  await page.reload();
  await row.getByText('Bırakıldı: dün').waitFor();
  await row.getByRole('button', { name: 'Yeniden başlat' }).click();
  await row.getByText('Bağlı').waitFor();
  await row.getByRole('button', { name: 'Kaldır' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Evet, kaldır' }).click();
  await page.getByText('Henüz push adresiniz yok.').waitFor();
  await expectQuiet(page, /422/);
});

/** How the first call is run where this machine has the program; `read` of the shell takes the password from its input. */
const RUNS = [
  {
    name: 'curl',
    dil: null,
    here: () => has('curl'),
    run: (code: string, password: string) => output('bash', ['-c', code], `${password}\n`),
  },
  { name: 'PHP', dil: 'php', here: () => has('php'), run: (code: string) => output('php', [], code) },
  {
    name: 'JavaScript',
    dil: 'javascript',
    here: () => true,
    run: (code: string) => output(process.execPath, ['--input-type=module'], code),
  },
] as const;

function has(program: string): boolean {
  return spawnSync(program, ['--version']).status === 0;
}

/** What a program writes; the server answers from this process, so nothing here may wait for it. */
async function output(program: string, args: readonly string[], input: string): Promise<string> {
  const run = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  run.stdin.end(input);
  return await text(run.stdout);
}

it('shows a first call that runs as it is, and never the password', async () => {
  const page = await connections(await desks.enter('owner', { height: 1200 }));
  await page.getByLabel('Kullanıcı', { exact: true }).selectOption({ label: 'api@ornek-perakende.example' });
  await page.getByLabel('Marka', { exact: true }).selectOption('600101');
  const password = await freshPassword();
  vi.stubEnv('ACIK_IYS_PASSWORD', password);
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const { name, dil, here, run } of RUNS) {
    await page.getByRole('link', { name, exact: true }).click();
    await page.waitForURL((url) => url.searchParams.get('dil') === dil);
    const shown = page.getByRole('region', { name: `${name} kodu` });
    await expect.poll(() => shown.textContent()).toContain('/sps/600100/brands/600101/consents/status');
    const code = (await shown.textContent()) ?? '';
    expect(code).toContain('api@ornek-perakende.example');
    expect(code).not.toContain(password);
    // Nothing is recorded of the number.
    if (here()) expect((await run(code, password)).trim(), name).toBe('{}');
  }
  await page.getByRole('link', { name: 'C#', exact: true }).click();
  await page.getByRole('region', { name: 'C# kodu' }).waitFor();
  await page.waitForURL((url) => url.searchParams.get('dil') === 'csharp');
  await expectQuiet(page);
});

/** A password of the demo's API user, whatever the tests before did to it. */
async function freshPassword(): Promise<string> {
  const { rooms } = desks.server;
  const deniz = await rooms.people.byEmail('deniz@ornek-perakende.example');
  const desk = deniz && (await rooms.desks.desk(deniz.personId, 600100));
  const user = desk && (await rooms.apiUsers.list(desk)).find(({ email }) => email === 'api@ornek-perakende.example');
  if (!desk || !user) throw new Error('the demo has no API user');
  return (await rooms.apiUsers.replacePassword(desk, user.accountId, 0)).password;
}

it('shows what the registry holds of the organisation, to each as far as his rights go', async () => {
  const page = await desks.enter('viewer');
  await page.getByRole('link', { name: 'Kurumumuz' }).click();
  await page.getByRole('heading', { level: 1, name: 'Kurumumuz' }).waitFor();
  await page.getByText('Örnek Perakende A.Ş.').last().waitFor();
  await rowOf(page, '600101').getByText('Örnek Bebek').waitFor();
  await page.getByText('Resmî kurallar geçerli').waitFor();
  await page.getByText(/1\.000\.000 izinden \d+ tanesi kullanıldı/).waitFor();
  expect(await page.getByRole('link', { name: 'Bağlantılar' }).count()).toBe(0);
  await switchLanguage(page, 'English');
  await page.getByText(/\d+ of 1,000,000 consents are used/).waitFor();
  await switchLanguage(page, 'Türkçe');
  // By its address he is told that he may not.
  await page.goto(desks.server.url + CONNECTIONS);
  await page.getByText('Bu iş için yetkiniz yok.').waitFor();
  await expectQuiet(page, /403/);

  const shop = await desks.enter('retailer');
  await shop.getByRole('link', { name: 'Kurumumuz' }).click();
  await shop.getByText('Resmî kurallar geçerli').waitFor();
  expect(await shop.getByRole('columnheader', { name: 'Onay' }).count()).toBe(0);
  expect(await shop.getByRole('heading', { name: 'Abonelik' }).count()).toBe(0);
  await expectQuiet(shop);
});

describe.each(['light', 'dark'] as const)('in the %s scheme', (scheme) => {
  it.each([
    ['connections', CONNECTIONS],
    ['our organisation', '/isletme/600100/kurumumuz'],
  ])('the screen %s has no violation of accessibility and no sideways scroll', async (name, path) => {
    const page = await desks.enter('owner', { scheme });
    await page.goto(desks.server.url + path);
    await page.getByRole('heading', { level: 2 }).first().waitFor();
    if (name === 'connections') {
      await page.getByRole('button', { name: 'API kullanıcısı oluştur' }).click();
      await page.getByRole('button', { name: 'Push adresi ekle' }).click();
    }
    await settled(page);
    expect(await axeViolations(page)).toEqual([]);
    for (const width of [390, 320]) {
      await page.setViewportSize({ width, height: 800 });
      expect(await sidewaysScroll(page)).toBeUndefined();
      if (width === 390) expect(await axeViolations(page)).toEqual([]);
    }
  });
});
