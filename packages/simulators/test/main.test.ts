// The simulators' program as the demo starts it: a process of its own that says where it listens and ends when told,
// or when its parent is gone.

import type { ChildProcess, StdioOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createTransport } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const PROGRAM = fileURLToPath(new URL('../src/main.ts', import.meta.url));

let folder: string;
let children: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'simulators-'));
  children = [];
});

afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  rmSync(folder, { recursive: true, force: true });
});

function start(settings: Record<string, string>, ...ipc: 'ipc'[]): ChildProcess {
  const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', ...ipc];
  const env = { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot, ...settings };
  const child = spawn(process.execPath, [PROGRAM], { stdio, env });
  children.push(child);
  return child;
}

type Addresses = { timeStampAuthority: string; smtp: string; inbox: string };

async function addresses(child: ChildProcess): Promise<Addresses> {
  if (child.stdout === null) throw new Error('no stdout');
  for await (const line of createInterface({ input: child.stdout })) {
    const said: unknown = JSON.parse(line);
    expect(said).toEqual({
      timeStampAuthority: expect.stringMatching(/^http:\/\/127\.0\.0\.1:[1-9]\d*\/$/),
      smtp: expect.stringMatching(/^smtp:\/\/127\.0\.0\.1:[1-9]\d*$/),
      inbox: expect.stringMatching(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/),
    });
    return said as Addresses;
  }
  throw new Error('ended without saying where it listens');
}

async function failure(child: ChildProcess): Promise<{ code: number | null; said: string }> {
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  await once(child, 'close');
  return { code: child.exitCode, said };
}

describe('simulators', () => {
  it.skipIf(process.platform === 'win32').each(['SIGTERM', 'SIGINT'] as const)('serve until %s', async (signal) => {
    const child = start({ ACIK_IYS_SIMULATORS_DATA: folder });
    const { timeStampAuthority, smtp, inbox } = await addresses(child);
    expect(await (await fetch(new URL('root.pem', timeStampAuthority))).text()).toContain('BEGIN CERTIFICATE');
    await createTransport({ url: smtp }).sendMail({ from: 'a@ornek.example', to: 'b@ornek.example', subject: 'Bir' });
    expect(await (await fetch(`${inbox}/mails.json`)).json()).toMatchObject([{ subject: 'Bir' }]);
    expect(existsSync(join(folder, 'time-stamp-authority', 'root.pem'))).toBe(true);
    const ended = once(child, 'exit');
    child.kill(signal);
    expect(await ended).toEqual([0, null]);
    for (const url of [timeStampAuthority, inbox]) await expect(fetch(url)).rejects.toThrow();
  });

  it('end when the process that started them is gone', async () => {
    const child = start({ ACIK_IYS_SIMULATORS_DATA: folder }, 'ipc');
    await addresses(child);
    const ended = once(child, 'exit');
    child.disconnect();
    expect(await ended).toEqual([0, null]);
  });

  it.skipIf(process.platform === 'win32')('end at SIGTERM while the channel to the parent is open', async () => {
    const child = start({ ACIK_IYS_SIMULATORS_DATA: folder }, 'ipc');
    await addresses(child);
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);
  });

  it('say in one line what is missing or wrong', async () => {
    const noFolder = await failure(start({}));
    expect(noFolder).toEqual({
      code: 1,
      said: expect.stringMatching(/^simulators: ACIK_IYS_SIMULATORS_DATA [^\n]+\n$/),
    });
    for (const port of ['65536', '-1', 'http', '']) {
      const wrong = await failure(start({ ACIK_IYS_SIMULATORS_DATA: folder, ACIK_IYS_TSA_PORT: port }));
      expect(wrong).toEqual({ code: 1, said: expect.stringMatching(/^simulators: ACIK_IYS_TSA_PORT [^\n]+\n$/) });
    }
  });

  it.each([
    ['ACIK_IYS_TSA_PORT', 'timeStampAuthority'],
    ['ACIK_IYS_SMTP_PORT', 'smtp'],
    ['ACIK_IYS_INBOX_PORT', 'inbox'],
  ] as const)('say in one line that the port in %s is taken', async (name, who) => {
    const first = await addresses(start({ ACIK_IYS_SIMULATORS_DATA: folder }));
    const { port } = new URL(first[who]);
    const second = await failure(start({ ACIK_IYS_SIMULATORS_DATA: folder, [name]: port }));
    expect(second.code).toBe(1);
    expect(second.said).toMatch(new RegExp(`^simulators: [^\\n]*EADDRINUSE[^\\n]*${name}[^\\n]*\\n$`));
  });
});
