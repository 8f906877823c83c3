// Migrations on a real PostgreSQL: applied once whatever starts at once, never on a database that is newer or was made
// by other text; what they come to is the committed schema, in which the application cannot touch a movement.
//
// Rewriting the committed schema after a migration:  UPDATE_SCHEMA=1 npm test -- migrate

import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { APP_ROLE, openDatabase } from '../src/ground/database.ts';
import { migrate, migrations } from '../src/ground/migrate.ts';
import { schemaSnapshot } from '../src/ground/schema-snapshot.ts';
import { StartError } from '../src/ground/start-error.ts';

const SCHEMA = new URL('../src/ground/schema.sql', import.meta.url);
const HEAD = `-- The schema that the migrations come to, as PostgreSQL tells it: for reading and for reviews, not for running.
-- Rewritten by:  UPDATE_SCHEMA=1 npm test -- migrate

`;

let admin: pg.Client;
const made: string[] = [];

beforeAll(async () => {
  admin = new pg.Client({ connectionString: inject('clusterUrl') });
  await admin.connect();
});
afterAll(async () => {
  for (const name of made) await admin.query(`drop database ${name} with (force)`);
  await admin.end();
});

/** The address of a database that nothing was done to yet. */
async function emptyDatabase(): Promise<string> {
  const name = `m_${randomBytes(6).toString('hex')}`;
  await admin.query(`create database ${name} template template0`);
  made.push(name);
  const url = new URL(inject('clusterUrl'));
  url.pathname = `/${name}`;
  return url.href;
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function refusal(url: string): Promise<StartError> {
  const error = await migrate(url).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StartError);
  return error as StartError;
}

describe('migrate', () => {
  const names = migrations().map(({ name }) => name);

  it('applies every migration once, whatever starts at once', async () => {
    const url = await emptyDatabase();
    const starts = await Promise.all(Array.from({ length: 6 }, () => migrate(url)));
    expect(starts.filter((applied) => applied.length > 0)).toEqual([names]);
    const { rows } = await withClient(url, (client) => client.query('select version, name from schema_migration'));
    expect(rows.map(({ name }) => name)).toEqual(names);
    expect(await migrate(url)).toEqual([]);
  });

  it('migrates several new databases of one server at once, though they share a role', async () => {
    const urls: string[] = [];
    while (urls.length < 4) urls.push(await emptyDatabase());
    expect(await Promise.all(urls.map((url) => migrate(url)))).toEqual(urls.map(() => names));
  });

  it('leaves a database alone that is newer than the program', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    const before = await withClient(url, async (client) => {
      await client.query(`insert into schema_migration (version, name, sha256) values (9999, '9999_later.sql', '')`);
      return await schemaSnapshot(client);
    });
    const error = await refusal(url);
    expect(error.code).toBe('DATABASE_VERSION');
    expect(error.message).toMatch(/programı güncelleyin\. \/ .*newer than this program: update the program\.$/);
    expect(await withClient(url, schemaSnapshot)).toBe(before);
  });

  it('refuses a migration whose text changed after it was applied, naming it', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    await withClient(url, (client) =>
      client.query(`update schema_migration set sha256 = repeat('0', 64) where version = 1`),
    );
    const error = await refusal(url);
    expect(error.code).toBe('DATABASE_VERSION');
    expect(error.message).toContain(names[0]);
  });

  it('says where a database cannot be reached', async () => {
    const url = new URL(inject('clusterUrl'));
    url.port = '1';
    const error = await refusal(url.href);
    expect(error.code).toBe('DATABASE_UNREACHABLE');
    expect(error.message).toContain('ECONNREFUSED');
    expect(error.message).not.toContain(url.password);
  });
});

describe('the schema', () => {
  it('is the committed one', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    const schema = HEAD + (await withClient(url, schemaSnapshot));
    if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(SCHEMA, schema);
    expect(readFileSync(SCHEMA, 'utf8')).toBe(schema);
  });

  it('is told by the snapshot down to a right, a default and an index', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    await withClient(url, async (client) => {
      const before = await schemaSnapshot(client);
      for (const change of [
        `grant update on movement to ${APP_ROLE}`,
        'alter table consent alter retailer set default 1',
        'alter table consent alter retailer set not null',
        'alter table consent alter last_seq type numeric',
        'alter table consent set (fillfactor = 80)',
        'drop index consent_by_address',
        'alter table brand add unique (name)',
        'create view seen as select 1',
        `create function f() returns trigger language plpgsql as 'begin return null; end'`,
      ]) {
        await client.query('begin');
        await client.query(change);
        expect(await schemaSnapshot(client), change).not.toBe(before);
        await client.query('rollback');
      }
      expect(await schemaSnapshot(client)).toBe(before);
    });
  });
});

describe("the application's role", () => {
  it('adds and reads movements, and can neither change nor delete one', async () => {
    const url = await emptyDatabase();
    await migrate(url);
    const database = openDatabase({ url, role: APP_ROLE, connectionsMax: 1 });
    try {
      await database.run(`insert into movement (brand_id, kind, state, seq, address, received_at, nonce, actor, door)
                          values (1, 0, 7, 1, gen_random_uuid(), now(), 1, 1, 1)`);
      for (const change of [
        'update movement set state = 6',
        'delete from movement',
        'truncate movement',
        `insert into movement select * from movement on conflict (brand_id, seq) do update set state = 6`,
        'select * from movement for update',
        'alter table movement disable trigger all',
        'drop table movement',
      ])
        await expect(database.run(change), change).rejects.toThrow(/permission denied|must be owner/);
      // To grant without the right to is a warning that changes nothing.
      await database.run(`grant update on movement to ${APP_ROLE}`);
      await expect(database.run('update movement set state = 6')).rejects.toThrow(/permission denied/);
      expect(await database.rows('select state from movement')).toEqual([[7]]);
      const [role] = await database.rows(
        'select rolsuper, rolcreaterole, rolcreatedb, rolbypassrls from pg_roles where rolname = current_user',
      );
      expect(role).toEqual([false, false, false, false]);
    } finally {
      await database.close();
    }
  });
});
