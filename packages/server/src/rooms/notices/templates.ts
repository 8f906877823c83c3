// What the house writes to its users: the mails in Turkish and English, each once as plain text and once as simple HTML.
//
// Rules: no consumer's telephone or e-mail stands in a mail (so no template has a field for one), no link does anything
// by itself (it leads to a page that asks), nothing is loaded from anywhere. What people named themselves (an
// organisation, a brand, a device) is untrusted: one line, bounded, escaped.

import { type Channel, type Day, type Language, startOfDay, type Words } from '@acik-iys/law';

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
  /** When the last days come by which sending must have stopped (law.md 11): refusals that the provider has not taken over. */
  'refusals-last-day': {
    readonly brand: string;
    readonly days: readonly { readonly day: Day; readonly count: number }[];
  };
  'unusual-search': {
    readonly organisation: string;
    /** Name of the person. */
    readonly who: string;
    /** Addresses within an hour. */
    readonly count: number;
    /** What he did with them; absent: searched them. */
    readonly act?: 'address.searched' | 'address.revealed' | 'list.checked';
  };
  'password-changed': { readonly at: number };
  /** So many wrong codes of the second factor were given that none is judged for an hour. */
  'wrong-codes': { readonly at: number };
  'factors-changed': {
    readonly what: 'authenticator' | 'passkey-added' | 'passkey-removed';
    readonly at: number;
  };
  'right-given': RightsFields;
  'right-ended': RightsFields;
  /** A push address was given up. */
  'push-parked': {
    readonly organisation: string;
    readonly brand: string;
    readonly channel: Channel;
    readonly host: string;
  };
  /** What the other side of a partnership did; `other`: its title. */
  partnership: {
    readonly organisation: string;
    readonly other: string;
    readonly what: 'offered' | 'accepted' | 'declined' | 'ended';
  };
  /** A consent that waited was not recorded. */
  'entry-not-recorded': { readonly organisation: string; readonly brand: string; readonly channel: Channel };
}

interface RightsFields {
  readonly organisation: string;
  /** Name of who gave or ended them. */
  readonly by: string;
  /** Role and names of the brands; null: all. */
  readonly rights: readonly { readonly role: string; readonly brands: readonly string[] | null }[];
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
    tr: ({ brand, days }) => ({
      subject: `${name(brand)}: ${number(total(days), 'tr')} ret için son gün`,
      parts: [
        `${name(brand)} markasında ${number(total(days), 'tr')} ret (“artık istemiyorum” diyen alıcı) henüz devralınmadı: kendi listenize geçtiğini görmedik.`,
        ...days.map(
          ({ day, count }) =>
            `${number(count, 'tr')} ret: bu alıcılara ileti göndermeyi en geç ${dayInWords(day, 'tr')} günü saat 24:00’e kadar durdurun; yasal süre o gün doluyor.`,
        ),
        'Hangi retler olduğunu görmek, indirmek ya da devralındı diye işaretlemek için Açık İYS’ye girin.',
      ],
    }),
    en: ({ brand, days }) => {
      const count = total(days);
      return {
        subject: `${name(brand)}: last day for ${refusals(count)}`,
        parts: [
          `${refusals(count)} of the brand ${name(brand)} (recipients who said “no more”) ${count === 1 ? 'has' : 'have'} not been taken over yet: we have not seen ${count === 1 ? 'it' : 'them'} reach your own list.`,
          ...days.map(
            (one) =>
              `${refusals(one.count)}: stop sending to ${one.count === 1 ? 'this recipient' : 'these recipients'} by ${dayInWords(one.day, 'en')}, 24:00 at the latest; the legal period ends that day.`,
          ),
          'Log in to Açık İYS to see which refusals they are, to download them or to mark them as taken over.',
        ],
      };
    },
  },

  'unusual-search': {
    tr: ({ organisation, who, count, act = 'address.searched' }) => ({
      subject: `${name(organisation)}: alışılmadık sayıda sorgu`,
      parts: [
        `${name(who)}, ${name(organisation)} adına alışılmadık sayıda adres${UNUSUAL[act].tr}: ${number(count, 'tr')}.`,
        'Bunu bekliyorduysanız bir şey yapmanız gerekmez.',
        'Beklemiyorduysanız Açık İYS’ye girip etkinlik günlüğüne bakın; bu kişinin yetkisini orada bir adımda geri alabilirsiniz.',
      ],
    }),
    en: ({ organisation, who, count, act = 'address.searched' }) => ({
      subject: `${name(organisation)}: unusual number of searches`,
      parts: [
        `${name(who)} has ${UNUSUAL[act].en} an unusual number of addresses for ${name(organisation)}: ${number(count, 'en')}.`,
        'If you expected this, you need not do anything.',
        'If not, log in to Açık İYS and look at the activity log; there you can take this person’s rights back in one step.',
      ],
    }),
  },

  'wrong-codes': {
    tr: ({ at }) => ({
      subject: 'Açık İYS: hesabınızda çok sayıda yanlış kod denendi',
      parts: [
        `Hesabınıza parolanızla girilmek istendi ve ikinci adımda çok sayıda yanlış kod yazıldı; son deneme: ${moment(at, 'tr')} (Türkiye saati). Bir saat boyunca hiçbir kod kabul edilmez.`,
        'Bunu siz yaptıysanız bir saat sonra yeniden deneyin ya da geçiş anahtarınızla girin.',
        'Siz yapmadıysanız parolanızı bir başkası biliyor: Açık İYS’nin giriş sayfasından hemen yeni parola isteyin. Yeni parola bekleme süresini de bitirir.',
      ],
    }),
    en: ({ at }) => ({
      subject: 'Açık İYS: many wrong codes were tried on your account',
      parts: [
        `Somebody entered your password and then many wrong codes of the second factor, the last one at ${moment(at, 'en')} (Turkish time). For an hour no code is accepted.`,
        'If it was you, try again in an hour, or log in with your passkey.',
        'If not, somebody else knows your password: ask for a new one on the log-in page of Açık İYS now. A new password also ends the hour.',
      ],
    }),
  },

  'factors-changed': {
    tr: ({ what, at }) => ({
      subject: 'Açık İYS: ikinci adımınız değişti',
      parts: [
        {
          authenticator: 'Hesabınıza yeni bir doğrulama uygulaması tanımlandı; eskisi ve eski kurtarma kodları geçmez.',
          'passkey-added': 'Hesabınıza yeni bir geçiş anahtarı eklendi.',
          'passkey-removed': 'Hesabınızdan bir geçiş anahtarı kaldırıldı.',
        }[what],
        [['Ne zaman', `${moment(at, 'tr')} (Türkiye saati)`]],
        'Bunu siz yaptıysanız bir şey yapmanız gerekmez.',
        'Siz yapmadıysanız hemen parolanızı yenileyin, açık oturumları kapatın ve kurumunuzun yetkilisine haber verin.',
      ],
    }),
    en: ({ what, at }) => ({
      subject: 'Açık İYS: your second factor was changed',
      parts: [
        {
          authenticator:
            'A new authenticator was set up on your account; the old one and the old recovery codes are good no more.',
          'passkey-added': 'A new passkey was added to your account.',
          'passkey-removed': 'A passkey was removed from your account.',
        }[what],
        [['When', `${moment(at, 'en')} (Turkish time)`]],
        'If it was you, you need not do anything.',
        'If not, renew your password now, end the open sessions and tell an owner of your organisation.',
      ],
    }),
  },

  'password-changed': {
    tr: ({ at }) => ({
      subject: 'Açık İYS: parolanız değişti',
      parts: [
        `Hesabınızın parolası ${moment(at, 'tr')} (Türkiye saati) değişti; öbür açık oturumlarınız kapandı.`,
        'Siz değiştirdiyseniz bir şey yapmanız gerekmez.',
        'Değiştirmediyseniz Açık İYS’nin giriş sayfasında “Parolamı unuttum” ile hemen yeni bir parola belirleyin ve kurumunuzun yetkilisine haber verin.',
      ],
    }),
    en: ({ at }) => ({
      subject: 'Açık İYS: your password was changed',
      parts: [
        `The password of your account was changed on ${moment(at, 'en')} (Turkish time); your other open sessions have ended.`,
        'If you changed it, you need not do anything.',
        'If not, set a new password now with “I forgot my password” on the log-in page of Açık İYS, and tell the owner of your organisation.',
      ],
    }),
  },

  'right-given': {
    tr: ({ organisation, by, rights }) => ({
      subject: `${name(organisation)}: size yeni yetki verildi`,
      parts: [
        `${name(by)}, ${name(organisation)} için size yeni yetki verdi.`,
        rightsInWords(rights, 'tr'),
        'Bunu bekliyorduysanız bir şey yapmanız gerekmez. Beklemiyorduysanız kurumunuzun yetkilisine sorun.',
      ],
    }),
    en: ({ organisation, by, rights }) => ({
      subject: `${name(organisation)}: you were given a right`,
      parts: [
        `${name(by)} has given you a right for ${name(organisation)}.`,
        rightsInWords(rights, 'en'),
        'If you expected this, you need not do anything. If not, ask the owner of your organisation.',
      ],
    }),
  },

  'right-ended': {
    tr: ({ organisation, by, rights }) => ({
      subject: `${name(organisation)}: bir yetkiniz sona erdi`,
      parts: [
        `${name(by)}, ${name(organisation)} için size verilmiş bir yetkiyi geri aldı.`,
        rightsInWords(rights, 'tr'),
        'Kaydettikleriniz durur. Sorunuz varsa kurumunuzun yetkilisine sorun.',
      ],
    }),
    en: ({ organisation, by, rights }) => ({
      subject: `${name(organisation)}: a right of yours has ended`,
      parts: [
        `${name(by)} has taken back a right that you had for ${name(organisation)}.`,
        rightsInWords(rights, 'en'),
        'What you recorded stands. If you have a question, ask the owner of your organisation.',
      ],
    }),
  },

  'push-parked': {
    tr: ({ organisation, brand, channel, host }) => ({
      subject: `${name(brand)}: push adresi yanıt vermiyor`,
      parts: [
        `${name(organisation)} kurumunun bir push adresi bir gündür yanıt vermiyor; artık denenmiyor. Yeni retler bu yolla size ulaşmaz.`,
        [
          ['Marka', name(brand)],
          ['Kanal', CHANNEL_WORDS[channel].tr],
          ['Sunucu', name(host)],
        ],
        'Sunucunuza bakın, sonra Açık İYS’ye girip adresi yeniden başlatın: kaçan retler kaldığı yerden gönderilir.',
      ],
    }),
    en: ({ organisation, brand, channel, host }) => ({
      subject: `${name(brand)}: a push address does not answer`,
      parts: [
        `A push address of ${name(organisation)} has not answered for a day and is not tried any more. New refusals do not reach you this way.`,
        [
          ['Brand', name(brand)],
          ['Channel', CHANNEL_WORDS[channel].en],
          ['Server', name(host)],
        ],
        'Look after your server, then log in to Açık İYS and start the address again: what was missed is sent from where it stopped.',
      ],
    }),
  },

  partnership: {
    tr: ({ organisation, other, what }) => ({
      subject: `${name(other)}: ${{ offered: 'sizden yanıt bekleyen bir teklif', accepted: 'teklifiniz kabul edildi', declined: 'teklif geri çevrildi', ended: 'bir hak sona erdi' }[what]}`,
      parts: [
        {
          offered: `${name(other)}, ${name(organisation)} kurumunuza kendi adına çalışma hakkı öneriyor. Kabul edene kadar hiçbir şey değişmez.`,
          accepted: `${name(other)}, ${name(organisation)} adına verdiğiniz hakları kabul etti; haklar şimdi geçerli.`,
          declined: `${name(other)} ile ${name(organisation)} arasındaki teklif geri çevrildi ya da geri alındı.`,
          ended: `${name(other)} ile ${name(organisation)} arasındaki bir hak sona erdirildi ya da daraltıldı; hemen geçerlidir.`,
        }[what],
        'Ayrıntısını görmek için Açık İYS’ye girin.',
      ],
    }),
    en: ({ organisation, other, what }) => ({
      subject: `${name(other)}: ${{ offered: 'an offer waits for your answer', accepted: 'your offer was accepted', declined: 'an offer was declined', ended: 'a right has ended' }[what]}`,
      parts: [
        {
          offered: `${name(other)} offers ${name(organisation)} the right to work on its behalf. Nothing changes until you accept.`,
          accepted: `${name(other)} has accepted the rights that ${name(organisation)} gave; they are in force now.`,
          declined: `An offer between ${name(other)} and ${name(organisation)} was declined or withdrawn.`,
          ended: `A right between ${name(other)} and ${name(organisation)} was ended or narrowed, at once.`,
        }[what],
        'Log in to Açık İYS to see the details.',
      ],
    }),
  },

  'entry-not-recorded': {
    tr: ({ organisation, brand, channel }) => ({
      subject: `${name(brand)}: bekleyen bir onay kaydedilmedi`,
      parts: [
        `${name(organisation)} adına girdiğiniz bir onay (${name(brand)}, ${CHANNEL_WORDS[channel].tr}) bekleme süresinden sonra kaydedilmedi.`,
        'Nedenini görmek ve yeniden kaydetmek için Açık İYS’ye girip mesajlarınıza bakın.',
      ],
    }),
    en: ({ organisation, brand, channel }) => ({
      subject: `${name(brand)}: a consent that waited was not recorded`,
      parts: [
        `A consent that you entered for ${name(organisation)} (${name(brand)}, ${CHANNEL_WORDS[channel].en}) was not recorded after its wait.`,
        'Log in to Açık İYS and look at your messages to see why, and to record it again.',
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

function total(days: MailFields['refusals-last-day']['days']): number {
  return days.reduce((sum, { count }) => sum + count, 0);
}

const CHANNEL_WORDS: Readonly<Record<Channel, Words>> = {
  ARAMA: { tr: 'arama', en: 'calls' },
  MESAJ: { tr: 'mesaj', en: 'messages' },
  EPOSTA: { tr: 'e-posta', en: 'e-mail' },
};

const ROLE_WORDS: Readonly<Record<string, Words>> = {
  owner: { tr: 'Yetkili', en: 'Owner' },
  manager: { tr: 'Yönetici', en: 'Manager' },
  clerk: { tr: 'Kayıt görevlisi', en: 'Clerk' },
  evidence: { tr: 'Kanıt görevlisi', en: 'Evidence officer' },
  viewer: { tr: 'İzleyen', en: 'Viewer' },
  retailer: { tr: 'Bayi', en: 'Retailer' },
};
const UNUSUAL: Readonly<Record<NonNullable<MailFields['unusual-search']['act']>, Words>> = {
  'address.searched': { tr: ' sorguladı', en: 'searched' },
  'address.revealed': { tr: 'i açık gördü', en: 'seen in clear' },
  'list.checked': { tr: 'i listeyle sorguladı', en: 'asked by lists about' },
};
const ALL_BRANDS: Words = { tr: 'bütün markalar', en: 'all brands' };

/** Roles and the brands that they are for. */
function rightsInWords(rights: RightsFields['rights'], language: Language): readonly (readonly [string, string])[] {
  return rights.map(({ role, brands }) => [
    ROLE_WORDS[role]?.[language] ?? role,
    brands === null ? ALL_BRANDS[language] : name(brands.join(', ')),
  ]);
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
