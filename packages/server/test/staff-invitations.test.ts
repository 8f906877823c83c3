// Invitations by mail: written, opened, accepted once, withdrawn, sent again, over.

import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Portal } from '../src/doors/portal/contract.ts';
import { anybody, type DeskCaller, enter } from './support/desk.ts';
import { mailsTo, newPerson, PASSWORD, setUpAuthenticator, tokenOf } from './support/people.ts';
import { type TestServer, testServer } from './support/server.ts';

const DAY = 86_400;
const RETAIL = { organisation: 600100 };
type Wish = Portal['POST /organisations/:organisation/invitations']['body'];

let server: TestServer;
beforeAll(async () => {
  server = await testServer({ config: { demo: true, publicUrl: 'https://iys.deneme.example' } });
});
afterAll(() => server.close());

let last = 0;
function wish(more: Partial<Wish> = {}): Wish {
  last += 1;
  return {
    invitationId: randomUUID(),
    email: `davetli${last}@deneme.example`,
    name: 'Davetli Kişi',
    role: 'clerk',
    brands: null,
    channels: null,
    retailerCode: null,
    until: null,
    reason: '',
    ...more,
  };
}

async function invite(caller: DeskCaller, body: Wish) {
  return await caller.call('POST /organisations/:organisation/invitations', { params: RETAIL, body });
}

async function linkTo(email: string): Promise<string> {
  return tokenOf((await mailsTo(server, 'invitation', email)).at(-1)?.fields.link);
}

async function invited(caller: DeskCaller, more: Partial<Wish> = {}): Promise<Wish & { token: string }> {
  const body = wish(more);
  const answer = await invite(caller, body);
  if (answer.status !== 200) throw new Error(`not invited: ${answer.problem.code}`);
  return { ...body, token: await linkTo(body.email) };
}

async function look(token: string) {
  return await anybody(server).call('POST /invitations/look', { body: { token } });
}

async function accept(token: string, password = PASSWORD, caller = anybody(server)) {
  const body = { token, name: 'Yeni Memur', password, language: 'tr' as const };
  return await caller.call('POST /invitations/accept', { body });
}

async function pending(caller: DeskCaller) {
  return (await caller.call('GET /organisations/:organisation/staff', { params: RETAIL })).body.invitations;
}

describe('an invitation', () => {
  it('leads a new person from the mail to his desk: name, password, second factor', async () => {
    const owner = await enter(server, 'owner');
    const body = wish({
      brands: [600101],
      channels: ['EPOSTA'],
      until: server.clock.now() + 30 * DAY,
      reason: 'Kampanya',
    });
    expect((await Promise.all([invite(owner, body), invite(owner, body)])).map(({ status }) => status)).toEqual([
      200, 200,
    ]);
    const mails = await mailsTo(server, 'invitation', body.email);
    expect(mails).toMatchObject([
      { language: 'tr', fields: { organisation: 'Örnek Perakende A.Ş.', inviter: 'Deniz Örnek' } },
    ]);
    expect(mails[0]?.fields.link).toMatch(/^https:\/\/iys\.deneme\.example\/isletme\/davet#[\w-]{43}$/);
    expect(await pending(owner)).toMatchObject([{ email: body.email, invitedBy: 'Deniz Örnek', changeable: true }]);

    const token = await linkTo(body.email);
    expect((await look(token)).body).toEqual({ organisation: 'Örnek Perakende A.Ş.', inviter: 'Deniz Örnek' });
    const person = anybody(server);
    const accepted = await accept(token, PASSWORD, person);
    expect(accepted.body).toMatchObject({
      person: { name: 'Yeni Memur', email: body.email },
      next: 'set-up-second-factor',
    });
    await setUpAuthenticator(server, person);
    const desk = (await person.call('GET /organisations/:organisation', { params: RETAIL })).body;
    expect(desk.roles).toEqual(['clerk']);
    expect(desk.brands).toMatchObject([{ brandId: 600101, writes: ['EPOSTA'] }]);

    expect(await pending(owner)).toEqual([]);
    const { people } = (await owner.call('GET /organisations/:organisation/staff', { params: RETAIL })).body;
    expect(people.find(({ email }) => email === body.email)?.grants).toMatchObject([
      { givenBy: 'Deniz Örnek', reason: 'Kampanya', until: body.until },
    ]);
    const { activities } = (await owner.call('GET /organisations/:organisation/activity', { params: RETAIL })).body;
    expect(activities.slice(0, 2).map(({ act, actor }) => [act, actor.name])).toEqual([
      ['staff.joined', 'Yeni Memur'],
      ['staff.invited', 'Deniz Örnek'],
    ]);
  });

  it('is good once, also for two at the same moment', async () => {
    const owner = await enter(server, 'owner');
    const { token, email } = await invited(owner);
    const answers = await Promise.all([accept(token), accept(token), accept(token)]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    const { rows } = await server.owner.query('select from person where email = $1', [email]);
    expect(rows).toHaveLength(1);
    const { rows: grants } = await server.owner.query(
      'select from staff_grant g join account a using (account_id) join person p using (person_id) where p.email = $1',
      [email],
    );
    expect(grants).toHaveLength(1);
  });

  it('says the same of one that was used, withdrawn, has expired or never was', async () => {
    const owner = await enter(server, 'owner');
    const used = await invited(owner);
    await accept(used.token);
    const withdrawn = await invited(owner);
    const params = { ...RETAIL, invitationId: withdrawn.invitationId };
    const withdraw = 'DELETE /organisations/:organisation/invitations/:invitationId';
    for (const _ of [1, 2]) expect((await owner.call(withdraw, { params })).status).toBe(200);
    const expired = await invited(owner);
    server.clock.move(7 * DAY);
    const texts = await Promise.all(
      [used, withdrawn, expired, { token: 'A'.repeat(43) }, { token: 'x' }].flatMap(({ token }) => [
        look(token).then(({ status, problem }) => JSON.stringify([status, problem])),
        accept(token).then(({ status, problem }) => JSON.stringify([status, problem])),
      ]),
    );
    expect(new Set(texts).size).toBe(1);
    expect(texts[0]).toContain('link.over');
  });

  it('is good until its seventh day is over', async () => {
    const { token } = await invited(await enter(server, 'owner'));
    server.clock.move(7 * DAY - 1);
    expect((await look(token)).status).toBe(200);
    server.clock.move(1);
    expect((await look(token)).status).toBe(410);
  });

  it('is sent again with a new link, and the old one is good no more', async () => {
    const owner = await enter(server, 'owner');
    const { token, email, invitationId } = await invited(owner);
    const resend = () =>
      owner.call('POST /organisations/:organisation/invitations/:invitationId/resend', {
        params: { ...RETAIL, invitationId },
      });
    // A second click at once is none.
    await resend();
    expect(await mailsTo(server, 'invitation', email)).toHaveLength(1);
    server.clock.move(61);
    await resend();
    const fresh = await linkTo(email);
    expect(await mailsTo(server, 'invitation', email)).toHaveLength(2);
    expect((await look(token)).status).toBe(410);
    expect((await look(fresh)).status).toBe(200);
  });

  it('is worth no more than its giver has when it is used', async () => {
    const owner = await enter(server, 'owner');
    const manager = await newPerson(server, { name: 'Giden Müdür', seat: { role: 'manager', brands: [600101] } });
    const { token } = await invited(manager, { brands: [600101] });
    expect((await invite(manager, wish({ brands: null }))).problem.code).toBe('staff.beyond');
    expect((await invite(manager, wish({ role: 'owner' }))).problem.code).toBe('staff.beyond');
    expect((await look(token)).status).toBe(200);
    const { people } = (await owner.call('GET /organisations/:organisation/staff', { params: RETAIL })).body;
    const accountId = people.find(({ name }) => name === 'Giden Müdür')?.accountId ?? 0;
    await owner.call('DELETE /organisations/:organisation/staff/:accountId', { params: { ...RETAIL, accountId } });
    expect((await accept(token)).problem.code).toBe('link.over');
  });

  it('on its way to somebody whose part is ended is withdrawn with it', async () => {
    const owner = await enter(server, 'owner');
    const person = await newPerson(server, { name: 'Çıkan Kişi', seat: { role: 'viewer', brands: null } });
    const { token } = await invited(owner, { email: person.email });
    const { people } = (await owner.call('GET /organisations/:organisation/staff', { params: RETAIL })).body;
    const accountId = people.find(({ name }) => name === 'Çıkan Kişi')?.accountId ?? 0;
    await owner.call('DELETE /organisations/:organisation/staff/:accountId', { params: { ...RETAIL, accountId } });
    expect((await person.call('POST /invitations/join', { body: { token } })).problem.code).toBe('link.over');
  });

  it('is joined by the person it is for, after log-in, and by nobody else', async () => {
    const owner = await enter(server, 'owner');
    const seat = { code: 600200, role: 'viewer', brands: null } as const;
    const person = await newPerson(server, { name: 'İki Kurumlu', seat });
    await invite(owner, wish({ email: person.email.toUpperCase() }));
    const token = await linkTo(person.email);
    expect((await accept(token)).problem.code).toBe('invitation.log_in');
    const other = await newPerson(server);
    expect((await other.call('POST /invitations/join', { body: { token } })).problem.code).toBe(
      'invitation.other_person',
    );
    const join = () => person.call('POST /invitations/join', { body: { token } });
    // Two at once: both have come as far as the lock before either gets it.
    await server.owner.query('begin');
    await server.owner.query('select from account where provider_code = 600100 for update');
    const joins = [join(), join()];
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    await expect.poll(async () => (await server.owner.query(waiting)).rowCount, { timeout: 10_000 }).toBe(2);
    await server.owner.query('commit');
    const [joined, late] = (await Promise.all(joins)).sort((one, two) => one.status - two.status);
    expect(joined?.body.organisations.map(({ code }) => code).sort()).toEqual([600100, 600200]);
    expect([late?.status, late?.problem.code]).toEqual([410, 'link.over']);
    const { activities } = (
      await owner.call('GET /organisations/:organisation/activity', { params: RETAIL, query: { act: 'staff.joined' } })
    ).body;
    expect(activities.filter(({ actor }) => actor.name === 'İki Kurumlu')).toHaveLength(1);
  });

  it('is seen and changed by a manager for his brands alone', async () => {
    const owner = await enter(server, 'owner');
    const manager = await enter(server, 'manager');
    const own = await invited(owner, { brands: [600101] });
    const foreign = await invited(owner, { brands: [600100] });
    const high = await invited(owner, { role: 'owner' });
    const seen = (await pending(manager)).map(({ invitationId }) => invitationId);
    expect(seen).toContain(own.invitationId);
    expect(seen).not.toContain(foreign.invitationId);
    expect(seen).not.toContain(high.invitationId);
    const withdraw = async (caller: DeskCaller, invitationId: string) =>
      await caller.call('DELETE /organisations/:organisation/invitations/:invitationId', {
        params: { ...RETAIL, invitationId },
      });
    for (const { invitationId } of [foreign, high])
      expect((await withdraw(manager, invitationId)).problem.code).toBe('staff.beyond');
    expect((await withdraw(manager, own.invitationId)).status).toBe(200);
    expect((await withdraw(manager, randomUUID())).problem.code).toBe('thing.unknown');
  });

  it('asks for a password that is not easily found out, and is not used up by a bad one', async () => {
    const { token, email } = await invited(await enter(server, 'owner'));
    for (const [password, code] of [
      ['kısa parola', 'password.short'],
      ['123456789012', 'password.easy'],
      ['galatasaray1905', 'password.easy'],
      ['qwertyuiop123', 'password.easy'],
      ['ÖrnekPerakende2026', 'password.easy'],
      ['ornekperakende.', 'password.easy'],
      ['yenimemur1985', 'password.easy'],
      [email, 'password.easy'],
    ] as const) {
      const refused = await accept(token, password);
      expect([refused.status, refused.problem.code, refused.problem.fields?.[0]?.field], password).toEqual([
        422,
        code,
        'password',
      ]);
    }
    expect((await accept(token)).status).toBe(200);
  });

  it('is bounded: an organisation sends no more than a hundred in a day', async () => {
    const owner = await enter(server, 'owner');
    await server.owner.query(
      `insert into invitation (invitation_id, token_hash, organisation_code, email, name, role, invited_by, created_at,
         mailed_at, expires_at)
       select gen_random_uuid(), sha256(n::text::bytea), 600100, 'x@y.example', 'X', 'viewer', a.account_id,
         to_timestamp($1), to_timestamp($1), to_timestamp($1)
       from generate_series(1, 100) n, (select min(account_id) account_id from account where person_id is not null) a`,
      [server.clock.now()],
    );
    const refused = await invite(owner, wish());
    expect([refused.status, refused.problem.code]).toEqual([429, 'invitation.too_many']);
    server.clock.move(DAY);
    expect((await invite(await enter(server, 'owner'), wish())).status).toBe(200);
    await server.rooms.invitations.expire();
    server.clock.move(38 * DAY);
    await server.rooms.invitations.expire();
    expect((await server.owner.query('select from invitation')).rowCount).toBe(0);
  });
});
