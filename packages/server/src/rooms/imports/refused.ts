// The one error of this room: a file or a pasted text that is not taken. Thrown in the worker too, so it loads nothing.

import type { SentenceValues } from '@acik-iys/law';
import type { ImportCode } from './words.ts';

/** Why a file or a pasted text was not taken: `code` is stable, `importSentence` says it to people with `values`. */
export class ImportRefused extends Error {
  readonly code: ImportCode;
  readonly values: SentenceValues;

  constructor(code: ImportCode, values: SentenceValues = {}, options?: ErrorOptions) {
    super(code, options);
    this.name = 'ImportRefused';
    this.code = code;
    this.values = values;
  }
}
