// API users of an organisation: the programs that call the official API in its name, looked after by the organisation.
//
// A password is made here and told once. It is replaced with an overlap, in which the one before stays good, so that
// programs are changed over one by one; it ends by itself, with the sessions that hang on it. A further replacement within
// the overlap puts another in the place of the newest and leaves the one before: it may be what all programs still use,
// and the newest one that was lost. Each change is felt at once in this process, within a second in the others.

import type { Clock } from '../../ground/clock.ts';
import type { Connection, Database } from '../../ground/database.ts';
import type { Act, Activities } from '../activity/index.ts';
import type { Access } from './access.ts';
import { insertAccount } from './accounts.ts';
import type { Desk } from './desk.ts';
import { endFamilies } from './families.ts';
import { readNetwork } from './networks.ts';
import { hashPassword, makePassword } from './passwords.ts';

/** How long a replaced password may stay good. */
export const OVERLAP_MOST_SECONDS = 7 * 86_400;
/** Of one organisation, at a time. */
export const API_USERS_MOST = 50;
/** Shown of one organisation, ended ones too; more than it makes in years. */
const SHOWN_MOST = 200;

export type ApiUserErrorReason =
  /** No API user of this number in the organisation, or it has ended. */
  | 'unknown'
  /** `value` is no network. */
  | 'network'
  /** Somebody else was faster. */
  | 'changed'
  | 'too-many';

export class ApiUserError extends Error {
  readonly reason: ApiUserErrorReason;
  readonly value: string | undefined;

  constructor(reason: ApiUserErrorReason, value?: string) {
    super(`API user refused: ${reason}`);
    this.reason = reason;
    this.value = value;
  }
}

/** Times are epoch seconds. */
export interface ApiUser {
  readonly accountId: number;
  readonly email: string;
  readonly name: string;
  /** False: ended, for good as far as the organisation goes. */
  readonly enabled: boolean;
  /** In CIDR; none: from everywhere. */
  readonly networks: readonly string[];
  readonly createdAt: number;
  /** To the minute; null: never. */
  readonly lastUsedAt: number | null;
  /** Network address of that call. */
  readonly lastUsedFrom: string | null;
  /** Until when the password before is good; null: it is not. */
  readonly replacedUntil: number | null;
}

export interface ApiUsers {
  /** Those that may log in first, the newest first. */
  list(desk: Desk): Promise<ApiUser[]>;
  /** @returns with the password, which nobody can be told again. @throws ApiUserError, AccountError */
  create(
    desk: Desk,
    user: { readonly email: string; readonly name: string; readonly networks: readonly string[] },
  ): Promise<{ accountId: number; password: string }>;
  /**
   * @param overlapSeconds for which the password before stays good, up to OVERLAP_MOST_SECONDS; 0: it ends now
   * @throws ApiUserError
   */
  replacePassword(
    desk: Desk,
    accountId: number,
    overlapSeconds: number,
  ): Promise<{ password: string; replacedUntil: number | null }>;
  /** Ends the overlap now. @throws ApiUserError */
  endReplaced(desk: Desk, accountId: number): Promise<void>;
  /** @param networks as a person writes them; none: from everywhere. @throws ApiUserError */
  setNetworks(
    desk: Desk,
    accountId: number,
    change: { readonly seen: readonly string[]; readonly networks: readonly string[] },
  ): Promise<void>;
  /** Ends an API user with its sessions; done already: nothing. @throws ApiUserError */
  end(desk: Desk, accountId: number): Promise<void>;
}

export interface ApiUsersOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly access: Pick<Access, 'forgetAccount'>;
  readonly activities: Pick<Activities, 'add'>;
}

/** Condition on `account`: programs of the organisation whose number is $1. Each column has its own index. */
const PROGRAMS = `role = 'API_USER' and (provider_code = $1 or partner_code = $1)`;

const LIST = `
  select account_id, email, name, enabled, networks, extract(epoch from created_at)::float8,
    extract(epoch from last_used_at)::float8, last_used_from,
    extract(epoch from case when replaced_until > to_timestamp($2::float8) then replaced_until end)::float8
  from account where ${PROGRAMS}
  order by enabled desc, created_at desc, account_id desc limit ${SHOWN_MOST}`;
type ListRow = [number, string, string, boolean, string[], number, number | null, string | null, number | null];

const LOCK = `
  select email, enabled, password_hash, replaced_hash,
    extract(epoch from case when replaced_until > to_timestamp($3::float8) then replaced_until end)::float8
  from account where ${PROGRAMS} and account_id = $2 for no key update`;
type LockRow = [string, boolean, string, string | null, number | null];

interface Locked {
  readonly email: string;
  readonly enabled: boolean;
  readonly passwordHash: string;
  /** The overlap that runs. */
  readonly replaced: { readonly hash: string; readonly until: number } | undefined;
}

export function openApiUsers({ database, clock, access, activities }: ApiUsersOptions): ApiUsers {
  /** Changes one that has not ended, tells of it, and lets it be felt. `work` gives what the activity log says besides. */
  async function change(
    desk: Desk,
    accountId: number,
    act: Act,
    work: (connection: Connection, user: Locked, now: number) => Promise<Readonly<Record<string, unknown>>>,
  ): Promise<void> {
    await database.transaction(async (connection) => {
      const now = clock.nowMs() / 1_000;
      const [row] = await connection.rows<LockRow>(LOCK, [desk.organisation.code, accountId, now]);
      if (row === undefined) throw new ApiUserError('unknown');
      const [email, enabled, passwordHash, hash, until] = row;
      const replaced = hash === null || until === null ? undefined : { hash, until };
      if (!enabled) {
        if (act === 'api_user.ended') return;
        throw new ApiUserError('unknown');
      }
      const more = await work(connection, { email, enabled, passwordHash, replaced }, now);
      await activities.add(desk, act, { details: { user: email, ...more }, connection });
    });
    access.forgetAccount(accountId);
  }

  return {
    async list({ organisation }) {
      const rows = await database.rows<ListRow>(LIST, [organisation.code, clock.nowMs() / 1_000]);
      return rows.map(
        ([accountId, email, name, enabled, networks, createdAt, lastUsedAt, lastUsedFrom, replacedUntil]) => ({
          accountId,
          email,
          name,
          enabled,
          networks,
          createdAt,
          lastUsedAt,
          lastUsedFrom,
          replacedUntil,
        }),
      );
    },

    create: (desk, { email, name, networks }) =>
      database.transaction(async (connection) => {
        const { code, kind } = desk.organisation;
        // Two at once would both see room for one more.
        await connection.rows(`select from ${kind} where ${kind}_code = $1 for no key update`, [code]);
        const count = `select count(*)::int from account where ${PROGRAMS} and enabled`;
        const [[there] = [0]] = await connection.rows<[number]>(count, [code]);
        if (there >= API_USERS_MOST) throw new ApiUserError('too-many');
        const password = makePassword();
        const accountId = await insertAccount(connection, {
          email,
          name,
          password,
          role: 'API_USER',
          networks: normalForms(networks),
          ...(kind === 'partner' ? { partnerCode: code } : { providerCode: code }),
        });
        await activities.add(desk, 'api_user.created', { details: { user: email, name }, connection });
        return { accountId, password };
      }),

    async replacePassword(desk, accountId, overlapSeconds) {
      const password = makePassword();
      let replacedUntil: number | null = null;
      await change(desk, accountId, 'api_user.rotated', async (connection, user, now) => {
        const end = Math.min(
          now + overlapSeconds,
          now + OVERLAP_MOST_SECONDS,
          user.replaced?.until ?? Number.MAX_VALUE,
        );
        const staying = end > now ? (user.replaced?.hash ?? user.passwordHash) : undefined;
        replacedUntil = staying === undefined ? null : end;
        await connection.run(
          `update account set password_hash = $2, replaced_hash = $3, replaced_until = to_timestamp($4::float8)
           where account_id = $1`,
          [accountId, await hashPassword(password, staying), staying ?? null, replacedUntil],
        );
        if (user.replaced) await endFamilies(connection, accountId, now, 'present');
        await endFamilies(connection, accountId, end);
        return { replaced: { until: replacedUntil } };
      });
      return { password, replacedUntil };
    },

    endReplaced: (desk, accountId) =>
      change(desk, accountId, 'api_user.old_password_ended', async (connection, _user, now) => {
        await connection.run('update account set replaced_hash = null, replaced_until = null where account_id = $1', [
          accountId,
        ]);
        await endFamilies(connection, accountId, now, 'replaced');
        return {};
      }),

    async setNetworks(desk, accountId, { seen, networks: typed }) {
      const networks = normalForms(typed);
      await change(desk, accountId, 'api_user.networks_set', async (connection) => {
        // Also where what was sent came through and its answer did not: the same again is no change.
        const changed = await connection.run(
          'update account set networks = $2 where account_id = $1 and (networks = $3 or networks = $2)',
          [accountId, `{${networks.join(',')}}`, `{${seen.join(',')}}`],
        );
        if (changed === 0) throw new ApiUserError('changed');
        return { networks: networks.join(' ') };
      });
    },

    end: (desk, accountId) =>
      change(desk, accountId, 'api_user.ended', async (connection, _user, now) => {
        await connection.run(
          'update account set enabled = false, replaced_hash = null, replaced_until = null where account_id = $1',
          [accountId],
        );
        await endFamilies(connection, accountId, now);
        return {};
      }),
  };
}

/** Networks as they are kept, each once. @throws ApiUserError */
function normalForms(typed: readonly string[]): string[] {
  const networks = typed.map((text) => {
    const network = readNetwork(text);
    if (network === undefined) throw new ApiUserError('network', text);
    return network;
  });
  return [...new Set(networks)];
}
