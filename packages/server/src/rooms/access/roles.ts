// What a person at the desk may do: one table of roles and abilities, and what each kind of organisation leaves of it.
// Screens and routes ask for an ability, never for a role.

/** What there is to be allowed, each asked for a brand or for the organisation. */
export const ABILITIES = {
  /** Yes or no for one address: may it be contacted now. */
  ask: 'brand',
  /** Why: who recorded it, when, through which door; the history. */
  understand: 'brand',
  /** To open one masked address; each opening is logged. */
  reveal: 'brand',
  /** To record consents and refusals, by form or by Excel. */
  record: 'brand',
  /** To look at documents of evidence; a retailer's user at those of his shop. */
  readEvidence: 'brand',
  /** To add documents. */
  addEvidence: 'brand',
  /** To see who said no, and what was taken over. */
  readRefusals: 'brand',
  /** To tick refusals as taken over. */
  tickRefusals: 'brand',
  /** To check a list of addresses. */
  checkLists: 'brand',
  /** Reports and counts. */
  readReports: 'brand',
  /** Files with addresses in clear. */
  clearFiles: 'brand',
  manageRetailers: 'brand',
  /** The organisation's own pages. */
  readOrganisation: 'organisation',
  readActivity: 'organisation',
  /** Invites and ends people below owner. */
  manageStaff: 'organisation',
  manageOwners: 'organisation',
  /** Partners and intermediaries, and the other side: to accept what a provider gives. */
  managePartners: 'organisation',
  manageApiUsers: 'organisation',
} as const satisfies Record<string, 'brand' | 'organisation'>;
export type Ability = keyof typeof ABILITIES;
export const ABILITY_NAMES = Object.keys(ABILITIES) as readonly Ability[];

const VIEWER: readonly Ability[] = ['ask', 'understand', 'readRefusals', 'readReports', 'readOrganisation'];
const CLERK: readonly Ability[] = [
  ...VIEWER,
  'reveal',
  'record',
  'readEvidence',
  'addEvidence',
  'tickRefusals',
  'checkLists',
];
const MANAGER: readonly Ability[] = [...CLERK, 'clearFiles', 'manageRetailers', 'readActivity', 'manageStaff'];

/** The roles, from the widest to the narrowest, and what each may do. */
export const STAFF_ROLES = {
  /** The signatory: everything. */
  owner: [...MANAGER, 'manageOwners', 'managePartners', 'manageApiUsers'],
  manager: MANAGER,
  clerk: CLERK,
  /** All documents and the consents they belong to; records nothing. */
  evidence: [...VIEWER, 'reveal', 'readEvidence', 'addEvidence'],
  viewer: VIEWER,
  /** Stands for one retailer: of others' consents he learns yes or no for his shop, not why. */
  retailer: ['ask', 'record', 'reveal', 'readEvidence', 'addEvidence', 'readOrganisation'],
} as const satisfies Record<string, readonly Ability[]>;
export type StaffRole = keyof typeof STAFF_ROLES;
export const STAFF_ROLE_NAMES = Object.keys(STAFF_ROLES) as readonly StaffRole[];

export type OrganisationKind = 'provider' | 'partner' | 'intermediary';

/** What the kind of organisation leaves of a role. An intermediary asks and checks lists, nothing else (law.md, rule 27). */
const KIND_ABILITIES: Readonly<Record<OrganisationKind, ReadonlySet<Ability>>> = {
  provider: new Set(ABILITY_NAMES),
  partner: new Set(ABILITY_NAMES.filter((name) => name !== 'manageRetailers')),
  intermediary: new Set<Ability>([
    'ask',
    'checkLists',
    'readOrganisation',
    'readActivity',
    'manageStaff',
    'manageOwners',
    'managePartners',
  ]),
};

/** Abilities of a role within an organisation of this kind. */
export function abilitiesOf(role: StaffRole, kind: OrganisationKind): Ability[] {
  return STAFF_ROLES[role].filter((ability) => KIND_ABILITIES[kind].has(ability));
}
