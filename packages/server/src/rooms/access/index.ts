// The door of the room `access`: who is asking, and for which brand. How a BrandScope is made stays inside.

export {
  type Access,
  type AccessOptions,
  openAccess,
  REPLACED_GOOD_SECONDS,
  type TokenPair,
} from './access.ts';
export { AccountError, type AccountErrorReason, type NewAccount, type Role } from './accounts.ts';
export {
  ApiUserError,
  type ApiUserErrorReason,
  type ApiUsers,
  OVERLAP_MOST_SECONDS,
  openApiUsers,
} from './api-users.ts';
export { AccessError, type AccessErrorReason } from './attempts.ts';
export { type Desk, type DeskBrand, type Desks, type HeldBrand, type Organisation, openDesks } from './desk.ts';
export type { GrantTerms } from './grants.ts';
export { houseScope } from './house-scope.ts';
export { type Invitations, openInvitations } from './invitations.ts';
export { PasswordError } from './password-choice.ts';
export { openPeople, type People } from './people.ts';
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
export { ABILITIES, ABILITY_NAMES, type Ability, type OrganisationKind, STAFF_ROLES, type StaffRole } from './roles.ts';
export { BrandScope, type BrandScopeFacts, type ChannelRights, FULL_RIGHTS, type Right } from './scope.ts';
export { type PersonSession, type SessionShown, STEP_UP_SECONDS } from './sessions.ts';
export { openStaff, type Staff, StaffError, type StaffErrorReason } from './staff.ts';
export { ACCESS_SECONDS, REFRESH_SECONDS } from './tokens.ts';
