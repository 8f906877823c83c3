// Evidence in a real browser: a document in the same step as the record, found at the history, attached, replaced; what
// nothing proves; and paper forms.

import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Simulators, startSimulators } from '../packages/server/test/support/simulators.ts';
import { axeViolations, expectQuiet, sidewaysScroll } from './support/browser.ts';
import { type Desks, openDesks } from './support/desk.ts';
import { anHourAgo } from './support/time.ts';

/** A document that opens: the smallest PDF with a page. */
const PDF = Buffer.from(
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n' +
    '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n',
);
const form = { name: 'imzali-form.pdf', mimeType: 'application/pdf', buffer: PDF };

let simulators: Simulators;
let desks: Desks;
beforeAll(async () => {
  simulators = await startSimulators();
  desks = await openDesks({ timeStampAuthority: simulators.timeStampAuthority });
});
afterAll(async () => {
  await desks.close();
  await simulators.kill();
});

it('takes evidence in the same step as a consent, and finds it at the history', async () => {
  const page = await desks.enter('clerk');
  await page.getByRole('link', { name: 'İzin kaydet' }).click();
  await page.getByLabel('Telefon ya da e-posta').fill('0538 111 22 33');
  await page.getByText('Okunan: +90538').waitFor();
  await page.getByLabel('Nereden alındı?').selectOption('HS_ISLAK_IMZA');
  await page.getByLabel('Mesaj').check();
  await page.getByLabel('Kanıt belgesi (isteğe bağlı)').setInputFiles(form);
  await desks.holdWait(page);
  await page.getByRole('button', { name: 'Onayı kaydet' }).click();
  await page.getByText('Belge kayda bağlandı.').waitFor();
  await desks.dueNow();
  await page.getByRole('button', { name: 'Geri al' }).click();
  await page.getByRole('link', { name: 'Bu kişinin izinlerini gör' }).click();
  await page.getByRole('link', { name: 'imzali-form' }).click();
  await page.getByText('application/pdf').waitFor();
  await page.getByText('damgalandı').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'İndir', exact: true }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('imzali-form.pdf');
  await expectQuiet(page);
});

it('shows what nothing proves, and proves several consents with one document', async () => {
  const token = await desks.server.token();
  for (const recipient of ['+905382223344', '+905382223355'])
    await desks.server.call('POST', '/sps/600100/brands/600100/consents', {
      token,
      body: {
        type: 'MESAJ',
        source: 'HS_WEB',
        recipient,
        status: 'ONAY',
        consentDate: anHourAgo(desks.server.clock),
        recipientType: 'BIREYSEL',
      },
    });
  const page = await desks.enter('evidence', { width: 390, height: 844, scheme: 'dark' });
  await page.getByRole('link', { name: 'Kanıtlar' }).click();
  await page.getByRole('link', { name: 'Kanıtsız onaylar' }).click();
  await page.getByLabel('+90 538 ••• •• 44 satırını seç').check();
  await page.getByLabel('+90 538 ••• •• 55 satırını seç').check();
  await page.getByText('2 onay seçili').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await page
    .getByLabel('Seçtiklerime belge ekle')
    .setInputFiles({ ...form, buffer: Buffer.concat([PDF, Buffer.from('%2')]) });
  await page.getByText('Bu aralıkta kanıtsız onay yok.').waitFor();
  expect(await sidewaysScroll(page)).toBeUndefined();
  await expectQuiet(page);
});

it('replaces a wrong document with a reason, and keeps both', async () => {
  const page = await desks.enter('clerk');
  await page.getByRole('link', { name: 'Kanıtlar' }).click();
  await page
    .getByLabel('Belge ekle')
    .setInputFiles({ ...form, name: 'yanlis.pdf', buffer: Buffer.concat([PDF, Buffer.from('%3')]) });
  await page.getByRole('heading', { level: 1, name: 'yanlis' }).waitFor();
  await page.getByText('Yanlış belgeyi değiştir').click();
  await page
    .getByLabel('Doğru belge')
    .setInputFiles({ ...form, name: 'dogru.pdf', buffer: Buffer.concat([PDF, Buffer.from('%4')]) });
  await page.getByLabel('Neden').fill('Başka kişinin formu taranmış');
  await page.getByRole('button', { name: 'Değiştir' }).click();
  await page.getByRole('heading', { level: 1, name: 'dogru' }).waitFor();
  await page.getByRole('link', { name: 'Kanıtlar' }).click();
  await page.getByText('yerine başkası kondu').waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await expectQuiet(page);
});

it('refuses a page that calls itself a document, with clear words', async () => {
  const page = await desks.enter('clerk');
  await page.getByRole('link', { name: 'Kanıtlar' }).click();
  const hostile = {
    name: 'form.pdf',
    mimeType: 'application/pdf',
    buffer: Buffer.from('<html><script>alert(1)</script>'),
  };
  await page.getByLabel('Belge ekle').setInputFiles(hostile);
  await page.getByRole('alert').getByText('evidence.').waitFor();
  await expectQuiet(page, /4(15|22)/);
});

it('makes numbered paper forms from a text, a sheet each', async () => {
  const page = await desks.enter('clerk');
  await page.getByRole('link', { name: 'Kanıtlar' }).click();
  await page.getByRole('link', { name: 'Metinler ve formlar' }).click();
  await page.getByLabel('Başlık').fill('Mağaza izin metni');
  await page
    .getByLabel('Metin', { exact: true })
    .fill('Örnek Perakende’nin kampanyalarından haberdar olmak istiyorum.');
  await page.getByRole('button', { name: 'Yeni sürüm ekle' }).click();
  await page.getByLabel('Kaç sayfa?').fill('3');
  await page.getByRole('button', { name: 'Numaraları üret' }).click();
  await page.getByRole('heading', { level: 1, name: '3 form' }).waitFor();
  await expect.poll(() => page.locator('article.paper').count()).toBe(3);
  expect(await axeViolations(page)).toEqual([]);
  await expectQuiet(page);
});
