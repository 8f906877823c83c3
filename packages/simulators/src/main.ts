// Starts the simulators of the outside world in a process of their own, for sandbox, demo and tests: the RFC 3161
// time-stamp authority, and an SMTP server with its inbox page. When all listen, one line of JSON on stdout says where:
// {"timeStampAuthority":"http://…/","smtp":"smtp://…","inbox":"http://…"}.
//
//   ACIK_IYS_SIMULATORS_DATA  folder for what must outlive a restart (keys); required
//   ACIK_IYS_TSA_PORT         port of the time-stamp authority at 127.0.0.1; 0, the default, takes any free one
//   ACIK_IYS_SMTP_PORT        the same for the SMTP server
//   ACIK_IYS_INBOX_PORT       the same for the inbox page
//
// It ends, with exit code 0, on SIGTERM and SIGINT, and when the process that started it with an IPC channel is gone:
// however the parent dies, no simulator is left behind. Exit code 1 and one line on stderr when it cannot start.

import { MailBox } from './mail-box.ts';
import { startInbox } from './mail-inbox.ts';
import { startMailServer } from './mail-server.ts';
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

/** Starts something at the port that the variable names; of a port that is taken the error names the variable too. */
async function startAt<T>(name: string, start: (port: number) => Promise<T>): Promise<T> {
  const port = readPort(name);
  try {
    return await start(port);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    throw new Error(`${error.message}; give another port in ${name}, or 0 for any free one`, { cause: error });
  }
}

async function main(): Promise<void> {
  // Listened for before anything is started: a parent that dies meanwhile must not go unnoticed.
  const ended = new Promise<void>((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
    process.once('disconnect', resolve);
  });
  const folder = readFolder('ACIK_IYS_SIMULATORS_DATA');
  const authority = await startAt('ACIK_IYS_TSA_PORT', (port) => startTimeStampAuthority({ port, folder }));
  const box = new MailBox();
  const mail = await startAt('ACIK_IYS_SMTP_PORT', (port) => startMailServer(port, box));
  const inbox = await startAt('ACIK_IYS_INBOX_PORT', (port) => startInbox(port, box, mail));
  const addresses = { timeStampAuthority: authority.url, smtp: mail.url, inbox: inbox.url };
  process.stdout.write(`${JSON.stringify(addresses)}\n`);
  await ended;
  await Promise.all([authority.close(), mail.close(), inbox.close()]);
}

try {
  await main();
  // Said outright: a parent's IPC channel that is still open would keep the process alive.
  process.exit(0);
} catch (error) {
  process.stderr.write(`simulators: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
