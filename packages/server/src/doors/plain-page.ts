// Pages that need neither a script nor another file: the front page and the help. They share one style sheet, which
// stands in the page, and one policy that lets this style sheet in and nothing else.

import { createHash } from 'node:crypto';

const STYLE = `
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
  ul.doors { list-style: none; padding: 0; margin: 1.75rem 0 1rem; border-top: 1px solid var(--edge); }
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
  nav.top { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem 1.25rem; margin: 0 0 2rem; }
  nav.top .mark { margin: 0 auto 0 0; color: var(--ink); text-decoration: none; }
  .help { max-width: 66rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
  .help main { max-width: none; margin: 0; padding: 0; }
  .help h2 { margin-top: 2rem; }
  .help h1 + p { font-size: 1.19rem; line-height: 1.4; }
  .help li { margin-bottom: .4rem; max-width: 62ch; }
  .help ul.doors { max-width: 46rem; }
  .help ul.doors li { max-width: none; margin: 0; }
  .help td:first-child { font-weight: 600; }
  .help main table { margin: 1rem 0 1.5rem; }
  .help main > p:last-child { margin-top: 2rem; color: var(--ink-2); font-size: .9rem; }
  .topics { padding-top: 1.5rem; margin-top: 3rem; border-top: 1px solid var(--edge); }
  .topics h2 { margin: 0 0 .5rem; font-size: 1.06rem; }
  .topics ol { list-style: none; margin: 0; padding: 0; }
  .topics li { margin: 0; }
  .topics a { display: inline-block; padding: .3rem 0; }
  .topics [aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; }
  footer { margin-top: 3rem; padding-top: 1rem; border-top: 1px solid var(--line); }
  .skip { position: absolute; left: 1.25rem; top: -6rem; padding: .75rem 1rem; background: var(--petrol); color: var(--on-petrol); border-radius: 6px; }
  .skip:focus { top: .75rem; }
  @media (min-width: 60rem) {
    .help .pair { display: grid; grid-template-columns: minmax(0, 1fr) 17rem; gap: 4rem; align-items: start; }
    .topics { margin: 0; padding: 0; border: 0; }
  }
  @media print { nav, .skip { display: none; } }
  @media (max-width: 36rem) {
    ul.doors li { grid-template-columns: 1fr; }
    thead { position: absolute; clip-path: inset(50%); }
    tr { display: block; padding: .5rem 0; border-bottom: 1px solid var(--line); }
    td { display: block; padding: 0; border: 0; }
  }
`;

/** To be sent with every plain page. */
export const PLAIN_PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': [
    "default-src 'none'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'referrer-policy': 'no-referrer',
} as const;

/**
 * A whole page.
 * @param page.title text, without HTML
 * @param page.body HTML, our own
 */
export function plainPage({
  lang,
  title,
  body,
}: {
  readonly lang: 'tr' | 'en';
  readonly title: string;
  readonly body: string;
}): string {
  return `<!doctype html>
<html lang="${lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
</head>
<body>
${body}</body>
</html>
`;
}
