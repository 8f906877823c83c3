// Push to subscribers: addresses that a brand registers, and the loop that tells them what the registry's own doors
// recorded. A registration is tried out before it is kept; passwords are kept sealed; neither addresses, passwords nor
// movements are ever logged. The loop's promises: loop.ts; where calls may go: network.ts.

import { randomUUID } from 'node:crypto';
import { CHANNELS, type Channel } from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import type { Database, Connection as DatabaseConnection } from '../../ground/database.ts';
import type { AddressKeys } from '../../ground/keys.ts';
import type { Log } from '../../ground/log.ts';
import type { BrandScope } from '../access/index.ts';
import type { Registry } from '../registry/index.ts';
import { type Connection, checkConnection, hrefOf, isJsonObject, type PushFault } from './form.ts';
import { DEFAULT_PACE, deliveryLoop, leaseEnd, type Pace } from './loop.ts';
import { type ResolveName, resolveBySystem } from './network.ts';
import { type CallFailure, isSuccess, openReceiver, type ReceiverOptions } from './receiver.ts';
import * as sql from './sql.ts';
import { TEST_PAGE } from './wire.ts';

export type { PushFault } from './form.ts';
export type { Pace } from './loop.ts';
export type { ResolveName } from './network.ts';

/** Per brand and channel (official API, Push). */
export const ADDRESSES_PER_CHANNEL = 2;
/** No list with more entries can be kept; the ones beyond are not looked at. */
const ENTRIES_MAX = ADDRESSES_PER_CHANNEL * CHANNELS.length;

export type PushStatus = 'connected' | 'parked';

export interface PushAddress {
  readonly url: string;
  readonly channel: Channel;
  /** parked: failed for a day, left alone until it is registered again. */
  readonly status: PushStatus;
  /** Epoch seconds at which the status came. */
  readonly statusAt: number;
}

export interface Deliveries {
  /**
   * Body `{connection: [{url, type, username, password}]}`: all entries or none. The same url and type renews the
   * credentials and ends parking. `no-right`: the scope may not write one of the channels.
   */
  register(scope: BrandScope, body: unknown): Promise<'not-json-object' | 'no-right' | PushFault[] | 'registered'>;
  /** Body `{url, type, username, password}`: all four must fit a registered address. */
  unregister(scope: BrandScope, body: unknown): Promise<'not-json-object' | 'no-right' | PushFault[] | 'removed'>;
  /** Addresses of the channels that the scope may read. */
  list(scope: BrandScope): Promise<PushAddress[]>;
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
}

interface StoredAddress {
  readonly pushId: string;
  readonly channel: Channel;
  readonly url: string;
  readonly username: string;
  readonly sealedPassword: Buffer;
  readonly status: PushStatus;
  readonly statusAt: number;
}

export function openDeliveries(options: DeliveriesOptions): Deliveries {
  const { database, registry, clock, keys, log, allowPrivate, resolveName = resolveBySystem } = options;
  const pace: Pace = { ...DEFAULT_PACE, ...options.pace };
  const receiverOptions: ReceiverOptions = { allowPrivate, resolveName, deadlineMs: pace.deadlineMs };
  const loop = deliveryLoop({ database, registry, clock, keys, log, pace, allowPrivate, resolveName });

  async function storedAddresses(connection: DatabaseConnection, brandId: number): Promise<StoredAddress[]> {
    const rows = await connection.rows<[string, number, string, string, Buffer, PushStatus, number]>(sql.ADDRESSES, [
      brandId,
    ]);
    return rows.map(([pushId, channel, url, username, sealedPassword, status, statusAt]) => ({
      pushId,
      channel: CHANNELS[channel] as Channel,
      url,
      username,
      sealedPassword,
      status,
      statusAt,
    }));
  }

  /** Changes of a brand's addresses take turns, over all processes. */
  function inTurn<T>(brandId: number, work: (connection: DatabaseConnection) => Promise<T>): Promise<T> {
    return database.transaction(async (connection) => {
      await connection.rows(sql.LOCK_BRAND, [brandId]);
      return await work(connection);
    });
  }

  async function keep(scope: BrandScope, connections: readonly Connection[]): Promise<'full' | 'kept'> {
    const { brandId } = scope;
    const journalEnd = await registry.lastSeq(brandId);
    return await inTurn(brandId, async (connection) => {
      const stored = await storedAddresses(connection, brandId);
      if (!haveRoom(stored, connections)) return 'full';
      for (const { url, href, channel, username, password } of connections) {
        const sealed = keys.sealText(password);
        const same = stored.find((address) => isSame(address, { href, channel }));
        const now = clock.nowMs();
        if (same) {
          const values = [brandId, same.pushId, url, username, sealed, now, leaseEnd(pace, now)];
          await connection.run(sql.RENEW, values);
        } else {
          const number = CHANNELS.indexOf(channel);
          const values = [brandId, randomUUID(), number, url, username, sealed, now, journalEnd];
          await connection.run(sql.ADD, values);
        }
      }
      return 'kept';
    });
  }

  return {
    async register(scope, body) {
      if (!isJsonObject(body)) return 'not-json-object';
      const listed = body['connection'];
      const entries: readonly unknown[] = Array.isArray(listed) && listed.length > 0 ? listed : [undefined];
      const checked = entries.slice(0, ENTRIES_MAX).map((entry) => checkConnection(entry, allowPrivate));
      const faults = checked.flatMap((result) => (Array.isArray(result) ? result : []));
      if (faults.length > 0) return faults;
      const connections = lastOfEach(checked as Connection[]);
      if (!connections.every(({ channel }) => scope.may(channel, 'write'))) return 'no-right';

      // Before receivers are called: a list that cannot be kept anyway makes no calls.
      const stored = await storedAddresses(database, scope.brandId);
      if (entries.length > ENTRIES_MAX || !haveRoom(stored, connections)) return [{ code: 'H530' }];
      const failures = await Promise.all(connections.map((connection) => tryOut(connection, receiverOptions)));
      const found = failures.filter((fault) => fault !== undefined);
      if (found.length > 0) return found;

      if ((await keep(scope, connections)) === 'full') return [{ code: 'H530' }];
      loop.wake(scope.brandId);
      return 'registered';
    },

    async unregister(scope, body) {
      if (!isJsonObject(body)) return 'not-json-object';
      const connection = checkConnection(body, allowPrivate);
      if (Array.isArray(connection)) return connection;
      if (!scope.may(connection.channel, 'write')) return 'no-right';
      const { brandId } = scope;
      const isRemoved = await inTurn(brandId, async (transaction) => {
        const address = (await storedAddresses(transaction, brandId)).find((one) => isSame(one, connection));
        if (address === undefined || address.username !== connection.username) return false;
        if (keys.openText(address.sealedPassword) !== connection.password) return false;
        await transaction.run(sql.REMOVE, [brandId, address.pushId]);
        return true;
      });
      return isRemoved ? 'removed' : [{ code: 'H530' }];
    },

    async list(scope) {
      const stored = await storedAddresses(database, scope.brandId);
      return stored
        .filter(({ channel }) => scope.may(channel, 'read'))
        .map(({ url, channel, status, statusAt }) => ({ url, channel, status, statusAt }));
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

/** The registration test: asks without authorization and must be sent away, then with it and must be welcome. */
async function tryOut(connection: Connection, options: ReceiverOptions): Promise<PushFault | undefined> {
  const receiver = openReceiver(connection.href, options);
  try {
    const unauthorized = await receiver.post(TEST_PAGE, undefined);
    if ('failure' in unauthorized) return faultOf(unauthorized.failure);
    if (unauthorized.status !== 401) return { code: 'H530' };
    const authorized = await receiver.post(TEST_PAGE, connection);
    if ('failure' in authorized) return faultOf(authorized.failure);
    return isSuccess(authorized) ? undefined : { code: 'H530' };
  } finally {
    receiver.close();
  }
}

function faultOf(failure: CallFailure): PushFault {
  if (failure === 'timeout') return { code: 'H191' };
  return { code: failure === 'plain' ? 'H531' : 'H530' };
}
