// What the house writes to its users: the mails in Turkish and English, each once as plain text and once as simple HTML.
//
// Rules: no consumer's telephone or e-mail stands in a mail (so no template has a field for one), no link does anything
// by itself (it leads to a page that asks), nothing is loaded from anywhere. What people named themselves (an
// organisation, a brand, a device) is untrusted: one line, bounded, escaped.

import { type Day, type Language, startOfDay } from '@acik-iys/law';

/** The fields of each template. Times are epoch seconds. */
export interface MailFields {
  invitation: {
    readonly organisation: string;
    /** Name of the person who invites. */
    readonly inviter: string;
    readonly link: string;
    readonly expiresAt: number;
  };
  'password-reset': { readonly link: string; readonly expiresAt: number };
  'new-device': {
    readonly at: number;
    /** In words: `Firefox, Windows`. */
    readonly device: string;
    /** Network address, masked: `88.231.*.*`. */
    readonly network: string;
  };
  /** On the last day by which sending must have stopped (law.md 11): refusals that the provider has not taken over. */
  'refusals-last-day': { readonly brand: string; readonly count: number; readonly day: Day };
  'unusual-search': {
    readonly organisation: string;
    /** Name of the person who searched. */
    readonly who: string;
    /** Addresses searched. */
    readonly count: number;
  };
}

export type MailTemplate = keyof MailFields;

export interface ComposedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A paragraph, a link on a line of its own, or names with their values. */
type Part = string | { readonly words: string; readonly link: string } | readonly (readonly [string, string])[];

interface Content {
  readonly subject: string;
  readonly parts: readonly Part[];
}

type Writers = { readonly [T in MailTemplate]: Readonly<Record<Language, (fields: MailFields[T]) => Content>> };

/** Longer names are cut: they are there to be recognised. */
const NAME_LENGTH_MAX = 100;

const FOOTER = {
  tr: 'Bu e-postayı Açık İYS gönderdi; yanıtlar okunmaz. Sizden e-postayla hiçbir zaman parola ya da kod istemeyiz.',
  en: 'Sent by Açık İYS; replies are not read. We never ask for a password or a code by e-mail.',
} as const satisfies Record<Language, string>;

const WRITERS: Writers = {
  invitation: {
    tr: ({ organisation, inviter, link, expiresAt }) => ({
      subject: `${name(organisation)} sizi Açık İYS’ye davet ediyor`,
      parts: [
        `${name(inviter)}, ${name(organisation)} adına çalışmanız için sizi Açık İYS’ye davet etti. Açık İYS, işletmelerin ticari ileti izinlerini tuttuğu kayıttır.`,
        { words: 'Daveti açın', link },
        `Açılan sayfa kim olduğunuzu sorar; parolanızı orada belirlersiniz. Davet bir kez kullanılabilir, son saati: ${moment(expiresAt, 'tr')} (Türkiye saati).`,
        'Bu daveti beklemiyorsanız bir şey yapmanız gerekmez.',
      ],
    }),
    en: ({ organisation, inviter, link, expiresAt }) => ({
      subject: `${name(organisation)} invites you to Açık İYS`,
      parts: [
        `${name(inviter)} has invited you to Açık İYS, to work there for ${name(organisation)}. Açık İYS is the registry in which businesses keep the consents for their commercial messages.`,
        { words: 'Open the invitation', link },
        `The page asks who you are, and there you choose your password. The invitation works once, until ${moment(expiresAt, 'en')} (Turkish time).`,
        'If you did not expect it, you need not do anything.',
      ],
    }),
  },

  'password-reset': {
    tr: ({ link, expiresAt }) => ({
      subject: 'Açık İYS: yeni parola',
      parts: [
        'Hesabınız için yeni parola istendi.',
        { words: 'Yeni parola belirleyin', link },
        `Bağlantı bir kez kullanılabilir, son saati: ${moment(expiresAt, 'tr')} (Türkiye saati).`,
        'Siz istemediyseniz bir şey yapmanız gerekmez: parolanız aynı kaldı.',
      ],
    }),
    en: ({ link, expiresAt }) => ({
      subject: 'Açık İYS: new password',
      parts: [
        'A new password was asked for on your account.',
        { words: 'Choose a new password', link },
        `The link works once, until ${moment(expiresAt, 'en')} (Turkish time).`,
        'If it was not you, you need not do anything: your password has stayed the same.',
      ],
    }),
  },

  'new-device': {
    tr: ({ at, device, network }) => ({
      subject: 'Açık İYS: hesabınıza yeni bir cihazdan girildi',
      parts: [
        'Hesabınıza daha önce görmediğimiz bir cihazdan girildi.',
        [
          ['Ne zaman', `${moment(at, 'tr')} (Türkiye saati)`],
          ['Cihaz', name(device)],
          ['Ağ adresi', name(network)],
        ],
        'Bu sizseniz bir şey yapmanız gerekmez.',
        'Değilseniz hemen Açık İYS’ye girin, parolanızı değiştirin ve açık oturumları kapatın.',
      ],
    }),
    en: ({ at, device, network }) => ({
      subject: 'Açık İYS: log-in from a new device',
      parts: [
        'Somebody logged in to your account from a device that we have not seen before.',
        [
          ['When', `${moment(at, 'en')} (Turkish time)`],
          ['Device', name(device)],
          ['Network address', name(network)],
        ],
        'If it was you, you need not do anything.',
        'If not, log in to Açık İYS now, change your password and end the open sessions.',
      ],
    }),
  },

  'refusals-last-day': {
    tr: ({ brand, count, day }) => ({
      subject: `${name(brand)}: ${number(count, 'tr')} ret için son gün`,
      parts: [
        `${name(brand)} markasında ${number(count, 'tr')} ret (“artık istemiyorum” diyen alıcı) henüz devralınmadı: kendi listenize geçtiğini görmedik.`,
        `Bu alıcılara ileti göndermeyi en geç ${dayInWords(day, 'tr')} günü saat 24:00’e kadar durdurun; yasal süre o gün doluyor.`,
        'Hangi retler olduğunu görmek, indirmek ya da devralındı diye işaretlemek için Açık İYS’ye girin.',
      ],
    }),
    en: ({ brand, count, day }) => ({
      subject: `${name(brand)}: last day for ${refusals(count)}`,
      parts: [
        `${refusals(count)} of the brand ${name(brand)} (recipients who said “no more”) ${count === 1 ? 'has' : 'have'} not been taken over yet: we have not seen ${count === 1 ? 'it' : 'them'} reach your own list.`,
        `Stop sending to these recipients by ${dayInWords(day, 'en')}, 24:00 at the latest; the legal period ends that day.`,
        'Log in to Açık İYS to see which refusals they are, to download them or to mark them as taken over.',
      ],
    }),
  },

  'unusual-search': {
    tr: ({ organisation, who, count }) => ({
      subject: `${name(organisation)}: alışılmadık sayıda sorgu`,
      parts: [
        `${name(who)}, ${name(organisation)} adına alışılmadık sayıda adres sorguladı: ${number(count, 'tr')}.`,
        'Bunu bekliyorduysanız bir şey yapmanız gerekmez.',
        'Beklemiyorduysanız Açık İYS’ye girip etkinlik günlüğüne bakın; bu kişinin yetkisini orada bir adımda geri alabilirsiniz.',
      ],
    }),
    en: ({ organisation, who, count }) => ({
      subject: `${name(organisation)}: unusual number of searches`,
      parts: [
        `${name(who)} has searched an unusual number of addresses for ${name(organisation)}: ${number(count, 'en')}.`,
        'If you expected this, you need not do anything.',
        'If not, log in to Açık İYS and look at the activity log; there you can take this person’s rights back in one step.',
      ],
    }),
  },
};

/** Writes a mail. Throws for a template that this program does not have. */
export function compose<T extends MailTemplate>(template: T, language: Language, fields: MailFields[T]): ComposedMail {
  if (!Object.hasOwn(WRITERS, template)) throw new Error('no such mail template');
  return layOut(WRITERS[template][language](fields), language);
}

function layOut({ subject, parts }: Content, language: Language): ComposedMail {
  const texts: string[] = [];
  const html: string[] = [];
  for (const part of parts) {
    if (typeof part === 'string') {
      texts.push(part);
      html.push(`<p>${escapeHtml(part)}</p>`);
    } else if ('link' in part) {
      texts.push(`${part.words}:\n${part.link}`);
      html.push(`<p><a href="${escapeHtml(part.link)}" style="color:#0b4f5a">${escapeHtml(part.words)}</a></p>`);
    } else {
      texts.push(part.map(([what, value]) => `${what}: ${value}`).join('\n'));
      html.push(`<p>${part.map(([what, value]) => `${what}: <b>${escapeHtml(value)}</b>`).join('<br>')}</p>`);
    }
  }
  return {
    subject,
    text: [...texts, `-- \n${FOOTER[language]}`].join('\n\n'),
    html: `<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(subject)}</title></head>
<body style="margin:0;padding:24px;background:#faf7f1;color:#17211f;font:16px/1.5 sans-serif">
<div style="max-width:34em;margin:0 auto">
<p style="color:#0b4f5a"><b>Açık İYS</b></p>
${html.join('\n')}
<p style="border-top:1px solid #e2dbcd;padding-top:16px;font-size:14px;color:#4d5855">${escapeHtml(FOOTER[language])}</p>
</div>
</body>
</html>
`,
  };
}

/** What people named themselves, as one line: no line ends, no characters that turn or hide text, not too long. */
function name(text: string): string {
  const letters = [...text.replace(/[\s\p{C}]+/gu, ' ').trim()];
  return letters.length <= NAME_LENGTH_MAX ? letters.join('') : `${letters.slice(0, NAME_LENGTH_MAX).join('')}…`;
}

function number(count: number, language: Language): string {
  return count.toLocaleString(LOCALES[language]);
}

function refusals(count: number): string {
  return `${number(count, 'en')} ${count === 1 ? 'refusal' : 'refusals'}`;
}

const LOCALES = { tr: 'tr-TR', en: 'en-GB' } as const satisfies Record<Language, string>;

/** `24 Kasım 2026 14:05`, `24 November 2026 at 14:05`. */
function moment(seconds: number, language: Language): string {
  return new Date(seconds * 1000).toLocaleString(LOCALES[language], {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'Europe/Istanbul',
  });
}

/** `24 Kasım 2026 Salı`, `Tuesday 24 November 2026`. */
function dayInWords(day: Day, language: Language): string {
  return new Date(startOfDay(day) * 1000).toLocaleDateString(LOCALES[language], {
    dateStyle: 'full',
    timeZone: 'Europe/Istanbul',
  });
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
