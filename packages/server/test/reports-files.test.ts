// Sealed files on a real disk: what is written comes back, nothing of it can be read without the secret, and damage
// never passes for a whole file.

import { createHash, randomBytes } from 'node:crypto';
import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileDamaged, type Files, openFiles } from '../src/ground/files.ts';

const SECRET = Buffer.alloc(32, 7);
const NAME = 'reconciliation/2026-11-09/1.csv.sealed';
/** More than the pieces that a file is read in, and not a multiple of them. */
const CONTENT = Buffer.concat([Buffer.from('+905321234567,'), randomBytes(300_000)]);
const SHA384 = createHash('sha384').update(CONTENT).digest();

let folder: string;
let files: Files;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'files-'));
  files = openFiles({ folder, secret: SECRET });
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function* pieces(content: Buffer, size = 70_001): AsyncGenerator<Buffer> {
  for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
}
async function keep(content: Buffer, name = NAME): Promise<void> {
  await (await files.write(pieces(content))).keep(name);
}
async function readAll(stream: Readable | null): Promise<Buffer> {
  if (stream === null) throw new Error('no such file');
  return Buffer.concat(await stream.toArray());
}
const path = (name = NAME): string => join(folder, name);
const temporaries = (): string[] => readdirSync(join(folder, 'temporary'));

describe('a sealed file', () => {
  it('comes back as it was written', async () => {
    const draft = await files.write(pieces(CONTENT));
    expect(draft.bytes).toBe(CONTENT.length);
    expect(draft.sha384.equals(SHA384)).toBe(true);
    await draft.keep(NAME);
    expect((await readAll(await files.read(NAME, SHA384))).equals(CONTENT)).toBe(true);
    expect(temporaries()).toEqual([]);
  });

  it('comes back after a restart, by the same secret alone', async () => {
    await keep(CONTENT);
    const again = openFiles({ folder, secret: SECRET });
    expect((await readAll(await again.read(NAME, SHA384))).equals(CONTENT)).toBe(true);
    const stranger = openFiles({ folder, secret: Buffer.alloc(32, 8) });
    await expect(readAll(await stranger.read(NAME, SHA384))).rejects.toThrow(FileDamaged);
  });

  it('shows nothing of its content, is for its owner alone, and never uses a key stream twice', async () => {
    const zeros = Buffer.alloc(100_000);
    await keep(zeros, 'a');
    await keep(zeros, 'b');
    await keep(CONTENT);
    const [a, b] = [readFileSync(path('a')), readFileSync(path('b'))];
    // Of zeros the ciphertext is the key stream: no block of one file may stand in the other.
    const blocks = (file: Buffer) =>
      new Set(Array.from({ length: 6_000 }, (_, i) => file.toString('hex', 37 + i * 16, 53 + i * 16)));
    expect(blocks(a).size).toBe(6_000);
    expect(blocks(a).isDisjointFrom(blocks(b))).toBe(true);
    expect(readFileSync(path()).includes('905321234567')).toBe(false);
    if (process.platform !== 'win32') expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  it('is nowhere before it is kept, and gone when discarded', async () => {
    const draft = await files.write(pieces(CONTENT));
    expect(await files.read(NAME, SHA384)).toBeNull();
    await draft.discard();
    await draft.discard();
    expect(temporaries()).toEqual([]);
  });

  it('replaces an older one of its name, and whoever reads the older one reads on', async () => {
    await keep(CONTENT);
    const reader = await files.read(NAME, SHA384);
    await keep(Buffer.from('newer'));
    expect((await readAll(reader)).equals(CONTENT)).toBe(true);
    const sha384 = createHash('sha384').update('newer').digest();
    expect(String(await readAll(await files.read(NAME, sha384)))).toBe('newer');
  });

  it('leaves nothing behind when its content fails', async () => {
    async function* failing(): AsyncGenerator<Buffer> {
      yield CONTENT;
      throw new Error('no more');
    }
    await expect(files.write(failing())).rejects.toThrow('no more');
    expect(temporaries()).toEqual([]);
  });

  it('is not opened under a secret too short', () => {
    expect(() => openFiles({ folder, secret: Buffer.alloc(31) })).toThrow('32 bytes');
  });
});

describe('damage', () => {
  it.each([
    ['in the first byte of the content', 37],
    ['in the middle', 150_000],
    ['in the last byte', 37 + CONTENT.length - 1],
    ['in the salt', 10],
  ])('%s ends the stream with an error before its last piece', async (_where, at) => {
    await keep(CONTENT);
    const sealed = readFileSync(path());
    sealed.writeUInt8(sealed.readUInt8(at) ^ 1, at);
    writeFileSync(path(), sealed);
    const stream = await files.read(NAME, SHA384);
    let seen = 0;
    stream?.on('data', (piece: Buffer) => {
      seen += piece.length;
    });
    await expect(new Promise((resolve, reject) => stream?.on('end', resolve).on('error', reject))).rejects.toThrow(
      FileDamaged,
    );
    expect(seen).toBeLessThan(CONTENT.length);
  });

  it.each([
    ['a file cut short', 200_000],
    ['a file without content', 37],
  ])('%s is noticed at its end', async (_what, length) => {
    await keep(CONTENT);
    truncateSync(path(), length);
    await expect(readAll(await files.read(NAME, SHA384))).rejects.toThrow(FileDamaged);
  });

  it.each([
    ['of another layout', (sealed: Buffer) => void sealed.writeUInt8(2, 4)],
    ['of something else', (sealed: Buffer) => void sealed.write('PK', 0)],
  ])('a head %s is noticed at once', async (_what, change) => {
    await keep(CONTENT);
    const sealed = readFileSync(path());
    change(sealed);
    writeFileSync(path(), sealed);
    await expect(files.read(NAME, SHA384)).rejects.toThrow(FileDamaged);
  });

  it('a file shorter than its head is noticed at once', async () => {
    await keep(CONTENT);
    truncateSync(path(), 20);
    await expect(files.read(NAME, SHA384)).rejects.toThrow(FileDamaged);
  });
});

describe('what a crash leaves', () => {
  it('is removed once nobody has written to it for a while, by a start and by a sweep', () => {
    const old = new Date(Date.now() - 11 * 60_000);
    const leave = (): void => {
      for (const name of ['dead.part', 'alive.part']) writeFileSync(join(folder, 'temporary', name), 'x');
      utimesSync(join(folder, 'temporary', 'dead.part'), old, old);
    };
    leave();
    openFiles({ folder, secret: SECRET });
    expect(temporaries()).toEqual(['alive.part']);
    leave();
    files.sweep();
    expect(temporaries()).toEqual(['alive.part']);
  });
});
