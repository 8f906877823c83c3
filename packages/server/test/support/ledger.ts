// Callers that load the server, and the ledger of what they sent and what they were told; at the end the registry is
// compared with the ledger.
//
// Each statement ever sent is one of its kind (its key and date are used once), so a movement in the feed belongs to
// exactly one statement of the ledger, or to none. What a statement came to:
//   acknowledged  200, or in a 202: there, once, under the transactionId that was told
//   denied        503: "not committed" must be true: not there
//   unknown       the connection was lost: there or not, at most once; of a batch all or nothing

import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { expect } from 'vitest';
import { type Caller, codesOf, openCaller, type Said, seqOf, wireTime } from './caller.ts';
import type { Random } from './random.ts';

interface Wire {
  readonly recipient: string;
  readonly type: 'ARAMA' | 'MESAJ' | 'EPOSTA';
  readonly source: string;
  readonly status: 'ONAY' | 'RET';
  readonly consentDate: string;
  readonly recipientType: 'BIREYSEL' | 'TACIR';
}

interface Key {
  readonly recipient: string;
  readonly type: Wire['type'];
  readonly recipientType: Wire['recipientType'];
  status: Wire['status'];
  at: number;
}

interface Sent {
  readonly brand: Brand;
  readonly wires: readonly Wire[];
  readonly version: 1 | 2;
  readonly batch: boolean;
  fate: 'unknown' | 'acknowledged' | 'denied';
  transactionId?: string;
  requestId?: string;
}

interface Brand {
  readonly provider: number;
  readonly brand: number;
}

interface FeedRow extends Wire {
  readonly transactionId: string;
  readonly creationDate: string;
}

interface Followed {
  readonly rows: FeedRow[];
  readonly after: { HS: string; IYS: string };
}

const BRANDS: readonly Brand[] = [
  { provider: 600100, brand: 600100 },
  { provider: 600100, brand: 600101 },
  { provider: 600200, brand: 600200 },
];
const SOURCES = ['HS_WEB', 'HS_MOBIL', 'HS_CAGRI_MERKEZI', 'HS_ISLAK_IMZA'] as const;
/** First consents are dated so far back, and each change of a key a second later: never in the future. */
const BACK_SECONDS = 40_000;
const PAGE = 1_000;

/** Two ledgers of one run never share a key. */
let nextAddress = 0;

function signature(brand: number, wire: Wire): string {
  const { recipient, type, recipientType, status, source, consentDate } = wire;
  return [brand, recipient, type, recipientType, status, source, consentDate].join('|');
}

function pathOf({ provider, brand }: Brand, version = 1): string {
  return `${version === 2 ? '/v2' : ''}/sps/${provider}/brands/${brand}/consents`;
}

export interface LedgerOptions {
  readonly random: Random;
  /** Writers that call side by side. */
  readonly writers: number;
}

export class Ledger {
  readonly #random: Random;
  readonly #writers: number;
  readonly #sent: Sent[] = [];
  /** Each writer's own keys, by brand: writers never compete for one. */
  readonly #keys: Key[][][];
  /** Movements that were there before the first call, by brand. */
  readonly #before = new Map<number, number>();
  /** What a follower of the cursor has seen, across all bad days. */
  readonly #followed = new Map<number, Followed>();
  readonly #tokens = new Map<number, string>();
  #caller: Caller | undefined;
  #running: Promise<void>[] = [];
  #stopping = false;
  #lost = false;
  /** Answers that no bad day excuses. */
  readonly faults: string[] = [];
  acknowledged = 0;
  denied = 0;

  constructor({ random, writers }: LedgerOptions) {
    this.#random = random;
    this.#writers = writers;
    this.#keys = Array.from({ length: writers }, () => BRANDS.map(() => []));
  }

  /** Looks at what is there and lets the writers loose. `url`: of the server. */
  async start(url: string): Promise<void> {
    this.#caller?.close();
    const caller = openCaller(url, this.#writers + 4);
    this.#caller = caller;
    this.#stopping = false;
    this.#lost = false;
    for (const { provider, brand } of BRANDS) {
      if (!this.#tokens.has(provider)) this.#tokens.set(provider, await caller.token(provider));
      if (!this.#before.has(brand)) this.#before.set(brand, (await this.#follow({ provider, brand })).length);
    }
    this.#running = Array.from({ length: this.#writers }, (_, writer) => this.#write(caller, writer));
  }

  /** Resolves after so many more acknowledged calls. */
  async afterAcknowledged(more: number): Promise<void> {
    const until = this.acknowledged + more;
    while (this.acknowledged < until && this.faults.length === 0) await pause(5);
  }

  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#running);
    expect(this.faults).toEqual([]);
  }

  /** A server that was killed answers nobody: writers end at the first lost connection from here on. */
  serverIsGone(): void {
    this.#lost = true;
  }

  async #write(caller: Caller, writer: number): Promise<void> {
    while (!this.#stopping) {
      const brandIndex = this.#random.below(BRANDS.length);
      const brand = BRANDS[brandIndex] as Brand;
      const mine = (this.#keys[writer] as Key[][])[brandIndex] as Key[];
      const dice = this.#random.next();
      if (dice < 0.1 && mine.length > 0) await this.#ask(caller, brand, this.#random.pick(mine));
      else await this.#add(caller, brand, mine, dice < 0.3);
    }
  }

  async #ask(caller: Caller, brand: Brand, { recipient, type, recipientType, status }: Key): Promise<void> {
    const said = await this.#attempt(() =>
      caller.call('POST', `${pathOf(brand)}/status`, this.#tokens.get(brand.provider), {
        recipient,
        type,
        recipientType,
      }),
    );
    if (said === undefined || this.#isUnavailable(said)) return;
    if (said.status !== 200 || (said.body as Wire).status !== status)
      this.#fault('status', said, `${status} was acknowledged`);
  }

  async #add(caller: Caller, brand: Brand, mine: Key[], batch: boolean): Promise<void> {
    const keys: Key[] = [];
    const wires: Wire[] = [];
    const size = batch ? 1 + this.#random.below(40) : 1;
    while (wires.length < size) {
      // A key is taken away while its fate is open; it comes back when it is known.
      const old = mine.length > 0 && this.#random.chance(0.4);
      const key = old ? (mine.splice(this.#random.below(mine.length), 1)[0] as Key) : this.#newKey();
      const at = key.at + 1;
      const status = old && key.status === 'ONAY' && this.#random.chance(0.6) ? 'RET' : 'ONAY';
      keys.push({ ...key, status, at });
      const { recipient, type, recipientType } = key;
      const source = this.#random.pick(SOURCES);
      wires.push({ recipient, type, recipientType, status, source, consentDate: wireTime(at) });
    }
    const version = this.#random.chance(0.4) ? 2 : 1;
    const sent: Sent = { brand, wires, version, batch, fate: 'unknown' };
    this.#sent.push(sent);
    if (await this.#send(caller, sent)) mine.push(...keys);
  }

  /** @returns whether it was acknowledged */
  async #send(caller: Caller, sent: Sent): Promise<boolean> {
    const { brand, wires, version, batch } = sent;
    const path = `${pathOf(brand, version)}${batch ? '/request' : ''}`;
    const said = await this.#attempt(() =>
      caller.call('POST', path, this.#tokens.get(brand.provider), batch ? wires : wires[0]),
    );
    if (said === undefined) return false;
    if (this.#isUnavailable(said)) {
      sent.fate = 'denied';
      this.denied += 1;
      return false;
    }
    if (said.status !== (batch ? 202 : 200)) {
      this.#fault('add', said, JSON.stringify(wires[0]));
      return false;
    }
    const answer = said.body as { transactionId: string; requestId: string };
    if (batch) sent.requestId = answer.requestId;
    else sent.transactionId = answer.transactionId;
    sent.fate = 'acknowledged';
    this.acknowledged += 1;
    return true;
  }

  async #attempt(call: () => Promise<Said>): Promise<Said | undefined> {
    try {
      return await call();
    } catch {
      if (this.#lost) this.#stopping = true;
      // A server that is gone refuses connections a thousand times a second.
      await pause(5);
      return undefined;
    }
  }

  /** The one honest refusal of a bad day. */
  #isUnavailable(said: Said): boolean {
    return said.status === 503 && codesOf(said) === 'H192';
  }

  #fault(what: string, said: Said, about: string): void {
    this.faults.push(`${what}: ${said.status} ${said.text.slice(0, 300)} (${about})`);
    this.#stopping = true;
  }

  #newKey(): Key {
    const number = nextAddress++;
    const type = this.#random.pick(['ARAMA', 'MESAJ', 'EPOSTA'] as const);
    const recipient =
      type === 'EPOSTA' ? `kisi${number}@cokme.example` : `+90532${(1_000_000 + number).toString().padStart(7, '0')}`;
    return {
      recipient,
      type,
      recipientType: this.#random.chance(0.1) ? 'TACIR' : 'BIREYSEL',
      status: 'RET',
      at: Math.floor(Date.now() / 1000) - BACK_SECONDS,
    };
  }

  /** Sends again, through V2, what no answer came for; a statement that was stored after all is stored no second time. */
  async repeatUnanswered(): Promise<void> {
    const caller = this.#caller as Caller;
    for (const sent of this.#sent)
      if (sent.fate === 'unknown' && sent.version === 2 && !sent.batch) await this.#send(caller, sent);
  }

  /** Goes on where it stood, in both sources. @returns all movements of the brand that it ever saw, by number */
  async #follow(brand: Brand): Promise<FeedRow[]> {
    const followed = this.#followed.get(brand.brand) ?? { rows: [], after: { HS: '', IYS: '' } };
    this.#followed.set(brand.brand, followed);
    for (const source of ['HS', 'IYS'] as const)
      for (;;) {
        const said = await (this.#caller as Caller).call(
          'GET',
          `${pathOf(brand)}/changes?source=${source}&limit=${PAGE}&after=${followed.after[source]}`,
          this.#tokens.get(brand.provider),
        );
        if (said.status === 204) break;
        if (said.status !== 200) throw new Error(`changes: ${said.status} ${said.text}`);
        const page = said.body as { after: string; list: FeedRow[] };
        followed.rows.push(...page.list);
        followed.after[source] = page.after;
      }
    return followed.rows.sort((a, b) => seqOf(a.transactionId) - seqOf(b.transactionId));
  }

  /**
   * Compares the registry with the ledger, by the API and, for what it does not tell, by the database.
   * @param databaseUrl the owner's
   */
  async verify(databaseUrl: string): Promise<void> {
    for (const brand of BRANDS) {
      const feed = await this.#follow(brand);
      expect(feed.findIndex(({ transactionId }, i) => seqOf(transactionId) !== i + 1)).toBe(-1);
      const own = feed.slice(this.#before.get(brand.brand));
      await this.#compare(brand, own);
      await this.#compareStates(brand, own);
    }
    await checkJournals(databaseUrl);
  }

  /** Reads the feed from its beginning: the follower saw the same. */
  async verifyFromTheBeginning(): Promise<void> {
    for (const brand of BRANDS) {
      const followed = this.#followed.get(brand.brand)?.rows;
      this.#followed.delete(brand.brand);
      expect(JSON.stringify(await this.#follow(brand)) === JSON.stringify(followed)).toBe(true);
    }
  }

  async #compare(brand: Brand, feed: readonly FeedRow[]): Promise<void> {
    const found = new Map<string, string[]>();
    for (const row of feed) {
      const name = signature(brand.brand, row);
      found.set(name, [...(found.get(name) ?? []), row.transactionId]);
    }
    const wrong: string[] = [];
    for (const sent of this.#sent) {
      if (sent.brand.brand !== brand.brand) continue;
      const ids = sent.wires.map((wire) => found.get(signature(brand.brand, wire)) ?? []);
      const what = `${sent.fate} V${sent.version} ${sent.requestId ?? ''} ${JSON.stringify(sent.wires[0])}`;
      if (ids.some((list) => list.length > 1)) wrong.push(`twice: ${what}`);
      const there = ids.filter((list) => list.length > 0).length;
      if (sent.fate === 'denied' && there > 0) wrong.push(`there although it was denied: ${what}`);
      if (there > 0 && there < ids.length) wrong.push(`half a batch: ${what}`);
      if (sent.fate === 'acknowledged') {
        const told = sent.batch ? await this.#batchResult(sent) : [sent.transactionId];
        if (JSON.stringify(told) !== JSON.stringify(ids.map(([id]) => id))) wrong.push(`not as told: ${what}`);
      }
      for (const wire of sent.wires) found.delete(signature(brand.brand, wire));
    }
    for (const name of found.keys()) wrong.push(`nobody sent ${name}`);
    expect(wrong).toEqual([]);
  }

  async #batchResult({ brand, version, requestId }: Sent): Promise<(string | undefined)[]> {
    const said = await (this.#caller as Caller).call(
      'GET',
      `${pathOf(brand, version)}/request/${requestId}`,
      this.#tokens.get(brand.provider),
    );
    return (said.body as { transactionId?: string }[]).map(({ transactionId }) => transactionId);
  }

  /** Statuses and histories of some keys are what the feed says. */
  async #compareStates(brand: Brand, feed: readonly FeedRow[]): Promise<void> {
    const chains = new Map<string, FeedRow[]>();
    for (const row of feed) {
      const name = `${row.recipient} ${row.type} ${row.recipientType}`;
      chains.set(name, [...(chains.get(name) ?? []), row]);
    }
    for (const chain of this.#random.shuffled([...chains.values()]).slice(0, 20)) {
      const last = chain.at(-1) as FeedRow;
      const key = { recipient: last.recipient, type: last.type, recipientType: last.recipientType };
      const ask = (path: string): Promise<Said> =>
        (this.#caller as Caller).call('POST', `${pathOf(brand)}${path}`, this.#tokens.get(brand.provider), key);
      const status = await ask('/status');
      expect(status.body).toEqual({ ...last, retailerAccessCount: 0 });
      const history = await ask('/history');
      expect((history.body as { list: unknown }).list).toEqual([...chain].reverse());
    }
  }

  close(): void {
    this.#caller?.close();
  }
}

/** Journals against movements and states, over all brands. Each list must be empty. */
const JOURNAL_CHECKS: Readonly<Record<string, string>> = {
  'journal is not its last movement': `
    select j.brand_id, j.last_seq, m.last, m.at
      from brand_journal j
      left join lateral (select x.seq as last, x.received_at as at from movement x
                          where x.brand_id = j.brand_id order by x.seq desc limit 1) m on true
     where j.last_seq <> coalesce(m.last, 0) or (m.last is not null and j.last_at <> m.at)`,
  'hole in a journal': `
    select brand_id from movement group by brand_id having count(*) <> max(seq) or min(seq) <> 1`,
  'time goes back in a journal': `
    select brand_id, seq from (select brand_id, seq, received_at,
      lag(received_at) over (partition by brand_id order by seq) as before from movement) m where received_at < before`,
  'state is not its last movement': `
    select brand_id, kind, address, c.last_seq, m.last
      from consent c
      full join (select brand_id, kind, address, max(seq) filter (where not overtaken) as last
                   from movement group by 1, 2, 3) m using (brand_id, kind, address)
     where c.last_seq is distinct from m.last`,
  'state does not say what its last movement says': `
    select c.brand_id, c.last_seq from consent c
      join movement m on m.brand_id = c.brand_id and m.seq = c.last_seq
     where (m.kind, m.address, m.state) <> (c.kind, c.address, c.state)
        or m.consented_at is distinct from c.consented_at`,
  'counters are not the movements': `
    select * from (select brand_id, kind, state, sum(movements) as n from brand_day group by 1, 2, 3) d
      full join (select brand_id, kind, state, count(*) as n from movement group by 1, 2, 3) m
      using (brand_id, kind, state) where d.n is distinct from m.n`,
  'request without its movements': `
    select r.brand_id, r.request_id from request r cross join lateral unnest(r.seqs) s(seq)
     where s.seq > 0 and not exists (select from movement m where m.brand_id = r.brand_id and m.seq = s.seq)`,
  'movement of a batch without its request': `
    select m.brand_id, m.seq from movement m where m.request_id is not null
       and not exists (select from request r where r.brand_id = m.brand_id and r.request_id = m.request_id)`,
};

/** Checks every journal, state, counter and batch in the database against the movements. */
export async function checkJournals(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    for (const [fault, text] of Object.entries(JOURNAL_CHECKS)) {
      const { rows } = await client.query(text);
      expect({ fault, rows: rows.slice(0, 5) }).toEqual({ fault, rows: [] });
    }
  } finally {
    await client.end();
  }
}
