// The demo: fixed providers, brands, users and retailers, and two weeks of believable history, made by a seeded
// generator through the registry's one way in. Loaded once; a history that was interrupted is completed by the next
// start. Each of its calls has a time of its own and is one transaction, so a brand's journal says itself where it began
// and how far it came.

import { randomUUID } from 'node:crypto';
import {
  BIREYSEL,
  CHANNELS,
  channelOf,
  EPOSTA,
  kindOf,
  ONAY,
  RET,
  SOURCE_NUMBERS,
  type Statement,
  TACIR,
} from '@acik-iys/law';
import { DEMO_ACCOUNTS, DEMO_PEOPLE } from './demo-accounts.ts';
import type { Rooms } from './doors/official/index.ts';
import type { PortalRooms } from './doors/portal/index.ts';
import type { Clock } from './ground/clock.ts';
import type { Database } from './ground/database.ts';
import type { AddressKeys } from './ground/keys.ts';
import type { BrandScope } from './rooms/access/index.ts';
import { DOORS, type Door, openRegistry } from './rooms/registry/index.ts';

const DAY = 86_400;
const DAYS = 14;
/** Hours of a day at which consents are recorded; on the last day some hours before the demo is loaded. */
const HOURS = [3, 7, 12];
/** When consents are recorded, oldest first, in seconds before the moment at which the demo is loaded. */
const ROUNDS = Array.from({ length: DAYS }, (_, n) => HOURS.map((hour) => (DAYS - n) * DAY - hour * 3_600)).flat();
const FIRST_ROUND = Math.max(...ROUNDS);
const LAST_ROUND = Math.min(...ROUNDS);
/** Any number: the same history every time. */
const SEED = 20_261_124;

interface DemoBrand {
  readonly providerCode: number;
  readonly brandId: number;
  /** Consents of an ordinary day. */
  readonly perDay: number;
  readonly hasRetailers: boolean;
}
/** A shop, its second brand, a bank. */
const BRANDS: readonly [DemoBrand, ...DemoBrand[]] = [
  { providerCode: 600100, brandId: 600100, perDay: 320, hasRetailers: true },
  { providerCode: 600100, brandId: 600101, perDay: 90, hasRetailers: false },
  { providerCode: 600200, brandId: 600200, perDay: 210, hasRetailers: false },
];

const RETAILERS = [
  {
    title: 'Örnek Kadıköy Mağazacılık Ltd. Şti.',
    name: 'Ayşe Yılmaz',
    tckn: '10000000146',
    tin: '1234567890',
    city: ['34', 'İstanbul'],
    town: ['429', 'Kadıköy'],
  },
  {
    title: 'Örnek Çankaya Perakende Ltd. Şti.',
    name: 'Mehmet Demir',
    tckn: '20000000282',
    tin: '1111111114',
    city: ['6', 'Ankara'],
    town: ['63', 'Çankaya'],
  },
  {
    title: 'Örnek Konak Bayi',
    name: 'Zeynep Kaya',
    tckn: '30000000328',
    tin: '2222222224',
    city: ['35', 'İzmir'],
    town: ['480', 'Konak'],
  },
] as const;

/** Mulberry32: small, fast, the same everywhere. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface DemoTools {
  readonly rooms: Rooms & PortalRooms;
  readonly database: Database;
  readonly keys: AddressKeys;
}

/** @returns movements recorded now; 0 where the demo was complete already */
export async function loadDemo({ rooms, database, keys }: DemoTools): Promise<number> {
  await makeParties(rooms);
  const recorded = await makeHistory(rooms, database, keys);
  await makePeople(rooms);
  await makeOffer(rooms);
  return recorded;
}

/** The fixed providers, brands, partner, grant and accounts; what is there already stays. */
export async function makeParties({ parties, access, clock }: Rooms): Promise<void> {
  const now = clock.now();
  const subscription = {
    packageName: 'Deneme',
    startsAt: now - 30 * DAY,
    expiresAt: now + 10 * 365 * DAY,
    consentLimit: 1_000_000,
    consentLimitExceed: true,
  };
  if (!(await access.providerExists(600100)))
    await parties.createProvider({
      providerCode: 600100,
      title: 'Örnek Perakende A.Ş.',
      brands: [
        { brandId: 600100, name: 'Örnek Perakende', master: true },
        { brandId: 600101, name: 'Örnek Bebek', master: false },
      ],
      subscription,
    });
  if (!(await access.providerExists(600200)))
    await parties.createProvider({
      providerCode: 600200,
      title: 'Örnek Banka A.Ş.',
      brands: [{ brandId: 600200, name: 'Örnek Banka', master: true }],
      subscription,
    });
  if (!(await parties.partnerExists(900100)))
    await parties.createPartner({ partnerCode: 900100, title: 'Örnek İş Ortağı A.Ş.', subscription });
  if (!(await gaveOnce(parties, 600100, 900100)))
    await parties.grant(900100, 600100, {
      arama: 'write',
      mesaj: 'write',
      eposta: 'read',
      reconciliation: true,
      via: false,
    });
  for (const { email, password, code } of DEMO_ACCOUNTS)
    if (!(await access.accountExists(email)))
      await access.createAccount({
        email,
        password,
        role: 'API_USER',
        ...(code < 900_000 ? { providerCode: code } : { partnerCode: code }),
      });
  access.forget();
}

/** Whether a provider of the demo ever gave this partner anything: what somebody ended meanwhile stays ended. */
async function gaveOnce({ rightsOf, pastRightsOf }: Rooms['parties'], from: number, to: number): Promise<boolean> {
  const rights = [...(await rightsOf(to)), ...(await pastRightsOf(to, 1_000))];
  return rights.some(({ provider }) => provider.code === from);
}

/** The people at the desk, one for each role, and the intermediary; who is there already stays as he is. */
export async function makePeople(rooms: Rooms & PortalRooms): Promise<void> {
  const { people, desks, parties } = rooms;
  for (const { name, email, organisation, role, ...more } of DEMO_PEOPLE) {
    if ((await people.byEmail(email)) !== undefined) continue;
    if (organisation.kind === 'intermediary' && !(await parties.intermediaryExists(organisation.code))) {
      await parties.createIntermediary({ intermediaryCode: organisation.code, title: organisation.title });
      await parties.nameIntermediary(organisation.code, 600100, true);
    }
    const retailers = role === 'retailer' ? await makeRetailers(rooms, await scopeOf(rooms, BRANDS[0])) : [];
    const [retailerCode] = retailers;
    await desks.seat(await people.create({ email, name }), organisation, {
      role,
      brands: 'brands' in more ? more.brands : null,
      ...(retailerCode !== undefined && { retailerCode }),
    });
  }
}

/** A second customer that waits for the partner to say yes. */
async function makeOffer({ parties }: Rooms): Promise<void> {
  if (await gaveOnce(parties, 600200, 900100)) return;
  const rights = { brandId: 600200, ARAMA: 'none', MESAJ: 'write', EPOSTA: 'read', reconciliation: false } as const;
  await parties.offer(
    { code: 600200, accountId: null },
    { offerId: randomUUID(), holderCode: 900100, rights: [rights], reason: 'Kış kampanyası' },
  );
}

async function scopeOf({ access }: Rooms, { providerCode, brandId }: DemoBrand): Promise<BrandScope> {
  const account = DEMO_ACCOUNTS.find(({ code }) => code === providerCode);
  const principal = account && (await access.principalOf(account.email));
  const answer = principal && access.brandScope(principal, providerCode, brandId);
  if (!answer || !('scope' in answer)) throw new Error('the demo has no scope for its own brand');
  return answer.scope;
}

/** Numbers of the demo's retailers; those that are missing are made. */
async function makeRetailers({ parties }: Rooms, scope: BrandScope): Promise<number[]> {
  const { list } = await parties.retailers(scope, { offset: 0, limit: 100 });
  const numbers: number[] = [];
  for (const { city, town, ...rest } of RETAILERS) {
    const found = list.find(({ tckn }) => tckn === rest.tckn);
    const made =
      found ??
      (await parties.createRetailer(scope, {
        ...rest,
        city: { code: city[0], name: city[1] },
        town: { code: town[0], name: town[1] },
      }));
    if (!made || !('retailerCode' in made)) throw new Error('a retailer of the demo was refused');
    numbers.push(made.retailerCode);
  }
  return numbers;
}

async function makeHistory(rooms: Rooms, database: Database, keys: AddressKeys): Promise<number> {
  // The past is recorded by the same code, under a clock that stands at the time of each call.
  let time = 0;
  const clock: Clock = { now: () => time, nowMs: () => time * 1_000 };
  const registry = openRegistry({ database, clock, keys });
  let loadedAt = rooms.clock.now();
  let recorded = 0;
  for (const brand of BRANDS) {
    const lastSeq = await registry.lastSeq(brand.brandId);
    const [first] = await registry.range(brand.brandId, 0, lastSeq, 1);
    const [last] = await registry.range(brand.brandId, lastSeq - 1, lastSeq, 1);
    // Somebody else's history is not written on.
    if (first !== undefined && first.door !== DOORS.demo) continue;
    if (first !== undefined) loadedAt = first.receivedAt + FIRST_ROUND;
    const done = last?.receivedAt ?? 0;
    if (done >= loadedAt - LAST_ROUND) continue;
    const scope = await scopeOf(rooms, brand);
    const retailers = brand.hasRetailers ? await makeRetailers(rooms, scope) : [];
    for (const { at, door, statements } of historyOf(brand, loadedAt, retailers)) {
      if (at <= done || statements.length === 0) continue;
      time = at;
      const outcomes = await registry.record(scope, statements, { door });
      recorded += outcomes.filter(({ kind }) => kind === 'accepted' || kind === 'overtaken').length;
    }
  }
  return recorded;
}

/** A brand's calls, oldest first; the last of them is never empty. */
function* historyOf(
  brand: DemoBrand,
  loadedAt: number,
  retailers: readonly number[],
): Generator<{ at: number; door: Door; statements: Statement[] }> {
  const random = seeded(SEED + brand.brandId);
  const granted: Statement[] = [];
  for (const ago of ROUNDS) {
    const at = loadedAt - ago;
    const consents = someConsents(random, brand, at, retailers);
    const refusals = someRefusals(random, consents.length / 10, granted, at - 120);
    yield { at: at - 120, door: DOORS.demo, statements: refusals.provider };
    yield { at: at - 60, door: DOORS.citizen, statements: refusals.citizens };
    yield { at, door: DOORS.demo, statements: consents };
    granted.push(...consents);
  }
}

const NAMES = ['ayse', 'mehmet', 'zeynep', 'mustafa', 'elif', 'ahmet', 'emine', 'ali', 'fatma', 'deniz', 'can', 'ece'];
const SURNAMES = ['yilmaz', 'kaya', 'demir', 'celik', 'sahin', 'yildiz', 'aydin', 'ozturk', 'arslan', 'dogan'];
const SOURCES = ['HS_WEB', 'HS_WEB', 'HS_MOBIL', 'HS_FIZIKSEL_ORTAM', 'HS_CAGRI_MERKEZI', 'HS_ISLAK_IMZA'] as const;

function someConsents(
  random: () => number,
  { brandId, perDay }: DemoBrand,
  at: number,
  retailers: readonly number[],
): Statement[] {
  const list: Statement[] = [];
  const count = (perDay / HOURS.length) * (0.6 + random() * 0.8);
  for (let i = 0; i < count; i++) {
    const channel = Math.floor(random() * CHANNELS.length);
    const person = Math.floor(random() * 9_000_000);
    const address =
      channel === EPOSTA
        ? `${pick(random, NAMES)}.${pick(random, SURNAMES)}${person % 997}@posta${brandId}.example`
        : `+9053${2 + Math.floor(random() * 6)}${1_000_000 + person}`;
    list.push({
      kind: kindOf(channel, random() < 0.08 ? TACIR : BIREYSEL),
      address,
      status: ONAY,
      source: SOURCE_NUMBERS[pick(random, SOURCES)],
      consentedAt: at - Math.floor(random() * 20_000) - 60,
      retailer: retailers.length > 0 && random() < 0.2 ? pick(random, retailers) : null,
    });
  }
  return list;
}

/** Some people change their minds: a part tells the provider, a part the registry. Their consents leave `granted`. */
function someRefusals(
  random: () => number,
  most: number,
  granted: Statement[],
  at: number,
): { provider: Statement[]; citizens: Statement[] } {
  const provider: Statement[] = [];
  const citizens: Statement[] = [];
  const count = most * (0.4 + random());
  for (let i = 0; i < count && granted.length > 0; i++) {
    const [one] = granted.splice(Math.floor(random() * granted.length), 1) as [Statement];
    const byCitizen = random() < 0.6;
    const source = byCitizen
      ? channelOf(one.kind) === 'EPOSTA'
        ? SOURCE_NUMBERS.IYS_EPOSTA
        : pick(random, [SOURCE_NUMBERS.IYS_KISAMESAJ, SOURCE_NUMBERS.IYS_MOBIL, SOURCE_NUMBERS.IYS_WEB])
      : SOURCE_NUMBERS.HS_CAGRI_MERKEZI;
    (byCitizen ? citizens : provider).push({ ...one, status: RET, source, consentedAt: at, retailer: null });
  }
  return { provider, citizens };
}

function pick<T>(random: () => number, from: readonly T[]): T {
  return from[Math.floor(random() * from.length)] as T;
}
