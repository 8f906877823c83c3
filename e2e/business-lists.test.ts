// Lists in a real browser: recording from Excel and from pasted cells, the refused rows as a file, and a list checked.

import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSheet, writeXlsx } from '../packages/server/src/rooms/imports/index.ts';
import { expectQuiet } from './support/browser.ts';
import { type Desks, openDesks } from './support/desk.ts';
import { isGood } from './support/screen.ts';
import { anHourAgoInSheet } from './support/time.ts';

const HEADERS = ['Alıcı', 'Kanal', 'Durum', 'Kaynak', 'İzin tarihi'];
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

let desks: Desks;
beforeAll(async () => {
  desks = await openDesks();
});
afterAll(() => desks.close());

async function workbook(rows: readonly (readonly string[])[]) {
  const columns = HEADERS.map((header) => ({ header, width: 20 }));
  return {
    name: 'izinler.xlsx',
    mimeType: XLSX,
    buffer: await buffer(writeXlsx([{ name: 'İzinler', columns, rows }])),
  };
}

it.each([
  [1280, 'light'],
  [390, 'dark'],
] as const)('records a mixed Excel file and gives back what was refused (%i, %s)', async (width, scheme) => {
  const page = await desks.enter('clerk', { width, scheme });
  await page.getByRole('link', { name: 'Excel ile kaydet' }).click();
  await page.getByLabel('Dosya (.xlsx)').waitFor();
  await isGood(page);
  const at = anHourAgoInSheet(desks.server.clock);
  const file = await workbook([
    [`0537 ${width} 11 11`.slice(0, 14), 'Mesaj', 'Onay', 'Web sitesi', at],
    ['0537 12', 'Mesaj', 'Onay', 'Web sitesi', at],
    [`ayse${width}@ornek.example`, 'E-posta', 'Onay', 'Web sitesi', at],
  ]);
  await page.getByLabel('Dosya (.xlsx)').setInputFiles(file);
  await page.getByRole('button', { name: 'Oku' }).click();
  await page.getByRole('heading', { name: '2 satır kaydedilecek, 1 satır düzeltilmeli.' }).waitFor();
  await page.getByText('yerine +90537').waitFor();
  await isGood(page);
  await page.getByRole('button', { name: '2 satırı kaydet' }).click();
  await page.getByRole('heading', { name: '2 satır işlendi, 1 satır kaydedilmedi.' }).waitFor();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Kaydedilmeyenleri indir' }).click(),
  ]);
  const saved = await readSheet(new Uint8Array(await readFile(await download.path())), { rows: 50 });
  expect(saved.rows.at(-1)?.cells[0]?.value).toBe('0537 12');
  await expectQuiet(page);
});

it('reads pasted cells, and asks for what no column says', async () => {
  const page = await desks.enter('clerk');
  await page.getByRole('link', { name: 'Excel ile kaydet' }).click();
  const when = anHourAgoInSheet(desks.server.clock);
  await page.getByLabel('Hücreleri buraya yapıştırın').fill(`Telefon\tTarih\n0537 222 33 44\t${when}`);
  await page.getByRole('button', { name: 'Oku' }).click();
  await page.getByRole('heading', { name: 'Dosyada olmayanlar' }).waitFor();
  await page.getByLabel('kanal').selectOption('MESAJ');
  await page.getByLabel('durum').selectOption('ONAY');
  await page.getByLabel('kaynak').selectOption('HS_ISLAK_IMZA');
  await page.getByRole('button', { name: 'Bunlarla yeniden oku' }).click();
  await page.getByRole('button', { name: '1 satırı kaydet' }).click();
  await page.getByRole('heading', { name: '1 satır işlendi, 0 satır kaydedilmedi.' }).waitFor();
  await expectQuiet(page);
});

it('refuses a file that is none with clear words, and keeps the page usable', async () => {
  const page = await desks.enter('clerk');
  await page.getByRole('link', { name: 'Excel ile kaydet' }).click();
  const pdf = { name: 'izinler.xlsx', mimeType: XLSX, buffer: Buffer.from('%PDF-1.7 bu bir PDF') };
  await page.getByLabel('Dosya (.xlsx)').setInputFiles(pdf);
  await page.getByRole('button', { name: 'Oku' }).click();
  await page.getByRole('alert').getByText('import.pdf').waitFor();
  await expectQuiet(page, /422/);
});

it('checks a list, says why for each address, and saves the answer', async () => {
  const page = await desks.enter('intermediary');
  await page.getByRole('link', { name: 'Liste kontrolü' }).click();
  await page.getByLabel('Adresleri buraya yapıştırın').fill('0537 222 33 44\n0537 999 00 00\nbu adres değil');
  await page.getByRole('button', { name: 'Kontrol et' }).click();
  await page.getByRole('heading', { name: '1 adrese gönderebilirsiniz, 1 adrese göndermeyin' }).waitFor();
  await isGood(page);
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Excel indir' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('liste-denetimi.xlsx');
  await expectQuiet(page);
});
