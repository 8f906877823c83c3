// Starts the simulators of the outside world in a process of their own, for sandbox, demo and tests. Today there is
// one: the RFC 3161 time-stamp authority. When all listen, one line of JSON on stdout says where.
//
//   ACIK_IYS_SIMULATORS_DATA  folder for what must outlive a restart (keys); required
//   ACIK_IYS_TSA_PORT         port of the time-stamp authority at 127.0.0.1; 0, the default, takes any free one
//
// It ends, with exit code 0, on SIGTERM and SIGINT, and when the process that started it with an IPC channel is gone:
// however the parent dies, no simulator is left behind. Exit code 1 and one line on stderr when it cannot start.

import { startTimeStampAuthority } from './time-stamp-authority.ts';

const MAX_PORT = 65_535;

function readPort(name: string): number {
  const text = process.env[name] ?? '0';
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(port <= MAX_PORT)) throw new Error(`${name} must be a port number from 0 to ${MAX_PORT}, not "${text}"`);
  return port;
}

function readFolder(name: string): string {
  const folder = process.env[name];
  if (folder === undefined || folder === '') throw new Error(`${name} must name a folder for the simulators' data`);
  return folder;
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'EADDRINUSE') {
    return `${error.message}; give another port in ACIK_IYS_TSA_PORT, or 0 for any free one`;
  }
  return error.message;
}

async function main(): Promise<void> {
  // Listened for before anything is started: a parent that dies meanwhile must not go unnoticed.
  const ended = new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
    process.once('disconnect', resolve);
  });
  const authority = await startTimeStampAuthority({
    port: readPort('ACIK_IYS_TSA_PORT'),
    folder: readFolder('ACIK_IYS_SIMULATORS_DATA'),
  });
  process.stdout.write(`${JSON.stringify({ timeStampAuthority: authority.url })}\n`);
  await ended;
  await authority.close();
}

try {
  await main();
  // Said outright: a parent's IPC channel that is still open would keep the process alive.
  process.exit(0);
} catch (error) {
  process.stderr.write(`simulators: ${explain(error)}\n`);
  process.exit(1);
}
