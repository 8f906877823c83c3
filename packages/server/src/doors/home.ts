// The page at `/`: what runs here, in Turkish and English, and where to go. No script, no other file.

import { DEMO_ACCOUNTS } from '../demo-accounts.ts';
import { plainPage } from './plain-page.ts';

/** A host name or IP address and a port, and nothing that could end a word of HTML or of a shell. */
const HOST = /^([\w.-]+|\[[\da-f:.]+\])(:\d+)?$/i;
const HOST_AT_HOME = '127.0.0.1:8080';

/**
 * @param demo whether the demo's accounts exist and may be shown
 * @param at where the reader found the page: protocol and Host header, which may say anything
 */
export function homePage(demo: boolean, at: { readonly protocol: string; readonly host: string }): string {
  const address = `${at.protocol === 'https' ? 'https' : 'http'}://${HOST.test(at.host) ? at.host : HOST_AT_HOME}`;
  return plainPage({
    lang: 'tr',
    title: 'Açık İYS',
    body: `<main>
  <p class="mark">Açık İYS</p>
  <h1>Size kim ulaşabilir, siz kime?</h1>
  <p>Ticari elektronik ileti izinlerinin açık kaynaklı ulusal kaydı. İşletme, kimi arayabileceğini ve kime yazabileceğini buraya kaydeder; “hayır” diyenin sözü kaybolmaz.</p>
  <p class="meta" lang="en">An open-source national consent registry for commercial electronic messages. Businesses record whom they may call, text or e-mail; nobody’s refusal is ever lost.</p>
  <ul class="doors">
${DOORS.map(doorRow).join('\n')}
  </ul>
  <p class="meta"><a href="/yardim">Yardım: İYS nedir, kurallar ne ister</a> · <a href="/en/help" lang="en">Help: what İYS is, what the rules ask</a></p>
  <p class="meta">Sunucu çalışıyor · The server runs: <a href="/health/ready">sağlık · health</a>, <a href="/openapi.json">OpenAPI 3.1</a></p>
${demo ? demoPart(address) : ''}</main>
`,
  });
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
