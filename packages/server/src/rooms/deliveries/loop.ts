// The delivery loop: follows each push address's cursor over its brand's journal.
//
// Promises: every movement of the registry's sources on the address's channel, in the journal's order, at least once;
// at most one call to an address at a time, over all processes; one receiver's slowness is nobody else's.
// How: a commit in this process wakes its brand's addresses; a light poll finds what others committed, pauses that are
// over and leases left behind. An address is served under a lease, taken by one conditional UPDATE and moved on with
// each page, so no transaction is held while a receiver thinks. A page's cursor is written after the receiver's 2xx.
// Trades: a crash, a lost database or a lost lease between the two repeats the page; after a crash the address waits
// until the lease is over (LEASE_MARGIN_MS after the deadline of the call).
// A failing address is tried again after growing pauses and parked after a day of nothing but failures: it is shown so
// and left alone until its owner registers it again; the cursor stays where it was.
// A partner's address is served as long as the partner may write the channel, asked with each page. When a right that
// was taken away comes back, so does what happened meanwhile: the same right shows it in `changes` from any cursor, so
// leaving it out would keep nothing from the partner, while its copy of the refusals would have a hole that nobody sees.

import { CHANNELS, type Channel } from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import { type Connection, type Database, DatabaseUnavailable } from '../../ground/database.ts';
import type { AddressKeys } from '../../ground/keys.ts';
import { errorFields, type Log } from '../../ground/log.ts';
import type { Messages } from '../messages/index.ts';
import type { Movement, Registry } from '../registry/index.ts';
import { Lanes } from './lanes.ts';
import { type CallResult, isSuccess, openReceiver, type ReceiverOptions } from './receiver.ts';
import * as sql from './sql.ts';
import { pageOf } from './wire.ts';

/** Movements in one call: some 30 KB, which every receiver's body limit lets through. */
const PAGE_MOVEMENTS = 100;
/** After so many pages an address goes to the end of the queue: a long backlog shares the lanes. */
const RUN_PAGES = 50;
/** Calls at once; a call costs a socket and a page in memory. */
const QUICK_LANES = 64;
const SLOW_LANES = 16;
/** A receiver that takes longer for a page belongs to the slow lane. */
const SLOW_MS = 1_000;
/** Commits that come within this time wake together: under load a look at the table every so often, not every round. */
const GATHER_MS = 50;
/** The safety net's rhythm: what another process committed is out of the door about so late. */
const POLL_MS = 1_000;
/** What a lease leaves, beside the call, for reading the page and writing the cursor. */
const LEASE_MARGIN_MS = 10_000;
/** At the end calls in flight get so long to finish; cut ones are repeated at the next start. */
const STOP_GRACE_MS = 1_000;

export interface Pace {
  /** For one call to a receiver (official API, Push: 5 s). */
  readonly deadlineMs: number;
  /** Before the first, second … repeat; the last one stays. */
  readonly pausesSeconds: readonly number[];
  /** An address that failed for so long is parked. */
  readonly parkAfterSeconds: number;
}

export const DEFAULT_PACE: Pace = {
  deadlineMs: 5_000,
  pausesSeconds: [1, 5, 30, 120, 600, 1_800, 3_600],
  parkAfterSeconds: 86_400,
};

/** An address behind its brand's journal, as the table showed it. */
interface Candidate {
  readonly brandId: number;
  readonly pushId: string;
  readonly channel: number;
  readonly cursor: number;
  readonly attempts: number;
  /** Where the journal ended. */
  readonly journalEnd: number;
}

interface Claim {
  readonly url: string;
  readonly username: string;
  readonly sealedPassword: Buffer;
  readonly attempts: number;
  readonly failingSinceMs: number | null;
  readonly providerCode: number;
  /** The moment until which the lease holds: also the proof that it is still ours. */
  readonly leaseMs: number;
}

export interface DeliveryLoop {
  start(): void;
  stop(): Promise<void>;
  wake(brandId: number): void;
}

export interface LoopOptions extends Pick<ReceiverOptions, 'allowPrivate' | 'resolveName'> {
  readonly database: Database;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly keys: AddressKeys;
  readonly log: Log;
  readonly pace: Pace;
  /** Told of addresses that are given up. */
  readonly messages?: Pick<Messages, 'pushParked' | 'wake'> | undefined;
}

export function deliveryLoop(options: LoopOptions): DeliveryLoop {
  const { database, registry, clock, keys, log, pace, messages } = options;
  const lanes = new Lanes(QUICK_LANES, SLOW_LANES);
  const stopped = new AbortController();
  const woken = new Set<number>();
  /** Addresses whose last page took long. */
  const slow = new Set<string>();
  /** Addresses that were to be served while they were being served. */
  const missed = new Set<string>();
  let running = false;
  let looking = false;
  let looks: Promise<void> = Promise.resolve();
  let gathering: NodeJS.Timeout | undefined;
  let polling: NodeJS.Timeout | undefined;

  function wake(brandId: number): void {
    if (!running) return;
    woken.add(brandId);
    gathering ??= setTimeout(() => {
      gathering = undefined;
      const brands = [...woken];
      woken.clear();
      look(brands);
    }, GATHER_MS);
  }

  function poll(): void {
    // A look that takes longer than the rhythm is not overtaken.
    if (!looking) look(null);
  }

  /** Looks which addresses are behind and puts them into the lanes; one look after the other. */
  function look(brands: readonly number[] | null): void {
    looks = looks.then(async () => {
      if (!running) return;
      looking = true;
      try {
        const now = clock.nowMs();
        const rows =
          brands === null
            ? await database.rows<BehindRow>(sql.BEHIND, [now])
            : await database.rows<BehindRow>(sql.BEHIND_OF_BRANDS, [now, `{${brands.join(',')}}`]);
        for (const row of rows) enqueue(candidateOf(row), brands === null);
      } catch (error) {
        log.warn('push_look_failed', errorFields(error));
      } finally {
        looking = false;
      }
    });
  }

  function enqueue(candidate: Candidate, isPoll: boolean): void {
    if (!running) return;
    const { brandId, pushId } = candidate;
    const run = async (): Promise<void> => {
      const delivered = await serve(candidate, isPoll);
      // What was committed while the last page was on its way has been looked for already, and not taken.
      if (missed.delete(pushId) || delivered) wake(brandId);
    };
    if (!lanes.add(pushId, candidate.attempts > 0 || slow.has(pushId), run)) missed.add(pushId);
  }

  /** True where something was delivered. Never rejects. */
  async function serve(candidate: Candidate, isPoll: boolean): Promise<boolean> {
    if (!running) return false;
    let claim: Claim | undefined;
    try {
      const page = await nextPage(candidate, candidate.cursor);
      if (page.length === 0) {
        if (isPoll) await skip(candidate);
        return false;
      }
      claim = await take(candidate);
      return claim !== undefined && (await deliver(candidate, claim, page));
    } catch (error) {
      log.error('push_fault', { brand: candidate.brandId, ...errorFields(error) });
      // The lease passes by itself when the database is back; any other fault would come again at once.
      if (!(error instanceof DatabaseUnavailable)) await pauseAfterFault(candidate, claim);
      return false;
    }
  }

  /** Delivers pages until there are no more, the lease is lost, or the receiver fails. */
  async function deliver(candidate: Candidate, claim: Claim, firstPage: readonly Movement[]): Promise<boolean> {
    const { brandId, pushId } = candidate;
    const credentials = { username: claim.username, password: keys.openText(claim.sealedPassword) };
    const receiver = openReceiver(claim.url, { ...options, deadlineMs: pace.deadlineMs });
    let { leaseMs } = claim;
    let { attempts, failingSinceMs } = claim;
    let page = firstPage;
    try {
      for (let pages = 1; ; pages++) {
        // Late in the lease nothing is begun: another process could begin the same.
        const startMs = clock.nowMs();
        if (startMs + pace.deadlineMs > leaseMs) return pages > 1;
        const startedAt = performance.now();
        const result = await receiver.post(pageOf(claim.providerCode, brandId, page), credentials, stopped.signal);
        if (performance.now() - startedAt > SLOW_MS) slow.add(pushId);
        else slow.delete(pushId);
        if ('failure' in result && result.failure === 'stopped') {
          await database.run(sql.RELEASE, [brandId, pushId, leaseMs]);
          return false;
        }
        if (!isSuccess(result)) {
          await fail(candidate, { ...claim, attempts, failingSinceMs, leaseMs }, reasonOf(result));
          return false;
        }
        const cursor = (page.at(-1) as Movement).seq;
        const goesOn = page.length === PAGE_MOVEMENTS && pages < RUN_PAGES && running;
        const nextLeaseMs = leaseFrom(clock.nowMs(), leaseMs);
        const arrived = [brandId, pushId, leaseMs, cursor];
        if (!goesOn || (await database.run(sql.GO_ON, [...arrived, nextLeaseMs])) === 0) {
          await database.run(sql.DELIVERED, arrived);
          return true;
        }
        leaseMs = nextLeaseMs;
        attempts = 0;
        failingSinceMs = null;
        page = await nextPage(candidate, cursor);
        if (page.length === 0) {
          await database.run(sql.RELEASE, [brandId, pushId, leaseMs]);
          return true;
        }
      }
    } finally {
      receiver.close();
    }
  }

  function nextPage({ brandId, channel }: Candidate, cursor: number): Promise<Movement[]> {
    return registry.registryMovements(brandId, channel, cursor, PAGE_MOVEMENTS);
  }

  /**
   * The cursor follows over what is not for this address, so that being behind means something. Only after an empty
   * page: it was read later than the journal's end, so nothing up to there is for this address.
   */
  async function skip({ brandId, pushId, cursor, journalEnd }: Candidate): Promise<void> {
    await database.run(sql.SKIP, [brandId, pushId, cursor, journalEnd, clock.nowMs()]);
  }

  async function take({ brandId, pushId, cursor }: Candidate): Promise<Claim | undefined> {
    const now = clock.nowMs();
    const leaseMs = leaseFrom(now, now);
    const rows = await database.rows<ClaimRow>(sql.CLAIM, [brandId, pushId, cursor, now, leaseMs]);
    const row = rows[0];
    if (row === undefined) {
      slow.delete(pushId);
      return undefined;
    }
    const [url, username, sealedPassword, attempts, failingSinceMs, providerCode] = row;
    return { url, username, sealedPassword, attempts, failingSinceMs, providerCode, leaseMs };
  }

  /** Never the moment of the lease before: two leases are never mistaken for each other. */
  function leaseFrom(nowMs: number, beforeMs: number): number {
    return Math.max(nowMs + pace.deadlineMs + LEASE_MARGIN_MS, beforeMs + 1);
  }

  async function fail({ brandId, pushId }: Candidate, claim: Claim, reason: string): Promise<void> {
    slow.delete(pushId);
    const now = clock.nowMs();
    const pauseSeconds = pace.pausesSeconds[Math.min(claim.attempts, pace.pausesSeconds.length - 1)] ?? 0;
    const isOver = claim.failingSinceMs !== null && now - claim.failingSinceMs >= pace.parkAfterSeconds * 1000;
    const status = isOver ? 'parked' : 'connected';
    const values = [brandId, pushId, claim.leaseMs, now, now + pauseSeconds * 1000, status, claim.sealedPassword];
    const told = await database.transaction(async (connection) => {
      if ((await connection.run(sql.FAILED, values)) === 0) return undefined;
      return isOver ? await tellParked(connection, brandId, pushId) : [];
    });
    if (told === undefined) {
      // What old credentials met is not held against new ones.
      await database.run(sql.RELEASE, [brandId, pushId, claim.leaseMs]);
      return;
    }
    messages?.wake(told);
    const fields = { brand: brandId, push: pushId, attempts: claim.attempts + 1, reason };
    if (isOver) log.warn('push_parked', fields);
    else log.info('push_failing', fields);
  }

  /** @returns accounts that were told */
  async function tellParked(connection: Connection, brandId: number, pushId: string): Promise<readonly number[]> {
    const [row] = await connection.rows<[number, string, number, string]>(sql.HOLDER_OF, [brandId, pushId]);
    if (row === undefined || messages === undefined) return [];
    const [holderCode, brand, channel, url] = row;
    const details = { brandId, brand, channel: CHANNELS[channel] as Channel, host: URL.parse(url)?.host ?? '' };
    return await messages.pushParked(connection, details, holderCode);
  }

  async function pauseAfterFault(candidate: Candidate, claim: Claim | undefined): Promise<void> {
    try {
      const held = claim ?? (await take(candidate));
      if (held) await fail(candidate, held, 'fault');
    } catch (error) {
      log.error('push_fault', { brand: candidate.brandId, ...errorFields(error) });
    }
  }

  return {
    start() {
      running = true;
      registry.events.on('movements', wake);
      polling = setInterval(poll, POLL_MS);
      poll();
    },
    async stop() {
      running = false;
      registry.events.off('movements', wake);
      clearInterval(polling);
      clearTimeout(gathering);
      await looks;
      lanes.clear();
      const grace = setTimeout(() => stopped.abort(), STOP_GRACE_MS);
      await lanes.idle();
      clearTimeout(grace);
    },
    wake,
  };
}

type BehindRow = [number, string, number, number, number, number];
type ClaimRow = [string, string, Buffer, number, number | null, number];

function candidateOf([brandId, pushId, channel, cursor, attempts, journalEnd]: BehindRow): Candidate {
  return { brandId, pushId, channel, cursor, attempts, journalEnd };
}

function reasonOf(result: CallResult): string {
  return 'status' in result ? `status ${result.status}` : result.failure;
}
