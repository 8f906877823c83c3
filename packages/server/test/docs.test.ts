// Documentation that can go stale is made from the code and compared here (configuration reference, error list, OpenAPI
// document), or its commands are held against the programs. Rewrite them with UPDATE_DOCS=1 (docs/contributors.md).

import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OFFICIAL_ROUTES } from '../src/doors/official/index.ts';
import { VARIABLES } from '../src/ground/config.ts';
import { errorPage } from './support/error-page.ts';
import { testServer } from './support/server.ts';

const ROOT = new URL('../../../', import.meta.url);

function expectFile(name: string, text: string): void {
  const file = new URL(name, ROOT);
  if (process.env.UPDATE_DOCS === '1') writeFileSync(file, text);
  expect(readFileSync(file, 'utf8')).toBe(text);
}

/** What the house reads of the environment and is no setting. */
const READ_BESIDES: readonly (readonly [names: readonly string[], about: string])[] = [
  [
    ['PATH', 'TMPDIR', 'TEMP', 'TMP', 'SystemRoot', 'WINDIR'],
    "Handed to the embedded PostgreSQL's programs; no `PG…` variable is.",
  ],
  [['INIT_CWD'], "npm's: the folder of whoever calls a program, from which the paths in its arguments count."],
  [
    ['npm_execpath', 'npm_node_execpath', 'npm_lifecycle_event'],
    "npm's: where npm and its Node are, and whether `npm` called.",
  ],
  [['NODE_ENV'], 'Of a test run, in which a sentence that lacks a value is an error.'],
  [['ACIK_IYS_BOOTSTRAP_PID'], 'Set by `npm start` for the processes that end with it.'],
  [['ACIK_IYS_TEST_LONG'], 'Set by `npm run test:crash` for the long forms of the tests.'],
  [
    ['ACIK_IYS_TSA_PORT', 'ACIK_IYS_SMTP_PORT', 'ACIK_IYS_INBOX_PORT', 'ACIK_IYS_SIMULATORS_DATA'],
    "Set by the server for the demo's simulators.",
  ],
];

/** Files that take the environment as a whole, or by names that stand elsewhere in them. */
const READ_WHOLE = [
  'bootstrap/supervise.mjs',
  'packages/server/src/ground/cluster-binaries.ts',
  'packages/server/src/main.ts',
  'packages/server/src/programs/ground.ts',
  'packages/simulators/src/main.ts',
];

/** What a source reads of `process.env`: names, and `*` for each use that names none. */
function readsOf(source: string): string[] {
  const named = /process\.env(?:\.(\w+)|\['(\w+)'\])|\{([^{}]*)\} = [^;\n]*process\.env;|process\.env/g;
  return [...source.matchAll(named)].flatMap(([, dotted, quoted, destructured]) =>
    destructured === undefined
      ? [dotted ?? quoted ?? '*']
      : destructured.split(',').map((part) => part.replace(/[:=].*/s, '').trim()),
  );
}

function configurationPage(): string {
  const rows = Object.entries(VARIABLES).map(
    ([name, { default: value, about }]) => `| \`${name}\` | ${value === '' ? '–' : `\`${value}\``} | ${about} |`,
  );
  return `# Configuration

_Bu sayfa İngilizcedir. Bütün ayarların (ortam değişkenlerinin) adları, varsayılan değerleri ve ne işe yaradıkları buradadır: portlar, veri klasörü, dışarıdaki veritabanı, deneme verisi, ana sır, günlüğün ayrıntısı, sınırlar, \`changes\` akışının kapsamı, zaman damgası yetkilisi, push, isteklerin boyu. Kabul edilemeyen bir değer, değişkenin adını veren bir iletiyle başlatmayı durdurur. Türkçe anlatım: [operators.md](operators.md)._

All configuration comes from environment variables. This page is made from the code (\`packages/server/src/ground/config.ts\`) and compared with it by a test.

| Variable | Default | What it does |
|---|---|---|
${rows.join('\n')}

An unacceptable value stops the start with a message that names the variable.

Read besides, and not for you to set:

| Variable | What for |
|---|---|
${READ_BESIDES.map(([names, about]) => `| ${names.map((name) => `\`${name}\``).join(', ')} | ${about} |`).join('\n')}
`;
}

function helpOf(program: string): Promise<string> {
  return new Promise((done, fail) => {
    execFile(process.execPath, [program, '--help'], (error, out) => (error === null ? done(out) : fail(error)));
  });
}

let server: Awaited<ReturnType<typeof testServer>>;
beforeAll(async () => {
  server = await testServer();
});
afterAll(async () => {
  await server.close();
});

describe('documentation', () => {
  it('lists every configuration variable', () => expectFile('docs/configuration.md', configurationPage()));
  it('lists every error', () => expectFile('docs/errors.md', errorPage()));

  it('holds the OpenAPI document that the routes produce', async () => {
    const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<string, Record<string, unknown>>;
    };
    expect(document.openapi).toBe('3.1.0');
    const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(operations.sort()).toEqual(OFFICIAL_ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
    expectFile('docs/openapi.json', `${JSON.stringify(document, null, 2)}\n`);
  });

  it('shows commands of the operator that the programs know, the same in both languages', async () => {
    const page = readFileSync(new URL('docs/operators.md', ROOT), 'utf8');
    const commands = page
      .split('# English')
      .map((half) => [...half.matchAll(/^(?:\w+=\S+ )*(npm run \w+[^#\n]*)/gm)].map(([, command]) => command?.trim()));
    expect(commands).toHaveLength(2);
    expect(commands[0]).toEqual(commands[1]);
    const helps = new Map<string, string>();
    for (const command of commands[0] as string[]) {
      const [, program = '', words = ''] = /^npm run (\w+)(?: -- (.*))?$/.exec(command) as string[];
      const file = new URL(`packages/server/src/programs/${program}.ts`, ROOT);
      if (!helps.has(program)) helps.set(program, await helpOf(fileURLToPath(file)));
      const help = helps.get(program);
      for (const option of words.match(/--[\w-]+/g) ?? []) expect(help, command).toContain(option);
      if (program === 'setup' && words !== 'help') expect(help, command).toContain(`\n  ${words.split(' ')[0]} `);
    }
    expect([...helps.keys()].sort()).toEqual(['audit', 'backup', 'restore', 'setup']);
  });

  it('mentions whatever the house reads of the environment', () => {
    const page = configurationPage();
    const files = ['bootstrap/', 'packages/law/src/', 'packages/server/src/', 'packages/simulators/src/'].flatMap(
      (folder) =>
        readdirSync(new URL(folder, ROOT), { recursive: true })
          .map((name) => folder + name)
          .filter((name) => /\.(ts|mjs|cjs)$/.test(name)),
    );
    const whole = new Set<string>();
    for (const file of files) {
      const source = readFileSync(new URL(file, ROOT), 'utf8');
      for (const name of readsOf(source))
        if (name === '*') whole.add(file);
        else expect(page, `${file} reads ${name}`).toContain(`\`${name}\``);
      for (const [name] of source.matchAll(/\bACIK_IYS_\w+/g))
        expect(page, `${file} names ${name}`).toContain(`\`${name}\``);
    }
    expect([...whole].sort()).toEqual(READ_WHOLE);
  });

  it.each([
    ['process.env.FIRST', ['FIRST']],
    ["process.env['FIRST'] ?? process.env.SECOND", ['FIRST', 'SECOND']],
    ['const { FIRST, SECOND: second, THIRD = 1 } = process.env;', ['FIRST', 'SECOND', 'THIRD']],
    ["const { FIRST } = typeof process === 'undefined' ? {} : process.env;", ['FIRST']],
    ['readConfig(process.env, HOME); process.env[name]; ({ ...process.env })', ['*', '*', '*']],
  ])('sees what %s reads', (source, names) => {
    expect(readsOf(source)).toEqual(names);
  });
});
