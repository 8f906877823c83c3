// What the bench's processes agree on: the providers that it works with, the empty route, and what the server is asked
// over IPC.

/** What the empty route and bare node:http answer. */
export const EMPTY_ANSWER = '{"status":"ok"}';
export const EMPTY_PATH = '/bench/empty';

/** Ten providers of five brands each: an access token names its provider's brands, so fewer make it unusually long. */
const BRANDS_A_PROVIDER = 5;
export const PROVIDERS: readonly number[] = Array.from({ length: 10 }, (_, i) => 1_000_000 + i * 10);
export const BRANDS: readonly number[] = PROVIDERS.flatMap((code) =>
  Array.from({ length: BRANDS_A_PROVIDER }, (_, i) => code + i),
);
export const brandsOf = (provider: number): number[] => BRANDS.filter((brandId) => providerOf(brandId) === provider);
export const providerOf = (brandId: number): number => brandId - (brandId % 10);
export const accountOf = (provider: number): { email: string; password: string } => ({
  email: `api@${provider}.example`,
  password: `Bench-Parola-${provider}`,
});
/** Master secret of the bench's server, so that the filler can make the same address keys. */
export const SECRET = Buffer.alloc(32, 5);

export type Ask =
  /** Resident memory in bytes, CPU so far in microseconds. */
  | { readonly do: 'usage' }
  | { readonly do: 'profile-start' }
  | { readonly do: 'profile-stop'; readonly file: string }
  /** A citizen's refusal through the registry's one way in; answers when it was recorded, as epoch milliseconds. */
  | { readonly do: 'refuse'; readonly brandId: number; readonly address: string }
  /** From now on, count for each `record` of this brand the rounds that began between its call and its answer. */
  | { readonly do: 'watch'; readonly brandId: number }
  /** The counts since `watch`. */
  | { readonly do: 'watched' };

export interface Answers {
  readonly usage: { readonly memory: number; readonly cpu: number };
  readonly 'profile-start': null;
  readonly 'profile-stop': null;
  readonly refuse: number;
  readonly watch: null;
  readonly watched: readonly number[];
}
