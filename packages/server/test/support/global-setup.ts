// One PostgreSQL for the whole run (no fsync: nothing here must outlive a power cut), and in it a migrated template
// from which each test file's own database is cloned.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { openCluster } from '../../src/ground/cluster.ts';
import { migrate } from '../../src/ground/migrate.ts';

declare module 'vitest' {
  interface ProvidedContext {
    clusterUrl: string;
    binaries: string;
  }
}

export const TEMPLATE = 'template_acik_iys';

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'acik-iys-test-'));
  const cluster = await openCluster({ folder, fsync: false });
  const url = new URL(cluster.url);
  const admin = new pg.Client({ connectionString: cluster.url });
  await admin.connect();
  await admin.query(`create database ${TEMPLATE}`);
  await admin.end();
  url.pathname = `/${TEMPLATE}`;
  await migrate(url.href);
  project.provide('clusterUrl', cluster.url);
  project.provide('binaries', cluster.binaries);
  return async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
