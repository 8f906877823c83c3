// Telling people: a message is a row in the transaction of what it tells of, its mail another (rooms/notices), by each
// person's choice. Open screens hear of it after the commit.

import { EventEmitter } from 'node:events';
import type { Clock } from '../../ground/clock.ts';
import type { Connection } from '../../ground/database.ts';
import type { Mail, Notices } from '../notices/index.ts';
import { isMailed, type MessageDetails, type MessageKind } from './kinds.ts';

/** Accounts of who has one of these roles in an organisation now, for the brand where one is named (`desks.holders`). */
export type Holders = (
  connection: Connection,
  of: { readonly organisation: number; readonly roles: readonly ('owner' | 'manager')[]; readonly brandId?: number },
) => Promise<number[]>;

/** What is told, and to which accounts of people. */
export type News = {
  [K in MessageKind]: {
    readonly accounts: readonly number[];
    readonly kind: K;
    readonly details: MessageDetails[K];
    /** Under one key an account is told once. */
    readonly dedupeKey?: string;
  };
}[MessageKind];

export interface Telling {
  /**
   * Writes messages and their mails, in the caller's transaction; `wake` after the commit.
   * @returns accounts that were told: not who cannot log in, or was told under this key
   */
  tell(connection: Connection, news: News): Promise<readonly number[]>;
  /** Lets open screens know, and has the mails sent. */
  wake(accounts: readonly number[]): void;
  /** Emits 'told' with the account of who has a new message, in this process. */
  readonly events: EventEmitter<{ told: [accountId: number] }>;
}

type ToldRow = [number, number, string, string, 'tr' | 'en', boolean | null];

const TELL = `
  with told as (
    insert into message (account_id, organisation_code, kind, details, dedupe_key, created_at)
    select a.account_id, coalesce(a.provider_code, a.partner_code, a.intermediary_code), $2, $3, $4, to_timestamp($5)
      from account a join person p on p.person_id = a.person_id
     where a.account_id = any($1::int[]) and a.enabled and p.enabled
    on conflict do nothing
    returning account_id, organisation_code)
  select told.account_id, told.organisation_code, coalesce(v.title, t.title, i.title), p.email, p.language, c.by_mail
    from told
    join account a on a.account_id = told.account_id
    join person p on p.person_id = a.person_id
    left join provider v on v.provider_code = a.provider_code
    left join partner t on t.partner_code = a.partner_code
    left join intermediary i on i.intermediary_code = a.intermediary_code
    left join notice_choice c on c.person_id = p.person_id and c.kind = $2`;

export function openTelling({
  clock,
  notices,
}: {
  readonly clock: Clock;
  readonly notices: Pick<Notices, 'enqueue' | 'wake'>;
}): Telling {
  const events: Telling['events'] = new EventEmitter();
  events.setMaxListeners(0);

  return {
    events,

    async tell(connection, { accounts, kind, details, dedupeKey }) {
      if (accounts.length === 0) return [];
      const told = await connection.rows<ToldRow>(TELL, [
        `{${accounts.join(',')}}`,
        kind,
        JSON.stringify(details),
        dedupeKey ?? null,
        clock.nowMs() / 1_000,
      ]);
      for (const [, organisationCode, organisation, to, language, chosen] of told)
        if (isMailed(kind, chosen))
          // Each kind has a mail of its name, whose fields its details are.
          await notices.enqueue(connection, {
            template: kind,
            fields: { organisation, ...details },
            to,
            language,
            organisationCode,
          } as Mail);
      return told.map(([accountId]) => accountId);
    },

    wake(accounts) {
      if (accounts.length === 0) return;
      notices.wake();
      for (const accountId of accounts) events.emit('told', accountId);
    },
  };
}
