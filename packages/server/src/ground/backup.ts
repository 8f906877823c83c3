// A backup of an embedded registry, taken while it serves, and the way back.
//
// Promises: every movement that was acknowledged before `endedAt` of the manifest is in the backup; a backup folder
// appears whole or not at all (it is written beside, forced to disk and renamed); a file that changed afterwards is
// noticed before anything is restored.
// How: PostgreSQL's own functions. pg_backup_start makes a checkpoint and from then on whole pages go into the log; the
// files are copied as they are, torn and from different moments; pg_backup_stop gives the label from which recovery
// starts and the end of the log that makes the copy one moment again. A temporary replication slot keeps that log from
// being recycled meanwhile; it ends with the connection, however that ends.
// Trades: the whole database is copied each time. The secret that opens the addresses is not in a backup unless asked
// for: a backup that is stolen tells no address, and one without its secret tells nobody any. A print of the secret
// (HKDF, one way) is kept, so that a restore with another secret is refused.
//
//   <backup>/backup.json             the manifest, written last
//   <backup>/postgres/cluster/…      PostgreSQL's data directory with the log since
//   <backup>/postgres/password       of the cluster's superuser, who can be reached from its own machine only
//   <backup>/files/…                 sealed day files
//   <backup>/secret                  only where asked for

import { createHash, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import pg from 'pg';
import { secretPrint } from './secret.ts';
import { StartError, startErrorOfFile } from './start-error.ts';
import { syncFolder } from './sync-folder.ts';

/** Of the manifest's layout. */
const FORMAT = 1;
const MANIFEST = 'backup.json';
const CLUSTER = 'postgres/cluster';
const PASSWORD = 'postgres/password';
const FILES = 'files';
const SECRET = 'secret';
/** Copied at once; memory of a copy. */
const CHUNK_BYTES = 1024 * 1024;
/** Files forced to the disk at once: Node has four threads for it. */
const SYNCS_AT_ONCE = 4;
/** pg_control is one write of PostgreSQL's, seldom caught in the middle: as often as this, never. */
const CONTROL_READS_MAX = 100;

/** What PostgreSQL makes anew at a start: copied as empty folders (PostgreSQL, basebackup.c). */
const EMPTIED = [
  'pg_dynshmem',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_wal',
  'pg_wal/archive_status',
  'pg_wal/summaries',
];
/** Not copied: of the running process, of the label of this backup, and what is thrown away at a start. */
const LEFT_OUT =
  /^(postmaster\.(pid|opts)|backup_label(\.old)?|tablespace_map(\.old)?|backup_manifest|current_logfiles(\.tmp)?|postgresql\.auto\.conf\.tmp|pg_internal\.init.*|pgsql_tmp.*|t\d+_\d+.*)$/;
const CONTROL = 'global/pg_control';

export interface Manifest {
  readonly format: number;
  /** ISO 8601, UTC. What was acknowledged before `endedAt` is in the backup. */
  readonly startedAt: string;
  readonly endedAt: string;
  readonly startLsn: string;
  readonly stopLsn: string;
  readonly postgresMajor: string;
  readonly postgresVersion: string;
  readonly systemIdentifier: string;
  /** Number of the newest migration. */
  readonly schemaVersion: number;
  /** Tells whether a secret is the one that this registry was written with, and nothing else of it. */
  readonly secretPrint: string;
  readonly withSecret: boolean;
  readonly bytes: number;
  readonly folders: readonly string[];
  readonly files: readonly BackupFile[];
}

export interface BackupFile {
  /** Below the backup's folder, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

// ------------------------------------------------------------------------------------------------- backing up

export interface BackupOptions {
  /** Of the cluster's superuser. */
  readonly url: string;
  /** PostgreSQL's data directory. */
  readonly data: string;
  readonly passwordFile: string;
  /** Sealed day files; need not exist. */
  readonly filesFolder: string;
  readonly secret: Buffer;
  readonly withSecret: boolean;
  /** The backup's folder; must not exist, or be empty. */
  readonly to: string;
  readonly schemaVersion: number;
}

/** Takes a backup beside a living server. Throws a StartError for what an operator can mend; nothing is left then. */
export async function takeBackup(options: BackupOptions): Promise<Manifest> {
  const { to } = options;
  const side = `${to}.making-${randomBytes(6).toString('hex')}`;
  try {
    await mustBeFree(to);
    await mkdir(dirname(to), { recursive: true });
    await mkdir(side, { mode: 0o700 });
    const manifest = await fillBackup(options, side);
    await writeWhole(join(side, MANIFEST), Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`));
    await syncAll(side, manifest.files);
    for (const folder of ['', 'postgres', ...manifest.folders]) await syncFolder(join(side, folder));
    if (existsSync(to)) await rmdir(to);
    await rename(side, to);
    await syncFolder(dirname(to));
    return manifest;
  } catch (error) {
    await rm(side, { recursive: true, force: true }).catch(() => undefined);
    throw startErrorOfFile(error, to) ?? error;
  }
}

async function mustBeFree(to: string): Promise<void> {
  if (!existsSync(to) || (await readdir(to)).length === 0) return;
  throw new StartError(
    'FOLDER_NOT_EMPTY',
    `${to} boş değil: yedek için yeni bir klasör adı verin.`,
    `${to} is not empty: name a new folder for the backup.`,
  );
}

async function fillBackup(options: BackupOptions, side: string): Promise<Manifest> {
  const copy = new Copy(side);
  // One session from start to end: PostgreSQL drops the backup and the slot with it.
  const client = new pg.Client({ connectionString: options.url, application_name: 'acik-iys-backup', keepAlive: true });
  // A connection lost between two queries fails the next one; without a listener it would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const startedAt = new Date().toISOString();
    const about = await aboutServer(client);
    await client.query('select pg_create_physical_replication_slot($1, true, true)', [
      `acik_iys_backup_${randomBytes(8).toString('hex')}`,
    ]);
    const started = await client.query(`select pg_backup_start('acik-iys', true)::text as lsn`);
    const startLsn = started.rows[0].lsn as string;
    await copyCluster(copy, options.data);
    const endedAt = new Date().toISOString();
    const stopped = await client.query(
      `select lsn::text, labelfile, spcmapfile, pg_walfile_name($1::pg_lsn) as first, pg_walfile_name(lsn) as last
         from pg_backup_stop(false)`,
      [startLsn],
    );
    const { lsn: stopLsn, labelfile, first, last } = stopped.rows[0] as Record<string, string>;
    await copy.write(`${CLUSTER}/backup_label`, Buffer.from(labelfile as string));
    await copyLog(copy, options.data, first as string, last as string, about.segmentBytes);
    await copy.file(options.passwordFile, PASSWORD);
    await copy.folder(FILES);
    // After the database: whatever day it calls finished has its file by now.
    await copyTree(copy, options.filesFolder, FILES, (path) => path === 'temporary');
    if (options.withSecret) await copy.write(SECRET, Buffer.from(`${options.secret.toString('hex')}\n`));
    return {
      format: FORMAT,
      startedAt,
      endedAt,
      startLsn,
      stopLsn: stopLsn as string,
      postgresMajor: about.major,
      postgresVersion: about.version,
      systemIdentifier: about.systemIdentifier,
      schemaVersion: options.schemaVersion,
      secretPrint: secretPrint(options.secret),
      withSecret: options.withSecret,
      bytes: copy.files.reduce((sum, { bytes }) => sum + bytes, 0),
      folders: copy.folders,
      files: copy.files,
    };
  } finally {
    await client.end().catch(() => undefined);
  }
}

interface AboutServer {
  readonly version: string;
  readonly major: string;
  readonly systemIdentifier: string;
  readonly segmentBytes: number;
}

async function aboutServer(client: pg.Client): Promise<AboutServer> {
  const { rows } = await client.query(
    `select current_setting('server_version') as version, current_setting('server_version_num')::int as number,
            (select system_identifier::text from pg_control_system()) as id,
            (select setting::int from pg_settings where name = 'wal_segment_size') as segment,
            (select count(*)::int from pg_tablespace) as tablespaces`,
  );
  const { version, number, id, segment, tablespaces } = rows[0] as {
    version: string;
    number: number;
    id: string;
    segment: number;
    tablespaces: number;
  };
  if (tablespaces > 2)
    throw new StartError(
      'DATABASE_FAILED',
      'Veritabanında ek tablo alanı (tablespace) var, bu yedek onları kapsamaz: pg_basebackup kullanın.',
      'The database has tablespaces of its own, which this backup does not cover: use pg_basebackup.',
    );
  return { version, major: String(Math.floor(number / 10_000)), systemIdentifier: id, segmentBytes: segment };
}

async function copyCluster(copy: Copy, data: string): Promise<void> {
  await copy.folder(CLUSTER);
  await copyTree(copy, data, CLUSTER, (path) => path === CONTROL || LEFT_OUT.test(path.split('/').at(-1) as string));
  // Last, as PostgreSQL's own tool does: it is younger than all that it speaks of.
  await copy.write(`${CLUSTER}/${CONTROL}`, await readControl(join(data, CONTROL)));
}

/** A file that PostgreSQL rewrites in place: read until two reads agree. */
async function readControl(path: string): Promise<Buffer> {
  let before = await readFile(path);
  for (let reads = 1; reads < CONTROL_READS_MAX; reads++) {
    const now = await readFile(path);
    if (now.equals(before)) return now;
    before = now;
  }
  throw new Error(`${path} does not come to rest`);
}

/** The segments from the backup's start to its end; after pg_backup_stop the last one is closed and never changes. */
async function copyLog(copy: Copy, data: string, first: string, last: string, segmentBytes: number): Promise<void> {
  const names = (await readdir(join(data, 'pg_wal'))).sort();
  const segments = names.filter((name) => /^[0-9A-F]{24}$/.test(name) && name >= first && name <= last);
  const histories = names.filter((name) => /^[0-9A-F]{8}\.history$/.test(name));
  const numberOf = (name: string): number => {
    const perFile = 0x1_0000_0000 / segmentBytes;
    return Number.parseInt(name.slice(8, 16), 16) * perFile + Number.parseInt(name.slice(16), 16);
  };
  if (segments.length !== numberOf(last) - numberOf(first) + 1)
    throw new Error(`the log from ${first} to ${last} is not whole: ${segments.length} segments`);
  for (const name of [...segments, ...histories]) {
    const copied = await copy.file(join(data, 'pg_wal', name), `${CLUSTER}/pg_wal/${name}`);
    if (copied === undefined || (segments.includes(name) && copied.bytes !== segmentBytes))
      throw new Error(`the log's segment ${name} is not whole`);
  }
}

/** Copies what is below a folder. Files and folders that go away meanwhile are left out: the log knows of that. */
async function copyTree(copy: Copy, from: string, to: string, leaveOut: (path: string) => boolean): Promise<void> {
  const walk = async (below: string): Promise<void> => {
    const entries = await readdir(join(from, below), { withFileTypes: true }).catch(missing);
    for (const entry of entries ?? []) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (leaveOut(path)) continue;
      if (entry.isDirectory()) {
        await copy.folder(`${to}/${path}`);
        if (to === CLUSTER && EMPTIED.includes(path)) {
          for (const folder of EMPTIED.filter((name) => name.startsWith(`${path}/`)))
            if (existsSync(join(from, folder))) await copy.folder(`${to}/${folder}`);
        } else await walk(path);
      } else if (entry.isFile()) await copy.file(join(from, path), `${to}/${path}`);
      else throw new Error(`${join(from, path)} is neither a file nor a folder`);
    }
  };
  await walk('');
}

function missing(error: unknown): undefined {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
}

/** What has been copied into a backup so far. */
class Copy {
  readonly #root: string;
  readonly folders: string[] = [];
  readonly files: BackupFile[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  async folder(path: string): Promise<void> {
    await mkdir(join(this.#root, path), { recursive: true, mode: 0o700 });
    this.folders.push(path);
  }

  /** @returns undefined where the file is gone */
  async file(from: string, path: string): Promise<BackupFile | undefined> {
    const copied = await copyFile(from, join(this.#root, path)).catch(missing);
    if (copied === undefined) return undefined;
    const file = { path, ...copied };
    this.files.push(file);
    return file;
  }

  async write(path: string, content: Buffer): Promise<void> {
    await writeWhole(join(this.#root, path), content);
    this.files.push({ path, bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') });
  }
}

/** Copies a file. Throws ENOENT, with nothing made, where the source is gone. */
async function copyFile(from: string, to: string): Promise<{ bytes: number; sha256: string }> {
  const source = await open(from, 'r');
  try {
    const target = await open(to, 'wx', 0o600);
    try {
      const hash = createHash('sha256');
      const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
      let bytes = 0;
      for (;;) {
        const { bytesRead } = await source.read(buffer, 0, CHUNK_BYTES);
        if (bytesRead === 0) break;
        const piece = buffer.subarray(0, bytesRead);
        hash.update(piece);
        await writeAll(target, piece);
        bytes += bytesRead;
      }
      return { bytes, sha256: hash.digest('hex') };
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function writeAll(target: FileHandle, piece: Buffer): Promise<void> {
  for (let at = 0; at < piece.length; ) at += (await target.write(piece, at)).bytesWritten;
}

async function writeWhole(path: string, content: Buffer): Promise<void> {
  const target = await open(path, 'wx', 0o600);
  try {
    await writeAll(target, content);
    await target.sync();
  } finally {
    await target.close();
  }
}

/** Forces files to the disk, several at once: they then share the disk's own commits. */
async function syncAll(root: string, files: readonly BackupFile[]): Promise<void> {
  const left = files.values();
  const worker = async (): Promise<void> => {
    for (const { path } of left) {
      const handle = await open(join(root, path), 'r+');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    }
  };
  await Promise.all(Array.from({ length: SYNCS_AT_ONCE }, worker));
}

// --------------------------------------------------------------------------------------------- bringing back

/** Reads a backup's manifest. Throws a StartError where there is none that this program understands. */
export async function readManifest(from: string): Promise<Manifest> {
  let manifest: Manifest;
  try {
    manifest = JSON.parse(await readFile(join(from, MANIFEST), 'utf8')) as Manifest;
  } catch (error) {
    throw damaged(from, `${MANIFEST}: ${(error as Error).message}`, error);
  }
  if (manifest.format !== FORMAT)
    throw new StartError(
      'DATABASE_VERSION',
      `${from} başka bir sürümün yedeği (biçim ${manifest.format}): onu alan sürümle geri yükleyin.`,
      `${from} is a backup of another release (format ${manifest.format}): restore it with the release that made it.`,
    );
  for (const path of [...manifest.folders, ...manifest.files.map((file) => file.path)])
    if (!/^[^/\\]+(\/[^/\\]+)*$/.test(path) || path.split('/').some((part) => part === '.' || part === '..'))
      throw damaged(from, path);
  return manifest;
}

/** The secret that is in a backup, or undefined. */
export async function secretOfBackup(from: string, manifest: Manifest): Promise<Buffer | undefined> {
  if (!manifest.withSecret) return undefined;
  return Buffer.from((await readFile(join(from, SECRET), 'utf8')).trim(), 'hex');
}

/** Fills an empty data directory and the password file beside it from a backup, checking each file on the way. */
export async function fillFromBackup(
  from: string,
  manifest: Manifest,
  place: { readonly data: string; readonly passwordFile: string },
): Promise<void> {
  await copyBack(from, manifest, CLUSTER, place.data);
  const [password] = manifest.files.filter(({ path }) => path === PASSWORD);
  if (password === undefined) throw damaged(from, PASSWORD);
  await copyChecked(from, password, place.passwordFile);
}

/** Brings the sealed day files back into `filesFolder`, checking each on the way. */
export async function filesFromBackup(from: string, manifest: Manifest, filesFolder: string): Promise<void> {
  await mkdir(filesFolder, { recursive: true, mode: 0o700 });
  await copyBack(from, manifest, FILES, filesFolder);
  const top = `${FILES}/`;
  const files = manifest.files.filter(({ path }) => path.startsWith(top));
  await syncAll(
    filesFolder,
    files.map((file) => ({ ...file, path: file.path.slice(top.length) })),
  );
}

/** Copies what lies below `top` of a backup to below `to`. */
async function copyBack(from: string, manifest: Manifest, top: string, to: string): Promise<void> {
  const below = (path: string): string | undefined =>
    path.startsWith(`${top}/`) ? join(to, path.slice(top.length + 1)) : undefined;
  for (const path of manifest.folders) {
    const target = below(path);
    if (target !== undefined) await mkdir(target, { recursive: true, mode: 0o700 });
  }
  for (const file of manifest.files) {
    const target = below(file.path);
    if (target !== undefined) await copyChecked(from, file, target);
  }
}

async function copyChecked(from: string, file: BackupFile, to: string): Promise<void> {
  let copied: { bytes: number; sha256: string };
  try {
    copied = await copyFile(join(from, file.path), to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw damaged(from, file.path, error);
    throw error;
  }
  if (copied.bytes !== file.bytes || copied.sha256 !== file.sha256) throw damaged(from, file.path);
}

function damaged(from: string, what: string, cause?: unknown): StartError {
  return new StartError(
    'FOLDER_DAMAGED',
    `${from} tam ve değişmemiş bir yedek değil (${what}): başka bir yedek kullanın.`,
    `${from} is not a whole, unchanged backup (${what}): use another backup.`,
    cause,
  );
}
