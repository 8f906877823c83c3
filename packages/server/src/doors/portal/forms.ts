// The texts that people are shown, and the printed forms that they sign.

import type { DeskBrand } from '../../rooms/access/index.ts';
import type { ConsentText, Form, FormSeries } from '../../rooms/evidence/index.ts';
import type { DeskCall, Handlers } from './call.ts';
import type { Portal } from './contract.ts';
import { brandOfPath, consentsOf, documentsOf, told } from './evidence.ts';
import { problem } from './problems.ts';

type TextAnswer = Portal['POST /organisations/:organisation/brands/:brand/consent-texts']['answer'];
type SeriesAnswer = Portal['POST /organisations/:organisation/brands/:brand/forms']['answer'];
type FormAnswer = Portal['GET /organisations/:organisation/brands/:brand/forms/:number']['answer'];
type DeskRooms = Pick<DeskCall<'GET /organisations/:organisation'>, 'rooms' | 'desk'>;

/** Scans of one form that are shown with it. */
const DOCUMENTS_SHOWN = 20;

async function textsOf({ rooms }: DeskRooms, texts: readonly ConsentText[]): Promise<TextAnswer[]> {
  const actors = await rooms.desks.actors([...new Set(texts.map(({ accountId }) => accountId))]);
  return texts.map(({ version, title, body, accountId, addedAt }) => ({
    version,
    title,
    body,
    addedAt: Math.floor(addedAt),
    addedBy: actors.get(accountId) ?? { person: null, organisation: null },
  }));
}

async function seriesOf(call: DeskRooms, brand: DeskBrand, made: FormSeries): Promise<SeriesAnswer> {
  const [text] = await textsOf(call, [made.text]);
  const actors = await call.rooms.desks.actors([made.accountId]);
  const { brandId, name, provider } = brand;
  return {
    series: made.series,
    numbers: [...made.numbers],
    brand: { brandId, name, provider },
    text: text as TextAnswer,
    retailerCode: made.retailerCode,
    madeAt: Math.floor(made.madeAt),
    madeBy: actors.get(made.accountId) ?? { person: null, organisation: null },
  };
}

async function formOf(call: DeskRooms, brand: DeskBrand, form: Form): Promise<FormAnswer> {
  const [text] = await textsOf(call, [form.text]);
  const consents = await consentsOf(
    call,
    brand,
    form.entries.flatMap(({ seq }) => seq ?? []),
  );
  const { list } = await call.rooms.evidence.list(call.desk, brand, {
    formNumber: form.number,
    limit: DOCUMENTS_SHOWN,
  });
  return {
    number: form.number,
    series: form.series,
    text: text as TextAnswer,
    retailerCode: form.retailerCode,
    madeAt: Math.floor(form.madeAt),
    entries: form.entries.map(({ entryId, state, seq, tiedAt }) => ({
      entryId,
      state,
      consent: seq === null ? null : (consents.get(seq) ?? null),
      tiedAt: Math.floor(tiedAt),
    })),
    documents: await documentsOf(call, brand, list),
  };
}

export const formHandlers: Handlers<
  | 'GET /organisations/:organisation/brands/:brand/consent-texts'
  | 'POST /organisations/:organisation/brands/:brand/consent-texts'
  | 'POST /organisations/:organisation/brands/:brand/forms'
  | 'GET /organisations/:organisation/brands/:brand/form-series/:series'
  | 'GET /organisations/:organisation/brands/:brand/forms/:number'
  | 'POST /organisations/:organisation/brands/:brand/forms/:number/entries'
> = {
  'GET /organisations/:organisation/brands/:brand/consent-texts': async (call) =>
    await textsOf(call, await call.rooms.evidence.texts(brandOfPath(call, 'addEvidence'))),

  'POST /organisations/:organisation/brands/:brand/consent-texts': async (call) => {
    const { rooms, desk, body } = call;
    const brand = brandOfPath(call, 'addEvidence');
    // What the brand's texts say is not a shop's to decide.
    if (brand.retailerCode !== null) throw problem('desk.ability');
    const text = await rooms.evidence.addText(desk, brand, body);
    await rooms.activities.add(desk, 'consent_text.added', {
      brandId: brand.brandId,
      details: { version: text.version },
    });
    const [answer] = await textsOf(call, [text]);
    return answer as TextAnswer;
  },

  'POST /organisations/:organisation/brands/:brand/forms': async (call) => {
    const { rooms, desk, body } = call;
    const brand = brandOfPath(call, 'addEvidence');
    const made = await told(rooms.evidence.makeForms(desk, brand, body));
    await rooms.activities.add(desk, 'forms.made', {
      brandId: brand.brandId,
      details: { series: made.series, count: made.numbers.length },
    });
    return await seriesOf(call, brand, made);
  },

  'GET /organisations/:organisation/brands/:brand/form-series/:series': async (call) => {
    const brand = brandOfPath(call, 'addEvidence');
    return await seriesOf(
      call,
      brand,
      await told(call.rooms.evidence.series(call.desk, brand, call.params['series'] ?? '')),
    );
  },

  'GET /organisations/:organisation/brands/:brand/forms/:number': async (call) => {
    const brand = brandOfPath(call, 'addEvidence');
    const form = await told(call.rooms.evidence.form(call.desk, brand, call.params['number'] ?? ''));
    return await formOf(call, brand, form);
  },

  'POST /organisations/:organisation/brands/:brand/forms/:number/entries': async (call) => {
    const { rooms, desk, params, body } = call;
    const brand = brandOfPath(call, 'addEvidence');
    const form = await told(rooms.evidence.tie(desk, brand, params['number'] ?? '', body.entryId));
    await rooms.activities.add(desk, 'form.tied', {
      brandId: brand.brandId,
      details: { form: form.number, entry: body.entryId },
    });
    return await formOf(call, brand, form);
  },
};
