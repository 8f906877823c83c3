// The master secret: given by the operator, or made once and kept in the data folder with mode 600. Everything sealed
// hangs on it: a lost secret is a lost registry, so it belongs into the backup's keeping, apart from the backup.
//
// Addresses are found by keys under it, so under another secret a registry looks empty: its refusals are not seen, and a
// new consent counts as the first. The database therefore keeps a print of the secret that it was first served with, and
// nobody works on it with another. With the print it keeps whether it was set up with the demo, whose movements could
// never be deleted again from a registry that is meant in earnest.

import { hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from './config.ts';
import { type Connection, openDatabase } from './database.ts';
import { StartError, startErrorOfFile } from './start-error.ts';
import { syncFolder } from './sync-folder.ts';

const BYTES = 32;
const PRINT_BYTES = 16;

/** Where a secret may come from: 64 hex digits, else the file in the folder. */
export type SecretPlace = Pick<Config, 'secret' | 'dataFolder'>;

/**
 * The secret of a migrated database. Where it has none yet, the one that is given or kept becomes its own, or one is
 * made; with that is settled for ever whether the registry is a demo. Throws a StartError where its secret is not here,
 * or where the demo is asked for and it was set up without.
 * @param url of the database's owner: the application's role may not write the print
 */
export async function masterSecret(
  url: string,
  { demo, ...place }: SecretPlace & Pick<Config, 'demo'>,
): Promise<Buffer> {
  const database = openDatabase({ url, role: undefined, connectionsMax: 1 });
  try {
    return await database.transaction(async (connection) => {
      // Two first starts at once take turns, so that the second makes no secret of its own.
      await connection.run('lock table secret_print in share row exclusive mode');
      if ((await printIn(connection)) === undefined) {
        const secret = (await foundSecret(place)) ?? (await makeSecret(place.dataFolder));
        await connection.run('insert into secret_print (print, demo) values ($1, $2)', [secretPrint(secret), demo]);
      }
      const secret = await existingSecret(connection, place);
      if (demo) await mustBeDemo(connection);
      return secret;
    });
  } finally {
    await database.close();
  }
}

/** The same, but nothing is made or written: for programs that only look. */
export async function existingSecret(database: Pick<Connection, 'rows'>, place: SecretPlace): Promise<Buffer> {
  const secret = await foundSecret(place);
  const file = fileIn(place.dataFolder);
  if (secret === undefined)
    throw new StartError(
      'CONFIGURATION',
      `Bu veritabanının ana sırrı bulunamadı ve yenisi üretilmez, çünkü onunla kayıtlı hiçbir ret görülmez: ACIK_IYS_SECRET ile verin ya da ${file} dosyasını geri koyun (docs/operators.md).`,
      `The master secret of this database was not found, and no new one is made, for no refusal in it would be seen with that: give it in ACIK_IYS_SECRET or put ${file} back (docs/operators.md).`,
    );
  const print = await printIn(database);
  if (print !== undefined && print !== secretPrint(secret)) {
    const source = place.secret === undefined ? file : 'ACIK_IYS_SECRET';
    throw new StartError(
      'CONFIGURATION',
      `${source} bu veritabanının ana sırrı değil, onunla kayıtlı hiçbir ret görülmez: doğrusunu ACIK_IYS_SECRET ile verin ya da ${file} dosyasına geri koyun; yeni bir kayıt içinse yeni bir veritabanı gösterin (docs/operators.md).`,
      `${source} is not the master secret of this database, and no refusal in it would be seen with that: give the right one in ACIK_IYS_SECRET or put it back into ${file}; for a new registry name a new database (docs/operators.md).`,
    );
  }
  return secret;
}

async function mustBeDemo(database: Pick<Connection, 'rows'>): Promise<void> {
  const [row] = await database.rows<[boolean]>('select demo from secret_print');
  if (row?.[0] === true) return;
  throw new StartError(
    'CONFIGURATION',
    'Bu kayıt denemesiz kurulmuş; ACIK_IYS_DEMO=0 ile açın.',
    'This registry was set up without the demo; start it with ACIK_IYS_DEMO=0.',
  );
}

/** One-way print of a master secret: tells whether a secret is the right one, and nothing else of it. */
export function secretPrint(secret: Buffer): string {
  return Buffer.from(hkdfSync('sha256', secret, '', 'acik-iys secret print', PRINT_BYTES)).toString('hex');
}

/** Puts a secret where the next start looks for it, lasting. Throws EEXIST where one is. */
export async function keepSecret(folder: string, secret: Buffer): Promise<void> {
  const file = await open(fileIn(folder), 'wx', 0o600);
  try {
    await file.writeFile(`${secret.toString('hex')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(folder);
}

function fileIn(folder: string): string {
  return join(folder, 'secret');
}

async function printIn(database: Pick<Connection, 'rows'>): Promise<string | undefined> {
  const [row] = await database.rows<[string]>('select print from secret_print');
  return row?.[0];
}

/** The secret that is given or kept; undefined where there is none. */
async function foundSecret({ secret, dataFolder }: SecretPlace): Promise<Buffer | undefined> {
  if (secret !== undefined) return Buffer.from(secret, 'hex');
  const file = fileIn(dataFolder);
  let text: string;
  try {
    text = (await readFile(file, 'utf8')).trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw startErrorOfFile(error, file) ?? error;
  }
  if (/^[0-9a-f]{64}$/.test(text)) return Buffer.from(text, 'hex');
  throw new StartError(
    'FOLDER_DAMAGED',
    `${file} 64 onaltılık hane tutmuyor: yedekten geri koyun ya da ACIK_IYS_SECRET ile verin.`,
    `${file} does not hold 64 hex digits: restore it from your backup or give it as ACIK_IYS_SECRET.`,
  );
}

async function makeSecret(folder: string): Promise<Buffer> {
  const secret = randomBytes(BYTES);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await keepSecret(folder, secret);
  } catch (error) {
    throw startErrorOfFile(error, fileIn(folder)) ?? error;
  }
  return secret;
}
