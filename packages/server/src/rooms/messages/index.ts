// The room of messages: what happened that somebody at the desk has to know, under the bell of his desk and by his choice
// in his mail. Telling: telling.ts; the morning's look at refusals whose last day has come: last-days.ts.

import { istanbulDay } from '@acik-iys/law';
import type { Connection } from '../../ground/database.ts';
import type { Actor } from '../activity/index.ts';
import type { Notices } from '../notices/index.ts';
import {
  CHOSEN_KINDS,
  type ChosenKind,
  isMailed,
  type MessageDetails,
  type MessageKind,
  type UnusualAct,
} from './kinds.ts';
import { type LastDaysOptions, openLastDays } from './last-days.ts';
import { openTelling, type Telling } from './telling.ts';

export { CHOSEN_KINDS, type ChosenKind, type MessageDetails, type MessageKind, type TermsTold } from './kinds.ts';
export type { Ending, Endings } from './last-days.ts';
export type { News, Telling } from './telling.ts';

/** Messages are kept so long. */
const KEPT_SECONDS = 180 * 86_400;
/** Unread ones are counted up to here. */
export const UNREAD_COUNTED = 99;

export type Message = {
  [K in MessageKind]: {
    readonly messageId: string;
    readonly at: number;
    readonly kind: K;
    readonly details: MessageDetails[K];
    readonly read: boolean;
  };
}[MessageKind];

export interface Messages extends Telling {
  /** Tells the owners that somebody asks for more addresses than people do; once a day for each person and act. */
  unusualUse(actor: Actor, act: UnusualAct, count: number): Promise<void>;
  /**
   * Tells the owners and managers of whose it was that a push address was given up, in the caller's transaction; `wake`
   * after the commit. @returns accounts that were told
   */
  pushParked(
    connection: Connection,
    address: MessageDetails['push-parked'],
    holderCode: number,
  ): Promise<readonly number[]>;
  /** Tells the owners of one side what the other did. */
  partnership(organisationCode: number, details: MessageDetails['partnership']): Promise<void>;
  /** Newest first, before a moment (epoch seconds, with the id of what stood there). */
  list(
    accountId: number,
    query: { readonly before?: { at: number; messageId: string } | undefined; readonly limit: number },
  ): Promise<Message[]>;
  /** Unread ones, counted up to UNREAD_COUNTED + 1. */
  unread(accountId: number): Promise<number>;
  /** Marks an account's own messages as read; null: all. */
  read(accountId: number, messageIds: readonly string[] | null): Promise<void>;
  /** Of each kind that can be chosen, whether it also comes by mail. */
  choices(personId: number): Promise<{ kind: ChosenKind; byMail: boolean }[]>;
  choose(personId: number, kind: ChosenKind, byMail: boolean): Promise<void>;
  /** Tells who has to know of refusals whose last day has come, if it is time; runs by itself each morning. */
  tellLastDays(): Promise<void>;
  /** Deletes old ones. Called now and then. */
  expire(): Promise<void>;
  start(): void;
  stop(): Promise<void>;
}

export interface MessagesOptions extends LastDaysOptions {
  readonly notices: Pick<Notices, 'enqueue' | 'wake'>;
}

type MessageRow = [string, number, MessageKind, MessageDetails[MessageKind], boolean];

export function openMessages(options: MessagesOptions): Messages {
  const { database, clock, notices, holders } = options;
  const telling = openTelling({ clock, notices });
  const lastDays = openLastDays(options, telling);

  return {
    ...telling,

    async unusualUse({ accountId, organisation }, act, count) {
      const told = await database.transaction(async (connection) => {
        const [row] = await connection.rows<[string]>(
          'select p.name from account a join person p on p.person_id = a.person_id where a.account_id = $1',
          [accountId],
        );
        const accounts = await holders(connection, { organisation: organisation.code, roles: ['owner'] });
        return await telling.tell(connection, {
          accounts,
          kind: 'unusual-search',
          details: { accountId, who: row?.[0] ?? '', count, act },
          dedupeKey: `unusual-search ${act} ${accountId} ${istanbulDay(clock.now())}`,
        });
      });
      telling.wake(told);
    },

    async pushParked(connection, details, holderCode) {
      const { brandId } = details;
      const accounts = await holders(connection, {
        organisation: holderCode,
        roles: ['owner', 'manager'],
        brandId,
      });
      return await telling.tell(connection, { accounts, kind: 'push-parked', details });
    },

    async partnership(organisationCode, details) {
      const told = await database.transaction(async (connection) => {
        const accounts = await holders(connection, { organisation: organisationCode, roles: ['owner'] });
        return await telling.tell(connection, { accounts, kind: 'partnership', details });
      });
      telling.wake(told);
    },

    async list(accountId, { before, limit }) {
      const rows = await database.rows<MessageRow>(
        `select message_id::text, extract(epoch from created_at)::float8, kind, details, read_at is not null
         from message
         where account_id = $1
           and ($2::float8 is null or (created_at, message_id) < (to_timestamp($2), $3::uuid))
         order by created_at desc, message_id desc limit $4`,
        [accountId, before?.at ?? null, before?.messageId ?? null, limit],
      );
      return rows.map(([messageId, at, kind, details, read]) => ({ messageId, at, kind, details, read }) as Message);
    },

    async unread(accountId) {
      const [row] = await database.rows<[number]>(
        `select count(*)::int from (
           select from message where account_id = $1 and read_at is null limit ${UNREAD_COUNTED + 1}) unread`,
        [accountId],
      );
      return row?.[0] ?? 0;
    },

    async read(accountId, messageIds) {
      await database.run(
        `update message set read_at = to_timestamp($3)
         where account_id = $1 and read_at is null and ($2::uuid[] is null or message_id = any($2))`,
        [accountId, messageIds && `{${messageIds.join(',')}}`, clock.now()],
      );
    },

    async choices(personId) {
      const rows = await database.rows<[string, boolean]>(
        'select kind, by_mail from notice_choice where person_id = $1',
        [personId],
      );
      const chosen = new Map(rows);
      return CHOSEN_KINDS.map((kind) => ({ kind, byMail: isMailed(kind, chosen.get(kind) ?? null) }));
    },

    async choose(personId, kind, byMail) {
      await database.run(
        `insert into notice_choice (person_id, kind, by_mail) values ($1, $2, $3)
         on conflict (person_id, kind) do update set by_mail = excluded.by_mail`,
        [personId, kind, byMail],
      );
    },

    tellLastDays: lastDays.tellLastDays,

    async expire() {
      await Promise.all([
        database.run('delete from message where created_at < to_timestamp($1)', [clock.now() - KEPT_SECONDS]),
        lastDays.expire(),
      ]);
    },

    start: lastDays.start,
    stop: lastDays.stop,
  };
}
