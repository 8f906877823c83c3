// Answers of the official door: the contract's envelopes and nothing else. Sentences come from packages/law.

import {
  ERRORS,
  type ErrorCode,
  type FormFault,
  OWN_ERRORS,
  type OwnErrorCode,
  ownSentence,
  type SentenceValues,
  sentence,
} from '@acik-iys/law';

export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface WireError {
  readonly code: string;
  readonly message: string;
  /** Beside codes of our own alone: the contract's envelope has one sentence. */
  readonly messageEn?: string;
  readonly location?: readonly (string | number)[];
  readonly value?: unknown;
  readonly index?: number;
}

/** Thrown by a handler to answer with the contract's error envelope. */
export class OfficialError extends Error {
  readonly status: number;
  readonly errors: readonly WireError[];
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, errors: readonly WireError[], headers: Readonly<Record<string, string>> = {}) {
    super(errors.map(({ code }) => code).join(' '));
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }
}

/** One error of the catalogue, with its own status unless the path documents another. */
export function refusal(
  code: ErrorCode,
  values: SentenceValues = {},
  status: number = ERRORS[code].http,
): OfficialError {
  return new OfficialError(status, [{ code, message: sentence(code, 'tr', values) }]);
}

/** One of our own errors, where the contract has none. */
export function ownRefusal(code: OwnErrorCode, values: SentenceValues = {}, headers = {}): OfficialError {
  const message = ownSentence(code, 'tr', values);
  const messageEn = ownSentence(code, 'en', values);
  return new OfficialError(OWN_ERRORS[code].http, [{ code, message, messageEn }], headers);
}

/** How faults of form are shown: where, what was sent, and in a batch at which place. */
export function wireFault(fault: FormFault & { readonly values?: SentenceValues }, index?: number): WireError {
  return {
    ...(index !== undefined && { index }),
    code: fault.code,
    location: fault.location,
    ...('value' in fault && { value: fault.value }),
    message: sentence(fault.code, 'tr', {
      field: String(fault.location[0]),
      ...(fault.didYouMean !== undefined && { didYouMean: fault.didYouMean }),
      ...fault.values,
    }),
  };
}

/** Status of an answer that lists several faults: 422 as soon as one of them is a 422. */
export function statusOfFaults(errors: readonly WireError[]): number {
  const statuses = errors.map(({ code }) => ERRORS[code as ErrorCode].http);
  return statuses.includes(422) ? 422 : (statuses[0] as number);
}

export function faultsRefusal(errors: readonly WireError[]): OfficialError {
  return new OfficialError(statusOfFaults(errors), errors);
}

/** H180 for each retailer of a list that the brand does not know, by its place. */
export function unknownRetailerFaults(
  retailers: readonly number[],
  unknown: ReadonlySet<number>,
  index?: number,
): WireError[] {
  return retailers.flatMap((code, place) =>
    unknown.has(code) ? [wireFault({ code: 'H180', location: ['retailerAccess', place], value: code }, index)] : [],
  );
}
