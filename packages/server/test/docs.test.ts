// Documentation that can go stale is made from the code and compared here: configuration reference, error list, OpenAPI
// document. Rewrite them with UPDATE_DOCS=1 (docs/contributors.md).

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { ERRORS, OWN_ERRORS } from '@acik-iys/law';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OFFICIAL_ROUTES } from '../src/doors/official/index.ts';
import { VARIABLES } from '../src/ground/config.ts';
import { testServer } from './support/server.ts';

const ROOT = new URL('../../../', import.meta.url);

function expectFile(name: string, text: string): void {
  const file = new URL(name, ROOT);
  if (process.env.UPDATE_DOCS === '1') writeFileSync(file, text);
  expect(readFileSync(file, 'utf8')).toBe(text);
}

function configurationPage(): string {
  const rows = Object.entries(VARIABLES).map(
    ([name, { default: value, about }]) => `| \`${name}\` | ${value === '' ? '–' : `\`${value}\``} | ${about} |`,
  );
  return `# Configuration

All configuration comes from environment variables. This page is made from the code (\`packages/server/src/ground/config.ts\`) and compared with it by a test.

| Variable | Default | What it does |
|---|---|---|
${rows.join('\n')}

A value that cannot be meant ends the start with a sentence that names the variable.
`;
}

function errorPage(): string {
  const row = (code: string, e: (typeof ERRORS)[keyof typeof ERRORS] | (typeof OWN_ERRORS)[keyof typeof OWN_ERRORS]) =>
    `| ${code} | ${e.http} | \`${e.own}\` | ${e.tr} ${e.mendTr} | ${e.en} ${e.mendEn} |`;
  return `# Every error / Bütün hatalar

Made from the catalogue in \`packages/law/src/errors.ts\` and compared with it by a test. Codes and statuses are the official contract's and never change; the sentences may get better at any time, so no program should read them. \`{field}\`, \`{limit}\`, \`{expected}\` are filled in.

| Code | HTTP | Our stable code | Türkçe | English |
|---|---|---|---|---|
${Object.entries(ERRORS)
  .map(([code, entry]) => row(code, entry))
  .join('\n')}

Where the contract has no code, ours stands in \`code\`:

| Code | HTTP | | Türkçe | English |
|---|---|---|---|---|
${Object.entries(OWN_ERRORS)
  .map(([code, entry]) => row(`\`${code}\``, entry))
  .join('\n')}
`;
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

  it('reads the environment in one place only', () => {
    const source = new URL('packages/server/src/', ROOT);
    const readers = readdirSync(source, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.ts'))
      .filter((name) => /process\.env/.test(readFileSync(new URL(name, source), 'utf8')));
    for (const name of readers) expect(name).toMatch(/^(main|programs\/\w+|ground\/cluster[\w-]*)\.ts$/);
  });
});
