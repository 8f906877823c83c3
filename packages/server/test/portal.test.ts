// The portal over real HTTP: log in, search, record, take back, follow refusals; and what strangers cannot do.

import { randomUUID } from 'node:crypto';
import { formatTime, istanbulDay, kindOf, periodEnd, periodInForce, RET, SOURCE_NUMBERS } from '@acik-iys/law';
import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOORS } from '../src/rooms/registry/index.ts';
import { anybody, type DeskCaller, enter } from './support/desk.ts';
import { RETAIL, type TestServer, testServer } from './support/server.ts';

const RETAIL_ORGANISATION = { organisation: 600100 };
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
  return `+90533${String(last).padStart(7, '0')}`;
}

async function search(caller: DeskCaller, address: string, organisation = 600100) {
  const found = await caller.call('POST /organisations/:organisation/searches', {
    params: { organisation },
    body: { address },
  });
  const page = await caller.call('GET /organisations/:organisation/people/:reference', {
    params: { organisation, reference: found.body.reference },
  });
  return page;
}

function consent(
  recipient: string,
  more: Partial<Record<'type' | 'status' | 'consentDate' | 'source', string> & { brandId: number }> = {},
) {
  return {
    key: randomUUID(),
    consent: {
      brandId: 600100,
      type: 'MESAJ',
      recipient,
      recipientType: 'BIREYSEL',
      status: 'ONAY',
      source: 'HS_WEB',
      consentDate: formatTime(server.clock.now() - 60),
      ...more,
    },
  } as never;
}

async function give(caller: DeskCaller, body: never) {
  return await caller.call('POST /organisations/:organisation/entries', { params: RETAIL_ORGANISATION, body });
}

describe('the thin whole', () => {
  it('searches an address, records a consent, and finds it in the history with who recorded it', async () => {
    const number = telephone();
    const before = await search(clerk, number.replace('+90', '0'));
    expect(before.body.masked).toMatch(/^\+90 533 ••• •• \d\d$/);
    expect(before.body.brands.map(({ brandId }) => brandId)).toEqual([600100, 600101]);
    expect(before.body.brands[0]?.answers.every(({ why }) => why === 'none')).toBe(true);
    expect(before.body.movements).toEqual([]);

    const entry = await give(clerk, consent(number));
    expect(entry.body.state).toBe('waiting');
    server.clock.move(10);
    expect(await server.rooms.entries.recordDue()).toBe(1);

    const after = await search(clerk, number);
    const answer = after.body.brands[0]?.answers.find(
      ({ channel, recipientType }) => channel === 'MESAJ' && recipientType === 'BIREYSEL',
    );
    expect(answer).toMatchObject({ may: true, why: 'granted', source: 'HS_WEB' });
    expect(after.body.movements).toMatchObject([
      { status: 'ONAY', actor: { person: 'Emre Örnek', organisation: RETAIL.title }, door: DOORS.portal },
    ]);
  });

  it('takes a consent back within its ten seconds, and not afterwards', async () => {
    const number = telephone();
    const entry = await give(clerk, consent(number));
    const params = { ...RETAIL_ORGANISATION, entryId: entry.body.entryId };
    const undone = await clerk.call('POST /organisations/:organisation/entries/:entryId/undo', { params });
    expect(undone.body.state).toBe('undone');
    server.clock.move(11);
    await server.rooms.entries.recordDue();
    expect((await search(clerk, number)).body.movements).toEqual([]);

    const kept = await give(clerk, consent(number));
    server.clock.move(11);
    await server.rooms.entries.recordDue();
    const late = await clerk.call('POST /organisations/:organisation/entries/:entryId/undo', {
      params: { ...RETAIL_ORGANISATION, entryId: kept.body.entryId },
    });
    expect(late.body.state).toBe('recorded');
  });

  it('records a refusal at once, also one that is late and of a person never recorded', async () => {
    const number = telephone();
    const late = formatTime(server.clock.now() - 40 * 86_400);
    const entry = await give(clerk, consent(number, { status: 'RET', source: 'HS_CAGRI_MERKEZI', consentDate: late }));
    expect(entry.body.state).toBe('recorded');
    const page = await search(clerk, number);
    expect(page.body.brands[0]?.answers.find(({ why }) => why === 'refused')).toMatchObject({ may: false });
  });

  it('answers the same form twice with one entry and one movement', async () => {
    const number = telephone();
    const body = consent(number);
    const [one, other] = await Promise.all([give(clerk, body), give(clerk, body)]);
    expect(one.body.entryId).toBe(other.body.entryId);
    server.clock.move(11);
    await server.rooms.entries.recordDue();
    expect((await search(clerk, number)).body.movements).toHaveLength(1);
  });

  it('takes no other content under a key that was used, and tells and logs nothing of it', async () => {
    const acts = async () => {
      const owner = await enter(server, 'owner');
      const { body } = await owner.call('GET /organisations/:organisation/activity', {
        params: RETAIL_ORGANISATION,
        query: {},
      });
      return body.activities.filter(({ act }) => act.endsWith('.given')).length;
    };
    const number = telephone();
    const body = consent(number) as { key: string; consent: object };
    const { entryId } = (await give(clerk, body as never)).body;
    const before = await acts();
    const others = [
      { ...body, consent: { ...body.consent, recipient: telephone() } },
      { ...body, consent: { ...body.consent, status: 'RET' } },
      { ...body, consent: { ...body.consent, brandId: 600101 } },
    ];
    for (const other of others) {
      const answer = await give(clerk, other as never);
      expect([answer.status, answer.problem.code]).toEqual([409, 'entry.key']);
    }
    // The same by the person's page instead of the typed address.
    const { recipient: _, ...rest } = body.consent as { recipient: string };
    const reference = server.rooms.references.make(600100, number);
    const same = await give(clerk, { ...body, consent: { ...rest, reference } } as never);
    expect(same.body).toMatchObject({ entryId, reference });
    expect(await acts()).toBe(before);
  });

  it('records what is due beside one that cannot be recorded, and that one when it can', async () => {
    server.clock.move(11);
    await server.rooms.entries.recordDue();
    const [broken, whole] = [telephone(), telephone()];
    const first = await give(clerk, consent(broken));
    await give(clerk, consent(whole));
    const sealed = `select sealed from entry where entry_id = $1`;
    const { rows } = await server.owner.query(sealed, [first.body.entryId]);
    await server.owner.query(`update entry set sealed = 'x' where entry_id = $1`, [first.body.entryId]);
    server.clock.move(11);
    expect(await server.rooms.entries.recordDue()).toBe(1);
    expect((await search(clerk, whole)).body.movements).toHaveLength(1);
    await server.owner.query('update entry set sealed = $2 where entry_id = $1', [first.body.entryId, rows[0].sealed]);
    server.clock.move(31);
    expect(await server.rooms.entries.recordDue()).toBe(1);
    expect((await search(clerk, broken)).body.movements).toHaveLength(1);
  });

  it('leaves as it is what another process decided when the lease was over', async () => {
    const number = telephone();
    const { entryId } = (await give(clerk, consent(number))).body;
    server.clock.move(11);
    // The brand is held, so that the first process still waits when the other one has decided.
    await server.owner.query('begin');
    await server.owner.query('select from brand_journal where brand_id = 600100 for update');
    const work = server.rooms.entries.recordDue();
    const leases = async () =>
      (await server.owner.query('select lease_until from entry where entry_id = $1', [entryId])).rows[0].lease_until;
    await expect.poll(leases).not.toBeNull();
    await server.owner.query(
      `update entry set state = 'refused', code = 'H174', sealed = '', lease_until = null where entry_id = $1`,
      [entryId],
    );
    await server.owner.query('commit');
    await work;
    const entry = await clerk.call('GET /organisations/:organisation/entries/:entryId', {
      params: { ...RETAIL_ORGANISATION, entryId },
    });
    expect(entry.body).toMatchObject({ state: 'refused', code: 'H174' });
  });

  it('does not let a consent wait past its last day', async () => {
    const number = telephone();
    // On a brand of its own: the journal's time does not go back.
    const before = server.clock.now();
    const period = periodInForce('record-consent', istanbulDay(before));
    if (period === undefined) throw new Error('no period is in force');
    server.clock.setTo(periodEnd(server.rooms.calendar, period, before) - 8);
    try {
      const entry = await give(
        await enter(server, 'clerk'),
        consent(number, { consentDate: formatTime(before), brandId: 600101 }),
      );
      expect(entry.body.state).toBe('recorded');
    } finally {
      server.clock.setTo(before);
    }
  });

  it('says what is wrong with an address and what was probably meant', async () => {
    const { status, problem } = await clerk.call('POST /organisations/:organisation/searches', {
      params: RETAIL_ORGANISATION,
      body: { address: 'ayse@gmail' },
    });
    expect(status).toBe(422);
    expect(problem).toMatchObject({ code: 'address.email', fields: [{ field: 'address' }] });
    expect(problem.tr).toContain('ayse@gmail.com');
  });

  it('says every fault of a form beside its field', async () => {
    const future = formatTime(server.clock.now() + 3_600);
    const { status, problem } = await give(clerk, consent(telephone(), { consentDate: future, source: 'NEREDEN' }));
    expect(status).toBe(422);
    expect(problem.fields?.map(({ field, code }) => [field, code])).toEqual([
      ['source', 'H119'],
      ['consentDate', 'H162'],
    ]);
  });
});

describe('refusals to follow', () => {
  async function refusal(channel = 1, brandId = 600100): Promise<number> {
    const [scope] = await scopes(brandId);
    const [outcome] = await server.rooms.registry.record(
      scope,
      [
        {
          kind: kindOf(channel, 0),
          address: telephone(),
          status: RET,
          source: SOURCE_NUMBERS.IYS_WEB,
          consentedAt: server.clock.now(),
          retailer: null,
        },
      ],
      { door: DOORS.citizen },
    );
    if (outcome?.kind !== 'accepted') throw new Error('not recorded');
    return outcome.seq;
  }

  it('shows a refusal of the registry until it is ticked, fetched or pushed', async () => {
    const number = telephone();
    const [scopeAnswer] = await scopes();
    await server.rooms.registry.record(
      scopeAnswer,
      [
        {
          kind: kindOf(1, 0),
          address: number,
          status: RET,
          source: SOURCE_NUMBERS.IYS_WEB,
          consentedAt: server.clock.now(),
          retailer: null,
        },
      ],
      { door: DOORS.citizen },
    );
    const overview = await clerk.call('GET /organisations/:organisation/overview', { params: RETAIL_ORGANISATION });
    const [refusal] = overview.body.refusals;
    expect(refusal).toMatchObject({ source: 'IYS_WEB', channel: 'MESAJ', takenOver: null });
    expect(overview.body.days.at(-1)?.messages).toBeGreaterThanOrEqual(1);

    const tick = { refusals: [{ brandId: 600100, seq: refusal?.seq ?? 0 }], done: true };
    await clerk.call('POST /organisations/:organisation/refusals/ticks', { params: RETAIL_ORGANISATION, body: tick });
    const list = await clerk.call('GET /organisations/:organisation/refusals', { params: RETAIL_ORGANISATION });
    expect(list.body.refusals[0]?.takenOver).toMatchObject({ way: 'tick', by: 'Emre Örnek' });

    await clerk.call('POST /organisations/:organisation/overview/seen', {
      params: RETAIL_ORGANISATION,
      body: { upTo: overview.body.upTo },
    });
    const seen = await clerk.call('GET /organisations/:organisation/overview', { params: RETAIL_ORGANISATION });
    expect(seen.body.newRefusals).toBe(0);
  });

  it('takes as seen what was shown, and not what came meanwhile', async () => {
    const overview = async () =>
      (await clerk.call('GET /organisations/:organisation/overview', { params: RETAIL_ORGANISATION })).body;
    const see = async (upTo: { brandId: number; seq: number }[]) =>
      await clerk.call('POST /organisations/:organisation/overview/seen', {
        params: RETAIL_ORGANISATION,
        body: { upTo },
      });
    await refusal();
    const shown = await overview();
    await refusal();
    expect((await see(shown.upTo)).status).toBe(200);
    const then = await overview();
    expect(then.newRefusals).toBe(1);
    await see(then.upTo);
    // An older tab that is clicked later takes nothing back; a number that is not reached yet hides nothing.
    await see(shown.upTo);
    expect((await overview()).newRefusals).toBe(0);
    await see([{ brandId: 600100, seq: 1_000_000 }]);
    await refusal();
    expect((await overview()).newRefusals).toBe(1);
    expect((await see([{ brandId: 600200, seq: 1 }])).problem.code).toBe('desk.brand');
  });

  it('finds old ones that are open behind many that are not, and of a channel behind many of another', async () => {
    const brand = 600101;
    const oldest = [await refusal(0, brand), await refusal(0, brand)];
    for (let n = 0; n < 600; n += 100) await Promise.all(Array.from({ length: 100 }, () => refusal(1, brand)));
    const list = async (query: object) =>
      (
        await clerk.call('GET /organisations/:organisation/refusals', {
          params: RETAIL_ORGANISATION,
          query: { brand: String(brand), ...query },
        })
      ).body;
    const last = (await list({})).refusals[0]?.seq ?? 0;
    expect((await list({ channel: 'ARAMA' })).refusals.map(({ seq }) => seq)).toEqual(oldest.toReversed());
    // The provider fetches messages; calls it takes over by hand.
    await server.owner.query(
      `insert into fetched_up_to (brand_id, way, account_id, channels, seq, at) values ($1, 'file', 1, 2, $2, now())`,
      [brand, last],
    );
    const open = await list({ open: '1' });
    expect(open.refusals.map(({ seq, takenOver }) => [seq, takenOver])).toEqual(
      oldest.toReversed().map((seq) => [seq, null]),
    );
    expect(open.after).toBeNull();
    const newer = await refusal(1, brand);
    expect((await list({ open: '1' })).refusals.map(({ seq }) => seq)).toEqual([newer, ...oldest.toReversed()]);
    expect((await list({ open: '1', channel: 'MESAJ' })).refusals.map(({ seq }) => seq)).toEqual([newer]);
    // In pages, none twice and none left out.
    const all: number[] = [];
    for (let after: string | null | undefined; after !== null; ) {
      const page = await list(after === undefined ? {} : { after });
      all.push(...page.refusals.map(({ seq }) => seq));
      after = page.after;
    }
    expect(all).toHaveLength(603);
    expect(all).toEqual([...new Set(all)].sort((one, other) => other - one));
  });

  it('ticks no number that is not a refusal, nor one of a channel that may not be read, and logs what was ticked', async () => {
    const partner = await enter(server, 'partner');
    const owner = await enter(server, 'owner');
    const acts = async () => {
      const { body } = await owner.call('GET /organisations/:organisation/activity', {
        params: RETAIL_ORGANISATION,
        query: { act: 'refusals.ticked' },
      });
      return body.activities.map(({ details }) => details);
    };
    const tick = async (caller: DeskCaller, organisation: number, seqs: readonly number[]) => {
      const { status } = await caller.call('POST /organisations/:organisation/refusals/ticks', {
        params: { organisation },
        body: { refusals: seqs.map((seq) => ({ brandId: 600100, seq })), done: true },
      });
      expect(status).toBe(200);
    };
    const open = async (seq: number) => {
      const list = await clerk.call('GET /organisations/:organisation/refusals', {
        params: RETAIL_ORGANISATION,
        query: { brand: '600100' },
      });
      return list.body.refusals.find((one) => one.seq === seq)?.takenOver === null;
    };
    await server.owner.query(
      `update partner_grant set arama = 'none', eposta = 'none', mesaj = 'write' where partner_code = 900100`,
    );
    const [message, call] = [await refusal(1), await refusal(0)];
    const before = await acts();
    await tick(clerk, 600100, [call + 1, call + 2]);
    await tick(partner, 900100, [call]);
    expect(await acts()).toEqual(before);
    expect(await open(call)).toBe(true);
    expect(await open(await refusal())).toBe(true);
    await tick(clerk, 600100, [message, message, 999_999]);
    expect(await acts()).toEqual([{ count: 1 }, ...before]);
    expect(await open(message)).toBe(false);
    const wrong = { refusals: [{ brandId: 600100, seq: 1e30 }], done: true };
    const answer = await clerk.call('POST /organisations/:organisation/refusals/ticks', {
      params: RETAIL_ORGANISATION,
      body: wrong,
    });
    expect(answer.status).toBe(422);
  });

  async function scopes(brandId = 600100) {
    const principal = await server.rooms.access.principalOf(RETAIL.email);
    const answer = principal && server.rooms.access.brandScope(principal, 600100, brandId);
    if (!answer || !('scope' in answer)) throw new Error('no scope');
    return [answer.scope] as const;
  }
});

describe('who is at the desk', () => {
  it('lets nobody in without a session, and nobody into a foreign organisation', async () => {
    const stranger = await anybody(server).call('GET /organisations/:organisation', { params: RETAIL_ORGANISATION });
    expect([stranger.status, stranger.problem.code]).toEqual([401, 'session.none']);
    const bank = await clerk.call('GET /organisations/:organisation', { params: { organisation: 600200 } });
    expect([bank.status, bank.problem.code]).toEqual([403, 'desk.none']);
  });

  it("does not open another organisation's reference", async () => {
    const partner = await enter(server, 'partner');
    const found = await clerk.call('POST /organisations/:organisation/searches', {
      params: RETAIL_ORGANISATION,
      body: { address: telephone() },
    });
    const page = await partner.call('GET /organisations/:organisation/people/:reference', {
      params: { organisation: 900100, reference: found.body.reference },
    });
    expect([page.status, page.problem.code]).toEqual([404, 'thing.unknown']);
  });

  it('takes no writing request from another site', async () => {
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'https://kotu.example' }]) {
      const answer = await clerk.call('POST /organisations/:organisation/searches', {
        params: RETAIL_ORGANISATION,
        body: { address: '05321112233' },
        headers,
      });
      expect([answer.status, answer.problem.code]).toEqual([403, 'request.foreign']);
    }
  });

  it('tells a retailer yes or no for his shop, and not why', async () => {
    const retailer = await enter(server, 'retailer');
    const [own, foreign] = [telephone(), telephone()];
    await give(retailer, consent(own));
    await give(clerk, consent(foreign));
    server.clock.move(11);
    await server.rooms.entries.recordDue();
    const answers = async (number: string) =>
      (await search(retailer, number)).body.brands[0]?.answers.find(
        ({ channel, recipientType }) => channel === 'MESAJ' && recipientType === 'BIREYSEL',
      );
    expect(await answers(own)).toMatchObject({ may: true, why: 'untold' });
    expect(await answers(foreign)).toMatchObject({ may: false, why: 'untold', receivedAt: null });
    expect((await search(retailer, foreign)).body.movements).toBeNull();
  });

  it('asks for the second factor after the password, takes a code once, and recovery codes once each', async () => {
    const email = 'yeni@ornek-perakende.example';
    const password = 'uzunca bir parola olsun';
    const personId = await server.rooms.people.create({ email, name: 'Yeni Örnek', password });
    await server.rooms.desks.seat(personId, { code: 600100, kind: 'provider' }, { role: 'viewer', brands: null });
    const person = anybody(server);
    const wrong = await person.call('POST /session', { body: { email, password: 'baska bir parola' } });
    expect([wrong.status, wrong.problem.code]).toEqual([401, 'session.credentials']);
    const half = await person.call('POST /session', { body: { email, password } });
    expect(half.body.next).toBe('set-up-second-factor');
    const early = await person.call('GET /organisations/:organisation', { params: RETAIL_ORGANISATION });
    expect(early.problem.code).toBe('session.second_factor');

    const { secret } = (await person.call('POST /session/authenticator')).body;
    const code = () => new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: server.clock.nowMs() });
    const set = await person.call('PUT /session/authenticator', { body: { secret, code: code() } });
    expect(set.body.recoveryCodes).toHaveLength(10);
    expect((await person.call('GET /organisations/:organisation', { params: RETAIL_ORGANISATION })).status).toBe(200);

    const second = anybody(server);
    await second.call('POST /session', { body: { email, password } });
    const replayed = await second.call('POST /session/second-factor', { body: { code: code() } });
    expect(replayed.problem.code).toBe('session.code');
    server.clock.move(30);
    const fresh = await second.call('POST /session/second-factor', { body: { code: code() } });
    expect(fresh.body.organisations).toMatchObject([{ code: 600100 }]);

    const [recovery = ''] = set.body.recoveryCodes;
    for (const status of [200, 401]) {
      const lost = anybody(server);
      await lost.call('POST /session', { body: { email, password } });
      expect((await lost.call('POST /session/second-factor', { body: { code: recovery } })).status).toBe(status);
    }
  });

  it('ends a session when it is idle, revoked or logged out', async () => {
    const first = await enter(server, 'viewer');
    const second = await enter(server, 'viewer');
    const list = await first.call('GET /sessions');
    const other = list.body.find(({ current }) => !current);
    await first.call('DELETE /sessions/:sessionId', { params: { sessionId: other?.sessionId ?? '' } });
    expect((await second.call('GET /sessions')).status).toBe(401);
    server.clock.move(31 * 60);
    expect((await first.call('GET /sessions')).status).toBe(401);
    const third = await enter(server, 'viewer');
    await third.call('DELETE /session');
    expect((await third.call('GET /sessions')).status).toBe(401);
  });
});
