// What a provider gives a partner (by brand and channel) or an intermediary (to ask for all its brands), from the offer to
// its end.
//
// An offer gives nothing until the other side accepts it, but for less than stands already, which holds at once: nobody
// has to agree to lose a right. Either side ends what it has, at once. `grant_offer` keeps all of it for ever; partner_grant
// and intermediary_grant, from which rights are made, hold what is in force and nothing else. Both change together, in
// the turn of the provider that gives: an offer accepted while it is withdrawn is one or the other.

import { randomUUID } from 'node:crypto';
import type { Clock } from '../../ground/clock.ts';
import type { Connection, Database } from '../../ground/database.ts';
import type { Right } from '../access/index.ts';

export type PartnershipErrorReason =
  /** Nobody of this number, or nothing between the two. */
  | 'unknown'
  /** Rights that nobody can be given: none at all, or a brand twice. */
  | 'rights'
  /** The offer waits no longer: withdrawn, refused, or replaced by another. */
  | 'over';

export class PartnershipError extends Error {
  readonly reason: PartnershipErrorReason;

  constructor(reason: PartnershipErrorReason) {
    super(`partnership refused: ${reason}`);
    this.reason = reason;
  }
}

export type HolderKind = 'partner' | 'intermediary';

/** Who may be given something. */
export interface Holder {
  readonly code: number;
  readonly title: string;
  readonly kind: HolderKind;
}

export interface BrandRights {
  readonly brandId: number;
  readonly ARAMA: Right;
  readonly MESAJ: Right;
  readonly EPOSTA: Right;
  readonly reconciliation: boolean;
}

/** One right, from its offer on. Times are epoch seconds, names those of people; null: set-up, or not yet. */
export interface GivenRight extends Omit<BrandRights, 'brandId'> {
  readonly offerId: string;
  readonly provider: { readonly code: number; readonly title: string };
  readonly holder: Holder;
  /** Null: all brands of the provider, to be asked for. */
  readonly brand: { readonly brandId: number; readonly name: string } | null;
  readonly reason: string;
  readonly offeredAt: number;
  readonly offeredBy: string | null;
  readonly acceptedAt: number | null;
  readonly acceptedBy: string | null;
  readonly endedAt: number | null;
  readonly endedBy: string | null;
  readonly endedHow: 'withdrawn' | 'refused' | 'replaced' | 'ended' | null;
  readonly endedReason: string;
}

/** When a holder had a right on a brand; `until` null: still. */
export interface RightPeriod {
  readonly brandId: number;
  readonly from: number;
  readonly until: number | null;
}

/** Who acts for one of the two sides. */
export interface Side {
  /** The provider's, partner's or intermediary's number. */
  readonly code: number;
  readonly accountId: number;
}

export interface Partnerships {
  /** A partner or intermediary by its number. */
  holder(code: number): Promise<Holder | undefined>;
  /**
   * Offers rights; with the same id once. What waits of the same brands is replaced. An intermediary is offered nothing
   * but to ask: `rights` is empty. @param giver a provider; `accountId` null: set-up @throws PartnershipError
   */
  offer(
    giver: { readonly code: number; readonly accountId: number | null },
    offer: {
      readonly offerId: string;
      readonly holderCode: number;
      readonly rights: readonly BrandRights[];
      readonly reason: string;
    },
  ): Promise<'waiting' | 'in-force'>;
  /** By whom it was made to; accepted already: nothing. @returns who gives. @throws PartnershipError */
  accept(holder: Side, offerId: string): Promise<{ providerCode: number }>;
  /** Withdrawn by who made it, refused by whom it was made to. @returns the other side. @throws PartnershipError */
  decline(side: Side, offerId: string, reason: string): Promise<{ otherCode: number }>;
  /**
   * Ends what is between two, for one brand or all, offers that wait included. @throws PartnershipError 'unknown' where
   * there was nothing
   */
  end(side: Side, otherCode: number, brandId: number | null, reason: string): Promise<void>;
  /** Rights that a provider, partner or intermediary gave or was given: those that wait or hold, by title and brand. */
  rightsOf(code: number): Promise<GivenRight[]>;
  /** Those that are over, newest first. */
  pastRightsOf(code: number, limit: number): Promise<GivenRight[]>;
  /** When the holder had rights on a provider's brands. */
  periods(providerCode: number, holderCode: number): Promise<RightPeriod[]>;
  /** Of these providers, those whose subscription is open now. */
  openProviders(codes: readonly number[]): Promise<Set<number>>;
  /** Registered providers by number or by how their titles begin, at most `limit`, by title. */
  findProviders(by: { readonly code: number } | { readonly title: string }, limit: number): Promise<FoundProvider[]>;
}

export interface FoundProvider {
  readonly code: number;
  readonly title: string;
  /** Whether its subscription is open now. */
  readonly open: boolean;
}

/** Condition on `grant_offer o`: it is in force. */
const IN_FORCE = (o: string): string => `${o}.accepted_at is not null and ${o}.ended_at is null`;
/** Condition on `grant_offer o`: it waits to be accepted. */
const WAITS = (o: string): string => `${o}.accepted_at is null and ${o}.ended_at is null`;

/** Takes turns for all that one provider gives; holds up nobody who refers to it. */
const LOCK_GIVER = 'select from provider where provider_code = $1 for no key update';

const HOLDER = `
  select title, 'partner' from partner where partner_code = $1
  union all select title, 'intermediary' from intermediary where intermediary_code = $1`;

/** What stands for the same brand and holder as a waiting offer ($1) gives way to it. */
const REPLACE = `
  update grant_offer old set ended_at = to_timestamp($2), ended_by = $3, ended_how = 'replaced'
    from grant_offer o
   where o.offer_id = $1 and ${WAITS('o')} and ${IN_FORCE('old')} and old.provider_code = o.provider_code
     and (old.partner_code, old.intermediary_code, old.brand_id)
         is not distinct from (o.partner_code, o.intermediary_code, o.brand_id)`;
const ACCEPT = `
  update grant_offer o set accepted_at = to_timestamp($2), accepted_by = $3 where o.offer_id = $1 and ${WAITS('o')}`;
const PUT_PARTNER = `
  insert into partner_grant (partner_code, brand_id, arama, mesaj, eposta, reconciliation, via)
  select partner_code, brand_id, arama, mesaj, eposta, reconciliation, via from grant_offer o
   where o.offer_id = $1 and o.partner_code is not null and ${IN_FORCE('o')}
  on conflict (partner_code, brand_id) do update
     set arama = excluded.arama, mesaj = excluded.mesaj, eposta = excluded.eposta,
         reconciliation = excluded.reconciliation, via = excluded.via`;
const PUT_INTERMEDIARY = `
  insert into intermediary_grant (intermediary_code, provider_code, given_at)
  select intermediary_code, provider_code, accepted_at from grant_offer o
   where o.offer_id = $1 and o.intermediary_code is not null and ${IN_FORCE('o')}
  on conflict do nothing`;
/** From here on the movements of this partner are counted (partner-work.ts); before it there were none. */
const COUNT_FROM_HERE = `
  insert into partner_counted (brand_id, seq)
  select j.brand_id, j.last_seq from brand_journal j join grant_offer o on o.brand_id = j.brand_id where o.offer_id = $1
  on conflict do nothing`;

/** Ends what waits of an offer, by one of its two sides. */
const DECLINE = `
  update grant_offer o
     set ended_at = to_timestamp($3), ended_by = $4, ended_reason = $5,
         ended_how = case when o.provider_code = $2 then 'withdrawn' else 'refused' end
   where o.offer_id = $1 and $2 in (o.provider_code, o.partner_code, o.intermediary_code) and ${WAITS('o')}`;

/** $1 the provider, $2 the holder, $3 a brand or null, $4 when, $5 by whom, $6 why, $7 whether the provider does it. */
const END = `
  update grant_offer o
     set ended_at = to_timestamp($4), ended_by = $5, ended_reason = $6,
         ended_how = case when o.accepted_at is not null then 'ended' when $7 then 'withdrawn' else 'refused' end
   where o.provider_code = $1 and $2 in (o.partner_code, o.intermediary_code) and o.ended_at is null
     and ($3::int is null or o.brand_id = $3)`;
const TAKE_PARTNER = `
  delete from partner_grant g using brand b
   where b.brand_id = g.brand_id and b.provider_code = $1 and g.partner_code = $2 and ($3::int is null or g.brand_id = $3)`;
const TAKE_INTERMEDIARY = `
  delete from intermediary_grant where provider_code = $1 and intermediary_code = $2 and $3::int is null`;

const nameOf = (account: string): string =>
  `(select s.name from account a join person s on s.person_id = a.person_id where a.account_id = ${account})`;
const RIGHTS = `
  select o.offer_id::text, v.provider_code, v.title, coalesce(o.partner_code, o.intermediary_code),
         coalesce(p.title, i.title), case when p.title is null then 'intermediary' else 'partner' end,
         o.brand_id, b.name, o.arama, o.mesaj, o.eposta, o.reconciliation, o.reason,
         extract(epoch from o.offered_at)::float8, ${nameOf('o.offered_by')},
         extract(epoch from o.accepted_at)::float8, ${nameOf('o.accepted_by')},
         extract(epoch from o.ended_at)::float8, ${nameOf('o.ended_by')}, o.ended_how, o.ended_reason
    from grant_offer o
    join provider v on v.provider_code = o.provider_code
    left join partner p on p.partner_code = o.partner_code
    left join intermediary i on i.intermediary_code = o.intermediary_code
    left join brand b on b.brand_id = o.brand_id
   where (o.provider_code = $1 or o.partner_code = $1 or o.intermediary_code = $1)`;
type RightRow = [
  string,
  number,
  string,
  number,
  string,
  HolderKind,
  number | null,
  string | null,
  Right,
  Right,
  Right,
  boolean,
  string,
  number,
  string | null,
  number | null,
  string | null,
  number | null,
  string | null,
  GivenRight['endedHow'],
  string,
];

const PERIODS = `
  select b.brand_id, extract(epoch from o.accepted_at)::float8, extract(epoch from o.ended_at)::float8
    from grant_offer o join brand b on b.provider_code = o.provider_code and (o.brand_id is null or b.brand_id = o.brand_id)
   where o.provider_code = $1 and $2 in (o.partner_code, o.intermediary_code) and o.accepted_at is not null`;

/** Condition on `subscription s`: it is open at the moment that the parameter holds. */
const IS_OPEN = (now: string): string =>
  `s.status = 'ACTIVE' and s.starts_at <= to_timestamp(${now}) and s.expires_at > to_timestamp(${now})`;
/** Small letters as Turkish has them; the expression is that of the index provider_by_title. */
const SMALL = (text: string): string => `lower(translate(${text}, 'IİÇĞÖŞÜ', 'ıiçğöşü'))`;
const FIND = `
  select v.provider_code, v.title,
         coalesce(${IS_OPEN('$3')}, false)
    from provider v left join subscription s on s.holder_code = v.provider_code
   where ($1::int is null or v.provider_code = $1)
     and ($2::text is null or ${SMALL('v.title')} like ${SMALL('$2')} || '%')
   order by v.title, v.provider_code limit $4`;

const WIDTH: Readonly<Record<Right, number>> = { none: 0, read: 1, write: 2 };
const CHANNEL_RIGHTS = ['ARAMA', 'MESAJ', 'EPOSTA'] as const;

function isNothing(rights: Omit<BrandRights, 'brandId'>): boolean {
  return !rights.reconciliation && CHANNEL_RIGHTS.every((channel) => rights[channel] === 'none');
}

/** Whether an offer gives no more for a brand than stands. */
function isLess(offered: BrandRights, standing: BrandRights | undefined): boolean {
  return (
    standing !== undefined &&
    (standing.reconciliation || !offered.reconciliation) &&
    CHANNEL_RIGHTS.every((channel) => WIDTH[offered[channel]] <= WIDTH[standing[channel]])
  );
}

/** Lets a waiting offer hold: for the room itself, in the giver's turn. */
async function takeEffect(
  connection: Connection,
  offerId: string,
  { now, by, replacedBy }: { readonly now: number; readonly by: number | null; readonly replacedBy: number | null },
): Promise<void> {
  await connection.run(REPLACE, [offerId, now, replacedBy]);
  await connection.run(ACCEPT, [offerId, now, by]);
  await connection.run(PUT_PARTNER, [offerId]);
  await connection.run(PUT_INTERMEDIARY, [offerId]);
  await connection.run(COUNT_FROM_HERE, [offerId]);
}

const INSERT_PARTNER_OFFER = `
  insert into grant_offer (offer_id, provider_code, partner_code, brand_id, arama, mesaj, eposta, reconciliation, via, reason,
                           offered_by, offered_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8,
          coalesce($9, (select g.via from partner_grant g where g.partner_code = $3 and g.brand_id = $4), false),
          $10, $11, to_timestamp($12))`;
const INSERT_INTERMEDIARY_OFFER = `
  insert into grant_offer (offer_id, provider_code, intermediary_code, reason, offered_by, offered_at)
  values ($1, $2, $3, $4, $5, to_timestamp($6))`;

/** Sets, by set-up and at once, what a partner may do for a brand; the same once more changes nothing. */
export async function setPartnerRights(
  connection: Connection,
  clock: Clock,
  {
    providerCode,
    partnerCode,
    via,
    ...rights
  }: BrandRights & { readonly providerCode: number; readonly partnerCode: number; readonly via: boolean },
): Promise<void> {
  const { brandId, ARAMA, MESAJ, EPOSTA, reconciliation } = rights;
  const now = clock.nowMs() / 1_000;
  await connection.rows(LOCK_GIVER, [providerCode]);
  const same = await connection.rows(
    `select from partner_grant where partner_code = $1 and brand_id = $2
       and (arama, mesaj, eposta, reconciliation, via) = ($3, $4, $5, $6, $7)`,
    [partnerCode, brandId, ARAMA, MESAJ, EPOSTA, reconciliation, via],
  );
  if (same.length > 0) return;
  if (isNothing(rights) && !via) {
    await endBetween(connection, { providerCode, holderCode: partnerCode, brandId, now, by: null, reason: '' });
    return;
  }
  const offerId = randomUUID();
  await connection.run(INSERT_PARTNER_OFFER, [
    offerId,
    providerCode,
    partnerCode,
    brandId,
    ARAMA,
    MESAJ,
    EPOSTA,
    reconciliation,
    via,
    '',
    null,
    now,
  ]);
  await takeEffect(connection, offerId, { now, by: null, replacedBy: null });
}

/** Names an intermediary for a provider by set-up and at once, or takes the name back; done already: nothing. */
export async function setIntermediary(
  connection: Connection,
  clock: Clock,
  {
    providerCode,
    intermediaryCode,
    named,
  }: { readonly providerCode: number; readonly intermediaryCode: number; readonly named: boolean },
): Promise<void> {
  const now = clock.nowMs() / 1_000;
  await connection.rows(LOCK_GIVER, [providerCode]);
  if (!named) {
    const between = { providerCode, holderCode: intermediaryCode, brandId: null };
    await endBetween(connection, { ...between, now, by: null, reason: '' });
    return;
  }
  const has = await connection.rows(
    'select from intermediary_grant where intermediary_code = $1 and provider_code = $2',
    [intermediaryCode, providerCode],
  );
  if (has.length > 0) return;
  const offerId = randomUUID();
  await connection.run(INSERT_INTERMEDIARY_OFFER, [offerId, providerCode, intermediaryCode, '', null, now]);
  await takeEffect(connection, offerId, { now, by: null, replacedBy: null });
}

/** @returns whether there was anything to end */
async function endBetween(
  connection: Connection,
  {
    providerCode,
    holderCode,
    brandId,
    now,
    by,
    reason,
    byProvider = true,
  }: {
    readonly providerCode: number;
    readonly holderCode: number;
    readonly brandId: number | null;
    readonly now: number;
    readonly by: number | null;
    readonly reason: string;
    readonly byProvider?: boolean;
  },
): Promise<boolean> {
  const between = [providerCode, holderCode, brandId];
  const ended = await connection.run(END, [...between, now, by, reason, byProvider]);
  const taken = await connection.run(TAKE_PARTNER, between);
  return ended + taken + (await connection.run(TAKE_INTERMEDIARY, between)) > 0;
}

export function openPartnerships({
  database,
  clock,
}: {
  readonly database: Database;
  readonly clock: Clock;
}): Partnerships {
  const seconds = (): number => clock.nowMs() / 1_000;

  /** Does something in the turn of the provider whose offer it is, as far as the side has a part in it. */
  function withOffer<T>(
    { code }: Side,
    offerId: string,
    work: (connection: Connection, providerCode: number, holderCode: number) => Promise<T>,
  ): Promise<T> {
    return database.transaction(async (connection) => {
      const [row] = await connection.rows<[number, number]>(
        `select o.provider_code, coalesce(o.partner_code, o.intermediary_code) from grant_offer o
         where o.offer_id = $1 and $2 in (o.provider_code, o.partner_code, o.intermediary_code) limit 1`,
        [offerId, code],
      );
      if (row === undefined) throw new PartnershipError('unknown');
      await connection.rows(LOCK_GIVER, [row[0]]);
      return await work(connection, ...row);
    });
  }

  async function holder(connection: Pick<Connection, 'rows'>, code: number): Promise<Holder | undefined> {
    const [row] = await connection.rows<[string, HolderKind]>(HOLDER, [code]);
    return row && { code, title: row[0], kind: row[1] };
  }

  async function standing(
    connection: Connection,
    providerCode: number,
    partnerCode: number,
  ): Promise<Map<number, BrandRights>> {
    const rows = await connection.rows<[number, Right, Right, Right, boolean]>(
      `select g.brand_id, g.arama, g.mesaj, g.eposta, g.reconciliation
       from partner_grant g join brand b on b.brand_id = g.brand_id
       where b.provider_code = $1 and g.partner_code = $2`,
      [providerCode, partnerCode],
    );
    return new Map(
      rows.map(([brandId, ARAMA, MESAJ, EPOSTA, reconciliation]) => [
        brandId,
        { brandId, ARAMA, MESAJ, EPOSTA, reconciliation },
      ]),
    );
  }

  return {
    holder: (code) => holder(database, code),

    offer: ({ code: providerCode, accountId }, { offerId, holderCode, rights, reason }) =>
      database.transaction(async (connection) => {
        await connection.rows(LOCK_GIVER, [providerCode]);
        const [known] = await connection.rows<[number, number, boolean]>(
          `select o.provider_code, coalesce(o.partner_code, o.intermediary_code), o.accepted_at is not null
           from grant_offer o where o.offer_id = $1 limit 1`,
          [offerId],
        );
        if (known !== undefined) {
          const [giver, to, accepted] = known;
          if (giver !== providerCode || to !== holderCode) throw new PartnershipError('unknown');
          return accepted ? 'in-force' : 'waiting';
        }
        const to = await holder(connection, holderCode);
        if (to === undefined) throw new PartnershipError('unknown');
        const now = seconds();
        if (to.kind === 'intermediary') {
          if (rights.length > 0) throw new PartnershipError('rights');
          const [same] = await connection.rows<[boolean]>(
            `select o.accepted_at is not null from grant_offer o
             where o.provider_code = $1 and o.intermediary_code = $2 and o.ended_at is null`,
            [providerCode, holderCode],
          );
          // There is but one thing to offer: what was offered already waits or holds.
          if (same !== undefined) return same[0] ? 'in-force' : 'waiting';
          await connection.run(INSERT_INTERMEDIARY_OFFER, [offerId, providerCode, holderCode, reason, accountId, now]);
          return 'waiting';
        }
        const brands = new Set(rights.map(({ brandId }) => brandId));
        if (rights.length === 0 || brands.size < rights.length || rights.some(isNothing))
          throw new PartnershipError('rights');
        const own = await connection.rows<[number]>(
          'select brand_id from brand where provider_code = $1 and brand_id = any($2::int[])',
          [providerCode, `{${[...brands].join(',')}}`],
        );
        if (own.length < brands.size) throw new PartnershipError('unknown');
        await connection.run(
          `update grant_offer o set ended_at = to_timestamp($4), ended_by = $5, ended_how = 'replaced'
           where o.provider_code = $1 and o.partner_code = $2 and o.brand_id = any($3::int[]) and ${WAITS('o')}`,
          [providerCode, holderCode, `{${[...brands].join(',')}}`, now, accountId],
        );
        for (const { brandId, ARAMA, MESAJ, EPOSTA, reconciliation } of rights)
          await connection.run(INSERT_PARTNER_OFFER, [
            offerId,
            providerCode,
            holderCode,
            brandId,
            ARAMA,
            MESAJ,
            EPOSTA,
            reconciliation,
            null,
            reason,
            accountId,
            now,
          ]);
        const stands = await standing(connection, providerCode, holderCode);
        if (!rights.every((one) => isLess(one, stands.get(one.brandId)))) return 'waiting';
        await takeEffect(connection, offerId, { now, by: null, replacedBy: accountId });
        return 'in-force';
      }),

    accept: (side, offerId) =>
      withOffer(side, offerId, async (connection, providerCode, holderCode) => {
        if (holderCode !== side.code) throw new PartnershipError('unknown');
        const rows = await connection.rows<[boolean]>(
          'select o.accepted_at is not null from grant_offer o where o.offer_id = $1 and o.ended_at is null',
          [offerId],
        );
        if (rows.length === 0) throw new PartnershipError('over');
        const by = side.accountId;
        if (rows.some(([accepted]) => !accepted))
          await takeEffect(connection, offerId, { now: seconds(), by, replacedBy: by });
        return { providerCode };
      }),

    decline: (side, offerId, reason) =>
      withOffer(side, offerId, async (connection, providerCode, holderCode) => {
        const { code, accountId } = side;
        if ((await connection.run(DECLINE, [offerId, code, seconds(), accountId, reason])) === 0)
          throw new PartnershipError('over');
        return { otherCode: code === providerCode ? holderCode : providerCode };
      }),

    end: ({ code, accountId }, otherCode, brandId, reason) =>
      database.transaction(async (connection) => {
        const byProvider = (await connection.rows('select from provider where provider_code = $1', [code])).length > 0;
        const [providerCode, holderCode] = byProvider ? [code, otherCode] : [otherCode, code];
        await connection.rows(LOCK_GIVER, [providerCode]);
        const between = { providerCode, holderCode, brandId, byProvider };
        if (!(await endBetween(connection, { ...between, now: seconds(), by: accountId, reason })))
          throw new PartnershipError('unknown');
      }),

    async rightsOf(code) {
      const rows = await database.rows<RightRow>(
        `${RIGHTS} and o.ended_at is null order by v.title, coalesce(p.title, i.title), o.brand_id, o.offered_at`,
        [code],
      );
      return rows.map(rightOf);
    },

    async pastRightsOf(code, limit) {
      const rows = await database.rows<RightRow>(
        `${RIGHTS} and o.ended_at is not null order by o.ended_at desc, o.offer_id, o.brand_id limit $2`,
        [code, limit],
      );
      return rows.map(rightOf);
    },

    async periods(providerCode, holderCode) {
      const rows = await database.rows<[number, number, number | null]>(PERIODS, [providerCode, holderCode]);
      return rows.map(([brandId, from, until]) => ({ brandId, from, until }));
    },

    async openProviders(codes) {
      const rows = await database.rows<[number]>(
        `select s.holder_code from subscription s where s.holder_code = any($1::int[]) and ${IS_OPEN('$2')}`,
        [`{${codes.join(',')}}`, clock.now()],
      );
      return new Set(rows.map(([code]) => code));
    },

    async findProviders(by, limit) {
      const code = 'code' in by ? by.code : null;
      const beginning = 'title' in by ? escaped(by.title) : null;
      const rows = await database.rows<[number, string, boolean]>(FIND, [code, beginning, clock.now(), limit]);
      return rows.map(([providerCode, title, open]) => ({ code: providerCode, title, open }));
    },
  };
}

/** Text that stands for itself in LIKE. */
function escaped(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

function rightOf([
  offerId,
  providerCode,
  providerTitle,
  holderCode,
  holderTitle,
  kind,
  brandId,
  brandName,
  ARAMA,
  MESAJ,
  EPOSTA,
  reconciliation,
  reason,
  offeredAt,
  offeredBy,
  acceptedAt,
  acceptedBy,
  endedAt,
  endedBy,
  endedHow,
  endedReason,
]: RightRow): GivenRight {
  return {
    offerId,
    provider: { code: providerCode, title: providerTitle },
    holder: { code: holderCode, title: holderTitle, kind },
    brand: brandId === null ? null : { brandId, name: brandName ?? '' },
    ARAMA,
    MESAJ,
    EPOSTA,
    reconciliation,
    reason,
    offeredAt,
    offeredBy,
    acceptedAt,
    acceptedBy,
    endedAt,
    endedBy,
    endedHow,
    endedReason,
  };
}
