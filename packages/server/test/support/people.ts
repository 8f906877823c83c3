// People of their own for tests: with password and authenticator, seated where the test wants them; and the mails that
// wait for them, read as the mail server would be handed them.

import { Secret, TOTP } from 'otpauth';
import { AddressKeys } from '../../src/ground/keys.ts';
import type { NewStaffGrant } from '../../src/rooms/access/desk.ts';
import type { MailFields, MailTemplate } from '../../src/rooms/notices/index.ts';
import { anybody, type DeskCaller } from './desk.ts';
import { TEST_SECRET } from './registry.ts';
import type { TestServer } from './server.ts';

/** Strong enough, and of nobody's name. */
export const PASSWORD = 'yağmurda üç mavi kiremit';

export interface TestPerson extends DeskCaller {
  readonly email: string;
  readonly personId: number;
  /** A code of his authenticator that was not given yet. */
  code(): string;
}

let made = 0;

/** A person who has logged in with both factors. */
export async function newPerson(
  server: TestServer,
  { name = 'Deneme Kişisi', seat }: { name?: string; seat?: NewStaffGrant & { code?: number } } = {},
): Promise<TestPerson> {
  made += 1;
  const email = `kisi${made}@deneme.example`;
  const personId = await server.rooms.people.create({ email, name, password: PASSWORD });
  if (seat) await server.rooms.desks.seat(personId, { code: seat.code ?? 600100, kind: 'provider' }, seat);
  const caller = anybody(server);
  await caller.call('POST /session', { body: { email, password: PASSWORD } });
  const code = await setUpAuthenticator(server, caller);
  return Object.assign(caller, { email, personId, code });
}

/** Sets up an authenticator for who has logged in by password. @returns its codes; each call moves the clock past the last */
export async function setUpAuthenticator(server: TestServer, caller: DeskCaller): Promise<() => string> {
  const { secret } = (await caller.call('POST /session/authenticator')).body;
  const totp = new TOTP({ secret: Secret.fromBase32(secret) });
  const code = () => totp.generate({ timestamp: server.clock.nowMs() });
  const set = await caller.call('PUT /session/authenticator', { body: { secret, code: code() } });
  if (set.status !== 200) throw new Error(`no authenticator: ${set.status}`);
  return () => {
    server.clock.move(30);
    return code();
  };
}

export interface WaitingMail<T extends MailTemplate> {
  readonly to: string;
  readonly language: string;
  readonly fields: MailFields[T];
}

/** Mails of a template that were written to an address, oldest first. */
export async function mailsTo<T extends MailTemplate>(
  { database }: TestServer,
  template: T,
  to: string,
): Promise<WaitingMail<T>[]> {
  const keys = new AddressKeys(TEST_SECRET);
  const rows = await database.rows<[Buffer, Buffer, string]>(
    'select address, fields, language from mail where template = $1 order by created_at, mail_id',
    [template],
  );
  return rows
    .map(([address, fields, language]) => ({
      to: keys.openText(address),
      language,
      fields: JSON.parse(keys.openText(fields)) as MailFields[T],
    }))
    .filter((mail) => mail.to === to);
}

/** The token in a mail's link. */
export function tokenOf(link: string | undefined): string {
  return new URL(link ?? 'http://none/').hash.slice(1);
}
