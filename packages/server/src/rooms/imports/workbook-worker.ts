// The thread in which a workbook is read (`read-sheet.ts` starts it): one file, one answer.

import { parentPort, workerData } from 'node:worker_threads';
import { ImportRefused } from './refused.ts';
import { readWorkbook } from './workbook.ts';

const { bytes, rowsMost } = workerData as { bytes: Uint8Array; rowsMost: number };

try {
  parentPort?.postMessage({ table: readWorkbook(bytes, rowsMost) });
} catch (error) {
  if (!(error instanceof ImportRefused)) throw error;
  const { code, values } = error;
  parentPort?.postMessage({ refused: { code, values } });
}
