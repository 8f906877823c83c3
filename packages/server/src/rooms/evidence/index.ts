// The door of the room `evidence`: documents that prove consents (documents.ts, document-type.ts), their time stamps
// (stamps.ts), and the texts and printed forms that people consent by (forms.ts, form-number.ts).
//
// What proves a consent is kept for its period (law.md, rule 28), and then its content is erased (erasing.ts). A wrong
// document is replaced and stays, and the application's role could not delete a row if it wanted to.

import type { Calendar } from '@acik-iys/law';
import type { Clock } from '../../ground/clock.ts';
import type { Database } from '../../ground/database.ts';
import type { Files } from '../../ground/files.ts';
import type { AddressKeys } from '../../ground/keys.ts';
import type { Log } from '../../ground/log.ts';
import type { Entries } from '../entries/index.ts';
import type { Parties } from '../parties/index.ts';
import type { Registry } from '../registry/index.ts';
import { type Documents, openDocuments } from './documents.ts';
import { type Erasing, openErasing } from './erasing.ts';
import { type Forms, openForms } from './forms.ts';
import { openStamps } from './stamps.ts';

export {
  AUDIO_BYTES_MAX,
  DOCUMENT_BYTES_MAX,
  DOCUMENT_TYPES,
  type DocumentType,
} from './document-type.ts';
export type { Attachment, Document, DocumentCursor, Target } from './documents.ts';
export { EvidenceError, type EvidenceErrorReason } from './errors.ts';
export { FORMS_MAX } from './form-number.ts';
export type { ConsentText, Form, FormSeries } from './forms.ts';

/**
 * A document or form is asked for by desk and brand: the desk says for which organisation a person looks, the brand for
 * which retailer and on which channels. Whether he may look or add at all is asked before (`desk.brand`).
 */
export interface Evidence extends Documents, Erasing, Omit<Forms, 'unknownRetailer'> {
  /** Asks for the time stamps that are due. @returns stamps that were had */
  stampDue(): Promise<number>;
  /** Begins to ask for stamps. */
  start(): void;
  stop(): Promise<void>;
}

export function openEvidence(options: {
  readonly database: Database;
  readonly clock: Clock;
  readonly keys: AddressKeys;
  readonly files: Files;
  readonly log: Log;
  readonly calendar: Calendar;
  readonly registry: Registry;
  readonly entries: Entries;
  readonly parties: Parties;
  /** Address of the time-stamp authority; without one documents wait for their stamp. */
  readonly timeStampAuthority: string | undefined;
}): Evidence {
  const stamps = openStamps({ ...options, authority: options.timeStampAuthority });
  const forms = openForms(options);
  const { keptUntilOf, documentOfHouse, ...documents } = openDocuments({ ...options, forms, onStored: stamps.wake });
  const erasing = openErasing({ ...options, keptUntilOf, documentOfHouse });
  return { ...documents, ...erasing, ...forms, stampDue: stamps.runDue, start: stamps.start, stop: stamps.stop };
}
