// Migrations: plain numbered SQL, forward only, each in a transaction of its own. Two starts at once take turns by an
// advisory lock; a database that knows a migration which this program does not have is newer than the program and is
// left alone. A migration that was applied never changes: its hash is kept and compared.

import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';
import { StartError } from './start-error.ts';

const FOLDER = new URL('./migrations/', import.meta.url);
/** Any number that no other program on the same database uses. */
const LOCK = 4_920_231_125;
/** Another start may be migrating: longer than any migration should take. */
const LOCK_WAIT_MS = 60_000;

interface Migration {
  readonly version: number;
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
}

export function migrations(): Migration[] {
  return readdirSync(FOLDER)
    .filter((name) => /^\d{4}_.*\.sql$/.test(name))
    .sort()
    .map((name) => {
      const sql = readFileSync(new URL(name, FOLDER), 'utf8');
      return { version: Number(name.slice(0, 4)), name, sql, sha256: createHash('sha256').update(sql).digest('hex') };
    });
}

/**
 * Brings the schema to this program's version.
 * @param url of a user who may create tables; not the application's role
 * @returns names of the migrations applied now
 */
export async function migrate(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
  } catch (error) {
    const reason = (error as { code?: string }).code ?? 'no answer';
    throw new StartError(
      'DATABASE_UNREACHABLE',
      `Veritabanına ulaşılamıyor (${reason}): DATABASE_URL ve sunucuyu denetleyin.`,
      `The database cannot be reached (${reason}): check DATABASE_URL and the server.`,
      error,
    );
  }
  try {
    const version = Number((await client.query('show server_version_num')).rows[0].server_version_num);
    if (version < 160_000)
      throw new StartError(
        'DATABASE_VERSION',
        'Veritabanı sunucusu eski: PostgreSQL 16 ya da daha yenisini kullanın.',
        'The database server is too old: use PostgreSQL 16 or newer.',
      );
    await client.query(`set lock_timeout = ${LOCK_WAIT_MS}`);
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await client.query(`create table if not exists schema_migration (
      version integer primary key, name text not null, sha256 text not null, applied_at timestamptz not null default now())`);
    const applied = new Map<number, string>(
      (await client.query('select version, sha256 from schema_migration')).rows.map((row) => [row.version, row.sha256]),
    );
    const known = migrations();
    const newest = known.at(-1)?.version ?? 0;
    if ([...applied.keys()].some((at) => at > newest))
      throw new StartError(
        'DATABASE_VERSION',
        'Veritabanı bu programdan yeni: programı güncelleyin.',
        'The database is newer than this program: update the program.',
      );
    const done: string[] = [];
    for (const migration of known) {
      const sha256 = applied.get(migration.version);
      if (sha256 !== undefined) {
        if (sha256 !== migration.sha256)
          throw new StartError(
            'DATABASE_VERSION',
            `Uygulanmış bir göç değişmiş (${migration.name}): programı kurulu sürümle çalıştırın.`,
            `An applied migration has changed (${migration.name}): run the program in the version that was installed.`,
          );
        continue;
      }
      await client.query('begin');
      try {
        await client.query(migration.sql);
        await client.query('insert into schema_migration (version, name, sha256) values ($1, $2, $3)', [
          migration.version,
          migration.name,
          migration.sha256,
        ]);
        await client.query('commit');
      } catch (error) {
        await client.query('rollback');
        throw error;
      }
      done.push(migration.name);
    }
    return done;
  } finally {
    await client.end();
  }
}
