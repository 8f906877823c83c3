// Configuration by environment: one table of variables, from which the values are read and of which
// docs/configuration.md is made.
//
// Read elsewhere is only what is no setting of the server: setup's password (programs/setup.ts, as it is, since blanks
// belong to it), npm's note of the caller's folder (programs/ground.ts), what PostgreSQL's programs and the demo's
// simulators are handed (ground/cluster-binaries.ts, main.ts), and whether this is a test run (packages/law, errors.ts).
// The page names these too.

import { StartError } from './start-error.ts';

interface Variable {
  readonly default: string;
  /** For the reference page: what it does, in one sentence. */
  readonly about: string;
}

export const VARIABLES = {
  PORT: { default: '8080', about: 'Port of the API and the pages.' },
  HOST: { default: '127.0.0.1', about: 'Address to listen on; `0.0.0.0` opens it to the network.' },
  ACIK_IYS_PUBLIC_URL: {
    default: '',
    about:
      'Where people open the pages, as `https://iys.kurum.example`: links in mails and passkeys hang on it. Passkeys belong to a host name, not to a number, and to https; on one machine `http://localhost:8080` will do (at 127.0.0.1 they are asked for as those of `localhost`). Another name later makes them useless. Default: `http://127.0.0.1:PORT`.',
  },
  ACIK_IYS_DATA: {
    default: '',
    about:
      'Data folder: embedded database, files, secrets. Default: `data` in the clone. The server and the programs beside it need the same.',
  },
  DATABASE_URL: { default: '', about: 'An outside PostgreSQL (16 or newer) instead of the embedded one.' },
  ACIK_IYS_DATABASE_CONNECTIONS: { default: '12', about: 'Most connections to PostgreSQL from this process.' },
  ACIK_IYS_DEMO: {
    default: '',
    about:
      'Demo accounts and history: `1` or `0`. A registry that was set up without them is never opened with `1`. Default: `1` with the embedded database, `0` with `DATABASE_URL`.',
  },
  ACIK_IYS_SECRET: {
    default: '',
    about:
      'Master secret (64 hex digits) for addresses and tokens; another one than the database was first served with is refused. Default: made once and kept in the data folder with mode 600.',
  },
  ACIK_IYS_NEW_PASSWORD: {
    default: '',
    about: 'Password that `npm run setup` gives an account; nothing else reads it. Default: asked for, or made.',
  },
  METRICS_PORT: { default: '9464', about: 'Port of `/metrics` (Prometheus text), on 127.0.0.1; `0` switches it off.' },
  ACIK_IYS_LOG: {
    default: '',
    about:
      'Least level that is logged to stderr: `debug`, `info`, `warn`, `error` or `silent`. Default: `warn` in the demo, `info` otherwise.',
  },
  ACIK_IYS_TRUST_PROXY: {
    default: '',
    about: 'Addresses or networks of reverse proxies whose `X-Forwarded-For` is believed, by commas. Default: none.',
  },
  ACIK_IYS_RATE_LIMITS: {
    default: '',
    about:
      'Limits of calls: `1` or `0`. Calls are counted per network address; how many a provider may make can be set for it alone (`npm run setup -- limit`); the numbers below hold for everybody else and for token requests. Default: off in the demo, on otherwise.',
  },
  ACIK_IYS_LIMIT_REQUESTS_PER_SECOND: { default: '10', about: 'Requests per second (H124).' },
  ACIK_IYS_LIMIT_TOKENS_PER_HOUR: { default: '100', about: 'Token requests per hour (H084).' },
  ACIK_IYS_LIMIT_STATUS_PER_HOUR: { default: '1000', about: 'Single status queries per hour (H086).' },
  ACIK_IYS_LIMIT_HISTORY_PER_HOUR: { default: '100', about: 'History queries per hour (H089).' },
  ACIK_IYS_CHANGES_HIDDEN_MINUTES: {
    default: '0',
    about: 'Newest minutes that `changes` hides; the original hides 60.',
  },
  ACIK_IYS_CHANGES_DAYS: { default: '0', about: 'Days that `changes` reaches back, 0 for all; the original: 7.' },
  ACIK_IYS_TSA_URL: {
    default: '',
    about:
      'RFC 3161 time-stamp authority for day files. In the demo a simulator is started; otherwise, without one, no stamp is made.',
  },
  ACIK_IYS_SMTP_URL: {
    default: '',
    about:
      'Mail server, as `smtps://user:password@posta.kurum.example` or `smtp://…?requireTLS=true`; mails wait in the database until it answers. In the demo a simulator with an inbox page is started; otherwise, without one, no mail goes out.',
  },
  ACIK_IYS_MAIL_FROM: {
    default: '',
    about:
      'Sender of mails, as `Açık İYS <iys@kurum.example>`. Default: `acik-iys@` and the host of ACIK_IYS_PUBLIC_URL.',
  },
  ACIK_IYS_PUSH_PRIVATE: {
    default: '',
    about:
      'Let push go to private and loopback addresses and to plain http there: `1` or `0`. Default: on in the demo only.',
  },
  ACIK_IYS_BODY_BYTES_MAX: {
    default: '4194304',
    about: 'Largest request body in bytes; beyond it 413 before parsing.',
  },
} as const satisfies Record<string, Variable>;

export type VariableName = keyof typeof VARIABLES;

export interface Limits {
  readonly on: boolean;
  readonly requestsPerSecond: number;
  readonly tokensPerHour: number;
  readonly statusPerHour: number;
  readonly historyPerHour: number;
}

export interface Config {
  readonly port: number;
  readonly host: string;
  /** Origin of the pages, without a slash at its end. */
  readonly publicUrl: string;
  readonly dataFolder: string;
  readonly databaseUrl: string | undefined;
  readonly databaseConnections: number;
  readonly demo: boolean;
  readonly secret: string | undefined;
  readonly metricsPort: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly trustProxy: readonly string[];
  readonly limits: Limits;
  readonly changesHiddenMinutes: number;
  readonly changesDays: number;
  readonly timeStampAuthority: string | undefined;
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string;
  readonly pushPrivate: boolean;
  readonly bodyBytesMax: number;
}

/**
 * Reads the configuration. Throws a StartError, which names the variable, for a value that is not acceptable.
 * @param home folder of the clone, for the default of the data folder
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>, home: string): Config {
  const text = (name: VariableName): string => environment[name]?.trim() || VARIABLES[name].default;
  const fail = (name: VariableName, must: string): never => {
    throw new StartError(
      'CONFIGURATION',
      `${name}=${text(name)} kabul edilemedi; olabilecekler: ${must} (docs/configuration.md).`,
      `${name}=${text(name)} is not acceptable; possible: ${must} (docs/configuration.md).`,
    );
  };
  const number = (name: VariableName, least: number, most: number): number => {
    const value = Number(text(name));
    return Number.isInteger(value) && value >= least && value <= most ? value : fail(name, `${least}–${most}`);
  };
  const flag = (name: VariableName, fallback: boolean): boolean => {
    const value = text(name);
    if (value === '') return fallback;
    return value === '1' ? true : value === '0' ? false : fail(name, '1 | 0');
  };
  const oneOf = <T extends string>(name: VariableName, values: readonly T[], fallback: T): T => {
    const value = (text(name) || fallback) as T;
    return values.includes(value) ? value : fail(name, values.join(' | '));
  };

  const databaseUrl = text('DATABASE_URL') || undefined;
  const demo = flag('ACIK_IYS_DEMO', databaseUrl === undefined);
  const secret = text('ACIK_IYS_SECRET') || undefined;
  if (secret !== undefined && !/^[0-9a-f]{64}$/i.test(secret))
    throw new StartError(
      'CONFIGURATION',
      'ACIK_IYS_SECRET 64 onaltılık hane olmalı; `openssl rand -hex 32` ile üretin.',
      'ACIK_IYS_SECRET must be 64 hex digits; make one with `openssl rand -hex 32`.',
    );
  const port = number('PORT', 0, 65_535);
  const publicUrl = URL.parse(text('ACIK_IYS_PUBLIC_URL') || `http://127.0.0.1:${port}`);
  if (publicUrl === null || !/^https?:$/.test(publicUrl.protocol) || publicUrl.href !== `${publicUrl.origin}/`)
    return fail('ACIK_IYS_PUBLIC_URL', 'https://iys.kurum.example');
  const smtpUrl = text('ACIK_IYS_SMTP_URL') || undefined;
  // Not repeated: it may hold a password.
  if (smtpUrl !== undefined && !/^smtps?:\/\/\S+$/.test(smtpUrl))
    throw new StartError(
      'CONFIGURATION',
      'ACIK_IYS_SMTP_URL smtp:// ya da smtps:// ile başlamalı (docs/configuration.md).',
      'ACIK_IYS_SMTP_URL must begin with smtp:// or smtps:// (docs/configuration.md).',
    );
  return {
    port,
    host: text('HOST'),
    publicUrl: publicUrl.origin,
    dataFolder: text('ACIK_IYS_DATA') || `${home}/data`,
    databaseUrl,
    databaseConnections: number('ACIK_IYS_DATABASE_CONNECTIONS', 4, 500),
    demo,
    secret,
    metricsPort: number('METRICS_PORT', 0, 65_535),
    logLevel: oneOf('ACIK_IYS_LOG', ['debug', 'info', 'warn', 'error', 'silent'], demo ? 'warn' : 'info'),
    trustProxy: text('ACIK_IYS_TRUST_PROXY')
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
    limits: {
      on: flag('ACIK_IYS_RATE_LIMITS', !demo),
      requestsPerSecond: number('ACIK_IYS_LIMIT_REQUESTS_PER_SECOND', 1, 1_000_000),
      tokensPerHour: number('ACIK_IYS_LIMIT_TOKENS_PER_HOUR', 1, 1_000_000),
      statusPerHour: number('ACIK_IYS_LIMIT_STATUS_PER_HOUR', 1, 100_000_000),
      historyPerHour: number('ACIK_IYS_LIMIT_HISTORY_PER_HOUR', 1, 100_000_000),
    },
    changesHiddenMinutes: number('ACIK_IYS_CHANGES_HIDDEN_MINUTES', 0, 1440),
    changesDays: number('ACIK_IYS_CHANGES_DAYS', 0, 36_500),
    timeStampAuthority: text('ACIK_IYS_TSA_URL') || undefined,
    smtpUrl,
    mailFrom: text('ACIK_IYS_MAIL_FROM') || `Açık İYS <acik-iys@${publicUrl.hostname}>`,
    pushPrivate: flag('ACIK_IYS_PUSH_PRIVATE', demo),
    bodyBytesMax: number('ACIK_IYS_BODY_BYTES_MAX', 1024, 64 * 1024 * 1024),
  };
}
