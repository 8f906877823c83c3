// The model test: many callers at once, through HTTP, on a small set of keys; the registry must be what a page of rules
// (support/model.ts) makes of the accepted statements.
//
// Calls overlap, so the order is taken from the numbers in the transactionIds: the accepted statements, replayed in that
// order, must each be acceptable there, and no number may contradict who was answered before who began. A refusal, a
// status, a history or a list may be explained by any moment between the call's start and its answer, a batch by one
// moment for all its items. A refusal that the contract turns away is withheld: from some moment between start and
// answer on, status and lists honour it.

import type { Statement } from '@acik-iys/law';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DOORS } from '../src/rooms/registry/index.ts';
import { type Caller, codesOf, fromWireTime, openCaller, seqOf, wireTime } from './support/caller.ts';
import { BrandModel, keyOf, type Recorded, type Said, type Version, wire } from './support/model.ts';
import { LONG, type Random, seeded, testSeed } from './support/random.ts';
import { BANK, PARTNER, RETAIL, type TestServer, testServer } from './support/server.ts';

const WRITERS = 50;
const READERS = 8;
const WRITES = LONG ? 30_000 : 2_500;
const HANGING_MS = LONG ? 3_600_000 : 300_000;
/** Consent dates move through so many seconds while the writes go on, each off by some: enough late ones and equals. */
const SPAN_SECONDS = 20_000;
const OFF_SECONDS = 400;
/** Dates fall on a raster, so that equal ones are common. */
const RASTER_SECONDS = 50;
/** What is sent again is one of so many last statements: often the first is still under way. */
const REPEATED_OF = 40;
/** Only the first statement of a key can meet H486: among so many first writes, decisions (HS_KARAR) are common. */
const EARLY_WRITES = 150;
/** Law number of the source that a citizen's refusal on the web is written under (vocabulary of the registry). */
const IYS_WEB = 102;

interface BrandUnderTest {
  readonly provider: number;
  readonly brand: number;
  readonly model: BrandModel;
}

/** A call's place in time: ticks of one counter, and seconds for comparing with creation dates. */
interface Span {
  readonly began: number;
  readonly ended: number;
  readonly beganAt: number;
  readonly endedAt: number;
}

type Result =
  | { readonly transactionId: string; readonly creationDate: string; readonly isRepeat?: boolean }
  | { readonly code: string };

interface Write extends Span {
  readonly brand: BrandUnderTest;
  readonly items: readonly Said[];
  readonly v2: boolean;
  readonly requestId: string | null;
  /** By item; empty where the whole call was refused for its form. */
  readonly results: readonly Result[];
  /** Well-formed refusals (or too old ones) of a call that was refused for its form: withheld. */
  readonly kept: readonly Said[];
}

interface Read extends Span {
  readonly brand: BrandUnderTest;
  readonly explain: (first: number, last: number, withheld: Withheld) => string | null;
}

let server: TestServer;
let caller: Caller;
let random: Random;
const tokens = new Map<number, string>();
const retailers = new Map<number, number[]>();
const writes: Write[] = [];
const reads: Read[] = [];
let tick = 0;
let begun = 0;
let base = 0;
let brands: BrandUnderTest[] = [];

beforeAll(async () => {
  random = seeded(testSeed('model'));
  server = await testServer();
  caller = openCaller(server.url, WRITERS + READERS + 10);
  brands = [
    { provider: 600100, brand: 600100, model: new BrandModel(false) },
    { provider: 600100, brand: 600101, model: new BrandModel(false) },
    { provider: 600200, brand: 600200, model: new BrandModel(true) },
  ];
  await server.owner.query(`update provider set strictness = 'welcoming' where provider_code = 600200`);
  server.rooms.access.forget();
  for (const { code, email } of [RETAIL, BANK, PARTNER]) tokens.set(code, await server.token(email));
  for (const brand of brands) retailers.set(brand.brand, await makeRetailers(brand));
  base = server.clock.now() - SPAN_SECONDS - OFF_SECONDS - 10;
});

afterAll(async () => {
  caller.close();
  await server.close();
});

async function makeRetailers(brand: BrandUnderTest): Promise<number[]> {
  const codes: number[] = [];
  for (const tckn of ['10000000146', '20000000282', '30000000328']) {
    const said = await caller.call('POST', `${path(brand, '').replace('/consents', '')}/retailers`, tokenOf(brand), {
      title: `Bayi ${tckn}`,
      name: 'Deneme',
      tckn,
      tin: tckn,
      city: { code: '34', name: 'İstanbul' },
      town: { code: '01', name: 'Kadıköy' },
    });
    expect([said.status, said.text]).toEqual([201, expect.any(String)]);
    codes.push((said.body as { retailerCode: number }).retailerCode);
  }
  return codes;
}

function tokenOf({ provider }: BrandUnderTest): string {
  return tokens.get(provider) as string;
}

function path({ provider, brand }: BrandUnderTest, rest: string, v2 = false): string {
  return `${v2 ? '/v2' : ''}/sps/${provider}/brands/${brand}/consents${rest}`;
}

// ------------------------------------------------------------------------------------------------ what is sent

const SOURCES = ['HS_WEB', 'HS_MOBIL', 'HS_FIZIKSEL_ORTAM', 'HS_CAGRI_MERKEZI'] as const;
const TELEPHONES = ['+905321110001', '+905321110002', '+905321110003', '+902124440000'] as const;
const EMAILS = [
  'ayse.kaya@posta.example',
  'a_b-c+d@posta.example',
  '007@posta.example',
  'x.y@alt.posta.example',
] as const;

function someDate(): string {
  const at = base + Math.floor((begun / WRITES) * SPAN_SECONDS) + random.below(2 * OFF_SECONDS) - OFF_SECONDS;
  return wireTime(at - (at % RASTER_SECONDS));
}

function someKey(): Pick<Said, 'recipient' | 'type' | 'recipientType'> {
  const type = random.pick(['ARAMA', 'MESAJ', 'EPOSTA'] as const);
  return {
    type,
    recipient: random.pick(type === 'EPOSTA' ? EMAILS : TELEPHONES),
    recipientType: random.chance(0.25) ? 'TACIR' : 'BIREYSEL',
  };
}

/** Statements sent before, by brand: some are sent again. */
const sentBefore = new Map<number, Said[]>();

function someStatement(brand: BrandUnderTest): Said {
  const before = sentBefore.get(brand.brand) ?? [];
  sentBefore.set(brand.brand, before);
  if (before.length > 0 && random.chance(0.15)) return random.pick(before.slice(-REPEATED_OF));
  const said = newStatement(brand);
  before.push(said);
  return said;
}

function newStatement({ brand }: BrandUnderTest): Said {
  const key = someKey();
  const status = random.chance(0.45) ? 'RET' : 'ONAY';
  const merchant = key.recipientType === 'TACIR' && status === 'ONAY';
  const decision = status === 'RET' && random.chance(begun < EARLY_WRITES ? 0.5 : 0.1);
  const source = merchant && random.chance(0.1) ? null : decision ? 'HS_KARAR' : random.pick(SOURCES);
  const date = merchant && random.chance(0.1) ? null : someDate();
  // Retailers follow from the rest: two statements that say the same are the same.
  const codes = retailers.get(brand) as number[];
  const own = seeded(hashOf(JSON.stringify([key, status, source, date])));
  return {
    ...key,
    status,
    source,
    date,
    retailer: own.chance(0.2) ? own.pick(codes) : null,
    access: own.chance(0.1) ? own.shuffled(codes).slice(0, 1 + own.below(codes.length)) : null,
  };
}

function hashOf(text: string): number {
  let hash = 0;
  for (const letter of text) hash = (Math.imul(hash, 31) + letter.charCodeAt(0)) | 0;
  return hash;
}

/** A statement as it goes on the wire, in one of the spellings that mean the same. */
function body(said: Said): Record<string, unknown> {
  return {
    recipient: said.type === 'EPOSTA' && random.chance(0.2) ? said.recipient.toUpperCase() : said.recipient,
    type: said.type,
    ...(said.source !== null && { source: said.source }),
    status: said.status,
    ...(said.date !== null && { consentDate: said.date }),
    ...((said.recipientType === 'TACIR' || random.chance(0.7)) && { recipientType: said.recipientType }),
    ...(said.retailer !== null && { retailerCode: random.chance(0.3) ? String(said.retailer) : said.retailer }),
    ...(said.access !== null && { retailerAccess: said.access }),
  };
}

type Spoil = (sent: Record<string, unknown>) => { readonly code: string; readonly tooOld: boolean };

/** Faults of form, each with the code of the contract's table. */
const SPOILS: readonly Spoil[] = [
  (sent) => {
    delete sent['status'];
    return { code: 'H110', tooOld: false };
  },
  (sent) => {
    sent['status'] = 'RED';
    return { code: 'H115', tooOld: false };
  },
  (sent) => {
    delete sent['recipient'];
    return { code: 'H114', tooOld: false };
  },
  (sent) => {
    sent['recipient'] = sent['type'] === 'EPOSTA' ? 'ayşe@posta.example' : '+905992000000';
    return { code: sent['type'] === 'EPOSTA' ? 'H120' : 'H121', tooOld: false };
  },
  (sent) => {
    sent['consentDate'] = wireTime(server.clock.now() + 3_600);
    return { code: 'H162', tooOld: false };
  },
  (sent) => {
    sent['consentDate'] = '24.11.2026 12:00';
    return { code: 'H158', tooOld: false };
  },
  (sent) => {
    sent['note'] = 'x';
    return { code: 'H118', tooOld: false };
  },
  (sent) => {
    sent['source'] = 'HS_2015';
    sent['consentDate'] = '2015-05-01 00:00:00';
    return { code: 'H467', tooOld: true };
  },
  (sent) => {
    sent['consentDate'] = wireTime(base - 30 * 86_400);
    sent['source'] = 'HS_WEB';
    return { code: 'H467', tooOld: true };
  },
];

// ------------------------------------------------------------------------------------------------ the callers

async function timed<T>(work: () => Promise<T>): Promise<[Span, T]> {
  const began = ++tick;
  const beganAt = server.clock.now();
  const result = await work();
  return [{ began, beganAt, ended: ++tick, endedAt: server.clock.now() }, result];
}

function mayWrite(token: number, said: { readonly type: string }): boolean {
  return token !== PARTNER.code || said.type !== 'EPOSTA';
}

async function writeOnce(): Promise<void> {
  begun += 1;
  const brand = random.pick(brands);
  const asPartner = brand.brand === 600100 && random.chance(0.15);
  const code = asPartner ? PARTNER.code : brand.provider;
  const dice = random.next();
  if (dice < 0.08) await citizenSaysNo(brand);
  else if (dice < 0.72) await addOne(brand, code);
  else await addBatch(brand, code);
}

async function addOne(brand: BrandUnderTest, code: number): Promise<void> {
  const said = someStatement(brand);
  const v2 = random.chance(0.5);
  const sent = body(said);
  const spoilt = random.chance(0.06) ? random.pick(SPOILS)(sent) : null;
  // At a welcoming door a refusal is never too old: it is an ordinary statement with an old date.
  const welcome = spoilt?.tooOld === true && brand.model.isWelcoming(null) && said.status === 'RET';
  const meant: Said = spoilt?.tooOld ? dated(said, sent) : said;
  const [span, answer] = await timed(() => caller.call('POST', path(brand, '', v2), tokens.get(code), sent));
  const write = { ...span, brand, v2, requestId: null, items: [meant], results: [], kept: [] };
  if (spoilt !== null && !welcome) {
    // Too old is the age alone: the right to write comes before it.
    if (spoilt.tooOld && !mayWrite(code, said)) return expectAnswer(answer, 403, 'H353');
    expectAnswer(answer, 422, spoilt.code);
    writes.push({ ...write, kept: spoilt.tooOld && meant.status === 'RET' ? [meant] : [] });
    return;
  }
  if (!mayWrite(code, said)) return expectAnswer(answer, 403, 'H353');
  if (answer.status === 200) writes.push({ ...write, results: [answer.body as Result] });
  else {
    expect([answer.status, answer.text]).toEqual([400, expect.any(String)]);
    writes.push({ ...write, results: [{ code: codesOf(answer) }] });
  }
}

function dated(said: Said, sent: Record<string, unknown>): Said {
  return { ...said, date: sent['consentDate'] as string, source: sent['source'] as string };
}

function expectAnswer(answer: { status: number; body: unknown; text: string }, status: number, code: string): void {
  expect({ status: answer.status, codes: codesOf(answer as never), text: answer.text }).toEqual({
    status,
    codes: code,
    text: answer.text,
  });
}

async function addBatch(brand: BrandUnderTest, code: number): Promise<void> {
  const byKey = new Map<string, Said>();
  for (let n = 1 + random.below(20); n > 0; n--) {
    const said = someStatement(brand);
    if (mayWrite(code, said)) byKey.set(keyOf(said), said);
  }
  const items = [...byKey.values()];
  if (items.length === 0) return;
  const v2 = random.chance(0.5);
  const sent = items.map(body);
  const spoilt = new Map<number, ReturnType<Spoil>>();
  if (random.chance(0.1))
    for (let i = 0; i < items.length; i++)
      if (random.chance(0.3)) spoilt.set(i, random.pick(SPOILS)(sent[i] as Record<string, unknown>));
  const meant = items.map((said, i) =>
    spoilt.get(i)?.tooOld ? dated(said, sent[i] as Record<string, unknown>) : said,
  );
  const faults = [...spoilt].filter(
    ([i, { tooOld }]) => !(tooOld && brand.model.isWelcoming(null) && meant[i]?.status === 'RET'),
  );
  const [span, answer] = await timed(() => caller.call('POST', path(brand, '/request', v2), tokens.get(code), sent));
  if (faults.length > 0) {
    const errors = (answer.body as { errors: { code: string; index: number }[] }).errors;
    expect({ status: answer.status, errors: errors.map(({ code: one, index }) => [index, one]) }).toEqual({
      status: 422,
      errors: faults.map(([index, { code: one }]) => [index, one]),
    });
    const kept = meant.filter(({ status }, i) => status === 'RET' && spoilt.get(i)?.tooOld !== false);
    writes.push({ ...span, brand, v2, requestId: null, items: meant, results: [], kept });
    return;
  }
  expect([answer.status, answer.text]).toEqual([202, expect.any(String)]);
  const { requestId, subRequests } = answer.body as { requestId: string; subRequests: Record<string, unknown>[] };
  expect(
    subRequests.map(({ subRequestId, subrequestId, creationDate: _, ...rest }) => [
      subRequestId === subrequestId,
      rest,
    ]),
  ).toEqual(
    meant.map((said) => [
      true,
      {
        type: said.type,
        recipient: said.recipient,
        recipientType: said.recipientType,
        status: said.status,
        ...(said.source !== null && { source: said.source }),
        ...(said.date !== null && { consentDate: said.date }),
      },
    ]),
  );
  const result = await caller.call('GET', path(brand, `/request/${requestId}`, true), tokens.get(code));
  expect(result.status).toBe(200);
  const list = result.body as BatchItem[];
  expect(list).toHaveLength(meant.length);
  const results = list.map(({ error, transactionId, creationDate, isAddConsentV2Service }) =>
    error ? { code: error.code } : { transactionId, creationDate, isRepeat: isAddConsentV2Service !== undefined },
  );
  writes.push({ ...span, brand, v2, requestId, items: meant, results, kept: [] });
}

interface BatchItem {
  readonly error?: { readonly code: string };
  readonly transactionId: string;
  readonly creationDate: string;
  /** Told by V2 where the item was stored before. */
  readonly isAddConsentV2Service?: string;
}

/** A citizen's no, by the room: its doors come later. */
async function citizenSaysNo(brand: BrandUnderTest): Promise<void> {
  const account = brand.provider === RETAIL.code ? RETAIL : BANK;
  const principal = await server.rooms.access.principalOf(account.email);
  const answer = principal && server.rooms.access.brandScope(principal, brand.provider, brand.brand);
  if (!answer || !('scope' in answer)) throw new Error('no scope for an own brand');
  const said: Said = { ...someKey(), status: 'RET', source: 'IYS_WEB', date: someDate(), retailer: null, access: null };
  const channel = ['ARAMA', 'MESAJ', 'EPOSTA'].indexOf(said.type);
  const statement: Statement = {
    kind: channel * 2 + (said.recipientType === 'TACIR' ? 1 : 0),
    address: said.recipient,
    status: 0,
    source: IYS_WEB,
    consentedAt: fromWireTime(said.date as string),
    retailer: null,
  };
  const [span, [outcome]] = await timed(() =>
    server.rooms.registry.record(answer.scope, [statement], { door: DOORS.citizen }),
  );
  if (outcome === undefined) throw new Error('a statement without an outcome');
  const result =
    outcome.kind === 'refused'
      ? { code: outcome.code }
      : { transactionId: outcome.transactionId, creationDate: wireTime(outcome.receivedAt) };
  writes.push({ ...span, brand, v2: false, requestId: null, items: [said], results: [result], kept: [] });
}

// ------------------------------------------------------------------------------------------------ reading

/** Refusals withheld, by key: how status and lists may see them depends on when they were turned away. */
interface WithheldRefusal extends Span {
  readonly said: Said;
}
type Withheld = (key: string) => { readonly surely: WithheldRefusal[]; readonly maybe: WithheldRefusal[] };

/** The refusals that may be shown in place of a version; null among them: the version itself may be shown. */
function refusalsShown(version: Version, { surely, maybe }: ReturnType<Withheld>): (WithheldRefusal | null)[] {
  const { last } = version;
  if (last?.status === 'RET') return [null];
  const counts = (one: WithheldRefusal): boolean =>
    last === null || last.date === null || (one.said.date as string) >= last.date;
  const newest = surely.reduce((date, { said }) => ((said.date as string) > date ? (said.date as string) : date), '');
  const shown: (WithheldRefusal | null)[] = [...surely, ...maybe].filter(
    (one) => counts(one) && (one.said.date as string) >= newest,
  );
  if (!surely.some(counts)) shown.push(null);
  return shown;
}

/** Why a status answer fits neither the version nor a withheld refusal over it; null where it does. */
function statusMatches(answer: unknown, version: Version, refusals: ReturnType<Withheld>): boolean {
  const { last } = version;
  const shown =
    last === null ? {} : { ...wire(last), retailerAccessCount: version.access.size, ...retailerFields(last) };
  return refusalsShown(version, refusals).some((refusal) => {
    if (refusal === null) return same(answer, shown);
    const { said, beganAt, endedAt } = refusal;
    const at = fromWireTime(String((answer as { creationDate?: string }).creationDate));
    const { creationDate: _, ...rest } = answer as Record<string, unknown>;
    const {
      creationDate: __,
      transactionId,
      ...refused
    } = wire({ ...said, creationDate: '', transactionId: last?.transactionId ?? '' });
    const expected = {
      ...refused,
      retailerAccessCount: version.access.size,
      // Over a consent it is shown in that one's place; where nothing was recorded no movement has an id.
      ...(last !== null && { transactionId, ...retailerFields(last) }),
    };
    return at >= beganAt && at <= endedAt && same(rest, expected);
  });
}

function retailerFields({ retailer }: Recorded): object {
  if (retailer === null) return {};
  const places = [...retailers.values()].map((codes) => codes.indexOf(retailer)).filter((place) => place >= 0);
  const tckn = ['10000000146', '20000000282', '30000000328'][places[0] as number];
  return { retailerCode: retailer, retailerTitle: `Bayi ${tckn}` };
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}

async function readStatus(brand: BrandUnderTest, key = someKey()): Promise<Read> {
  const [span, answer] = await timed(() => caller.call('POST', path(brand, '/status'), tokenOf(brand), key));
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  const name = keyOf(key);
  return {
    ...span,
    brand,
    explain: (first, last, withheld) =>
      brand.model.between(name, first, last).some((version) => statusMatches(answer.body, version, withheld(name)))
        ? null
        : `status ${name}: ${answer.text}`,
  };
}

async function readHistory(brand: BrandUnderTest, key = someKey(), paged = true): Promise<Read> {
  const limit = paged ? 1 + random.below(100) : 100;
  const offset = paged && random.chance(0.3) ? random.below(10) : 0;
  const [span, answer] = await timed(() =>
    caller.call('POST', path(brand, `/history?limit=${limit}&offset=${offset}`), tokenOf(brand), key),
  );
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  const name = keyOf(key);
  return {
    ...span,
    brand,
    explain: (first, last) =>
      brand.model.between(name, first, last).some(({ history }) => {
        const list = history.slice(offset, offset + limit).map(wire);
        return same(answer.body, { list, pagination: { totalCount: history.length, pageSize: list.length, offset } });
      })
        ? null
        : `history ${name}: ${answer.text}`,
  };
}

async function readList(brand: BrandUnderTest, all = false): Promise<Read> {
  const { type, recipientType } = someKey();
  const known: readonly string[] = type === 'EPOSTA' ? EMAILS : TELEPHONES;
  const recipients = all ? [...known] : random.shuffled(known).slice(0, 1 + random.below(known.length));
  const [span, answer] = await timed(() =>
    caller.call('POST', path(brand, `/${recipientType}/status/${type}`), tokenOf(brand), { recipients }),
  );
  expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
  const { list } = answer.body as { list: string[] };
  return {
    ...span,
    brand,
    explain: (first, last, withheld) => {
      const keys = recipients.map((recipient) => keyOf({ recipient, type, recipientType }));
      // One moment for the whole list.
      const moments = new Set([
        first,
        ...keys.flatMap((key) => brand.model.between(key, first, last)).map(({ seq }) => seq),
      ]);
      const fits = [...moments].some((moment) =>
        moment < first
          ? false
          : recipients.every((recipient, i) => {
              const version = brand.model.at(keys[i] as string, moment);
              const isGranted = version.last?.status === 'ONAY';
              if (!list.includes(recipient))
                return !isGranted || refusalsShown(version, withheld(keys[i] as string)).some((one) => one !== null);
              return isGranted && refusalsShown(version, withheld(keys[i] as string)).includes(null);
            }),
      );
      return fits && list.every((one) => recipients.includes(one))
        ? null
        : `list ${type} ${recipientType}: ${answer.text}`;
    },
  };
}

async function readOnce(): Promise<void> {
  const brand = random.pick(brands);
  const dice = random.next();
  reads.push(dice < 0.5 ? await readStatus(brand) : dice < 0.75 ? await readHistory(brand) : await readList(brand));
}

/** Follows the cursor of one brand and source while the writers write; small pages, so that it is always behind. */
async function follow(brand: BrandUnderTest, source: 'HS' | 'IYS', isOver: () => boolean): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (let after = ''; ; ) {
    const over = isOver();
    const query = `source=${source}&limit=${1 + random.below(40)}&after=${after}`;
    const answer = await caller.call('GET', path(brand, `/changes?${query}`), tokenOf(brand));
    if (answer.status === 204) {
      if (over) return rows;
      continue;
    }
    expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
    const page = answer.body as { after: string; list: unknown[] };
    rows.push(...page.list);
    after = page.after;
  }
}

// ------------------------------------------------------------------------------------------------ the comparison

/** Journal numbers between which a call ran: after all that was answered before it, before all that began after it. */
function windowsOf(journal: readonly Placed[]): (span: Span) => [number, number] {
  const byEnd = [...journal].sort((a, b) => a.answered - b.answered);
  const byBegin = [...journal].sort((a, b) => a.write.began - b.write.began);
  const highest: number[] = [];
  for (const { seq } of byEnd) highest.push(Math.max(seq, highest.at(-1) ?? 0));
  const lowest: number[] = new Array(byBegin.length);
  for (let i = byBegin.length - 1; i >= 0; i--)
    lowest[i] = Math.min((byBegin[i] as { seq: number }).seq, lowest[i + 1] ?? Number.POSITIVE_INFINITY);
  const count = (list: readonly Placed[], before: (one: Placed) => boolean): number => {
    let low = 0;
    for (let high = list.length; low < high; ) {
      const middle = (low + high) >> 1;
      if (before(list[middle] as Placed)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return ({ began, ended }) => {
    const answered = count(byEnd, (one) => one.answered < began);
    const sentBefore = count(byBegin, ({ write }) => write.began <= ended);
    return [highest[answered - 1] ?? 0, Math.min(journal.length, (lowest[sentBefore] ?? Number.POSITIVE_INFINITY) - 1)];
  };
}

interface Placed {
  readonly write: Write;
  /** Tick at which somebody knew of it. */
  readonly answered: number;
  readonly said: Said;
  readonly index: number;
  readonly seq: number;
  readonly transactionId: string;
  readonly creationDate: string;
}

/**
 * Which results are new movements: of all that name one transactionId, the one that made it. It says what the feed shows;
 * a batch tells by itself which of its items were repeats; where several are left, they are equal.
 */
function placeMovements(
  { model }: BrandUnderTest,
  own: readonly Write[],
  shown: ReadonlyMap<string, object>,
  wrong: string[],
): Placed[] {
  const claims = new Map<string, (Placed & { isRepeat: boolean; isFirst: boolean })[]>();
  for (const write of own)
    write.results.forEach((result, index) => {
      if ('code' in result) return;
      const { transactionId, creationDate } = result;
      const said = write.items[index] as Said;
      const isRepeat = result.isRepeat === true;
      const isFirst =
        result.isRepeat === false || (!write.v2 && !(model.isWelcoming(said.source) && said.status === 'RET'));
      const at = { seq: seqOf(transactionId), transactionId, creationDate };
      const placed = { write, said, index, isRepeat, isFirst, answered: write.ended, ...at };
      claims.set(transactionId, [...(claims.get(transactionId) ?? []), placed]);
    });
  const movements: Placed[] = [];
  for (const [transactionId, list] of claims) {
    const able = list.filter(
      ({ said, isRepeat, creationDate }) =>
        !isRepeat && same(wire({ ...said, creationDate, transactionId } as Recorded), shown.get(transactionId)),
    );
    const firsts = able.filter(({ isFirst }) => isFirst);
    const maker = firsts[0] ?? able.sort((a, b) => a.write.began - b.write.began)[0];
    if (firsts.length > 1 || maker === undefined)
      wrong.push(
        `made by ${firsts.length}: ${JSON.stringify([shown.get(transactionId), list.map(({ said }) => said)])}`,
      );
    // Whoever was told of it first knows that it was there.
    const answered = Math.min(...list.map(({ write }) => write.ended));
    movements.push({ ...(maker ?? (list[0] as Placed)), answered });
  }
  return movements.sort((a, b) => a.seq - b.seq);
}

test(`${WRITERS} writers, ${READERS} readers and the followers of the feeds see what the rules say`, {
  timeout: HANGING_MS,
}, async () => {
  let writing = true;
  const followers = brands.flatMap((brand) =>
    (['HS', 'IYS'] as const).map(async (source) => ({
      brand,
      source,
      rows: await follow(brand, source, () => !writing),
    })),
  );
  const readers = Array.from({ length: READERS }, async () => {
    while (writing) await readOnce();
  });
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      while (begun < WRITES) await writeOnce();
    }),
  );
  writing = false;
  await Promise.all(readers);
  const followed = await Promise.all(followers);

  // The end: every key and list once more, when nothing moves.
  for (const brand of brands) {
    for (const type of ['ARAMA', 'MESAJ', 'EPOSTA'])
      for (const recipientType of ['BIREYSEL', 'TACIR'])
        for (const recipient of type === 'EPOSTA' ? EMAILS : TELEPHONES) {
          reads.push(await readStatus(brand, { recipient, type, recipientType }));
          reads.push(await readHistory(brand, { recipient, type, recipientType }, false));
        }
    for (let n = 0; n < 6; n++) reads.push(await readList(brand, true));
  }

  const wrong: string[] = [];
  for (const brand of brands) {
    const own = writes.filter((write) => write.brand === brand);
    const shown = new Map(
      followed
        .filter((one) => one.brand === brand)
        .flatMap(({ rows }) => rows as { transactionId: string }[])
        .map((row) => [row.transactionId, row]),
    );
    const placed = replay(brand, own, shown, wrong);
    const window = windowsOf(placed);
    explainWrites(brand, own, placed, window, wrong);
    const withheldBy = withheldOf(own);
    for (const read of reads.filter((one) => one.brand === brand)) {
      const why = read.explain(...window(read), (key) => withheldAt(withheldBy.get(key) ?? [], read));
      if (why !== null) wrong.push(why);
    }
    for (const { source, rows } of followed.filter((one) => one.brand === brand)) {
      const expected = brand.model.journal.filter(
        (one) => (one.source ?? 'HS').startsWith('IYS') === (source === 'IYS'),
      );
      if (!same(rows, expected.map(wire))) wrong.push(`the follower of ${brand.brand} ${source} saw something else`);
      const again = await follow(brand, source, () => true);
      if (!same(again, rows)) wrong.push(`the feed of ${brand.brand} ${source} is another afterwards`);
    }
    await compareBatches(brand, own, wrong);
  }
  expect(wrong.slice(0, 10)).toEqual([]);
  const kinds = new Set(writes.flatMap(({ results }) => results.map((one) => ('code' in one ? one.code : 'accepted'))));
  // A run that met too little shows too little.
  expect([...kinds].sort()).toEqual(['H174', 'H175', 'H178', 'H462', 'H463', 'H486', 'accepted']);
});

/** Replays the accepted statements of a brand in the order of their numbers. */
function replay(
  brand: BrandUnderTest,
  own: readonly Write[],
  shown: ReadonlyMap<string, object>,
  wrong: string[],
): Placed[] {
  const { model } = brand;
  const placed = placeMovements(brand, own, shown, wrong);
  placed.forEach((one, at) => {
    const { write, said, seq, transactionId, creationDate, index } = one;
    if (seq !== at + 1) wrong.push(`number ${seq} in place of ${at + 1}`);
    const before = model.at(keyOf(said), seq - 1);
    const verdict = model.verdict(said, before.last, write.v2);
    if (verdict.kind !== 'accepted' && verdict.kind !== 'overtaken')
      wrong.push(`accepted as ${seq} against the rules (${JSON.stringify(verdict)}): ${JSON.stringify(said)}`);
    const at2 = fromWireTime(creationDate);
    if (at2 < write.beganAt || at2 > write.endedAt) wrong.push(`received at another time: ${creationDate}`);
    if (creationDate < (model.journal.at(-1)?.creationDate ?? '')) wrong.push(`time goes back at ${seq}`);
    model.append({
      ...said,
      seq,
      transactionId,
      creationDate,
      requestId: write.requestId,
      index,
      v2: write.v2,
      overtaken: verdict.kind === 'overtaken',
    });
  });
  return placed;
}

/** Every result, accepted or not, must be what the rules say at a moment when its call ran, a batch's at one moment. */
function explainWrites(
  { model }: BrandUnderTest,
  own: readonly Write[],
  placed: readonly Placed[],
  window: (span: Span) => [number, number],
  wrong: string[],
): void {
  const byWrite = new Map<Write, Placed[]>();
  for (const one of placed) byWrite.set(one.write, [...(byWrite.get(one.write) ?? []), one]);
  for (const write of own) {
    if (write.results.length === 0) continue;
    const [first, last] = window(write);
    const moved = byWrite.get(write) ?? [];
    const start = moved[0]?.seq;
    if (moved.some(({ seq }, i) => seq !== (start as number) + i)) wrong.push('a batch is not in one piece');
    if (start !== undefined && (start <= first || start > last + 1))
      wrong.push(`number ${start} contradicts the order of calls (${first}..${last})`);
    const fits = (moment: number): boolean =>
      write.items.every((said, i) => {
        const result = write.results[i] as Result;
        const before = model.at(keyOf(said), moment).last;
        const verdict = model.verdict(said, before, write.v2);
        if ('code' in result) return verdict.kind === 'refused' && verdict.code === result.code;
        if (verdict.kind === 'refused') return false;
        if (verdict.kind !== 'unchanged') return moved.some(({ index }) => index === i);
        return before?.transactionId === result.transactionId && before.creationDate === result.creationDate;
      });
    const moments =
      start !== undefined
        ? [start - 1]
        : [first, ...write.items.flatMap((said) => model.between(keyOf(said), first, last)).map(({ seq }) => seq)];
    if (!moments.some((moment) => moment >= (start === undefined ? first : 0) && fits(moment)))
      wrong.push(`no moment explains ${JSON.stringify({ items: write.items, results: write.results }).slice(0, 600)}`);
  }
}

/** Refusals that were turned away, by key. */
function withheldOf(own: readonly Write[]): Map<string, WithheldRefusal[]> {
  const byKey = new Map<string, WithheldRefusal[]>();
  const withhold = (write: Write, said: Said): void => {
    const { began, ended, beganAt, endedAt } = write;
    const key = keyOf(said);
    byKey.set(key, [...(byKey.get(key) ?? []), { began, ended, beganAt, endedAt, said }]);
  };
  for (const write of own) {
    for (const said of write.kept) withhold(write, said);
    write.results.forEach((result, i) => {
      const said = write.items[i] as Said;
      if ('code' in result && said.status === 'RET') withhold(write, said);
    });
  }
  return byKey;
}

function withheldAt(list: readonly WithheldRefusal[], read: Span): ReturnType<Withheld> {
  return {
    surely: list.filter(({ ended }) => ended < read.began),
    maybe: list.filter(({ began, ended }) => ended >= read.began && began <= read.ended),
  };
}

/** Results of all batches, in V1 and V2, after everything. */
async function compareBatches(brand: BrandUnderTest, own: readonly Write[], wrong: string[]): Promise<void> {
  const byId = new Map(brand.model.journal.map((one) => [one.transactionId, one]));
  for (const { requestId, results, v2: batchV2 } of own) {
    if (requestId === null) continue;
    for (const v2 of [false, true]) {
      const answer = await caller.call('GET', path(brand, `/request/${requestId}`, v2), tokenOf(brand));
      const list = answer.body as Record<string, unknown>[];
      const ids = list.map(({ subRequestId }) => subRequestId as string);
      if (new Set([...ids, requestId]).size !== list.length + 1) wrong.push(`ids of ${requestId} are not distinct`);
      const expected = results.map((result, index) => {
        const both = { index, subRequestId: ids[index], subrequestId: ids[index] };
        if ('code' in result) return { ...both, status: 'failure', error: { code: result.code } };
        const stored = byId.get(result.transactionId) as Recorded;
        const repeated = stored.requestId !== requestId || stored.index !== index;
        return {
          ...both,
          status: 'success',
          requestId,
          transactionId: result.transactionId,
          creationDate: result.creationDate,
          ...(v2 && repeated && { isAddConsentV2Service: String(stored.v2), ...original(stored) }),
        };
      });
      const shown = list.map(({ error, originalRequestInformation: info, ...rest }) => ({
        ...rest,
        ...(error !== undefined && { error: { code: (error as { code: string }).code } }),
        ...(info !== undefined && { originalRequestId: (info as { requestId: string }).requestId }),
      }));
      if (!same(shown, expected))
        wrong.push(`batch ${batchV2} ${v2}: ${JSON.stringify(shown)} in place of ${JSON.stringify(expected)}`);
    }
  }
}

function original({ requestId }: Recorded): object {
  return requestId === null ? {} : { originalRequestId: requestId };
}
