// A fresh migrated database for a test file, cloned from the template.

import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { APP_ROLE, type Database, openDatabase } from '../../src/ground/database.ts';
import { TEMPLATE } from './global-setup.ts';

export interface TestDatabase {
  /** Works under the application's role. */
  readonly database: Database;
  /** Connection of the owner: may do everything. */
  readonly url: string;
  close(): Promise<void>;
}

export async function testDatabase(): Promise<TestDatabase> {
  const clusterUrl = inject('clusterUrl');
  const name = `t_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: clusterUrl });
  await admin.connect();
  await admin.query(`create database ${name} template ${TEMPLATE}`);
  const url = new URL(clusterUrl);
  url.pathname = `/${name}`;
  const database = openDatabase({ url: url.href, role: APP_ROLE, connectionsMax: 8 });
  return {
    database,
    url: url.href,
    close: async () => {
      await database.close();
      await admin.query(`drop database ${name} with (force)`);
      await admin.end();
    },
  };
}
