// What a start says: what is missing when it serves, and which variable to change when a port is taken. The real server
// on an outside PostgreSQL.

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TestDatabase, testDatabase } from './support/database.ts';
import { startServer } from './support/server-process.ts';

let home: string;
let registry: TestDatabase;
let settings: Record<string, string>;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'acik-iys-start-'));
  registry = await testDatabase();
  settings = { DATABASE_URL: registry.url, ACIK_IYS_DATA: home, ACIK_IYS_DEMO: '0' };
});
afterAll(async () => {
  await registry.close();
  await rm(home, { recursive: true, force: true });
});

// Each step starts a server: many times the ordinary on a slow and busy machine.
describe('a start without the demo', { timeout: 300_000 }, () => {
  it('names the data folder and, in twelve lines at most, what is missing: accounts and a time-stamp authority', async () => {
    const said = await greeting();
    expect(said).toContain(`Veri / data: DATABASE_URL, ${home}`);
    expect(said).toContain('No accounts yet: npm run setup -- help');
    expect(said).toContain('No time-stamp authority');
    expect(said.split('\n').length).toBeLessThanOrEqual(12);
  });

  it('says nothing of what is there', async () => {
    await registry.database.run(
      `insert into account (email, password_hash, role) values ('yonetici@kayit.example', 'x', 'REGISTRAR')`,
    );
    const said = await greeting({ ACIK_IYS_TSA_URL: 'http://127.0.0.1:1' });
    expect(said).not.toContain('npm run setup');
    expect(said).not.toContain('ACIK_IYS_TSA_URL');
  });

  it.each(['PORT', 'METRICS_PORT'])('names %s where its port is taken', async (variable) => {
    const holder = createServer();
    const port = await listen(holder);
    const other = `${variable}=${port + 1}`;
    await expect(startServer({ ...settings, [variable]: String(port) })).rejects.toThrow(
      new RegExp(`✗ ${port} numaralı port kullanımda: .+ ${other} verin.* / Port ${port} is in use: .+ set ${other}`),
    );
    await new Promise((done) => holder.close(done));
  });
});

async function greeting(more: Record<string, string> = {}): Promise<string> {
  const server = await startServer({ ...settings, ...more, ACIK_IYS_LOG: 'silent' });
  await server.stop();
  return server.printed().trim();
}

function listen(server: Server): Promise<number> {
  return new Promise((done) => {
    server.listen(0, '127.0.0.1', () => done((server.address() as { port: number }).port));
  });
}
