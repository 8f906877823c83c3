// `npm run audit`: looks at everything the registry promises of its data, beside a living server or without one, and
// ends with 0 (all right), 1 (faults found) or 2 (could not look). It changes nothing.

import { systemClock } from '../ground/clock.ts';
import { APP_ROLE, openDatabase, roleExists } from '../ground/database.ts';
import { AddressKeys } from '../ground/keys.ts';
import { migrations } from '../ground/migrate.ts';
import { existingSecret } from '../ground/secret.ts';
import { StartError } from '../ground/start-error.ts';
import { type AuditCounts, auditRegistry, faultLine } from '../rooms/registry/audit.ts';
import { openRegistry } from '../rooms/registry/index.ts';
import { auditDayFiles } from '../rooms/reports/audit.ts';
import { configuration, EXIT_DONE, EXIT_WANTING, layGround, readArguments, runMain } from './ground.ts';

/** The statements come one after another; the day files' reader takes a second one. */
const CONNECTIONS = 2;
/** A damaged database may have a fault for each row: so many are shown, all are counted. */
const FAULTS_SHOWN_MAX = 1_000;
const PROGRESS_EVERY_MS = 5_000;

const HELP = `Kayıtları denetler / audits the registry:  npm run audit [-- --quick]

  --quick   yalnız günlüklerin son 1000 hareketi / only the newest 1000 movements of each journal
  --help    bu sayfa / this page

Sunucu çalışırken de çalıştırılabilir; hiçbir şeyi değiştirmez. Çıkış kodu: 0 sağlam, 1 kusur bulundu, 2 bakılamadı.
May run beside a working server; changes nothing. Exit code: 0 sound, 1 faults found, 2 could not look.`;

/** Movements of each journal that a quick audit looks at: a second for hundreds of brands. */
const QUICK_NEWEST = 1_000;

runMain(async (args) => {
  const { values } = readArguments({
    args,
    options: { help: { type: 'boolean', short: 'h' }, quick: { type: 'boolean' } },
  } as const);
  if (values.help) {
    console.log(HELP);
    return EXIT_DONE;
  }
  const config = configuration();
  const ground = await layGround(config, { lay: false });
  try {
    const role = (await roleExists(ground.url)) ? APP_ROLE : undefined;
    const database = openDatabase({
      url: ground.url,
      role,
      connectionsMax: CONNECTIONS,
      applicationName: 'acik-iys-audit',
    });
    try {
      await mustBeOfThisVersion(database);
      const secret = await existingSecret(database, config);
      return await report(database, secret, values.quick === true);
    } finally {
      await database.close();
    }
  } finally {
    await ground.close();
  }
});

type OpenDatabase = ReturnType<typeof openDatabase>;

async function report(database: OpenDatabase, secret: Buffer, quick: boolean): Promise<number> {
  const began = Date.now();
  const keys = new AddressKeys(secret);
  let faults = 0;
  const show = (line: string): void => {
    faults += 1;
    if (faults <= FAULTS_SHOWN_MAX) console.log(`✗ ${line}`);
    else if (faults === FAULTS_SHOWN_MAX + 1) console.log('… (yalnız sayılıyor / counted only from here)');
  };
  let told = began;
  const progress = (what: string): void => {
    if (Date.now() - told < PROGRESS_EVERY_MS) return;
    told = Date.now();
    console.error(`  ${what} …`);
  };

  const counts = await auditRegistry({
    database,
    keys,
    clock: systemClock,
    onFault: (fault) => show(faultLine(fault)),
    onProgress: ({ movements, consents }) => progress(`${movements} hareket / movements, ${consents} izin / consents`),
    ...(quick && { newest: QUICK_NEWEST }),
  });
  const days = quick
    ? 0
    : await auditDayFiles({
        database,
        registry: openRegistry({ database, clock: systemClock, keys }),
        onFault: ({ brandId, day, reason }) =>
          show(
            `brand ${brandId}, ${day}: day-file-differs: yayımlanan gün dosyası hareketlerden farklı / the published day file differs from the movements (${reason})`,
          ),
        onProgress: (done) => progress(`${done} gün dosyası / day files`),
      });
  console.log(summary(counts, days, faults, Date.now() - began));
  return faults === 0 ? EXIT_DONE : EXIT_WANTING;
}

function summary(counts: AuditCounts, days: number, faults: number, milliseconds: number): string {
  const { brands, movements, consents, batches, withheld, dayCounters } = counts;
  return [
    `${brands} marka / brands, ${movements} hareket / movements, ${consents} izin / consents, ${batches} toplu istek / batches,`,
    `${withheld} saklanan ret / withheld refusals, ${dayCounters} gün sayacı / day counters, ${days} gün dosyası / day files`,
    `${faults === 0 ? '✓ Kusur yok / no faults' : `✗ ${faults} kusur / faults`}  (${(milliseconds / 1000).toFixed(1)} s)`,
  ].join('\n');
}

/** Only what this program knows the layout of is looked at. */
async function mustBeOfThisVersion(database: OpenDatabase): Promise<void> {
  const newest = migrations().at(-1)?.version ?? 0;
  const [there] = await database.rows<[boolean]>(`select to_regclass('schema_migration') is not null`);
  const [row] = there?.[0] ? await database.rows<[number]>('select max(version) from schema_migration') : [];
  if (row?.[0] === newest) return;
  throw new StartError(
    'DATABASE_VERSION',
    `Veritabanının şeması bu programınki değil (${row?.[0] ?? 0}, beklenen ${newest}): sunucuyu bu sürümle bir kez başlatın ya da programı güncelleyin.`,
    `The database's schema is not this program's (${row?.[0] ?? 0}, expected ${newest}): start the server of this version once, or update the program.`,
  );
}
