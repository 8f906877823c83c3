// The demo: fixed providers, brands, users and retailers, and two weeks of believable history, made by a seeded
// generator through the registry's one way in. Loaded once into an empty database; a demo that was interrupted is
// completed by the next start.

import { channelOf, kindOf, ONAY, RET, SOURCE_NUMBERS, type Statement } from '@acik-iys/law';
import type { Rooms } from './doors/official/index.ts';
import { movableClock } from './ground/clock.ts';
import type { Database } from './ground/database.ts';
import type { AddressKeys } from './ground/keys.ts';
import type { BrandScope } from './rooms/access/index.ts';
import { DOORS, openRegistry } from './rooms/registry/index.ts';

export const DEMO_ACCOUNTS = [
  {
    title: 'Örnek Perakende A.Ş.',
    code: 600100,
    email: 'api@ornek-perakende.example',
    password: 'Ornek-Parola-600100',
  },
  { title: 'Örnek Banka A.Ş.', code: 600200, email: 'api@ornek-banka.example', password: 'Ornek-Parola-600200' },
  { title: 'Örnek İş Ortağı A.Ş.', code: 900100, email: 'api@ornek-isortagi.example', password: 'Ornek-Parola-900100' },
] as const;

const DAYS = 14;
const DAY = 86_400;
/** Consents of an ordinary day, by brand: shop, its second brand, bank. */
const CONSENTS_PER_DAY = [320, 90, 210];
/** Any number: the same history every time. */
const SEED = 20_261_124;

const RETAILERS = [
  {
    title: 'Örnek Kadıköy Mağazacılık Ltd. Şti.',
    name: 'Ayşe Yılmaz',
    tckn: '10000000146',
    tin: '1234567890',
    city: ['34', 'İstanbul'],
    town: ['01', 'Kadıköy'],
  },
  {
    title: 'Örnek Çankaya Perakende Ltd. Şti.',
    name: 'Mehmet Demir',
    tckn: '20000000282',
    tin: '1111111114',
    city: ['6', 'Ankara'],
    town: ['02', 'Çankaya'],
  },
  {
    title: 'Örnek Konak Bayi',
    name: 'Zeynep Kaya',
    tckn: '30000000328',
    tin: '2222222224',
    city: ['35', 'İzmir'],
    town: ['03', 'Konak'],
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
  readonly rooms: Rooms;
  readonly database: Database;
  readonly keys: AddressKeys;
}

/** @returns movements recorded now; 0 where the demo was there already */
export async function loadDemo({ rooms, database, keys }: DemoTools): Promise<number> {
  await makeParties(rooms);
  return await makeHistory(rooms, database, keys);
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

async function scopeOf({ access }: Rooms, email: string, providerCode: number, brandId: number): Promise<BrandScope> {
  const principal = await access.principalOf(email);
  const answer = principal && access.brandScope(principal, providerCode, brandId);
  if (!answer || !('scope' in answer)) throw new Error('the demo has no scope for its own brand');
  return answer.scope;
}

async function makeHistory(rooms: Rooms, database: Database, keys: AddressKeys): Promise<number> {
  const retail = await scopeOf(rooms, 'api@ornek-perakende.example', 600100, 600100);
  const baby = await scopeOf(rooms, 'api@ornek-perakende.example', 600100, 600101);
  const bank = await scopeOf(rooms, 'api@ornek-banka.example', 600200, 600200);
  if ((await rooms.registry.lastSeq(600200)) > 0) return 0;
  const retailers: number[] = [];
  const existing = await rooms.parties.retailers(retail, { offset: 0, limit: 100 });
  for (const one of existing.list) retailers.push(one.retailerCode);
  for (const { city, town, ...rest } of RETAILERS.slice(existing.list.length)) {
    const made = await rooms.parties.createRetailer(retail, {
      ...rest,
      city: { code: city[0], name: city[1] },
      town: { code: town[0], name: town[1] },
    });
    if (made && 'retailerCode' in made) retailers.push(made.retailerCode);
  }

  // The past is recorded by the same code, under a clock that walks from day to day.
  const clock = movableClock();
  const registry = openRegistry({ database, clock, keys });
  const random = seeded(SEED);
  const now = rooms.clock.now();
  let recorded = 0;
  for (const [brand, scope] of [retail, baby, bank].entries()) {
    if ((await registry.lastSeq(scope.brandId)) > 0) continue;
    const granted: Statement[] = [];
    for (let day = DAYS; day >= 1; day--) {
      // Three rounds a day, the last of them some hours before now on the last day.
      for (const hour of [3, 7, 12]) {
        const at = now - day * DAY + hour * 3_600;
        clock.setTo(at);
        const statements = someConsents(random, brand, at, retailers, brand === 0);
        granted.push(...statements);
        const refusals = someRefusals(random, statements.length / 10, granted, at);
        const outcomes = await registry.record(scope, statements, { door: DOORS.demo });
        recorded += outcomes.filter(({ kind }) => kind === 'accepted').length;
        clock.setTo(at + 60);
        await registry.record(scope, refusals.provider, { door: DOORS.demo });
        await registry.record(scope, refusals.citizens, { door: DOORS.citizen });
        recorded += refusals.provider.length + refusals.citizens.length;
      }
    }
  }
  await registry.drained();
  return recorded;
}

const NAMES = ['ayse', 'mehmet', 'zeynep', 'mustafa', 'elif', 'ahmet', 'emine', 'ali', 'fatma', 'deniz', 'can', 'ece'];
const SURNAMES = ['yilmaz', 'kaya', 'demir', 'celik', 'sahin', 'yildiz', 'aydin', 'ozturk', 'arslan', 'dogan'];
const SOURCES = ['HS_WEB', 'HS_WEB', 'HS_MOBIL', 'HS_FIZIKSEL_ORTAM', 'HS_CAGRI_MERKEZI', 'HS_ISLAK_IMZA'] as const;

function someConsents(
  random: () => number,
  brand: number,
  at: number,
  retailers: readonly number[],
  withRetailers: boolean,
): Statement[] {
  const list: Statement[] = [];
  const count = ((CONSENTS_PER_DAY[brand] as number) / 3) * (0.6 + random() * 0.8);
  for (let i = 0; i < count; i++) {
    const channel = Math.floor(random() * 3);
    const person = Math.floor(random() * 9_000_000);
    const address =
      channel === 2
        ? `${pick(random, NAMES)}.${pick(random, SURNAMES)}${person % 997}@posta${brand}.example`
        : `+9053${2 + Math.floor(random() * 6)}${(1_000_000 + person).toString().padStart(7, '0').slice(-7)}`;
    list.push({
      kind: kindOf(channel, random() < 0.08 ? 1 : 0),
      address,
      status: ONAY,
      source: SOURCE_NUMBERS[pick(random, SOURCES)],
      consentedAt: at - Math.floor(random() * 20_000) - 60,
      retailer: withRetailers && random() < 0.2 && retailers.length > 0 ? pick(random, retailers) : null,
    });
  }
  return list;
}

/** Some people change their minds: a part tells the provider, a part the registry. */
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
