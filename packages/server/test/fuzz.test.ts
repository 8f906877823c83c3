// Fuzz: valid calls of every route of the official door, mutated by what they are made of. Whatever comes: never a 5xx
// (but the contract's own for foreign partner numbers), never a connection that hangs, every error in the contract's
// envelope, memory flat, and nothing written by a call that was refused (withheld refusals, by name, apart).
//
// Cases run one at a time, so that what was written is known to be theirs: where a transaction of the database wrote at all
// during a refused call, the rows of all tables must be the same before and after. ACIK_IYS_TEST_SEED repeats a run.

import { Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ERRORS, OWN_ERRORS } from '@acik-iys/law';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OFFICIAL_ROUTES, type OfficialRoute } from '../src/doors/official/index.ts';
import { wireTime } from './support/caller.ts';
import { type FuzzCase, mutatedCase, told, type ValidCall, validCase } from './support/fuzz-cases.ts';
import { LONG, type Random, seeded, testSeed } from './support/random.ts';
import { PARTNER, RETAIL, type TestServer, testServer } from './support/server.ts';

const CASES = LONG ? 100_000 : 5_000;
const HANGING_MS = LONG ? 3_600_000 : 300_000;
/** No call may take so long: push, which waits 5 s for the address it is given, is the slowest. */
const CALL_DEADLINE_MS = 30_000;
/** Cases after which caches, pools and compiled code have their size. */
const WARM_CASES = 1_000;
/** What the heap may grow by afterwards, all portions together: a leak of a kilobyte a case would be five times as much. */
const GROWTH_BYTES_MAX = LONG ? 40_000_000 : 24_000_000;
/** A partner's foreign numbers are answered so by the contract (its codes H245 and H268). */
const CONTRACT_500 = new Set(['H245', 'H268']);
/** A log-in costs a tenth of a second by design, a wrong one more: their share is kept small. */
const TOKEN_SHARE = 0.02;
const TOKEN_ROUTE = 'createToken';

interface Answer {
  readonly status: number;
  readonly text: string;
}

let server: TestServer;
let receiver: Server;
let agent: Agent;
let valid: Record<string, ValidCall>;
let tokens: Record<'provider' | 'partner', string>;

beforeAll(async () => {
  server = await testServer({ logLevel: 'error' });
  receiver = createServer((asked, answer) => {
    asked.resume();
    answer.writeHead(asked.headers.authorization === undefined ? 401 : 200).end();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
  tokens = { provider: await server.token(RETAIL.email), partner: await server.token(PARTNER.email) };
  valid = await validCalls();
});

afterAll(async () => {
  agent.destroy();
  receiver.close();
  await server.close();
});

/** A valid call of every operation, on data that is there. */
async function validCalls(): Promise<Record<string, ValidCall>> {
  const brand = { iysCode: '600100', brandCode: '600100' };
  const now = server.clock.now();
  const token = tokens.provider;
  const base = '/sps/600100/brands/600100';
  const retailer = {
    title: 'Örnek Bayi Ltd. Şti.',
    name: 'Ayşe Yılmaz',
    tckn: '10000000146',
    tin: '10000000146',
    city: { name: 'İstanbul', code: '34' },
    town: { name: 'Kadıköy', code: '01' },
    mobile: '+905321234567',
  };
  const made = await server.call('POST', `${base}/retailers`, { token, body: { ...retailer, tckn: '30000000328' } });
  const kept = await server.call('POST', `${base}/retailers`, { token, body: { ...retailer, tckn: '20000000282' } });
  const doomed = (made.body as { retailerCode: number }).retailerCode;
  const retailerCode = (kept.body as { retailerCode: number }).retailerCode;
  const consent = {
    recipient: '+905321234567',
    type: 'MESAJ',
    source: 'HS_WEB',
    status: 'ONAY',
    consentDate: wireTime(now - 7_200),
    recipientType: 'BIREYSEL',
    retailerCode,
    retailerAccess: [retailerCode],
  };
  await server.call('POST', `${base}/consents`, { token, body: consent });
  const list = [1, 2, 3].map((n) => ({ ...consent, recipient: `kisi${n}@posta.example`, type: 'EPOSTA' }));
  const batch = await server.call('POST', `${base}/consents/request`, { token, body: list });
  const { requestId } = batch.body as { requestId: string };
  const refresh = await server.call('POST', '/oauth2/token', {
    body: { grant_type: 'password', username: RETAIL.email, password: RETAIL.password },
  });
  const key = { recipient: consent.recipient, type: 'MESAJ', recipientType: 'BIREYSEL' };
  const keys = { recipients: [consent.recipient], type: 'MESAJ', recipientType: 'BIREYSEL' };
  const fresh = (random: Random): object => ({
    ...consent,
    recipient: `+90533${String(random.below(10_000_000)).padStart(7, '0')}`,
    consentDate: wireTime(now - 3_600),
  });
  const freshList = (random: Random): object[] =>
    list.map((one) => ({ ...one, recipient: `yeni${random.below(1e9)}@posta.example` }));
  const connection = {
    url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/push`,
    type: 'MESAJ',
    username: 'u',
    password: 'p',
  };
  const day = wireTime(now - 86_400).slice(0, 10);
  const reportDay = { ...brand, reportDate: day };
  return {
    createToken: {
      body: () => ({
        grant_type: 'refresh_token',
        refresh_token: (refresh.body as { refresh_token: string }).refresh_token,
        username: RETAIL.email,
        password: RETAIL.password,
      }),
    },
    addConsent: { parameters: brand, body: fresh },
    addConsentV2: { parameters: brand, body: fresh },
    addBatchConsent: { parameters: brand, body: freshList },
    addBatchConsentV2: { parameters: brand, body: freshList },
    searchRequestDetails: { parameters: { ...brand, requestId } },
    searchRequestDetailsV2: { parameters: { ...brand, requestId } },
    consentDetail: { parameters: brand, body: () => key },
    batchConsentStatus: {
      parameters: { ...brand, recipientType: 'BIREYSEL', type: 'MESAJ' },
      body: () => ({ recipients: [consent.recipient, '+905321230000'] }),
    },
    consentsHistory: { parameters: brand, query: { limit: '10', offset: '0' }, body: () => key },
    PullPerBrandCode: { parameters: brand, query: { source: 'HS', limit: '10', after: '' } },
    addRetailers: { parameters: brand, body: () => ({ ...key, retailerAccess: [retailerCode] }) },
    overrideRetailers: { parameters: brand, body: () => ({ ...keys, retailerAccess: [retailerCode] }) },
    searchRetailersOfOneConsent: { parameters: brand, query: { limit: '10', offset: '0' }, body: () => key },
    removeRelationBetweenRetailer: { parameters: brand, body: () => ({ ...keys, retailerAccess: [retailerCode] }) },
    removeRelationsBetweenRetailersAndConsents: { parameters: brand, body: () => keys },
    createRetailer: { parameters: brand, body: (random) => ({ ...retailer, tckn: someTckn(random) }) },
    searchRetailers: { parameters: brand, query: { limit: '10', offset: '0', short: 'true' } },
    searchSingleRetailer: { parameters: { ...brand, retailerCode: String(retailerCode) } },
    deleteRetailer: { parameters: { ...brand, retailerCode: String(doomed) } },
    changeSummary: { parameters: { ...reportDay, recipientType: 'BIREYSEL' } },
    agreementsDate: { parameters: reportDay },
    agreementDatePut: { parameters: reportDay, body: () => ({ agreementStatus: true }) },
    agreementTimeStamp: { parameters: reportDay },
    agreementFile: { parameters: reportDay },
    pushRegistration: { parameters: brand, body: () => ({ connection: [connection] }) },
    getPushRegistration: { parameters: brand },
    pushUnregistration: { parameters: brand, body: () => connection },
    getBrandsDetails: { parameters: { iysCode: '600100' } },
    'get-subscription': { parameters: { iysCode: '600100' } },
    ...partnerCalls(),
    getCities: {},
    cityDetails: { parameters: { code: '34' } },
    getTowns: {},
    townDetails: { parameters: { code: '1' } },
  };
}

/** A Turkish identity number that nobody has, with its two check digits. */
function someTckn(random: Random): string {
  const digits = [1 + random.below(9), ...Array.from({ length: 8 }, () => random.below(10))];
  const sum = (from: number): number => digits.reduce((total, digit, i) => (i % 2 === from ? total + digit : total), 0);
  const tenth = (sum(0) * 7 - sum(1) + 100) % 10;
  const eleventh = (sum(0) + sum(1) + tenth) % 10;
  return [...digits, tenth, eleventh].join('');
}

function partnerCalls(): Record<string, ValidCall> {
  const own = { integratorCode: '900100' };
  return Object.fromEntries([
    [operationOf('/integrator/{integratorCode}/subscription'), { parameters: own, as: 'partner' }],
    ['integratorList', { parameters: own, query: { limit: '10', offset: '0' }, as: 'partner' }],
    ['integratorListByiysCode', { parameters: { ...own, iysCode: '600100' }, as: 'partner' }],
  ]);
}

function operationOf(path: string): string {
  return (OFFICIAL_ROUTES.find((route) => route.path === path) as OfficialRoute).operation;
}

function tokenOf({ as = 'provider' }: ValidCall, route: OfficialRoute): string | undefined {
  return route.guard === 'token' ? undefined : tokens[as];
}

function send(one: FuzzCase): Promise<Answer> {
  const { port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const asked = request({
      agent,
      host: '127.0.0.1',
      port,
      method: one.method,
      path: one.path === '' ? '/' : one.path,
      headers: {
        ...one.headers,
        ...(one.body &&
          one.headers['transfer-encoding'] === undefined && { 'content-length': String(one.body.length) }),
      },
    });
    const late = setTimeout(() => asked.destroy(new Error('no answer')), CALL_DEADLINE_MS);
    asked.on('error', reject);
    asked.on('response', (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () => {
        clearTimeout(late);
        resolve({ status: answer.statusCode as number, text: Buffer.concat(parts).toString('utf8') });
      });
    });
    asked.end(one.body ?? undefined);
  });
}

/** What is wrong with an answer, or null. */
function faultOf(one: FuzzCase, { status, text }: Answer): string | null {
  if (status < 400) return null;
  if (one.method === 'HEAD') return status >= 500 ? `${status}` : null;
  let body: { errors?: { code?: unknown; message?: unknown }[]; error?: unknown; error_description?: unknown };
  try {
    body = JSON.parse(text);
  } catch {
    return `${status} with no JSON: ${text}`;
  }
  const codes = Array.isArray(body.errors) ? body.errors.map(({ code }) => code) : [];
  if (status >= 500 && !(status === 500 && codes.length === 1 && CONTRACT_500.has(String(codes[0]))))
    return `${status}: ${text}`;
  const isText = (value: unknown): boolean => typeof value === 'string' && value.length > 0;
  const isCode = (code: unknown): boolean =>
    Object.hasOwn(ERRORS, String(code)) || Object.hasOwn(OWN_ERRORS, String(code));
  if (one.operation === TOKEN_ROUTE && isText(body.error) && isText(body.error_description)) return null;
  return codes.length > 0 && body.errors?.every(({ code, message }) => isCode(code) && isText(message))
    ? null
    : `${status} outside the envelope: ${text}`;
}

/** What a refused call may move, apart by name: the count of withheld refusals; the end of a replayed token's family. */
const COLUMNS: Readonly<Record<string, string>> = {
  brand_journal: '(t.brand_id, t.last_seq)::text',
  token_family: '(t.family_id, t.account_id)::text',
};

/** Number and content of the rows of every table but that of withheld refusals. */
async function written(): Promise<Record<string, string>> {
  const { rows: tables } = await server.owner.query<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public' and tablename <> 'withheld_refusal' order by 1`,
  );
  const { rows } = await server.owner.query<{ name: string; sum: string }>(
    tables
      .map(
        ({ name }) =>
          `select '${name}' as name, count(*) || ' ' || coalesce(sum(hashtextextended(${COLUMNS[name] ?? 't::text'}, 0)), 0) as sum
             from "${name}" t`,
      )
      .join(' union all '),
  );
  return Object.fromEntries(rows.map(({ name, sum }) => [name, sum]));
}

/** Moves with every transaction of the database that writes, whoever's; reading ones leave it where it is. */
async function writers(): Promise<string> {
  const { rows } = await server.owner.query<{ next: string }>(
    `select pg_snapshot_xmax(pg_current_snapshot())::text as next`,
  );
  return (rows[0] as { next: string }).next;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function heap(): number {
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

test('there is a valid call of every route, and it is taken', async () => {
  const refused: string[] = [];
  const random = seeded(testSeed('valid calls'));
  for (const route of OFFICIAL_ROUTES) {
    const call = valid[route.operation];
    if (call === undefined) refused.push(`${route.operation} has none`);
    else if (route.operation !== 'deleteRetailer') {
      const one = validCase(route, call, tokenOf(call, route), random);
      const { status, text } = await send(one);
      if (status >= 300) refused.push(`${told(one)} → ${status} ${text}`);
    }
  }
  expect(refused).toEqual([]);
});

test(`${CASES} mutated calls`, { timeout: HANGING_MS }, async () => {
  const seed = testSeed('fuzz');
  const random = seeded(seed);
  const others = OFFICIAL_ROUTES.filter(({ operation }) => operation !== TOKEN_ROUTE);
  const tokenRoutes = OFFICIAL_ROUTES.filter(({ operation }) => operation === TOKEN_ROUTE);
  const statuses = new Map<number, number>();
  let refused = 0;
  let warmHeap = 0;
  let rows = await written();
  let seen = await writers();
  for (let done = 0; done < CASES; done++) {
    if (done === WARM_CASES) warmHeap = heap();
    const route = random.pick(random.chance(TOKEN_SHARE) ? tokenRoutes : others);
    const call = valid[route.operation] as ValidCall;
    const one = mutatedCase(route, call, tokenOf(call, route), random);
    const { status } = await tried(one);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    if (status >= 400) refused += 1;
    const now = await writers();
    if (now === seen) continue;
    seen = now;
    const before = rows;
    rows = await written();
    if (status >= 400) expect({ call: told(one), status, rows }).toEqual({ call: told(one), status, rows: before });
  }
  // A run that was refused everywhere, or nowhere, has tried nothing.
  expect(refused).toBeGreaterThan(0.4 * CASES);
  expect(refused).toBeLessThan(0.95 * CASES);
  console.log(
    `fuzz: ${[...statuses]
      .sort()
      .map(([status, count]) => `${status}: ${count}`)
      .join(', ')}`,
  );
  expect(heap() - warmHeap).toBeLessThan(GROWTH_BYTES_MAX);
  expect(server.logLines).toEqual([]);
});

async function tried(one: FuzzCase): Promise<Answer> {
  let answer: Answer;
  try {
    answer = await send(one);
  } catch (error) {
    throw new Error(`${(error as Error).message}: ${told(one)}`);
  }
  const fault = faultOf(one, answer);
  if (fault !== null) throw new Error(`${fault.slice(0, 500)}\n${told(one)}`);
  return answer;
}
