// The help, `/yardim` and `/en/help`: what the law asks and how it is done here, in plain words, for everybody, without
// log-in and without a script. Its texts are the Markdown files of `tr` and `en`: a title, a first paragraph that says the
// whole, and at the end the law it comes from.

import { readFileSync } from 'node:fs';
import { type Day, istanbulDay, type Language } from '@acik-iys/law';
import type { FastifyInstance } from 'fastify';
import { Marked } from 'marked';
import type { Clock } from '../../ground/clock.ts';
import { PLAIN_PAGE_HEADERS, plainPage } from '../plain-page.ts';
import { withFacts } from './facts.ts';

/** The topics in their order: names of the files, and the last part of the address. */
export const HELP_TOPICS = [
  { tr: 'iys-nedir', en: 'what-is-iys' },
  { tr: 'kimler-kaydolur', en: 'who-registers' },
  { tr: 'onay', en: 'consent' },
  { tr: 'is-gunu', en: 'business-days' },
  { tr: 'istisnalar', en: 'exceptions' },
  { tr: 'tacir-esnaf', en: 'merchants' },
  { tr: 'ret', en: 'refusals' },
  { tr: 'kanit', en: 'evidence' },
  { tr: 'ortak-araci-bayi', en: 'partners' },
  { tr: 'listeler', en: 'lists' },
  { tr: 'duzeltmek', en: 'mistakes' },
  { tr: 'sozluk', en: 'glossary' },
] as const satisfies readonly Readonly<Record<Language, string>>[];

const LANGUAGES = ['tr', 'en'] as const;
/** Where the help of a language begins; a topic's address goes on from there. */
export const HELP_AT = { tr: '/yardim', en: '/en/help' } as const;

const WORDS = {
  tr: {
    title: 'Yardım',
    lead: 'Reklam iletisi göndermenin kuralları ve bu kayıtta nasıl yapıldıkları, sade bir dille.',
    nothingHere: 'Bu adreste bir yardım sayfası yok',
    nothingHereLead: 'Aradığınız konu aşağıdakilerden biri olabilir.',
    topics: 'Konular',
    skip: 'İçeriğe geç',
    product: 'Açık İYS',
    entrance: 'İşletme girişi',
    other: 'English',
    note: 'Bu sayfalar kuralları açıklar; hukuki görüş değildir. Bağlayıcı olan mevzuatın kendisidir.',
  },
  en: {
    title: 'Help',
    lead: 'The rules of sending advertising messages, and how they are kept in this registry, in plain words.',
    nothingHere: 'There is no help page at this address',
    nothingHereLead: 'What you are looking for may be one of these.',
    topics: 'Topics',
    skip: 'Skip to the content',
    product: 'Açık İYS',
    entrance: 'Business entrance',
    other: 'Türkçe',
    note: 'These pages explain the rules; they are no legal advice. The texts of the law decide.',
  },
} as const;

interface Topic {
  readonly title: string;
  /** First paragraph, Markdown. */
  readonly lead: string;
  readonly html: string;
  readonly href: string;
  /** The same page in the other language. */
  readonly otherHref: string;
}

const markdown = new Marked();

export async function helpDoor(door: FastifyInstance, { clock }: { readonly clock: Clock }): Promise<void> {
  let made: { readonly day: Day; readonly topics: Readonly<Record<Language, readonly Topic[]>> } | undefined;
  /** The law may change from one day to the next. */
  function topicsOf(language: Language): readonly Topic[] {
    const day = istanbulDay(clock.now());
    if (made?.day !== day) made = { day, topics: { tr: readTopics('tr', day), en: readTopics('en', day) } };
    return made.topics[language];
  }

  for (const language of LANGUAGES) {
    const { title, lead, nothingHere, nothingHereLead } = WORDS[language];
    door.get(HELP_AT[language], { schema: { hide: true } }, (_request, reply) =>
      reply.headers(PLAIN_PAGE_HEADERS).send(contentsPage(language, title, lead, topicsOf(language))),
    );
    door.get<{ Params: { topic: string } }>(
      `${HELP_AT[language]}/:topic`,
      { schema: { hide: true } },
      ({ params }, reply) => {
        const topics = topicsOf(language);
        const topic = topics.find(({ href }) => href === `${HELP_AT[language]}/${params.topic}`);
        reply.headers(PLAIN_PAGE_HEADERS);
        return topic === undefined
          ? reply.code(404).send(contentsPage(language, nothingHere, nothingHereLead, topics))
          : reply.send(topicPage(language, topic, topics));
      },
    );
  }
}

function readTopics(language: Language, day: Day): readonly Topic[] {
  const other = language === 'tr' ? 'en' : 'tr';
  return HELP_TOPICS.map((names) => {
    const file = new URL(`${language}/${names[language]}.md`, import.meta.url);
    const text = withFacts(readFileSync(file, 'utf8'), language, day);
    const [, title, lead] = /^# (.+)\n\n(.+)\n/.exec(text) ?? [];
    if (title === undefined || lead === undefined) throw new Error(`${file.pathname} has no title and first paragraph`);
    return {
      title,
      lead,
      html: markdown.parse(text, { async: false }),
      href: `${HELP_AT[language]}/${names[language]}`,
      otherHref: `${HELP_AT[other]}/${names[other]}`,
    };
  });
}

function contentsPage(language: Language, title: string, lead: string, topics: readonly Topic[]): string {
  const rows = topics.map(
    (topic) =>
      `<li><a href="${topic.href}">${topic.title}</a><span>${markdown.parseInline(topic.lead, { async: false })}</span></li>`,
  );
  const main = `<h1>${title}</h1>\n<p>${lead}</p>\n<ul class="doors">\n${rows.join('\n')}\n</ul>\n`;
  return helpPage(language, title, HELP_AT[language === 'tr' ? 'en' : 'tr'], `<main id="content">\n${main}</main>\n`);
}

function topicPage(language: Language, topic: Topic, topics: readonly Topic[]): string {
  const words = WORDS[language];
  const rows = topics.map(({ title, href }) => {
    const here = href === topic.href ? ' aria-current="page"' : '';
    return `<li><a href="${href}"${here}>${title}</a></li>`;
  });
  const body = `<div class="pair">
<main id="content">
${topic.html}</main>
<nav class="topics" aria-labelledby="topics">
<h2 id="topics">${words.topics}</h2>
<ol>
${rows.join('\n')}
</ol>
</nav>
</div>
`;
  return helpPage(language, topic.title, topic.otherHref, body);
}

function helpPage(language: Language, title: string, otherHref: string, body: string): string {
  const words = WORDS[language];
  const other = language === 'tr' ? 'en' : 'tr';
  return plainPage({
    lang: language,
    title: `${title} · ${words.product}`,
    body: `<div class="help">
<a class="skip" href="#content">${words.skip}</a>
<nav class="top" aria-label="${words.product}">
<a class="mark" href="/">${words.product}</a>
<a href="${HELP_AT[language]}">${words.title}</a>
<a href="/isletme">${words.entrance}</a>
<a href="${otherHref}" lang="${other}" hreflang="${other}">${words.other}</a>
</nav>
${body}<footer class="meta"><p>${words.note}</p></footer>
</div>
`,
  });
}
