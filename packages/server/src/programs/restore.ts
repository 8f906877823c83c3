// `npm run restore`: brings a backup back into an empty data folder, lets PostgreSQL recover it once, looks at it, and
// stops. Exit codes: 0 the registry is back, 1 it is back and the look found faults, 2 it is not back.
//
// The secret and the day files come first and the cluster last, in one rename: a restore that dies half-way leaves no
// database, and the next one says that the folder is not empty.

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesFromBackup, fillFromBackup, type Manifest, readManifest, secretOfBackup } from '../ground/backup.ts';
import { systemClock } from '../ground/clock.ts';
import { lockFolder, openCluster } from '../ground/cluster.ts';
import { findBinaries } from '../ground/cluster-binaries.ts';
import type { Config } from '../ground/config.ts';
import { openDatabase } from '../ground/database.ts';
import { AddressKeys } from '../ground/keys.ts';
import { migrations } from '../ground/migrate.ts';
import { keepSecret, secretPrint } from '../ground/secret.ts';
import { StartError, startErrorOfFile } from '../ground/start-error.ts';
import { auditRegistry, faultLine } from '../rooms/registry/audit.ts';
import { configuration, EXIT_DONE, EXIT_WANTING, pathOf, readArguments, runMain, UsageError } from './ground.ts';

/** Movements of each journal that are looked at: a second for hundreds of brands. */
const NEWEST = 1_000;

const HELP = `Yedeği geri yükler / brings a backup back:  npm run restore -- --from KLASOR --secret-file DOSYA

  --from KLASOR         yedeğin klasörü / the backup's folder
  --secret-file DOSYA   ana sırrın dosyası; kopyası veri klasörüne konur. Verilmezse yedekteki (--with-secret) kullanılır
                        the master secret's file, copied into the data folder. Without it: that of the backup
  --help                bu sayfa / this page

Boş bir veri klasörüne yükler (ACIK_IYS_DATA); dolu olana dokunmaz. / Restores into an empty data folder
(ACIK_IYS_DATA); one that is not empty is left alone.
ACIK_IYS_SECRET verilmişse sır odur ve klasöre yazılmaz: sunucu da onunla başlatılır. / Where ACIK_IYS_SECRET is set, it
is the secret and is not written into the folder: the server is started with it too.`;

runMain(async (args) => {
  const { values } = readArguments({
    args,
    options: {
      help: { type: 'boolean', short: 'h' },
      from: { type: 'string' },
      'secret-file': { type: 'string' },
    },
  } as const);
  if (values.help) {
    console.log(HELP);
    return EXIT_DONE;
  }
  if (!values.from)
    throw new UsageError(
      '--from ile yedeğin klasörünü verin. Yardım: npm run restore -- --help',
      'name the backup in --from. Help: npm run restore -- --help',
    );
  const config = configuration();
  if (config.databaseUrl !== undefined)
    throw new StartError(
      'CONFIGURATION',
      'DATABASE_URL verilmişken geri yüklenemez: bu komut gömülü veritabanı içindir.',
      'Nothing can be restored while DATABASE_URL is set: this command is for the embedded database.',
    );
  const from = pathOf(values.from);
  const manifest = await readManifest(from);
  mustFit(manifest);
  const secretFile = values['secret-file'] === undefined ? undefined : pathOf(values['secret-file']);
  const secret = await rightSecret(config, from, manifest, secretFile);

  const lock = await lockFolder(config.dataFolder);
  try {
    return await restore(config, from, manifest, secret);
  } catch (error) {
    throw startErrorOfFile(error, config.dataFolder) ?? error;
  } finally {
    lock.release();
  }
});

async function restore(config: Config, from: string, manifest: Manifest, secret: Buffer): Promise<number> {
  const folder = config.dataFolder;
  const began = Date.now();
  if ((await readdir(folder)).length > 0)
    throw new StartError(
      'FOLDER_NOT_EMPTY',
      `${folder} boş değil: boş bir klasöre geri yükleyin (ACIK_IYS_DATA) ya da bunu başka yere taşıyın.`,
      `${folder} is not empty: restore into an empty folder (ACIK_IYS_DATA) or move this one away.`,
    );
  if (config.secret === undefined) await keepSecret(folder, secret);
  await filesFromBackup(from, manifest, join(folder, 'files'));
  const cluster = await openCluster({
    folder,
    report: (line) => console.error(line),
    fill: (place) => fillFromBackup(from, manifest, place),
  });
  try {
    const database = openDatabase({ url: cluster.url, role: undefined, connectionsMax: 1 });
    try {
      const counts = await auditRegistry({
        database,
        keys: new AddressKeys(secret),
        clock: systemClock,
        newest: NEWEST,
        onFault: (fault) => console.log(`✗ ${faultLine(fault)}`),
      });
      const seconds = ((Date.now() - began) / 1000).toFixed(1);
      console.log(
        [
          `${counts.faults === 0 ? '✓' : '✗'} Geri yüklendi / restored: ${folder}  (${seconds} s)`,
          `  ${manifest.endedAt} anına kadar kaydedildiği bildirilen her şey burada. / All that was acknowledged before ${manifest.endedAt} is here.`,
          `  ${counts.brands} marka / brands, ${counts.faults} kusur / faults. Tamamı için / for all of it: npm run audit`,
        ].join('\n'),
      );
      return counts.faults === 0 ? EXIT_DONE : EXIT_WANTING;
    } finally {
      await database.close();
    }
  } finally {
    await cluster.stop();
  }
}

/** A backup of another PostgreSQL or of a newer program is refused before anything is written. */
function mustFit({ postgresMajor, schemaVersion }: Manifest): void {
  const { major } = findBinaries();
  if (postgresMajor !== major)
    throw new StartError(
      'DATABASE_VERSION',
      `Yedek PostgreSQL ${postgresMajor} ile alınmış, bu program ${major} getiriyor: onu alan sürümle geri yükleyin.`,
      `The backup was taken from PostgreSQL ${postgresMajor}, this program brings ${major}: restore it with the release that made it.`,
    );
  if (schemaVersion > (migrations().at(-1)?.version ?? 0))
    throw new StartError(
      'DATABASE_VERSION',
      'Yedek bu programdan yeni bir sürümün: programı güncelleyin.',
      'The backup is of a newer release than this program: update the program.',
    );
}

/** The secret that the registry was written with: a wrong one would be noticed only when the first address is asked for. */
async function rightSecret(
  config: Config,
  from: string,
  manifest: Manifest,
  file: string | undefined,
): Promise<Buffer> {
  const given =
    config.secret !== undefined
      ? Buffer.from(config.secret, 'hex')
      : file !== undefined
        ? await secretIn(file)
        : await secretOfBackup(from, manifest);
  if (given === undefined)
    throw new StartError(
      'CONFIGURATION',
      'Ana sır yedekte yok ve onsuz hiçbir adres okunamaz: --secret-file ya da ACIK_IYS_SECRET ile verin.',
      'The master secret is not in the backup, and without it no address can be read: give it by --secret-file or ACIK_IYS_SECRET.',
    );
  if (secretPrint(given) !== manifest.secretPrint)
    throw new StartError(
      'CONFIGURATION',
      'Verilen ana sır bu yedeğin sırrı değil: doğrusunu --secret-file ya da ACIK_IYS_SECRET ile verin.',
      "The master secret given is not this backup's: give the right one by --secret-file or ACIK_IYS_SECRET.",
    );
  return given;
}

async function secretIn(file: string): Promise<Buffer> {
  try {
    return Buffer.from((await readFile(file, 'utf8')).trim(), 'hex');
  } catch (error) {
    throw new StartError(
      'CONFIGURATION',
      `${file} okunamıyor: --secret-file ile ana sırrın dosyasını verin.`,
      `${file} cannot be read: name the master secret's file in --secret-file.`,
      error,
    );
  }
}
