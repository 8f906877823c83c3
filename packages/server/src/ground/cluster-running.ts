// The way into an embedded cluster that another process runs: an operator's program beside a living server.
//
// PostgreSQL writes its port and the word "ready" into postmaster.pid, and the superuser's password lies beside the
// cluster, so whoever may read the data folder may connect. Nothing is started, stopped or mended here.

import { existsSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { findPlace, OWNER, type Place } from './cluster-place.ts';
import { startErrorOfFile } from './start-error.ts';

export interface RunningCluster {
  /** The owner's connection string. It holds the password. */
  readonly url: string;
  /** PostgreSQL's data directory; the password file lies beside it, under the name `password`. */
  readonly data: string;
}

/** Lines of postmaster.pid (PostgreSQL, miscadmin.h): the port, and how far the start has come. */
const PORT_LINE = 3;
const STATUS_LINE = 7;

/** Whether the data folder holds a cluster, running or not. A folder that is missing holds none, and is not made. */
export async function hasCluster(folder: string): Promise<boolean> {
  const place = await placeOf(folder);
  return place !== undefined && existsSync(join(place.data, 'PG_VERSION'));
}

/** The cluster of a data folder, when it takes connections now. Throws a StartError where it may not be read. */
export async function runningCluster(folder: string): Promise<RunningCluster | undefined> {
  const place = await placeOf(folder);
  if (place === undefined) return undefined;
  try {
    const lines = (await readFile(join(place.data, 'postmaster.pid'), 'utf8')).split('\n');
    const port = Number(lines[PORT_LINE]);
    if (lines[STATUS_LINE]?.trim() !== 'ready' || !Number.isInteger(port)) return undefined;
    const password = (await readFile(place.passwordFile, 'utf8')).trim();
    return { url: `postgres://${OWNER}:${password}@127.0.0.1:${port}/${OWNER}`, data: place.data };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw startErrorOfFile(error, place.root) ?? error;
  }
}

async function placeOf(folder: string): Promise<Place | undefined> {
  return existsSync(folder) ? await findPlace(await realpath(folder)) : undefined;
}
