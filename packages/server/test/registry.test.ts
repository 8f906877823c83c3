// The registry room against a real PostgreSQL: what is recorded, what is refused, what is never lost.

import { kindOf, ONAY, RET, SOURCE_NUMBERS, type Statement, stateOf } from '@acik-iys/law';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { AddressKeys } from '../src/ground/keys.ts';
import type { BrandScope } from '../src/rooms/access/index.ts';
import {
  DOORS,
  newRequestId,
  type Outcome,
  openRegistry,
  seqOfTransactionId,
  subRequestId,
} from '../src/rooms/registry/index.ts';
import type { RetailerAccess } from '../src/rooms/registry/retailer-access.ts';
import { MAIL, MESSAGE, statementOf, TEST_SECRET, telephones, testRegistry } from './support/registry.ts';

const MERCHANT_CALL = kindOf(0, 1);

let house: Awaited<ReturnType<typeof testRegistry>>;
beforeAll(async () => {
  house = await testRegistry();
});
afterAll(async () => {
  await house.close();
});

const newTelephone = telephones();
function statement(address: string, status: 0 | 1, ago: number, more: Partial<Statement> = {}): Statement {
  return statementOf(address, status, house.clock.now() - ago, more);
}
async function record(...statements: Statement[]): Promise<Outcome[]> {
  return await house.registry.record(house.scope(1), statements, { door: DOORS.officialSingle });
}

describe('record', () => {
  it('records a consent and its refusal, and tells both in the history', async () => {
    const address = newTelephone();
    const [first] = await record(statement(address, ONAY, 100));
    const [second] = await record(statement(address, RET, 50));
    expect(first?.kind).toBe('accepted');
    expect(second?.kind).toBe('accepted');
    const history = await house.registry.history(house.scope(1), MESSAGE, address);
    expect(history.map((movement) => movement.state & 1)).toEqual([RET, ONAY]);
    expect(history.map((movement) => movement.transactionId)).toEqual(
      [second, first].map((outcome) => (outcome as { transactionId: string }).transactionId),
    );
    const status = await house.registry.status(house.scope(1), MESSAGE, address);
    expect(status?.movement?.address).toBe(address);
    expect(status?.movement?.state).toBe(stateOf(SOURCE_NUMBERS.HS_WEB, RET));
  });

  it('lets statements of one key in one call see each other in order', async () => {
    const address = newTelephone();
    const outcomes = await record(
      statement(address, ONAY, 100),
      statement(address, RET, 90),
      statement(address, RET, 80),
      statement(address, ONAY, 95),
      statement(address, ONAY, 70),
    );
    expect(outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.code : outcome.kind))).toEqual([
      'accepted',
      'accepted',
      'H174',
      'H178',
      'accepted',
    ]);
    expect((await house.registry.history(house.scope(1), MESSAGE, address)).length).toBe(3);
  });

  it('keeps e-mails readable through their ciphertext', async () => {
    await record(statement('ali.veli@ornek.com.tr', ONAY, 10), statement('a@b.co', ONAY, 10));
    const feed = await house.registry.feed(house.scope(1), {
      afterSeq: 0,
      side: 'HS',
      limit: 1000,
      until: house.clock.now(),
    });
    expect(feed.map(({ movement }) => movement.address)).toEqual(
      expect.arrayContaining(['ali.veli@ornek.com.tr', 'a@b.co']),
    );
    expect(feed.map(({ movement }) => movement.seq)).toEqual(feed.map((_, i) => i + 1));
  });

  it('seals an e-mail where it records it, and for no look-up', async () => {
    let sealed = 0;
    class WatchedKeys extends AddressKeys {
      override sealEmails(emails: readonly string[], keys: readonly string[]): string[] {
        sealed += emails.length;
        return super.sealEmails(emails, keys);
      }
    }
    const registry = openRegistry({
      database: house.database,
      clock: house.clock,
      keys: new WatchedKeys(TEST_SECRET),
    });
    const [scope, address] = [house.scope(1), 'okunan@ornek.com.tr'];
    const mixed = [statement(newTelephone(), ONAY, 10), statement(address, ONAY, 10)];
    await registry.record(scope, mixed, { door: DOORS.officialSingle });
    expect(sealed).toBe(1);
    expect((await registry.status(scope, MAIL, address))?.movement?.address).toBe(address);
    expect(await registry.granted(scope, MAIL, [address, 'yok@ornek.com.tr'])).toEqual([true, false]);
    expect(await registry.history(scope, MAIL, address)).toHaveLength(1);
    expect(sealed).toBe(1);
  });

  it('withholds a refusal that the contract turns away, and every check honours it', async () => {
    const address = newTelephone();
    const consentedAt = house.clock.now() - 100;
    await record(statement(address, ONAY, 0, { consentedAt }));
    const [outcome] = await record(statement(address, RET, 0, { consentedAt }));
    expect(outcome).toEqual({ kind: 'refused', code: 'H178' });
    expect(await house.registry.granted(house.scope(1), MESSAGE, [address])).toEqual([false]);
    const status = await house.registry.status(house.scope(1), MESSAGE, address);
    expect(status?.withheld?.consentedAt).toBe(consentedAt);
    await record(statement(address, ONAY, 40));
    expect(await house.registry.granted(house.scope(1), MESSAGE, [address])).toEqual([true]);
    const left = await house.owner.query('select from withheld_refusal where address = $1::uuid', [
      new AddressKeys(TEST_SECRET).telephoneKeys([address])[0],
    ]);
    expect(left.rowCount).toBe(0);
  });

  it('does not let an older withheld refusal stop a newer consent', async () => {
    const address = newTelephone();
    await record(statement(address, ONAY, 100));
    await record(statement(address, RET, 160));
    expect(await house.registry.granted(house.scope(1), MESSAGE, [address])).toEqual([true]);
  });

  it('never refuses a refusal at a welcoming door', async () => {
    const welcoming = house.scope(2, { strictness: 'welcoming' });
    const address = newTelephone();
    const now = house.clock.now();
    const say = async (status: 0 | 1, ago: number) =>
      (
        await house.registry.record(welcoming, [statement(address, status, 0, { consentedAt: now - ago })], {
          door: DOORS.citizen,
        })
      )[0]?.kind;
    expect(await say(RET, 100)).toBe('accepted');
    expect(await say(RET, 100)).toBe('unchanged');
    expect(await say(ONAY, 50)).toBe('accepted');
    expect(await say(RET, 70)).toBe('overtaken');
    expect(await house.registry.granted(welcoming, MESSAGE, [address])).toEqual([true]);
    expect(await say(RET, 50)).toBe('accepted');
    expect(await house.registry.granted(welcoming, MESSAGE, [address])).toEqual([false]);
    const history = await house.registry.history(welcoming, MESSAGE, address);
    expect(history.map((movement) => [movement.state & 1, movement.overtaken])).toEqual([
      [RET, false],
      [ONAY, false],
      [RET, true],
      [RET, false],
    ]);
  });

  it('answers a repeat at a V2 door with the movement that stands for it', async () => {
    const address = newTelephone();
    const once = statement(address, ONAY, 30);
    const requestId = newRequestId();
    const send = async (request?: { requestId: string; version: 2 }) =>
      (
        await house.registry.record(house.scope(1), [once], {
          door: DOORS.officialBatchV2,
          idempotent: true,
          ...(request && { request }),
        })
      )[0] as Outcome & { kind: 'accepted' };
    const first = await send({ requestId, version: 2 });
    const second = await send();
    expect(second).toEqual({ ...first, kind: 'unchanged' });
    const items = await house.registry.request(house.scope(1), requestId);
    expect(items?.[0]?.movement?.transactionId).toBe(first.transactionId);
  });

  it('asks a merchant for date and source on an update only', async () => {
    const address = newTelephone();
    const merchant = { kind: MERCHANT_CALL };
    const outcomes = await record(
      statement(address, ONAY, 0, { ...merchant, consentedAt: null, source: 0 }),
      statement(address, RET, 0, { ...merchant, consentedAt: null }),
      statement(address, RET, 5, { ...merchant, source: 0 }),
      statement(address, RET, 5, merchant),
    );
    expect(outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.code : outcome.kind))).toEqual([
      'accepted',
      'H462',
      'H463',
      'accepted',
    ]);
  });

  it('keeps the outcomes of a batch under its id, for its own brand only', async () => {
    const requestId = newRequestId();
    await house.registry.record(
      house.scope(1),
      [statement(newTelephone(), ONAY, 5), statement(newTelephone(), RET, 5)],
      {
        door: DOORS.officialBatch,
        request: { requestId, version: 1 },
      },
    );
    const items = await house.registry.request(house.scope(1), requestId);
    expect(items?.map(({ code, movement }) => code ?? movement?.state)).toEqual([
      stateOf(SOURCE_NUMBERS.HS_WEB, ONAY),
      'H175',
    ]);
    expect(await house.registry.request(house.scope(2), requestId)).toBeNull();
    const ids = Array.from({ length: 1000 }, (_, i) => subRequestId(requestId, i));
    expect(new Set([...ids, requestId]).size).toBe(1001);
  });

  it('takes many small calls at once, each with its own answer, numbered without a hole', async () => {
    const calls = Array.from({ length: 400 }, (_, i) => {
      const scope = house.scope((i % 3) + 1);
      return house.registry.record(scope, [statement(newTelephone(), ONAY, 5)], { door: DOORS.officialSingle });
    });
    const outcomes = (await Promise.all(calls)).map(([outcome]) => outcome as Outcome & { kind: 'accepted' });
    expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
    for (const { seq, transactionId } of outcomes) expect(seqOfTransactionId(transactionId)).toBe(seq);
    const gaps = await house.owner.query(
      `select brand_id, max(seq) = count(*) as whole from movement group by brand_id order by brand_id`,
    );
    expect(gaps.rows.map(({ whole }) => whole)).toEqual([true, true, true]);
  });

  it('lets the application neither change nor delete a movement', async () => {
    await expect(house.database.run('update movement set state = 0')).rejects.toThrow(/permission denied/);
    await expect(house.database.run('delete from movement')).rejects.toThrow(/permission denied/);
  });
});

describe('a refusal without a date', () => {
  const merchant = { kind: MERCHANT_CALL } as const;
  const undated = (address: string) => statement(address, RET, 0, { ...merchant, consentedAt: null });
  const granted = async (address: string) =>
    (await house.registry.granted(house.scope(1), MERCHANT_CALL, [address]))[0];

  it('counts from its receipt: a consent dated before it does not end it', async () => {
    const address = newTelephone();
    await record(statement(address, ONAY, 500, merchant));
    expect(await record(undated(address))).toEqual([{ kind: 'refused', code: 'H462' }]);
    await record(statement(address, ONAY, 400, merchant));
    expect(await granted(address)).toBe(false);
  });

  it('is ended by a consent given after its receipt', async () => {
    const address = newTelephone();
    await record(statement(address, ONAY, 500, merchant));
    await record(undated(address));
    house.clock.move(100);
    await record(statement(address, ONAY, 10, merchant));
    expect(await granted(address)).toBe(true);
  });

  it('gives way to a dated one that is later: only a consent after both ends them', async () => {
    const address = newTelephone();
    expect(await record(undated(address))).toEqual([{ kind: 'refused', code: 'H175' }]);
    house.clock.move(100);
    await record(statement(address, RET, 50, merchant));
    await record(statement(address, ONAY, 70, merchant));
    expect(await granted(address)).toBe(false);
    await record(statement(address, ONAY, 30, merchant));
    expect(await granted(address)).toBe(true);
  });

  it('stays the later of the two when a dated one from before it comes in', async () => {
    const address = newTelephone();
    await record(undated(address));
    await record(statement(address, RET, 60, merchant));
    await record(statement(address, ONAY, 50, merchant));
    expect(await granted(address)).toBe(false);
  });

  it('counts from its receipt where it is recorded: no consent given before passes it', async () => {
    const welcoming = house.scope(1, { strictness: 'welcoming' });
    const address = newTelephone();
    const say = async (one: Statement) =>
      (await house.registry.record(welcoming, [one], { door: DOORS.officialSingle }))[0];
    await say(statement(address, ONAY, 50, merchant));
    expect(await say(undated(address))).toMatchObject({ kind: 'accepted' });
    for (const ago of [200, 20])
      expect(await say(statement(address, ONAY, ago, merchant))).toEqual({ kind: 'refused', code: 'H178' });
    expect(await granted(address)).toBe(false);
  });
});

describe('the list of retailers who may see a consent', () => {
  const page = { offset: 0, limit: 100 };

  it.each(['+905320000000', 'bayi@ornek.example'])('is that of one brand and one address: %s', async (address) => {
    const { retailers } = house.registry;
    const [own, other] = [house.scope(1), house.scope(2)];
    const kind = address.includes('@') ? MAIL : MESSAGE;
    await record(statement(address, ONAY, 10));
    expect(await retailers.add(own, kind, address, [10_000_002, 10_000_001])).toBe(true);
    expect(await retailers.add(other, kind, address, [10_000_003])).toBe(false);
    const listed = { total: 2, retailers: [10_000_001, 10_000_002] };
    expect(await retailers.list(own, kind, address, page)).toEqual(listed);
    expect(await retailers.list(other, kind, address, page)).toEqual({ total: 0, retailers: [] });
    await retailers.removeAll(other, kind, [address]);
    await retailers.replace(own, kind, [kind === MAIL ? 'yok@ornek.example' : newTelephone()], [10_000_004]);
    expect(await retailers.list(own, kind, address, page)).toEqual(listed);
    await retailers.replace(own, kind, [address, address], [10_000_004, 10_000_005]);
    await retailers.remove(own, kind, [address], [10_000_005]);
    expect(await retailers.list(own, kind, address, page)).toEqual({ total: 1, retailers: [10_000_004] });
    expect(await retailers.uses(other, [10_000_004])).toEqual(new Map());
    expect((await retailers.uses(own, [10_000_004])).get(10_000_004)).toBeGreaterThan(0);
    await retailers.removeAll(own, kind, [address]);
    expect(await retailers.list(own, kind, address, page)).toEqual({ total: 0, retailers: [] });
  });

  // Checked by the compiler: with a bare number a caller could be served without being asked who he is.
  it('asks for the proof that the caller may act for the brand', () => {
    type First = Parameters<RetailerAccess[keyof RetailerAccess]>[0];
    expectTypeOf<First>().toEqualTypeOf<BrandScope>();
  });
});
