// Reads an uploaded .xlsx file: says at once what is none, and has the rest read in a thread of its own with little
// memory and a deadline, a few files at a time, so that no file can slow or end the server.

import { Worker } from 'node:worker_threads';
import type { SentenceValues } from '@acik-iys/law';
import { promise as fastq } from 'fastq';
import { fewAtOnce } from '../../ground/few-at-once.ts';
import { ImportRefused } from './refused.ts';
import type { Table } from './table.ts';
import type { ImportCode } from './words.ts';

/** Bytes of an upload; a thousand rows take some 60 KB. */
export const FILE_BYTES_MOST = 5 * 1024 * 1024;
/** A thousand rows are read in a tenth of a second, the largest file that is taken in some three. */
const DEADLINE_SECONDS = 15;
/** Files read at the same time, and files that wait for it: with the deadline, half a minute at the very worst. */
const AT_ONCE = 2;
const WAITING_MOST = 8;
/** Files of one account that are read or wait. */
const OF_ONE_MOST = 2;
/** The unpacked bytes are not in these; see `UNPACKED_BYTES_MOST`. */
const WORKER_MEMORY = { maxOldGenerationSizeMb: 192, maxYoungGenerationSizeMb: 16, stackSizeMb: 4 };

export interface ReadSheetOptions {
  /** Rows of data that are taken at most. */
  readonly rows: number;
  readonly deadlineSeconds?: number;
  /** Whose file it is: each has one that is read and one that waits, and takes no turn of the others. */
  readonly by?: number;
}

/** The first visible sheet with content of an .xlsx file. Throws ImportRefused where the file is not taken. */
export async function readSheet(bytes: Uint8Array, options: ReadSheetOptions): Promise<Table> {
  if (bytes.length === 0) throw new ImportRefused('import.empty');
  if (bytes.length > FILE_BYTES_MOST)
    throw new ImportRefused('import.too_large', { limit: FILE_BYTES_MOST / 1024 / 1024 });
  refuseOtherKinds(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  const { by } = options;
  if (line.length() >= WAITING_MOST) throw busy();
  const read = (): Promise<Table> => line.push({ bytes, options });
  return by === undefined ? await read() : await oneOfFew(by, read);
}

const busy = (): ImportRefused => new ImportRefused('import.busy');
const oneOfFew = fewAtOnce(OF_ONE_MOST, busy);

const ZIP = Buffer.from('PK\x03\x04', 'latin1');
const OLE = Buffer.from('d0cf11e0a1b11ae1', 'hex');
/** A password-protected workbook lies whole in a stream of this name ([MS-OFFCRYPTO] 2.3.4.4). */
const ENCRYPTED_STREAM = Buffer.from('EncryptedPackage', 'utf16le');

/** By the content alone: a name says nothing. */
function refuseOtherKinds(bytes: Buffer): void {
  const begins = (signature: Buffer): boolean => bytes.subarray(0, signature.length).equals(signature);
  if (begins(ZIP)) return;
  if (begins(OLE)) throw new ImportRefused(bytes.includes(ENCRYPTED_STREAM) ? 'import.password' : 'import.xls');
  const start = bytes.subarray(0, 1_024);
  if (start.includes('%PDF-')) throw new ImportRefused('import.pdf');
  const isUtf16 = start.length >= 2 && ['fffe', 'feff'].includes(start.toString('hex', 0, 2));
  const text = start.toString(isUtf16 ? 'utf16le' : 'utf8').replace(/^\uFEFF/, '');
  if (text.trimStart().startsWith('<')) throw new ImportRefused('import.html');
  throw new ImportRefused(isUtf16 || !start.includes(0) ? 'import.text' : 'import.not_a_workbook');
}

interface Task {
  readonly bytes: Uint8Array;
  readonly options: ReadSheetOptions;
}

const line = fastq(({ bytes, options }: Task) => readInWorker(bytes, options), AT_ONCE);

type Answer =
  | { readonly table: Table }
  | { readonly refused: { readonly code: ImportCode; readonly values: SentenceValues } };

async function readInWorker(bytes: Uint8Array, options: ReadSheetOptions): Promise<Table> {
  const { rows, deadlineSeconds = DEADLINE_SECONDS } = options;
  const worker = new Worker(new URL('./workbook-worker.ts', import.meta.url), {
    workerData: { bytes, rowsMost: rows },
    resourceLimits: WORKER_MEMORY,
    execArgv: [],
  });
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  worker.once('message', resolve);
  worker.once('error', (error: NodeJS.ErrnoException) =>
    reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new ImportRefused('import.unpacks_too_large') : error),
  );
  worker.once('exit', () => reject(new Error('the worker ended without an answer')));
  const timer = setTimeout(() => reject(new ImportRefused('import.too_slow')), deadlineSeconds * 1_000);
  try {
    const answer = await promise;
    if ('table' in answer) return answer.table;
    throw new ImportRefused(answer.refused.code, answer.refused.values);
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}
