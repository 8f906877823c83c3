// What the bench's processes agree on: the provider that it works with, the empty route, and what the server is asked
// over IPC.

/** What the empty route and bare node:http answer. */
export const EMPTY_ANSWER = '{"status":"ok"}';
export const EMPTY_PATH = '/bench/empty';

export const PROVIDER = 1_000_000;
export const BRANDS: readonly number[] = Array.from({ length: 50 }, (_, i) => PROVIDER + i);
export const ACCOUNT = { email: 'api@bench.example', password: 'Bench-Parola-1000000' };
/** Master secret of the bench's server, so that the filler can make the same address keys. */
export const SECRET = Buffer.alloc(32, 5);

export type Ask =
  /** Resident memory in bytes. */
  | { readonly do: 'memory' }
  | { readonly do: 'profile-start' }
  | { readonly do: 'profile-stop'; readonly file: string }
  /** A citizen's refusal through the registry's one way in; answers when it was recorded, as epoch milliseconds. */
  | { readonly do: 'refuse'; readonly brandId: number; readonly address: string }
  /** From now on, count for each `record` of this brand the rounds that began between its call and its answer. */
  | { readonly do: 'watch'; readonly brandId: number }
  /** The counts since `watch`. */
  | { readonly do: 'watched' };

export interface Answers {
  readonly memory: number;
  readonly 'profile-start': null;
  readonly 'profile-stop': null;
  readonly refuse: number;
  readonly watch: null;
  readonly watched: readonly number[];
}
