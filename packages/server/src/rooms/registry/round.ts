// One round: a transaction that records the statements of its tasks (architecture, section 4).
//
// Lock the journals in brand order, read all present states with one query, judge in memory, write (`draft.ts`);
// commit; only then answer.
//
// COMMIT that ends in an error is a COMMIT in doubt: the journals are locked again on a new connection (which waits
// for the old transaction to end, however it ends) and the first movement is looked for by its nonce.

import type { Clock } from '../../ground/clock.ts';
import { type Database, DatabaseUnavailable } from '../../ground/database.ts';
import { type Outcome, type RecordTask, Round } from './draft.ts';
import { numbers } from './literals.ts';
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
  const draft = await database.withConnection(async (connection) => {
    await connection.run('begin');
    let round: Round;
    try {
      round = new Round(connection, clock, tasks);
      await round.prepare(wait);
      await round.write();
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) await connection.run('rollback');
      throw error;
    }
    try {
      await connection.run('commit');
      return { round, doubt: null };
    } catch (error) {
      return { round, doubt: error };
    }
  });
  if (draft.doubt !== null && !(await wasCommitted(database, draft.round))) throw draft.doubt;
  return draft.round.results();
}

/** Tries the task's statements in a transaction that is rolled back: does the database take them? */
export async function tryRound(database: Database, clock: Clock, task: RecordTask): Promise<void> {
  await database.withConnection(async (connection) => {
    await connection.run('begin');
    try {
      const round = new Round(connection, clock, [task]);
      await round.prepare(true);
      await round.write();
    } finally {
      await connection.run('rollback').catch(() => undefined);
    }
  });
}

async function wasCommitted(database: Database, round: Round): Promise<boolean> {
  const probe = round.probe();
  if (probe === null) return false;
  for (const end = Date.now() + DOUBT_DEADLINE_MS; ; ) {
    try {
      return await database.transaction(async (connection) => {
        await connection.rows(sql.LOCK_WAITING, [numbers(round.brands)]);
        return (await connection.rows(probe.text, probe.values)).length > 0;
      });
    } catch (error) {
      if (Date.now() > end) throw new Undecided(error);
      await new Promise((resolve) => setTimeout(resolve, DOUBT_PAUSE_MS));
    }
  }
}
