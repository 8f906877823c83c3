// What went wrong with the database, sorted by what a caller can do about it.

import pg from 'pg';

/**
 * The database could not be asked or did not answer in time. Answered with 503. All but always nothing was written; a
 * COMMIT whose answer was lost, and that could not be looked up either, may stand.
 */
export class DatabaseUnavailable extends Error {
  constructor(cause: unknown) {
    super('the database is unavailable', { cause });
  }
}

/** SQLSTATE of a database error, or undefined where the failure was none of SQL. */
export function sqlState(error: unknown): string | undefined {
  if (error instanceof DatabaseUnavailable) return sqlState(error.cause);
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/** Data that the database will never take (classes 22 and 23): repeating is useless. */
export function isDataError(error: unknown): boolean {
  const state = sqlState(error);
  return state !== undefined && (state.startsWith('22') || state.startsWith('23'));
}
