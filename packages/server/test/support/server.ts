// A real server for tests: all rooms and doors on a fresh database, listening on a random port of 127.0.0.1, with a
// clock that can be moved, and with the demo's parties and accounts (no history). Faults are injected by `wrap`, which
// may put other rooms in the place of the real ones.

import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { makeParties } from '../../src/demo.ts';
import { DEMO_ACCOUNTS } from '../../src/demo-accounts.ts';
import { movableClock } from '../../src/ground/clock.ts';
import { type Config, type Limits, readConfig } from '../../src/ground/config.ts';
import { type LogLevel, openLog } from '../../src/ground/log.ts';
import type { Rooms } from '../../src/house.ts';
import { openHouse } from '../../src/house.ts';
import { testDatabase } from './database.ts';
import { TEST_SECRET } from './registry.ts';

/** Accounts of the demo: provider with brands 600100 and 600101, provider 600200, partner 900100. */
export const [RETAIL, BANK, PARTNER] = DEMO_ACCOUNTS;

export interface TestServerOptions {
  /** Rate limits; all off without them. */
  readonly limits?: Partial<Limits>;
  readonly config?: Partial<Config>;
  /** Puts other rooms in the place of the real ones. */
  readonly wrap?: (rooms: Rooms) => Rooms;
  /** Begins the background work: deliveries, day files. */
  readonly work?: boolean;
  readonly logLevel?: LogLevel;
}

export interface CallOptions {
  /** Access token; absent or undefined: no Authorization header. */
  readonly token?: string | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, without a content type of its own. */
  readonly raw?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface CallAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** Parsed where it is JSON, else undefined. */
  readonly body: unknown;
  readonly text: string;
  readonly bytes: Buffer;
}

export type TestServer = Awaited<ReturnType<typeof testServer>>;

export async function testServer(options: TestServerOptions = {}) {
  const { database, url: databaseUrl, close: closeDatabase } = await testDatabase();
  const owner = new pg.Client({ connectionString: databaseUrl });
  await owner.connect();
  const folder = mkdtempSync(join(tmpdir(), 'acik-iys-server-'));
  const clock = movableClock();
  const defaults = readConfig({ DATABASE_URL: databaseUrl, ACIK_IYS_DATA: folder, ACIK_IYS_PUSH_PRIVATE: '1' }, folder);
  const config: Config = {
    ...defaults,
    ...options.config,
    limits: { ...defaults.limits, on: false, ...options.limits },
  };
  const logLines: string[] = [];
  const house = await openHouse(
    {
      config,
      database,
      clock,
      log: openLog(options.logLevel ?? 'warn', (line) => logLines.push(line)),
      secret: TEST_SECRET,
      filesFolder: join(folder, 'files'),
    },
    options.wrap,
  );
  await makeParties(house.rooms);
  await house.app.listen({ port: options.config?.port ?? 0, host: '127.0.0.1' });
  if (options.work) house.startWork();
  const { port } = house.app.server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const tokens = new Map<string, { token: string; until: number }>();

  async function call(method: string, path: string, asked: CallOptions = {}): Promise<CallAnswer> {
    const headers = new Headers(asked.headers);
    if (asked.token !== undefined) headers.set('authorization', `Bearer ${asked.token}`);
    const body = asked.raw ?? (asked.body === undefined ? undefined : JSON.stringify(asked.body));
    if (asked.raw === undefined && body !== undefined && !headers.has('content-type'))
      headers.set('content-type', 'application/json');
    // As bytes: for a string fetch would add a content type that the caller did not ask for.
    const sent = typeof body === 'string' ? Buffer.from(body) : body && Buffer.from(body);
    const response = await fetch(url + path, { method, headers, ...(sent !== undefined && { body: sent }) });
    const bytes = Buffer.from(await response.arrayBuffer());
    const text = bytes.toString('utf8');
    return { status: response.status, headers: response.headers, body: parsed(text), text, bytes };
  }

  return {
    url,
    rooms: house.rooms,
    metrics: house.metrics,
    database,
    databaseUrl,
    clock,
    /** Connection of the database's owner: may look and change behind the rooms' back. */
    owner,
    /** What was logged, one JSON line each. */
    logLines,
    call,
    /** An access token of a demo account, by logging in over HTTP; kept until shortly before it ends. */
    async token(email: string = RETAIL.email): Promise<string> {
      const kept = tokens.get(email);
      if (kept && kept.until > clock.now()) return kept.token;
      const password = DEMO_ACCOUNTS.find((one) => one.email === email)?.password;
      const answer = await call('POST', '/oauth2/token', {
        body: { grant_type: 'password', username: email, password },
      });
      if (answer.status !== 200) throw new Error(`log-in failed: ${answer.status} ${answer.text}`);
      const { access_token: token, expires_in: seconds } = answer.body as { access_token: string; expires_in: number };
      tokens.set(email, { token, until: clock.now() + seconds - 60 });
      return token;
    },
    async close(): Promise<void> {
      await house.close();
      await owner.end();
      await closeDatabase();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
