// `npm run setup`: makes the first registrar account, providers with their brands and API users, partners and what they
// may do, and changes passwords, limits and policies: all that a registry without the demo needs to begin. Works beside
// a running server, which feels it within a second, and without one. It says which registry it works on, and sets up a
// new one only where told to (--new): a mistyped folder must not become a second registry.
//
// A password never comes as an argument, which every user of the machine sees in the list of processes: it comes from
// ACIK_IYS_NEW_PASSWORD, from standard input where asked for, or from the terminal; else one is made and shown once.
// Exit codes: 0 done, 2 not done (what was done before the fault is told).

import { createInterface } from 'node:readline';
import type { Strictness } from '@acik-iys/law';
import { systemClock } from '../ground/clock.ts';
import { APP_ROLE, type Database, openDatabase, roleExists } from '../ground/database.ts';
import { AddressKeys } from '../ground/keys.ts';
import { migrate } from '../ground/migrate.ts';
import { masterSecret } from '../ground/secret.ts';
import {
  type Access,
  AccountError,
  type AccountErrorReason,
  openAccess,
  type Right,
  type Role,
} from '../rooms/access/index.ts';
import {
  isAcceptableEmail,
  isAcceptablePassword,
  LIMIT_NAMES,
  type LimitName,
  makePassword,
  openUpkeep,
  PASSWORD_LETTERS_LEAST,
  STAFF_PASSWORD_LETTERS_LEAST,
  type Upkeep,
} from '../rooms/access/upkeep.ts';
import {
  CONSENT_LIMIT_NONE,
  type NewSubscription,
  openParties,
  type Parties,
  PartyError,
  type PartyErrorReason,
} from '../rooms/parties/index.ts';
import { openRegistry } from '../rooms/registry/index.ts';
import {
  configuration,
  EXIT_DONE,
  hasRegistry,
  layGround,
  readArguments,
  registryName,
  runMain,
  UsageError,
} from './ground.ts';

/** A token request comes before anybody knows whose it is: for it the general setting always holds. */
const PROVIDER_LIMITS = LIMIT_NAMES.filter((name) => name !== 'tokensPerHour');

const HELP = `Kurulum / setup:  npm run setup -- KOMUT [seçenekler]

  registrar --email E                           kayıt kuruluşunun hesabı / an account of the registrar
  provider  --title T --brand-name N            hizmet sağlayıcı, ana markası ve API kullanıcısı
            [--code K] [--email E]              a provider, its master brand and its API user
            [--package P] [--until YYYY-AA-GG] [--consent-limit N]
  brand     --provider K --name N [--code M]    bir marka daha / one more brand
  partner   --title T [--code K] [--email E]    iş ortağı ve API kullanıcısı / a partner and its API user
            [--package P] [--until YYYY-AA-GG]
  user      --email E (--provider K | --partner K)  bir API kullanıcısı daha / one more API user
  owner     --email E --name N                  işletme girişine ilk yetkili; gerisini o davet eder
            (--provider K | --partner K |       the first owner at the business entrance, who invites the others
             --intermediary K)
  intermediary --title T [--code K]             aracı hizmet sağlayıcı / an intermediary
  grant     --partner K --brand M               iş ortağının yetkisi; verilmeyen yetki kalkar
            [--arama R] [--mesaj R] [--eposta R] a partner's rights; what is not named is taken back
            [--reconciliation] [--via]          R: none | read | write
  password  --email E                           yeni parola; oturumları kapatır / a new password; ends its sessions
  disable   --email E                           hesabı kapatır / shuts an account
  enable    --email E                           hesabı açar / opens an account
  limit     --provider K --name L               sağlayıcıya özel sınır / a provider's own limit
            (--amount N | --default)            L: ${PROVIDER_LIMITS.join(' | ')}
  policy    --provider K                        V: official | welcoming
            [--strictness V] [--historic-load open|closed]

--new, her komutla / with any command: önce yeni bir kayıt kurar; klasör (ACIK_IYS_DATA) ya da veritabanı (DATABASE_URL)
boş olmalı / first sets up a new registry; the folder (ACIK_IYS_DATA) or database (DATABASE_URL) must be empty

Parola / password: ACIK_IYS_NEW_PASSWORD, ya da / or --password-stdin (ilk satır / the first line), ya da uçbirimde
sorulur / or asked for on a terminal. Hiçbiri yoksa üretilir ve bir kez gösterilir / else one is made and shown once.`;

const SEE_HELP = ['Yardım: npm run setup -- help', 'Help: npm run setup -- help'] as const;

/** An open registry sells nothing: a subscription that nobody limits outlives the installation. */
const SUBSCRIPTION_YEARS = 20;
const PACKAGE = 'Açık İYS';

interface Tools {
  readonly access: Access;
  readonly upkeep: Upkeep;
  readonly parties: Parties;
}

type Values = Readonly<Record<string, string | boolean | undefined>>;
type Options = Readonly<Record<string, { readonly type: 'string' | 'boolean' }>>;

/** Does it, telling each thing once it is done: what fails later does not take it back. */
type Work = (tools: Tools, say: (line: string) => void) => Promise<void>;

interface Command {
  readonly options: readonly string[];
  readonly flags?: readonly string[];
  /** Reads the arguments and asks for what is missing; what it gives back is then done. Throws UsageError. */
  read(values: Values): Promise<Work>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  registrar: {
    options: ['email'],
    flags: ['password-stdin'],
    async read(values) {
      const account = await newUser(values, 'REGISTRAR');
      if (account === undefined) throw missing('email');
      return (tools, say) => account.make(tools, {}, say);
    },
  },

  provider: {
    options: ['title', 'brand-name', 'code', 'email', 'package', 'until', 'consent-limit'],
    flags: ['password-stdin'],
    async read(values) {
      const title = text(values, 'title');
      const name = text(values, 'brand-name');
      const providerCode = optionalNumber(values, 'code');
      const subscription = subscriptionOf(values);
      const user = await newUser(values, 'API_USER');
      return async (tools, say) => {
        await user?.mustBeFree(tools);
        const made = await tools.parties.createProvider({
          providerCode,
          title,
          brands: [{ name, master: true }],
          subscription,
        });
        const code = made.providerCode;
        say(`Hizmet sağlayıcı / provider: iysCode ${code}, brandCode ${code} (${title}, ${name})`);
        await user?.make(tools, { providerCode: code }, say);
      };
    },
  },

  brand: {
    options: ['provider', 'name', 'code'],
    async read(values) {
      const brand = {
        providerCode: number(values, 'provider'),
        name: text(values, 'name'),
        brandId: optionalNumber(values, 'code'),
      };
      return async ({ parties }, say) => {
        const { brandId, name } = await parties.addBrand(brand);
        say(`Marka / brand: brandCode ${brandId} (${name})`);
      };
    },
  },

  partner: {
    options: ['title', 'code', 'email', 'package', 'until', 'consent-limit'],
    flags: ['password-stdin'],
    async read(values) {
      const partner = {
        title: text(values, 'title'),
        partnerCode: optionalNumber(values, 'code'),
        subscription: subscriptionOf(values),
      };
      const user = await newUser(values, 'API_USER');
      return async (tools, say) => {
        await user?.mustBeFree(tools);
        const { partnerCode } = await tools.parties.createPartner(partner);
        say(`İş ortağı / partner: integratorCode ${partnerCode} (${partner.title})`);
        await user?.make(tools, { partnerCode }, say);
      };
    },
  },

  user: {
    options: ['email', 'provider', 'partner'],
    flags: ['password-stdin'],
    async read(values) {
      const providerCode = optionalNumber(values, 'provider');
      const partnerCode = optionalNumber(values, 'partner');
      if ((providerCode === undefined) === (partnerCode === undefined))
        throw new UsageError('--provider ya da --partner verin, biri', 'give --provider or --partner, one of them');
      const user = await newUser(values, 'API_USER');
      if (user === undefined) throw missing('email');
      const holder = providerCode === undefined ? { partnerCode: partnerCode as number } : { providerCode };
      return (tools, say) => user.make(tools, holder, say);
    },
  },

  owner: {
    options: ['email', 'name', 'provider', 'partner', 'intermediary'],
    flags: ['password-stdin'],
    async read(values) {
      const kinds = (['provider', 'partner', 'intermediary'] as const).filter((kind) => values[kind] !== undefined);
      const [kind, ...more] = kinds;
      if (kind === undefined || more.length > 0)
        throw new UsageError(
          '--provider, --partner ya da --intermediary verin, biri',
          'give --provider, --partner or --intermediary, one of them',
        );
      const code = number(values, kind);
      const email = text(values, 'email');
      const name = text(values, 'name');
      const password = await newPassword(values);
      if ([...password.text].length < STAFF_PASSWORD_LETTERS_LEAST)
        throw new UsageError(
          `Bu parola en az ${STAFF_PASSWORD_LETTERS_LEAST} karakter olmalı`,
          `this password must have at least ${STAFF_PASSWORD_LETTERS_LEAST} characters`,
        );
      return async ({ upkeep }, say) => {
        if (!(await upkeep.seatOwner({ email, name, password: password.text, organisation: { kind, code } })))
          throw new UsageError(...ACCOUNT_FAULTS.holder);
        say(`Yetkili / owner: ${email}${password.shown}`);
      };
    },
  },

  intermediary: {
    options: ['title', 'code'],
    async read(values) {
      const title = text(values, 'title');
      const given = optionalNumber(values, 'code');
      return async ({ parties }, say) => {
        const { intermediaryCode } = await parties.createIntermediary({
          title,
          ...(given !== undefined && { intermediaryCode: given }),
        });
        say(`Aracı hizmet sağlayıcı / intermediary: ${intermediaryCode}`);
      };
    },
  },

  grant: {
    options: ['partner', 'brand', 'arama', 'mesaj', 'eposta'],
    flags: ['reconciliation', 'via'],
    async read(values) {
      const partnerCode = number(values, 'partner');
      const brandId = number(values, 'brand');
      const rights: readonly Right[] = ['none', 'read', 'write'];
      const grant = {
        arama: oneOf(values, 'arama', rights) ?? 'none',
        mesaj: oneOf(values, 'mesaj', rights) ?? 'none',
        eposta: oneOf(values, 'eposta', rights) ?? 'none',
        reconciliation: values['reconciliation'] === true,
        via: values['via'] === true,
      };
      return async ({ parties }, say) => {
        await parties.grant(partnerCode, brandId, grant);
        const { arama, mesaj, eposta, reconciliation, via } = grant;
        say(
          `İş ortağı / partner ${partnerCode}, marka / brand ${brandId}: ARAMA ${arama}, MESAJ ${mesaj}, EPOSTA ${eposta}, mutabakat / reconciliation ${reconciliation}, ViA ${via}`,
        );
      };
    },
  },

  password: {
    options: ['email'],
    flags: ['password-stdin'],
    async read(values) {
      const email = text(values, 'email');
      const password = await newPassword(values);
      return async ({ upkeep }, say) => {
        if (!(await upkeep.setPassword(email, password.text))) throw unknownAccount(email);
        say(`${email}: yeni parola, oturumlar kapandı / a new password, sessions ended${password.shown}`);
      };
    },
  },

  disable: { options: ['email'], read: (values) => enabling(values, false) },
  enable: { options: ['email'], read: (values) => enabling(values, true) },

  limit: {
    options: ['provider', 'name', 'amount'],
    flags: ['default'],
    async read(values) {
      const providerCode = number(values, 'provider');
      const name = oneOf<LimitName>(values, 'name', PROVIDER_LIMITS);
      if (name === undefined) throw missing('name');
      const amount = optionalNumber(values, 'amount') ?? null;
      if ((amount === null) !== (values['default'] === true))
        throw new UsageError('--amount ya da --default verin, biri', 'give --amount or --default, one of them');
      return async ({ upkeep }, say) => {
        if (!(await upkeep.setLimit(providerCode, name, amount)))
          throw new PartyError('unknown-provider', `unknown provider ${providerCode}`);
        say(`${providerCode}: ${name} = ${amount ?? 'genel ayar / the general setting'}`);
      };
    },
  },

  policy: {
    options: ['provider', 'strictness', 'historic-load'],
    async read(values) {
      const providerCode = number(values, 'provider');
      const strictness = oneOf<Strictness>(values, 'strictness', ['official', 'welcoming']);
      const load = oneOf(values, 'historic-load', ['open', 'closed']);
      if (strictness === undefined && load === undefined)
        throw new UsageError(
          '--strictness ya da --historic-load verin',
          'give --strictness or --historic-load, or both',
        );
      return async ({ parties }, say) => {
        await parties.setPolicy(providerCode, {
          strictness,
          historicLoadOpen: load === undefined ? undefined : load === 'open',
        });
        say(`${providerCode}: ${[strictness, load && `HS_2015 ${load}`].filter(Boolean).join(', ')}`);
      };
    },
  },
};

function openTools(
  database: Database,
  secret: Buffer,
  limits: ReturnType<typeof configuration>['limits'],
): Tools & { close(): void } {
  const clock = systemClock;
  const registry = openRegistry({ database, clock, keys: new AddressKeys(secret) });
  const access = openAccess({ database, clock, secret, limits });
  return {
    access,
    upkeep: openUpkeep({ database, clock }),
    parties: openParties({ database, clock, retailerUses: registry.retailers.uses }),
    close: () => access.close(),
  };
}

// -------------------------------------------------------------------------------------------------- accounts

interface NewUser {
  /** Asked before its holder is made, which could not be taken back. Throws an AccountError. */
  mustBeFree(tools: Tools): Promise<void>;
  make(
    tools: Tools,
    holder: { providerCode?: number; partnerCode?: number },
    say: (line: string) => void,
  ): Promise<void>;
}

/** The account of --email, its password asked for; undefined without --email. */
async function newUser(values: Values, role: Role): Promise<NewUser | undefined> {
  if (values['email'] === undefined) return undefined;
  const email = text(values, 'email');
  if (!isAcceptableEmail(email)) throw new UsageError(...ACCOUNT_FAULTS.email);
  const password = await newPassword(values);
  return {
    async mustBeFree({ access }) {
      if (await access.accountExists(email)) throw new AccountError('email-taken');
    },
    async make({ access }, holder, say) {
      await access.createAccount({ email, password: password.text, role, ...holder });
      say(`Hesap / account: ${email}${password.shown}`);
    },
  };
}

async function enabling(values: Values, enabled: boolean): Promise<Work> {
  const email = text(values, 'email');
  return async ({ upkeep }, say) => {
    if (!(await upkeep.setEnabled(email, enabled))) throw unknownAccount(email);
    say(`${email}: ${enabled ? 'açık / enabled' : 'kapalı, oturumlar kapandı / disabled, sessions ended'}`);
  };
}

interface NewPassword {
  readonly text: string;
  /** What the answer says of it: the password itself only where it was made here. */
  readonly shown: string;
}

async function newPassword(values: Values): Promise<NewPassword> {
  const given =
    process.env['ACIK_IYS_NEW_PASSWORD'] ??
    (values['password-stdin'] === true ? await firstLine() : process.stdin.isTTY ? await askOnTerminal() : '');
  if (given !== '') {
    if (!isAcceptablePassword(given)) throw new UsageError(...ACCOUNT_FAULTS.password);
    return { text: given, shown: '' };
  }
  if (values['password-stdin'] === true)
    throw new UsageError('Standart girdide parola yok', 'there is no password on standard input');
  const made = makePassword();
  return { text: made, shown: `\n  Parola, bir kez gösterilir / password, shown once: ${made}` };
}

async function firstLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) return line;
  return '';
}

/** Asks twice, without showing what is typed; an empty answer has one made. */
async function askOnTerminal(): Promise<string> {
  const first = await hiddenAnswer('Yeni parola (boş: üretilir) / new password (empty: made): ');
  if (first === '' || (await hiddenAnswer('Yeniden / again: ')) === first) return first;
  throw new UsageError('Parolalar aynı değil', 'the two passwords differ');
}

function hiddenAnswer(question: string): Promise<string> {
  process.stdout.write(question);
  const { stdin } = process;
  stdin.setRawMode(true).setEncoding('utf8').resume();
  return new Promise((done) => {
    let answer = '';
    const hear = (typed: string): void => {
      for (const letter of typed) {
        if (letter === '\u0003') process.exit(130);
        if (letter === '\r' || letter === '\n' || letter === '\u0004') {
          stdin.off('data', hear).setRawMode(false).pause();
          process.stdout.write('\n');
          done(answer);
          return;
        }
        answer = letter === '\u007f' ? answer.slice(0, -1) : answer + letter;
      }
    };
    stdin.on('data', hear);
  });
}

// ------------------------------------------------------------------------------------------------- arguments

function text(values: Values, name: string): string {
  const value = values[name];
  if (typeof value !== 'string' || value.trim() === '') throw missing(name);
  return value.trim();
}

function missing(name: string): UsageError {
  return new UsageError(`--${name} eksik. ${SEE_HELP[0]}`, `--${name} is missing. ${SEE_HELP[1]}`);
}

function number(values: Values, name: string): number {
  const value = Number(text(values, name));
  if (Number.isInteger(value) && value > 0 && value <= CONSENT_LIMIT_NONE) return value;
  throw new UsageError(`--${name} bir tam sayı olmalı`, `--${name} must be a whole number`);
}

function optionalNumber(values: Values, name: string): number | undefined {
  return values[name] === undefined ? undefined : number(values, name);
}

function oneOf<T extends string>(values: Values, name: string, among: readonly T[]): T | undefined {
  const value = values[name];
  if (value === undefined) return undefined;
  const found = among.find((one) => one === value);
  if (found === undefined)
    throw new UsageError(`--${name}: ${among.join(' | ')} olabilir`, `--${name} may be ${among.join(' | ')}`);
  return found;
}

function subscriptionOf(values: Values): NewSubscription {
  const now = systemClock.now();
  const until = values['until'] === undefined ? undefined : text(values, 'until');
  const expiresAt =
    until === undefined
      ? now + SUBSCRIPTION_YEARS * 365 * 86_400
      : /^\d{4}-\d{2}-\d{2}$/.test(until)
        ? Date.parse(`${until}T23:59:59+03:00`) / 1000
        : Number.NaN;
  if (!(expiresAt > now))
    throw new UsageError('--until ileri bir gün olmalı (YYYY-AA-GG)', '--until must be a day to come (YYYY-MM-DD)');
  return {
    packageName: values['package'] === undefined ? PACKAGE : text(values, 'package'),
    startsAt: now,
    expiresAt,
    consentLimit: optionalNumber(values, 'consent-limit') ?? CONSENT_LIMIT_NONE,
  };
}

// ---------------------------------------------------------------------------------------------------- faults

const ACCOUNT_FAULTS: Readonly<Record<AccountErrorReason, readonly [string, string]>> = {
  email: ['E-posta adresi geçersiz', 'the e-mail address is not valid'],
  'email-taken': ['Bu e-posta ile bir hesap var', 'there is an account with this e-mail'],
  password: [
    `Parola en az ${PASSWORD_LETTERS_LEAST} karakter olmalı`,
    `a password has at least ${PASSWORD_LETTERS_LEAST} characters`,
  ],
  holder: ['Böyle bir sağlayıcı ya da iş ortağı yok', 'there is no such provider or partner'],
};
const PARTY_FAULTS: Readonly<Record<PartyErrorReason, readonly [string, string]>> = {
  malformed: ['Değerler geçersiz', 'the values are not valid'],
  'number-taken': ['Bu numara verilmiş', 'the number is taken'],
  'unknown-provider': ['Böyle bir hizmet sağlayıcı yok', 'there is no such provider'],
  'unknown-brand': ['Böyle bir marka yok', 'there is no such brand'],
  'unknown-partner': ['Böyle bir iş ortağı yok', 'there is no such partner'],
  'unknown-holder': ['Böyle bir sağlayıcı ya da iş ortağı yok', 'there is no such provider or partner'],
};

function unknownAccount(email: string): UsageError {
  return new UsageError(`${email} ile hesap yok`, `there is no account ${email}`);
}

function asUsageError(error: unknown): UsageError | undefined {
  if (error instanceof AccountError) return new UsageError(...ACCOUNT_FAULTS[error.reason]);
  if (error instanceof PartyError) return new UsageError(...PARTY_FAULTS[error.reason]);
  return undefined;
}

function mustBeAsMeant(isThere: boolean, isNew: boolean): void {
  if (isThere && isNew)
    throw new UsageError(
      'Burada bir kayıt var: --new olmadan yineleyin ya da başka bir yer gösterin (ACIK_IYS_DATA, DATABASE_URL)',
      'there is a registry here: say it without --new, or name another place (ACIK_IYS_DATA, DATABASE_URL)',
    );
  if (!isThere && !isNew)
    throw new UsageError(
      'Burada kayıt yok: doğru yeri gösterin (ACIK_IYS_DATA, DATABASE_URL) ya da yeni bir kayıt için --new ekleyin',
      'there is no registry here: name the right place (ACIK_IYS_DATA, DATABASE_URL), or add --new for a new one',
    );
}

runMain(async ([name, ...args]) => {
  if (name === undefined || ['help', '--help', '-h'].includes(name) || args.includes('--help')) {
    console.log(HELP);
    return EXIT_DONE;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined)
    throw new UsageError(`Bilinmeyen komut: ${name}. ${SEE_HELP[0]}`, `unknown command ${name}. ${SEE_HELP[1]}`);
  const options: Options = Object.fromEntries([
    ...command.options.map((option) => [option, { type: 'string' }] as const),
    ...(command.flags ?? []).map((option) => [option, { type: 'boolean' }] as const),
    ['new', { type: 'boolean' }],
  ]);
  const values = readArguments({ args, options }).values as Values;
  const config = configuration();
  // Before a password is asked for: whoever types one should see where it goes.
  console.log(`Kayıt / registry: ${registryName(config)}`);
  mustBeAsMeant(await hasRegistry(config), values['new'] === true);
  const work = await command.read(values);

  const ground = await layGround(config, { lay: values['new'] === true });
  try {
    await migrate(ground.url);
    const secret = await masterSecret(ground.url, { ...config, demo: false });
    const role = (await roleExists(ground.url)) ? APP_ROLE : undefined;
    const database = openDatabase({
      url: ground.url,
      role,
      connectionsMax: 1,
      applicationName: 'acik-iys-setup',
    });
    const { close, ...tools } = openTools(database, secret, config.limits);
    try {
      await work(tools, (line) => console.log(`✓ ${line}`));
      return EXIT_DONE;
    } catch (error) {
      throw asUsageError(error) ?? error;
    } finally {
      close();
      await database.close();
    }
  } finally {
    await ground.close();
  }
});
