// The journeys of the guide for businesses (docs/business.md), walked in a real browser over the demo's history. `npm run
// guide` does the same and writes the page and its pictures; here they are compared.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { formatTime } from '@acik-iys/law';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDemo } from '../packages/server/src/demo.ts';
import { AddressKeys } from '../packages/server/src/ground/keys.ts';
import { TEST_SECRET } from '../packages/server/test/support/registry.ts';
import { guidePage, PICTURES } from './guide/page.ts';
import { expectQuiet } from './support/browser.ts';
import { type Desks, openDesks } from './support/desk.ts';
import { anHourAgoInSheet } from './support/time.ts';

const WRITE = process.env.UPDATE_GUIDE === '1';
const DOCS = new URL('../docs/', import.meta.url);
const FOLDER = new URL('guide/', DOCS);
const PAGE = new URL('business.md', DOCS);
/** A page of documentation is read on telephones too. */
const PICTURE_BYTES_MAX = 64 * 1_024;
const PICTURES_MAX = 12;

type PictureName = (typeof PICTURES)[number];
const taken = new Set<PictureName>();

/** Tall enough for every part that is shown. */
const WINDOW_HEIGHT = 2_000;
/** Air above and below what is shown, CSS pixels. */
const MARGIN = 20;

/**
 * A part of the screen as a picture of the guide.
 * @param part.across what it is as wide as; the screen without its navigation if not told
 * @param part.from what stands at its upper edge; `across` if not told
 * @param part.height CSS pixels; that of `from` if not told
 */
async function picture(
  page: Page,
  name: PictureName,
  {
    across = page.getByRole('main'),
    from = across,
    height,
  }: { readonly across?: Locator; readonly from?: Locator; readonly height?: number },
): Promise<void> {
  taken.add(name);
  if (!WRITE) return;
  await page.setViewportSize({ width: widthOf(name), height: WINDOW_HEIGHT });
  const [wide, top] = [await across.boundingBox(), await from.boundingBox()];
  if (wide === null || top === null) throw new Error(`what ${name} shows is not there`);
  // Nothing is hovered over.
  await page.mouse.move(0, 0);
  await page.screenshot({
    path: fileURLToPath(new URL(`${name}.png`, FOLDER)),
    animations: 'disabled',
    caret: 'hide',
    clip: {
      x: wide.x,
      y: Math.max(0, top.y - MARGIN),
      width: wide.width,
      height: height ?? top.height + 2 * MARGIN,
    },
  });
}

function widthOf(name: PictureName): number {
  return Number(name.split('-').at(-1));
}

describe('the journeys', () => {
  let desks: Desks;
  let desktop: Page;
  let phone: Page;
  beforeAll(async () => {
    desks = await openDesks();
    const { rooms, database } = desks.server;
    await loadDemo({ rooms, database, keys: new AddressKeys(TEST_SECRET) });
    for (const [type, status] of [
      ['MESAJ', 'ONAY'],
      ['ARAMA', 'ONAY'],
      ['ARAMA', 'RET'],
    ] as const)
      await desks.server.call('POST', '/sps/600100/brands/600100/consents', {
        token: await desks.server.token(),
        body: {
          recipient: '+905321234567',
          recipientType: 'BIREYSEL',
          source: status === 'ONAY' ? 'HS_WEB' : 'HS_CAGRI_MERKEZI',
          consentDate: formatTime(desks.server.clock.now() - (status === 'ONAY' ? 90_000 : 3_600)),
          type,
          status,
        },
      });
    desktop = await desks.enter('clerk');
    // Somebody else: drafts are a person's own.
    phone = await desks.enter('owner', { width: 390, height: 844 });
    // The type face is there from the second look on.
    for (const page of [desktop, phone]) await page.reload();
    if (WRITE) mkdirSync(FOLDER, { recursive: true });
  });
  afterAll(() => desks.close());

  const open = async (page: Page, link: string): Promise<void> => {
    await page.getByRole('navigation', { name: 'Ana bölümler' }).getByRole('link', { name: link, exact: true }).click();
  };

  it('ask about an address', async () => {
    for (const page of [desktop, phone]) {
      await open(page, 'Bugün');
      await page.getByText('ret geldi').first().waitFor();
      if (page === desktop) await picture(page, 'today-1280', { height: 440 });
      await page.getByLabel('Bu adrese gönderebilir miyim?').fill('0532 123 45 67');
      await page.getByRole('button', { name: 'Sor' }).click();
      await page.getByText('Gönderebilirsiniz').first().waitFor();
      await page.getByText('Aramayın').first().waitFor();
      await page.getByText('Onay hiç kaydedilmedi.').first().waitFor();
      await page.getByRole('heading', { name: 'Geçmiş' }).waitFor();
    }
    await picture(desktop, 'answer-1280', { height: 460 });
    await picture(phone, 'answer-390', { height: 580, from: phone.getByRole('heading', { level: 1 }) });
    await expectQuiet(desktop);
    await expectQuiet(phone);
  });

  it('record and take back', async () => {
    await open(desktop, 'İzin kaydet');
    await desktop.getByLabel('Telefon ya da e-posta', { exact: true }).fill('0533 765 43 21');
    await desktop.getByText('Okunan: +905337654321').waitFor();
    await desktop.getByLabel('Nereden alındı?').selectOption('HS_WEB');
    await desktop.getByLabel('Mesaj').check();
    await desktop.getByText('Kaydın son günü:').waitFor();
    await picture(desktop, 'record-1280', { from: desktop.locator('.preview') });

    await open(phone, 'İzin kaydet');
    await phone.getByLabel('Telefon ya da e-posta', { exact: true }).fill('0533 765 43 22');
    await phone.getByText('Okunan: +905337654322').waitFor();
    await phone.getByLabel('Nereden alındı?').selectOption('HS_WEB');
    await phone.getByLabel('Mesaj').check();
    await desks.holdWait(phone);
    await phone.getByRole('button', { name: 'Onayı kaydet' }).click();
    await phone.getByText('Mesaj: 10 saniye sonra kaydedilecek').waitFor();
    await picture(phone, 'undo-390', { height: 420, from: phone.getByRole('heading', { level: 1 }) });
    await phone.getByRole('button', { name: 'Geri al' }).click();
    await phone.getByText('Mesaj: geri alındı, kaydedilmedi').waitFor();

    await desktop.getByLabel('Ret: artık istemiyor').check();
    await desktop.getByLabel('Nereden söyledi?').selectOption('HS_CAGRI_MERKEZI');
    await desktop.getByRole('button', { name: 'Reddi kaydet' }).click();
    const question = desktop.getByRole('alertdialog', { name: 'Bu ret kaydedilsin mi?' });
    await question.waitFor();
    await picture(desktop, 'refusal-1280', { across: desktop.locator('.dialog') });
    await question.getByRole('button', { name: 'Evet, reddi kaydet' }).click();
    await desktop.getByText('Mesaj: kaydedildi').waitFor();
    await expectQuiet(desktop);
    await expectQuiet(phone);
  });

  it('record from Excel', async () => {
    const when = anHourAgoInSheet(desks.server.clock);
    for (const [page, last] of [
      [desktop, '1'],
      [phone, '2'],
    ] as const) {
      const rows = [
        ['Alıcı', 'Kanal', 'Durum', 'Kaynak', 'İzin tarihi'],
        [`0534 111 22 3${last}`, 'Mesaj', 'Onay', 'Web sitesi', when],
        [`+90 (534) 111-22-4${last}`, 'Arama', 'Onay', 'Çağrı merkezi', when],
        [`elif${last}@ornek.example`, 'E-posta', 'Onay', 'Web sitesi', when],
        ['0534 12', 'Mesaj', 'Onay', 'Web sitesi', when],
      ];
      await open(page, 'Excel ile kaydet');
      await page.getByLabel('Hücreleri buraya yapıştırın').fill(rows.map((cells) => cells.join('\t')).join('\n'));
      await page.getByRole('button', { name: 'Oku' }).click();
      await page.getByRole('heading', { name: '3 satır kaydedilecek, 1 satır düzeltilmeli.' }).waitFor();
      if (page === desktop)
        await picture(page, 'excel-1280', { height: 470, from: page.getByRole('heading', { level: 2 }) });
      await page.getByRole('button', { name: '3 satırı kaydet' }).click();
      await page.getByRole('heading', { name: '3 satır işlendi, 1 satır kaydedilmedi.' }).waitFor();
    }
    await picture(phone, 'excel-390', { height: 700, from: phone.getByRole('heading', { level: 2 }) });
    await expectQuiet(desktop);
    await expectQuiet(phone);
  });

  it('check a list', async () => {
    await open(desktop, 'Liste kontrolü');
    const addresses = ['0532 123 45 67', '0534 111 22 31', '0533 765 43 21', '0536 999 00 00', 'adres değil'];
    await desktop.getByLabel('Adresleri buraya yapıştırın').fill(addresses.join('\n'));
    await desktop.getByRole('button', { name: 'Kontrol et' }).click();
    const result = desktop.getByRole('heading', { name: '2 adrese gönderebilirsiniz, 2 adrese göndermeyin' });
    await result.waitFor();
    await picture(desktop, 'check-1280', { height: 380, from: result });
    await expectQuiet(desktop);
  });

  it('follow refusals', async () => {
    await open(desktop, 'Retler');
    await desktop.getByText('Bekliyor, son gün').first().waitFor();
    await picture(desktop, 'refusals-1280', { height: 440 });
    await open(phone, 'Retler');
    const row = phone.getByRole('row').filter({ hasText: 'Bekliyor' }).first();
    await row.getByRole('checkbox').check();
    await phone.getByText('1 satır seçili').waitFor();
    await picture(phone, 'refusals-390', { height: 700, from: phone.getByText('1 satır seçili') });
    await phone.getByRole('button', { name: 'Listemden çıkardım' }).click();
    await phone.getByText('İşaretlendi, Deniz Örnek').first().waitFor();
    await expectQuiet(desktop);
    await expectQuiet(phone);
  });
});

it('is made by its template', () => {
  if (WRITE) writeFileSync(PAGE, guidePage());
  expect(readFileSync(PAGE, 'utf8')).toBe(guidePage());
});

it('shows the pictures that the journeys take, small ones, and no other', () => {
  expect([...taken].sort()).toEqual([...PICTURES].sort());
  expect(PICTURES.length).toBeLessThanOrEqual(PICTURES_MAX);
  const shown = [...readFileSync(PAGE, 'utf8').matchAll(/\]\(guide\/([^)]+)\)/g)].map(([, file]) => file as string);
  expect(shown).toEqual(PICTURES.map((name) => `${name}.png`));
  expect(readdirSync(FOLDER).sort()).toEqual(shown.toSorted());
  for (const name of PICTURES) {
    const file = new URL(`${name}.png`, FOLDER);
    expect(existsSync(file), name).toBe(true);
    const bytes = readFileSync(file);
    expect(bytes.length, name).toBeLessThanOrEqual(PICTURE_BYTES_MAX);
    // The head of a PNG: its name, then the width of the picture.
    expect(bytes.toString('latin1', 1, 4), name).toBe('PNG');
    expect(bytes.readUInt32BE(16), name).toBeLessThanOrEqual(widthOf(name));
  }
});
