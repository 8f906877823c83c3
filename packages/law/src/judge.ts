// The rules of state: may this statement change what is recorded? One pure function, asked under the brand's
// lock for every movement from every door. Sources: rule table of the official API (H486, H175, H462, H463,
// H174, H178), law.md rules 10 to 14.
//
// Strictness is a policy, not a second path. `official` answers as the original does; a refusal that it turns
// away is marked `withhold`, so that the registry keeps it and every check honours it. `welcoming` never turns
// a refusal away (law 6563 art. 8: at any time, without reason).

import type { ErrorCode } from './errors.ts';
import {
  isMerchant,
  type Kind,
  NO_SOURCE,
  ONAY,
  RET,
  SOURCE_NUMBERS,
  type State,
  type StatusBit,
  stateOf,
  statusBitOf,
} from './vocabulary.ts';

export type Strictness = 'official' | 'welcoming';

/** One statement in normal form: a consent or refusal that somebody reports. Times are epoch seconds. */
export interface Statement {
  readonly kind: Kind;
  /** E.164 or lower-case e-mail, in clear. */
  readonly address: string;
  readonly status: StatusBit;
  /** Source number; NO_SOURCE where a merchant's came without one (H463 says when it may not). */
  readonly source: number;
  /** When it was given; null where a merchant's came without a date (H462) or an operator reports a closed line. */
  readonly consentedAt: number | null;
  /** The retailer who took it, or null. */
  readonly retailer: number | null;
}

/** What is recorded for the statement's key. */
export interface StoredConsent {
  readonly state: State;
  /**
   * Null: a merchant's consent that came without a date, or the report of a closed line (IYS_AHS_HAT_KAPATMA) over such
   * a consent. Any other refusal without a date is to be stored with the date of its receipt (law.md, rule 12): every
   * dated consent passes what has no date (`dateOrder`), and the refusal would be lost.
   */
  readonly consentedAt: number | null;
  readonly retailer: number | null;
}

export interface JudgeContext {
  readonly strictness: Strictness;
  /** V2 services: the same statement again is an answer, not an error. */
  readonly idempotent: boolean;
}

export type Verdict =
  | { readonly kind: 'accept' }
  /** Kept in the history; the newer consent stands (law.md, rule 13). */
  | { readonly kind: 'overtaken' }
  /** Says what is recorded already. */
  | { readonly kind: 'unchanged' }
  /** `withhold`: a refusal that must not be lost, kept outside journal and feed. */
  | { readonly kind: 'refuse'; readonly code: ErrorCode; readonly withhold: boolean };

const ACCEPT: Verdict = { kind: 'accept' };
const OVERTAKEN: Verdict = { kind: 'overtaken' };
const UNCHANGED: Verdict = { kind: 'unchanged' };
const refusals = new Map<string, Verdict>();
function refuse(code: ErrorCode, status: StatusBit): Verdict {
  const withhold = status === RET;
  const key = `${code}${withhold}`;
  let verdict = refusals.get(key);
  if (!verdict) {
    verdict = { kind: 'refuse', code, withhold };
    refusals.set(key, verdict);
  }
  return verdict;
}

/** The same data and date as recorded (V2: "already stored with the same data and date"). */
export function isRepeat(statement: Statement, stored: StoredConsent): boolean {
  return (
    stored.state === stateOf(statement.source, statement.status) &&
    stored.consentedAt === statement.consentedAt &&
    (statement.retailer === null || statement.retailer === stored.retailer)
  );
}

/** One rule of state: a code that refuses, a verdict that decides, or null to ask the next rule. */
type Rule = (statement: Statement, stored: StoredConsent | null, context: JudgeContext) => ErrorCode | Verdict | null;

/** V2 services compare with what is stored before any rule of state. */
const sameAgain: Rule = (statement, stored, context) =>
  context.idempotent && stored !== null && isRepeat(statement, stored) ? UNCHANGED : null;

/** A provider cannot decide to stop what was never recorded. */
const decisionNeedsRecord: Rule = (statement, stored) =>
  stored === null && statement.source === SOURCE_NUMBERS.HS_KARAR ? 'H486' : null;

const firstIsRefusal: Rule = (statement, stored) => (stored === null && statement.status === RET ? 'H175' : null);

const merchantUpdateNeedsDate: Rule = (statement, stored) =>
  stored !== null && isMerchant(statement.kind) && statement.consentedAt === null ? 'H462' : null;

const merchantUpdateNeedsSource: Rule = (statement, stored) =>
  stored !== null && isMerchant(statement.kind) && statement.source === NO_SOURCE ? 'H463' : null;

/** RET on RET. ONAY on ONAY is welcome with a later date (release note 1.1.0). */
const refusedAlready: Rule = (statement, stored) =>
  stored !== null && statement.status === RET && statusBitOf(stored.state) === RET ? 'H174' : null;

/** Not later than the stored date; equal counts. What is stored without a date (`StoredConsent`) cannot be compared. */
const dateOrder: Rule = (statement, stored) =>
  stored !== null &&
  stored.consentedAt !== null &&
  statement.consentedAt !== null &&
  statement.consentedAt <= stored.consentedAt
    ? 'H178'
    : null;

/**
 * A refusal at a welcoming door is never refused: the first one is recorded (law.md rule 14), a repeated one
 * that says nothing newer changes nothing, an older one than the consent that stands goes to the history
 * (rule 13), any other one counts, also on the second of the consent itself.
 */
const refusalIsWelcome: Rule = (statement, stored, context) => {
  if (context.strictness !== 'welcoming' || statement.status !== RET) return null;
  if (stored === null) return ACCEPT;
  if (statusBitOf(stored.state) === RET) {
    // Without a date it counts from its receipt (`StoredConsent`), but the report of a closed line from what it ends.
    if (statement.consentedAt === null)
      return statement.source === SOURCE_NUMBERS.IYS_AHS_HAT_KAPATMA ? UNCHANGED : ACCEPT;
    return stored.consentedAt === null || statement.consentedAt > stored.consentedAt ? ACCEPT : UNCHANGED;
  }
  if (stored.consentedAt === null || statement.consentedAt === null) return ACCEPT;
  return statement.consentedAt < stored.consentedAt ? OVERTAKEN : ACCEPT;
};

/** The order of the rules of state, after the rules of form (`form.ts`). First answer wins. */
export const RULES_OF_STATE: readonly Rule[] = [
  sameAgain,
  refusalIsWelcome,
  decisionNeedsRecord,
  firstIsRefusal,
  merchantUpdateNeedsDate,
  merchantUpdateNeedsSource,
  refusedAlready,
  dateOrder,
];

/**
 * Judges one statement that is right in form against what is recorded.
 * @param stored the present consent of its key, or null where nothing is recorded
 */
export function judge(statement: Statement, stored: StoredConsent | null, context: JudgeContext): Verdict {
  for (const rule of RULES_OF_STATE) {
    const answer = rule(statement, stored, context);
    if (answer === null) continue;
    return typeof answer === 'string' ? refuse(answer, statement.status) : answer;
  }
  return ACCEPT;
}

/**
 * May be contacted: granted, and no withheld refusal that is as new as the consent or newer.
 * @param withheldAt date of the latest withheld refusal, undefined where there is none
 */
export function isGranted(stored: StoredConsent | null, withheldAt: number | undefined): boolean {
  if (stored === null || statusBitOf(stored.state) !== ONAY) return false;
  return withheldAt === undefined || (stored.consentedAt !== null && withheldAt < stored.consentedAt);
}
