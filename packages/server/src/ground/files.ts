// Sealed files on disk: written once as a stream, unreadable without the master secret, read back as a stream.
//
// A file is a head (mark, version, a salt of its own) and its content under AES-256-CTR; key and counter come from the
// master secret and the salt by HKDF, so no two files share a key stream. The cipher does not notice damage: whoever
// keeps a file keeps its SHA-384 too, and a reader gets the last piece only when the whole content has that hash.
// Trade: a reader of a long file has used its beginning before its end is judged; he sees an error instead of an end.
// A file is written beside the others as a temporary one, forced to disk, and given its name by one rename, so a name
// always stands for a whole file. What a crash leaves are temporary files; the next start and every `sweep` remove
// those that nobody has written to for a while (another process on the same folder may still be writing its own).

import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline, type Readable, Transform, type TransformCallback } from 'node:stream';
import { syncFolder } from './sync-folder.ts';

const HASH = 'sha384';
const CIPHER = 'aes-256-ctr';
const KEY_BYTES = 32;
const COUNTER_BYTES = 16;

/** First bytes of every sealed file: its mark and the version of its layout. */
const MARK = Buffer.from('AIYS\x01', 'latin1');
const SALT_BYTES = 32;
const HEAD_BYTES = MARK.length + SALT_BYTES;

const TEMPORARY_FOLDER = 'temporary';
/** Room on the disk that files leave to others: a database beside them must be able to write a refusal down. */
const FREE_BYTES_LEAST = 512 * 1024 * 1024;
const FREE_SHARE_LEAST = 0.05;
/** A writer writes every few seconds at the least (a piece's database deadline is 15 s): so long idle means dead. */
const ABANDONED_AFTER_MS = 10 * 60_000;

/** A content whole on disk that has no name yet. */
export interface Draft {
  readonly bytes: number;
  readonly sha384: Buffer;
  /** Gives it its name, for good across a power cut; an older file of the name is replaced. */
  keep(name: string): Promise<void>;
  /** Removes it; after `keep`, or twice, it does nothing. */
  discard(): Promise<void>;
}

export interface Files {
  /** Seals a content to disk piece by piece. When it throws, or the content does, nothing is left behind. @throws NoRoom */
  write(content: AsyncIterable<Buffer>): Promise<Draft>;
  /**
   * The content of a file in clear, or null where there is none of that name. The stream ends with a FileDamaged
   * error instead of its last piece when the content has not this hash. It must be read to its end or destroyed.
   */
  read(name: string, sha384: Buffer): Promise<Readable | null>;
  /** Removes a file; one that is not there is no error. */
  remove(name: string): Promise<void>;
  /** Removes temporary files that a crash left behind. */
  sweep(): void;
}

/** The disk has too little room for one more file. */
export class NoRoom extends Error {
  constructor() {
    super('the disk of the data folder is nearly full');
    this.name = 'NoRoom';
  }
}

/** A file is not what was written: another head, or a content with another hash. */
export class FileDamaged extends Error {
  constructor(what: string) {
    super(`a sealed file is damaged: ${what}`);
    this.name = 'FileDamaged';
  }
}

/**
 * Opens the folder, making it where it is missing, and removes what a crash left in it.
 * @param options.secret the master secret, at least 32 random bytes
 */
export function openFiles(options: { readonly folder: string; readonly secret: Buffer }): Files {
  const folder = resolve(options.folder);
  const { secret } = options;
  if (secret.length < KEY_BYTES) throw new Error(`the secret of files must have at least ${KEY_BYTES} bytes`);
  const temporary = join(folder, TEMPORARY_FOLDER);
  mkdirSync(temporary, { recursive: true, mode: 0o700 });
  sweep();

  function keyAndCounter(salt: Buffer): [key: Buffer, counter: Buffer] {
    const bytes = Buffer.from(hkdfSync('sha256', secret, salt, 'acik-iys file', KEY_BYTES + COUNTER_BYTES));
    return [bytes.subarray(0, KEY_BYTES), bytes.subarray(KEY_BYTES)];
  }

  function sweep(): void {
    for (const name of readdirSync(temporary)) {
      const path = join(temporary, name);
      // The system's clock, not the house's: the file system writes these times.
      const writtenAt = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.POSITIVE_INFINITY;
      if (Date.now() - writtenAt > ABANDONED_AFTER_MS) rmSync(path, { force: true });
    }
  }

  async function leaveRoom(): Promise<void> {
    const { bavail, blocks, bsize } = await statfs(folder);
    if (bavail * bsize < Math.min(FREE_BYTES_LEAST, FREE_SHARE_LEAST * blocks * bsize)) throw new NoRoom();
  }

  async function keep(path: string, name: string): Promise<void> {
    const target = join(folder, name);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await rename(path, target);
    // A name is for good when its folder is on disk, and a new folder when the folder above it is.
    for (let at = dirname(target); ; at = dirname(at)) {
      await syncFolder(at);
      if (at === folder || at === dirname(at)) break;
    }
  }

  return {
    async write(content) {
      await leaveRoom();
      const path = join(temporary, `${randomUUID()}.part`);
      const salt = randomBytes(SALT_BYTES);
      const cipher = createCipheriv(CIPHER, ...keyAndCounter(salt));
      const hash = createHash(HASH);
      let bytes = 0;
      const handle = await open(path, 'wx', 0o600);
      try {
        await handle.writeFile(Buffer.concat([MARK, salt]));
        for await (const piece of content) {
          hash.update(piece);
          bytes += piece.length;
          await handle.writeFile(cipher.update(piece));
        }
        await handle.sync();
        await handle.close();
      } catch (error) {
        await handle.close().catch(() => undefined);
        await rm(path, { force: true });
        throw error;
      }
      return {
        bytes,
        sha384: hash.digest(),
        keep: (name) => keep(path, name),
        discard: () => rm(path, { force: true }),
      };
    },

    async read(name, sha384) {
      let handle: FileHandle;
      try {
        handle = await open(join(folder, name), 'r');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      }
      try {
        const head = Buffer.alloc(HEAD_BYTES);
        const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
        if (bytesRead < HEAD_BYTES || !head.subarray(0, MARK.length).equals(MARK)) throw new FileDamaged('its head');
        const decipher = createDecipheriv(CIPHER, ...keyAndCounter(head.subarray(MARK.length)));
        const opened = new CheckedContent(sha384, (piece) => decipher.update(piece));
        // An error of one ends the other; the reader sees it on the stream that he holds.
        return pipeline(handle.createReadStream({ start: HEAD_BYTES }), opened, () => undefined);
      } catch (error) {
        await handle.close();
        throw error;
      }
    },

    remove: (name) => rm(join(folder, name), { force: true }),
    sweep,
  };
}

/** A content in clear as it passes: its last piece is let through only when the whole has the hash. */
export class CheckedContent extends Transform {
  readonly #sha384: Buffer;
  readonly #open: (piece: Buffer) => Buffer;
  readonly #hash = createHash(HASH);
  #held: Buffer | undefined;

  constructor(sha384: Buffer, openPiece: (piece: Buffer) => Buffer = (piece) => piece) {
    super();
    this.#sha384 = sha384;
    this.#open = openPiece;
  }

  override _transform(sealed: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const piece = this.#open(sealed);
    this.#hash.update(piece);
    const before = this.#held;
    this.#held = piece;
    done(null, before);
  }

  override _flush(done: TransformCallback): void {
    if (this.#hash.digest().equals(this.#sha384)) done(null, this.#held);
    else done(new FileDamaged('its content has another hash'));
  }
}
