// The page at `/`: what runs here, in Turkish and English, and where to go. No script, no other file.

import { DEMO_ACCOUNTS } from '../demo-accounts.ts';

/** A host name or IP address and a port, and nothing that could end a word of HTML or of a shell. */
const HOST = /^([\w.-]+|\[[\da-f:.]+\])(:\d+)?$/i;
const HOST_AT_HOME = '127.0.0.1:8080';

/**
 * @param demo whether the demo's accounts exist and may be shown
 * @param at where the reader found the page: protocol and Host header, which may say anything
 */
export function homePage(demo: boolean, at: { readonly protocol: string; readonly host: string }): string {
  const address = `${at.protocol === 'https' ? 'https' : 'http'}://${HOST.test(at.host) ? at.host : HOST_AT_HOME}`;
  return `<!doctype html>
<html lang="tr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Açık İYS</title>
<link rel="icon" href="data:,">
<style>
  :root { color-scheme: light dark; --ground: #faf7f1; --surface: #fffefb; --ink: #17211f; --ink-2: #4d5855; --line: #e2dbcd; --edge: #7c847f; --petrol: #0b4f5a; --petrol-tint: #e2eded; --on-petrol: #fff; }
  @media (prefers-color-scheme: dark) { :root { --ground: #101716; --surface: #171f1e; --ink: #eef0ea; --ink-2: #b1bbb7; --line: #2c3836; --edge: #7d8b87; --petrol: #86cad2; --petrol-tint: #15323a; --on-petrol: #06262b; } }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--ground); color: var(--ink); font: 17px/1.5 "Hanken Grotesk", system-ui, sans-serif; overflow-wrap: break-word; }
  main { max-width: 46rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
  .mark { display: flex; align-items: center; gap: .75rem; font-weight: 700; font-size: 1.25rem; margin: 0 0 2rem; }
  .mark::before { content: ""; width: 1.875rem; height: 1.875rem; border-radius: 6px; forced-color-adjust: none; background: radial-gradient(circle at 50% 26%, var(--on-petrol) 0 3.1px, transparent 3.6px), linear-gradient(var(--on-petrol) 0 0) 50% 86% / 5px 46% no-repeat, var(--petrol); }
  h1 { font-size: clamp(1.9rem, 1.5rem + 2vw, 2.6rem); line-height: 1.15; letter-spacing: -.018em; margin: 0 0 .75rem; text-wrap: balance; }
  h2 { font-size: 1.2rem; line-height: 1.3; margin: 0 0 .5rem; }
  p { margin: 0 0 .75rem; max-width: 62ch; }
  .meta { color: var(--ink-2); font-size: .9rem; }
  section { margin-top: 2.5rem; }
  ul.doors { list-style: none; padding: 0; margin: 1.75rem 0 0; border-top: 1px solid var(--edge); }
  ul.doors li { display: grid; grid-template-columns: 13rem 1fr; gap: .25rem 1.5rem; padding: .9rem 0; border-bottom: 1px solid var(--line); }
  ul.doors b, ul.doors a { font-weight: 600; font-size: 1.06rem; }
  ul.doors b { color: var(--ink-2); }
  a { color: var(--petrol); text-underline-offset: .18em; }
  a:focus-visible { outline: 3px solid var(--petrol); outline-offset: 2px; border-radius: 3px; }
  code, pre { font: .85rem/1.5 ui-monospace, monospace; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; background: var(--surface); border: 1px solid var(--line); border-radius: 6px; margin: 0; }
  table { border-collapse: collapse; width: 100%; font-size: .9rem; margin-bottom: 1.5rem; }
  td, th { text-align: left; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
  th { color: var(--ink-2); font-weight: 500; }
  @media (max-width: 36rem) {
    ul.doors li { grid-template-columns: 1fr; }
    thead { position: absolute; clip-path: inset(50%); }
    tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); }
    td { display: block; padding: 0; border: 0; }
  }
</style>
</head>
<body>
<main>
  <p class="mark">Açık İYS</p>
  <h1>Size kim ulaşabilir, siz kime?</h1>
  <p>Ticari elektronik ileti izinlerinin açık kaynaklı ulusal kaydı. İşletme, kimi arayabileceğini ve kime yazabileceğini buraya kaydeder; “hayır” diyenin sözü kaybolmaz.</p>
  <p class="meta" lang="en">An open-source national consent registry for commercial electronic messages. Businesses record whom they may call, text or e-mail; nobody’s refusal is ever lost.</p>
  <ul class="doors">
${DOORS.map(doorRow).join('\n')}
  </ul>
  <p class="meta">Sunucu çalışıyor · The server runs: <a href="/health/ready">sağlık · health</a>, <a href="/openapi.json">OpenAPI 3.1</a></p>
${demo ? demoPart(address) : ''}</main>
</body>
</html>
`;
}

interface EntranceRow {
  readonly tr: string;
  readonly en: string;
  readonly aboutTr: string;
  readonly aboutEn: string;
  /** Absent: not open yet. */
  readonly href?: string;
}

/** Who comes to which door. */
const DOORS: readonly EntranceRow[] = [
  {
    tr: 'İşletme',
    en: 'Business',
    aboutTr: 'Gönderebilir miyim, kim hayır dedi; kaydetmek, kanıtlamak.',
    aboutEn: 'May I send, who said no; record, prove.',
    href: '/isletme',
  },
  {
    tr: 'Yazılımcı',
    en: 'Programmer',
    aboutTr: 'Resmî İYS API’siyle uyumlu: programınızın adresini, kullanıcı adını ve parolasını değiştirmeniz yeter.',
    aboutEn: 'Wire-compatible with the official İYS API: change base address, user name and password.',
    href: '/docs',
  },
  {
    tr: 'Vatandaş',
    en: 'Citizen',
    aboutTr: 'Size kimin ulaşabildiğini görmek ve durdurmak. Henüz açık değil.',
    aboutEn: 'See who may reach you, and stop them. Not open yet.',
  },
  {
    tr: 'Başvuru',
    en: 'Application',
    aboutTr: 'Kuruluşunuzu kaydettirmek. Henüz açık değil.',
    aboutEn: 'Register your organisation. Not open yet.',
  },
  {
    tr: 'Denetim makamı',
    en: 'Authority',
    aboutTr: 'Şikâyetler ve dosyalar. Henüz açık değil.',
    aboutEn: 'Complaints and case files. Not open yet.',
  },
  {
    tr: 'Kayıt kuruluşu',
    en: 'Registrar',
    aboutTr: 'Başvuruları onaylamak, takvimi tutmak. Henüz açık değil.',
    aboutEn: 'Approve applications, keep the calendar. Not open yet.',
  },
];

function doorRow({ tr, en, aboutTr, aboutEn, href }: EntranceRow): string {
  const name = `${tr} · <span lang="en">${en}</span>`;
  const title = href === undefined ? `<b>${name}</b>` : `<a href="${href}">${name}</a>`;
  return `    <li>${title}<span>${aboutTr}<br><span class="meta" lang="en">${aboutEn}</span></span></li>`;
}

function demoPart(address: string): string {
  const [{ email, password }] = DEMO_ACCOUNTS;
  const rows = DEMO_ACCOUNTS.map(
    (one) =>
      `        <tr><td>${one.title} (${one.code})</td><td><code>${one.email}</code></td><td><code>${one.password}</code></td></tr>`,
  );
  return `  <section>
    <h2>API’yi deneyin · Try the API</h2>
    <table>
      <thead><tr><th scope="col">Kim · Who</th><th scope="col">Kullanıcı · User</th><th scope="col">Parola · Password</th></tr></thead>
      <tbody>
${rows.join('\n')}
      </tbody>
    </table>
    <p class="meta">İlk çağrı · First call</p>
    <pre><code>curl -s ${address}/oauth2/token \\
  -H 'content-type: application/json' \\
  -d '{"grant_type": "password",
       "username": "${email}",
       "password": "${password}"}'</code></pre>
  </section>
`;
}
