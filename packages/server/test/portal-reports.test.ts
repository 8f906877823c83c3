// Reports at the desk over real HTTP: counts and files as of each day against a model of what was recorded, agreement with
// the official daily file, who may have what, and files that survive a cancel, a rival, a stop and kill -9 whole or not at
// all.

import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  channelOf,
  EPOSTA,
  formatTime,
  isGranted,
  kindOf,
  mask,
  ONAY,
  RET,
  recipientTypeOf,
  SOURCE_NUMBERS,
  type Statement,
  sourceName,
  sourceNumberOf,
  sourceSide,
  statusOf,
} from '@acik-iys/law';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Portal } from '../src/doors/portal/contract.ts';
import { type Files, openFiles } from '../src/ground/files.ts';
import { openLog } from '../src/ground/log.ts';
import type { BrandScope } from '../src/rooms/access/index.ts';
import { readSheet } from '../src/rooms/imports/index.ts';
import { DOORS, type Outcome, type Registry } from '../src/rooms/registry/index.ts';
import { STANDING, STANDING_WITHHELD } from '../src/rooms/registry/read-sql.ts';
import { openReportJobs } from '../src/rooms/reports/index.ts';
import { TAKE } from '../src/rooms/reports/job-sql.ts';
import { anybody, type DeskCaller, enter } from './support/desk.ts';
import { fillBrand, filledTelephone } from './support/fill.ts';
import { seeded, testSeed } from './support/random.ts';
import { TEST_SECRET } from './support/registry.ts';
import { PARTNER, RETAIL, type TestServer, testServer } from './support/server.ts';
import { embeddedUrl, type ServerProcess, startServer } from './support/server-process.ts';
import { startSimulators } from './support/simulators.ts';

type Asked = Portal['POST /organisations/:organisation/report-jobs']['body'];
type Job = Portal['GET /organisations/:organisation/report-jobs/:jobId']['answer'];
type Counts = Portal['GET /organisations/:organisation/reports/counts']['answer'];

const ORGANISATION = { organisation: 600100 };
const BRAND = { ...ORGANISATION, brand: 600100 };
const DAYS = ['2026-11-10', '2026-11-11', '2026-11-12', '2026-11-13', '2026-11-14'] as const;
const TODAY = '2026-11-15';

let server: TestServer;
let owner: DeskCaller;
beforeAll(async () => {
  server = await testServer({ config: { demo: true } });
  setTo('2026-11-10T08:00:00');
  await recordHistory();
  setTo(`${TODAY}T09:00:00`);
  owner = await enter(server, 'owner');
  await server.rooms.reports.runDue();
});
afterAll(() => server.close());

/** Sets the clock to a time in Istanbul. */
function setTo(time: string): void {
  server.clock.setTo(Date.parse(`${time}+03:00`) / 1_000);
}

// ------------------------------------------------------------------------------------------------- model

interface Recorded {
  readonly said: Statement;
  readonly state: number;
  readonly overtaken: boolean;
  readonly seq: number;
  readonly transactionId: string;
  readonly receivedAt: number;
}

/** Every movement of brand 600100, oldest first. */
const recorded: Recorded[] = [];
/** Refusals that the contract turned away, by day. */
const withheldOn = '2026-11-12';
const WITHHELD_ALONE = '+905329999999';
const WITHHELD_OVER = '+905328888888';

async function scopeOf(account: { email: string }, provider: number, brand: number): Promise<BrandScope> {
  const principal = await server.rooms.access.principalOf(account.email);
  const answer = principal && server.rooms.access.brandScope(principal, provider, brand);
  if (!answer || !('scope' in answer)) throw new Error('no scope');
  return answer.scope;
}

async function record(scope: BrandScope, statements: readonly Statement[], door: number): Promise<Outcome[]> {
  const outcomes = await server.rooms.registry.record(scope, statements, { door: door as typeof DOORS.demo });
  if (scope.brandId === 600100)
    statements.forEach((said, at) => {
      const outcome = outcomes[at] as Outcome;
      if (outcome.kind !== 'accepted' && outcome.kind !== 'overtaken') return;
      const { seq, transactionId, receivedAt, kind } = outcome;
      const state = said.source * 2 + said.status;
      recorded.push({ said, state, overtaken: kind === 'overtaken', seq, transactionId, receivedAt });
    });
  return outcomes;
}

/** Five days of a small shop: people who change their minds, on all channels, told by the shop and by the citizens. */
async function recordHistory(): Promise<void> {
  const random = seeded(testSeed('report history'));
  const scope = await scopeOf(RETAIL, 600100, 600100);
  const second = await scopeOf(RETAIL, 600100, 600101);
  const addresses = [
    ...Array.from({ length: 40 }, (_, n) => `+90532${String(1_000_000 + n)}`),
    ...Array.from({ length: 20 }, (_, n) => `kisi${n}@rapor.example`),
  ];
  const { HS_WEB, HS_CAGRI_MERKEZI, IYS_WEB, IYS_MOBIL } = SOURCE_NUMBERS;
  const statement = (citizen: boolean): Statement => {
    const address = random.pick(addresses);
    const status = random.chance(citizen ? 0.3 : 0.8) ? ONAY : RET;
    return {
      kind: kindOf(address.includes('@') ? EPOSTA : random.below(2), random.chance(0.2) ? 1 : 0),
      address,
      status,
      source: citizen ? random.pick([IYS_WEB, IYS_MOBIL]) : random.pick([HS_WEB, HS_CAGRI_MERKEZI]),
      // Some are older than what stands: such a refusal is overtaken.
      consentedAt: server.clock.now() - random.below(20_000),
      retailer: null,
    };
  };
  for (const day of DAYS)
    for (const hour of ['09:00:00', '15:30:00', '23:59:58']) {
      setTo(`${day}T${hour}`);
      const some = (citizen: boolean) => Array.from({ length: 15 }, () => statement(citizen));
      await record(scope, some(false), DOORS.portal);
      await record(scope, some(true), DOORS.citizen);
      await record(second, some(false), DOORS.portal);
      if (day === withheldOn && hour === '09:00:00') await withhold(scope);
    }
  expect(recorded.some(({ overtaken }) => overtaken)).toBe(true);
}

/** Refusals that the official contract turns away: of a number never recorded, and of a merchant that is late. */
async function withhold(scope: BrandScope): Promise<void> {
  const at = server.clock.now();
  const given = { kind: kindOf(1, 0), source: SOURCE_NUMBERS.HS_WEB, retailer: null };
  await record(scope, [{ ...given, address: WITHHELD_OVER, status: ONAY, consentedAt: at - 500 }], DOORS.portal);
  await server.rooms.registry.withhold(
    scope,
    [WITHHELD_ALONE, WITHHELD_OVER].map((address) => ({ ...given, address, status: RET, consentedAt: at - 100 })),
    DOORS.officialSingle,
  );
}

function endOf(day: string): number {
  return Date.parse(`${day}T00:00:00+03:00`) / 1_000 + 86_400;
}
function dayOf({ receivedAt }: Recorded): string {
  return formatTime(receivedAt).slice(0, 10);
}

/** What stood at the end of a day. */
function stoodOn(day: string): Recorded[] {
  const last = new Map<string, Recorded>();
  for (const one of recorded)
    if (!one.overtaken && one.receivedAt < endOf(day)) last.set(`${one.said.kind} ${one.said.address}`, one);
  return [...last.values()];
}

function wordsOf(kind: number, state: number) {
  return {
    channel: channelOf(kind),
    recipientType: recipientTypeOf(kind),
    status: statusOf(state),
    source: sourceName(sourceNumberOf(state)) ?? null,
  };
}

type Tally = Readonly<Record<string, number>>;
function tally(list: readonly Recorded[]): Tally {
  const counts: Record<string, number> = {};
  for (const { said, state } of list) {
    const name = Object.values(wordsOf(said.kind, state)).join(' ');
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
function tallyOf({ rows }: Counts): Tally {
  return Object.fromEntries(
    rows.map(({ channel, recipientType, status, source, count }) => [
      [channel, recipientType, status, source].join(' '),
      count,
    ]),
  );
}

// ------------------------------------------------------------------------------------------------- calls

function wanted(more: Partial<Asked> = {}): Asked {
  return {
    key: randomUUID(),
    brandId: 600100,
    kind: 'permissions',
    format: 'csv',
    from: null,
    to: DAYS[2],
    channel: null,
    recipientType: null,
    status: null,
    source: null,
    side: null,
    clear: true,
    ...more,
  };
}

async function ask(caller: DeskCaller, body: Asked, organisation = 600100) {
  return await caller.call('POST /organisations/:organisation/report-jobs', { params: { organisation }, body });
}
async function jobOf(caller: DeskCaller, jobId: string, organisation = 600100) {
  return await caller.call('GET /organisations/:organisation/report-jobs/:jobId', { params: { organisation, jobId } });
}
async function fileOf(caller: DeskCaller, { jobId }: Pick<Job, 'jobId'>, what = 'file') {
  return await server.call('GET', `/portal/organisations/600100/report-jobs/${jobId}/${what}`, {
    headers: { cookie: caller.cookie },
  });
}

/** Asks for a file and has it made. */
async function made(caller: DeskCaller, more: Partial<Asked> = {}): Promise<Job> {
  const asked = await ask(caller, wanted(more));
  expect(asked.status, asked.problem?.code).toBe(200);
  await server.rooms.reportJobs.runDue();
  const { body } = await jobOf(caller, asked.body.jobId);
  expect(body.state).toBe('done');
  return body;
}

/** Cells of a CSV file without its header. Nothing in these files needs quotation marks. */
function cellsOf(text: string): string[][] {
  const lines = text.replace(/^\uFEFF/, '').split('\r\n');
  expect(lines.pop()).toBe('');
  return lines.slice(1).map((line) => line.split(';'));
}
async function csv(caller: DeskCaller, more: Partial<Asked> = {}): Promise<string[][]> {
  const job = await made(caller, more);
  const rows = cellsOf((await fileOf(caller, job)).text);
  expect(job.rowsDone).toBe(rows.length);
  return rows;
}

function sorted(rows: readonly (readonly string[])[]): string[] {
  return rows.map((row) => row.join(';')).sort();
}

async function until(what: () => Promise<boolean>): Promise<void> {
  while (!(await what())) await pause(10);
}

/** Names of the report files on disk. */
function sealedFiles(dataFolder = server.rooms.config.dataFolder): string[] {
  const folder = join(dataFolder, 'files', 'reports');
  return existsSync(folder) ? readdirSync(folder) : [];
}

describe('permissions as of a day', () => {
  it.each(['2026-11-09', ...DAYS, TODAY])('at the end of %s are counted by the counters as they stood', async (day) => {
    const { body } = await owner.call('GET /organisations/:organisation/reports/standing', {
      params: ORGANISATION,
      query: { day, brand: '600100' },
    });
    const stood = stoodOn(day);
    expect(tallyOf(body)).toEqual(tally(stood));
    expect(body.rows.every(({ count }) => count > 0)).toBe(true);
    const approvals = stood.filter(({ said }) => said.status === ONAY).length;
    expect(body.brands).toEqual(
      stood.length === 0 ? [] : [{ brandId: 600100, approvals, refusals: stood.length - approvals }],
    );
  });

  it('are counted over all brands that the person may read, and for each', async () => {
    const ofBrand = async (brand?: string) =>
      (
        await owner.call('GET /organisations/:organisation/reports/standing', {
          params: ORGANISATION,
          query: { day: DAYS[4], ...(brand && { brand }) },
        })
      ).body;
    const [all, one, other] = [await ofBrand(), await ofBrand('600100'), await ofBrand('600101')];
    const sum = ({ rows }: Counts) => rows.reduce((total, { count }) => total + count, 0);
    expect(sum(all)).toBe(sum(one) + sum(other));
    expect(all.brands.toSorted((a, b) => a.brandId - b.brandId)).toEqual([...one.brands, ...other.brands]);
  });

  it.each(DAYS)('at the end of %s stand in the file, each once, as they stood', async (day) => {
    const rows = await csv(owner, { to: day });
    const hasWithheld = day >= withheldOn;
    const expected = stoodOn(day).map(({ said, state, receivedAt, transactionId }) => {
      const { channel, recipientType, status, source } = wordsOf(said.kind, state);
      const outside = hasWithheld && said.address === WITHHELD_OVER && said.kind === kindOf(1, 0);
      const withheldAt = outside ? withheldTime() : undefined;
      const may = isGranted({ state, consentedAt: said.consentedAt, retailer: null }, withheldAt);
      return [
        said.address,
        channel,
        status,
        source ?? '',
        formatTime(said.consentedAt as number),
        recipientType,
        '',
        formatTime(receivedAt),
        transactionId,
        may ? 'EVET' : 'HAYIR',
        withheldAt === undefined ? '' : formatTime(withheldAt),
      ];
    });
    if (hasWithheld) {
      const at = formatTime(withheldTime());
      expected.push([WITHHELD_ALONE, 'MESAJ', 'RET', 'HS_WEB', at, 'BIREYSEL', '', '', '', 'HAYIR', at]);
    }
    expect(sorted(rows)).toEqual(sorted(expected));
  });

  /** When the two refusals outside the record were given. */
  function withheldTime(): number {
    return Date.parse(`${withheldOn}T09:00:00+03:00`) / 1_000 - 100;
  }

  it('are filtered by channel, recipient type, status and source', async () => {
    const all = await csv(owner, { to: DAYS[4] });
    for (const [more, column, value] of [
      [{ channel: 'EPOSTA' }, 1, 'EPOSTA'],
      [{ recipientType: 'TACIR' }, 5, 'TACIR'],
      [{ status: 'RET' }, 2, 'RET'],
      [{ source: 'IYS_MOBIL' }, 3, 'IYS_MOBIL'],
    ] as const)
      expect(sorted(await csv(owner, { to: DAYS[4], ...more }))).toEqual(
        sorted(all.filter((row) => row[column] === value)),
      );
  });

  it('of today are those of the moment when the file is made, also while the day goes on', async () => {
    const rows = await csv(owner, { to: TODAY });
    expect(rows.length).toBe(stoodOn(TODAY).length + 1);
  });

  it('rest on counters that the migration makes of older movements as a round makes them', async () => {
    const migration = readFileSync(new URL('../src/ground/migrations/0007_reports.sql', import.meta.url), 'utf8');
    const counting = /insert into brand_day (\([^)]+\))\n(select [\s\S]+? group by [\d, ]+)/.exec(migration);
    const columns = counting?.[1]?.slice(1, -1);
    const { rows } = await server.owner.query(
      `(select ${columns} from brand_day except ${counting?.[2]})
       union all (${counting?.[2]} except select ${columns} from brand_day)`,
    );
    expect(rows).toEqual([]);
    expect((await server.owner.query('select 1 from brand_day')).rowCount).toBeGreaterThan(50);
  });

  it('are found by their keys alone, on tables that were never analysed too', async () => {
    for (const { text } of [STANDING, STANDING_WITHHELD]) {
      const { rows } = await server.owner.query(`explain (generic_plan, costs off) ${text}`);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toMatch(/Index (Only )?Scan using (consent_pkey|withheld_refusal_pkey)/);
      expect(plan).toContain('Index Scan using movement_pkey');
      expect(plan).not.toMatch(/Seq Scan on (consent|movement)/);
    }
  });
});

describe('movements of a range of days', () => {
  async function pages(
    more: Partial<Portal['GET /organisations/:organisation/brands/:brand/movements']['query']> = {},
  ) {
    const found: number[] = [];
    for (let after: string | undefined; ; ) {
      const { body } = await owner.call('GET /organisations/:organisation/brands/:brand/movements', {
        params: BRAND,
        query: { from: DAYS[1], to: DAYS[3], ...more, ...(after && { after }) },
      });
      expect(body.movements.every(({ masked }) => masked.includes('•'))).toBe(true);
      found.push(...body.movements.map(({ seq }) => seq));
      if (body.after === null) return found;
      expect(body.movements.length).toBe(50);
      after = body.after;
    }
  }

  it.each([
    [{}, () => true],
    [{ channel: 'EPOSTA' }, ({ said }: Recorded) => said.kind >> 1 === EPOSTA],
    [{ status: 'RET' }, ({ said }: Recorded) => said.status === RET],
    [{ side: 'IYS' }, ({ said }: Recorded) => sourceSide(said.source) === 'IYS'],
    [
      { side: 'HS', status: 'ONAY', channel: 'MESAJ' },
      ({ said }: Recorded) => sourceSide(said.source) === 'HS' && said.status === ONAY && said.kind >> 1 === 1,
    ],
    [{ from: '2026-11-01', to: '2026-11-09' }, () => false],
  ] as const)('filtered by %j come page by page, the newest first, each once', async (more, passes) => {
    const expected = recorded
      .filter((one) => dayOf(one) >= DAYS[1] && dayOf(one) <= DAYS[3] && passes(one))
      .map(({ seq }) => seq)
      .reverse();
    expect(await pages(more)).toEqual(expected);
  });

  it('are counted by the counters', async () => {
    const { body } = await owner.call('GET /organisations/:organisation/reports/counts', {
      params: ORGANISATION,
      query: { from: DAYS[1], to: DAYS[3], brand: '600100' },
    });
    expect(tallyOf(body)).toEqual(tally(recorded.filter((one) => dayOf(one) >= DAYS[1] && dayOf(one) <= DAYS[3])));
  });

  it('come as a sheet too', async () => {
    const job = await made(owner, { kind: 'movements', format: 'xlsx', from: DAYS[0], to: DAYS[0] });
    const answer = await fileOf(owner, job);
    expect(answer.headers.get('content-disposition')).toContain('600100-hareketler-2026-11-10.xlsx');
    const { rows } = await readSheet(answer.bytes, { rows: 1_000 });
    const ofDay = recorded.filter((one) => dayOf(one) === DAYS[0]);
    expect(rows.length).toBe(ofDay.length + 1);
  });
});

describe('the official daily file', () => {
  it.each(DAYS)('of %s says what the screen counts and what the file of movements holds', async (day) => {
    const token = await server.token();
    const official = await server.call('GET', `/sps/600100/brands/600100/changes/${day}/file`, { token });
    expect(official.status).toBe(200);
    const lines = official.text.trimEnd().split('\n').slice(1);
    expect(lines.length).toBeGreaterThan(0);

    const rows = await csv(owner, { kind: 'movements', from: day, to: day });
    expect(
      rows.map(([recipient, type, status, source, consentDate, recipientType, , recordedAt, transactionId]) =>
        [recordedAt, transactionId, recipient, recipientType, type, status, consentDate, source].join(','),
      ),
    ).toEqual(lines);

    const counted: Record<string, number> = {};
    for (const line of lines) {
      const [, , , recipientType, type, status, , source] = line.split(',');
      const name = [type, recipientType, status, source].join(' ');
      counted[name] = (counted[name] ?? 0) + 1;
    }
    const { body } = await owner.call('GET /organisations/:organisation/reports/counts', {
      params: ORGANISATION,
      query: { from: day, to: day, brand: '600100' },
    });
    expect(tallyOf(body)).toEqual(counted);

    const summary = await server.call('GET', `/sps/600100/brands/600100/changes/${day}/recipients/BIREYSEL`, { token });
    const { changeStats } = summary.body as {
      changeStats: { type: string; consents: { source: 'HS' | 'IYS'; total: number }[] }[];
    };
    for (const { type, consents } of changeStats)
      for (const { source: side, total } of consents)
        expect(
          body.rows
            .filter(
              ({ channel, recipientType, source }) =>
                channel === type && recipientType === 'BIREYSEL' && source?.startsWith(side),
            )
            .reduce((sum, { count }) => sum + count, 0),
        ).toBe(total);
  });

  it('is listed with size, hash and agreement, handed over, and agreed to by the person who asks', async () => {
    const list = async () =>
      (await owner.call('GET /organisations/:organisation/brands/:brand/reconciliations', { params: BRAND, query: {} }))
        .body;
    const before = await list();
    expect(before.mayAgree).toBe(true);
    expect(before.days.map(({ day }) => day)).toEqual(DAYS.toReversed());
    const official = await server.call('GET', `/sps/600100/brands/600100/agreements/${DAYS[4]}`, {
      token: await server.token(),
    });
    const { hashValue } = official.body as { hashValue: string };
    expect(before.days[0]).toMatchObject({ state: 'completed', isStamped: false, agreed: null });
    expect(before.days[0]?.file?.sha384).toBe(hashValue);

    const path = `/portal/organisations/600100/brands/600100/reconciliations/${DAYS[4]}`;
    const file = await server.call('GET', `${path}/file`, { headers: { cookie: owner.cookie } });
    expect(file.bytes.length).toBe(before.days[0]?.file?.bytes);
    const agreed = await owner.call('POST /organisations/:organisation/brands/:brand/reconciliations/:day/agreement', {
      params: { ...BRAND, day: DAYS[4] },
    });
    expect(agreed.status).toBe(200);
    expect((await list()).days[0]?.agreed).toMatchObject({ person: 'Deniz Örnek', at: server.clock.now() });
    expect(await acts()).toEqual(expect.arrayContaining(['reconciliation.agreed', 'file.fetched']));

    const tomorrow = await owner.call(
      'POST /organisations/:organisation/brands/:brand/reconciliations/:day/agreement',
      { params: { ...BRAND, day: TODAY } },
    );
    expect(tomorrow.problem.code).toBe('report.no_day_file');
  });
});

async function acts(): Promise<string[]> {
  const list = await server.rooms.activities.list(600100, { limit: 200 });
  return list.map(({ act }) => act);
}

describe('who may have what', () => {
  it('masks every address for who may not have files in clear, and refuses him one in clear', async () => {
    for (const role of ['viewer', 'clerk', 'evidence']) {
      const caller = await enter(server, role);
      expect((await ask(caller, wanted())).problem.code).toBe('desk.ability');
      const rows = await csv(caller, { clear: false, to: DAYS[1] });
      // In a file that a spreadsheet opens a plus begins a formula where more than digits follow: it gets an apostrophe.
      const masked = stoodOn(DAYS[1]).map(({ said }) => mask(said.address).replace(/^\+/, "'+"));
      expect(rows.map(([recipient]) => recipient).sort()).toEqual(masked.sort());
    }
  });

  it('shows and hands a file in clear to nobody who could not have asked for it', async () => {
    const viewer = await enter(server, 'viewer');
    const job = await made(owner, { to: DAYS[0] });
    expect((await jobOf(viewer, job.jobId)).status).toBe(404);
    expect((await fileOf(viewer, job)).status).toBe(404);
    expect((await fileOf(viewer, job, 'time-stamp')).status).toBe(404);
    const { body } = await viewer.call('GET /organisations/:organisation/report-jobs', {
      params: ORGANISATION,
      query: {},
    });
    expect(body.jobs.length).toBeGreaterThan(0);
    expect(body.jobs.every(({ clear }) => !clear)).toBe(true);
    // The manager of another brand, too.
    expect((await jobOf(await enter(server, 'manager'), job.jobId)).status).toBe(404);
    expect((await fileOf(anybody(server), job)).status).toBe(401);
  });

  it('asks for a second factor just now before it writes addresses in clear, and before it hands them over', async () => {
    const late = await enter(server, 'owner');
    const job = await made(late, { to: DAYS[0] });
    expect((await fileOf(late, job, 'file?ready=1')).body).toEqual({ done: true });
    expect(
      (await server.rooms.activities.list(600100, { act: 'file.fetched', limit: 1 }))[0]?.details,
    ).not.toMatchObject({
      report: job.jobId,
    });
    server.clock.move(11 * 60);
    expect((await ask(late, wanted())).problem.code).toBe('session.step_up');
    expect((await fileOf(late, job)).body).toMatchObject({ code: 'session.step_up' });
    expect((await fileOf(late, job, 'file?ready=1')).body).toMatchObject({ code: 'session.step_up' });
    expect((await ask(late, wanted({ clear: false }))).status).toBe(200);
    const day = await server.call('GET', `/portal/organisations/600100/brands/600100/reconciliations/${DAYS[0]}/file`, {
      headers: { cookie: late.cookie },
    });
    expect(day.body).toMatchObject({ code: 'session.step_up' });
    owner = await enter(server, 'owner');
    await server.rooms.reportJobs.runDue();
  });

  it('says nothing to retailers, intermediaries and strangers, and nothing of other brands', async () => {
    for (const [role, organisation] of [
      ['retailer', 600100],
      ['intermediary', 800100],
      ['owner', 600200],
    ] as const) {
      const caller = await enter(server, role);
      const { status } = await caller.call('GET /organisations/:organisation/reports/standing', {
        params: { organisation },
        query: { day: DAYS[0] },
      });
      expect([role, status]).toEqual([role, 403]);
      expect((await ask(caller, wanted(), organisation)).status).toBe(403);
    }
    for (const brand of [600200, 999999]) {
      const { problem } = await owner.call('GET /organisations/:organisation/brands/:brand/movements', {
        params: { ...ORGANISATION, brand },
        query: { from: DAYS[0], to: DAYS[1] },
      });
      expect(problem.code).toBe('desk.brand');
      expect((await ask(owner, wanted({ brandId: brand }))).problem.code).toBe('desk.brand');
    }
  });

  it('gives a partner the brand that was given to him, and reconciliation as far as it was', async () => {
    const partner = await enter(server, 'partner');
    const params = { organisation: PARTNER.code, brand: 600100 };
    const list = () =>
      partner.call('GET /organisations/:organisation/brands/:brand/reconciliations', { params, query: {} });
    expect((await list()).body.days.length).toBe(DAYS.length);
    await server.owner.query('update partner_grant set reconciliation = false, eposta = $1', ['none']);
    expect((await list()).problem.code).toBe('report.no_reconciliation');
    const counts = await partner.call('GET /organisations/:organisation/reports/standing', {
      params,
      query: { day: DAYS[4] },
    });
    expect(counts.body.rows.some(({ channel }) => channel === 'EPOSTA')).toBe(false);
    expect(counts.body.rows.length).toBeGreaterThan(0);
    await server.owner.query('update partner_grant set reconciliation = true');
    // The day's file holds every channel.
    const agreed = await partner.call(
      'POST /organisations/:organisation/brands/:brand/reconciliations/:day/agreement',
      { params: { ...params, day: DAYS[0] } },
    );
    expect(agreed.problem.code).toBe('report.all_channels');
    await server.owner.query(`update partner_grant set eposta = 'read'`);
  });

  it('keeps to itself what another organisation asked for', async () => {
    const partner = await enter(server, 'partner');
    const job = await made(owner, { to: DAYS[0] });
    expect((await jobOf(partner, job.jobId, PARTNER.code)).status).toBe(404);
    expect((await jobOf(partner, job.jobId)).status).toBe(403);
  });
});

describe('a file', () => {
  it('that is asked for twice by one form is one', async () => {
    const body = wanted({ to: DAYS[1] });
    const [one, other] = await Promise.all([ask(owner, body), ask(owner, body)]);
    expect(one.body.jobId).toBe(other.body.jobId);
    const { rows } = await server.owner.query('select 1 from report_job where job_id = $1', [body.key]);
    expect(rows.length).toBe(1);
    const told = (await server.rooms.activities.list(600100, { act: 'report.asked', limit: 200 })).filter(
      ({ details }) => details['report'] === body.key,
    );
    expect(told.length).toBe(1);
    await server.rooms.reportJobs.runDue();
  });

  it('is not asked for on days that are no days, are to come, or stand in the wrong order', async () => {
    for (const more of [
      { to: '2026-11-16' },
      { to: '2026-02-30' },
      { kind: 'movements', from: DAYS[1], to: DAYS[0] },
      { kind: 'movements', from: null },
    ] as const)
      expect((await ask(owner, wanted(more))).problem.code).toBe('report.days');
  });

  it('is no sheet where it has more than 100,000 rows', async () => {
    const key = 'day, kind, state, change, old_state';
    // Of addresses that had none before: a change of one that stood, or of none at all, adds no row to this list.
    const counter = `brand_id = 600101 and (${key}) = (select ${key} from brand_day where brand_id = 600101 and old_state = -1 and change <> 6 order by ${key} limit 1)`;
    await server.owner.query(`update brand_day set movements = movements + 100000 where ${counter}`);
    const { problem } = await ask(owner, wanted({ brandId: 600101, format: 'xlsx', to: TODAY }));
    await server.owner.query(`update brand_day set movements = movements - 100000 where ${counter}`);
    expect(problem).toMatchObject({ code: 'report.too_many_rows', fields: [{ field: 'format' }] });
  });

  it('waits with no more than four others of the same person', async () => {
    const asked: string[] = [];
    for (let n = 0; n < 5; n++) asked.push((await ask(owner, wanted({ clear: false }))).body.jobId);
    expect((await ask(owner, wanted({ clear: false }))).problem.code).toBe('report.too_many_open');
    for (const jobId of asked) await cancel(owner, jobId);
    expect((await ask(owner, wanted({ clear: false }))).status).toBe(200);
    await server.rooms.reportJobs.runDue();
  });

  it('stands in the list page by page, the newest first, each once', async () => {
    const viewer = await enter(server, 'viewer');
    const asked: string[] = [];
    for (let n = 0; n < 32; n++) {
      const { body } = await ask(viewer, wanted({ clear: false }));
      asked.unshift(body.jobId);
      await cancel(viewer, body.jobId);
    }
    const found: string[] = [];
    for (let after: string | null | undefined; after !== null; ) {
      const { body } = await viewer.call('GET /organisations/:organisation/report-jobs', {
        params: ORGANISATION,
        query: { ...(after !== undefined && { after }) },
      });
      found.push(...body.jobs.map(({ jobId }) => jobId));
      after = body.after;
    }
    expect(found.slice(0, 32)).toEqual(asked);
    expect(new Set(found).size).toBe(found.length);
  });

  it('that waits is found without reading those that are over', async () => {
    const { rows } = await server.owner.query(`explain (costs off) ${TAKE.text}`.replace(/\$\d/g, '0'));
    expect(rows.map((row) => row['QUERY PLAN']).join('\n')).toContain('report_job_open');
  });

  it('is told when it is taken away, and counts refusals as taken over where it holds them all', async () => {
    const job = await made(owner, { to: TODAY });
    const { lastSeq } = (await server.rooms.reportJobs.job(await deskOf(owner), job.jobId)) ?? {};
    await fileOf(owner, job);
    const told = await server.rooms.activities.list(600100, { act: 'file.fetched', limit: 1 });
    expect(told[0]?.details).toEqual({ file: job.file?.name, report: job.jobId, clear: true });
    await until(async () => {
      const { rows } = await server.owner.query(
        `select max(seq)::int as seq from fetched_up_to where brand_id = 600100 and way = 'file'`,
      );
      return rows[0].seq === lastSeq;
    });
  });

  it('is shown by its number to nobody from whom it is hidden', async () => {
    const job = await made(owner, { to: TODAY });
    const viewer = await enter(server, 'viewer');
    expect((await jobOf(viewer, job.jobId)).status).toBe(404);
    const again = await ask(viewer, wanted({ key: job.jobId, clear: false }));
    expect([again.status, again.body]).toEqual([404, expect.not.objectContaining({ jobId: job.jobId })]);
  });

  it('is gone after a week', async () => {
    const job = await made(owner, { to: DAYS[0] });
    const name = `${job.jobId}.sealed`;
    expect(sealedFiles()).toContain(name);
    expect(job.expiresAt).toBe((job.finishedAt ?? 0) + 7 * 86_400);
    const before = server.clock.now();
    server.clock.setTo((job.expiresAt ?? 0) + 1);
    const later = await enter(server, 'owner');
    for (const what of ['file', 'file?ready=1'])
      expect((await fileOf(later, job, what)).body).toMatchObject({ code: 'report.no_file' });
    await server.rooms.reportJobs.expire();
    expect(sealedFiles()).not.toContain(name);
    expect((await jobOf(later, job.jobId)).body).toMatchObject({ state: 'done', file: null });
    server.clock.setTo(before);
    owner = await enter(server, 'owner');
  });

  it('is not made for who lost his right while it waited', async () => {
    const clerk = await enter(server, 'clerk');
    const asked = await ask(clerk, wanted({ clear: false }));
    const { accountId } = await deskOf(clerk);
    await server.owner.query('update staff_grant set ended_at = now() where account_id = $1', [accountId]);
    await server.rooms.reportJobs.runDue();
    await server.owner.query('update staff_grant set ended_at = null where account_id = $1', [accountId]);
    const { body } = await jobOf(owner, asked.body.jobId);
    expect(body).toMatchObject({ state: 'failed', file: null });
    expect(body.sentence?.tr).toContain('yetkiniz sona erdi');
  });

  it('of a journal with a hole is not made, and says so', async () => {
    await server.owner.query('begin');
    await server.owner.query('create table hole as select * from movement where brand_id = 600101 and seq = 3');
    await server.owner.query('delete from movement where brand_id = 600101 and seq = 3');
    await server.owner.query('commit');
    const asked = await ask(owner, wanted({ brandId: 600101, kind: 'movements', from: DAYS[0], to: DAYS[4] }));
    await server.rooms.reportJobs.runDue();
    await server.owner.query('insert into movement select * from hole');
    expect((await jobOf(owner, asked.body.jobId)).body).toMatchObject({ state: 'failed', file: null });
    expect(sealedFiles()).not.toContain(`${asked.body.jobId}.sealed`);
    expect(server.logLines.join()).toContain('report-job.failed');
  });
});

async function deskOf(caller: DeskCaller) {
  const session = await server.rooms.people.session(caller.cookie.split('=')[1]);
  const desk = session && (await server.rooms.desks.desk(session.personId, 600100));
  if (desk === undefined) throw new Error('no desk');
  return desk;
}

async function cancel(caller: DeskCaller, jobId: string) {
  return await caller.call('POST /organisations/:organisation/report-jobs/:jobId/cancellation', {
    params: { ...ORGANISATION, jobId },
  });
}

describe('in the middle of a file', () => {
  /** Has a file begun and held at its first piece until `work` is over. */
  async function heldUp(asked: Asked, work: (run: Promise<number>) => Promise<void>): Promise<void> {
    await server.owner.query('begin');
    await server.owner.query('lock table consent in access exclusive mode');
    expect((await ask(owner, asked)).status).toBe(200);
    const run = server.rooms.reportJobs.runDue();
    await waiting(1);
    try {
      await work(run);
    } finally {
      await server.owner.query('rollback');
      await run;
    }
  }
  async function waiting(workers: number): Promise<void> {
    await until(async () => {
      const { rows } = await server.owner.query(
        `select 1 from pg_locks l join pg_stat_activity a using (pid) where not granted and datname = current_database()`,
      );
      return rows.length === workers;
    });
  }

  it('it can be cancelled at once, and nothing of it is left', async () => {
    const asked = wanted();
    await heldUp(asked, async () => {
      expect((await jobOf(owner, asked.key)).body.state).toBe('running');
      expect((await cancel(owner, asked.key)).body).toMatchObject({ state: 'cancelled', file: null });
    });
    expect((await jobOf(owner, asked.key)).body).toMatchObject({ state: 'cancelled', file: null });
    expect((await fileOf(owner, asked as never)).status).toBe(404);
    expect(sealedFiles()).not.toContain(`${asked.key}.sealed`);
    expect(readdirSync(join(server.rooms.config.dataFolder, 'files', 'temporary'))).toEqual([]);
    expect(await acts()).toContain('report.cancelled');
    // Cancelled once: what is over stays as it is.
    const done = await made(owner);
    expect((await cancel(owner, done.jobId)).body.state).toBe('done');
  });

  it('it is cancelled by nobody else who may not have it in clear', async () => {
    const asked = wanted({ clear: false });
    const viewer = await enter(server, 'viewer');
    await heldUp(asked, async () => {
      expect((await jobOf(viewer, asked.key)).body.mayCancel).toBe(false);
      expect((await cancel(viewer, asked.key)).body.state).toBe('running');
    });
    expect((await jobOf(owner, asked.key)).body.state).toBe('done');
  });

  it('a worker that was silent for too long is taken over, and writes nothing any more', async () => {
    const asked = wanted();
    await heldUp(asked, async () => {
      server.clock.move(21);
      const rival = server.rooms.reportJobs.runDue();
      await waiting(2);
      await server.owner.query('rollback');
      await rival;
    });
    const { body } = await jobOf(owner, asked.key);
    expect(body.state).toBe('done');
    expect(cellsOf((await fileOf(owner, body)).text).length).toBe(body.rowsDone);
    const { rows } = await server.owner.query('select attempts from report_job where job_id = $1', [asked.key]);
    expect(rows[0].attempts).toBe(2);
  });

  /** Workers of their own on the same database, with other parts in the place of the real ones. */
  function workers(more: { registry?: Registry; files?: Files }) {
    return openReportJobs({
      database: server.database,
      registry: server.rooms.registry,
      desks: server.rooms.desks,
      files: openFiles({ folder: join(server.rooms.config.dataFolder, 'files'), secret: TEST_SECRET }),
      clock: server.clock,
      log: openLog('silent'),
      timeStampAuthority: undefined,
      ...more,
    });
  }

  it('a server that stops leaves it to the next, who makes it as of the same number', async () => {
    const { registry } = server.rooms;
    const reached = Promise.withResolvers<void>();
    const gate = Promise.withResolvers<void>();
    const stopping = workers({
      registry: {
        ...registry,
        async *standing(...asked) {
          for await (const piece of registry.standing(...asked)) {
            reached.resolve();
            await gate.promise;
            yield piece;
          }
        },
      },
    });
    const asked = wanted({ to: TODAY });
    await ask(owner, asked);
    const run = stopping.runDue();
    await reached.promise;
    const stopped = stopping.stop();
    gate.resolve();
    await Promise.all([run, stopped]);
    expect((await jobOf(owner, asked.key)).body).toMatchObject({ state: 'queued', file: null });

    const before = stoodOn(TODAY).length + 1;
    const scope = await scopeOf(RETAIL, 600100, 600100);
    const late = { kind: kindOf(0, 0), address: '+905327777777', status: ONAY, source: 3, retailer: null } as const;
    await server.rooms.registry.record(scope, [{ ...late, consentedAt: server.clock.now() }], { door: DOORS.portal });
    await server.rooms.reportJobs.runDue();
    const { body } = await jobOf(owner, asked.key);
    expect(body).toMatchObject({ state: 'done', rowsDone: before });
  });

  it('says how far it is, and holds no more rows than a few pieces, however many there are', async () => {
    const ROWS = 30_000;
    await fillBrand(server.owner, TEST_SECRET, 600101, ROWS, server.clock.now());
    const { registry } = server.rooms;
    let read = 0;
    let written = 0;
    let most = 0;
    const shown: number[] = [];
    const asked = wanted({ brandId: 600101, to: TODAY });
    const flat = workers({
      registry: {
        ...registry,
        async *standing(...given) {
          for await (const piece of registry.standing(...given)) {
            read += piece.length;
            most = Math.max(most, read - written);
            server.clock.move(1);
            yield piece;
          }
        },
      },
      files: {
        write: async (content) => {
          for await (const piece of content) {
            written += piece.toString('latin1').split('\n').length - 1;
            shown.push((await jobOf(owner, asked.key)).body.rowsDone);
          }
          return { bytes: 1, sha384: Buffer.alloc(48), keep: async () => undefined, discard: async () => undefined };
        },
        read: async () => null,
        remove: async () => undefined,
        sweep: () => undefined,
      },
    });
    await ask(owner, asked);
    await flat.runDue();
    expect(read).toBeGreaterThan(ROWS);
    expect(written).toBe(read + 1);
    expect(most).toBeLessThan(6_000);
    const { body } = await jobOf(owner, asked.key);
    expect(body.rowsEstimated).toBe(read);
    expect(new Set(shown).size).toBeGreaterThan(5);
    expect(shown).toEqual(shown.toSorted((a, b) => a - b));
  });

  it('of which the download breaks off takes no refusal over', async () => {
    const job = await made(owner, { brandId: 600101, to: TODAY });
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `GET /portal/organisations/600100/report-jobs/${job.jobId}/file HTTP/1.1\r\nhost: ${hostname}:${port}\r\ncookie: ${owner.cookie}\r\n\r\n`,
    );
    // Its head, and no more: the rest stays with the server.
    await new Promise((resolve) => socket.once('readable', resolve));
    socket.destroy();
    await until(async () => (await server.rooms.activities.list(600100, { act: 'file.fetched', limit: 1 })).length > 0);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const taken = () => server.owner.query(`select from fetched_up_to where brand_id = 600101 and way = 'file'`);
    expect((await taken()).rowCount).toBe(0);
    await fileOf(owner, job);
    await until(async () => (await taken()).rowCount === 1);
  });
});

describe('the time stamp of a list of permissions', () => {
  it('is waited for where there is no authority; movements have none', async () => {
    expect((await made(owner)).stamp).toEqual({ at: null });
    const movements = await made(owner, { kind: 'movements', from: DAYS[0], to: DAYS[0] });
    expect(movements.stamp).toBeNull();
    expect((await fileOf(owner, movements, 'time-stamp')).body).toMatchObject({ code: 'report.not_stamped' });
  });

  it('is over the hash of the file, and comes later where the authority is away', async () => {
    const simulators = await startSimulators();
    const stamper = (address: string) =>
      openReportJobs({
        database: server.database,
        registry: server.rooms.registry,
        desks: server.rooms.desks,
        files: openFiles({ folder: join(server.rooms.config.dataFolder, 'files'), secret: TEST_SECRET }),
        clock: server.clock,
        log: openLog('silent'),
        timeStampAuthority: address,
      });
    try {
      const { body } = await ask(owner, wanted());
      const { jobId } = body;
      await stamper('http://127.0.0.1:1/').runDue();
      const waits = (await jobOf(owner, jobId)).body;
      expect(waits).toMatchObject({ state: 'done', stamp: { at: null } });
      expect((await fileOf(owner, body)).status).toBe(200);
      // Not before its pause is over, then all that wait.
      server.clock.move(61);
      await stamper(simulators.timeStampAuthority).runDue();
      const stamped = (await jobOf(owner, jobId)).body;
      expect(stamped.stamp?.at).toBe(server.clock.now());
      const answer = await fileOf(owner, body, 'time-stamp');
      expect(answer.headers.get('content-type')).toBe('application/timestamp-reply');
      expect(answer.bytes.includes(Buffer.from(stamped.file?.sha384 ?? '', 'hex'))).toBe(true);
    } finally {
      await simulators.kill();
    }
  });
});

describe('kill -9', () => {
  const ROWS = 150_000;
  let home: string;
  let running: ServerProcess | undefined;
  afterAll(async () => {
    await running?.stop();
    await rm(home, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  it('in the middle of a file leaves nothing of it; the next start makes it whole', { timeout: 240_000 }, async () => {
    home = await mkdtemp(join(tmpdir(), 'acik iys report-'));
    // mkdtemp gives mode 700; as root, PostgreSQL's user must come through.
    await chmod(home, 0o755);
    const data = join(home, 'data');
    running = await startServer({ ACIK_IYS_DATA: data });
    const database = new pg.Client({ connectionString: embeddedUrl(data) });
    await database.connect();
    const secret = Buffer.from(readFileSync(join(data, 'secret'), 'utf8').trim(), 'hex');
    await fillBrand(database, secret, 600101, ROWS, Math.floor(Date.now() / 1_000));
    await database.end();

    let url = running.url;
    let cookie = '';
    const call = async <T>(method: string, path: string, body?: unknown): Promise<{ answer: T; text: string }> => {
      const response = await fetch(`${url}/portal${path}`, {
        method,
        headers: { cookie, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      cookie = response.headers.get('set-cookie')?.split(';')[0] ?? cookie;
      const text = await response.text();
      return { text, answer: (response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : {}) as T };
    };
    await call('POST', '/session/demo', { account: 'owner' });
    const today = formatTime(Date.now() / 1_000).slice(0, 10);
    const { answer } = await call<Job>(
      'POST',
      '/organisations/600100/report-jobs',
      wanted({ brandId: 600101, to: today }),
    );
    const path = `/organisations/600100/report-jobs/${answer.jobId}`;
    await until(async () => (await call<Job>('GET', path)).answer.rowsDone > 0);
    await running.kill();
    expect(sealedFiles(data)).toEqual([]);

    running = await startServer({ ACIK_IYS_DATA: data });
    url = running.url;
    const cut = (await call<Job>('GET', path)).answer;
    expect(cut).toMatchObject({ file: null });
    expect(['running', 'queued']).toContain(cut.state);
    // As soon as the lease of the dead is over.
    await until(async () => (await call<Job>('GET', path)).answer.state === 'done');
    const rows = cellsOf((await call('GET', `${path}/file`)).text);
    const found = rows.map(([address]) => address ?? '').filter((address) => address.startsWith('+9054'));
    expect(found.sort()).toEqual(Array.from({ length: ROWS }, (_, n) => filledTelephone(n)));
    expect((await call<Job>('GET', path)).answer.rowsDone).toBe(rows.length);
    expect(sealedFiles(data)).toEqual([`${answer.jobId}.sealed`]);
  });
});
