// Mail to the house's users. A mail is a row first, written in the transaction of what it tells of, and sent
// afterwards: while the mail server is down nothing is lost, and what is rolled back is not told.
//
// Promises: every mail at least once, by whichever process comes first, at most one at a time tries it; a repeated
// mail has the Message-ID of the first, so that a duplicate can be recognised as one. Addresses and fields are sealed at
// rest and forgotten when the mail is sent or given up; neither they nor the mail server's words are ever logged.
// How: `wake` after a commit, and a light poll that finds what others wrote, pauses that are over and what a crash left.
// A mail is taken by one UPDATE that moves its next try past the deadline of the sending, so no transaction is held
// while the mail server thinks.
// Trades: a crash, a lost database or a deadline between the mail server's yes and our writing it down repeats the
// mail. Given up is a mail whose address or content the mail server refuses for good, and one that fails for three days.

import { randomUUID } from 'node:crypto';
import type { Language } from '@acik-iys/law';
import { createTransport } from 'nodemailer';
import type { Clock } from '../../ground/clock.ts';
import type { Connection, Database } from '../../ground/database.ts';
import type { AddressKeys } from '../../ground/keys.ts';
import { errorFields, type Log } from '../../ground/log.ts';
import * as sql from './sql.ts';
import { compose, type MailFields, type MailTemplate } from './templates.ts';

export type { MailFields, MailTemplate } from './templates.ts';

/** Mails on their way at once from this process. */
const LANES = 4;
/** The safety net's rhythm: what another process wrote is on its way about so late. */
const POLL_MS = 5_000;
/** What holding a mail leaves, beside the sending, for writing down how it went. */
const LEASE_MARGIN_MS = 10_000;
/** At the end mails on their way get so long to arrive; cut ones are repeated at the next start. */
const STOP_GRACE_MS = 1_000;
/** For the name server, the connection and the greeting each; the rest is under the deadline of the whole. */
const CONNECT_DEADLINE_MS = 10_000;
/** After so long a row is of no use to anybody: its dedupe key is about a day or a link that is long over. */
const KEPT_SECONDS = 30 * 86_400;

export interface Pace {
  /** For sending one mail, from the look-up of the server's name to its last answer. */
  readonly deadlineMs: number;
  /** Before the first, second … repeat; the last one stays. */
  readonly pausesSeconds: readonly number[];
  /** A mail that could not be sent for so long is given up. */
  readonly giveUpAfterSeconds: number;
}

const DEFAULT_PACE: Pace = {
  deadlineMs: 60_000,
  pausesSeconds: [10, 60, 300, 900, 1_800],
  giveUpAfterSeconds: 3 * 86_400,
};

/** A mail to write: a template and its fields. */
export type Mail = {
  [T in MailTemplate]: {
    readonly template: T;
    readonly fields: MailFields[T];
    /** One e-mail address, of a user of the house. */
    readonly to: string;
    readonly language: Language;
    /** Number of the provider, partner or intermediary that it is about. */
    readonly organisationCode?: number;
    /** Under one key a mail is written once; it stands in clear, so it names no address. */
    readonly dedupeKey?: string;
  };
}[MailTemplate];

export interface Notices {
  /** Writes a mail, in the caller's transaction; where its dedupe key was used before, nothing. `wake` after the commit. */
  enqueue(connection: Connection, mail: Mail): Promise<void>;
  /** Has what waits sent now, if the loop runs. */
  wake(): void;
  /** Deletes what was written more than thirty days ago. Called now and then. */
  expire(): Promise<void>;
  /** Begins sending. Without a mail server it only says so in the log, and mails wait. */
  start(): void;
  /** Ends the loop; mails on their way get a second. */
  stop(): Promise<void>;
}

export interface NoticesOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly keys: AddressKeys;
  /**
   * `smtps://user:password@host:465`, or `smtp://…` with TLS only where the server offers it (`?requireTLS=true`: only
   * with TLS); certificates are verified. Undefined: nothing is sent.
   */
  readonly smtpUrl: string | undefined;
  /** Of all mails: `Name <address>`. */
  readonly from: string;
  readonly pace?: Partial<Pace>;
}

interface Claim {
  readonly mailId: string;
  readonly template: string;
  readonly language: Language;
  readonly sealedAddress: Buffer;
  readonly sealedFields: Buffer;
  /** Number of this attempt, from 1. */
  readonly attempt: number;
  readonly createdMs: number;
}

type ClaimRow = [string, string, Language, Buffer, Buffer, number, number];

/** Throws where the mail server's or the sender's address is none; the message names neither. */
export function openNotices(options: NoticesOptions): Notices {
  const { database, clock, log, keys, smtpUrl, from } = options;
  const pace: Pace = { ...DEFAULT_PACE, ...options.pace };
  const transport = smtpUrl === undefined ? undefined : openTransport(smtpUrl);
  const domain = domainOf(from);
  const stopped = new AbortController();
  const lanes = new Set<Promise<void>>();
  let running = false;
  let polling: NodeJS.Timeout | undefined;

  /** One more lane, up to LANES. When all are busy, what was written meanwhile is found by the lane that is free first. */
  function wake(): void {
    if (!running || lanes.size >= LANES) return;
    const lane = work().finally(() => lanes.delete(lane));
    lanes.add(lane);
  }

  /** Sends until nothing is due. Never rejects. */
  async function work(): Promise<void> {
    try {
      while (running) {
        const claim = await take();
        if (claim === undefined) return;
        // Where there was one there may be more.
        wake();
        await tryOne(claim);
      }
    } catch (error) {
      log.warn('mail_look_failed', errorFields(error));
    }
  }

  async function take(): Promise<Claim | undefined> {
    const now = clock.nowMs();
    const [row] = await database.rows<ClaimRow>(sql.CLAIM, [now, now + pace.deadlineMs + LEASE_MARGIN_MS]);
    if (row === undefined) return undefined;
    const [mailId, template, language, sealedAddress, sealedFields, attempt, createdMs] = row;
    return { mailId, template, language, sealedAddress, sealedFields, attempt, createdMs };
  }

  async function tryOne(claim: Claim): Promise<void> {
    const { mailId, template, attempt, createdMs } = claim;
    const outcome = await send(claim).then(
      () => undefined,
      (error: unknown) => ({ error }),
    );
    const now = clock.nowMs();
    if (outcome === undefined) {
      await database.run(sql.SENT, [mailId, now]);
      log.debug('mail_sent', { mail: mailId, template, attempt });
      return;
    }
    if (stopped.signal.aborted) {
      await database.run(sql.LATER, [mailId, attempt, now]);
      return;
    }
    const { error } = outcome;
    const fields = { mail: mailId, template, attempt, ...reasonOf(error) };
    if (isRefusal(error) || now - createdMs >= pace.giveUpAfterSeconds * 1000) {
      await database.run(sql.GIVE_UP, [mailId, attempt, now]);
      log.warn('mail_given_up', fields);
      return;
    }
    const pauseSeconds = pace.pausesSeconds[Math.min(attempt, pace.pausesSeconds.length) - 1] ?? 0;
    await database.run(sql.LATER, [mailId, attempt, now + pauseSeconds * 1000]);
    log.info('mail_failing', fields);
  }

  async function send({ mailId, template, language, sealedAddress, sealedFields, createdMs }: Claim): Promise<void> {
    const fields = JSON.parse(keys.openText(sealedFields));
    await transport?.sendMail({
      ...compose(template as MailTemplate, language, fields),
      from,
      // As an object it is one address, whatever it holds.
      to: { name: '', address: keys.openText(sealedAddress) },
      messageId: `<${mailId}@${domain}>`,
      date: new Date(createdMs),
      // RFC 3834: no out-of-office answers, please.
      headers: { 'Auto-Submitted': 'auto-generated' },
      signal: AbortSignal.any([stopped.signal, AbortSignal.timeout(pace.deadlineMs)]),
    });
  }

  return {
    async enqueue(connection, { template, fields, to, language, organisationCode, dedupeKey }) {
      const sealed = [keys.sealText(to), keys.sealText(JSON.stringify(fields))];
      const about = [organisationCode ?? null, dedupeKey ?? null];
      await connection.run(sql.ADD, [randomUUID(), template, language, ...sealed, ...about, clock.nowMs()]);
    },

    wake,

    async expire() {
      await database.run(sql.EXPIRE, [clock.nowMs() - KEPT_SECONDS * 1000]);
    },

    start() {
      if (transport === undefined) {
        log.warn('mail_without_server');
        return;
      }
      running = true;
      polling = setInterval(wake, POLL_MS);
      wake();
    },

    async stop() {
      running = false;
      clearInterval(polling);
      const grace = setTimeout(() => stopped.abort(), STOP_GRACE_MS);
      await Promise.all(lanes);
      clearTimeout(grace);
    },
  };
}

function openTransport(smtpUrl: string) {
  const protocol = URL.parse(smtpUrl)?.protocol;
  if (protocol !== 'smtp:' && protocol !== 'smtps:')
    throw new Error('the address of the mail server must begin with smtp:// or smtps://');
  return createTransport({
    url: smtpUrl,
    dnsTimeout: CONNECT_DEADLINE_MS,
    connectionTimeout: CONNECT_DEADLINE_MS,
    greetingTimeout: CONNECT_DEADLINE_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function domainOf(from: string): string {
  const domain = /@([^\s<>@]+)>?\s*$/.exec(from)?.[1];
  if (domain === undefined) throw new Error('the sender of mails must be an e-mail address, or a name and <address>');
  return domain;
}

/** What nodemailer says of a mail that was not sent. `response` and the message may quote the address. */
interface SendFailure {
  readonly code?: string;
  readonly command?: string;
  readonly response?: string;
  readonly responseCode?: number;
}

/** RFC 5321, 4.2.3: no address, no such mailbox, moved, not allowed, refused. (Full, 552, may pass.) */
const REFUSALS = [501, 550, 551, 553, 554];

/**
 * Whether the address, or the mail itself, is refused for good. Not where the words are about us: a policy (5.7.z, RFC
 * 3463, 3.8: whoever runs the mail server can mend it), the log-in, the sender.
 */
function isRefusal(error: unknown): boolean {
  const { command, response = '', responseCode = 0 } = error as SendFailure;
  return (
    (command === 'RCPT TO' || command === 'DATA') &&
    REFUSALS.includes(responseCode) &&
    !/^\d{3}[ -]5\.7\./.test(response)
  );
}

function reasonOf(error: unknown): Readonly<Record<string, string | number | boolean | null | undefined>> {
  const { code, command, responseCode } = error as SendFailure;
  // A code without a command is no word of the mail server: a fault of ours, to be found by its place.
  return command === undefined && code !== 'EABORT' ? errorFields(error) : { code, command, status: responseCode };
}
