// One start per folder: the lock that a start takes on its data folder before it touches anything in it.
//
// Promises: two starts on one folder, by whatever path they name it, never run at once on one machine; the lock of a
// process that died in any way, kill -9 included, is free at once, and needs no cleaning up.
// How: a listening socket named by the hash of the folder's real path. On Linux it lives in the abstract name space,
// so the kernel drops it with the process. On Windows it is a named pipe, which behaves the same. Elsewhere it is a
// socket file: a file that nobody answers on is left over and is taken over.
// Trades: the name is seen inside one network name space only. Two containers that share a folder do not see each
// other's lock; PostgreSQL's own check of its shared memory and pid file is then the only guard.
// The holder answers whoever connects with its process id, so that the refused start can name it.

import { createHash } from 'node:crypto';
import { mkdir, realpath, rm, stat } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { StartError, startErrorOfFile } from './start-error.ts';

export interface FolderLock {
  release(): void;
}

/** How long a refused start waits for the holder to say its process id, in milliseconds: it answers at once or never. */
const HOLDER_ANSWER_MS = 500;

/**
 * Takes the lock of a folder, making the folder where it is missing. Taken once per process and folder; does not keep
 * the process alive. Throws a StartError: FOLDER_IN_USE (naming the holder's process id where it says it),
 * FOLDER_READ_ONLY, DISK_FULL.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = await makeFolder(folder);
  return takeLock(path, path);
}

/** The lock named by `key`; `folder` is what a refusal calls it. */
export async function takeLock(key: string, folder: string): Promise<FolderLock> {
  const name = lockName(key);
  const server = await listen(name);
  if (server === undefined) {
    const holder = await holderOf(name);
    const named = (word: string): string => (holder === undefined ? '' : ` (${word} ${holder})`);
    throw new StartError(
      'FOLDER_IN_USE',
      `${folder} klasörünü başka bir Açık İYS${named('süreç')} kullanıyor: onu kapatın ya da ACIK_IYS_DATA ile başka bir klasör gösterin.`,
      `The folder ${folder} is in use by another Açık İYS${named('process')}: end it or name another folder in ACIK_IYS_DATA.`,
    );
  }
  return { release: () => server.close() };
}

/** Makes a folder with its parents and gives its real path; file errors become StartErrors. */
export async function makeFolder(folder: string): Promise<string> {
  const path = resolve(folder);
  try {
    await makeParents(path);
    return await realpath(path);
  } catch (error) {
    throw startErrorOfFile(error, path) ?? error;
  }
}

/** mkdir with `recursive` says ENOENT on a read-only disk; made one at a time, the true reason is told. */
async function makeParents(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' && dirname(path) !== path) {
      await makeParents(dirname(path));
      await mkdir(path);
    } else if (!(await isFolder(path))) {
      throw error;
    }
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function lockName(key: string): string {
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 32);
  if (process.platform === 'linux') {
    return `\0acik-iys-${hash}`;
  }
  return process.platform === 'win32' ? `\\\\.\\pipe\\acik-iys-${hash}` : join(tmpdir(), `acik-iys-${hash}.sock`);
}

/** Listens on the name; undefined when someone alive holds it. */
async function listen(name: string): Promise<Server | undefined> {
  const first = await tryListen(name);
  if (first !== undefined || name.startsWith('\0') || process.platform === 'win32') {
    return first;
  }
  if (await answers(name)) {
    return undefined;
  }
  await rm(name, { force: true });
  return tryListen(name);
}

function tryListen(name: string): Promise<Server | undefined> {
  return new Promise((done, fail) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end(String(process.pid));
    });
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') {
        done(undefined);
      } else {
        fail(error);
      }
    });
    server.listen(name, () => {
      server.unref();
      done(server);
    });
  });
}

function answers(name: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(name);
    socket.on('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => done(false));
  });
}

function holderOf(name: string): Promise<string | undefined> {
  return new Promise((done) => {
    let said = '';
    const socket = connect(name);
    const finish = () => {
      socket.destroy();
      done(/^\d+$/.test(said) ? said : undefined);
    };
    socket.setTimeout(HOLDER_ANSWER_MS, finish);
    socket.on('data', (bytes) => {
      said += bytes.toString();
    });
    socket.on('end', finish);
    socket.on('error', finish);
  });
}
