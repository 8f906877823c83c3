// `npm start`: reads the configuration, sets up the ground, opens the rooms and the doors, and says what to try.
// Ctrl-C drains: no new calls, those in flight are answered, then the database is stopped. If PostgreSQL ends unasked the
// server ends with an error; if the process that started us is gone (IPC), we end as by Ctrl-C.

import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadDemo } from './demo.ts';
import { DEMO_ACCOUNTS } from './demo-accounts.ts';
import { systemClock } from './ground/clock.ts';
import { lockFolder, openCluster } from './ground/cluster.ts';
import { type Config, readConfig, type VariableName } from './ground/config.ts';
import { APP_ROLE, openDatabase, roleExists } from './ground/database.ts';
import { AddressKeys } from './ground/keys.ts';
import { openLog } from './ground/log.ts';
import { migrate } from './ground/migrate.ts';
import { masterSecret } from './ground/secret.ts';
import { StartError } from './ground/start-error.ts';
import { openHouse } from './house.ts';

const HOME = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');
/** After this a shutdown that hangs is ended by force. */
const SHUTDOWN_DEADLINE_MS = 20_000;
/** Without a database nothing in flight can be finished: who waits for a COMMIT in doubt is let go. */
const DEAD_DATABASE_DEADLINE_MS = 2_000;

type Undo = () => unknown;
const undo: Undo[] = [];
let ending: Promise<void> | undefined;

function end(code: number, deadlineMs = SHUTDOWN_DEADLINE_MS): Promise<void> {
  ending ??= (async () => {
    setTimeout(() => process.exit(code || 1), deadlineMs).unref();
    for (const step of undo.reverse()) await step();
    process.exit(code);
  })().catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
  return ending;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void end(0));
process.on('disconnect', () => void end(0));

start().catch((error: unknown) => {
  console.error(error instanceof StartError ? `✗ ${error.message}` : error);
  void end(1);
});

async function start(): Promise<void> {
  const began = Date.now();
  const config = readConfig(process.env, HOME);
  const log = openLog(config.logLevel);
  const say = (line: string): void => console.log(line);

  let url = config.databaseUrl;
  if (url === undefined) {
    const lock = await lockFolder(config.dataFolder);
    undo.push(() => lock.release());
    const cluster = await openCluster({ folder: config.dataFolder, report: say });
    undo.push(cluster.stop);
    void cluster.died.then((error) => {
      if (ending) return;
      console.error(
        `✗ PostgreSQL durdu, sunucu kapanıyor. / PostgreSQL ended, the server is closing. (${error.message})`,
      );
      void end(1, DEAD_DATABASE_DEADLINE_MS);
    });
    url = cluster.url;
  }
  await migrate(url);
  const secret = await masterSecret(url, config);
  const role = (await roleExists(url)) ? APP_ROLE : undefined;
  const database = openDatabase({ url, role, connectionsMax: config.databaseConnections });
  undo.push(() => database.close());

  const simulators = config.demo ? await startSimulators(config) : undefined;
  const outside = {
    timeStampAuthority: config.timeStampAuthority ?? simulators?.timeStampAuthority,
    smtpUrl: config.smtpUrl ?? simulators?.smtp,
  };
  const house = await openHouse({
    config: { ...config, ...outside },
    database,
    clock: systemClock,
    log,
    secret,
    filesFolder: join(config.dataFolder, 'files'),
  });
  undo.push(() => house.close());
  if (config.demo) await loadDemo({ rooms: house.rooms, database, keys: new AddressKeys(secret) });
  const hasAccounts = (await database.rows('select from account limit 1')).length > 0;
  if (config.metricsPort !== 0) await serveMetrics(config.metricsPort, house);
  await listen(house.app, config);
  house.startWork();
  const seconds = (Date.now() - began) / 1000;
  const inbox = config.smtpUrl === undefined ? simulators?.inbox : undefined;
  for (const line of greeting({ ...config, ...outside }, { seconds, hasAccounts, inbox })) say(line);
}

async function listen(app: { listen(options: object): Promise<string> }, { port, host }: Config): Promise<void> {
  try {
    await app.listen({ port, host });
  } catch (error) {
    throw portError(error, 'PORT', port);
  }
}

function portError(error: unknown, variable: VariableName, port: number): unknown {
  if ((error as { code?: string }).code !== 'EADDRINUSE') return error;
  const other = `${variable}=${port < 65_535 ? port + 1 : port - 1}`;
  const [offTurkish, offEnglish] =
    variable === 'METRICS_PORT' ? [' (0 ölçüleri kapatır)', ' (0 switches the metrics off)'] : ['', ''];
  return new StartError(
    'PORT_TAKEN',
    `${port} numaralı port kullanımda: öbür programı kapatın ya da ${other} verin${offTurkish}.`,
    `Port ${port} is in use: stop the other program or set ${other}${offEnglish}.`,
    error,
  );
}

/** Metrics on a port of their own, for this machine only: they are nobody else's business. */
async function serveMetrics(
  port: number,
  { metrics }: { metrics: { text(): Promise<string>; contentType: string } },
): Promise<void> {
  const server = createServer((request, response) => {
    if (request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    metrics.text().then(
      (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(portError(error, 'METRICS_PORT', port)));
    server.listen(port, '127.0.0.1', resolve);
  });
  undo.push(() => server.closeAllConnections());
  undo.push(() => server.close());
}

interface SimulatorAddresses {
  readonly timeStampAuthority: string;
  readonly smtp: string;
  /** The page that shows what was mailed. */
  readonly inbox: string;
}

/** The outside world of the demo: a program of its own, reached over its protocols alone. */
async function startSimulators({ dataFolder }: Config): Promise<SimulatorAddresses> {
  const child = spawn(process.execPath, [join(HOME, 'packages/simulators/src/main.ts')], {
    env: {
      ...process.env,
      ACIK_IYS_TSA_PORT: '0',
      ACIK_IYS_SMTP_PORT: '0',
      ACIK_IYS_INBOX_PORT: '0',
      ACIK_IYS_SIMULATORS_DATA: join(dataFolder, 'simulators'),
    },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  undo.push(() => child.kill('SIGTERM'));
  const line = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the simulators ended (${code})`)));
    child.stdout?.once('data', (data: Buffer) => resolve(data.toString()));
  });
  return JSON.parse(line) as SimulatorAddresses;
}

/** At most twelve lines: where it is, who may log in, what to try, what is missing. */
function greeting(
  config: Config,
  { seconds, hasAccounts, inbox }: { seconds: number; hasAccounts: boolean; inbox: string | undefined },
): string[] {
  const at = `http://${config.host === '0.0.0.0' ? '127.0.0.1' : config.host}:${config.port}`;
  const lines = [
    `✓ Açık İYS hazır / ready: ${at}  (${seconds.toFixed(1)} s)`,
    `  İşletme / business: ${at}/isletme${inbox === undefined ? '' : `   Posta / mail: ${inbox}`}`,
    `  API: ${at}/docs   Sağlık / health: ${at}/health/ready`,
    `  Veri / data: ${config.databaseUrl === undefined ? '' : 'DATABASE_URL, '}${resolve(config.dataFolder)}`,
  ];
  if (config.demo)
    lines.push(
      '  Deneme hesapları / demo accounts:',
      ...DEMO_ACCOUNTS.map(({ code, email, password }) => `    ${code}  ${email}  ${password}`),
      '  Deneyin / try:',
      `    curl -s ${at}/oauth2/token -H 'content-type: application/json' -d '{"grant_type":"password","username":"${DEMO_ACCOUNTS[0].email}","password":"${DEMO_ACCOUNTS[0].password}"}'`,
    );
  if (!hasAccounts)
    lines.push('  Hesap yok; ilk hesaplar için: npm run setup -- help / No accounts yet: npm run setup -- help');
  if (config.smtpUrl === undefined)
    lines.push(
      '  Posta sunucusu yok, postalar bekler: ACIK_IYS_SMTP_URL / No mail server, mails wait: ACIK_IYS_SMTP_URL',
    );
  if (config.timeStampAuthority === undefined)
    lines.push(
      '  Zaman damgası yetkilisi yok, gün dosyaları damgalanmaz: ACIK_IYS_TSA_URL / No time-stamp authority, day files are not stamped: ACIK_IYS_TSA_URL',
    );
  lines.push('  Kapatmak için / to stop: Ctrl-C');
  return lines;
}
