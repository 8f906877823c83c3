// `npm run backup`: copies the embedded registry while it serves (or while it does not), into a folder of its own.
// Exit codes: 0 the backup is whole, 2 there is none.

import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { takeBackup } from '../ground/backup.ts';
import type { Config } from '../ground/config.ts';
import { openDatabase } from '../ground/database.ts';
import { existingSecret } from '../ground/secret.ts';
import { StartError } from '../ground/start-error.ts';
import { configuration, EXIT_DONE, layGround, pathOf, readArguments, runMain, UsageError } from './ground.ts';

const HELP = `Yedek alır / takes a backup:  npm run backup -- --to KLASOR

  --to KLASOR     yedeğin klasörü; yeni ya da boş olmalı / the backup's folder; new or empty
  --with-secret   ana sırrı da koyar / puts the master secret in as well
  --help          bu sayfa / this page

Sunucu çalışırken alınır. Ana sır olmadan yedekteki adresleri kimse okuyamaz: sırrı ayrı bir yerde saklayın.
Taken while the server works. Without the master secret nobody reads the addresses in it: keep the secret elsewhere.
Geri yüklemek için / to restore:  npm run restore -- --from KLASOR --secret-file DOSYA`;

runMain(async (args) => {
  const { values } = readArguments({
    args,
    options: {
      help: { type: 'boolean', short: 'h' },
      to: { type: 'string' },
      'with-secret': { type: 'boolean' },
    },
  } as const);
  if (values.help) {
    console.log(HELP);
    return EXIT_DONE;
  }
  if (!values.to)
    throw new UsageError(
      '--to ile yedeğin klasörünü verin. Yardım: npm run backup -- --help',
      'name the folder in --to. Help: npm run backup -- --help',
    );
  const to = pathOf(values.to);
  const withSecret = values['with-secret'] === true;
  const config = configuration();
  if (config.databaseUrl !== undefined)
    throw new StartError(
      'CONFIGURATION',
      'DATABASE_URL ile gelen PostgreSQL kendi araçlarıyla yedeklenir (pg_basebackup, pgBackRest; bkz. docs/operators.md): bu komut gömülü veritabanı içindir.',
      'A PostgreSQL of DATABASE_URL is backed up with its own tools (pg_basebackup, pgBackRest; see docs/operators.md): this command is for the embedded database.',
    );
  if (isBelow(to, config.dataFolder))
    throw new StartError(
      'CONFIGURATION',
      `${to} veri klasörünün içinde: onunla birlikte kaybolmayacak bir yer verin.`,
      `${to} lies in the data folder: name a place that is not lost together with it.`,
    );
  const ground = await layGround(config, { lay: false });
  const began = Date.now();
  try {
    if (ground.cluster === undefined) throw new Error('an embedded database has a cluster');
    const manifest = await takeBackup({
      url: ground.url,
      data: ground.cluster.data,
      passwordFile: ground.cluster.passwordFile,
      filesFolder: join(config.dataFolder, 'files'),
      withSecret,
      to,
      ...(await ofDatabase(ground.url, config)),
    });
    const { bytes, files, endedAt, stopLsn } = manifest;
    const seconds = ((Date.now() - began) / 1000).toFixed(1);
    console.log(
      [
        `✓ Yedek / backup: ${to}`,
        `  ${endedAt} (${stopLsn}), ${files.length} dosya / files, ${(bytes / 1e6).toFixed(0)} MB, ${seconds} s`,
        withSecret
          ? '  Ana sır yedeğin İÇİNDE: yedeği ele geçiren bütün adresleri okur. / The master secret is IN the backup: whoever gets it reads every address.'
          : `  Ana sır yedekte YOK, onsuz geri yüklenemez: ${whereSecretIs(config)} / The master secret is NOT in it, and it cannot be restored without: ${whereSecretIs(config)}`,
      ].join('\n'),
    );
    return EXIT_DONE;
  } finally {
    await ground.close();
  }
});

function whereSecretIs(config: Config): string {
  return config.secret === undefined ? join(config.dataFolder, 'secret') : 'ACIK_IYS_SECRET';
}

/** Whether a path that need not exist lies in a folder, links resolved. */
function isBelow(path: string, folder: string): boolean {
  const real = (some: string): string =>
    existsSync(some) || dirname(some) === some
      ? realpathSync(some)
      : join(real(dirname(some)), some.slice(dirname(some).length));
  return `${real(path)}${sep}`.startsWith(`${real(folder)}${sep}`);
}

async function ofDatabase(url: string, config: Config): Promise<{ schemaVersion: number; secret: Buffer }> {
  const database = openDatabase({ url, role: undefined, connectionsMax: 1, applicationName: 'acik-iys-backup' });
  try {
    const [row] = await database.rows<[number]>('select max(version) from schema_migration');
    return { schemaVersion: row?.[0] ?? 0, secret: await existingSecret(database, config) };
  } finally {
    await database.close();
  }
}
