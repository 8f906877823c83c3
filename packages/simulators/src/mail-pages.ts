// The inbox as people see it: the list and a single mail, in Turkish and English. No script. What a mail says is
// untrusted text here: it is escaped, only http and https addresses of its text become links, and its HTML stands in a
// frame of its own without rights.

import { createHash } from 'node:crypto';
import type { Mail } from './mail-box.ts';

export type Language = 'tr' | 'en';

const WORDS = {
  tr: {
    title: 'Deneme gelen kutusu',
    about: 'Denemede gönderilen e-postalar buraya düşer; hiçbiri gerçekten dağıtılmaz.',
    other: 'English',
    filter: 'Kime gelenler',
    show: 'Göster',
    all: 'Hepsi',
    refresh: 'Yenile',
    empty: 'Henüz e-posta yok.',
    emptyHint: 'Bir davet ya da parola yenileme gönderin; birkaç saniye içinde burada görünür.',
    emptyTo: 'Bu adrese gelen e-posta yok.',
    noSubject: '(konusuz)',
    from: 'Kimden',
    to: 'Kime',
    date: 'Tarih',
    received: 'Geldi',
    text: 'Metin',
    noText: 'Bu e-postanın düz metni yok.',
    html: 'HTML görünümü',
    attachments: 'Ekler',
    headers: 'Başlıklar',
    back: 'Bütün e-postalar',
    missing: 'Böyle bir e-posta yok.',
    missingHint: 'Kutu yalnızca son 500 e-postayı tutar ve yeniden başlatılınca boşalır.',
  },
  en: {
    title: 'Test inbox',
    about: 'Mail sent while trying things out lands here; none of it is really delivered.',
    other: 'Türkçe',
    filter: 'Received by',
    show: 'Show',
    all: 'All',
    refresh: 'Refresh',
    empty: 'No mail yet.',
    emptyHint: 'Send an invitation or a password reset; it shows here within seconds.',
    emptyTo: 'No mail for this address.',
    noSubject: '(no subject)',
    from: 'From',
    to: 'To',
    date: 'Date',
    received: 'Received',
    text: 'Text',
    noText: 'This mail has no plain text.',
    html: 'HTML view',
    attachments: 'Attachments',
    headers: 'Headers',
    back: 'All mail',
    missing: 'There is no such mail.',
    missingHint: 'The box keeps the last 500 mails and is emptied by a restart.',
  },
} as const satisfies Record<Language, Record<string, string>>;

const STYLE = `
  :root { color-scheme: light dark; --ground: #faf7f1; --surface: #fffefb; --ink: #17211f; --soft: #4d5855; --line: #e2dbcd; --edge: #7c847f; --petrol: #0b4f5a; }
  @media (prefers-color-scheme: dark) { :root { --ground: #101716; --surface: #171f1e; --ink: #eef0ea; --soft: #b1bbb7; --line: #2c3836; --edge: #7d8b87; --petrol: #7fc4cf; } }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
  header, main { max-width: 56rem; margin: 0 auto; padding: 1rem 1.25rem; }
  header { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; align-items: baseline; justify-content: space-between; }
  h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; overflow-wrap: anywhere; }
  h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
  p { margin: 0 0 1rem; }
  a { color: var(--petrol); }
  a:focus-visible, button:focus-visible, input:focus-visible, pre:focus-visible { outline: 3px solid var(--petrol); outline-offset: 2px; }
  .soft { color: var(--soft); }
  form { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; margin: 0 0 1.5rem; }
  input { flex: 1 1 12rem; max-width: 24rem; }
  input, button { font: inherit; min-height: 2.75rem; padding: 0 .75rem; color: inherit; background: var(--surface); border: 1px solid var(--edge); border-radius: 3px; }
  ul.mails { list-style: none; margin: 0; padding: 0; border-top: 1px solid var(--line); }
  ul.mails li { border-bottom: 1px solid var(--line); padding: .75rem 0; overflow-wrap: anywhere; }
  ul.mails a { display: block; font-weight: 600; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0; }
  dt { color: var(--soft); }
  dd { margin: 0; overflow-wrap: anywhere; }
  pre { font: inherit; white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; padding: 1rem; background: var(--surface); border: 1px solid var(--line); border-radius: 3px; }
  pre.code { font: .85rem/1.5 ui-monospace, monospace; }
  iframe { width: 100%; height: 32rem; border: 1px solid var(--line); border-radius: 3px; background: #fff; }
`;

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Content security policy of every page here. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`;

/** Of a mail's own HTML: no rights, no script, nothing loaded from anywhere. */
export const MAIL_POLICY = `sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'`;

/** The mails of the box, or with `to` those of one address. */
export function listPage(mails: readonly Mail[], to: string | undefined, language: Language): string {
  const words = WORDS[language];
  const rows = mails.map(
    (mail) => `    <li><a href="/mails/${mail.id}?lang=${language}">${escapeHtml(mail.subject) || words.noSubject}</a>
      <span class="soft">${words.to}: ${escapeHtml(mail.to.join(', '))} · ${words.from}: ${escapeHtml(mail.from)} · ${moment(mail.receivedAt, language)}</span></li>`,
  );
  const empty =
    to === undefined ? `<p>${words.empty}</p>\n  <p class="soft">${words.emptyHint}</p>` : `<p>${words.emptyTo}</p>`;
  const here = `/?${new URLSearchParams({ ...(to !== undefined && { to }), lang: language })}`;
  return page({
    language,
    title: words.title,
    path: to === undefined ? '/?' : `/?${new URLSearchParams({ to })}&`,
    main: `  <h1>${words.title}</h1>
  <p class="soft">${words.about}</p>
  <form action="/" method="get">
    <label for="to">${words.filter}</label>
    <input id="to" name="to" type="text" inputmode="email" autocomplete="off" value="${escapeHtml(to ?? '')}">
    <input name="lang" type="hidden" value="${language}">
    <button>${words.show}</button>
    ${to === undefined ? '' : `<a href="/?lang=${language}">${words.all}</a>`}
    <a href="${escapeHtml(here)}">${words.refresh}</a>
  </form>
  ${rows.length === 0 ? empty : `<ul class="mails">\n${rows.join('\n')}\n  </ul>`}`,
  });
}

export function mailPage(mail: Mail, language: Language): string {
  const words = WORDS[language];
  const subject = mail.subject || words.noSubject;
  const facts = [
    [words.from, mail.from],
    [words.to, mail.to.join(', ')],
    [words.date, mail.date === null ? '' : moment(mail.date, language)],
    [words.received, moment(mail.receivedAt, language)],
    [words.attachments, mail.attachments.map(({ name, type }) => `${name} (${type})`).join(', ')],
  ].filter(([, value]) => value !== '');
  const headers = mail.headers.map(({ name, value }) => `${name}: ${value}`).join('\n');
  return page({
    language,
    title: subject,
    path: `/mails/${mail.id}?`,
    main: [
      `  <p><a href="/?lang=${language}">${words.back}</a></p>`,
      `  <h1>${escapeHtml(subject)}</h1>`,
      `  <dl>${facts.map(([name, value = '']) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`).join('')}</dl>`,
      `  <h2>${words.text}</h2>`,
      mail.text === null ? `  <p class="soft">${words.noText}</p>` : `  <pre>${withLinks(mail.text)}</pre>`,
      ...(mail.html === null
        ? []
        : [
            `  <h2>${words.html}</h2>`,
            `  <iframe sandbox title="${words.html}" src="/mails/${mail.id}/html"></iframe>`,
          ]),
      `  <h2>${words.headers}</h2>`,
      `  <pre class="code" tabindex="0">${escapeHtml(headers)}</pre>`,
    ].join('\n'),
  });
}

export function missingPage(language: Language): string {
  const words = WORDS[language];
  return page({
    language,
    title: words.missing,
    path: '/?',
    main: `  <h1>${words.missing}</h1>
  <p>${words.missingHint}</p>
  <p><a href="/?lang=${language}">${words.back}</a></p>`,
  });
}

/** @param parts.path of the page, ready for one more parameter */
function page(parts: { language: Language; title: string; path: string; main: string }): string {
  const { language, title, path, main } = parts;
  const other: Language = language === 'tr' ? 'en' : 'tr';
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)} · Açık İYS</title>
<style>${STYLE}</style>
</head>
<body>
<header>
  <span>Açık İYS</span>
  <a href="${escapeHtml(`${path}lang=${other}`)}" lang="${other}">${WORDS[language].other}</a>
</header>
<main>
${main}
</main>
</body>
</html>
`;
}

function moment(iso: string, language: Language): string {
  const date = new Date(iso);
  // A header Date that is none is shown as it stands.
  if (Number.isNaN(date.getTime())) return iso;
  return date.toLocaleString(language === 'tr' ? 'tr-TR' : 'en-GB', {
    dateStyle: 'long',
    timeStyle: 'medium',
    timeZone: 'Europe/Istanbul',
  });
}

/** Text with its web addresses as links; a full stop or bracket after an address is not part of it. */
function withLinks(text: string): string {
  return text
    .split(/(https?:\/\/[^\s<>"]*[^\s<>"'.,;:!?)\]])/)
    .map((piece, i) =>
      i % 2 === 0
        ? escapeHtml(piece)
        : `<a href="${escapeHtml(piece)}" rel="noopener noreferrer">${escapeHtml(piece)}</a>`,
    )
    .join('');
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
