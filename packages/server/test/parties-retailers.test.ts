import { type ErrorCode, sentence } from '@acik-iys/law';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../src/ground/clock.ts';
import { type BrandScope, FULL_RIGHTS, makeBrandScope } from '../src/rooms/access/scope.ts';
import {
  openParties,
  type Parties,
  RETAILERS_MAX,
  type RetailerFault,
  type RetailerUses,
} from '../src/rooms/parties/index.ts';
import { type TestDatabase, testDatabase } from './support/database.ts';

const PROVIDER = 600100;
const BRAND = 600100;
const SECOND_BRAND = 600101;
const OTHER_PROVIDER = 600200;

let db: TestDatabase;
let owner: pg.Client;
let parties: Parties;

const retailerUses: RetailerUses = async ({ brandId }, codes, connection) =>
  new Map(
    await connection.rows<[number, number]>(
      `select retailer_code, count(*)::int from retailer_access
        where brand_id = $1 and retailer_code = any($2::int[]) group by retailer_code`,
      [brandId, `{${codes.join(',')}}`],
    ),
  );

function scopeOf(brandId: number, providerCode: number): BrandScope {
  return makeBrandScope({
    actor: 1,
    providerCode,
    brandId,
    rights: FULL_RIGHTS,
    reconciliation: true,
    strictness: 'official',
    historicLoadOpen: false,
  });
}
const scope = scopeOf(BRAND, PROVIDER);
const secondScope = scopeOf(SECOND_BRAND, PROVIDER);
const otherScope = scopeOf(OTHER_PROVIDER, OTHER_PROVIDER);

beforeAll(async () => {
  db = await testDatabase();
  owner = new pg.Client({ connectionString: db.url });
  await owner.connect();
  parties = openParties({ database: db.database, clock: systemClock, retailerUses });
  await parties.createProvider({
    providerCode: PROVIDER,
    title: 'Örnek Perakende A.Ş.',
    brands: [
      { name: 'Örnek Perakende', master: true },
      { brandId: SECOND_BRAND, name: 'Örnek Bebek', master: false },
    ],
  });
  await parties.createProvider({
    providerCode: OTHER_PROVIDER,
    title: 'Örnek Banka A.Ş.',
    brands: [{ name: 'Örnek Banka', master: true }],
  });
});
afterAll(async () => {
  await owner?.end();
  await db?.close();
});
beforeEach(async () => {
  await owner.query('truncate retailer, retailer_access');
});

// -------------------------------------------------------------------------------------------- numbers that are valid

function makeTckn(n: number): string {
  const d = [...String(100_000_000 + n)].map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const tenth = ((((d[0] + d[2] + d[4] + d[6] + d[8]) * 7 - (d[1] + d[3] + d[5] + d[7])) % 10) + 10) % 10;
  return `${d.join('')}${tenth}${(d.reduce((sum, digit) => sum + digit, 0) + tenth) % 10}`;
}

function makeVkn(n: number): string {
  const nine = String(100_000_000 + n);
  let sum = 0;
  for (let i = 0; i < 9; i++) {
    const t = (Number(nine[i]) + 9 - i) % 10;
    sum += t === 9 ? 9 : (t * 2 ** (9 - i)) % 9;
  }
  return `${nine}${(10 - (sum % 10)) % 10}`;
}

const makeMersis = (n: number): string => `0${makeVkn(n)}00013`;

let next = 0;
/** A body that is accepted; each with numbers of its own. */
function body(changes: Record<string, unknown> = {}): Record<string, unknown> {
  next += 1;
  return {
    title: 'XYZ Ticaret',
    name: 'Adım Soyadım',
    tckn: makeTckn(next),
    tin: makeVkn(next),
    city: { code: '34', name: 'İstanbul' },
    town: { code: '01', name: 'Kadıköy' },
    ...changes,
  };
}

async function created(of: BrandScope, input: unknown): Promise<number> {
  const answer = await parties.createRetailer(of, input);
  if (answer === null || !('retailerCode' in answer)) throw new Error(`refused: ${JSON.stringify(answer)}`);
  return answer.retailerCode;
}

async function faults(of: BrandScope, input: unknown): Promise<readonly RetailerFault[]> {
  const answer = await parties.createRetailer(of, input);
  if (answer === null || !('faults' in answer)) throw new Error(`not refused: ${JSON.stringify(answer)}`);
  // Each fault can be said in both languages: no value of its sentence is missing.
  for (const { code, values } of answer.faults) {
    expect(sentence(code, 'tr', values)).not.toContain('{');
    expect(sentence(code, 'en', values)).not.toContain('{');
  }
  return answer.faults;
}

const codes = async (of: BrandScope, input: unknown): Promise<ErrorCode[]> =>
  (await faults(of, input)).map(({ code }) => code);

async function retailerRows(): Promise<number> {
  return Number((await owner.query('select count(*) from retailer')).rows[0].count);
}

describe('the form of a new retailer', () => {
  test('all fields come back as they were sent', async () => {
    const input = body({
      alias: 'Şişli Mağazası (No: 5/A)'.replace(':', ''),
      mersis: makeMersis(7),
      mobile: '+905325001111',
      status: 'suspended',
    });
    const retailerCode = await created(scope, input);
    expect(String(retailerCode)).toMatch(/^[1-9]\d{7}$/);
    expect(await parties.retailer(scope, retailerCode)).toEqual({ retailerCode, ...input });
  });

  test('what is optional is null, the status active', async () => {
    for (const nothing of [
      {},
      { alias: null, mersis: null, mobile: null, status: null },
      { alias: '', mersis: ' ', mobile: '' },
    ]) {
      const input = body(nothing);
      const retailerCode = await created(scope, input);
      expect(await parties.retailer(scope, retailerCode)).toEqual({
        retailerCode,
        ...input,
        alias: null,
        mersis: null,
        mobile: null,
        status: 'active',
      });
    }
  });

  test('numbers may be JSON numbers', async () => {
    const input = body({
      title: 1923,
      city: { code: 34, name: 'İstanbul' },
      town: { code: 421, name: 'Kadıköy' },
      mersis: Number(makeMersis(8)),
    });
    const retailerCode = await created(scope, { ...input, tckn: Number(input.tckn), tin: Number(input.tin) });
    expect(await parties.retailer(scope, retailerCode)).toMatchObject({
      title: '1923',
      tckn: input.tckn,
      tin: input.tin,
      city: { code: '34', name: 'İstanbul' },
      town: { code: '421', name: 'Kadıköy' },
      mersis: makeMersis(8),
    });
  });

  test('a tax number may be a TCKN', async () => {
    const tin = makeTckn(900_000);
    expect(await parties.retailer(scope, await created(scope, body({ tin })))).toMatchObject({ tin });
  });

  test('letters are composed', async () => {
    const retailerCode = await created(scope, body({ title: 'Şişli Ürün'.normalize('NFD') }));
    expect(await parties.retailer(scope, retailerCode)).toMatchObject({ title: 'Şişli Ürün'.normalize('NFC') });
  });

  test.each([null, undefined, 'metin', 5, true, [], [body()]])('no object at all: %j', async (input) => {
    expect(await parties.createRetailer(scope, input)).toBeNull();
  });

  const long = 'ş'.repeat(256);
  const place = (changes: Record<string, unknown>): Record<string, unknown> => ({
    code: '34',
    name: 'İstanbul',
    ...changes,
  });
  const cases: [string, Record<string, unknown>, ErrorCode[]][] = [
    ['title absent', { title: undefined }, ['H214']],
    ['title null', { title: null }, ['H214']],
    ['title empty', { title: '' }, ['H214']],
    ['title blank', { title: ' \t' }, ['H214']],
    ['title an object', { title: { tr: 'x' } }, ['H229']],
    ['title a fraction', { title: 1.5 }, ['H229']],
    ['title with a sign', { title: 'XYZ <Ticaret>' }, ['H229']],
    ['title with a line break', { title: 'XYZ\nTicaret' }, ['H229']],
    ['title with NUL', { title: 'XYZ\u0000' }, ['H229']],
    ['title with half a pair', { title: 'XYZ\ud83d' }, ['H229']],
    ['title of signs alone', { title: '...' }, ['H229']],
    ['title too long', { title: long }, ['H017']],
    ['title too long and not alphanumeric', { title: `${long}!` }, ['H017', 'H229']],
    ['name absent', { name: undefined }, ['H215']],
    ['name empty', { name: '' }, ['H215']],
    ['name not alphanumeric', { name: 'Adım_Soyadım' }, ['H229']],
    ['name too long', { name: long }, ['H017']],
    ['alias not alphanumeric', { alias: 'Mağaza №1' }, ['H229']],
    ['alias too long', { alias: long }, ['H017']],
    // Composed it would take minutes: the square of a run of signs.
    ['title of a letter with 800,000 signs', { title: `e${'\u0316\u0301'.repeat(400_000)}` }, ['H017']],
    ['alias a list', { alias: ['x'] }, ['H229']],
    ['tckn absent', { tckn: undefined }, ['H216']],
    ['tckn empty', { tckn: '' }, ['H216']],
    ['tckn short', { tckn: '1234567890' }, ['H226']],
    ['tckn long', { tckn: `${makeTckn(1)}0` }, ['H226']],
    ['tckn with letters', { tckn: '5770341124O' }, ['H226']],
    ['tckn with blanks', { tckn: ` ${makeTckn(1)}` }, ['H226']],
    ['tckn boolean', { tckn: true }, ['H226']],
    ['tckn check digit', { tckn: '12345678901' }, ['H225']],
    ['tckn first digit', { tckn: '01234567890' }, ['H225']],
    ['tin absent', { tin: undefined }, ['H288']],
    ['tin empty', { tin: '' }, ['H288']],
    ['tin short', { tin: '123456789' }, ['H244']],
    ['tin long', { tin: '123456789012' }, ['H244']],
    ['tin with letters', { tin: '123456789X' }, ['H244']],
    ['tin an object', { tin: {} }, ['H244']],
    ['tin check digit (VKN)', { tin: '8450525471' }, ['H243']],
    ['tin check digit (TCKN)', { tin: '12345678901' }, ['H243']],
    ['mersis of the contract’s example', { mersis: 56518556720 }, ['H228']],
    ['mersis long', { mersis: `${makeMersis(1)}0` }, ['H228']],
    ['mersis an object', { mersis: {} }, ['H228']],
    ['mersis without leading zero', { mersis: `1${makeMersis(1).slice(1)}` }, ['H227']],
    ['mersis with a bad VKN', { mersis: '0845052547100013' }, ['H227']],
    ['mersis with letters', { mersis: `${makeMersis(1).slice(0, 15)}X` }, ['H227']],
    ['mobile without country code', { mobile: '05325001111' }, ['H224']],
    ['mobile as a number', { mobile: 905325001111 }, ['H224']],
    ['mobile a list', { mobile: ['+905325001111'] }, ['H224']],
    ['city absent', { city: undefined }, ['H217']],
    ['city a text', { city: 'İstanbul' }, ['H217']],
    ['city a list', { city: [] }, ['H217']],
    ['city without anything', { city: {} }, ['H218', 'H219']],
    ['city code empty', { city: place({ code: '' }) }, ['H218']],
    ['city name null', { city: place({ name: null }) }, ['H219']],
    ['city name with NUL', { city: place({ name: 'İst\u0000' }) }, ['H229']],
    ['city name with half a pair', { city: place({ name: '\udc00' }) }, ['H229']],
    ['city code a list', { city: place({ code: [34] }) }, ['H229']],
    ['city name too long', { city: place({ name: long }) }, ['H017']],
    ['city with another key', { city: place({ plate: 34 }) }, ['H016']],
    ['town null', { town: null }, ['H220']],
    ['town a number', { town: 5 }, ['H220']],
    ['town code absent', { town: { name: 'Kadıköy' } }, ['H221']],
    ['town name blank', { town: place({ name: ' ' }) }, ['H222']],
    ['status unknown', { status: 'closed' }, ['H201']],
    ['status in capitals', { status: 'ACTIVE' }, ['H201']],
    ['status empty', { status: '' }, ['H201']],
    ['status a number', { status: 1 }, ['H201']],
    ['another key', { phone: '+905325001111' }, ['H016']],
    ['two other keys', { phone: '+905325001111', retailerCode: 12345678 }, ['H016']],
    ['__proto__ as a key', JSON.parse('{"__proto__":{"title":"x"}}') as Record<string, unknown>, ['H016']],
  ];
  test.each(cases)('%s', async (_, changes, expected) => {
    const input = body();
    // Not by spreading: it would lose a key named __proto__.
    for (const key of Object.keys(changes))
      Object.defineProperty(input, key, { value: changes[key], enumerable: true, configurable: true });
    expect(await codes(scope, input)).toEqual(expected);
    expect(await retailerRows()).toBe(0);
  });

  test('the limit is 255 characters, not units', async () => {
    const title = '𐐷'.repeat(255);
    expect(await parties.retailer(scope, await created(scope, body({ title })))).toMatchObject({ title });
    expect(await codes(scope, body({ title: `${title}a` }))).toEqual(['H017']);
  });

  test('all faults at once, in the order of the fields', async () => {
    expect(await codes(scope, {})).toEqual(['H214', 'H215', 'H216', 'H288', 'H217', 'H220']);
    expect(
      await codes(scope, {
        extra: 1,
        status: 'x',
        town: {},
        city: 5,
        mobile: 'x',
        mersis: '1',
        tin: '1',
        tckn: '1',
        alias: '!',
        name: '!',
        title: '!',
      }),
    ).toEqual(['H229', 'H229', 'H229', 'H226', 'H244', 'H228', 'H224', 'H217', 'H221', 'H222', 'H201', 'H016']);
  });

  test('a fault names its field, its limit, the keys, and what was probably meant', async () => {
    expect(await faults(scope, body({ alias: long, mobile: '0532 500 11 11', x: 1 }))).toEqual([
      { code: 'H017', values: { field: 'alias', limit: 255 } },
      { code: 'H224', values: { didYouMean: '+905325001111' } },
      { code: 'H016', values: { expected: 'title, name, alias, tckn, tin, mersis, mobile, city, town, status' } },
    ]);
    expect(await faults(scope, body({ city: place({ name: '\u0000' }) }))).toEqual([
      { code: 'H229', values: { field: 'city.name' } },
    ]);
  });
});

describe('numbers in use', () => {
  test('mersis and tckn are unique within a brand, free in another', async () => {
    const first = body({ mersis: makeMersis(20) });
    await created(scope, first);
    expect(await codes(scope, body({ tckn: first.tckn }))).toEqual(['H231']);
    expect(await codes(scope, body({ mersis: first.mersis }))).toEqual(['H230']);
    expect(await codes(scope, first)).toEqual(['H230', 'H231']);
    await created(secondScope, first);
    await created(otherScope, first);
  });

  test('a suspended retailer holds its numbers like an active one', async () => {
    const first = body({ status: 'suspended' });
    await created(scope, first);
    expect(await codes(scope, body({ tckn: first.tckn }))).toEqual(['H231']);
    await created(secondScope, body({ tckn: first.tckn }));
  });

  test('a passive retailer of the provider bars its numbers in all brands of the provider', async () => {
    const first = body({ mersis: makeMersis(30) });
    const setStatus = (status: string) =>
      owner.query('update retailer set status = $1 where brand_id = $2', [status, BRAND]);
    await created(scope, first);
    await setStatus('passive');
    expect(await faults(scope, body({ tckn: first.tckn }))).toEqual([{ code: 'H253', values: { field: 'tckn' } }]);
    expect(await codes(secondScope, body({ mersis: first.mersis }))).toEqual(['H253']);
    expect(await codes(secondScope, first)).toEqual(['H253', 'H253']);
    await created(otherScope, first);
    await setStatus('active');
    await created(secondScope, first);
  });

  test('many at once with one tckn: one is created, the others are told', async () => {
    const inputs = Array.from({ length: 12 }, () => body({ tckn: makeTckn(500_000) }));
    const answers = await Promise.all(inputs.map((input) => parties.createRetailer(scope, input)));
    expect(answers.filter((answer) => answer !== null && 'retailerCode' in answer)).toHaveLength(1);
    expect(answers.filter((answer) => answer !== null && 'faults' in answer)).toEqual(
      Array.from({ length: 11 }, () => ({ faults: [{ code: 'H231' }] })),
    );
  });

  test('a writer who does not take the lock is met too', async () => {
    const input = body();
    await owner.query('begin');
    await owner.query(
      `insert into retailer (brand_id, retailer_code, title, name, tckn, tin, city, town, status, created_at)
       values ($1, 12345678, 'a', 'a', $2, '1', '{}', '{}', 'active', now())`,
      [BRAND, input.tckn],
    );
    const answer = parties.createRetailer(scope, input);
    await waitForBlocked(answer).finally(() => owner.query('commit'));
    expect(await answer).toEqual({ faults: [{ code: 'H231' }] });
  });

  test('a number that is drawn twice is drawn again, until it is given up', async () => {
    const draws = [11_111_111, 11_111_111, 22_222_222];
    const drawing = openParties({
      database: db.database,
      clock: systemClock,
      retailerUses,
      draw: () => draws.shift() ?? 11_111_111,
    });
    expect(await drawing.createRetailer(scope, body())).toEqual({ retailerCode: 11_111_111 });
    expect(await drawing.createRetailer(scope, body())).toEqual({ retailerCode: 22_222_222 });
    await expect(drawing.createRetailer(scope, body())).rejects.toThrow(/draws/);
    expect(await drawing.createRetailer(secondScope, body())).toEqual({ retailerCode: 11_111_111 });
  });

  test('3000 retailers a brand, also when two come at once for the last place', async () => {
    await owner.query(
      `insert into retailer (brand_id, retailer_code, title, name, tckn, tin, city, town, status, created_at)
       select $1, 10000000 + i, 'a', 'a', 'x' || i, '1', '{}', '{}', 'active', now() from generate_series(1, $2::int) i`,
      [BRAND, RETAILERS_MAX - 1],
    );
    const answers = await Promise.all([body(), body()].map((input) => parties.createRetailer(scope, input)));
    expect(answers).toContainEqual({ faults: [{ code: 'H067', values: { limit: 3000 } }] });
    expect(answers).toContainEqual({ retailerCode: expect.any(Number) });
    await created(secondScope, body());
  });
});

/** Waits until a session of this database waits for another one's lock, or until `answer` has come without that. */
async function waitForBlocked(answer: Promise<unknown>): Promise<void> {
  const blocked = `select from pg_stat_activity
    where datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`;
  let answered = false;
  const done = (): void => {
    answered = true;
  };
  answer.then(done, done);
  while (!answered && (await owner.query(blocked)).rowCount === 0)
    await new Promise((resolve) => setTimeout(resolve, 5));
  expect(answered).toBe(false);
}

describe('reading', () => {
  test('the list: oldest first, page by page, of one brand', async () => {
    const list: number[] = [];
    let now = 1_700_000_000;
    const clock = { nowMs: () => now * 1000, now: () => now };
    const clocked = openParties({ database: db.database, clock, retailerUses });
    for (let i = 0; i < 5; i++) {
      now += 1;
      const answer = await clocked.createRetailer(scope, body({ title: `Bayi ${i}` }));
      list.push((answer as { retailerCode: number }).retailerCode);
    }
    await created(secondScope, body());
    const page = async (offset: number, limit: number): Promise<unknown> => {
      const answer = await parties.retailers(scope, { offset, limit });
      return [answer.total, answer.list.map(({ retailerCode }) => retailerCode)];
    };
    expect(await page(0, 100)).toEqual([5, list]);
    expect(await page(3, 2)).toEqual([5, list.slice(3, 5)]);
    expect(await page(5, 100)).toEqual([5, []]);
    expect(await parties.brandsOf(PROVIDER)).toMatchObject([{ retailers: 5 }, { retailers: 1 }]);
  });

  test('by number: of the own brand only', async () => {
    const code = await created(scope, body({ title: 'Bir' }));
    const other = await created(secondScope, body({ title: 'İki' }));
    expect(await parties.retailer(scope, code)).toMatchObject({ title: 'Bir' });
    expect(await parties.retailer(scope, other)).toBeNull();
    expect(await parties.retailer(otherScope, code)).toBeNull();
    const many = await parties.retailersByCode(scope, [code, other, code]);
    expect([...many.keys()]).toEqual([code]);
    expect(await parties.unknownRetailers(scope, [code, other, code, 5])).toEqual(new Set([other, 5]));
    expect(await parties.unknownRetailers(scope, [])).toEqual(new Set());
  });

  test.each([0, -1, 1.5, Number.NaN, 1e12, 123456789])(
    '%d is no retailer’s number, and no fault either',
    async (code) => {
      expect(await parties.retailer(scope, code)).toBeNull();
      expect(await parties.unknownRetailers(scope, [code])).toEqual(new Set([code]));
      expect(await parties.deleteRetailer(scope, code)).toBe('unknown');
    },
  );
});

describe('deleting', () => {
  const grant = `insert into retailer_access (brand_id, kind, address, retailer_code)
                 values ($1, 0, gen_random_uuid(), $2)`;

  test('goes, once, and frees its numbers', async () => {
    const input = body();
    const code = await created(scope, input);
    expect(await parties.deleteRetailer(secondScope, code)).toBe('unknown');
    expect(await parties.deleteRetailer(scope, code)).toBe('deleted');
    expect(await parties.deleteRetailer(scope, code)).toBe('unknown');
    await created(scope, input);
  });

  test('not while it may see a consent', async () => {
    const code = await created(scope, body());
    await owner.query(grant, [SECOND_BRAND, code]);
    await owner.query(grant, [BRAND, code]);
    expect(await parties.deleteRetailer(scope, code)).toBe('in-use');
    expect(await parties.retailer(scope, code)).not.toBeNull();
    await owner.query('delete from retailer_access where brand_id = $1', [BRAND]);
    expect(await parties.deleteRetailer(scope, code)).toBe('deleted');
  });

  test('waits for a consent that is being recorded, and sees it', async () => {
    const code = await created(scope, body());
    await owner.query('begin');
    await owner.query('select from brand_journal where brand_id = $1 for update', [BRAND]);
    await owner.query(grant, [BRAND, code]);
    const answer = parties.deleteRetailer(scope, code);
    await waitForBlocked(answer).finally(() => owner.query('commit'));
    expect(await answer).toBe('in-use');
  });

  test('more at once than there are connections', async () => {
    const list: number[] = [];
    for (let i = 0; i < 20; i++) list.push(await created(scope, body()));
    const answers = await Promise.all(list.map((code) => parties.deleteRetailer(scope, code)));
    expect(new Set(answers)).toEqual(new Set(['deleted']));
    expect(await retailerRows()).toBe(0);
  });
});
