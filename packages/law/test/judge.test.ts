/**
 * The rules of state: a table of cases, each with the rule of the official API or of law.md that it stands on, and
 * properties over sequences of statements, of which the last is what the registry is for: a refusal is never lost.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isGranted,
  isRepeat,
  type JudgeContext,
  judge,
  type Statement,
  type StoredConsent,
  type Strictness,
  type Verdict,
} from '../src/judge.ts';
import {
  isMerchant,
  kindOf,
  NO_SOURCE,
  ONAY,
  RET,
  SOURCE_NUMBERS,
  type StatusBit,
  stateOf,
} from '../src/vocabulary.ts';

const PERSON = kindOf(1, 0);
const MERCHANT = kindOf(1, 1);
const WEB = SOURCE_NUMBERS.HS_WEB;
const KARAR = SOURCE_NUMBERS.HS_KARAR;

/** `ONAY 100`, `RET -` (without date), `RET 100 HS_KARAR`, `ONAY - -` (without date and source). */
function read(text: string): { status: StatusBit; consentedAt: number | null; source: number } {
  const [status, date, source] = text.split(' ');
  return {
    status: status === 'ONAY' ? ONAY : RET,
    consentedAt: date === '-' ? null : Number(date),
    source: source === '-' ? NO_SOURCE : SOURCE_NUMBERS[(source ?? 'HS_WEB') as keyof typeof SOURCE_NUMBERS],
  };
}
function says(text: string, kind = PERSON, retailer: number | null = null): Statement {
  return { kind, address: '+905321112233', retailer, ...read(text) };
}
function stands(text: string | null, retailer: number | null = null): StoredConsent | null {
  if (text === null) return null;
  const { status, consentedAt, source } = read(text);
  return { state: stateOf(source, status), consentedAt, retailer };
}
function told(verdict: Verdict): string {
  return verdict.kind === 'refuse' ? `${verdict.code}${verdict.withhold ? ' withheld' : ''}` : verdict.kind;
}
const V1: JudgeContext = { strictness: 'official', idempotent: false };
const V2: JudgeContext = { strictness: 'official', idempotent: true };
const WELCOMING: JudgeContext = { strictness: 'welcoming', idempotent: false };
const WELCOMING_V2: JudgeContext = { strictness: 'welcoming', idempotent: true };

interface Case {
  /** Where the rule is written. */
  readonly rule: string;
  readonly stored: string | null;
  readonly statement: string;
  readonly answer: string;
  readonly kind?: number;
}

const API = 'official API, rules for adding';
const official: readonly Case[] = [
  { rule: `${API}: first record`, stored: null, statement: 'ONAY 100', answer: 'accept' },
  { rule: `${API}: H175, first record is RET; law.md 14`, stored: null, statement: 'RET 100', answer: 'H175 withheld' },
  {
    rule: `${API}: H175 for a merchant too; law.md 14`,
    stored: null,
    statement: 'RET 100',
    answer: 'H175 withheld',
    kind: MERCHANT,
  },
  {
    rule: `${API}: H486, first record from HS_KARAR, before H175`,
    stored: null,
    statement: 'RET 100 HS_KARAR',
    answer: 'H486 withheld',
  },
  { rule: `${API}: HS_KARAR on a record`, stored: 'ONAY 100', statement: 'RET 101 HS_KARAR', answer: 'accept' },
  { rule: `${API}: RET after ONAY; law.md 10`, stored: 'ONAY 100', statement: 'RET 101', answer: 'accept' },
  { rule: `${API}: ONAY after RET`, stored: 'RET 100', statement: 'ONAY 101', answer: 'accept' },
  { rule: `${API}: H174, RET on RET`, stored: 'RET 100', statement: 'RET 101', answer: 'H174 withheld' },
  { rule: `${API}: H174 before H178`, stored: 'RET 100', statement: 'RET 100', answer: 'H174 withheld' },
  { rule: `${API}: H174 before H178`, stored: 'RET 100', statement: 'RET 99', answer: 'H174 withheld' },
  {
    rule: `${API}: H174, whatever the source`,
    stored: 'RET 100',
    statement: 'RET 101 HS_KARAR',
    answer: 'H174 withheld',
  },
  { rule: `${API}: ONAY on ONAY, note 1.1.0`, stored: 'ONAY 100', statement: 'ONAY 101', answer: 'accept' },
  {
    rule: `${API}: ONAY on ONAY renews the source, note 1.1.0`,
    stored: 'ONAY 100',
    statement: 'ONAY 101 HS_ATM',
    answer: 'accept',
  },
  { rule: `${API}: H178, equal counts`, stored: 'ONAY 100', statement: 'ONAY 100', answer: 'H178' },
  { rule: `${API}: H178, another source`, stored: 'ONAY 100', statement: 'ONAY 100 HS_ATM', answer: 'H178' },
  { rule: `${API}: H178, earlier`, stored: 'ONAY 100', statement: 'ONAY 99', answer: 'H178' },
  { rule: `${API}: H178, ONAY on RET`, stored: 'RET 100', statement: 'ONAY 100', answer: 'H178' },
  { rule: `${API}: H178, RET as old as the ONAY`, stored: 'ONAY 100', statement: 'RET 100', answer: 'H178 withheld' },
  { rule: `${API}: H178; law.md 13`, stored: 'ONAY 100', statement: 'RET 99', answer: 'H178 withheld' },
  {
    rule: `${API}: TACIR, first record without date and source`,
    stored: null,
    statement: 'ONAY - -',
    answer: 'accept',
    kind: MERCHANT,
  },
  {
    rule: `${API}: H462, TACIR update without date`,
    stored: 'ONAY 100',
    statement: 'ONAY -',
    answer: 'H462',
    kind: MERCHANT,
  },
  {
    rule: `${API}: H462 before H463`,
    stored: 'ONAY - -',
    statement: 'ONAY - -',
    answer: 'H462',
    kind: MERCHANT,
  },
  {
    rule: `${API}: H462 of a refusal; law 6563 art. 8/1`,
    stored: 'ONAY - -',
    statement: 'RET -',
    answer: 'H462 withheld',
    kind: MERCHANT,
  },
  {
    rule: `${API}: H463, TACIR update without source`,
    stored: 'ONAY 100',
    statement: 'ONAY 101 -',
    answer: 'H463',
    kind: MERCHANT,
  },
  {
    rule: `${API}: H463 of a refusal; law 6563 art. 8/1`,
    stored: 'ONAY 100',
    statement: 'RET 101 -',
    answer: 'H463 withheld',
    kind: MERCHANT,
  },
  {
    rule: `${API}: TACIR stored without date, H178 cannot arise`,
    stored: 'ONAY - -',
    statement: 'ONAY 1',
    answer: 'accept',
    kind: MERCHANT,
  },
  {
    rule: `${API}: TACIR stored without date, refused`,
    stored: 'ONAY - -',
    statement: 'RET 1',
    answer: 'accept',
    kind: MERCHANT,
  },
  { rule: `${API}: TACIR, H178`, stored: 'ONAY 100', statement: 'ONAY 100', answer: 'H178', kind: MERCHANT },
  { rule: `${API}: TACIR, H174`, stored: 'RET 100', statement: 'RET 101', answer: 'H174 withheld', kind: MERCHANT },
];

const welcoming: readonly Case[] = [
  { rule: 'law.md 14: a refusal without any consent counts', stored: null, statement: 'RET 100', answer: 'accept' },
  { rule: 'law.md 14, of a merchant without date', stored: null, statement: 'RET -', answer: 'accept', kind: MERCHANT },
  { rule: 'law.md 14, HS_KARAR', stored: null, statement: 'RET 100 HS_KARAR', answer: 'accept' },
  { rule: 'law.md 10: at any time', stored: 'ONAY 100', statement: 'RET 101', answer: 'accept' },
  { rule: 'law.md 10: on the consent’s own second', stored: 'ONAY 100', statement: 'RET 100', answer: 'accept' },
  { rule: 'law.md 13: older than the newer consent', stored: 'ONAY 100', statement: 'RET 99', answer: 'overtaken' },
  { rule: 'law.md 12: recorded, counts', stored: 'RET 100', statement: 'RET 101', answer: 'accept' },
  { rule: 'architecture 4: a repeat is idempotent', stored: 'RET 100', statement: 'RET 100', answer: 'unchanged' },
  { rule: 'architecture 4: says nothing newer', stored: 'RET 100', statement: 'RET 99', answer: 'unchanged' },
  {
    rule: 'law.md 10: a merchant’s without date on a consent with one',
    stored: 'ONAY 100',
    statement: 'RET -',
    answer: 'accept',
    kind: MERCHANT,
  },
  {
    rule: 'law.md 10: a merchant’s on a consent without date',
    stored: 'ONAY - -',
    statement: 'RET 1',
    answer: 'accept',
    kind: MERCHANT,
  },
  {
    rule: 'law.md 10: a merchant’s without date or source',
    stored: 'ONAY - -',
    statement: 'RET - -',
    answer: 'accept',
    kind: MERCHANT,
  },
  {
    rule: 'law.md 12: a refusal without date counts from its receipt, which is newer',
    stored: 'RET 100',
    statement: 'RET -',
    answer: 'accept',
    kind: MERCHANT,
  },
  {
    rule: 'official API, sources: the report of a closed line carries the date that stands, and says nothing newer',
    stored: 'RET 100',
    statement: 'RET - IYS_AHS_HAT_KAPATMA',
    answer: 'unchanged',
  },
  {
    rule: 'law.md 41: a closed line ends the consent',
    stored: 'ONAY 100',
    statement: 'RET - IYS_AHS_HAT_KAPATMA',
    answer: 'accept',
  },
  {
    rule: 'law.md 12: a date for a refusal that had none',
    stored: 'RET -',
    statement: 'RET 100',
    answer: 'accept',
    kind: MERCHANT,
  },
  { rule: `${API}: H178 stands for consents`, stored: 'RET 100', statement: 'ONAY 100', answer: 'H178' },
  { rule: `${API}: H178 stands for consents`, stored: 'ONAY 100', statement: 'ONAY 99', answer: 'H178' },
  { rule: `${API}: H462 stands for consents`, stored: 'RET 100', statement: 'ONAY -', answer: 'H462', kind: MERCHANT },
  { rule: `${API}: ONAY after RET`, stored: 'RET 100', statement: 'ONAY 101', answer: 'accept' },
];

describe('official strictness', () => {
  test.each(official)('$stored, then $statement: $answer ($rule)', ({ stored, statement, answer, kind }) => {
    expect(told(judge(says(statement, kind), stands(stored), V1))).toBe(answer);
    // V2 differs in nothing but the repeat, which has a table of its own.
    if (stored !== statement) expect(told(judge(says(statement, kind), stands(stored), V2))).toBe(answer);
  });
});

describe('welcoming strictness', () => {
  test.each(welcoming)('$stored, then $statement: $answer ($rule)', ({ stored, statement, answer, kind }) => {
    expect(told(judge(says(statement, kind), stands(stored), WELCOMING))).toBe(answer);
  });
});

describe('V2: the same again is an answer, before every rule of state', () => {
  test.each([
    ['ONAY 100', PERSON],
    ['RET 100', PERSON],
    ['RET 100 HS_KARAR', PERSON],
    ['ONAY -', MERCHANT],
    ['ONAY - -', MERCHANT],
    ['RET -', MERCHANT],
  ] as const)('%s', (text, kind) => {
    expect(told(judge(says(text, kind), stands(text), V2))).toBe('unchanged');
    expect(told(judge(says(text, kind), stands(text), WELCOMING_V2))).toBe('unchanged');
  });

  test.each([
    ['another date', 'ONAY 101', 'ONAY 100', null, null, false],
    ['another status', 'RET 100', 'ONAY 100', null, null, false],
    ['another source', 'ONAY 100 HS_ATM', 'ONAY 100', null, null, false],
    ['another retailer', 'ONAY 100', 'ONAY 100', 11111111, 22222222, false],
    ['a retailer where none took it', 'ONAY 100', 'ONAY 100', 11111111, null, false],
    ['no retailer named: says nothing against the stored one', 'ONAY 100', 'ONAY 100', null, 22222222, true],
    ['the same retailer', 'ONAY 100', 'ONAY 100', 11111111, 11111111, true],
  ] as const)('%s', (_, statement, stored, sent, kept, repeat) => {
    expect(isRepeat(says(statement, PERSON, sent), stands(stored, kept) as StoredConsent)).toBe(repeat);
  });

  test('nothing is a repeat of nothing', () => {
    expect(told(judge(says('ONAY 100'), null, V2))).toBe('accept');
    expect(told(judge(says('RET 100'), null, V2))).toBe('H175 withheld');
  });
});

describe('isGranted', () => {
  test.each([
    ['nothing recorded', null, undefined, false],
    ['nothing recorded, refusal withheld', null, 100, false],
    ['refused', 'RET 100', undefined, false],
    ['refused, older one withheld', 'RET 100', 50, false],
    ['granted', 'ONAY 100', undefined, true],
    ['granted without date', 'ONAY - -', undefined, true],
    ['withheld before the consent', 'ONAY 100', 99, true],
    ['withheld on the second of the consent', 'ONAY 100', 100, false],
    ['withheld after the consent', 'ONAY 100', 101, false],
    ['consent without date, withheld with one', 'ONAY - -', 1, false],
    ['withheld at the first second of time', 'ONAY 100', 0, true],
  ] as const)('%s', (_, stored, withheldAt, granted) => {
    expect(isGranted(stands(stored), withheldAt)).toBe(granted);
  });
});

// ------------------------------------------------------------------------------------------------------- properties

const status = fc.constantFrom<StatusBit>(ONAY, RET);
const strictness = fc.constantFrom<Strictness>('official', 'welcoming');
const context = fc.record({ strictness, idempotent: fc.boolean() });
/** Few dates, so that equal ones and every order come up. */
const date = fc.integer({ min: 1, max: 8 });
const source = fc.constantFrom<number>(WEB, KARAR, SOURCE_NUMBERS.HS_ATM, SOURCE_NUMBERS.IYS_WEB);
const retailer = fc.constantFrom<number | null>(null, null, 11111111, 22222222);

function statementOf(kind: number, withDate: boolean): fc.Arbitrary<Statement> {
  return fc.record({
    kind: fc.constant(kind),
    address: fc.constant('+905321112233'),
    status,
    source: withDate ? source : fc.oneof(source, fc.constant(NO_SOURCE)),
    consentedAt: withDate ? date : fc.option(date, { nil: null }),
    retailer,
  });
}
const anyStatement = fc.oneof(statementOf(PERSON, true), statementOf(MERCHANT, false));
const anyStored = fc.option(
  fc.record({
    state: fc.record({ source, status }).map(({ source: number, status: bit }) => stateOf(number, bit)),
    consentedAt: fc.option(date, { nil: null }),
    retailer,
  }),
  { nil: null },
);

/** Later than any date here. */
const RECEIPT = 9;

/** What an accepted statement leaves behind: a refusal without a date has that of its receipt (`StoredConsent`). */
function after(statement: Statement, receivedAt = RECEIPT): StoredConsent {
  return {
    state: stateOf(statement.source, statement.status),
    consentedAt: statement.consentedAt ?? (statement.status === RET ? receivedAt : null),
    retailer: statement.retailer,
  };
}

/** One key through a sequence of statements, with the refusals that were withheld. */
interface Life {
  stored: StoredConsent | null;
  /** The latest withheld refusal; one without a date counts from its receipt too. */
  withheldAt: number | undefined;
  readonly verdicts: Verdict[];
}
/** @param receiptOf when the statement at this place of the sequence was received */
function live(
  statements: readonly (readonly [Statement, JudgeContext])[],
  receiptOf: (place: number) => number = () => RECEIPT,
): Life {
  const life: Life = { stored: null, withheldAt: undefined, verdicts: [] };
  for (const [place, [statement, asked]] of statements.entries()) {
    const verdict = judge(statement, life.stored, asked);
    life.verdicts.push(verdict);
    if (verdict.kind === 'accept') life.stored = after(statement, receiptOf(place));
    if (verdict.kind === 'refuse' && verdict.withhold)
      life.withheldAt = Math.max(life.withheldAt ?? 0, statement.consentedAt ?? receiptOf(place));
  }
  return life;
}
const sequenceOf = (statement: fc.Arbitrary<Statement>) => fc.array(fc.tuple(statement, context), { maxLength: 12 });

describe('properties', () => {
  test('a refusal at a welcoming door is never refused (law 6563 art. 8)', () => {
    fc.assert(
      fc.property(anyStatement, anyStored, fc.boolean(), (statement, stored, idempotent) => {
        fc.pre(statement.status === RET);
        expect(judge(statement, stored, { strictness: 'welcoming', idempotent }).kind).not.toBe('refuse');
      }),
      { numRuns: 2_000 },
    );
  });

  test('withhold is set exactly for refused refusals', () => {
    fc.assert(
      fc.property(anyStatement, anyStored, context, (statement, stored, asked) => {
        const verdict = judge(statement, stored, asked);
        if (verdict.kind === 'refuse') expect(verdict.withhold).toBe(statement.status === RET);
      }),
      { numRuns: 2_000 },
    );
  });

  test('only refusals are overtaken, and only by a later consent', () => {
    fc.assert(
      fc.property(anyStatement, anyStored, context, (statement, stored, asked) => {
        if (judge(statement, stored, asked).kind !== 'overtaken') return;
        expect(statement.status).toBe(RET);
        expect(isGranted(stored, statement.consentedAt as number)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('in whatever order they come, an accepted consent never has an earlier date than the stored one', () => {
    fc.assert(
      fc.property(sequenceOf(anyStatement), (statements) => {
        let stored: StoredConsent | null = null;
        for (const [statement, asked] of statements) {
          if (judge(statement, stored, asked).kind !== 'accept') continue;
          if (statement.status === ONAY && stored?.consentedAt != null && statement.consentedAt !== null)
            expect(statement.consentedAt).toBeGreaterThan(stored.consentedAt);
          stored = after(statement);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('V2 is idempotent: an accepted statement against the state it made is unchanged', () => {
    fc.assert(
      fc.property(anyStatement, anyStored, strictness, (statement, stored, strict) => {
        const asked: JudgeContext = { strictness: strict, idempotent: true };
        // A refusal without a date says something new each time: it counts from its receipt.
        if (statement.status === RET && statement.consentedAt === null) return;
        if (judge(statement, stored, asked).kind !== 'accept') return;
        expect(judge(statement, after(statement), asked).kind).toBe('unchanged');
      }),
      { numRuns: 2_000 },
    );
  });

  test('judging changes nothing and answers the same again', () => {
    fc.assert(
      fc.property(anyStatement, anyStored, context, (statement, stored, asked) => {
        const frozen = stored && Object.freeze({ ...stored });
        expect(judge(Object.freeze({ ...statement }), frozen, Object.freeze({ ...asked }))).toEqual(
          judge(statement, stored, asked),
        );
      }),
    );
  });

  test('a refusal is never lost: granted only by a consent later than every refusal sent, through whatever doors', () => {
    fc.assert(
      fc.property(sequenceOf(statementOf(PERSON, true)), (statements) => {
        const life = live(statements);
        if (!isGranted(life.stored, life.withheldAt)) return;
        const granted = life.stored?.consentedAt as number;
        for (const [statement] of statements)
          if (statement.status === RET) expect(granted).toBeGreaterThan(statement.consentedAt as number);
      }),
      { numRuns: 20_000 },
    );
  });

  test('nor a merchant’s, through whatever doors: one without a date counts from its receipt', () => {
    // Received one by one, none dated later than it is received (H162), so that later ones may be older or newer.
    const receiptOf = (place: number): number => 3 * (place + 1);
    const aged = fc.tuple(statementOf(MERCHANT, false), context, fc.nat(12));
    fc.assert(
      fc.property(fc.array(aged, { maxLength: 12 }), (sequence) => {
        const statements = sequence.map(([statement, asked, age], place) => {
          const consentedAt = statement.consentedAt === null ? null : Math.max(1, receiptOf(place) - age);
          return [{ ...statement, consentedAt }, asked] as const;
        });
        const life = live(statements, receiptOf);
        if (!isGranted(life.stored, life.withheldAt)) return;
        for (const [place, [statement]] of statements.entries())
          if (statement.status === RET)
            expect(life.stored?.consentedAt).toBeGreaterThan(statement.consentedAt ?? receiptOf(place));
      }),
      { numRuns: 20_000 },
    );
  });

  test('a refusal that is stored without a date, as that of a closed line, ends with any dated consent', () => {
    const closed = stands('RET - IYS_AHS_HAT_KAPATMA');
    expect(told(judge(says('ONAY 1', MERCHANT), closed, V1))).toBe('accept');
    expect(told(judge(says('ONAY -', MERCHANT), closed, V1))).toBe('H462');
  });

  test('and a consent that is later than every refusal is not stopped by any of them', () => {
    fc.assert(
      fc.property(sequenceOf(statementOf(PERSON, true)), (statements) => {
        const late: Statement = { ...says('ONAY 9'), source: WEB };
        const life = live([...statements, [late, V1]]);
        expect(life.verdicts.at(-1)?.kind).toBe('accept');
        expect(isGranted(life.stored, life.withheldAt)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('the age of a merchant’s record without date is never asked', () => {
    fc.assert(
      fc.property(statementOf(MERCHANT, true), status, context, (statement, bit, asked) => {
        const verdict = judge(statement, { state: stateOf(NO_SOURCE, bit), consentedAt: null, retailer: null }, asked);
        expect(verdict).not.toMatchObject({ code: 'H178' });
        expect(isMerchant(statement.kind)).toBe(true);
      }),
    );
  });
});
