// Push to subscribers: addresses registered for a brand, and the loop that tells them what the registry's own doors
// recorded. A registration is tried out before it is kept; passwords are kept sealed; neither addresses, passwords nor
// movements are ever logged. The loop's promises: loop.ts; where calls may go: network.ts.
//
// An address is its holder's: the provider's or a partner's, whoever's account registered it. Each has places of its
// own, renews and removes its own; the provider sees all addresses of its brands and can remove those of partners too.

import { randomUUID } from 'node:crypto';
import { CHANNELS, type Channel } from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import type { Database, Connection as DatabaseConnection } from '../../ground/database.ts';
import type { AddressKeys } from '../../ground/keys.ts';
import type { Log } from '../../ground/log.ts';
import type { BrandScope } from '../access/index.ts';
import type { Messages } from '../messages/index.ts';
import type { Registry } from '../registry/index.ts';
import { type Connection, checkConnection, hrefOf, isJsonObject, type PushFault } from './form.ts';
import { DEFAULT_PACE, deliveryLoop, type Pace } from './loop.ts';
import { askNameServers, type ResolveName } from './network.ts';
import type { ReceiverOptions } from './receiver.ts';
import * as sql from './sql.ts';
import { connectionFault, faultOfTrial, type Trial, tryOut } from './trial.ts';

export type { PushFault } from './form.ts';
export type { Pace } from './loop.ts';
export type { ResolveName } from './network.ts';
export type { CallResult } from './receiver.ts';
export type { Trial } from './trial.ts';

/** Per brand, channel and holder (official API, Push: per brand and channel; it knows no holders). */
export const ADDRESSES_PER_CHANNEL = 2;
/** A list with more entries cannot be kept: the ones beyond are not looked at. As many registrations may wait. */
const ENTRIES_MAX = ADDRESSES_PER_CHANNEL * CHANNELS.length;
/** Movements that wait for an address are counted up to here. */
export const WAITING_COUNTED = 100;

export type PushStatus = 'connected' | 'parked';

export interface PushAddress {
  readonly url: string;
  readonly channel: Channel;
  /** parked: failed for a day, left alone until it is registered again; or its partner has no right to it just now. */
  readonly status: PushStatus;
  /** Epoch seconds at which the status came. */
  readonly statusAt: number;
}

/** An address as its holder, or the provider of the brand, sees it at the desk. Times are epoch seconds. */
export interface PushState {
  readonly pushId: string;
  readonly brandId: number;
  readonly url: string;
  readonly channel: Channel;
  readonly username: string;
  /** Title of the partner whose address it is, where a provider looks; null: one's own. */
  readonly partner: string | null;
  /** no-right: its partner may not write the channel just now, and it gets nothing. */
  readonly state: PushStatus | 'failing' | 'no-right';
  /** Since when; null: not known. */
  readonly since: number | null;
  /** Movements that it was not sent yet, counted up to WAITING_COUNTED. */
  readonly waiting: number;
  readonly more: boolean;
  /** When the oldest of them was recorded. */
  readonly waitingSince: number | null;
}

export interface Deliveries {
  /**
   * Body `{connection: [{url, type, username, password}]}`: all entries or none. The holder's same url and type renews
   * the credentials and ends parking. `no-right`: the scope may not write one of the channels. A holder's registrations
   * for a brand take turns.
   */
  register(scope: BrandScope, body: unknown): Promise<'not-json-object' | 'no-right' | PushFault[] | 'registered'>;
  /**
   * Body `{url, type, username, password}`: all four must fit an address of the holder. Where none does, a provider
   * removes what partners registered under this url and type, whose credentials it does not know.
   */
  unregister(scope: BrandScope, body: unknown): Promise<'not-json-object' | 'no-right' | PushFault[] | 'removed'>;
  /** Addresses of the channels that the scope may read: a partner's own, or all for the provider. */
  list(scope: BrandScope): Promise<PushAddress[]>;
  /** Addresses of brands for the desk: a partner's own, or all for the provider. The scopes are one person's. */
  states(scopes: readonly BrandScope[]): Promise<PushState[]>;
  /** Tries one's own address out, in its turn among registrations. */
  test(scope: BrandScope, pushId: string): Promise<'unknown' | 'busy' | Trial>;
  /** Registers one's own address as it stands once more: ends parking, if it passes the trial. */
  resume(scope: BrandScope, pushId: string): Promise<'unknown' | Awaited<ReturnType<Deliveries['register']>>>;
  /** Removes one's own address, or as the provider also a partner's. */
  remove(scope: BrandScope, pushId: string): Promise<'unknown' | 'no-right' | 'removed'>;
  start(): void;
  /** Ends the loop; calls in flight get a second, and are repeated by the next start where it did not suffice. */
  stop(): Promise<void>;
  /** `maxBehind`: movements between the journal's end and the cursor of the address that is furthest behind. */
  lag(): Promise<{ subscriptions: number; parked: number; maxBehind: number }>;
}

export interface DeliveriesOptions {
  readonly database: Database;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly keys: AddressKeys;
  readonly log: Log;
  /** Lets push go to private and loopback addresses, and to plain http there. */
  readonly allowPrivate: boolean;
  readonly pace?: Partial<Pace>;
  readonly resolveName?: ResolveName;
  /** Told of addresses that are given up; absent: nobody is told. */
  readonly messages?: Pick<Messages, 'pushParked' | 'wake'>;
}

interface StoredAddress {
  readonly brandId: number;
  readonly pushId: string;
  readonly holder: number;
  readonly channel: Channel;
  readonly url: string;
  readonly username: string;
  readonly sealedPassword: Buffer;
  readonly status: PushStatus;
  readonly statusAt: number;
  /** Whether its holder may have what is sent. */
  readonly entitled: boolean;
  /** Null: the provider's. */
  readonly partner: string | null;
  readonly failingSince: number | null;
  readonly cursor: number;
  readonly journalEnd: number;
}

type AddressRow = [
  string,
  number,
  number,
  string,
  string,
  Buffer,
  PushStatus,
  number,
  boolean,
  number,
  string | null,
  number | null,
  number,
  number,
];

export function openDeliveries(options: DeliveriesOptions): Deliveries {
  const { database, registry, clock, keys, log, allowPrivate, messages, resolveName = askNameServers() } = options;
  const pace: Pace = { ...DEFAULT_PACE, ...options.pace };
  const receiverOptions: ReceiverOptions = { allowPrivate, resolveName, deadlineMs: pace.deadlineMs };
  const loop = deliveryLoop({ database, registry, clock, keys, log, pace, allowPrivate, resolveName, messages });
  /** This process's registrations, under way (the first) and waiting, by brand and holder. */
  const registering = new Map<string, Promise<unknown>[]>();

  /** Number of the provider or partner that the scope acts for. */
  async function holderOf({ facts }: BrandScope): Promise<number> {
    const [row] = await database.rows<[number]>(sql.HOLDER, [facts.actor]);
    if (row === undefined) throw new Error('the scope acts for no account');
    return row[0];
  }

  async function storedAddresses(connection: DatabaseConnection, ...brandIds: number[]): Promise<StoredAddress[]> {
    const rows = await connection.rows<AddressRow>(sql.ADDRESSES, [`{${brandIds.join(',')}}`]);
    return rows.map(([pushId, holder, channel, url, username, sealedPassword, status, statusAt, ...more]) => {
      const [entitled, brandId, partner, failingSince, cursor, journalEnd] = more;
      return {
        brandId,
        pushId,
        holder,
        channel: CHANNELS[channel] as Channel,
        url,
        username,
        sealedPassword,
        status,
        statusAt,
        entitled,
        partner,
        failingSince,
        cursor,
        journalEnd,
      };
    });
  }

  /** An address that the scope's holder registered himself, with its password. */
  async function own(scope: BrandScope, pushId: string): Promise<(Connection & { holder: number }) | undefined> {
    const holder = await holderOf(scope);
    const found = (await addressesOf(database, scope.brandId, holder)).find((one) => one.pushId === pushId);
    if (found === undefined) return undefined;
    const { url, channel, username, sealedPassword } = found;
    return { url, href: new URL(url).href, channel, username, password: keys.openText(sealedPassword), holder };
  }

  async function stateOf(address: StoredAddress, holder: number): Promise<PushState> {
    const { brandId, pushId, url, channel, username, status, statusAt, entitled, failingSince } = address;
    const { cursor, journalEnd } = address;
    const number = CHANNELS.indexOf(channel);
    const waiting =
      cursor < journalEnd ? await registry.registryMovements(brandId, number, cursor, WAITING_COUNTED + 1) : [];
    const failing = status === 'connected' && failingSince !== null;
    return {
      pushId,
      brandId,
      url,
      channel,
      username,
      partner: address.holder === holder ? null : address.partner,
      state: !entitled ? 'no-right' : failing ? 'failing' : status,
      since: !entitled ? null : failing ? failingSince : statusAt,
      waiting: Math.min(waiting.length, WAITING_COUNTED),
      more: waiting.length > WAITING_COUNTED,
      waitingSince: waiting[0]?.receivedAt ?? null,
    };
  }

  /** Changes of a brand's addresses take turns, over all processes. */
  function inTurn<T>(brandId: number, work: (connection: DatabaseConnection) => Promise<T>): Promise<T> {
    return database.transaction(async (connection) => {
      await connection.rows(sql.LOCK_BRAND, [brandId]);
      return await work(connection);
    });
  }

  function isOpenedBy({ username, sealedPassword }: StoredAddress, by: Connection): boolean {
    return username === by.username && keys.openText(sealedPassword) === by.password;
  }

  async function addressesOf(connection: DatabaseConnection, brandId: number, holder: number) {
    return (await storedAddresses(connection, brandId)).filter((address) => address.holder === holder);
  }

  /** The work's outcome when its turn has come; undefined where too many wait. */
  async function inQueue<T>(key: string, work: () => Promise<T>): Promise<T | undefined> {
    const queue = registering.get(key) ?? [];
    if (queue.length > ENTRIES_MAX) return undefined;
    registering.set(key, queue);
    const turn = Promise.allSettled(queue).then(work);
    queue.push(turn);
    try {
      return await turn;
    } finally {
      queue.shift();
      if (queue.length === 0) registering.delete(key);
    }
  }

  async function tryAndKeep(
    brandId: number,
    holder: number,
    connections: readonly Connection[],
  ): Promise<PushFault[] | 'registered'> {
    // Before receivers are called: a list that cannot be kept anyway makes no calls.
    if (!haveRoom(await addressesOf(database, brandId, holder), connections)) return [connectionFault('full')];
    const trials = await Promise.all(connections.map((connection) => tryOut(connection, receiverOptions)));
    const found = trials.map(faultOfTrial).filter((fault) => fault !== undefined);
    if (found.length > 0) return found;
    if ((await keep(brandId, holder, connections)) === 'full') return [connectionFault('full')];
    loop.wake(brandId);
    return 'registered';
  }

  async function keep(brandId: number, holder: number, connections: readonly Connection[]): Promise<'full' | 'kept'> {
    const journalEnd = await registry.lastSeq(brandId);
    return await inTurn(brandId, async (connection) => {
      const stored = await addressesOf(connection, brandId, holder);
      if (!haveRoom(stored, connections)) return 'full';
      for (const { url, href, channel, username, password } of connections) {
        const sealed = keys.sealText(password);
        const same = stored.find((address) => isSame(address, { href, channel }));
        const now = clock.nowMs();
        if (same) {
          await connection.run(sql.RENEW, [brandId, same.pushId, url, username, sealed, now]);
        } else {
          const number = CHANNELS.indexOf(channel);
          const values = [brandId, randomUUID(), holder, number, url, username, sealed, now, journalEnd];
          await connection.run(sql.ADD, values);
        }
      }
      return 'kept';
    });
  }

  async function register(scope: BrandScope, body: unknown): ReturnType<Deliveries['register']> {
    if (!isJsonObject(body)) return 'not-json-object';
    const listed = body['connection'];
    const entries: readonly unknown[] = Array.isArray(listed) && listed.length > 0 ? listed : [undefined];
    const checked = entries.slice(0, ENTRIES_MAX).map((entry) => checkConnection(entry, allowPrivate));
    const faults = checked.flatMap((result) => (Array.isArray(result) ? result : []));
    if (faults.length > 0) return faults;
    const connections = lastOfEach(checked as Connection[]);
    if (!connections.every(({ channel }) => scope.may(channel, 'write'))) return 'no-right';
    if (entries.length > ENTRIES_MAX) return [connectionFault('full')];

    const { brandId } = scope;
    const holder = await holderOf(scope);
    const answer = await inQueue(`${brandId} ${holder}`, () => tryAndKeep(brandId, holder, connections));
    return answer ?? [connectionFault('busy')];
  }

  return {
    register,

    async unregister(scope, body) {
      if (!isJsonObject(body)) return 'not-json-object';
      const connection = checkConnection(body, allowPrivate);
      if (Array.isArray(connection)) return connection;
      if (!scope.may(connection.channel, 'write')) return 'no-right';
      const { brandId } = scope;
      const holder = await holderOf(scope);
      const isProvider = holder === scope.facts.providerCode;
      const removed = await inTurn(brandId, async (transaction) => {
        const there = (await storedAddresses(transaction, brandId)).filter((one) => isSame(one, connection));
        const own = there.filter((one) => one.holder === holder && isOpenedBy(one, connection));
        const others = isProvider ? there.filter((one) => one.holder !== holder) : [];
        const going = own.length > 0 ? own : others;
        for (const { pushId } of going) await transaction.run(sql.REMOVE, [brandId, pushId]);
        return going.length;
      });
      return removed > 0 ? 'removed' : [connectionFault('unknown')];
    },

    async list(scope) {
      const { brandId } = scope;
      const holder = await holderOf(scope);
      const isProvider = holder === scope.facts.providerCode;
      return (await storedAddresses(database, brandId))
        .filter((address) => scope.may(address.channel, 'read') && (isProvider || address.holder === holder))
        .map(({ url, channel, status, statusAt, entitled }) => ({
          url,
          channel,
          status: entitled ? status : 'parked',
          statusAt,
        }));
    },

    async states(scopes) {
      const [first] = scopes;
      if (first === undefined) return [];
      const holder = await holderOf(first);
      const byBrand = new Map(scopes.map((scope) => [scope.brandId, scope]));
      const states: PushState[] = [];
      // One after the other: those that are behind cost a look at the journal.
      for (const address of await storedAddresses(database, ...byBrand.keys())) {
        const scope = byBrand.get(address.brandId);
        const sees = address.holder === holder || scope?.facts.providerCode === holder;
        if (sees && scope?.may(address.channel, 'read')) states.push(await stateOf(address, holder));
      }
      return states;
    },

    async test(scope, pushId) {
      const address = await own(scope, pushId);
      if (address === undefined) return 'unknown';
      const turn = `${scope.brandId} ${address.holder}`;
      return (await inQueue(turn, () => tryOut(address, receiverOptions))) ?? 'busy';
    },

    async resume(scope, pushId) {
      const address = await own(scope, pushId);
      if (address === undefined) return 'unknown';
      const { url, channel, username, password } = address;
      return await register(scope, { connection: [{ url, type: channel, username, password }] });
    },

    async remove(scope, pushId) {
      const { brandId } = scope;
      const holder = await holderOf(scope);
      return await inTurn(brandId, async (connection) => {
        const found = (await storedAddresses(connection, brandId)).find((one) => one.pushId === pushId);
        const isTheirs = found !== undefined && (found.holder === holder || scope.facts.providerCode === holder);
        if (!isTheirs) return 'unknown';
        if (!scope.may(found.channel, 'write')) return 'no-right';
        await connection.run(sql.REMOVE, [brandId, pushId]);
        return 'removed';
      });
    },

    start: loop.start,
    stop: loop.stop,

    async lag() {
      const rows = await database.rows<[number, number, number]>(sql.LAG);
      const [subscriptions, parked, maxBehind] = rows[0] ?? [0, 0, 0];
      return { subscriptions, parked, maxBehind };
    },
  };
}

function isSame(stored: StoredAddress, wanted: Pick<Connection, 'href' | 'channel'>): boolean {
  return stored.channel === wanted.channel && hrefOf(stored.url, true) === wanted.href;
}

/** One entry for each address: a later one renews what an earlier one of the same list said. */
function lastOfEach(connections: readonly Connection[]): Connection[] {
  return [
    ...new Map(connections.map((connection) => [`${connection.channel} ${connection.href}`, connection])).values(),
  ];
}

function haveRoom(stored: readonly StoredAddress[], wanted: readonly Connection[]): boolean {
  return CHANNELS.every((channel) => {
    const added = wanted.filter((one) => one.channel === channel && !stored.some((address) => isSame(address, one)));
    const there = stored.filter((address) => address.channel === channel);
    return added.length === 0 || there.length + added.length <= ADDRESSES_PER_CHANNEL;
  });
}
