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
  :root { color-scheme: light dark; --ground: #fbfaf7; --ink: #16282c; --soft: #51646a; --line: #d9d5cb; --petrol: #0b4f5a; --on-petrol: #fff; }
  @media (prefers-color-scheme: dark) { :root { --ground: #101a1d; --ink: #e9eeee; --soft: #a9b8bb; --line: #2d3d41; --petrol: #7fc4cf; --on-petrol: #0c1719; } }
  * { box-sizing: border-box; }
  body { margin: 0; background: var(--ground); color: var(--ink); font: 17px/1.6 system-ui, sans-serif; }
  main { max-width: 44rem; margin: 0 auto; padding: 3rem 1.25rem 4rem; }
  h1 { font-size: 2.2rem; line-height: 1.15; margin: 0 0 .5rem; }
  h2 { font-size: 1.1rem; margin: 2.25rem 0 .5rem; }
  p { margin: 0 0 1rem; max-width: 40rem; }
  .soft { color: var(--soft); }
  section { border-top: 1px solid var(--line); margin-top: 2rem; }
  ul.ways { list-style: none; padding: 0; margin: 1.5rem 0 0; display: flex; flex-wrap: wrap; gap: .75rem; }
  ul.ways a { display: inline-block; padding: .6rem 1rem; border: 1px solid var(--petrol); border-radius: 4px; color: var(--petrol); text-decoration: none; }
  ul.ways li:first-child a { background: var(--petrol); color: var(--on-petrol); }
  a { color: var(--petrol); }
  a:focus-visible { outline: 3px solid currentColor; outline-offset: 2px; }
  code, pre { font: .85rem/1.5 ui-monospace, monospace; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; border: 1px solid var(--line); border-radius: 4px; margin: 0; }
  table { border-collapse: collapse; width: 100%; font-size: .95rem; }
  td, th { text-align: left; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
  @media (max-width: 36rem) {
    thead { position: absolute; clip-path: inset(50%); }
    tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); }
    td { display: block; padding: 0; border: 0; }
  }
</style>
</head>
<body>
<main>
  <h1>Açık İYS</h1>
  <p>Ticari elektronik ileti izinlerinin açık kaynaklı ulusal kaydı. Burada kayıt sunucusu çalışıyor: resmî İYS API’siyle uyumlu; programınızın adresini, kullanıcı adını ve parolasını değiştirmeniz yeter.</p>
  <p class="soft" lang="en">An open-source national consent registry for commercial electronic messages. The registry server runs here, wire-compatible with the official İYS API: change your program’s base address, user name and password, and it works.</p>
  <ul class="ways">
    <li><a href="/docs">API başvurusu · API reference</a></li>
    <li><a href="/openapi.json">OpenAPI 3.1</a></li>
    <li><a href="/health/ready">Sağlık · Health</a></li>
  </ul>
${demo ? demoPart(address) : ''}  <section>
    <h2>Kapılar · Entrances</h2>
    <p class="soft">Vatandaş, işletme, denetim ve kayıt girişleri henüz açık değil; bu sürümde API var. <span lang="en">The entrances for citizens, businesses, authorities and the registrar are not open yet; this version has the API.</span></p>
  </section>
</main>
</body>
</html>
`;
}

function demoPart(address: string): string {
  const [{ email, password }] = DEMO_ACCOUNTS;
  const rows = DEMO_ACCOUNTS.map(
    (one) =>
      `        <tr><td>${one.title} (${one.code})</td><td><code>${one.email}</code></td><td><code>${one.password}</code></td></tr>`,
  );
  return `  <section>
    <h2>Deneme hesapları · Demo accounts</h2>
    <table>
      <thead><tr><th scope="col">Kim · Who</th><th scope="col">Kullanıcı · User</th><th scope="col">Parola · Password</th></tr></thead>
      <tbody>
${rows.join('\n')}
      </tbody>
    </table>
    <h2>İlk çağrı · First call</h2>
    <pre><code>curl -s ${address}/oauth2/token \\
  -H 'content-type: application/json' \\
  -d '{"grant_type": "password",
       "username": "${email}",
       "password": "${password}"}'</code></pre>
  </section>
`;
}
