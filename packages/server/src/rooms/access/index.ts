// The door of the room `access`: who is asking, and for which brand. How a BrandScope is made stays inside.

export {
  type Access,
  AccessError,
  type AccessErrorReason,
  type AccessOptions,
  type NewAccount,
  openAccess,
  REPLACED_GOOD_SECONDS,
  type Role,
  type TokenPair,
} from './access.ts';
export { AccountError, type AccountErrorReason } from './accounts.ts';
export type {
  Holder,
  Principal,
  PrincipalBrand,
  PrincipalBrandFacts,
  ScopeAnswer,
  Subscription,
  SubscriptionStatus,
} from './principals.ts';
export { type LimitName, type RateAnswer, RateLimits } from './rate-limits.ts';
export { BrandScope, type BrandScopeFacts, type ChannelRights, FULL_RIGHTS, type Right } from './scope.ts';
export { ACCESS_SECONDS, REFRESH_SECONDS } from './tokens.ts';
