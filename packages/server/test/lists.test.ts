// Lists by hand over real HTTP: an Excel file or pasted cells, read, foreseen, recorded, and given back; lists checked.

import { randomUUID } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { formatTime, kindOf, ONAY, RET, SOURCE_NUMBERS } from '@acik-iys/law';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConsents, readSheet, writeXlsx } from '../src/rooms/imports/index.ts';
import { DOORS } from '../src/rooms/registry/index.ts';
import { type DeskCaller, enter } from './support/desk.ts';
import { RETAIL, type TestServer, testServer } from './support/server.ts';

const RETAIL_ORGANISATION = { organisation: 600100 };
const HEADERS = ['Alıcı', 'Kanal', 'Durum', 'Kaynak', 'İzin tarihi'];
let server: TestServer;
let clerk: DeskCaller;
beforeAll(async () => {
  server = await testServer({ config: { demo: true } });
  clerk = await enter(server, 'clerk');
});
afterAll(() => server.close());

let last = 0;
function telephone(): string {
  last += 1;
  return `0534 ${String(last).padStart(3, '0')} 22 33`;
}

/** A time as a Turkish spreadsheet shows it. */
function cellTime(seconds: number): string {
  const [day = '', time = ''] = formatTime(seconds).split(' ');
  return `${day.split('-').reverse().join('.')} ${time.slice(0, 5)}`;
}

async function workbookOf(rows: readonly (readonly string[])[]): Promise<Buffer> {
  const columns = HEADERS.map((header) => ({ header, width: 20 }));
  return await buffer(writeXlsx([{ name: 'İzinler', columns, rows }]));
}

async function upload(path: string, file: Buffer, caller = clerk) {
  const response = await fetch(`${server.url}/portal/organisations/600100/${path}`, {
    method: 'POST',
    body: new Uint8Array(file),
    headers: {
      cookie: caller.cookie,
      'content-type': 'application/octet-stream',
      'x-acik-iys-file-name': encodeURIComponent('izinler.xlsx'),
    },
  });
  return { status: response.status, body: (await response.json()) as never };
}

type Read = Awaited<ReturnType<typeof readPastedList>>['body'];
async function readPastedList(text: string, query: object = {}) {
  return await clerk.call('POST /organisations/:organisation/lists/pasted', {
    params: RETAIL_ORGANISATION,
    query: { brand: '600100', ...query },
    body: { text },
  });
}

async function record(rows: Read['rows'], key = randomUUID()) {
  return await clerk.call('POST /organisations/:organisation/lists/records', {
    params: RETAIL_ORGANISATION,
    body: { key, brandId: 600100, rows: rows.map(({ consent }) => consent) },
  });
}

describe('a list to be recorded', () => {
  it('names no retailer that the brand does not have: a consent is refused, a refusal is not', async () => {
    const at = cellTime(server.clock.now() - 3_600);
    const rows = ['Onay', 'Ret'].map((status) => [telephone(), 'Mesaj', status, 'Web sitesi', at]);
    const text = [HEADERS, ...rows].map((cells) => cells.join('\t')).join('\n');
    const { rows: read } = (await readPastedList(text)).body;
    const named = read.map(({ consent, ...row }) => ({ ...row, consent: { ...consent, retailerCode: '11111111' } }));
    const { body } = await record(named);
    expect(body.rows.map(({ outcome, code }) => [outcome, code])).toEqual([
      ['refused', 'H180'],
      ['recorded', null],
    ]);
    const { rows: kept } = await server.owner.query('select retailer from movement where retailer = 11111111');
    expect(kept).toEqual([]);
  });

  it('is read from a file, shown with what will happen, recorded, and comes out as it was foreseen', async () => {
    const at = server.clock.now() - 3_600;
    const numbers = [telephone(), telephone(), telephone()];
    const first = await upload(
      'lists/file?brand=600100',
      await workbookOf(numbers.map((number) => [number, 'Mesaj', 'Onay', 'Web sitesi', cellTime(at)])),
    );
    expect(first.status).toBe(200);
    const { rows } = first.body as Read;
    expect(rows.map(({ will }) => will?.outcome)).toEqual(['recorded', 'recorded', 'recorded']);
    expect(rows[0]?.repairs.map(({ field }) => field)).toContain('recipient');
    expect((await record(rows)).body.rows.map(({ outcome }) => outcome)).toEqual(['recorded', 'recorded', 'recorded']);

    // Later: one is renewed, one repeated, one refused with a date that is not newer.
    const again = await readPastedList(
      [
        HEADERS.join('\t'),
        [numbers[0], 'MESAJ', 'ONAY', 'HS_WEB', cellTime(at + 600)].join('\t'),
        [numbers[1], 'MESAJ', 'ONAY', 'HS_WEB', cellTime(at)].join('\t'),
        [numbers[2], 'MESAJ', 'ONAY', 'HS_MOBIL', cellTime(at - 600)].join('\t'),
        [telephone(), 'MESAJ', 'RET', 'HS_CAGRI_MERKEZI', cellTime(at - 90 * 86_400)].join('\t'),
      ].join('\n'),
    );
    const outcomes = ['renewed', 'unchanged', 'refused', 'recorded'];
    expect(again.body.rows.map(({ will }) => will?.outcome)).toEqual(outcomes);
    const done = await record(again.body.rows);
    expect(done.body.rows.map(({ outcome }) => outcome)).toEqual(outcomes);
    expect(done.body.rows[2]).toMatchObject({ code: 'H178', words: { tr: expect.stringContaining(' ') } });
  });

  it('says how a row really came out when another door was faster', async () => {
    const number = telephone();
    const at = server.clock.now() - 3_600;
    const read = await readPastedList(
      `${HEADERS.join('\t')}\n${[number, 'MESAJ', 'ONAY', 'HS_WEB', cellTime(at)].join('\t')}`,
    );
    expect(read.body.rows[0]?.will?.outcome).toBe('recorded');
    const consent = { ...read.body.rows[0]?.consent, consentDate: formatTime(at + 60) };
    await server.call('POST', '/sps/600100/brands/600100/consents', { token: await server.token(), body: consent });
    expect((await record(read.body.rows)).body.rows[0]).toMatchObject({ outcome: 'refused', code: 'H178' });
  });

  it('is recorded once, also when it is sent twice at the same time', async () => {
    const number = telephone();
    const text = `${HEADERS.join('\t')}\n${[number, 'MESAJ', 'ONAY', 'HS_WEB', cellTime(server.clock.now() - 60)].join('\t')}`;
    const { rows } = (await readPastedList(text)).body;
    const key = randomUUID();
    const answers = await Promise.all([record(rows, key), record(rows, key)]);
    expect(answers.map(({ status }) => status).filter((status) => status === 200).length).toBeGreaterThan(0);
    for (const { status, problem } of answers)
      if (status !== 200) expect([status, problem.code]).toEqual([409, 'list.being_recorded']);
    const later = await record(rows, key);
    expect(later.body.rows.map(({ outcome }) => outcome)).toEqual(['recorded']);
  });

  it('stands once in the log however often it is sent, and another list under its key is refused', async () => {
    const listed = async () => {
      const owner = await enter(server, 'owner');
      const { body } = await owner.call('GET /organisations/:organisation/activity', {
        params: RETAIL_ORGANISATION,
        query: { act: 'list.recorded' },
      });
      return body.activities.length;
    };
    const row = () => [telephone(), 'MESAJ', 'ONAY', 'HS_WEB', cellTime(server.clock.now() - 60)].join('\t');
    const { rows } = (await readPastedList([HEADERS.join('\t'), row(), row()].join('\n'))).body;
    const before = await listed();
    const key = randomUUID();
    for (let time = 0; time < 3; time += 1) expect((await record(rows, key)).status).toBe(200);
    expect(await listed()).toBe(before + 1);
    for (const other of [rows.slice(1), rows.toReversed()]) {
      const answer = await record(other, key);
      expect([answer.status, answer.problem.code]).toEqual([409, 'list.key']);
    }
    expect(await listed()).toBe(before + 1);
  });

  it('takes fifty rows and no more', async () => {
    const row = () => [telephone(), 'MESAJ', 'ONAY', 'HS_WEB', cellTime(server.clock.now() - 60)].join('\t');
    const lines = Array.from({ length: 50 }, row);
    expect((await readPastedList([HEADERS.join('\t'), ...lines].join('\n'))).body.rows).toHaveLength(50);
    const more = await readPastedList([HEADERS.join('\t'), ...lines, row()].join('\n'));
    expect([more.status, more.problem.code]).toEqual([422, 'import.too_many_rows']);
  });

  it('gives refused rows back as a file that can be mended and uploaded again', async () => {
    const cells = { recipient: '0532 12', type: 'MESAJ', status: 'ONAY', source: 'HS_WEB', consentDate: '=1+1' };
    const response = await fetch(`${server.url}/portal/organisations/600100/lists/refused`, {
      method: 'POST',
      headers: { cookie: clerk.cookie, 'content-type': 'application/json' },
      body: JSON.stringify({ language: 'tr', rows: [{ cells, reason: 'Numara eksik.' }] }),
    });
    expect(response.headers.get('content-disposition')).toContain('attachment');
    const table = await readSheet(new Uint8Array(await response.arrayBuffer()), { rows: 50 });
    const context = server.rooms.entries.formContext(await deskBrand());
    expect(readConsents(table, { rows: 50, context }).rows[0]?.cells).toEqual(cells);
  });

  it('is not taken from who may not record, nor for a foreign brand', async () => {
    const viewer = await enter(server, 'viewer');
    const file = await workbookOf([[telephone(), 'Mesaj', 'Onay', 'Web', cellTime(server.clock.now() - 60)]]);
    expect((await upload('lists/file?brand=600100', file, viewer)).status).toBe(403);
    expect((await upload('lists/file?brand=600200', file)).status).toBe(403);
  });

  async function deskBrand() {
    const person = await server.rooms.people.byEmail('emre@ornek-perakende.example');
    const desk = person && (await server.rooms.desks.desk(person.personId, 600100));
    const brand = desk?.brand(600100, 'record');
    if (brand === undefined) throw new Error('the clerk records for his brand');
    return brand;
  }
});

describe('a retailer’s list', () => {
  const HOUR = 3_600;
  const preview = async (caller: DeskCaller, rows: readonly (readonly string[])[]) =>
    (
      await caller.call('POST /organisations/:organisation/lists/pasted', {
        params: RETAIL_ORGANISATION,
        query: { brand: '600100' },
        body: { text: [HEADERS, ...rows].map((cells) => cells.join('\t')).join('\n') },
      })
    ).body.rows;
  const send = async (caller: DeskCaller, rows: Read['rows'], key = randomUUID()) =>
    (
      await caller.call('POST /organisations/:organisation/lists/records', {
        params: RETAIL_ORGANISATION,
        body: { key, brandId: 600100, rows: rows.map(({ consent }) => consent) },
      })
    ).body.rows.map(({ outcome, code }) => code ?? outcome);
  const words = (rows: Read['rows']) => rows.map(({ will }) => will?.code ?? will?.outcome);
  /** Of four addresses: a consent again, one not newer, a refusal that a consent has passed, one that stands. */
  const about = (numbers: readonly string[], at: number) => [
    [numbers[0] ?? '', 'MESAJ', 'ONAY', 'HS_WEB', cellTime(at + 600)],
    [numbers[1] ?? '', 'MESAJ', 'ONAY', 'HS_MOBIL', cellTime(at - 600)],
    [numbers[2] ?? '', 'MESAJ', 'RET', 'HS_CAGRI_MERKEZI', cellTime(at - 600)],
    [numbers[3] ?? '', 'MESAJ', 'RET', 'HS_CAGRI_MERKEZI', cellTime(at - 600)],
  ];
  const before = (numbers: readonly string[], at: number) =>
    numbers.map((number, n) => [number, 'MESAJ', n === 3 ? 'RET' : 'ONAY', 'HS_WEB', cellTime(at)]);

  it('says of addresses that others recorded what it says of unknown ones, before and after', async () => {
    const shop = await enter(server, 'retailer');
    const at = server.clock.now() - 2 * HOUR;
    const numbers = [telephone(), telephone(), telephone(), telephone()];
    await send(clerk, await preview(clerk, before(numbers, at)));
    expect(words(await preview(clerk, about(numbers, at)))).toEqual(['renewed', 'H178', 'overtaken', 'unchanged']);

    const rows = await preview(shop, about(numbers, at));
    expect(words(rows)).toEqual(words(await preview(shop, about([1, 2, 3, 4].map(telephone), at))));
    expect(words(rows)).toEqual(['recorded', 'recorded', 'recorded', 'recorded']);
    const key = randomUUID();
    const results = ['recorded', 'desk.untold', 'recorded', 'recorded'];
    expect(await send(shop, rows, key)).toEqual(results);
    expect(await send(shop, rows, key)).toEqual(results);
    // A refusal that was passed opens nothing of what passed it.
    expect(words(await preview(shop, about(numbers, at)))).toEqual(['unchanged', 'recorded', 'recorded', 'recorded']);
  });

  it('says of his own shop’s what stands', async () => {
    const shop = await enter(server, 'retailer');
    const at = server.clock.now() - 2 * HOUR;
    const numbers = [telephone(), telephone(), telephone(), telephone()];
    await send(shop, await preview(shop, before(numbers, at)));
    expect(words(await preview(shop, about(numbers, at)))).toEqual(['recorded', 'H178', 'recorded', 'unchanged']);
  });

  it('is told the same of statements one by one', async () => {
    const shop = await enter(server, 'retailer');
    const at = server.clock.now() - 2 * HOUR;
    const numbers = [telephone(), telephone()];
    await send(
      clerk,
      await preview(clerk, [
        [numbers[0] ?? '', 'MESAJ', 'ONAY', 'HS_WEB', cellTime(at)],
        [numbers[1] ?? '', 'MESAJ', 'RET', 'HS_WEB', cellTime(at)],
      ]),
    );
    const give = async (recipient: string, status: 'ONAY' | 'RET') =>
      (
        await shop.call('POST /organisations/:organisation/entries', {
          params: RETAIL_ORGANISATION,
          body: {
            key: randomUUID(),
            consent: {
              ...{ brandId: 600100, type: 'MESAJ', recipient, recipientType: 'BIREYSEL', status, source: 'HS_WEB' },
              consentDate: formatTime(at - 600),
            },
          },
        })
      ).body;
    expect(await give(numbers[1] ?? '', 'RET')).toMatchObject({ state: 'recorded', code: null });
    const { entryId } = await give(numbers[0] ?? '', 'ONAY');
    server.clock.move(11);
    await server.rooms.entries.recordDue();
    const entry = await shop.call('GET /organisations/:organisation/entries/:entryId', {
      params: { ...RETAIL_ORGANISATION, entryId },
    });
    expect(entry.body).toMatchObject({ state: 'refused', code: 'desk.untold' });
    expect(entry.body.sentence?.tr).toContain('kaydedilmedi');
  });
});

describe('a list to be checked', () => {
  it('answers yes or no and why for each address, withheld refusals too', async () => {
    const [yes, no, never] = [telephone(), telephone(), telephone()];
    const principal = await server.rooms.access.principalOf(RETAIL.email);
    const answer = principal && server.rooms.access.brandScope(principal, 600100, 600100);
    if (!answer || !('scope' in answer)) throw new Error('no scope');
    const statement = (address: string, status: 0 | 1) => ({
      kind: kindOf(1, 0),
      address: `+9${address.replace(/\D/g, '')}`,
      status,
      source: SOURCE_NUMBERS.HS_WEB,
      consentedAt: server.clock.now() - 60,
      retailer: null,
    });
    await server.rooms.registry.record(answer.scope, [statement(yes, ONAY), statement(no, RET)], {
      door: DOORS.citizen,
    });
    const checked = await clerk.call('POST /organisations/:organisation/checks/pasted', {
      params: RETAIL_ORGANISATION,
      query: { brand: '600100', channel: 'MESAJ', recipientType: 'BIREYSEL' },
      body: { text: [yes, no, never, '0532 12', yes].join('\n') },
    });
    expect(checked.body.rows.map(({ may, why }) => [may, why])).toEqual([
      [true, 'granted'],
      [false, 'refused'],
      [false, 'none'],
      [null, 'not-an-address'],
      [true, 'granted'],
    ]);
    // It stands there twice and is one address.
    expect(checked.body.rows[4]?.words.tr).toBe('Onay var. 1. satırla aynı.');
    expect(checked.body).toMatchObject({ yes: 1, no: 2, notAddresses: 1 });
  });

  it('tells an intermediary yes or no, and nothing of why', async () => {
    const intermediary = await enter(server, 'intermediary');
    const checked = await intermediary.call('POST /organisations/:organisation/checks/pasted', {
      params: { organisation: 800100 },
      query: { brand: '600100', channel: 'MESAJ', recipientType: 'BIREYSEL' },
      body: { text: `${telephone()}\n${telephone()}` },
    });
    expect(checked.body.rows.map(({ why }) => why)).toEqual(['untold', 'untold']);
    const foreign = await intermediary.call('POST /organisations/:organisation/checks/pasted', {
      params: { organisation: 800100 },
      query: { brand: '600200', channel: 'MESAJ', recipientType: 'BIREYSEL' },
      body: { text: telephone() },
    });
    expect(foreign.problem.code).toBe('desk.brand');
  });
});
