// Where an embedded cluster lies on disk, and how it is laid.
//
//   <data folder>/postgres/cluster    PostgreSQL's data directory (mode 700)
//   <data folder>/postgres/password   the superuser's random password (mode 600), kept with the cluster, so that neither
//                                     outlives the other
//   <data folder>/postgres/log        what PostgreSQL says
//
// A place appears whole or not at all: it is laid in a folder beside (`postgres.laying-…`), written to disk, then
// renamed. A start that dies before the rename leaves only such a folder, which the next start removes.
// As root, the data folder lets other users pass (not look): the user that must run PostgreSQL is one. When a folder
// above it does not (below /root), the place is
// /var/lib/acik-iys/<hash of the data folder>, and the file `postgres.place` in the data folder names it. Without that
// file (the data folder was deleted) a cluster found there belongs to data that is gone: it is set aside, never deleted
// and never taken up.

import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, lchown, mkdir, open, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  type Binaries,
  canEnter,
  type DatabaseUser,
  environment,
  faultLine,
  program,
  ROOT_HOME,
  userBelowRoot,
} from './cluster-binaries.ts';
import { makeFolder } from './cluster-lock.ts';
import { diskFull, notWritable, StartError, startErrorOfFile } from './start-error.ts';

/** The superuser of an embedded cluster, and its database. */
export const OWNER = 'acik_iys';

export interface Place {
  root: string;
  data: string;
  passwordFile: string;
  log: string;
  /** Set when this process is root. */
  user: DatabaseUser | undefined;
}

/** Fills an empty data directory and the password file beside it, in place of initdb: how a backup comes back. */
export type Fill = (place: { data: string; passwordFile: string }) => Promise<void>;

function placeAt(root: string, user: DatabaseUser | undefined): Place {
  return { root, data: join(root, 'cluster'), passwordFile: join(root, 'password'), log: join(root, 'log'), user };
}

function pointerOf(folder: string): string {
  return join(folder, 'postgres.place');
}

/** The place of a data folder's cluster, laid or not. `folder` is a real path. */
export async function findPlace(folder: string): Promise<Place> {
  const usual = join(folder, 'postgres');
  try {
    if (process.getuid?.() !== 0) {
      if (existsSync(pointerOf(folder))) {
        throw new StartError(
          'FOLDER_READ_ONLY',
          `${folder} içindeki veritabanı root ile kurulmuş: root ile başlatın ya da ACIK_IYS_DATA ile başka bir klasör gösterin.`,
          `The database of ${folder} was set up by root: start as root or name another folder in ACIK_IYS_DATA.`,
        );
      }
      return placeAt(usual, undefined);
    }
    const root = existsSync(pointerOf(folder)) ? (await readFile(pointerOf(folder), 'utf8')).trim() : usual;
    const laid = await stat(join(root, 'cluster')).catch(() => undefined);
    if (laid !== undefined && laid.uid !== 0) {
      return placeAt(root, { uid: laid.uid, gid: laid.gid });
    }
    const user = await userBelowRoot();
    if (root === usual && canEnter(user, dirname(folder)) && !canEnter(user, folder)) {
      await chmod(folder, (await stat(folder)).mode | 0o011);
    }
    if (root !== usual || canEnter(user, folder)) {
      return placeAt(root, user);
    }
    const hash = createHash('sha256').update(folder).digest('hex').slice(0, 16);
    return placeAt(join(ROOT_HOME, hash), user);
  } catch (error) {
    throw startErrorOfFile(error, folder) ?? error;
  }
}

/** Whether a cluster is there. Throws StartError FOLDER_DAMAGED or DATABASE_VERSION when what is there cannot be used. */
export async function isLaid(place: Place, folder: string, binaries: Binaries): Promise<boolean> {
  const outside = place.root !== join(folder, 'postgres');
  if (!existsSync(place.root) || (outside && !existsSync(pointerOf(folder)))) {
    return false;
  }
  let major: string;
  try {
    if ((await readdir(place.root)).length === 0) {
      await rmdir(place.root);
      return false;
    }
    major = (await readFile(join(place.data, 'PG_VERSION'), 'utf8')).trim();
    await stat(place.passwordFile);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw new StartError(
        'FOLDER_DAMAGED',
        `${place.root} tam bir veritabanı klasörü değil: yedeğinizi geri yükleyin ya da klasörü taşıyıp yeniden başlatın.`,
        `${place.root} is not a whole database folder: restore your backup, or move the folder away and start again.`,
        error,
      );
    }
    throw startErrorOfFile(error, place.root) ?? error;
  }
  if (major !== binaries.major) {
    throw new StartError(
      'DATABASE_VERSION',
      `${place.data} PostgreSQL ${major} ile yapılmış, bu program ${binaries.major} getiriyor: onu yapan sürümle başlatın ya da yedekten geri yükleyin.`,
      `${place.data} was made by PostgreSQL ${major}, this program brings ${binaries.major}: start the release that made it, or restore a backup.`,
    );
  }
  return true;
}

/** Removes what starts that died while laying have left. */
export async function removeHalfLaid(place: Place): Promise<void> {
  const home = dirname(place.root);
  const prefix = `${basename(place.root)}.laying-`;
  for (const name of await readdir(home).catch(() => [] as string[])) {
    if (name.startsWith(prefix)) {
      // An initdb whose start was killed may still be writing there for a moment.
      await rm(join(home, name), { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    }
  }
}

/**
 * Lays the cluster of a place, by initdb or by `fill`. `durable`: write it through to the disk before it counts (only
 * throw-away clusters go without).
 */
export async function layPlace(
  place: Place,
  folder: string,
  binaries: Binaries,
  durable: boolean,
  fill?: Fill,
): Promise<void> {
  const side = placeAt(`${place.root}.laying-${randomBytes(6).toString('hex')}`, place.user);
  try {
    await setAside(place.root);
    await makeFolder(dirname(side.root));
    await mkdir(side.root);
    await chmod(side.root, place.user === undefined ? 0o700 : 0o711);
    await mkdir(side.data, { mode: 0o700 });
    if (fill === undefined) {
      await writeFile(side.passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600, flag: 'wx' });
      await giveTo(side, [side.data, side.passwordFile]);
      await initialise(side, binaries);
    } else {
      await fill({ data: side.data, passwordFile: side.passwordFile });
      await chmod(side.passwordFile, 0o600);
      await chmod(side.data, 0o700);
      await giveTo(side, [side.passwordFile, side.data, ...(await everything(side.data))]);
    }
    if (durable) {
      await run(side, binaries, 'initdb', ['--sync-only', '-D', side.data]);
      await syncPath(side.passwordFile);
      await syncPath(side.root);
    }
    if (place.root !== join(folder, 'postgres')) {
      await writeFile(pointerOf(folder), `${place.root}\n`);
    }
    await rename(side.root, place.root);
    if (durable) {
      await syncPath(dirname(place.root));
    }
  } catch (error) {
    await rm(side.root, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }).catch(() => undefined);
    throw startErrorOfFile(error, place.root) ?? error;
  }
}

/** Only a place outside the data folder can be there and not count: the cluster of a data folder that was deleted. */
async function setAside(root: string): Promise<void> {
  if (existsSync(root)) {
    await rename(root, `${root}.set-aside-${new Date().toISOString().replaceAll(':', '')}`);
  }
}

async function giveTo(place: Place, paths: string[]): Promise<void> {
  if (place.user === undefined) {
    return;
  }
  for (const path of paths) {
    await lchown(path, place.user.uid, place.user.gid);
  }
}

async function everything(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true });
  return entries.map((entry) => join(folder, entry));
}

async function syncPath(path: string): Promise<void> {
  if (process.platform === 'win32') {
    return;
  }
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function initialise(place: Place, binaries: Binaries): Promise<void> {
  await run(place, binaries, 'initdb', [
    '-D',
    place.data,
    `--username=${OWNER}`,
    `--pwfile=${place.passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--no-instructions',
    '--no-sync',
  ]);
  // The single-user mode needs no port and no password, so the database is there before the cluster counts as laid.
  const said = await run(
    place,
    binaries,
    'postgres',
    ['--single', '-D', place.data, '-c', 'fsync=off', 'postgres'],
    `CREATE DATABASE ${OWNER}\n`,
  );
  if (/\b(ERROR|FATAL|PANIC):/.test(said)) {
    throw databaseFailed(place, said);
  }
}

/** Runs one of PostgreSQL's programs to its end and gives what it said. Throws a StartError when it fails. */
function run(
  place: Place,
  binaries: Binaries,
  name: 'initdb' | 'postgres',
  args: string[],
  input?: string,
): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(program(binaries, name), args, {
      ...place.user,
      cwd: process.platform === 'win32' ? place.root : '/',
      env: environment(),
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let said = '';
    const hear = (bytes: Buffer) => {
      said += bytes.toString();
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', fail);
    child.on('close', (code) => {
      if (code === 0) {
        done(said);
      } else {
        fail(databaseFailed(place, said));
      }
    });
  });
}

/** The StartError for a PostgreSQL that ended with `said` on its lips. */
export function databaseFailed(place: Place, said: string): StartError {
  if (/No space left on device|Disk quota exceeded/.test(said)) {
    return diskFull(place.root);
  }
  if (/Read-only file system|Permission denied/.test(said)) {
    return notWritable(place.root);
  }
  if (/has wrong ownership/.test(said)) {
    return new StartError(
      'FOLDER_READ_ONLY',
      `${place.data} başka bir kullanıcının: o kullanıcı ile başlatın ya da klasörün sahibini değiştirin.`,
      `${place.data} belongs to another user: start as that user or change the folder's owner.`,
    );
  }
  const fault = faultLine(said);
  return new StartError(
    'DATABASE_FAILED',
    `PostgreSQL başlamadı (${fault}): ayrıntı ${place.log} dosyasında.`,
    `PostgreSQL did not start (${fault}): see ${place.log}.`,
  );
}
