// What the operators' programs stand on: the configuration, a database, and one way to say what went wrong.
//
// The folder's lock decides where the database comes from. Whoever holds it runs the cluster, so a program that does not
// get it works beside the holder, over a connection of its own; a program that gets it starts the cluster for its own
// time and stops it again (a start of the server is refused meanwhile, naming the program). With DATABASE_URL there is
// nothing to start.
// Exit codes: 0 done, 1 done and found wanting, 2 could not be done.

import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { lockFolder, openCluster } from '../ground/cluster.ts';
import { hasCluster, runningCluster } from '../ground/cluster-running.ts';
import { type Config, readConfig } from '../ground/config.ts';
import { DatabaseUnavailable, openDatabase } from '../ground/database.ts';
import { StartError } from '../ground/start-error.ts';

export const EXIT_DONE = 0;
export const EXIT_WANTING = 1;
export const EXIT_NOT_DONE = 2;

/** A server that holds the folder may still be recovering its database. */
const HOLDER_READY_MS = 60_000;
const LOOK_MS = 100;
/** A connection that was not made: of the network, or SQLSTATE of a refused log-in, a missing database, a start or end. */
const NOT_REACHED = /^(E(CONNREFUSED|CONNRESET|NOTFOUND|TIMEDOUT|AI_AGAIN|HOSTUNREACH)|28\w{3}|3D000|57P0\d)$/;
const HOME = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '');

export interface ProgramGround {
  readonly config: Config;
  /** Of the database's owner. It holds the password. */
  readonly url: string;
  /** The data directory of an embedded cluster; undefined with DATABASE_URL. */
  readonly cluster: { readonly data: string; readonly passwordFile: string } | undefined;
  close(): Promise<void>;
}

/** A mistake in how a program was called; its message is one line in both languages. */
export class UsageError extends Error {
  constructor(turkish: string, english: string) {
    super(`${turkish} / ${english}`);
  }
}

export function configuration(): Config {
  const config = readConfig(process.env, HOME);
  return { ...config, dataFolder: pathOf(config.dataFolder, HOME) };
}

/** A path as the caller meant it: npm runs programs in the clone and keeps the caller's folder in INIT_CWD. */
export function pathOf(given: string, from: string = process.env['INIT_CWD'] ?? process.cwd()): string {
  return resolve(from, given);
}

/** What a configuration points at, for people: the data folder, or an outside database without user and password. */
export function registryName({ databaseUrl, dataFolder }: Config): string {
  if (databaseUrl === undefined) return dataFolder;
  const url = URL.parse(databaseUrl);
  return url === null ? 'DATABASE_URL' : `DATABASE_URL (${url.host}${url.pathname})`;
}

/** Whether a registry was set up there, be it without a single account. */
export async function hasRegistry({ databaseUrl, dataFolder }: Config): Promise<boolean> {
  if (databaseUrl === undefined) return await hasCluster(dataFolder);
  const database = openDatabase({ url: databaseUrl, role: undefined, connectionsMax: 1 });
  try {
    const [row] = await database.rows<[boolean]>(`select to_regclass('schema_migration') is not null`);
    return row?.[0] === true;
  } finally {
    await database.close();
  }
}

/**
 * Finds the database or starts it.
 * @param lay whether a data folder without a database is given one; otherwise it is a StartError
 */
export async function layGround(config: Config, { lay }: { readonly lay: boolean }): Promise<ProgramGround> {
  if (config.databaseUrl !== undefined)
    return { config, url: config.databaseUrl, cluster: undefined, close: async () => undefined };
  const folder = config.dataFolder;
  if (!lay && !(await hasCluster(folder)))
    throw new StartError(
      'CONFIGURATION',
      `${folder} içinde veritabanı yok: ACIK_IYS_DATA ile doğru klasörü gösterin.`,
      `There is no database in ${folder}: name the right folder in ACIK_IYS_DATA.`,
    );
  let lock: Awaited<ReturnType<typeof lockFolder>>;
  try {
    lock = await lockFolder(folder);
  } catch (error) {
    if (!(error instanceof StartError && error.code === 'FOLDER_IN_USE')) throw error;
    return await besideHolder(config, error);
  }
  try {
    const cluster = await openCluster({ folder, report: (line) => console.error(line) });
    return {
      config,
      url: cluster.url,
      cluster: { data: cluster.folder, passwordFile: join(dirname(cluster.folder), 'password') },
      close: async () => {
        await cluster.stop();
        lock.release();
      },
    };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function besideHolder(config: Config, inUse: StartError): Promise<ProgramGround> {
  for (const end = Date.now() + HOLDER_READY_MS; ; await pause(LOOK_MS)) {
    const running = await runningCluster(config.dataFolder);
    if (running !== undefined)
      return {
        config,
        url: running.url,
        cluster: { data: running.data, passwordFile: join(dirname(running.data), 'password') },
        close: async () => undefined,
      };
    if (Date.now() > end) throw inUse;
  }
}

/** `parseArgs`, with its complaints as UsageErrors. */
export function readArguments<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    if (!String((error as { code?: string }).code).startsWith('ERR_PARSE_ARGS')) throw error;
    const said = (error as Error).message.split('\n')[0];
    const help = `npm run ${basename(process.argv[1] ?? '', '.ts')} -- --help`;
    throw new UsageError(
      `Seçenekler anlaşılmadı (${said}). Yardım: ${help}`,
      `the options were not understood (${said}). Help: ${help}`,
    );
  }
}

/** Runs a program's `main` and ends the process with its exit code. What a reader can mend is told in one line. */
export function runMain(main: (args: string[]) => Promise<number>): void {
  main(process.argv.slice(2)).then(
    (code) => process.exit(code),
    (error: unknown) => {
      console.error(oneLineOf(error) ?? error);
      process.exit(EXIT_NOT_DONE);
    },
  );
}

function oneLineOf(error: unknown): string | undefined {
  if (error instanceof StartError || error instanceof UsageError) return `✗ ${error.message}`;
  const cause = error instanceof DatabaseUnavailable ? error.cause : error;
  const { code, message } = (cause ?? {}) as { code?: string; message?: string };
  if (error instanceof DatabaseUnavailable || NOT_REACHED.test(code ?? ''))
    return `✗ Veritabanına ulaşılamıyor ya da yanıt vermiyor (${code ?? message}). / The database cannot be reached or does not answer (${code ?? message}).`;
  return undefined;
}
