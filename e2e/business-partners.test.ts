// Partners and intermediaries in a real browser: named by number, offered, accepted, at work on behalf of a customer,
// narrowed to one of two, and ended in the middle of it; an intermediary that looks a provider up and checks a list.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectQuiet } from './support/browser.ts';
import { type Desks, openDesks } from './support/desk.ts';
import { isGood } from './support/screen.ts';

const DESK = { width: 1280, scheme: 'light' } as const;
const PHONE = { width: 390, height: 844, scheme: 'dark' } as const;

let desks: Desks;
beforeAll(async () => {
  desks = await openDesks();
});
afterAll(() => desks.close());

describe.each([
  ['a provider at its desk, a partner with its phone', DESK, PHONE, '1'],
  ['a provider with its phone, a partner at its desk', PHONE, DESK, '2'],
] as const)('%s', (_, providerSize, partnerSize, round) => {
  const title = `Kış kampanyası ${round}`;
  const reason = `Sözleşme bitti ${round}`;

  it('gives a right that begins with its acceptance, and ends it in the middle of the work', async () => {
    const owner = await desks.enter('owner', providerSize);
    await owner.getByRole('link', { name: 'İş ortakları' }).click();
    await owner.getByRole('heading', { level: 1, name: 'İş ortakları' }).waitFor();
    await owner.getByRole('button', { name: 'İş ortağı ya da aracı ekle' }).click();
    await owner.getByLabel('Karşı tarafın numarası').fill('123');
    await owner.getByRole('button', { name: 'Bul' }).click();
    await owner
      .getByRole('alert')
      .getByRole('link', { name: /^Bu numarada bir iş ortağı/ })
      .waitFor();
    await owner.getByLabel('Karşı tarafın numarası').fill('900100');
    await owner.getByRole('button', { name: 'Bul' }).click();
    await owner.getByText('Örnek İş Ortağı A.Ş., iş ortağı').waitFor();
    await owner.getByRole('button', { name: 'Değiştir', exact: true }).click();
    await owner.getByRole('alert').getByRole('link', { name: 'Hiçbir hakkı değiştirmediniz.' }).waitFor();
    await owner.getByLabel('Örnek Bebek, Mesaj').selectOption('write');
    await owner.getByLabel('Örnek Bebek, E-posta').selectOption('read');
    await owner.getByLabel('Neden').fill(title);
    await isGood(owner);
    await owner.getByRole('button', { name: 'Değiştir', exact: true }).dblclick();
    await owner.getByText('Teklif gönderildi.').waitFor();
    await owner.getByText(/^Kabul bekliyor/).waitFor();

    const partner = await desks.enter('partner', partnerSize);
    await partner.getByRole('heading', { name: 'Bekleyen teklif' }).waitFor();
    await partner.getByText('Mesaj kaydeder ve E-posta görür').waitFor();
    await partner.getByText(`“${title}”`).waitFor();
    await isGood(partner);
    await partner.getByRole('button', { name: /^Kabul et/ }).click();
    await partner.getByText('Teklif kabul edildi; haklar şimdi geçerli.').waitFor();

    await partner.getByRole('link', { name: 'Müşterilerim' }).click();
    const row = partner.getByRole('row', { name: /Örnek Bebek/ });
    await row.first().waitFor();
    await partner.getByRole('link', { name: 'İzin kaydet' }).click();
    await partner.getByLabel('Marka', { exact: true }).selectOption({ label: 'Örnek Bebek (Örnek Perakende A.Ş.)' });
    await partner.getByText('Örnek Perakende A.Ş. adına kaydedersiniz').waitFor();
    await partner.getByLabel('Telefon ya da e-posta').fill(`0539 700 00 0${round}`);
    await partner.getByLabel('Nereden alındı?').selectOption('HS_WEB');
    await partner.getByText('Örnek Bebek (Örnek Perakende A.Ş. adına) için mesaj').waitFor();
    await isGood(partner);
    await desks.holdWait(partner);
    await partner.getByRole('button', { name: 'Onayı kaydet' }).click();
    await partner.getByText(/^Örnek Bebek \(Örnek Perakende A\.Ş\. adına\), Mesaj: 10 saniye/).waitFor();
    await desks.dueNow(partner);
    await partner.getByText('adına), Mesaj: kaydedildi').waitFor();
    await partner.getByRole('link', { name: 'Bu kişinin izinlerini gör' }).click();
    await partner.getByText('Burak Örnek, Örnek İş Ortağı A.Ş., Örnek Perakende A.Ş. adına').waitFor();

    // What the provider sees of it, without the address.
    await owner.reload();
    const section = owner.locator('section', { has: owner.getByRole('heading', { name: 'Örnek İş Ortağı A.Ş.' }) });
    await section.getByText('Ne yaptı, ne sordu?').click();
    await section.getByRole('cell', { name: 'İzin hareketi kaydetti' }).first().waitFor();
    expect(await section.textContent()).not.toMatch(/539/);
    await isGood(owner);

    // The form is open and filled when the right ends.
    await partner.getByRole('link', { name: 'İzin kaydet' }).click();
    await partner.getByLabel('Marka', { exact: true }).selectOption({ label: 'Örnek Bebek (Örnek Perakende A.Ş.)' });
    await partner.getByLabel('Nereden alındı?').selectOption('HS_WEB');
    await partner.getByLabel('Telefon ya da e-posta').fill('0539 700 99 99');
    await partner.getByText(/^Taslak saklandı/).waitFor();
    await section.getByRole('button', { name: 'Bitir Örnek Bebek' }).click();
    await owner.getByRole('alertdialog').getByLabel('Neden').fill(reason);
    await owner.getByRole('alertdialog').getByRole('button', { name: 'Evet, bitir' }).click();
    await owner.getByText('Bitti. Karşı tarafın').waitFor();
    await partner.getByRole('button', { name: 'Onayı kaydet' }).click();
    await partner.getByRole('alert').getByText('desk.brand').waitFor();
    // What he typed is kept.
    expect(await partner.getByLabel('Telefon ya da e-posta').inputValue()).toBe('0539 700 99 99');
    await owner.getByText(`“${reason}”`).first().waitFor();
    await partner.getByRole('link', { name: 'Müşterilerim' }).click();
    // The list that he saw a moment ago is not asked for again within five seconds.
    await partner.reload();
    await partner.getByText(`“${reason}”`).first().waitFor();
    await isGood(partner);
    await expectQuiet(owner, /404/);
    await expectQuiet(partner, /403/);
  });
});

it('narrows the screens of a partner with two customers to one, by the address', async () => {
  const { parties } = desks.server.rooms;
  await parties.offer(
    { code: 600200, accountId: null },
    {
      offerId: randomUUID(),
      holderCode: 900100,
      rights: [{ brandId: 600200, MESAJ: 'write', ARAMA: 'none', EPOSTA: 'none', reconciliation: false }],
      reason: '',
    },
  );
  const partner = await desks.enter('partner', DESK);
  await partner.getByRole('button', { name: /^Kabul et/ }).click();
  const choice = partner.getByLabel('Kimin adına?');
  await choice.waitFor();
  await partner.getByRole('link', { name: 'İzin kaydet' }).click();
  const brand = partner.getByLabel('Marka', { exact: true });
  // The draft of the brand that was ended stays as it was typed, and says why it cannot be sent.
  await partner.getByText('Yarım bıraktığınız formu getirdik.').waitFor();
  await partner.getByRole('button', { name: 'Onayı kaydet' }).click();
  await partner
    .getByRole('alert')
    .getByRole('link', { name: /^Bu markadaki kayıt yetkiniz sona erdi/ })
    .waitFor();
  await partner.getByRole('button', { name: 'Taslağı sil' }).click();
  await expect.poll(() => brand.locator('option').allTextContents()).toHaveLength(2);
  await choice.selectOption({ label: 'Örnek Banka A.Ş.' });
  await partner.waitForURL(/musteri=600200/);
  await partner.getByText('Örnek Banka A.Ş. adına kaydedersiniz').waitFor();
  await expect.poll(() => brand.locator('option').allTextContents()).toEqual(['Örnek Banka (Örnek Banka A.Ş.)']);
  await partner.getByRole('link', { name: 'Retler' }).click();
  await partner.getByRole('heading', { level: 1, name: 'Retler' }).waitFor();
  await partner.waitForURL(/\/retler\?.*musteri=600200/);
  await partner.getByRole('link', { name: 'Müşterilerim' }).click();
  await expect.poll(() => partner.locator('.customers__list tbody tr').count()).toBe(1);
  await isGood(partner);
  await choice.selectOption('');
  await expect.poll(() => partner.url()).not.toMatch(/[?&]musteri=/);
  await expect.poll(() => partner.locator('.customers__list tbody tr').count()).toBe(2);
  // Sorted and filtered by the address, kept past a reload.
  await partner.getByRole('link', { name: 'Listeye geçmeyen ret, sırala' }).click();
  await partner.waitForURL(/sirala=ret/);
  await partner.getByLabel('Müşteri ya da marka').fill('banka');
  await partner.waitForURL(/ara=banka/);
  await expect.poll(() => partner.locator('.customers__list tbody tr').count()).toBe(1);
  await partner.reload();
  await expect.poll(() => partner.locator('.customers__list tbody tr').count()).toBe(1);
  await expectQuiet(partner);
});

it('lets an intermediary look a provider up, check a list, and leave', async () => {
  const page = await desks.enter('intermediary', PHONE);
  await page.getByRole('link', { name: 'Hizmet sağlayıcı sorgula' }).click();
  await page.getByRole('button', { name: 'Sorgula' }).click();
  await page
    .getByRole('alert')
    .getByRole('link', { name: /^Bir numara ya da/ })
    .waitFor();
  await page.getByLabel('Numara ya da unvanın başı').fill('örnek');
  await page.getByRole('button', { name: 'Sorgula' }).click();
  await page.getByText('Evet: sorgulayabilirsiniz').waitFor();
  await page.getByText(/^Hayır: sizi/).waitFor();
  await isGood(page);
  await page.getByLabel('Numara ya da unvanın başı').fill('999999');
  await page.getByRole('button', { name: 'Sorgula' }).click();
  await page.getByText('Böyle bir hizmet sağlayıcı kayıtlı değil.').waitFor();

  await page.getByRole('link', { name: 'Liste kontrolü' }).click();
  await page.getByLabel('Marka', { exact: true }).selectOption({ label: 'Örnek Bebek (Örnek Perakende A.Ş.)' });
  await page.getByLabel('Adresleri buraya yapıştırın').fill('0539 700 00 01\n0539 700 00 09');
  await page.getByRole('button', { name: 'Kontrol et' }).click();
  await page.getByText(/^1 adrese/).waitFor();

  await page.getByRole('link', { name: 'Müşterilerim' }).click();
  await page.getByRole('rowheader', { name: 'Örnek Perakende A.Ş.' }).waitFor();
  await isGood(page);
  await page.getByRole('button', { name: 'Bitir Örnek Perakende A.Ş.' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Evet, bitir' }).click();
  await page.getByText('Henüz müşteriniz yok.').waitFor();
  await isGood(page);
  await expectQuiet(page);
});
