// One round: a transaction that records the statements of its tasks (docs/adr/0006-rounds.md).
//
// Lock the journals in brand order, read all present states with one query, judge in memory, write (`round-draft.ts`);
// commit; only then answer.
//
// COMMIT that ends in an error is a COMMIT in doubt: the journals are locked again on a new connection (which waits
// for the old transaction to end, however it ends) and the first movement is looked for by its nonce.

import type { Clock } from '../../ground/clock.ts';
import { type Database, DatabaseUnavailable, isDataError } from '../../ground/database.ts';
import { numbers } from './literals.ts';
import { type Outcome, type RecordTask, RoundDraft } from './round-draft.ts';
import * as sql from './round-sql.ts';

/** How long a COMMIT in doubt is looked into before the caller is told 503. */
const DOUBT_DEADLINE_MS = 20_000;
const DOUBT_PAUSE_MS = 250;

/** A COMMIT in doubt that could not be looked up: it may be there, so it must not be done again. */
export class Undecided extends DatabaseUnavailable {}

/**
 * Records the tasks in one transaction.
 * @param wait wait for journals that somebody else holds, instead of leaving their tasks out
 * @returns outcomes by task after the commit; tasks that were left out have none
 */
export async function runRound(
  database: Database,
  clock: Clock,
  tasks: readonly RecordTask[],
  wait: boolean,
): Promise<Map<RecordTask, Outcome[]>> {
  const done = await database.withConnection(async (connection) => {
    const draft = new RoundDraft(connection, clock, tasks);
    await connection.run('begin');
    try {
      await draft.prepare(wait);
      await draft.write();
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) await connection.run('rollback');
      throw error;
    }
    try {
      await connection.run('commit');
      return { draft, doubt: null };
    } catch (error) {
      return { draft, doubt: error };
    }
  });
  if (done.doubt !== null && !(await wasCommitted(database, done.draft))) throw done.doubt;
  return done.draft.results();
}

/**
 * Records one task whose round failed for its data: the statements that the database will not take are refused
 * (BARRED_CODE), the others recorded.
 */
export async function runIsolated(database: Database, clock: Clock, task: RecordTask): Promise<Outcome[]> {
  const alone = { ...task, barred: await findBarred(database, clock, task) };
  return (await runRound(database, clock, [alone], true)).get(alone) as Outcome[];
}

/** Halves a task's statements until the ones that the database will not take stand alone. */
async function findBarred(database: Database, clock: Clock, task: RecordTask): Promise<Set<number>> {
  const barred = new Set<number>();
  const all = [...task.statements.keys()];
  async function search(some: readonly number[]): Promise<void> {
    const others = new Set(all.filter((index) => !some.includes(index)));
    try {
      await tryRound(database, clock, { ...task, request: null, barred: others });
    } catch (error) {
      if (!isDataError(error)) throw error;
      if (some.length === 1) barred.add(some[0] as number);
      else {
        const middle = some.length >> 1;
        await search(some.slice(0, middle));
        await search(some.slice(middle));
      }
    }
  }
  await search(all);
  return barred;
}

/** Tries the task's statements in a transaction that is rolled back: does the database take them? */
async function tryRound(database: Database, clock: Clock, task: RecordTask): Promise<void> {
  await database.withConnection(async (connection) => {
    await connection.run('begin');
    try {
      const draft = new RoundDraft(connection, clock, [task]);
      await draft.prepare(true);
      await draft.write();
    } finally {
      await connection.run('rollback').catch(() => undefined);
    }
  });
}

async function wasCommitted(database: Database, draft: RoundDraft): Promise<boolean> {
  const probe = draft.probe();
  if (probe === null) return false;
  for (const end = Date.now() + DOUBT_DEADLINE_MS; ; ) {
    try {
      return await database.transaction(async (connection) => {
        await connection.rows(sql.LOCK_WAITING, [numbers(draft.brands)]);
        return (await connection.rows(probe.text, probe.values)).length > 0;
      });
    } catch (error) {
      if (Date.now() > end) throw new Undecided(error);
      await new Promise((resolve) => setTimeout(resolve, DOUBT_PAUSE_MS));
    }
  }
}
