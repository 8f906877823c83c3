// What a route of the official contract is: who may call it, in which order that is asked, and with which codes.
//
// The order is the same everywhere: how often (429) → who is calling (401), both before the body is read → the numbers
// in the path (422, 404, 403) → the subscription (403) → the body (400) → the route's own work. A route says which of these it has; the pipeline
// in `index.ts` does them. The table of all routes is data: the OpenAPI document, the contract tests and the
// access tests are generated from it, so a new route is covered by itself.

import type { ErrorCode } from '@acik-iys/law';
import type { TSchema } from 'typebox';
import type { BrandScope, LimitName, Principal, Subscription } from '../../rooms/access/index.ts';
import type { Answer } from './answer.ts';
import type { Rooms } from './rooms.ts';

export interface Call {
  readonly rooms: Rooms;
  readonly principal: Principal;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** The parsed body; routes without one have undefined. */
  readonly body: unknown;
}

/** A call for one brand. The scope is the proof that the caller may act for it. */
export interface BrandCall extends Call {
  readonly scope: BrandScope;
  readonly providerCode: number;
  readonly subscription: Subscription | null;
}

export interface ProviderCall extends Call {
  readonly providerCode: number;
}

export interface PartnerCall extends Call {
  readonly integratorCode: number;
}

export interface TokenCall {
  readonly rooms: Rooms;
  readonly body: unknown;
  readonly contentType: string;
  readonly networkAddress: string;
}

/** Codes of subscription states that the route answers with (iys-api.md, "Subscription"). */
export const GATES = {
  full: ['H521', 'H524', 'H520', 'H586'],
  batchAdd: ['H521', 'H524', 'H586'],
  apiOnly: ['H586'],
  partner: ['H521', 'H524', 'H520'],
  none: [],
} as const satisfies Record<string, readonly ErrorCode[]>;

interface Shape {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** In the contract's spelling: `/sps/{iysCode}/…`. */
  readonly path: string;
  /** Spellings that programs in the field use besides (iys-api.md, "Existing programs"). */
  readonly aliases?: readonly string[];
  readonly operation: string;
  readonly tag: string;
  readonly summary: { readonly tr: string; readonly en: string };
  readonly limits: readonly LimitName[];
  /** Code of a body that is no JSON; absent: the route has no body. */
  readonly notJson?: ErrorCode;
  readonly gate: readonly ErrorCode[];
  /** Bytes of the body at most, where it is less than everywhere. */
  readonly bodyBytesMax?: number;
  /** Adds to the journal: turned away before any work when too much waits there. */
  readonly records?: boolean;
  /** Codes of faults of ours: while reading, while storing, and any other. */
  readonly faults: { readonly read: ErrorCode; readonly store: ErrorCode; readonly other: ErrorCode };
  /** Code of a missing or bad token. */
  readonly tokenCode?: 'H351' | 'H251';
  /** The contract's examples spell `code:` with H353 on this route: both spellings are sent. */
  readonly bothCodeSpellings?: boolean;
  /** Numbers that do not exist are told apart from other people's (404 H001, H018). */
  readonly tellsUnknownNumbers?: boolean;
  readonly schema: {
    readonly body?: TSchema;
    readonly query?: TSchema;
    readonly answers: Readonly<
      Record<number, { readonly description: string; readonly schema?: TSchema; readonly type?: string }>
    >;
  };
}

export type OfficialRoute = Shape &
  (
    | { readonly guard: 'token'; readonly handle: (call: TokenCall) => Promise<Answer> }
    | { readonly guard: 'any'; readonly handle: (call: Call) => Promise<Answer> }
    | {
        readonly guard: 'brand';
        readonly handle: (call: BrandCall) => Promise<Answer>;
        /** Keeps what must not be lost of a call that the subscription turns away. */
        readonly keep?: (call: BrandCall) => Promise<void>;
      }
    | { readonly guard: 'provider'; readonly handle: (call: ProviderCall) => Promise<Answer> }
    | { readonly guard: 'partner'; readonly handle: (call: PartnerCall) => Promise<Answer> }
  );

/** Marks a failure of storing, so that the answer can say which of the contract's two codes it is. */
export class StoreFault extends Error {
  constructor(cause: unknown) {
    super('could not be stored', { cause });
  }
}

/** Runs work that stores; a fault in it is answered with the route's code for storing. */
export async function storing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new StoreFault(error);
  }
}
