// The room that knows who is asking: log-in, tokens, principals, and the scopes made from them.
//
// Promises: a revoked token, a disabled account, a changed grant or subscription is felt within a second in every
// process, at once in the process that revoked, and without a query per call. A session is a family of tokens: each
// refresh hands out a new refresh token; the one before stays good for REPLACED_GOOD_SECONDS, since clients run in many
// processes, and whoever brings it later than that may have stolen it, so the whole family ends. Unknown user, disabled
// account and wrong password look the same, in words and in time.
// An API user whose networks are named is nobody when he comes from elsewhere: at log-in as with a wrong password, with a
// token as with a bad one. A replaced password is as good as the new one until its end, which ends its sessions too.
// After a crash sessions go on: families and refresh tokens are in the database, everything in memory can be lost.

import { randomUUID } from 'node:crypto';
import type { Clock } from '../../ground/clock.ts';
import type { Limits } from '../../ground/config.ts';
import type { Database, Query } from '../../ground/database.ts';
import { insertAccount, isCode, lowerCaseAscii, type NewAccount, type Role } from './accounts.ts';
import { AccessError, Attempts } from './attempts.ts';
import { FreshCache } from './fresh-cache.ts';
import { LastUses } from './last-uses.ts';
import { admits, networksOf } from './networks.ts';
import { makeOpaqueToken, opaqueTokenHash } from './opaque-token.ts';
import {
  type LoadedPrincipal,
  loadSubscriptions,
  type Principal,
  Principals,
  type ScopeAnswer,
  type Subscription,
} from './principals.ts';
import { LIMIT_NAMES, type LimitName } from './rate-limits.ts';
import { ACCESS_SECONDS, AccessTokens, REFRESH_SECONDS } from './tokens.ts';

/** How long a replaced refresh token stays good: processes that share one need not agree on who refreshes. */
export const REPLACED_GOOD_SECONDS = 60;
/** Accounts, subscriptions, brands … kept in memory, each kind: more than call within a second. */
const KEPT_MOST = 5_000;
/** Clocks of several processes may differ by so much. */
const CLOCK_SLACK_SECONDS = 300;
/** Dead sessions are deleted this often, in portions that hold no lock for long. */
const SWEEP_EVERY_MS = 10 * 60_000;
const SWEEP_PORTION = 5_000;
/** How long a dead session is kept, so that a late replay of its tokens is still known as one. */
const SWEEP_AFTER_SECONDS = 86_400;

/** The answer to a log-in or a refresh. Lives in seconds. */
export interface TokenPair {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly expiresIn: number;
  readonly refreshExpiresIn: number;
}

export interface Access {
  /** Opens a session. @throws AccessError 'credentials', 'role' or 'too-many'; DatabaseUnavailable */
  logIn(username: string, password: string, networkAddress: string): Promise<TokenPair>;
  /** Carries a session on. @throws AccessError 'refresh_token'; DatabaseUnavailable */
  refresh(refreshToken: string, networkAddress: string): Promise<TokenPair>;
  /** Who sends this `Authorization` header from there; undefined for a missing, bad, expired or revoked token. */
  principal(authorization: string | undefined, networkAddress: string): Promise<Principal | undefined>;
  /** The proof that the principal may act for the brand, or which number is not its own. */
  brandScope(principal: Principal, providerCode: number, brandCode: number): ScopeAnswer;
  /** Its own provider, or for a partner one that granted it anything on any brand. */
  mayAskProvider(principal: Principal, providerCode: number): boolean;
  /** A provider's or partner's subscription. */
  subscriptionOf(holderCode: number): Promise<Subscription | null>;
  providerExists(code: number): Promise<boolean>;
  brandExists(code: number): Promise<boolean>;
  /** Numbers of a provider's brands. */
  brandsOfProvider(providerCode: number): Promise<readonly number[]>;
  /** The configured limits with those that an operator set for the provider. */
  limitsOf(providerCode: number | null): Promise<Limits>;
  /** Who logs in under this name, as far as it is an API user that may: for programs that act without a token. */
  principalOf(email: string): Promise<Principal | undefined>;
  accountExists(email: string): Promise<boolean>;
  /** @returns the account's number. @throws AccountError */
  createAccount(account: NewAccount): Promise<number>;
  /** Ends the session of an access or refresh token; any other text does nothing. */
  revokeFamily(token: string): Promise<void>;
  /** Deletes sessions that are long dead; runs by itself. @returns how many refresh tokens went */
  sweep(): Promise<number>;
  /** Drops what is kept of an account: a change of it is felt at once in this process. */
  forgetAccount(accountId: number): void;
  /** A partner's rights were changed here: they are asked anew at the next request. */
  forgetRights(): void;
  /** Drops all that is kept of the database and of tokens, for changes that must be felt at once. */
  forget(): void;
  /** Stops the sweep and lets go whoever is held back. The database stays open. */
  close(): void;
}

export interface AccessOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Master secret: the key of access tokens is derived from it. */
  readonly secret: Buffer;
  readonly limits: Limits;
}

const ACCOUNT_BY_EMAIL: Query = {
  name: 'access_account_by_email',
  text: `select account_id, password_hash, role, enabled, networks, replaced_hash,
           extract(epoch from replaced_until)::float8
         from account where lower(email) = $1`,
};
type LogInRow = [number, string, Role, boolean, string[], string | null, number | null];

const OPEN_FAMILY: Query = {
  name: 'access_open_family',
  // With the password that was right a moment ago, if it still is: whoever replaces it waits for this row, or this waits
  // for him, so no session of a password outlives its end.
  text: `with family as (
           insert into token_family (family_id, account_id, created_at, revoked_at)
           select $1, account_id, to_timestamp($3::float8), case when password_hash <> $6 then replaced_until end
           from account
           where account_id = $2 and enabled
             and (password_hash = $6 or (replaced_hash = $6 and replaced_until > to_timestamp($3::float8)))
           for share
           returning family_id)
         insert into refresh_token (token_hash, family_id, expires_at)
         select $4, family_id, to_timestamp($5::float8) from family`,
};

const REFRESH_TOKEN: Query = {
  name: 'access_refresh_token',
  text: `select r.family_id::text, f.account_id, coalesce(f.revoked_at <= to_timestamp($2::float8), false),
           a.enabled and a.role = 'API_USER', a.networks,
           extract(epoch from r.expires_at)::float8, extract(epoch from r.replaced_at)::float8
         from refresh_token r
         join token_family f on f.family_id = r.family_id
         join account a on a.account_id = f.account_id
         where r.token_hash = $1`,
};
type RefreshRow = [string, number, boolean, boolean, string[], number, number | null];

const REPLACE_TOKEN: Query = {
  name: 'access_replace_token',
  text: `with old as (
           update refresh_token set replaced_at = coalesce(replaced_at, to_timestamp($2::float8))
           where token_hash = $1 returning family_id)
         insert into refresh_token (token_hash, family_id, expires_at)
         select $3, family_id, to_timestamp($4::float8) from old`,
};

const REVOKE_FAMILY: Query = {
  name: 'access_revoke_family',
  text: `update token_family set revoked_at = least(revoked_at, to_timestamp($2::float8))
         where family_id = $1 returning account_id`,
};

const SWEEP_TOKENS = `delete from refresh_token where token_hash in (
    select token_hash from refresh_token where expires_at < to_timestamp($1::float8)
    limit ${SWEEP_PORTION} for update skip locked)`;

const SWEEP_FAMILIES = `delete from token_family where family_id in (
    select family_id from token_family f where created_at < to_timestamp($1::float8)
      and not exists (select from refresh_token r where r.family_id = f.family_id)
    limit ${SWEEP_PORTION} for update skip locked)`;

/** Opens the room. Nothing is asked of the database before the first call. */
export function openAccess(options: AccessOptions): Access {
  const { database, clock } = options;
  const tokens = new AccessTokens(clock, options.secret);
  const loader = new Principals(database, clock);
  const attempts = new Attempts(clock);
  const lastUses = new LastUses(database, clock);

  const principals = new FreshCache<number, LoadedPrincipal>(clock, KEPT_MOST, (accountId) =>
    loader.load(accountId, clock.now() - ACCESS_SECONDS - CLOCK_SLACK_SECONDS),
  );
  const subscriptions = new FreshCache<number, Subscription | null>(
    clock,
    KEPT_MOST,
    async (holder) => (await loadSubscriptions(database, clock, [holder])).get(holder) ?? null,
  );
  const providers = new FreshCache<number, boolean>(clock, KEPT_MOST, async (code) => {
    const rows = await database.rows('select from provider where provider_code = $1', [code]);
    return rows.length > 0;
  });
  const brands = new FreshCache<number, boolean>(clock, KEPT_MOST, async (code) => {
    const rows = await database.rows('select from brand where brand_id = $1', [code]);
    return rows.length > 0;
  });
  const brandsOfProviders = new FreshCache<number, readonly number[]>(clock, KEPT_MOST, async (code) => {
    const rows = await database.rows<[number]>('select brand_id from brand where provider_code = $1', [code]);
    return rows.map(([brandId]) => brandId);
  });
  const limits = new FreshCache<number, Limits>(clock, KEPT_MOST, async (code) => {
    const rows = await database.rows<[string, number]>(
      'select limit_name, amount from provider_limit where provider_code = $1',
      [code],
    );
    const own = rows.filter(([name]) => LIMIT_NAMES.includes(name as LimitName));
    return { ...options.limits, ...Object.fromEntries(own) };
  });

  const nowExact = (): number => clock.nowMs() / 1000;
  const refreshExpiry = (): number => nowExact() + REFRESH_SECONDS;

  /** The tokens of a session that the database holds already. */
  async function tokenPair(accountId: number, familyId: string, refreshToken: string): Promise<TokenPair | undefined> {
    // Not the kept principal: the account may have been enabled, or its brands changed, a moment ago.
    const { principal } = await principals.reload(accountId);
    const holder = principal?.provider ?? principal?.partner;
    if (principal === undefined || !holder) return undefined;
    return {
      accessToken: await tokens.sign({ ...principal, holder }, familyId),
      refreshToken,
      expiresIn: ACCESS_SECONDS,
      refreshExpiresIn: REFRESH_SECONDS,
    };
  }

  async function logIn(username: string, password: string, networkAddress: string): Promise<TokenPair> {
    const { accountId, role, by } = await attempts.logIn(username, password, networkAddress, async (name) => {
      const [account] = await database.rows<LogInRow>(ACCOUNT_BY_EMAIL, [name]);
      if (account === undefined) return undefined;
      const [accountId, passwordHash, role, enabled, networks, replacedHash, replacedUntil] = account;
      const known = (hash: string) => ({ passwordHash: hash, value: { accountId, role, by: hash } });
      const overlaps = replacedHash !== null && replacedUntil !== null && replacedUntil > nowExact();
      return {
        ...known(passwordHash),
        enabled: enabled && admits(networksOf(networks), networkAddress),
        ...(overlaps && { replaced: known(replacedHash) }),
      };
    });
    if (role !== 'API_USER') throw new AccessError('role');
    const familyId = randomUUID();
    const refreshToken = makeOpaqueToken();
    const session = [familyId, accountId, nowExact(), opaqueTokenHash(refreshToken), refreshExpiry(), by];
    const opened = await database.run(OPEN_FAMILY, session);
    const pair = opened === 0 ? undefined : await tokenPair(accountId, familyId, refreshToken);
    if (pair === undefined) throw new AccessError('credentials');
    lastUses.note(accountId, networkAddress);
    return pair;
  }

  async function endFamily(familyId: string): Promise<void> {
    const [row] = await database.rows<[number]>(REVOKE_FAMILY, [familyId, nowExact()]);
    if (row !== undefined) principals.forget(row[0]);
  }

  async function refresh(refreshToken: string, networkAddress: string): Promise<TokenPair> {
    const refused = new AccessError('refresh_token');
    const tokenHash = opaqueTokenHash(refreshToken);
    if (tokenHash === undefined) throw refused;
    // No lock and no transaction: refreshes with one token may run side by side (the first sets `replaced_at`), and a
    // token that joins a family which is being ended is as dead as the others, since every use asks the family.
    const now = nowExact();
    const [row] = await database.rows<RefreshRow>(REFRESH_TOKEN, [tokenHash, now]);
    if (row === undefined) throw refused;
    const [familyId, accountId, revoked, allowed, networks, expiresAt, replacedAt] = row;
    // Before anything is written: a stolen token used from elsewhere must not end its owner's session.
    if (revoked || !admits(networksOf(networks), networkAddress)) throw refused;
    if (replacedAt !== null && now - replacedAt >= REPLACED_GOOD_SECONDS) {
      await endFamily(familyId);
      throw refused;
    }
    if (!allowed || expiresAt <= now) throw refused;
    const next = makeOpaqueToken();
    const written = await database.run(REPLACE_TOKEN, [tokenHash, now, opaqueTokenHash(next), refreshExpiry()]);
    const pair = written === 0 ? undefined : await tokenPair(accountId, familyId, next);
    if (pair === undefined) throw refused;
    return pair;
  }

  async function principal(authorization: string | undefined, networkAddress: string): Promise<Principal | undefined> {
    const token = bearerToken(authorization);
    if (token === undefined) return undefined;
    const claims = await tokens.verify(token);
    if (claims === undefined) return undefined;
    const loaded = await principals.get(claims.accountId);
    if (loaded.principal === undefined || loaded.revokedFamilies.has(claims.familyId)) return undefined;
    if (!admits(loaded.networks, networkAddress)) return undefined;
    lastUses.note(claims.accountId, networkAddress);
    return loaded.principal;
  }

  async function revokeFamily(token: string): Promise<void> {
    const tokenHash = opaqueTokenHash(token);
    let familyId = (await tokens.verify(token))?.familyId;
    if (tokenHash !== undefined) {
      const [row] = await database.rows<[string]>('select family_id::text from refresh_token where token_hash = $1', [
        tokenHash,
      ]);
      familyId = row?.[0];
    }
    if (familyId !== undefined) await endFamily(familyId);
  }

  async function sweep(): Promise<number> {
    const before = nowExact() - SWEEP_AFTER_SECONDS;
    let swept = 0;
    for (const statement of [SWEEP_TOKENS, SWEEP_FAMILIES]) {
      let portion: number;
      do {
        portion = await database.run(statement, [before]);
        if (statement === SWEEP_TOKENS) swept += portion;
      } while (portion === SWEEP_PORTION);
    }
    return swept;
  }
  // A sweep that fails harms nobody: what is dead stays dead, and the next one takes it.
  const sweeping = setInterval(() => void sweep().catch(() => undefined), SWEEP_EVERY_MS);
  sweeping.unref();

  return {
    logIn,
    refresh,
    principal,
    brandScope: (asking, providerCode, brandCode) => loader.scope(asking, providerCode, brandCode),
    mayAskProvider: (asking, providerCode) => loader.mayAskProvider(asking, providerCode),
    subscriptionOf: async (holder) => (isCode(holder) ? subscriptions.get(holder) : null),
    providerExists: async (code) => isCode(code) && providers.get(code),
    brandExists: async (code) => isCode(code) && brands.get(code),
    brandsOfProvider: async (providerCode) => (isCode(providerCode) ? brandsOfProviders.get(providerCode) : []),
    limitsOf: async (providerCode) =>
      options.limits.on && providerCode !== null && isCode(providerCode) ? limits.get(providerCode) : options.limits,
    principalOf: async (email) => {
      const [account] = await database.rows<LogInRow>(ACCOUNT_BY_EMAIL, [lowerCaseAscii(email)]);
      return account && (await principals.get(account[0])).principal;
    },
    accountExists: async (email) => (await database.rows(ACCOUNT_BY_EMAIL, [lowerCaseAscii(email)])).length > 0,
    createAccount: (account) => insertAccount(database, account),
    revokeFamily,
    sweep,
    forgetAccount: (accountId) => principals.forget(accountId),
    forgetRights: () => principals.forgetAll(),
    forget: () => {
      tokens.forget();
      for (const cache of [principals, subscriptions, providers, brands, brandsOfProviders, limits]) cache.forgetAll();
    },
    close: () => {
      clearInterval(sweeping);
      attempts.close();
    },
  };
}

/** The token of `Authorization: Bearer …` (RFC 6750; the scheme in any case). */
function bearerToken(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : /^bearer +(\S+) *$/i.exec(authorization)?.[1];
}
