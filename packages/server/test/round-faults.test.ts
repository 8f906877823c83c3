// A real PostgreSQL that fails at each step of a round: connections that end before a statement or before its answer,
// deadlocks, bad data, a COMMIT that never arrives, one that is refused, one whose answer is lost. After each the
// answer must be honest: accepted means there once, an error means that nothing is there, and the next call works.

import { ONAY, RET, type Statement } from '@acik-iys/law';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Connection, type Database, DatabaseUnavailable, type Query, sqlState } from '../src/ground/database.ts';
import { AddressKeys } from '../src/ground/keys.ts';
import { DOORS, newRequestId, type Outcome, openRegistry, type Registry } from '../src/rooms/registry/index.ts';
import { MAIL, MESSAGE, statementOf, TEST_SECRET, telephones, testRegistry } from './support/registry.ts';

const BRAND = 1;
const keys = new AddressKeys(TEST_SECRET);

/** How a statement fails. */
type Fault =
  /** The connection ends before the statement reaches the server. */
  | 'connection lost before'
  /** The server does it, then the connection ends: the answer is lost. */
  | 'answer lost'
  /** The server answers with this SQLSTATE. */
  | '22012'
  | '40P01';

interface Plan {
  readonly fault: Fault;
  /** The statement of a connection's work that fails, from 1. */
  readonly at: number;
  /** How often. */
  times: number;
}

let house: Awaited<ReturnType<typeof testRegistry>>;
let registry: Registry;
let plan: Plan | null = null;
/** Statements of the last piece of work on one connection. */
let statements: string[] = [];
let works = 0;
let onFault: () => void = () => undefined;
/** Done when the connection is gone, before anybody hears of it. */
let whileInDoubt: () => Promise<unknown> = async () => undefined;
/** Stands for the whole database while set: nobody can be asked. */
let unreachable: (() => void) | null = null;

/** Ends the connection's backend and lets the driver notice. */
async function cut(connection: Connection, pid: number): Promise<void> {
  await house.owner.query('select pg_terminate_backend($1, 10000)', [pid]);
  await connection.run('select 1').catch(() => undefined);
}

/** Makes the statement fail so; never returns. */
async function fail(
  connection: Connection,
  query: Query | string,
  fault: Fault,
  go: () => Promise<unknown>,
): Promise<never> {
  const text = typeof query === 'string' ? query : query.text;
  if (fault === '22012' || fault === '40P01') {
    // At COMMIT a deferred trigger raises it: the error and its rollback are PostgreSQL's own.
    if (text === 'commit') await connection.run('insert into fault_at_commit (code) values ($1)', [fault]);
    else await connection.run(`do $$ begin raise exception using errcode = '${fault}'; end $$`);
    await go();
    throw new Error('the fault did not happen');
  }
  const pid = (await connection.rows<[number]>('select pg_backend_pid()'))[0]?.[0] as number;
  if (fault === 'answer lost') await go();
  await cut(connection, pid);
  await whileInDoubt();
  if (fault === 'answer lost') throw new DatabaseUnavailable(new Error('the answer was lost'));
  await go();
  throw new Error('the fault did not happen');
}

function watched(connection: Connection): Connection {
  works += 1;
  const seen: string[] = [];
  statements = seen;
  const mine = plan !== null && plan.times > 0 ? plan : null;
  async function through<T>(query: Query | string, go: () => Promise<T>): Promise<T> {
    // A ROLLBACK ends the transaction or the connection with it: it has no error of its own.
    if (query === 'rollback') return await go();
    seen.push(typeof query === 'string' ? query : (query.name ?? query.text));
    if (mine === null || seen.length !== mine.at) return await go();
    mine.times -= 1;
    onFault();
    return await fail(connection, query, mine.fault, go);
  }
  return {
    rows: (query, values) => through(query, () => connection.rows(query, values)),
    run: (query, values) => through(query, () => connection.run(query, values)),
  };
}

/** The real database; only what a round does on its own connection is watched, and fails as planned. */
function watchedDatabase(database: Database): Database {
  const reachable = async <T>(go: () => Promise<T>): Promise<T> => {
    if (!unreachable) return await go();
    unreachable();
    throw new DatabaseUnavailable(new Error('nobody answers'));
  };
  return {
    ...database,
    withConnection: (work) => reachable(() => database.withConnection((connection) => work(watched(connection)))),
    transaction: (work) => reachable(() => database.transaction(work)),
  };
}

beforeAll(async () => {
  house = await testRegistry();
  await house.owner.query(`
    create table fault_at_commit (code text);
    grant insert on fault_at_commit to acik_iys_app;
    create function raise_at_commit() returns trigger language plpgsql as
      $$ begin raise exception using errcode = new.code; end $$;
    create constraint trigger raise_at_commit after insert on fault_at_commit
      deferrable initially deferred for each row execute function raise_at_commit();
    create function refuse_retailer() returns trigger language plpgsql as
      $$ begin raise exception 'bad retailer' using errcode = '22023'; end $$;
    create trigger refuse_retailer before insert on movement
      for each row when (new.retailer = 66666666) execute function refuse_retailer();`);
  registry = openRegistry({
    database: watchedDatabase(house.database),
    clock: house.clock,
    keys,
  });
});
afterAll(async () => {
  await registry.drained();
  await house.close();
});
beforeEach(() => {
  plan = null;
  works = 0;
});

const newTelephone = telephones();
function statement(address: string, status: 0 | 1, ago: number, more: Partial<Statement> = {}): Statement {
  return statementOf(address, status, base - ago, more);
}
/** The moment that dates are counted from: fixed, so that the same statement can be sent again. */
let base = 0;
beforeAll(() => {
  base = house.clock.now();
});

async function record(list: readonly Statement[], brandId = BRAND): Promise<Outcome[]> {
  return await registry.record(house.scope(brandId), list, { door: DOORS.officialSingle });
}

/** A call that makes a round do everything that a round can do. */
async function everything() {
  const [withheld, same, unknown, fresh] = [newTelephone(), newTelephone(), newTelephone(), newTelephone()];
  const mail = `a${newTelephone().slice(1)}@ornek.com.tr`;
  await record([statement(withheld, ONAY, 100), statement(withheld, RET, 100), statement(same, ONAY, 100)]);
  const list = [
    statement(withheld, ONAY, 50, { retailer: 11111111 }),
    statement(same, ONAY, 100),
    statement(unknown, RET, 10),
    statement(fresh, ONAY, 10),
    statement(mail, ONAY, 10),
  ];
  const requestId = newRequestId();
  works = 0;
  return {
    requestId,
    addresses: { withheld, same, unknown, fresh, mail },
    send: (id = requestId) =>
      registry.record(house.scope(BRAND), list, {
        door: DOORS.officialBatchV2,
        idempotent: true,
        request: { requestId: id, version: 2 },
        retailerAccess: [undefined, undefined, undefined, [22222222, 33333333], undefined],
        citizenNames: [null, null, null, 'Ayşe Yılmaz', null],
      }),
  };
}
type Everything = Awaited<ReturnType<typeof everything>>;

async function count(sql: string, values: readonly unknown[]): Promise<number> {
  const { rows } = await house.owner.query({
    text: `select count(*)::int from ${sql}`,
    values: [...values],
    rowMode: 'array',
  });
  return (rows as unknown as number[][])[0]?.[0] as number;
}
function key(address: string): string {
  const [made] = address.includes('@') ? keys.emailKeys([address]) : keys.telephoneKeys([address]);
  return made as string;
}
async function movementsOf(address: string, brandId = BRAND): Promise<number> {
  return await count('movement where brand_id = $1 and address = $2::uuid', [brandId, key(address)]);
}
async function withheldOf(address: string): Promise<number> {
  return await count('withheld_refusal where brand_id = $1 and address = $2::uuid', [BRAND, key(address)]);
}

/** What holds between two calls, whatever happened before. */
async function isWhole(): Promise<void> {
  const { rows } = await house.owner.query(`
    select j.brand_id, j.last_seq::int as last,
           (select count(*)::int from movement m where m.brand_id = j.brand_id) as movements,
           (select coalesce(max(m.seq), 0)::int from movement m where m.brand_id = j.brand_id) as highest,
           (select coalesce(sum(d.movements), 0)::int from brand_day d where d.brand_id = j.brand_id) as counted,
           (select count(*)::int from consent c left join movement m
                on m.brand_id = c.brand_id and m.seq = c.last_seq and m.address = c.address and m.kind = c.kind
                   and m.state = c.state and m.consented_at is not distinct from c.consented_at
              where c.brand_id = j.brand_id and m.seq is null) as astray
      from brand_journal j`);
  for (const { last, movements, highest, counted, astray } of rows)
    expect({ movements, highest, counted, astray }).toEqual({
      movements: last,
      highest: last,
      counted: last,
      astray: 0,
    });
}

const ACCEPTED = ['accepted', 'unchanged', 'H175', 'accepted', 'accepted'];
function told(outcomes: readonly Outcome[]): string[] {
  return outcomes.map((outcome) => (outcome.kind === 'refused' ? outcome.code : outcome.kind));
}

async function isThereOnce({ addresses, requestId }: Everything, outcomes: readonly Outcome[]): Promise<void> {
  expect(told(outcomes)).toEqual(ACCEPTED);
  expect(await movementsOf(addresses.withheld)).toBe(2);
  expect(await movementsOf(addresses.same)).toBe(1);
  expect(await movementsOf(addresses.unknown)).toBe(0);
  expect(await movementsOf(addresses.fresh)).toBe(1);
  expect(await movementsOf(addresses.mail)).toBe(1);
  expect(await withheldOf(addresses.withheld)).toBe(0);
  expect(await withheldOf(addresses.unknown)).toBe(1);
  expect(await count('request where request_id = $1', [requestId])).toBe(1);
  expect(await count('retailer_access where address = $1::uuid', [key(addresses.fresh)])).toBe(2);
  const fresh = outcomes[3] as Outcome & { kind: 'accepted' };
  expect(await count('citizen_name where brand_id = $1 and seq = $2', [BRAND, fresh.seq])).toBe(1);
  for (const [at, address] of [addresses.withheld, addresses.same, null, addresses.fresh, addresses.mail].entries()) {
    if (address === null) continue;
    const kind = address.includes('@') ? MAIL : MESSAGE;
    const status = await house.registry.status(house.scope(BRAND), kind, address);
    expect(outcomes[at]).toMatchObject({
      transactionId: status?.movement?.transactionId,
      receivedAt: status?.movement?.receivedAt,
    });
  }
}

async function isNotThere({ addresses, requestId }: Everything): Promise<void> {
  expect(await movementsOf(addresses.withheld)).toBe(1);
  expect(await movementsOf(addresses.fresh)).toBe(0);
  expect(await movementsOf(addresses.mail)).toBe(0);
  expect(await withheldOf(addresses.withheld)).toBe(1);
  expect(await withheldOf(addresses.unknown)).toBe(0);
  expect(await count('request where request_id = $1', [requestId])).toBe(0);
  expect(await count('retailer_access where address = $1::uuid', [key(addresses.fresh)])).toBe(0);
}

/** The steps of that call's round, in their order; the first test holds the list against the real one. */
const STEPS = [
  'begin',
  'round-lock',
  'round-read',
  'movements-by-seq',
  'round-consents',
  'round-movements',
  'round-days',
  'round-end-withheld',
  'round-access-clear',
  'round-access-grant',
  'round-names',
  'round-withhold',
  'round-requests',
  'round-journals',
  'commit',
];

describe('a database that fails at each step', () => {
  it('the steps are these', async () => {
    const call = await everything();
    await isThereOnce(call, await call.send());
    expect(statements).toEqual(STEPS);
    expect(works).toBe(1);
  });

  const faults: readonly Fault[] = ['connection lost before', 'answer lost', '22012', '40P01'];
  const steps = STEPS.map((step, index) => [step, index + 1] as const);

  describe.each(faults)('%s', (fault) => {
    it.each(steps)('once, at %s: accepted all the same, and there once', async (step, at) => {
      const call = await everything();
      plan = { fault, at, times: 1 };
      const outcomes = await call.send();
      expect(plan.times).toBe(0);
      plan = null;
      await isThereOnce(call, outcomes);
      // A COMMIT that did arrive is looked up, not repeated.
      if (step === 'commit' && fault === 'answer lost') expect(works).toBe(1);
      else expect(works).toBeGreaterThan(1);
      expect(told(await call.send(newRequestId()))).toEqual(
        ACCEPTED.map((kind) => (kind === 'accepted' ? 'unchanged' : kind)),
      );
      await isWhole();
    });

    // A COMMIT whose answer is lost stands: it is looked up, and there is no second that could fail.
    const lasting = steps.filter(([step]) => step !== 'commit' || fault !== 'answer lost');
    it.each(lasting)('for ever, at %s: an error, and nothing is there', async (_, at) => {
      const call = await everything();
      plan = { fault, at, times: Number.POSITIVE_INFINITY };
      const error = await call.send().then(
        (outcomes) => told(outcomes),
        (reason: unknown) => reason,
      );
      if (fault === '22012' || fault === '40P01') expect(sqlState(error)).toBe(fault);
      else {
        expect(error).toBeInstanceOf(DatabaseUnavailable);
        // Once more and no oftener: one failure never becomes thousands.
        expect(works).toBe(2);
      }
      if (fault === '40P01') expect(works).toBe(2);
      plan = null;
      await isNotThere(call);
      await isWhole();
      await isThereOnce(call, await call.send());
    });
  });

  it('a round over several brands fails and is repeated as one', async () => {
    const calls = (address: string) => [1, 2, 3].map((brandId) => record([statement(address, ONAY, 10)], brandId));
    const first = newTelephone();
    await Promise.all(calls(first));
    for (const fault of ['connection lost before', 'answer lost', '40P01'] as const) {
      const address = newTelephone();
      plan = { fault, at: 7, times: 1 };
      const outcomes = await Promise.all(calls(address));
      expect(outcomes.map(told)).toEqual([['accepted'], ['accepted'], ['accepted']]);
      for (const brandId of [1, 2, 3]) expect(await movementsOf(address, brandId)).toBe(1);
    }
    await isWhole();
  });
});

describe('a COMMIT in doubt', () => {
  /** BEGIN, lock, read, then what the call writes: the COMMIT of a call that was not made before. */
  async function commitStep(send: () => Promise<unknown>): Promise<number> {
    await send();
    return statements.indexOf('commit') + 1;
  }

  it('of a batch without a movement is looked up by its request', async () => {
    const send = async () => {
      const requestId = newRequestId();
      const list = [statement(newTelephone(), RET, 5), statement(newTelephone(), RET, 5)];
      works = 0;
      const outcomes = await registry.record(house.scope(BRAND), list, {
        door: DOORS.officialBatch,
        request: { requestId, version: 1 },
      });
      return { requestId, outcomes };
    };
    const at = await commitStep(send);
    plan = { fault: 'answer lost', at, times: 1 };
    const { requestId, outcomes } = await send();
    expect(told(outcomes)).toEqual(['H175', 'H175']);
    expect(works).toBe(1);
    expect(await count('request where request_id = $1', [requestId])).toBe(1);
  });

  it('of withheld refusals alone may be done twice, and is there once', async () => {
    const send = async () => {
      const address = newTelephone();
      return { address, outcomes: await record([statement(address, RET, 5)]) };
    };
    const at = await commitStep(send);
    for (const fault of ['connection lost before', 'answer lost'] as const) {
      plan = { fault, at, times: 1 };
      const { address, outcomes } = await send();
      expect(told(outcomes)).toEqual(['H175']);
      expect(await withheldOf(address)).toBe(1);
    }
  });

  it('tells its own movement from one that another process recorded under the number meanwhile', async () => {
    await record([statement(newTelephone(), ONAY, 5)]);
    const at = statements.indexOf('commit') + 1;
    for (const [fault, runs] of [
      ['connection lost before', 2],
      ['answer lost', 1],
    ] as const) {
      const [mine, others] = [newTelephone(), newTelephone()];
      plan = { fault, at, times: 1 };
      works = 0;
      let theirs: Outcome[] = [];
      whileInDoubt = async () => {
        const scope = house.scope(BRAND);
        theirs = await house.registry.record(scope, [statement(others, ONAY, 5)], { door: DOORS.citizen });
      };
      const outcomes = await record([statement(mine, ONAY, 5)]);
      whileInDoubt = async () => undefined;
      expect([told(outcomes), told(theirs)]).toEqual([['accepted'], ['accepted']]);
      expect(works).toBe(runs);
      const [own, other] = [outcomes[0], theirs[0]] as (Outcome & { kind: 'accepted' })[];
      expect((own?.seq as number) - (other?.seq as number)).toBe(fault === 'answer lost' ? -1 : 1);
      expect(await movementsOf(mine)).toBe(1);
      expect(await movementsOf(others)).toBe(1);
    }
    await isWhole();
  });

  describe('that cannot be cleared up', () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['Date'] });
    });
    afterEach(() => {
      unreachable = null;
      onFault = () => undefined;
      vi.useRealTimers();
    });

    it('is told as an error, and not tried again: it may be there', async () => {
      const address = newTelephone();
      await record([statement(newTelephone(), ONAY, 50)]);
      const at = statements.indexOf('commit') + 1;
      plan = { fault: 'answer lost', at, times: 1 };
      works = 0;
      // From the lost answer on nobody can be asked for a minute of the clock; then the database is back.
      let asked = 0;
      onFault = () => {
        unreachable = () => {
          asked += 1;
          vi.setSystemTime(Date.now() + 60_000);
          unreachable = null;
        };
      };
      const answer = await record([statement(address, ONAY, 5)]).then(told, (reason: unknown) => reason);
      plan = null;
      expect(asked).toBe(1);
      expect(answer).toBeInstanceOf(DatabaseUnavailable);
      expect(works).toBe(1);
      expect(await movementsOf(address)).toBe(1);
    });
  });
});

describe('bad data', () => {
  const BAD = { retailer: 66666666 };

  it('in a batch: halving finds exactly the bad statements, and the others are recorded', async () => {
    const bad = new Set([0, 41, 99]);
    const list = Array.from({ length: 100 }, (_, i) =>
      statement(newTelephone(), ONAY, 5, bad.has(i) ? BAD : { retailer: 11111111 }),
    );
    const requestId = newRequestId();
    const outcomes = await registry.record(house.scope(BRAND), list, {
      door: DOORS.officialBatch,
      request: { requestId, version: 1 },
    });
    expect(told(outcomes)).toEqual(list.map((_, i) => (bad.has(i) ? 'H470' : 'accepted')));
    for (const [i, { address }] of list.entries()) expect(await movementsOf(address)).toBe(bad.has(i) ? 0 : 1);
    const items = await registry.request(house.scope(BRAND), requestId);
    expect(items?.map(({ code }) => code ?? 'accepted')).toEqual(told(outcomes));
    await isWhole();
  });

  it('alone: an answer, not an error', async () => {
    expect(told(await record([statement(newTelephone(), ONAY, 5, BAD)]))).toEqual(['H470']);
    await isWhole();
  });

  it('of one caller harms only him', async () => {
    const rounds: number[] = [];
    const listen = (_: number, tasks: number): number => rounds.push(tasks);
    registry.events.on('round', listen);
    const calls = Array.from({ length: 30 }, (_, i) => {
      const address = newTelephone();
      const brandId = (i % 3) + 1;
      return { i, address, brandId, answer: record([statement(address, ONAY, 5, i === 17 ? BAD : {})], brandId) };
    });
    const outcomes = await Promise.all(calls.map(({ answer }) => answer));
    registry.events.off('round', listen);
    // The bad one rode with others: three brands, a round each, nine or ten calls in it.
    expect(Math.max(...rounds)).toBeGreaterThan(5);
    expect(outcomes.map(told)).toEqual(calls.map(({ i }) => [i === 17 ? 'H470' : 'accepted']));
    for (const { i, address, brandId } of calls) expect(await movementsOf(address, brandId)).toBe(i === 17 ? 0 : 1);
    await isWhole();
  });

  it('in a caller’s batch: what he has right is recorded and told to the deliveries', async () => {
    const heard: number[] = [];
    const listen = (brandId: number): number => heard.push(brandId);
    registry.events.on('movements', listen);
    const outcomes = await record([statement(newTelephone(), ONAY, 5), statement(newTelephone(), ONAY, 5, BAD)], 2);
    registry.events.off('movements', listen);
    expect(told(outcomes)).toEqual(['accepted', 'H470']);
    expect(heard).toEqual([2]);
  });

  it('a request id used twice is the second caller’s error alone', async () => {
    const requestId = newRequestId();
    const send = (address: string) =>
      registry.record(house.scope(BRAND), [statement(address, ONAY, 5)], {
        door: DOORS.officialBatch,
        request: { requestId, version: 1 },
      });
    await send(newTelephone());
    const [again, other] = [newTelephone(), newTelephone()];
    const answers = await Promise.allSettled([record([statement(other, ONAY, 5)]), send(again)]);
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(await movementsOf(other)).toBe(1);
    expect(await movementsOf(again)).toBe(0);
    await isWhole();
  });
});
