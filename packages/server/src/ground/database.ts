// The way to PostgreSQL: one pool, a deadline for every call, and errors sorted by what a caller can do about them.
//
// A connection on which anything but an ordinary SQL error happened (deadline, lost socket, protocol fault) is thrown
// away, never reused. The pool opens new ones by itself, so a restarted PostgreSQL is survived without a restart here.
// Arrays travel as one literal string (`'{…}'`): half the price of JavaScript arrays.

import pg from 'pg';
import { DatabaseUnavailable, sqlState } from './database-errors.ts';

export { DatabaseUnavailable, isDataError, sqlState } from './database-errors.ts';

/** The role that the application works under: it can neither change nor delete a movement. */
export const APP_ROLE = 'acik_iys_app';
/** No ordinary statement may run longer: more than a hundred times what the slowest of them takes at full size. */
export const STATEMENT_DEADLINE_MS = 15_000;
/** The server's own deadline comes first; the client's is for a server that no longer answers. */
const CLIENT_DEADLINE_MS = STATEMENT_DEADLINE_MS + 2_000;
const CONNECT_DEADLINE_MS = 5_000;

pg.types.setTypeParser(pg.types.builtins.INT8, Number);

export interface Query {
  /** Prepared under this name on each connection. */
  readonly name?: string;
  readonly text: string;
}

export type Row = readonly unknown[];

export interface Connection {
  /** Rows as arrays, in the order of the select list. */
  rows<R extends Row = Row>(query: Query | string, values?: readonly unknown[]): Promise<R[]>;
  /** Rows that the statement touched. */
  run(query: Query | string, values?: readonly unknown[]): Promise<number>;
}

export interface Database extends Connection {
  /** Runs `work` on one connection in a transaction: COMMIT when it resolves, ROLLBACK when it throws. */
  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** Runs `work` on one connection without a transaction; for callers that speak BEGIN and COMMIT themselves. */
  withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** Connections open, idle and callers waiting. */
  pool(): { total: number; idle: number; waiting: number };
  close(): Promise<void>;
}

/**
 * Whether the statement itself was answered: then the error is the caller's. Everything else (no answer, a deadline, a
 * deadlock, a lock not had, no memory) may be another answer next time, and the connection is closed.
 */
function isAnswer(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && !/^(08|25P03|40|53|55|57|58|F0|XX)/.test(state);
}

class PgConnection implements Connection {
  readonly #client: pg.ClientBase;
  broken = false;

  constructor(client: pg.ClientBase) {
    this.#client = client;
  }

  async #ask(query: Query | string, values: readonly unknown[] | undefined): Promise<pg.QueryArrayResult> {
    const config = typeof query === 'string' ? { text: query } : query;
    try {
      return await this.#client.query({ ...config, values: values as unknown[], rowMode: 'array' });
    } catch (error) {
      if (isAnswer(error)) throw error;
      this.broken = true;
      throw new DatabaseUnavailable(error);
    }
  }

  async rows<R extends Row>(query: Query | string, values?: readonly unknown[]): Promise<R[]> {
    return (await this.#ask(query, values)).rows as unknown as R[];
  }

  async run(query: Query | string, values?: readonly unknown[]): Promise<number> {
    return (await this.#ask(query, values)).rowCount ?? 0;
  }
}

export interface DatabaseOptions {
  readonly url: string;
  /** Set where the role exists; undefined works as the connecting user. */
  readonly role: string | undefined;
  readonly connectionsMax: number;
  readonly applicationName?: string;
}

export function openDatabase(options: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connectionsMax,
    connectionTimeoutMillis: CONNECT_DEADLINE_MS,
    query_timeout: CLIENT_DEADLINE_MS,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    application_name: options.applicationName ?? 'acik-iys',
    options: [
      `-c statement_timeout=${STATEMENT_DEADLINE_MS}`,
      `-c idle_in_transaction_session_timeout=${STATEMENT_DEADLINE_MS}`,
      // Compiling a plan pays for no statement of ours: all are short.
      '-c jit=off',
      ...(options.role ? [`-c role=${options.role}`] : []),
    ].join(' '),
  });
  // An idle connection that the server closes is replaced at the next call; nobody waits on it.
  pool.on('error', () => undefined);

  async function withConnection<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    let client: pg.PoolClient;
    try {
      client = await pool.connect();
    } catch (error) {
      throw new DatabaseUnavailable(error);
    }
    // A connection lost between two calls announces itself by an event; without a listener it would end the process.
    const onError = (): void => {
      connection.broken = true;
    };
    const connection = new PgConnection(client);
    client.on('error', onError);
    try {
      return await work(connection);
    } finally {
      client.off('error', onError);
      client.release(connection.broken);
    }
  }

  return {
    withConnection,
    rows: (query, values) => withConnection((connection) => connection.rows(query, values)),
    run: (query, values) => withConnection((connection) => connection.run(query, values)),
    transaction: (work) =>
      withConnection(async (connection) => {
        await connection.run('begin');
        try {
          const result = await work(connection);
          await connection.run('commit');
          return result;
        } catch (error) {
          if (!(error instanceof DatabaseUnavailable)) await connection.run('rollback');
          throw error;
        }
      }),
    pool: () => ({ total: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount }),
    close: () => pool.end(),
  };
}

/** Whether the application's role exists and this user may work under it. */
export async function roleExists(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_DEADLINE_MS });
  await client.connect();
  try {
    const { rows } = await client.query(
      `select pg_has_role(current_user, oid, 'member') as may from pg_roles where rolname = $1`,
      [APP_ROLE],
    );
    return rows[0]?.may === true;
  } finally {
    await client.end();
  }
}
