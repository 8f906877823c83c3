// Why evidence is not taken or not changed. The words for people are the doors'.

export type EvidenceErrorReason =
  /** No bytes. */
  | 'empty'
  /** Its content is none of DOCUMENT_TYPES. */
  | 'type'
  | 'too_large'
  /** The key of the upload belongs to another content. */
  | 'key'
  /** No such document, or none that this person sees. */
  | 'unknown'
  /** The document was replaced: what it proved, another proves. */
  | 'replaced'
  /** A document cannot stand in the place of itself, or be one that was replaced. */
  | 'replacement'
  /** No such consent to attach to, or none that this person may attach to. */
  | 'no_consent'
  /** No entry of this person, or one that was taken back or refused. */
  | 'entry'
  /** No such version of the text. */
  | 'text'
  /** Another version stands with the document already. */
  | 'text_fixed'
  /** As much as one person may add for a brand in a day. */
  | 'too_many'
  | 'too_many_at_once'
  /** Somebody else changed its title meanwhile. */
  | 'changed'
  /** A day that is none, or is still to come. */
  | 'day'
  /** No such retailer of the brand, or not this person's. */
  | 'retailer'
  /** No such form, or none that this person sees. */
  | 'form'
  /** The file is gone from the disk. */
  | 'file_missing';

export class EvidenceError extends Error {
  readonly reason: EvidenceErrorReason;

  constructor(reason: EvidenceErrorReason) {
    super(`evidence: ${reason}`);
    this.name = 'EvidenceError';
    this.reason = reason;
  }
}
