// The simulators of the outside world, started as the demo starts them: a process of its own, known by the addresses
// it prints.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(new URL('../../../simulators/src/main.ts', import.meta.url));

/** A mail as the inbox shows it. */
export interface ReceivedMail {
  readonly id: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly date: string | null;
  readonly text: string | null;
  readonly html: string | null;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
}

export interface Simulators {
  readonly timeStampAuthority: string;
  readonly smtp: string;
  readonly inbox: string;
  /** Mails in the inbox, newest first: all, or those that an address got. */
  mails(to?: string): Promise<ReceivedMail[]>;
  /** What the mail server does from now on, for example `{ mode: 'refuse', code: 451 }`. */
  setMailMode(mode: object): Promise<void>;
  /** Ends the process, as when the machine is gone. */
  kill(): Promise<void>;
}

/** @param settings ports, as ACIK_IYS_SMTP_PORT; any free ones without */
export async function startSimulators(settings: Readonly<Record<string, string>> = {}): Promise<Simulators> {
  const folder = mkdtempSync(join(tmpdir(), 'simulators-'));
  const child = spawn(process.execPath, [PROGRAM], {
    // With the channel the simulators end by themselves, should this process die.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot, ACIK_IYS_SIMULATORS_DATA: folder, ...settings },
  });
  const [line] = (await Promise.race([
    once(createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }), 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('the simulators ended without an address'))),
  ])) as [string];
  const addresses = JSON.parse(line) as Pick<Simulators, 'timeStampAuthority' | 'smtp' | 'inbox'>;
  return {
    ...addresses,
    async mails(to) {
      const query = to === undefined ? '' : `?${new URLSearchParams({ to })}`;
      return (await (await fetch(`${addresses.inbox}/mails.json${query}`)).json()) as ReceivedMail[];
    },
    async setMailMode(mode) {
      const answer = await fetch(`${addresses.inbox}/mode`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(mode),
      });
      if (!answer.ok) throw new Error(await answer.text());
    },
    async kill() {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, 'exit');
        child.kill('SIGKILL');
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
