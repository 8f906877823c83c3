// The house: opens the rooms on a ground that is laid, and the doors on the rooms. `main.ts` uses it to serve, tests use
// it to serve on a database of their own.

import { DEFAULT_CALENDAR_POLICY, HOLIDAYS, makeCalendar } from '@acik-iys/law';
import type { FastifyInstance } from 'fastify';
import { openApp } from './doors/app.ts';
import type { Rooms as OfficialRooms } from './doors/official/index.ts';
import { type PortalRooms, References } from './doors/portal/index.ts';
import type { Clock } from './ground/clock.ts';
import type { Config } from './ground/config.ts';
import type { Database } from './ground/database.ts';
import { openFiles } from './ground/files.ts';
import { AddressKeys } from './ground/keys.ts';
import { errorFields, type Log } from './ground/log.ts';
import { openMetrics, type RequestMetrics } from './ground/metrics.ts';
import {
  openAccess,
  openApiUsers,
  openDesks,
  openInvitations,
  openPeople,
  openStaff,
  RateLimits,
} from './rooms/access/index.ts';
import { openActivities, openTypedAddresses } from './rooms/activity/index.ts';
import { openDeliveries } from './rooms/deliveries/index.ts';
import { openDrafts, openEntries, openLists } from './rooms/entries/index.ts';
import { openEvidence } from './rooms/evidence/index.ts';
import { openMessages } from './rooms/messages/index.ts';
import { openNotices } from './rooms/notices/index.ts';
import { district, districts, openParties, province, provinces } from './rooms/parties/index.ts';
import { openRefusals } from './rooms/refusals/index.ts';
import { openRegistry } from './rooms/registry/index.ts';
import { openReportJobs, openReports } from './rooms/reports/index.ts';

/** What outlived its period is deleted this often, and what partners recorded is counted. */
const EXPIRE_EVERY_MS = 3_600_000;

export interface Ground {
  readonly config: Config;
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  /** Master secret: addresses, tokens and files hang on keys derived from it. */
  readonly secret: Buffer;
  readonly filesFolder: string;
}

/** What the doors together ask of the house. */
export type Rooms = OfficialRooms & PortalRooms;

export interface House {
  readonly rooms: Rooms;
  readonly app: FastifyInstance;
  readonly metrics: RequestMetrics;
  /** Begins the work that nobody asks for: deliveries, day files, expiry. */
  startWork(): void;
  /** Stops taking calls, finishes those in flight, then the work. The database stays open. */
  close(): Promise<void>;
}

/** @param replace rooms to use instead of the real ones: fault injection in tests */
export async function openHouse(ground: Ground, replace: (rooms: Rooms) => Rooms = (rooms) => rooms): Promise<House> {
  const { config, database, clock, log, secret } = ground;
  const keys = new AddressKeys(secret);
  const registry = openRegistry({ database, clock, keys });
  const files = openFiles({ folder: ground.filesFolder, secret });
  const reports = openReports({
    database,
    registry,
    clock,
    log,
    files,
    timeStampAuthority: config.timeStampAuthority,
  });
  const access = openAccess({ database, clock, secret, limits: config.limits });
  const calendar = makeCalendar(HOLIDAYS, DEFAULT_CALENDAR_POLICY);
  const { publicUrl } = config;
  // Without a mail server: what is written waits.
  const mails = openNotices({ database, clock, log, keys, smtpUrl: config.smtpUrl, from: config.mailFrom });
  const activities = openActivities({ database, clock });
  const typedAddresses = openTypedAddresses({ database, clock, keys });
  const desks = openDesks({ database, clock });
  const refusals = openRefusals({ database, clock, log, calendar, registry });
  const messages = openMessages({
    database,
    clock,
    log,
    calendar,
    refusals,
    holders: desks.holders,
    notices: mails,
  });
  const deliveries = openDeliveries({
    database,
    registry,
    clock,
    keys,
    log,
    messages,
    allowPrivate: config.pushPrivate,
  });
  const people = openPeople({ database, clock, keys, log, mails, publicUrl, desks });
  const invitations = openInvitations({ database, clock, mails, activities, publicUrl });
  const lists = openLists({ database, clock, keys, registry });
  const drafts = openDrafts({ database, clock, keys });
  const references = new References(secret);
  const entries = openEntries({
    database,
    clock,
    keys,
    log,
    desks,
    registry,
    calendar,
    messages,
    referenceOf: (organisationCode, address) => references.make(organisationCode, address),
  });
  const parties = openParties({ database, clock, retailerUses: registry.retailers.uses });
  const evidence = openEvidence({
    database,
    clock,
    keys,
    files,
    log,
    calendar,
    registry,
    entries,
    parties,
    timeStampAuthority: config.timeStampAuthority,
  });
  const { timeStampAuthority } = config;
  const reportJobs = openReportJobs({ database, registry, desks, files, clock, log, timeStampAuthority });
  const rooms = replace({
    access,
    people,
    desks,
    drafts,
    entries,
    lists,
    activities,
    typedAddresses,
    staff: openStaff({ database, clock, activities, messages }),
    apiUsers: openApiUsers({ database, clock, access, activities }),
    invitations,
    refusals,
    messages,
    evidence,
    references,
    rateLimits: new RateLimits(clock),
    registry,
    parties,
    places: { province, provinces, district, districts },
    reports,
    reportJobs,
    deliveries,
    clock,
    calendar,
    config,
  });
  const metrics = openMetrics({ database, registry, deliveries });
  const app = await openApp(rooms, { log, metrics, ready: async () => void (await database.rows('select 1')) });

  let expiring: NodeJS.Timeout | undefined;
  return {
    rooms,
    app,
    metrics,
    startWork() {
      reports.start();
      deliveries.start();
      entries.start();
      mails.start();
      messages.start();
      evidence.start();
      reportJobs.start();
      expiring = setInterval(() => {
        Promise.all([
          registry.expire(),
          drafts.expire(),
          people.expire(),
          invitations.expire(),
          lists.expire(),
          typedAddresses.expire(),
          parties.partnerWork.count(null),
          mails.expire(),
          messages.expire(),
          reportJobs.expire(),
          evidence.eraseDue(),
        ]).catch((error: unknown) => log.warn('expire.failed', errorFields(error)));
      }, EXPIRE_EVERY_MS);
    },
    async close() {
      clearInterval(expiring);
      // First: those whose wrong log-in is held back are among the calls that the next line waits for.
      access.close();
      await people.close();
      await app.close();
      await Promise.all([
        deliveries.stop(),
        reports.stop(),
        entries.stop(),
        mails.stop(),
        messages.stop(),
        evidence.stop(),
        reportJobs.stop(),
      ]);
      await registry.drained();
      await parties.partnerWork.writeCalls();
      metrics.close();
    },
  };
}
