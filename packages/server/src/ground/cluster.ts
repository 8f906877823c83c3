// The embedded PostgreSQL: a real one, from npm, as a child of this process on a cluster in the data folder.
//
// openCluster takes the cluster's lock, lays the cluster the first time, ends what a dead start has left, starts
// PostgreSQL on a free port of 127.0.0.1 (no socket file, scram with a random password) and gives its address. The next
// start works by itself after a kill -9 of any process: half-laid folders are removed (cluster-place.ts), orphans
// stopped and stale pid files mended (cluster-process.ts), locks freed by the kernel (cluster-lock.ts). What is committed
// is on the disk before it is answered; `fsync: false` gives that up, for throw-away clusters of tests only.

import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { findBinaries, reachableBinaries } from './cluster-binaries.ts';
import { type FolderLock, makeFolder, takeLock } from './cluster-lock.ts';
import { type Fill, findPlace, isLaid, layPlace, OWNER, type Place, removeHalfLaid } from './cluster-place.ts';
import { startPostgres } from './cluster-process.ts';
import { StartError, startErrorOfFile } from './start-error.ts';

export { type FolderLock, lockFolder } from './cluster-lock.ts';

export interface Cluster {
  /** The owner's connection string: superuser and database are both `acik_iys`. It holds the password. */
  url: string;
  port: number;
  /** PostgreSQL's data directory. The password file lies beside it, under the name `password`. */
  folder: string;
  /** The folder that holds PostgreSQL's bin, lib and share. */
  binaries: string;
  /** Whether this call laid the cluster. */
  firstTime: boolean;
  /** Fast shutdown: returns when PostgreSQL has ended and the lock is free. */
  stop(): Promise<void>;
  /** Resolves when PostgreSQL ends without being asked to. */
  died: Promise<Error>;
}

export interface ClusterOptions {
  /** The data folder; made where it is missing. */
  folder: string;
  /** Told, one line at a time, what takes long or is out of the ordinary. */
  report?: (line: string) => void;
  /** Off only for clusters that nobody misses after a crash of the machine. */
  fsync?: boolean;
  /** Lays the cluster from a backup in place of initdb; a cluster that is there already is an error then. */
  fill?: Fill;
}

/** Opens the cluster of a data folder, laying it when there is none. Throws a StartError for what a reader can mend. */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const report = options.report ?? (() => undefined);
  const fsync = options.fsync ?? true;
  const folder = await makeFolder(options.folder);
  const installed = findBinaries();
  const place = await findPlace(folder);
  const lock = await takeLock(place.root, folder);
  try {
    const binaries = place.user === undefined ? installed : await reachableBinaries(installed, place.user);
    const outside = dirname(place.root) !== folder;
    if (outside) {
      report(
        `root ile çalışıyor, veritabanı şurada: ${place.root} / running as root, the database is in ${place.root}`,
      );
    }
    await removeHalfLaid(place);
    const firstTime = !(await isLaid(place, folder, binaries));
    if (!firstTime && options.fill !== undefined) {
      throw new StartError(
        'FOLDER_NOT_EMPTY',
        `${folder} içinde bir veritabanı var: boş bir klasöre geri yükleyin.`,
        `There is a database in ${folder} already: restore into an empty folder.`,
      );
    }
    if (firstTime) {
      report(
        options.fill === undefined
          ? 'Veritabanı kuruluyor / setting up the database'
          : 'Yedek yerleştiriliyor / bringing the backup in',
      );
      await layPlace(place, folder, binaries, fsync, options.fill);
    }
    const password = await readPassword(place);
    const postgres = await startPostgres(place, binaries, { fsync, report });
    return asCluster(place, lock, postgres, { password, binaries: binaries.folder, firstTime });
  } catch (error) {
    lock.release();
    throw error;
  }
}

function asCluster(
  place: Place,
  lock: FolderLock,
  postgres: Awaited<ReturnType<typeof startPostgres>>,
  known: { password: string; binaries: string; firstTime: boolean },
): Cluster {
  let asked = false;
  return {
    url: `postgres://${OWNER}:${known.password}@127.0.0.1:${postgres.port}/${OWNER}`,
    port: postgres.port,
    folder: place.data,
    binaries: known.binaries,
    firstTime: known.firstTime,
    stop: async () => {
      asked = true;
      await postgres.stop();
      lock.release();
    },
    died: new Promise((done) => {
      void postgres.ended.then((error) => {
        if (!asked) {
          done(error);
        }
      });
    }),
  };
}

async function readPassword(place: Place): Promise<string> {
  try {
    return (await readFile(place.passwordFile, 'utf8')).trim();
  } catch (error) {
    throw startErrorOfFile(error, place.passwordFile) ?? error;
  }
}
