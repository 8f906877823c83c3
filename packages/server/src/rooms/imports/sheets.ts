// The sheets that this room writes for people: the template, refused rows with their reasons, a list that was checked.
// Their headers are those that `columns.ts` recognises: each can be mended and uploaded again.

import { CHANNELS, type Language, PROVIDER_SOURCES, RECIPIENT_TYPES, STATUSES, type Words } from '@acik-iys/law';
import { FIELD_NAMES, FIELDS, type Field, type Fields } from './rows.ts';
import type { ColumnToWrite, SheetToWrite } from './sheet.ts';

const CHOICES: Readonly<Partial<Record<Field, readonly string[]>>> = {
  type: CHANNELS,
  status: STATUSES,
  source: PROVIDER_SOURCES,
  recipientType: RECIPIENT_TYPES,
};
const WIDTHS: Readonly<Record<Field, number>> = {
  recipient: 30,
  type: 12,
  status: 10,
  source: 22,
  consentDate: 22,
  recipientType: 14,
  retailerCode: 12,
};
const REASON: Words = { tr: 'Neden', en: 'Reason' };

const HELP: Readonly<Record<Field, { readonly what: Words; readonly example: string }>> = {
  recipient: {
    what: {
      tr: 'Telefon ya da e-posta adresi. Telefonu alıştığınız gibi yazabilirsiniz; ülke kodu yoksa Türkiye sayılır.',
      en: 'A telephone or an e-mail address. Write telephones as you are used to; without a country code they are Turkish.',
    },
    example: '0532 111 22 33',
  },
  type: {
    what: {
      tr: 'ARAMA, MESAJ ya da EPOSTA. Her kanal için ayrı satır.',
      en: 'ARAMA (calls), MESAJ (messages) or EPOSTA (e-mail). A row for each channel.',
    },
    example: 'MESAJ',
  },
  status: {
    what: { tr: 'Onay için ONAY, ret için RET.', en: 'ONAY for a consent given, RET for one refused.' },
    example: 'ONAY',
  },
  source: {
    what: { tr: 'İznin alındığı yer.', en: 'Where the consent was taken.' },
    example: 'HS_WEB',
  },
  consentDate: {
    what: {
      tr: 'Gün.ay.yıl ve saat, Türkiye saatiyle. Saat olmadan kabul edilmez.',
      en: 'Day.month.year and the time, in Turkish time. It is not taken without the time.',
    },
    example: '24.11.2026 14:05',
  },
  recipientType: {
    what: {
      tr: 'Tüketici için BIREYSEL, tacir ya da esnaf için TACIR. Boşsa BIREYSEL.',
      en: 'BIREYSEL for a consumer, TACIR for a merchant or craftsman. BIREYSEL where it is blank.',
    },
    example: 'BIREYSEL',
  },
  retailerCode: {
    what: {
      tr: 'İzni bir bayi aldıysa sekiz haneli numarası; yoksa boş.',
      en: 'The eight-digit number of the retailer who took the consent, if one did.',
    },
    example: '66438915',
  },
};

function consentColumns(language: Language): ColumnToWrite[] {
  return FIELDS.map((field) => {
    const choices = CHOICES[field];
    return { header: FIELD_NAMES[field][language], width: WIDTHS[field], ...(choices && { choices }) };
  });
}

/** An empty sheet to fill in, and one that explains it. */
export function template(language: Language): SheetToWrite[] {
  const tr = language === 'tr';
  return [
    { name: tr ? 'İzinler' : 'Consents', columns: consentColumns(language), rows: [] },
    {
      name: tr ? 'Nasıl doldurulur' : 'How to fill in',
      columns: [
        { header: tr ? 'Sütun' : 'Column', width: 18 },
        { header: tr ? 'Ne yazılır' : 'What to write', width: 90 },
        { header: tr ? 'Örnek' : 'Example', width: 22 },
      ],
      rows: FIELDS.map((field) => [FIELD_NAMES[field][language], HELP[field].what[language], HELP[field].example]),
    },
  ];
}

/** A row to give back: what stood in it, and why it was refused. */
export interface RefusedRow {
  readonly cells: Fields;
  readonly reason: string;
}

/** Refused rows as they were written, with the reason behind; the reader does not read that column. */
export function refusedRows(rows: Iterable<RefusedRow>, language: Language): SheetToWrite {
  return {
    name: language === 'tr' ? 'Düzeltilecek satırlar' : 'Rows to mend',
    columns: [...consentColumns(language), { header: REASON[language], width: 90 }],
    rows: mapped(rows, ({ cells, reason }) => [...FIELDS.map((field) => cells[field] ?? null), reason]),
  };
}

/** An answer of a list check. */
export interface CheckedAddress {
  /** As it stood in the list. */
  readonly written: string;
  /** Null where it is no address. */
  readonly mayContact: boolean | null;
  readonly reason: string;
}

const ANSWERS: Readonly<Record<Language, readonly [yes: string, no: string, unknown: string]>> = {
  tr: ['Evet', 'Hayır', 'Geçersiz'],
  en: ['Yes', 'No', 'Not valid'],
};

/** The answers to a list check, in the list's order. */
export function checkedAddresses(
  rows: Iterable<CheckedAddress> | AsyncIterable<CheckedAddress>,
  language: Language,
): SheetToWrite {
  const tr = language === 'tr';
  const [yes, no, unknown] = ANSWERS[language];
  return {
    name: tr ? 'Sorgu sonucu' : 'Result of the check',
    columns: [
      { header: FIELD_NAMES.recipient[language], width: WIDTHS.recipient },
      { header: tr ? 'Gönderilebilir mi' : 'May be contacted', width: 18 },
      { header: REASON[language], width: 70 },
    ],
    rows: mapped(rows, ({ written, mayContact, reason }) => [
      written,
      mayContact === null ? unknown : mayContact ? yes : no,
      reason,
    ]),
  };
}

async function* mapped<T, R>(items: Iterable<T> | AsyncIterable<T>, map: (item: T) => R): AsyncGenerator<R> {
  for await (const item of items) yield map(item);
}
