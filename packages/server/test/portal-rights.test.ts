// Who may do what: every route of the portal × every role of the demo × its own organisation and others', its own brands
// and others', from the contract (PORTAL) and the table of roles. A route that is added is covered by itself: what it is
// sent is made from its schema.

import { randomUUID } from 'node:crypto';
import { formatTime, kindOf, RET, SOURCE_NUMBERS } from '@acik-iys/law';
import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DEMO_PEOPLE } from '../src/demo-accounts.ts';
import { PORTAL, type PortalRoute, type PortalRouteName } from '../src/doors/portal/contract.ts';
import { type Ability, abilitiesOf } from '../src/rooms/access/roles.ts';
import { DOORS } from '../src/rooms/registry/index.ts';
import { anybody, type DeskAnswer, type DeskCaller, enter } from './support/desk.ts';
import { newPerson, PASSWORD } from './support/people.ts';
import { BANK, RETAIL, type TestServer, testServer } from './support/server.ts';

const BRANDS = [600100, 600101, 600200];
const ORGANISATIONS = [600100, 600200, 800100, 900100];
const FOREIGN = 600200;
/** What stands in answers of the bank alone. */
const SECRETS = /Banka|Gizli|600200/;
/** Of a session or of rights: everything else that goes wrong is about what was sent. */
const RIGHTS = /^(session\.(none|second_factor|step_up)|desk\.(none|ability|brand))$/;

type Name = PortalRouteName;
const routes = Object.entries(PORTAL) as [Name, PortalRoute][];
const atDesk = routes.filter(([name]) => name.includes('/:organisation'));
const personal = routes.filter((route) => !atDesk.includes(route));
const behindLogIn = routes.filter(([, { needs }]) => needs !== 'anyone');

/** What a route takes from a role beyond the table: this person may not do it for his own brand either. */
const NARROWER: Readonly<Record<string, readonly string[]>> = {
  'POST /organisations/:organisation/brands/:brand/consent-texts': ['retailer'],
  // With addresses in clear, as the sample asks.
  'POST /organisations/:organisation/report-jobs': ['clerk', 'evidence', 'viewer'],
};

let server: TestServer;
/** Things of the bank, by the name of the path's parameter: to reach for by who may not. */
let foreign: Readonly<Record<string, string | number>>;
/** Brands of each role's person. */
const brandsOf = new Map<string, number[]>();

beforeAll(async () => {
  server = await testServer({ config: { demo: true } });
  for (const { account, organisation } of DEMO_PEOPLE) {
    const caller = await enter(server, account);
    const desk = await caller.call('GET /organisations/:organisation', { params: { organisation: organisation.code } });
    brandsOf.set(
      account,
      desk.body.brands.map(({ brandId }) => brandId),
    );
  }
  for (const brandId of BRANDS) await refusalIn(brandId);
  foreign = await thingsOfTheBank();
});
afterAll(() => server.close());

async function refusalIn(brandId: number): Promise<void> {
  const { email, code } = brandId === FOREIGN ? BANK : RETAIL;
  const principal = await server.rooms.access.principalOf(email);
  const answer = principal && server.rooms.access.brandScope(principal, code, brandId);
  if (!answer || !('scope' in answer)) throw new Error('no scope');
  await server.rooms.registry.record(
    answer.scope,
    [
      {
        kind: kindOf(1, 0),
        address: `+9053200${brandId}1`.slice(0, 13),
        status: RET,
        source: SOURCE_NUMBERS.IYS_WEB,
        consentedAt: server.clock.now(),
        retailer: null,
      },
    ],
    { door: DOORS.citizen },
  );
}

async function thingsOfTheBank(): Promise<Readonly<Record<string, string | number>>> {
  const organisation = FOREIGN;
  const person = await newPerson(server, {
    name: 'Gizli Bankacı',
    seat: { code: FOREIGN, role: 'owner', brands: null },
  });
  const invitationId = randomUUID();
  const terms = { role: 'viewer' as const, brands: null, channels: null, retailerCode: null, until: null, reason: '' };
  await person.call('POST /organisations/:organisation/invitations', {
    params: { organisation },
    body: { ...terms, invitationId, email: 'gizli@banka.example', name: 'Gizli Davetli' },
  });
  const { body } = await person.call('GET /organisations/:organisation/staff', { params: { organisation } });
  const searched = await person.call('POST /organisations/:organisation/searches', {
    params: { organisation },
    body: { address: '05321112233' },
  });
  const entry = await person.call('POST /organisations/:organisation/entries', {
    params: { organisation },
    body: sample(PORTAL['POST /organisations/:organisation/entries'].body, FOREIGN) as never,
  });
  const [session] = (await person.call('GET /sessions')).body;
  return {
    invitationId,
    accountId: body.people[0]?.accountId ?? 0,
    grantId: body.people[0]?.grants[0]?.grantId ?? '',
    reference: searched.body.reference,
    entryId: entry.body.entryId,
    sessionId: session?.sessionId ?? '',
  };
}

/** All that the others might change of the bank's. */
async function stateOfTheBank(): Promise<unknown> {
  const { rows } = await server.owner.query(
    `select
       (select array_agg(g order by g.grant_id) from staff_grant g join account a using (account_id)
        where a.provider_code = $1) grants,
       (select array_agg(n order by n.invitation_id) from invitation n where n.organisation_code = $1) invitations,
       (select array_agg(e order by e.entry_id) from entry e where e.brand_id = $1) entries,
       (select array_agg(t order by t.seq) from refusal_tick t where t.brand_id = $1) ticks,
       (select last_seq from brand_journal where brand_id = $1) seq,
       (select array_agg(s.ended_at order by s.session_id) from person_session s
        where s.session_id = $2) sessions`,
    [FOREIGN, foreign['sessionId']],
  );
  return rows[0];
}

/** Strings by their pattern; by the name of the property; any other. */
const BY_PATTERN: readonly (readonly [pattern: RegExp, value: () => string])[] = [
  [/\[0-9a-f\]\{8\}/, randomUUID],
  [/^\^\[0-9\]\{4\}-/, () => '2026-11-24'],
  [/^\^\[0-9\]/, () => '1'],
  [/A-Za-z0-9_-/, () => 'AAAA'],
];
const BY_NAME: Readonly<Record<string, () => string>> = {
  address: () => '05321112233',
  recipient: () => '05321112233',
  email: () => 'biri@deneme.example',
  source: () => 'HS_WEB',
  consentDate: () => formatTime(server.clock.now() - 60),
};

interface Schema {
  readonly anyOf?: readonly Schema[];
  readonly const?: unknown;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
}

const isBrand = (name: string): boolean => /^brand(Id)?$/.test(name);

/** Something of the schema's form, about a brand where it names one. */
function sample(schema: TSchema, brandId: number): unknown {
  const make = (part: Schema, name: string): unknown => {
    if (part.anyOf) return make(part.anyOf[0] ?? {}, name);
    if ('const' in part) return part.const;
    if (part.type === 'object') {
      const entries = Object.entries(part.properties ?? {}).filter(
        ([key]) => isBrand(key) || part.required?.includes(key),
      );
      return Object.fromEntries(entries.map(([key, of]) => [key, make(of, key)]));
    }
    if (part.type === 'array') return part.maxItems === 0 ? [] : [make(part.items ?? {}, name)];
    if (part.type === 'integer') return isBrand(name) ? brandId : Math.max(1, part.minimum ?? 0);
    if (part.type === 'boolean') return true;
    if (part.type !== 'string') return null;
    if (isBrand(name)) return String(brandId);
    const { pattern = '', minLength = 0, maxLength = 40 } = part;
    const byPattern = BY_PATTERN.find(([sign]) => sign.test(pattern));
    return (BY_NAME[name] ?? byPattern?.[1] ?? (() => 'Deneme '.padEnd(minLength, 'x').slice(0, maxLength)))();
  };
  const made = make(schema as Schema, '');
  if (!Value.Check(schema, made)) throw new Error(`no sample of ${JSON.stringify(schema)}: ${JSON.stringify(made)}`);
  return made;
}

/** Whether the route is about one brand: by its path, its query or what is sent. */
function namesBrand([name, { query, body }]: readonly [Name, PortalRoute]): boolean {
  const has = (part: Schema | undefined): boolean =>
    part !== undefined &&
    (Object.entries(part.properties ?? {}).some(([key, of]) => isBrand(key) || has(of)) ||
      has(part.items) ||
      (part.anyOf?.some(has) ?? false));
  return name.includes('/:brand/') || has(query as Schema) || has(body as Schema);
}

/** One call with all that the route wants: things of the bank, about a brand. */
async function call(
  caller: DeskCaller,
  [name, route]: readonly [Name, PortalRoute],
  organisation: number,
  brandId: number,
): Promise<DeskAnswer<unknown>> {
  const params = new Proxy(
    { ...foreign, organisation, brand: brandId },
    { get: (known, param) => Reflect.get(known, param) ?? (String(param).endsWith('Id') ? randomUUID() : 'yok') },
  );
  return await caller.call(name, {
    params: params as never,
    ...(route.body && { body: sample(route.body, brandId) as never }),
    ...(route.query && { query: sample(route.query, brandId) as never }),
    ...(route.upload && { headers: { 'x-acik-iys-file-name': 'deneme.pdf' } }),
  });
}

const verdict = ({ status, problem }: DeskAnswer<unknown>): [number, string | undefined] => [status, problem?.code];

/** Brands that an answer names, by `brandId` or in a list `brands`. */
function brandsNamed(body: unknown): number[] {
  if (typeof body !== 'object' || body === null) return [];
  return Object.entries(body).flatMap(([key, value]) => [
    ...(key === 'brandId' && typeof value === 'number' ? [value] : []),
    ...(key === 'brands' && Array.isArray(value) ? value.filter((one) => typeof one === 'number') : []),
    ...brandsNamed(value),
  ]);
}

async function halfSession(): Promise<DeskCaller> {
  const email = `yarim-${randomUUID()}@deneme.example`;
  const personId = await server.rooms.people.create({ email, name: 'Yarım Giren', password: PASSWORD });
  await server.rooms.desks.seat(personId, { code: 600100, kind: 'provider' }, { role: 'owner', brands: null });
  const caller = anybody(server);
  await caller.call('POST /session', { body: { email, password: PASSWORD } });
  return caller;
}

describe.each(behindLogIn)('%s', (...route) => {
  it('lets in nobody without a session, nor with half of one but to complete it', async () => {
    expect(verdict(await call(anybody(server), route, 600100, 600100))).toEqual([401, 'session.none']);
    const half = await call(await halfSession(), route, 600100, 600100);
    if (route[1].needs === 'password') expect(half.problem?.code).not.toBe('session.none');
    else expect(verdict(half)).toEqual([401, 'session.second_factor']);
  });
});

describe.each(personal)('%s', (...route) => {
  it("tells and changes nothing of another's", async () => {
    const before = await stateOfTheBank();
    for (const caller of [anybody(server), await enter(server, 'owner')]) {
      const answer = await call(caller, route, 600100, FOREIGN);
      expect(answer.status).toBeLessThan(500);
      expect(JSON.stringify(answer.body)).not.toMatch(SECRETS);
    }
    expect(await stateOfTheBank()).toEqual(before);
  });
});

describe.each(atDesk)('%s', (...route) => {
  const [name, { needs }] = route;

  it.each(DEMO_PEOPLE.map((person) => [person.account, person] as const))(
    'answers %s by the table',
    async (account, person) => {
      const { role, organisation } = person;
      const own = brandsOf.get(account) ?? [];
      const others = BRANDS.filter((brandId) => !own.includes(brandId));
      const before = await stateOfTheBank();
      const caller = await enter(server, account);

      for (const code of ORGANISATIONS.filter((other) => other !== organisation.code))
        expect(verdict(await call(caller, route, code, code))).toEqual([403, 'desk.none']);

      const mine = await call(caller, route, organisation.code, own[0] ?? 0);
      const may = abilitiesOf(role, organisation.kind).includes(needs as Ability);
      if (!may || NARROWER[name]?.includes(account)) expect(verdict(mine)).toEqual([403, 'desk.ability']);
      else expect(mine.problem?.code ?? '').not.toMatch(RIGHTS);
      const answers = [mine];

      if (may && namesBrand(route))
        for (const brandId of others) {
          const answer = await call(caller, route, organisation.code, brandId);
          // A list may be empty instead; nothing is done or told.
          if (!name.startsWith('GET ') || answer.status !== 200) expect([403, 404]).toContain(answer.status);
          answers.push(answer);
        }

      for (const { status, body } of answers) {
        expect(status).toBeLessThan(500);
        expect(JSON.stringify(body) ?? '').not.toMatch(SECRETS);
        expect(brandsNamed(body).filter((brandId) => others.includes(brandId))).toEqual([]);
      }
      expect(await stateOfTheBank()).toEqual(before);
    },
  );
});

describe('the table', () => {
  it('lets every role in somewhere, and none but owners and managers everywhere', () => {
    for (const { role, organisation } of DEMO_PEOPLE) {
      const abilities = new Set<string>(abilitiesOf(role, organisation.kind));
      const open = atDesk.filter(([, { needs }]) => abilities.has(needs)).length;
      expect(open, role).toBeGreaterThan(0);
      if (role !== 'owner' && role !== 'manager') expect(open, role).toBeLessThan(atDesk.length);
    }
  });

  it('asks for a second factor just now where the contract says so, and nowhere else', async () => {
    const owner = await enter(server, 'owner');
    server.clock.move(11 * 60);
    for (const route of atDesk) {
      const { problem } = await call(owner, route, 600100, 600100);
      // Of those the handler asks, by what was sent.
      if (route[1].stepUp === 'in-clear') continue;
      if (route[1].stepUp) expect(problem.code, route[0]).toBe('session.step_up');
      else expect(problem?.code, route[0]).not.toBe('session.step_up');
    }
  });

  it('opens no stream of what moves to who may not see the organisation', async () => {
    const events = async (caller: DeskCaller, code: number) =>
      (await server.call('GET', `/portal/organisations/${code}/events`, { headers: { cookie: caller.cookie } })).status;
    expect(await events(anybody(server), 600100)).toBe(401);
    expect(await events(await enter(server, 'owner'), FOREIGN)).toBe(403);
  });
});
