// Retailers in a real browser: found, created with every fault beside its field, suspended and opened again, shown one
// consent, and a user invited; and a shop that sees itself alone. And the bell: rung while a screen is open, read, and
// followed to where it is dealt with.

import { randomUUID } from 'node:crypto';
import { kindOf, RET, SOURCE_NUMBERS } from '@acik-iys/law';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOORS } from '../packages/server/src/rooms/registry/index.ts';
import { newTckn } from '../packages/server/test/contract/samples.ts';
import { enter } from '../packages/server/test/support/desk.ts';
import { RETAIL } from '../packages/server/test/support/server.ts';
import { expectQuiet } from './support/browser.ts';
import { type Desks, openDesks } from './support/desk.ts';
import { hasFocus, isGood } from './support/screen.ts';
import { anHourAgo } from './support/time.ts';

const SIZES = [
  ['desktop', { width: 1280, scheme: 'light' }],
  ['phone', { width: 390, height: 844, scheme: 'dark' }],
] as const;

let desks: Desks;
beforeAll(async () => {
  desks = await openDesks();
  // The first of them is a retailer's of the demo.
  newTckn();
});
afterAll(() => desks.close());

describe.each(SIZES)('on a %s', (name, size) => {
  it('a retailer is created with its faults mended, given a consent to see, suspended, and given a user', async () => {
    const title = `Örnek Işık Bayi ${name}`;
    const page = await desks.enter('owner', size);
    await page.getByRole('link', { name: 'Bayiler' }).click();
    await page.getByRole('heading', { level: 1, name: 'Bayiler' }).waitFor();
    await page.getByRole('link', { name: 'Örnek Kadıköy Mağazacılık Ltd. Şti.' }).waitFor();
    await isGood(page);

    await page.getByRole('button', { name: 'Bayi ekle' }).click();
    await page.getByLabel('Unvan', { exact: true }).fill(title);
    await page.getByLabel('T.C. kimlik numarası').fill('12345');
    await page.getByRole('button', { name: 'Bayiyi ekle' }).click();
    await page.getByRole('alert').getByRole('link', { name: 'Bayinin adı (name) boş.' }).waitFor();
    await page.getByRole('alert').getByRole('link', { name: '11 haneli değil' }).press('Enter');
    await hasFocus(page, 'bayi-tckn');
    await isGood(page);
    await page.getByLabel('T.C. kimlik numarası').fill(newTckn());
    await page.getByLabel('Ad soyad').fill('Ece Örnek');
    await page.getByLabel('Vergi numarası').fill('1234567890');
    await page.getByLabel('Cep telefonu').fill('0532 111 22 33');
    await page.getByLabel('İl', { exact: true }).selectOption({ label: 'İzmir' });
    await page.getByLabel('İlçe').selectOption({ label: 'Konak' });
    await page.getByRole('button', { name: 'Bayiyi ekle' }).dblclick();
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    await page.getByText('Konak, İzmir').waitFor();

    const recipient = `+9053799${String(size.width).padStart(5, '0')}`;
    await granted(recipient);
    await page.getByLabel('Telefon ya da e-posta').fill('0532 000 00 00');
    await page.getByRole('button', { name: 'İzni göster' }).click();
    await page.getByRole('alert').getByText('Erişim vermek istediğiniz izin kaydı yok.').waitFor();
    await page.getByLabel('Telefon ya da e-posta').fill(recipient);
    await page.getByRole('button', { name: 'İzni göster' }).click();
    await page.getByText('bu bayi artık bu izni görür.').waitFor();
    await expect.poll(() => page.content()).not.toContain(recipient.slice(4));
    await page.locator('dt:text-is("Gördüğü izin") + dd:text-is("1")').waitFor();

    await page.getByRole('button', { name: 'Askıya al' }).click();
    const question = page.getByRole('alertdialog', { name: 'Bu bayi askıya alınsın mı?' });
    await question.waitFor();
    await isGood(page);
    await question.getByRole('button', { name: 'Askıya al' }).click();
    await page.getByText('Bayi askıya alındı.').waitFor();
    await page.getByText('Askıda').waitFor();
    await page.getByRole('button', { name: 'Yeniden aç' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Yeniden aç' }).click();
    await page.getByText('Bayi yeniden açıldı.').waitFor();

    await page.getByRole('button', { name: 'Kullanıcı davet et' }).click();
    await page.getByLabel('Ad soyad').fill('Bayi Çalışanı');
    await page.getByLabel('E-posta', { exact: true }).fill(`calisan-${name}@ornek-bayi.example`);
    await page.getByRole('button', { name: 'Davet gönder' }).click();
    await page.getByText('Davet yola çıktı.').waitFor();
    await page.getByRole('rowheader', { name: 'Bayi Çalışanı' }).waitFor();
    await isGood(page);
    await expectQuiet(page, /422/);
  });
});

async function refusedByCitizen(address: string): Promise<void> {
  const { rooms, clock } = desks.server;
  const principal = await rooms.access.principalOf(RETAIL.email);
  const answer = principal && rooms.access.brandScope(principal, RETAIL.code, 600100);
  if (!answer || !('scope' in answer)) throw new Error('no scope');
  const statement = {
    kind: kindOf(1, 0),
    address,
    status: RET,
    source: SOURCE_NUMBERS.IYS_WEB,
    retailer: null,
  } as const;
  await rooms.registry.record(answer.scope, [{ ...statement, consentedAt: clock.now() - 60 }], {
    door: DOORS.citizen,
  });
}

async function granted(recipient: string): Promise<void> {
  const consentDate = anHourAgo(desks.server.clock);
  const body = { type: 'MESAJ', source: 'HS_WEB', recipient, status: 'ONAY', consentDate, recipientType: 'BIREYSEL' };
  const token = await desks.server.token();
  expect((await desks.server.call('POST', '/sps/600100/brands/600100/consents', { token, body })).status).toBe(200);
}

it('keeps what is searched and filtered in the address of the page, but no telephone', async () => {
  const page = await desks.enter('viewer');
  await page.getByRole('link', { name: 'Bayiler' }).click();
  await page.getByLabel('Unvanda ara').fill('0532 111 22 33');
  await page.getByRole('button', { name: 'Ara', exact: true }).click();
  await page.getByText('Burada bayilerin unvanı aranır.').waitFor();
  expect(page.url()).not.toMatch(/532/);
  await page.getByLabel('Unvanda ara').fill('KADIKÖY');
  await page.getByRole('button', { name: 'Ara', exact: true }).click();
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
  await page.reload();
  await page.getByRole('link', { name: 'Örnek Kadıköy Mağazacılık Ltd. Şti.' }).waitFor();
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
  await page.getByRole('navigation', { name: 'Durum' }).getByRole('link', { name: 'Askıda' }).click();
  await page.getByText('Bu seçimle bayi yok.').waitFor();
  await page.getByRole('link', { name: 'Aramayı temizle' }).click();
  await page.getByRole('navigation', { name: 'Durum' }).getByRole('link', { name: 'Hepsi' }).click();
  await page.getByRole('link', { name: 'Örnek Kadıköy Mağazacılık Ltd. Şti.' }).click();
  await page.getByText('Kimlik, vergi ve telefon numaralarını').waitFor();
  await page.getByText('•••••••••46').waitFor();
  expect(await page.getByRole('button', { name: 'Askıya al' }).count()).toBe(0);
  await isGood(page);
  await expectQuiet(page);
});

it('shows a shop itself and who works there, and nothing of another', async () => {
  const page = await desks.enter('retailer');
  await page.getByRole('link', { name: 'Bayiler' }).click();
  await expect.poll(() => page.locator('tbody tr').count()).toBe(1);
  await page.getByRole('link', { name: 'Örnek Kadıköy Mağazacılık Ltd. Şti.' }).click();
  await page.getByText('10000000146').waitFor();
  await page.getByRole('rowheader', { name: 'Ayşe Yılmaz' }).waitFor();
  expect(await page.getByRole('button', { name: 'Kullanıcı davet et' }).count()).toBe(0);
  await page.goto(`${page.url().replace(/\d{8}$/, '')}10000001`);
  await page.getByRole('alert').getByText('thing.unknown').waitFor();
  await expectQuiet(page, /404/);
});

it.each(SIZES)(
  'rings for a right that is given while the screen is open, and keeps what comes by mail (%s)',
  async (_, size) => {
    const page = await desks.enter('viewer', size);
    await page.getByRole('heading', { level: 1 }).waitFor();
    const bell = page.getByRole('link', { name: /^Mesajlar/ });
    await bell.waitFor();
    const owner = await enter(desks.server, 'owner');
    const params = { organisation: 600100 };
    const { body } = await owner.call('GET /organisations/:organisation/staff', { params });
    const accountId = body.people.find(({ name }) => name === 'Can Örnek')?.accountId ?? 0;
    const terms = { role: 'clerk' as const, brands: [600101], channels: null, retailerCode: null, until: null };
    await owner.call('POST /organisations/:organisation/staff/:accountId/grants', {
      params: { ...params, accountId },
      body: { ...terms, grantId: randomUUID(), from: null, reason: '' },
    });
    await page.getByRole('link', { name: 'Mesajlar 1 okunmamış' }).click();
    await page.getByRole('heading', { level: 1, name: 'Mesajlar' }).waitFor();
    await page.getByText('Deniz Örnek size yetki verdi: Kayıt görevlisi (Örnek Bebek).').first().waitFor();
    await isGood(page);
    await page.getByRole('button', { name: 'Hepsini okundu say' }).click();
    await page.getByRole('link', { name: 'Mesajlar', exact: true }).waitFor();
    // Of the right that he has now; about what comes to owners alone he is not asked.
    await page.reload();
    const choice = page.getByLabel('Bekleyen bir onayım kaydedilmeyince');
    await choice.waitFor();
    expect(await page.getByLabel('Biri alışılmadık sayıda adres sorgulayınca').count()).toBe(0);
    const before = await choice.isChecked();
    await choice.click();
    await expect.poll(() => choice.isChecked()).toBe(!before);
    await page.getByText('Seçiminiz kaydedildi.').waitFor();
    await page.reload();
    await expect.poll(() => choice.isChecked()).toBe(!before);
    await expectQuiet(page);
  },
);

it('leads from the last day of refusals to the refusals that it is about', async () => {
  const { server } = desks;
  await refusedByCitizen('+905379990001');
  // As the morning’s look tells it.
  const [row] = await server.database.rows<[number]>(
    `select account_id from account a join person p using (person_id) where p.email = 'deniz@ornek-perakende.example'`,
  );
  const page = await desks.enter('owner');
  await page.getByRole('heading', { level: 1 }).waitFor();
  const details = { brandId: 600100, brand: 'Örnek Perakende', days: [{ day: '2026-11-24', count: 1 }] };
  const told = await server.database.transaction((connection) =>
    server.rooms.messages.tell(connection, { accounts: [row?.[0] ?? 0], kind: 'refusals-last-day', details }),
  );
  server.rooms.messages.wake(told);
  await page.getByRole('link', { name: /^Mesajlar \d+ okunmamış/ }).click();
  await page.getByText('1 ret için son gün 24 Kasım 2026 24:00.').waitFor();
  await page.getByRole('main').getByRole('link', { name: 'Retleri aç' }).click();
  await page.getByRole('heading', { level: 1, name: 'Retler' }).waitFor();
  await page.waitForURL(/acik=1/);
  await page.getByRole('link', { name: '+90 537 ••• •• 01' }).waitFor();
  await page.getByRole('link', { name: 'Mesajlar', exact: true }).waitFor();
  await expectQuiet(page);
});
