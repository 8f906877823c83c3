// What is each person's own: passwords set anew and changed, passkeys, and news of a new device.

import { Secret, TOTP } from 'otpauth';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readConfig } from '../src/ground/config.ts';
import { StartError } from '../src/ground/start-error.ts';
import { STEP_UP_SECONDS } from '../src/rooms/access/index.ts';
import { softKey } from './support/authenticator.ts';
import { anybody, type DeskCaller } from './support/desk.ts';
import { mailsTo, newPerson, PASSWORD, setUpAuthenticator, tokenOf } from './support/people.ts';
import { type TestServer, testServer } from './support/server.ts';

const DAY = 86_400;
const NEW_PASSWORD = 'sabah erken yedi martı';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

let server: TestServer;
beforeAll(async () => {
  // As it is without a setting: by number, where passkeys are those of localhost.
  server = await testServer({ config: { demo: true, publicUrl: 'http://127.0.0.1:8080' } });
});
afterAll(() => server.close());

async function logIn(email: string, password: string, headers: Readonly<Record<string, string>> = {}) {
  const caller = anybody(server);
  const answer = await caller.call('POST /session', { body: { email, password }, headers });
  return Object.assign(caller, { answer });
}

async function isIn(caller: DeskCaller): Promise<boolean> {
  return (await caller.call('GET /sessions')).status === 200;
}

async function askReset(email: string) {
  return await anybody(server).call('POST /password-resets', { body: { email } });
}

/** Mails of a reset are written after the answer. */
async function resetMail(email: string, count = 1): Promise<string> {
  const read = async () => await mailsTo(server, 'password-reset', email);
  await expect.poll(async () => (await read()).length).toBe(count);
  return tokenOf((await read()).at(-1)?.fields.link);
}

async function reset(token: string, password: string, caller = anybody(server)) {
  return await caller.call('POST /password-resets/use', { body: { token, password } });
}

describe('the public address', () => {
  it('is an origin, by default the one that is listened on, and nothing else', () => {
    const read = (url?: string) =>
      readConfig({ ...(url !== undefined && { ACIK_IYS_PUBLIC_URL: url }) }, '/').publicUrl;
    expect(read()).toBe('http://127.0.0.1:8080');
    expect(read('https://iys.kurum.example/')).toBe('https://iys.kurum.example');
    for (const wrong of [
      'iys.kurum.example',
      'ftp://iys.example',
      'https://iys.example/yol',
      'https://a:b@iys.example',
    ])
      expect(() => read(wrong), wrong).toThrow(StartError);
  });
});

describe('a password set anew', () => {
  it('ends all sessions, and asks for the second factor as any log-in', async () => {
    const person = await newPerson(server);
    await askReset(` ${person.email.toUpperCase()} `);
    const token = await resetMail(person.email);
    expect(await isIn(person)).toBe(true);
    const caller = anybody(server);
    const answer = await reset(token, NEW_PASSWORD, caller);
    expect(answer.body).toMatchObject({ person: { email: person.email }, next: 'second-factor' });
    expect(await isIn(person)).toBe(false);
    expect((await caller.call('GET /sessions')).problem.code).toBe('session.second_factor');
    expect((await caller.call('POST /session/second-factor', { body: { code: person.code() } })).status).toBe(200);
    expect(await isIn(caller)).toBe(true);
    expect((await logIn(person.email, PASSWORD)).answer.problem.code).toBe('session.credentials');
    expect((await logIn(person.email, NEW_PASSWORD)).answer.status).toBe(200);
  });

  it('is answered the same whether there is an account or not, and mails nobody who has none', async () => {
    const person = await newPerson(server);
    const disabled = await newPerson(server);
    await server.owner.query('update person set enabled = false where email = $1', [disabled.email]);
    const answers = await Promise.all([person.email, disabled.email, 'hic@kimse.example'].map(askReset));
    expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body])))).toEqual(
      new Set(['[200,{"done":true}]']),
    );
    await resetMail(person.email);
    for (const email of [disabled.email, 'hic@kimse.example'])
      expect(await mailsTo(server, 'password-reset', email)).toEqual([]);
  });

  it('is answered before anything is written that would tell by its time', async () => {
    const person = await newPerson(server);
    // Whatever is written for the link waits for this lock; the answer does not.
    await server.owner.query('begin; lock table password_reset in exclusive mode');
    try {
      expect((await askReset(person.email)).status).toBe(200);
    } finally {
      await server.owner.query('commit');
    }
    await resetMail(person.email);
  });

  it('is good once and for an hour, and one that was used ends the others', async () => {
    const person = await newPerson(server);
    await askReset(person.email);
    const first = await resetMail(person.email, 1);
    await askReset(person.email);
    const second = await resetMail(person.email, 2);
    const answers = await Promise.all([reset(second, NEW_PASSWORD), reset(second, NEW_PASSWORD)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
    expect((await reset(first, PASSWORD)).problem.code).toBe('link.over');
    await askReset(person.email);
    const third = await resetMail(person.email, 3);
    server.clock.move(3_600);
    expect((await reset(third, PASSWORD)).problem.code).toBe('link.over');
    expect((await reset('A'.repeat(43), PASSWORD)).problem.code).toBe('link.over');
  });

  it('is not used up by a password that will not do', async () => {
    const person = await newPerson(server, { name: 'Gülsüm Karaağaç' });
    await askReset(person.email);
    const token = await resetMail(person.email);
    for (const [password, code] of [
      ['gulsumkaraagac1', 'password.easy'],
      ['kısacık', 'password.short'],
    ] as const)
      expect((await reset(token, password)).problem.code).toBe(code);
    expect((await reset(token, NEW_PASSWORD)).status).toBe(200);
  });

  it('is mailed three times an hour at most for one e-mail, silently, and bounded by network', async () => {
    server.clock.move(2 * 3_600);
    const person = await newPerson(server);
    for (let n = 0; n < 5; n++) expect((await askReset(person.email)).status).toBe(200);
    await resetMail(person.email, 3);
    for (let n = 0; n < 15; n++) await askReset(`kimse${n}@kimse.example`);
    const refused = await askReset('bir@kimse.example');
    expect([refused.status, refused.problem.code]).toEqual([429, 'session.too_many']);
    await server.rooms.people.close();
    expect(await mailsTo(server, 'password-reset', person.email)).toHaveLength(3);
    server.clock.move(3_600);
    await askReset(person.email);
    await resetMail(person.email, 4);
  });
});

describe('a password changed', () => {
  it('asks for the old one, and ends the other sessions', async () => {
    const person = await newPerson(server);
    const other = await logIn(person.email, PASSWORD);
    await other.call('POST /session/second-factor', { body: { code: person.code() } });
    const change = async (old: string, password: string) =>
      await person.call('PUT /session/password', { body: { old, password } });
    expect((await change('yanlış bir parola', NEW_PASSWORD)).problem.code).toBe('password.old');
    expect((await change(PASSWORD, 'parola123456')).problem.code).toBe('password.easy');
    expect(await isIn(other)).toBe(true);
    expect((await change(PASSWORD, NEW_PASSWORD)).status).toBe(200);
    expect([await isIn(other), await isIn(person)]).toEqual([false, true]);
    expect((await logIn(person.email, PASSWORD)).answer.status).toBe(401);
    expect((await logIn(person.email, NEW_PASSWORD)).answer.status).toBe(200);
  });
});

describe('a new device', () => {
  it('is told by mail when the log-in is whole, once for a device and network in half a year', async () => {
    const person = await newPerson(server);
    const told = async () => (await mailsTo(server, 'new-device', person.email)).map(({ fields }) => fields.device);
    expect(await told()).toEqual(['?']);
    const enter = async (userAgent: string) => {
      const caller = await logIn(person.email, PASSWORD, { 'user-agent': userAgent });
      const before = await told();
      await caller.call('POST /session/second-factor', { body: { code: person.code() } });
      return [before, await told()];
    };
    const [half, whole] = await enter(FIREFOX);
    expect(half).toEqual(['?']);
    expect(whole).toEqual(['?', 'Firefox, Linux']);
    await enter(FIREFOX);
    expect(await told()).toHaveLength(2);
    const mails = await mailsTo(server, 'new-device', person.email);
    expect(mails[1]?.fields).toMatchObject({ network: '127.0.0.…' });
    server.clock.move(181 * DAY);
    await server.rooms.people.expire();
    await enter(FIREFOX);
    expect(await told()).toHaveLength(3);
  });

  it('is not told when the second factor is only confirmed', async () => {
    const person = await newPerson(server);
    await person.call('POST /session/second-factor', { body: { code: person.code() } });
    expect(await mailsTo(server, 'new-device', person.email)).toHaveLength(1);
  });
});

describe('codes of the second factor', () => {
  const wrong = (caller: DeskCaller, code = '000000') => caller.call('POST /session/second-factor', { body: { code } });
  const half = async ({ email }: { readonly email: string }) => {
    const caller = anybody(server);
    await caller.call('POST /session', { body: { email, password: PASSWORD } });
    return caller;
  };

  const halves = async (person: { readonly email: string }, count: number) => {
    const all: DeskCaller[] = [];
    while (all.length < count) all.push(await half(person));
    return all;
  };

  it('cannot be tried on and on: a session is over after a few, and none is judged after some more', async () => {
    const person = await newPerson(server);
    const first = await half(person);
    // At once, from one session: whoever is faster than the count is none the better for it.
    const codes = await Promise.all(Array.from({ length: 12 }, (_, n) => wrong(first, String(100_000 + n))));
    expect(codes.map(({ status }) => status).filter((status) => status === 200)).toEqual([]);
    expect((await first.call('GET /session')).body.person).toBeNull();
    const { rows } = await server.owner.query('select wrong_codes from person where person_id = $1', [person.personId]);
    expect(rows).toEqual([{ wrong_codes: 8 }]);
    await Promise.all((await halves(person, 20)).map((one, n) => wrong(one, String(200_000 + n))));
    const last = await half(person);
    const right = await last.call('POST /session/second-factor', { body: { code: person.code() } });
    expect([right.status, right.problem.code]).toEqual([429, 'session.codes_paused']);
    const [mail] = await mailsTo(server, 'wrong-codes', person.email);
    expect(mail?.fields.at).toBeGreaterThan(0);

    // The hour is over; a right code ends the count.
    server.clock.move(3_601);
    const later = await half(person);
    expect((await later.call('POST /session/second-factor', { body: { code: person.code() } })).status).toBe(200);
  });

  it('are judged again at once when the password is a new one', async () => {
    const person = await newPerson(server);
    await Promise.all((await halves(person, 24)).map((one, n) => wrong(one, String(300_000 + n))));
    const shut = await half(person);
    expect((await wrong(shut, person.code())).status).toBe(429);
    const password = 'kırmızı bisikletle denize indik';
    expect((await person.call('PUT /session/password', { body: { old: PASSWORD, password } })).status).toBe(200);
    const open = anybody(server);
    await open.call('POST /session', { body: { email: person.email, password } });
    expect((await wrong(open, person.code())).status).toBe(200);
  });

  it('of a new authenticator replace the old one once, end other sessions, and are told by mail', async () => {
    const person = await newPerson(server);
    const other = await half(person);
    await other.call('POST /session/second-factor', { body: { code: person.code() } });
    const { secret } = (await person.call('POST /session/authenticator')).body;
    const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: server.clock.nowMs() + 30_000 });
    const set = () => person.call('PUT /session/authenticator', { body: { secret, code } });
    expect((await set()).status).toBe(200);
    expect((await set()).problem.code).toBe('session.code');
    expect((await other.call('GET /session')).body.person).toBeNull();
    expect((await mailsTo(server, 'factors-changed', person.email))[0]?.fields.what).toBe('authenticator');
    // Replacing it gives no new second factor: what needs one just given still asks when that was long ago.
    server.clock.move(STEP_UP_SECONDS + 1);
    expect((await person.call('POST /session/authenticator')).problem.code).toBe('session.step_up');
  });

  it('do not set up a first one beside another that was faster', async () => {
    const email = 'ikisi-birden@deneme.example';
    await server.rooms.people.create({ email, name: 'İkisi Birden', password: PASSWORD });
    const [one, two] = [await half({ email }), await half({ email })];
    const offers = await Promise.all(
      [one, two].map(async (who) => (await who.call('POST /session/authenticator')).body),
    );
    const answers = await Promise.all(
      [one, two].map((who, n) => {
        const secret = offers[n]?.secret ?? '';
        const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: server.clock.nowMs() });
        return who.call('PUT /session/authenticator', { body: { secret, code } });
      }),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
  });
});

describe('an open screen', () => {
  it('does not keep a session that nobody touches', async () => {
    const person = await newPerson(server, { seat: { role: 'viewer', brands: null } });
    const untouched = { headers: { 'x-acik-iys-untouched': '1' } };
    const params = { organisation: 600100 };
    for (let n = 0; n < 3; n++) {
      server.clock.move(11 * 60);
      await person.call('GET /session', untouched);
      await person.call('GET /organisations/:organisation', { params, ...untouched });
    }
    expect((await person.call('GET /organisations/:organisation', { params })).problem.code).toBe('session.none');
  });
});

describe('passkeys', () => {
  const ORIGIN = 'http://localhost:8080';

  async function register(caller: DeskCaller, name: string, key = softKey(ORIGIN)) {
    const { body: options } = await caller.call('POST /session/passkeys/options');
    const response = key.create(options as never);
    return { key, options, answer: await caller.call('POST /session/passkeys', { body: { name, response } }) };
  }

  async function logInWith(key: ReturnType<typeof softKey>, caller = anybody(server)) {
    const { body: options } = await caller.call('POST /session/passkey/options');
    return await caller.call('POST /session/passkey', { body: { response: key.get(options) } });
  }

  it('are registered by name, and each logs in alone, second factor included', async () => {
    const person = await newPerson(server, { name: 'Anahtarlı Kişi' });
    const phone = await register(person, 'Telefonum');
    expect(phone.options).toMatchObject({
      rp: { id: 'localhost' },
      user: { name: person.email },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    });
    // He has recovery codes from his authenticator: those stay.
    expect(phone.answer.body.recoveryCodes).toEqual([]);
    const laptop = await register(person, ' Dizüstü ');
    expect(laptop.options.excludeCredentials).toHaveLength(1);
    for (const { key } of [phone, laptop]) {
      const caller = anybody(server);
      const answer = await logInWith(key, caller);
      expect(answer.body).toMatchObject({ person: { email: person.email }, next: null });
      expect(await isIn(caller)).toBe(true);
    }
    const factors = (await person.call('GET /session/factors')).body;
    expect(factors).toMatchObject({ authenticator: true, recoveryCodes: 10 });
    expect(factors.passkeys.map(({ name, lastUsedAt }) => [name, lastUsedAt !== null])).toEqual([
      ['Telefonum', true],
      ['Dizüstü', true],
    ]);
  });

  it('may be the first second factor: recovery codes come with it', async () => {
    const email = 'anahtarla@deneme.example';
    await server.rooms.people.create({ email, name: 'Anahtarla Başlayan', password: PASSWORD });
    const caller = await logIn(email, PASSWORD);
    expect(caller.answer.body.next).toBe('set-up-second-factor');
    const { answer, key } = await register(caller, 'Tek');
    expect(answer.body.recoveryCodes).toHaveLength(10);
    expect(await isIn(caller)).toBe(true);
    const again = await logIn(email, PASSWORD);
    expect(again.answer.body.next).toBe('second-factor');
    const { body: options } = await again.call('POST /session/second-factor/passkey/options');
    expect(options.allowCredentials).toHaveLength(1);
    const given = await again.call('POST /session/second-factor/passkey', { body: { response: key.get(options) } });
    expect(given.body.next).toBeNull();
    const recovered = await logIn(email, PASSWORD);
    const code = answer.body.recoveryCodes[0] ?? '';
    expect((await recovered.call('POST /session/second-factor', { body: { code } })).body.next).toBeNull();
  });

  it('are no way round the second factor that is already there', async () => {
    const person = await newPerson(server);
    const half = await logIn(person.email, PASSWORD);
    expect((await half.call('POST /session/passkeys/options')).problem.code).toBe('session.second_factor');
    const whole = await register(person, 'Anahtar');
    expect(whole.answer.status).toBe(200);
    const response = softKey(ORIGIN).create(whole.options as never);
    const late = await half.call('POST /session/passkeys', { body: { name: 'x', response } });
    expect(late.problem.code).toBe('session.second_factor');
    server.clock.move(11 * 60);
    expect((await person.call('POST /session/passkeys/options')).problem.code).toBe('session.step_up');
    expect((await person.call('POST /session/authenticator')).problem.code).toBe('session.step_up');
  });

  it('renew a second factor that is too old', async () => {
    const person = await newPerson(server);
    const { key } = await register(person, 'Anahtar');
    const [passkey] = (await person.call('GET /session/factors')).body.passkeys;
    const params = { passkeyId: passkey?.passkeyId ?? '' };
    server.clock.move(11 * 60);
    expect((await person.call('DELETE /session/passkeys/:passkeyId', { params })).problem.code).toBe('session.step_up');
    const { body: options } = await person.call('POST /session/second-factor/passkey/options');
    await person.call('POST /session/second-factor/passkey', { body: { response: key.get(options) } });
    const removed = await person.call('DELETE /session/passkeys/:passkeyId', { params });
    expect(removed.body).toEqual({ done: true });
    expect((await logInWith(key)).problem.code).toBe('passkey.refused');
  });

  it('are refused where anything is not as asked', async () => {
    const person = await newPerson(server);
    const { key } = await register(person, 'Anahtar');
    const caller = anybody(server);
    const ask = async () => (await caller.call('POST /session/passkey/options')).body;
    const tell = async (response: ReturnType<typeof key.get>) =>
      (await caller.call('POST /session/passkey', { body: { response } })).problem.code;

    const answered = key.get(await ask());
    expect(await tell(answered)).toBeUndefined();
    expect(await tell(answered), 'twice').toBe('passkey.refused');
    const options = await ask();
    server.clock.move(301);
    expect(await tell(key.get(options)), 'too late').toBe('passkey.refused');
    expect(await tell(key.get({ ...(await ask()), challenge: 'AAAA' })), 'never asked').toBe('passkey.refused');
    expect(await tell(key.get({ ...(await ask()), rpId: 'baska.example' })), 'other host').toBe('passkey.refused');
    key.behaviour.origin = 'http://127.0.0.1:8080';
    expect(await tell(key.get(await ask())), 'other origin').toBe('passkey.refused');
    key.behaviour.origin = ORIGIN;
    key.behaviour.verifies = false;
    expect(await tell(key.get(await ask())), 'nobody verified').toBe('passkey.refused');
    key.behaviour.verifies = true;
    const forged = key.get(await ask());
    const other = softKey(ORIGIN).get(await ask());
    expect(await tell({ ...forged, response: { ...forged.response, signature: other.response.signature } })).toBe(
      'passkey.refused',
    );
    const nobody = key.get(await ask());
    const { userHandle: _, ...silent } = nobody.response;
    expect(await tell({ ...nobody, response: silent } as typeof nobody), 'says not whose').toBe('passkey.refused');
    expect(await tell(key.get(await ask()))).toBeUndefined();
    key.behaviour.counts = false;
    expect(await tell(key.get(await ask())), 'copied key').toBe('passkey.refused');
    key.behaviour.counts = true;
    expect(await tell(key.get(await ask()))).toBeUndefined();
    await server.owner.query('update person set enabled = false where email = $1', [person.email]);
    expect(await tell(key.get(await ask())), 'disabled').toBe('passkey.refused');
  });

  it('are asked of one session, and answer for no other person and no other purpose', async () => {
    const [one, other] = [await newPerson(server), await newPerson(server)];
    const { key: ones } = await register(one, 'Onun');
    const { key: others } = await register(other, 'Ötekinin');
    const half = await logIn(one.email, PASSWORD);
    const options = async () => (await half.call('POST /session/second-factor/passkey/options')).body;
    const give = async (caller: DeskCaller, response: ReturnType<typeof ones.get>) =>
      (await caller.call('POST /session/second-factor/passkey', { body: { response } })).problem.code;
    expect(await give(half, others.get(await options()))).toBe('passkey.refused');
    expect(await give(await logIn(one.email, PASSWORD), ones.get(await options()))).toBe('passkey.refused');
    const alone = (await anybody(server).call('POST /session/passkey/options')).body;
    expect(await give(half, ones.get(alone))).toBe('passkey.refused');
    const asked = await options();
    expect((await anybody(server).call('POST /session/passkey', { body: { response: ones.get(asked) } })).status).toBe(
      401,
    );
    expect(await give(half, ones.get(await options()))).toBeUndefined();
  });

  it('are not registered twice, nor without the person being verified', async () => {
    const person = await newPerson(server);
    const { key, answer } = await register(person, 'Bir');
    expect(answer.status).toBe(200);
    expect((await register(await newPerson(server), 'İki', key)).answer.problem.code).toBe('passkey.refused');
    const careless = softKey(ORIGIN);
    careless.behaviour.verifies = false;
    expect((await register(person, 'Üç', careless)).answer.problem.code).toBe('passkey.refused');
    expect((await person.call('GET /session/factors')).body.passkeys).toHaveLength(1);
  });

  it('are removed, but not the last factor, also when two are removed at once, and not by another', async () => {
    const email = 'iki-anahtar@deneme.example';
    await server.rooms.people.create({ email, name: 'İki Anahtarlı', password: PASSWORD });
    const caller = await logIn(email, PASSWORD);
    for (const name of ['Bir', 'İki']) await register(caller, name);
    const remove = async (who: DeskCaller, passkeyId: string) =>
      await who.call('DELETE /session/passkeys/:passkeyId', { params: { passkeyId } });
    const own = (await caller.call('GET /session/factors')).body.passkeys.map(({ passkeyId }) => passkeyId);
    const stranger = await newPerson(server);
    expect((await remove(stranger, own[0] ?? '')).body).toEqual({ done: false });
    const answers = await Promise.all(own.map((passkeyId) => remove(caller, passkeyId)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    await setUpAuthenticator(server, caller);
    const [left] = (await caller.call('GET /session/factors')).body.passkeys;
    expect((await remove(caller, left?.passkeyId ?? '')).body).toEqual({ done: true });
  });

  it('leave nothing behind of what was asked and never answered', async () => {
    await anybody(server).call('POST /session/passkey/options');
    server.clock.move(301);
    await server.rooms.people.expire();
    expect((await server.owner.query('select from passkey_challenge')).rowCount).toBe(0);
  });
});
