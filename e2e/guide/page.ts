// The guide for businesses, docs/business.md, as a template: journeys, their steps in Turkish and English, and the
// pictures that e2e/guide.test.ts takes on its way through them. Names of buttons come from the screens' own words.

import { en } from '../../packages/web/src/text/en.ts';
import { tr } from '../../packages/web/src/text/tr.ts';

/** A picture's file is its name with `.png`; the name ends in the width of the window in CSS pixels. */
interface Step {
  readonly tr: string;
  readonly en: string;
  readonly picture?: `${string}-${1280 | 390}`;
}

interface Journey {
  readonly tr: string;
  readonly en: string;
  readonly steps: readonly Step[];
  /** Topics of the help that say more, as addresses of a running server. */
  readonly help: { readonly tr: string; readonly en: string };
}

const b = (words: string): string => `**${words}**`;

const JOURNEYS: readonly Journey[] = [
  {
    tr: 'Bu adrese gönderebilir miyim?',
    en: 'May I contact this address?',
    help: { tr: tr.help.topics.consent.href, en: en.help.topics.consent.href },
    steps: [
      {
        tr: `Giriş yapınca ${b(tr.nav.today)} açılır. En üstteki alana telefonu ya da e-postayı elinize nasıl geldiyse öyle yapıştırın, ${b(tr.search.submit)} deyin.`,
        en: `After log-in you are at ${b(en.nav.today)}. Paste the telephone or e-mail into the field at the top as it came to you, and press ${b(en.search.submit)}.`,
        picture: 'today-1280',
      },
      {
        tr: 'Yanıt önce bir cümledir; altında her marka ve kanal için ayrı ayrı durur. Onay, ret ve “hiç kaydedilmedi” üç ayrı yanıttır. Tacir ve esnaf ayrıca yanıtlanır.',
        en: 'The answer is a sentence first; below it stands for each brand and channel by itself. Consent, refusal and “never recorded” are three answers. Merchants and craftsmen are answered apart.',
        picture: 'answer-1280',
      },
      {
        tr: `Telefonda da aynıdır. Aşağıdaki ${b(tr.person.history)}, her kaydın ne zaman, nereden ve kimin eliyle geldiğini söyler.`,
        en: `It is the same on a phone. ${b(en.person.history)}, below, says of each record when it came, from where, and by whose hand.`,
        picture: 'answer-390',
      },
    ],
  },
  {
    tr: 'Kaydetmek ve geri almak',
    en: 'Recording, and taking back',
    help: { tr: tr.help.topics.consent.href, en: en.help.topics.consent.href },
    steps: [
      {
        tr: `${b(tr.nav.record)} ekranında adresi, markayı, kanalı ve nereden alındığını seçin. Kaydetmeden önce ne kaydedileceğini ve kaydın son gününü görürsünüz.`,
        en: `Under ${b(en.nav.record)}, choose address, brand, channel and where it was taken. Before you record, you see what will be recorded and its last day.`,
        picture: 'record-1280',
      },
      {
        tr: `${b(tr.record.submitConsent)} dedikten sonra onay birkaç saniye bekler: ${b(tr.record.undo)} ile hiç kaydedilmemiş olur. Süresi dolunca kaydedilir, sekmeyi kapatsanız da.`,
        en: `After ${b(en.record.submitConsent)} a consent waits for some seconds: with ${b(en.record.undo)} it is as if it had never been recorded. Then it is recorded, even if you close the tab.`,
        picture: 'undo-390',
      },
      {
        tr: `Ret beklemez. ${b(tr.record.submitRefusal)} dediğinizde adres ve marka size bir kez daha okunur; ${b(tr.record.confirmYes)} dediğiniz anda geçerlidir.`,
        en: `A refusal does not wait. After ${b(en.record.submitRefusal)}, address and brand are read back to you; it counts as soon as you press ${b(en.record.confirmYes)}.`,
        picture: 'refusal-1280',
      },
    ],
  },
  {
    tr: 'Excel ile kaydetmek',
    en: 'Recording from Excel',
    help: { tr: tr.help.topics.lists.href, en: en.help.topics.lists.href },
    steps: [
      {
        tr: `${b(tr.lists.nav.record)} ekranında dosyanızı seçin ya da hücreleri başlıklarıyla yapıştırın, ${b(tr.lists.record.read)} deyin. Henüz hiçbir şey kaydedilmez.`,
        en: `Under ${b(en.lists.nav.record)}, choose your file or paste the cells with their headers, and press ${b(en.lists.record.read)}. Nothing is recorded yet.`,
      },
      {
        tr: 'Her satırda ne olacağı yazar. Okun (→) sağındaki, sizin için düzeltilmiş biçimdir; düzeltilemeyen satırın nedeni yanındadır.',
        en: 'Each row says what will happen to it. To the right of the arrow (→) stands what was mended for you; a row that cannot be mended has its reason beside it.',
        picture: 'excel-1280',
      },
      {
        tr: `Kaydedince sonuç satır satır çıkar. Olmayanları ${b(tr.lists.record.download)} ile nedenleriyle birlikte alın, düzeltip yeniden yükleyin.`,
        en: `After recording, the outcome comes row by row. Take what was not recorded, with the reasons, by ${b(en.lists.record.download)}; mend it and upload it again.`,
        picture: 'excel-390',
      },
    ],
  },
  {
    tr: 'Bir listeyi sormak',
    en: 'Checking a list',
    help: { tr: tr.help.topics.lists.href, en: en.help.topics.lists.href },
    steps: [
      {
        tr: `${b(tr.lists.nav.check)} ekranında marka, kanal ve alıcı türünü seçin, adresleri verin, ${b(tr.lists.check.submit)} deyin.`,
        en: `Under ${b(en.lists.nav.check)}, choose brand, channel and kind of recipient, give the addresses, and press ${b(en.lists.check.submit)}.`,
      },
      {
        tr: `Her adres için evet ya da hayır ve nedeni gelir; ${b(tr.lists.check.download)} ile alırsınız. Yanıt o an içindir: gönderim ertelenirse yeniden sorun.`,
        en: `For each address there is a yes or no and the reason; take them by ${b(en.lists.check.download)}. The answer holds for that moment: if you send later, ask again.`,
        picture: 'check-1280',
      },
    ],
  },
  {
    tr: 'Retleri izlemek',
    en: 'Following refusals',
    help: { tr: tr.help.topics.refusals.href, en: en.help.topics.refusals.href },
    steps: [
      {
        tr: `${b(tr.nav.refusals)} ekranında, size hangi kapıdan olursa olsun hayır diyenler ve her biri için gönderimin en geç ne gün duracağı yazar. ${b(tr.refusals.open)} ile yalnız işi bitmemiş olanlara bakın.`,
        en: `${b(en.nav.refusals)} shows who said no to you, through whichever door, and for each the day by which sending must have stopped. By ${b(en.refusals.open)} you see only what is not done yet.`,
        picture: 'refusals-1280',
      },
      {
        tr: `Adresi kendi listelerinizden çıkarınca satırı seçip ${b(tr.refusals.tick)} deyin. Push’la, değişiklik sorgusuyla ya da dosyayla geçenler kendiliğinden işaretlenir.`,
        en: `When the address is off your own lists, select the row and press ${b(en.refusals.tick)}. What passed by push, by the call for changes or in a file is marked by itself.`,
        picture: 'refusals-390',
      },
    ],
  },
];

/** Names of all pictures, in their order. */
export const PICTURES = JOURNEYS.flatMap(({ steps }) => steps.flatMap(({ picture }) => picture ?? []));

/** The guide as it stands in docs/business.md. */
export function guidePage(): string {
  return `# İşletmeler için · For businesses

Bu kılavuz, işletme girişinde günün işlerini adım adım gösterir. Resimler deneme kaydından, gerçek ekranlardan alınmıştır; adresler ve adlar uydurmadır. Denemek için \`npm start\`, sonra \`/isletme\`: giriş sayfasında bir role tıklayın. Bir kuralın anlatımı, o kuralın geçtiği ekranda başlığın yanındaki **${tr.help.link}** bağlantısında ve \`/yardim\` sayfalarındadır.

_This guide shows the day’s tasks at the business entrance step by step. The pictures are taken from the real screens with the demo’s data; addresses and names are made up. To try it: \`npm start\`, then \`/isletme\`, and click a role on the log-in page. A rule is explained by the link **${en.help.link}** beside the heading of the screens that it governs, and on the pages under \`/en/help\`._

${JOURNEYS.map(({ tr, en }) => `- [${tr} · ${en}](#${anchor(`${tr} · ${en}`)})`).join('\n')}

${JOURNEYS.map(journeyPart).join('\n')}
_Bu sayfa ve resimleri \`npm run guide\` ile yapılır. · This page and its pictures are made by \`npm run guide\`._
`;
}

function journeyPart({ tr, en, steps, help }: Journey): string {
  const parts = steps.map((step, at) => {
    const picture = step.picture === undefined ? '' : `\n\n   ![${tr}, ${at + 1}](guide/${step.picture}.png)`;
    return `${at + 1}. ${step.tr}\n\n   _${step.en}_${picture}\n`;
  });
  return `## ${tr} · ${en}\n\n${parts.join('\n')}\nKuralı · The rule: \`${help.tr}\`, \`${help.en}\`\n`;
}

/** The name under which a heading is found on a page of Markdown. */
function anchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} -]/gu, '')
    .replaceAll(' ', '-');
}
