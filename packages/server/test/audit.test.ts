// The audit: silent over a registry that writes, and every kind of damage found by its name and number. Damage is done
// by the database's owner behind the registry's back, one row at a time, and mended again.

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ONAY, RET, type Statement } from '@acik-iys/law';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFiles } from '../src/ground/files.ts';
import { AddressKeys } from '../src/ground/keys.ts';
import { openLog } from '../src/ground/log.ts';
import { type AuditCounts, auditRegistry, type Fault, faultLine } from '../src/rooms/registry/audit.ts';
import { DOORS, newRequestId } from '../src/rooms/registry/index.ts';
import { auditDayFiles, type DayFault } from '../src/rooms/reports/audit.ts';
import { openReports } from '../src/rooms/reports/index.ts';
import { statementOf, TEST_SECRET, telephones, testRegistry } from './support/registry.ts';

const PROGRAM = fileURLToPath(new URL('../src/programs/audit.ts', import.meta.url));

let house: Awaited<ReturnType<typeof testRegistry>>;

const newTelephone = telephones();

function statement(address: string, status: 0 | 1, ago: number, more: Partial<Statement> = {}): Statement {
  return statementOf(address, status, house.clock.now() - ago, more);
}

async function look(newest?: number): Promise<{ counts: AuditCounts; faults: Fault[] }> {
  const faults: Fault[] = [];
  const counts = await auditRegistry({
    database: house.database,
    keys: new AddressKeys(TEST_SECRET),
    clock: house.clock,
    onFault: (fault) => faults.push(fault),
    ...(newest !== undefined && { newest }),
  });
  return { counts, faults };
}

/** What the audit says of one damage, as `code seq`; the damage is undone afterwards. */
async function found(damage: string, newest?: number): Promise<string[]> {
  // A copy of every table beside the schema that the audit reads; mended by putting the rows back.
  await house.owner.query('begin');
  await house.owner.query('create schema kept');
  for (const table of TABLES) await house.owner.query(`create table kept.${table} as table ${table}`);
  await house.owner.query('commit');
  try {
    const { rowCount } = await house.owner.query(damage);
    expect(rowCount, damage).toBe(1);
    const { faults } = await look(newest);
    return faults.map(({ code, brandId, seq }) => `${code} ${brandId} ${seq ?? '-'}`);
  } finally {
    await house.owner.query('begin');
    for (const table of TABLES) {
      await house.owner.query(`delete from ${table}`);
      await house.owner.query(`insert into ${table} select * from kept.${table}`);
    }
    await house.owner.query('drop schema kept cascade');
    await house.owner.query('commit');
  }
}
const TABLES = ['brand_journal', 'consent', 'movement', 'brand_day', 'request', 'withheld_refusal'];

/** Numbers of movements in brand 1, by what they are. */
const at = { first: 0, refusal: 0, renewed: 0, late: 0, later: 0, mail: 0, inBatch: 0, last: 0 };
const requestId = newRequestId();

beforeAll(async () => {
  house = await testRegistry([1, 2]);
  const scope = house.scope(1, { strictness: 'welcoming' });
  const record = async (statement: Statement): Promise<number> => {
    const [outcome] = await house.registry.record(scope, [statement], { door: DOORS.citizen });
    return (outcome as { seq: number }).seq;
  };
  const address = newTelephone();
  at.first = await record(statement(address, ONAY, 1000, { retailer: 10_000_001 }));
  at.refusal = await record(statement(address, RET, 900));
  at.renewed = await record(statement(address, ONAY, 500));
  at.late = await record(statement(address, RET, 700));
  at.later = await record(statement(address, RET, 600));
  at.mail = await record(statement('ayse@ornek.com.tr', ONAY, 100));
  const known = newTelephone();
  await record(statement(known, ONAY, 100));
  const repeated = statement(known, ONAY, 100);
  const outcomes = await house.registry.record(
    house.scope(1),
    [statement(newTelephone(), ONAY, 50), statement(newTelephone(), RET, 50), repeated, statement(known, RET, 150)],
    { door: DOORS.officialBatchV2, idempotent: true, request: { requestId, version: 2 } },
  );
  expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'refused', 'unchanged', 'refused']);
  at.inBatch = (outcomes[0] as { seq: number }).seq;
  house.clock.move(2);
  at.last = await record(statement(newTelephone(), ONAY, 1));
  await house.registry.record(house.scope(2), [statement('veli@ornek.com.tr', ONAY, 10)], { door: DOORS.citizen });
});
afterAll(async () => {
  await house.close();
});

describe('a sound registry', () => {
  it('is looked at whole and found without fault', async () => {
    const { counts, faults } = await look();
    expect(faults).toEqual([]);
    const rows = async (table: string): Promise<number> =>
      (await house.owner.query(`select count(*)::int as n from ${table}`)).rows[0].n;
    expect(counts).toEqual({
      brands: 2,
      movements: await rows('movement'),
      consents: await rows('consent'),
      batches: 1,
      withheld: await rows('withheld_refusal'),
      dayCounters: await rows('brand_day'),
      faults: 0,
    });
    expect(counts.withheld).toBeGreaterThan(0);
  });

  it('is made again by the program, with exit code and report', async () => {
    expect(await run()).toMatchObject({ code: 0, out: expect.stringContaining('no faults') });
  });
});

describe('damage is found', () => {
  const movement = (seq: number): string => `brand_id = 1 and seq = ${seq}`;
  const consent = (seq: number): string => `brand_id = 1 and last_seq = ${seq}`;

  it('a movement that is gone', async () => {
    const faults = await found(`delete from movement where ${movement(at.inBatch)}`);
    expect(faults).toContain(`hole 1 ${at.inBatch}`);
    expect(faults).toContain(`consent-without-movement 1 ${at.inBatch}`);
    expect(faults).toContain(`batch-outcome-wrong 1 ${at.inBatch}`);
    expect(faults.some((fault) => fault.startsWith('day-differs 1'))).toBe(true);
  });

  it('a movement of a chain that is gone', async () => {
    expect(await found(`delete from movement where ${movement(at.refusal)}`)).toEqual(
      expect.arrayContaining([`hole 1 ${at.refusal}`, `previous-missing 1 ${at.renewed}`]),
    );
  });

  it('a movement beyond the journal', async () => {
    expect(
      await found(`insert into movement select (m).* from (
        select jsonb_populate_record(m, jsonb_build_object('seq', 1000000)) as m from movement m where ${movement(at.last)}) x`),
    ).toEqual(['above-journal 1 1000000']);
  });

  it('a journal that was set back, and one that was set forward', async () => {
    const { rows } = await house.owner.query('select last_seq from brand_journal where brand_id = 1');
    const last = Number(rows[0].last_seq);
    const back = await found('update brand_journal set last_seq = last_seq - 1 where brand_id = 1');
    expect(back).toContain(`above-journal 1 ${last}`);
    expect(back).toContain(`consent-ahead 1 ${last}`);
    expect(await found('update brand_journal set last_seq = last_seq + 1 where brand_id = 1')).toEqual([
      `hole 1 ${last + 1}`,
    ]);
  });

  it('a consent that is not its last movement: state, date, retailer, number', async () => {
    const differs = [`consent-differs 1 ${at.mail}`];
    expect(await found(`update consent set state = state - 1 where ${consent(at.mail)}`)).toEqual(differs);
    expect(
      await found(`update consent set consented_at = consented_at + interval '1 second' where ${consent(at.mail)}`),
    ).toEqual(differs);
    expect(await found(`update consent set consented_at = null where ${consent(at.mail)}`)).toEqual(differs);
    expect(await found(`update consent set retailer = 5 where ${consent(at.mail)}`)).toEqual(differs);
    const renumbered = await found(`update consent set last_seq = ${at.first} where ${consent(at.mail)}`);
    expect(renumbered).toContain(`consent-differs 1 ${at.first}`);
    expect(renumbered).toContain(`chain-left 1 ${at.mail}`);
  });

  it('a consent that nobody gave', async () => {
    expect(
      await found(`insert into consent (brand_id, kind, state, address, last_seq)
                   select 1, 2, 7, gen_random_uuid(), ${at.first}`),
    ).toEqual(expect.arrayContaining([`consent-differs 1 ${at.first}`]));
  });

  it('a consent that is gone', async () => {
    expect(await found(`delete from consent where ${consent(at.mail)}`)).toEqual([`consent-missing 1 ${at.mail}`]);
  });

  it('a chain that skips, forks or leads elsewhere', async () => {
    const skipped = await found(`update movement set prev_seq = ${at.first} where ${movement(at.renewed)}`);
    expect(skipped).toEqual(
      expect.arrayContaining([
        `chain-forked 1 ${at.first}`,
        `old-state-wrong 1 ${at.renewed}`,
        `chain-left 1 ${at.refusal}`,
      ]),
    );
    expect(await found(`update movement set prev_seq = ${at.mail} where ${movement(at.last)}`)).toEqual([
      `previous-wrong 1 ${at.last}`,
    ]);
    expect(await found(`update movement set prev_seq = null where ${movement(at.renewed)}`)).toEqual(
      expect.arrayContaining([`old-state-wrong 1 ${at.renewed}`, `chain-left 1 ${at.refusal}`]),
    );
    expect(await found(`update movement set old_state = 9 where ${movement(at.renewed)}`)).toContain(
      `old-state-wrong 1 ${at.renewed}`,
    );
  });

  it('the chain of overtaken refusals that is cut or lost', async () => {
    expect(await found(`update movement set prev_seq = null where ${movement(at.later)}`)).toEqual([
      `chain-left 1 ${at.late}`,
    ]);
    expect(await found(`update consent set late_seq = ${at.mail} where ${consent(at.renewed)}`)).toEqual(
      expect.arrayContaining([`late-wrong 1 ${at.mail}`, `chain-left 1 ${at.later}`]),
    );
    expect(await found(`update consent set late_seq = null where ${consent(at.renewed)}`)).toEqual([
      `chain-left 1 ${at.later}`,
    ]);
    expect(await found(`update movement set overtaken = false where ${movement(at.later)}`)).toContain(
      `previous-wrong 1 ${at.later}`,
    );
  });

  it('an address that does not open', async () => {
    const telephone = await found(
      `update movement set address = 'ffffffff-0000-0000-0000-000000000000' where ${movement(at.last)}`,
    );
    expect(telephone).toContain(`address-unreadable 1 ${at.last}`);
    expect(await found(`update consent set sealed = '\\x00' where ${consent(at.mail)}`)).toEqual([
      `address-unreadable 1 ${at.mail}`,
    ]);
    expect(await found(`update consent set sealed = null where ${consent(at.mail)}`)).toEqual([
      `sealed-wrong 1 ${at.mail}`,
    ]);
    expect(await found(`update consent set sealed = '\\x00' where ${consent(at.last)}`)).toEqual([
      `sealed-wrong 1 ${at.last}`,
    ]);
  });

  it('a time that runs backwards', async () => {
    expect(
      await found(`update movement set received_at = received_at - interval '1 second' where ${movement(at.renewed)}`),
    ).toEqual([`time-backwards 1 ${at.renewed}`]);
  });

  it('a kind or state that does not exist', async () => {
    expect(await found(`update movement set state = 199 where ${movement(at.last)}`)).toContain(
      `movement-malformed 1 ${at.last}`,
    );
    expect(await found(`update movement set kind = 9 where ${movement(at.last)}`)).toContain(
      `movement-malformed 1 ${at.last}`,
    );
  });

  it("a batch's outcomes that lie, are short, or are gone", async () => {
    const batch = `request_id = '${requestId}'`;
    expect(await found(`update request set outcomes = outcomes[1:3] where ${batch}`)).toEqual(['batch-malformed 1 -']);
    expect(await found(`update request set outcomes[2] = 1 where ${batch}`)).toEqual(['batch-outcome-wrong 1 -']);
    expect(await found(`update request set seqs[1] = ${at.last} where ${batch}`)).toEqual([
      `batch-outcome-wrong 1 ${at.inBatch}`,
      `batch-outcome-wrong 1 ${at.last}`,
    ]);
    expect(await found(`update request set seqs[3] = 999999 where ${batch}`)).toEqual(['batch-outcome-wrong 1 999999']);
    expect(await found(`update request set outcomes[1] = 175 where ${batch}`)).toEqual([
      `batch-outcome-wrong 1 ${at.inBatch}`,
      `batch-outcome-wrong 1 ${at.inBatch}`,
    ]);
    expect(await found(`delete from request where ${batch}`)).toEqual([`batch-missing 1 ${at.inBatch}`]);
    expect(await found(`update movement set request_index = 1 where ${movement(at.inBatch)}`)).toEqual([
      `batch-outcome-wrong 1 ${at.inBatch}`,
      `batch-outcome-wrong 1 ${at.inBatch}`,
    ]);
  });

  it('a counter that does not count', async () => {
    const { rows } = await house.owner.query(
      'select kind, state, change, last_seq from brand_day where brand_id = 2 order by last_seq limit 1',
    );
    const { kind, state, change, last_seq: last } = rows[0];
    const counter = `brand_id = 2 and kind = ${kind} and state = ${state} and change = ${change}`;
    const differs = [`day-differs 2 ${last}`];
    expect(await found(`update brand_day set movements = movements + 1 where ${counter}`)).toEqual(differs);
    expect(await found(`update brand_day set first_seq = first_seq + 1 where ${counter}`)).toEqual(differs);
    expect(await found(`delete from brand_day where ${counter}`)).toEqual(differs);
    expect(await found(`update brand_day set day = day - 1 where ${counter}`)).toEqual([...differs, ...differs]);
  });

  it('withheld refusals that no check would see', async () => {
    expect(await found('update brand_journal set withheld = 0 where brand_id = 1')).toEqual(['withheld-uncounted 1 -']);
  });

  it('a journal that is missing, a brand that nobody made', async () => {
    expect(await found('delete from brand_journal where brand_id = 2')).toContain('journal-missing 2 -');
    expect(
      await found(
        `insert into consent (brand_id, kind, state, address, last_seq) select 77, 2, 7, gen_random_uuid(), 1`,
      ),
    ).toEqual(expect.arrayContaining(['brand-unknown 77 -', 'journal-missing 77 -', 'consent-ahead 77 1']));
  });

  it('rights that the application must not have', async () => {
    const codes = async (): Promise<string[]> => (await look()).faults.map(({ code }) => code);
    for (const right of ['update', 'delete', 'truncate', 'update (state)']) {
      await house.owner.query(`grant ${right} on movement to acik_iys_app`);
      expect(await codes(), right).toEqual(['role-may-change-movements']);
      await house.owner.query(`revoke ${right} on movement from acik_iys_app`);
    }
    expect(await codes()).toEqual([]);
  });

  it('by a quick look as far as it sees', async () => {
    expect((await look(5)).faults).toEqual([]);
    const { rows } = await house.owner.query('select last_seq from brand_journal where brand_id = 1');
    const last = Number(rows[0].last_seq);
    expect(await found(`delete from movement where ${movement(last - 1)}`, 5)).toContain(`hole 1 ${last - 1}`);
    expect(
      await found(
        `update brand_day set movements = movements + 1 where ctid = (select ctid from brand_day where brand_id = 1 limit 1)`,
        5,
      ),
    ).toEqual(['day-differs 1 -']);
  });

  it('by the program: one line each, no address in it, exit code 1', async () => {
    await house.owner.query(`update movement set state = state - 1 where ${movement(at.last)}`);
    const { code, out } = await run();
    await house.owner.query(`update movement set state = state + 1 where ${movement(at.last)}`);
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^✗ brand 1, seq ${at.last}: consent-differs: `, 'm'));
    expect(out).not.toMatch(/\+?90533|@/);
  });

  it('by the program not at all without the secret, a database or a schema: exit code 2 and one line', async () => {
    const elsewhere = new URL(house.url);
    elsewhere.pathname = '/postgres';
    const none = new URL(house.url);
    none.port = '1';
    for (const env of [
      { ACIK_IYS_SECRET: '' },
      { DATABASE_URL: elsewhere.href },
      { DATABASE_URL: none.href },
      { DATABASE_URL: '' },
    ]) {
      const { code, err } = await run(env);
      expect(code, err).toBe(2);
      expect(err).toMatch(/^✗ .+ \/ .+\n$/);
    }
  });
});

describe('fingerprints', () => {
  it('are compared with the day files that were published', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'acik-iys-audit-'));
    const { owner, database, clock, registry } = house;
    const reports = openReports({
      database,
      registry,
      clock,
      log: openLog('silent'),
      files: openFiles({ folder, secret: TEST_SECRET }),
      timeStampAuthority: undefined,
    });
    try {
      clock.move(86_400);
      await reports.runDue();
      const days = async (): Promise<{ days: number; faults: DayFault[] }> => {
        const faults: DayFault[] = [];
        return { days: await auditDayFiles({ database, registry, onFault: (fault) => faults.push(fault) }), faults };
      };
      const sound = await days();
      expect(sound.faults).toEqual([]);
      expect(sound.days).toBeGreaterThanOrEqual(2);
      // Neither of these is repeated anywhere else in the database.
      for (const damage of ['nonce = nonce + 1', 'actor = actor + 1', 'door = door + 1']) {
        await owner.query(`update movement set ${damage} where brand_id = 2 and seq = 1`);
        expect(
          (await days()).faults.map(({ brandId, reason }) => [brandId, reason]),
          damage,
        ).toEqual([[2, 'SHA-384']]);
        await owner.query(`update movement set ${damage.replace(' + ', ' - ')} where brand_id = 2 and seq = 1`);
      }
      expect((await days()).faults).toEqual([]);
    } finally {
      await reports.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});

// Last, since it writes tens of thousands of movements that every look after it would have to read.
describe('a registry that writes', () => {
  it('is looked at beside its writers, and not slandered', async () => {
    const telephones = Array.from({ length: 40 }, newTelephone);
    let writing = true;
    let written = 0;
    const writer = async (brandId: number): Promise<void> => {
      const scope = house.scope(brandId, { strictness: 'welcoming' });
      for (let ago = 500_000; writing; ago -= 3) {
        const statements = telephones.flatMap((address) => [
          statement(address, ONAY, ago),
          statement(address, RET, ago - 1),
          statement(address, RET, ago + 1),
        ]);
        statements.push(statement(`kisi${written}@ornek.com.tr`, ONAY, 5));
        await house.registry.record(scope, statements, {
          door: DOORS.officialBatch,
          request: { requestId: newRequestId(), version: 1 },
        });
        written += statements.length;
      }
    };
    const writers = [writer(1), writer(2)];
    const looked = [];
    for (let i = 0; i < 6; i++) looked.push(await look());
    writing = false;
    await Promise.all(writers);
    expect(looked.flatMap(({ faults }) => faults)).toEqual([]);
    // The passes stood in the middle of the writing: each saw more than the one before.
    for (let i = 1; i < looked.length; i++)
      expect(looked[i]?.counts.movements).toBeGreaterThan(looked[i - 1]?.counts.movements as number);
    expect((await look()).faults).toEqual([]);
  });
});

describe('a fault', () => {
  it('is one line with brand, number, code and both languages', () => {
    expect(faultLine({ code: 'hole', brandId: 7, seq: 9, detail: '' })).toBe(
      'brand 7, seq 9: hole: günlükte boşluk: hareket yok / hole in the journal: the movement is missing',
    );
  });
});

/** The program, as an operator runs it, on this file's database. */
function run(env: Record<string, string> = {}): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [PROGRAM],
      {
        env: {
          PATH: process.env['PATH'],
          DATABASE_URL: house.url,
          ACIK_IYS_SECRET: TEST_SECRET.toString('hex'),
          ACIK_IYS_DATA: '/nonexistent/acik-iys',
          ...env,
        },
      },
      (error, out, err) => done({ code: error === null ? 0 : (error.code as number), out, err }),
    );
  });
}
