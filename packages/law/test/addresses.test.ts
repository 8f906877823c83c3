/**
 * Addresses: cases from the contract and its traps, the fast path against the library over every prefix and over
 * mutations, mending and masking as properties.
 */
import fc from 'fast-check';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { describe, expect, test, vi } from 'vitest';
import { email, kindOfAddress, mask, normaliseTelephone, telephone } from '../src/addresses.ts';

// The real parser, with its calls counted.
vi.mock('libphonenumber-js/max', { spy: true });

const digits = (min: number, max: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: min, maxLength: max }).map((list) => list.join(''));

/** The rule asked of the library directly: its shape, its length, valid, and written as the library writes it. */
function libraryAccepts(text: string): boolean {
  if (!/^\+[1-9]\d+$/.test(text) || text.length > 15) return false;
  const parsed = parsePhoneNumberFromString(text);
  return parsed?.isValid() === true && parsed.number === text;
}

describe('telephone', () => {
  test.each([
    '+905321112233',
    '+905311333449',
    '+905555555555',
    '+905123456789', // pager range of the library: an example of the contract
    '+902123334455',
    '+903921234567',
    '+908501234567',
    '+904440444',
    '+447911123456',
    '+12025550123',
    '+390612345678', // Italy: the 0 belongs to the number
    '+4915112345678',
  ])('%s is accepted as it is', (text) => {
    expect(telephone(text)).toEqual({ ok: true, e164: text });
  });

  test.each([
    // samples of the contract that are not valid
    ['+905992000000', 'invalid', undefined],
    ['+905813334455', 'invalid', undefined],
    ['+90505000000', 'invalid', undefined],
    ['+9053211122334', 'invalid', undefined],
    ['+15', 'invalid', undefined],
    // examples of H121 and H160 in the contract
    ['9055436100000000', 'too-long', undefined],
    ['905313334455999999999999', 'too-long', undefined],
    ['+905543213232213232', 'too-long', undefined],
    ['+0554321323223333333333', 'too-long', undefined],
    ['905546789898', 'format', '+905546789898'],
    ['+05543213232', 'format', '+905543213232'],
    ['example@iys.com', 'format', undefined],
    ['a long text with letters', 'format', undefined],
    // the trunk zero
    ['+9005321112233', 'trunk-zero', '+905321112233'],
    ['+9002123334455', 'trunk-zero', '+902123334455'],
    ['+9005992000000', 'trunk-zero', undefined],
    ['+4407911123456', 'trunk-zero', '+447911123456'],
    ['+112025550123', 'invalid', '+12025550123'],
    // spellings of people
    ['05321112233', 'format', '+905321112233'],
    ['+5551112233', 'invalid', '+905551112233'],
    ['5321112233', 'format', '+905321112233'],
    ['00905321112233', 'format', '+905321112233'],
    [' +905321112233', 'format', '+905321112233'],
    ['+905321112233\n', 'format', '+905321112233'],
    ['+90 532 1112233', 'format', '+905321112233'],
    ['+90 532 111 22 33', 'too-long', '+905321112233'],
    ['+９05321112233', 'format', '+905321112233'],
    ['', 'format', undefined],
    ['+', 'format', undefined],
    ['++905321112233', 'format', undefined],
  ])('%j → %s, did you mean %s', (text, fault, didYouMean) => {
    expect(telephone(text)).toEqual({ ok: false, fault, ...(didYouMean && { didYouMean }) });
  });

  test('fifteen characters are the most', () => {
    // Germany: the longest numbers that the library takes reach the bound.
    expect(telephone('+49302345678901')).toEqual({ ok: true, e164: '+49302345678901' });
    expect(telephone('+493023456789012')).toEqual({ ok: false, fault: 'too-long' });
  });

  test('the same answer as the library for each 6-digit beginning of a Turkish mobile number', {
    timeout: 60_000,
  }, () => {
    // Every third beginning, so that the test stays short; the offset makes all last digits occur.
    const wrong: string[] = [];
    for (let n = 500_000; n < 600_000; n += 3) {
      const text = `+90${n}${String((n * 7919) % 10_000).padStart(4, '0')}`;
      if (telephone(text).ok !== libraryAccepts(text)) wrong.push(text);
    }
    expect(wrong).toEqual([]);
  });

  test('the same answer as the library for random Turkish numbers and their mutations', () => {
    const mobile = digits(9, 9).map((rest) => `+905${rest}`);
    const mutated = fc
      .tuple(mobile, fc.nat(13), fc.constantFrom('', '0', '5', '9', '+', ' ', 'x', '٣', '0532'), fc.nat(2))
      .map(([text, at, put, drop]) => text.slice(0, at) + put + text.slice(at + drop));
    const others = fc.oneof(
      digits(6, 13).map((rest) => `+90${rest}`),
      digits(5, 15).map((rest) => `+${rest}`),
    );
    fc.assert(
      fc.property(fc.oneof(mobile, mutated, others), (text) => {
        const result = telephone(text);
        expect(result.ok).toBe(libraryAccepts(text));
        if (result.ok) expect(result.e164).toBe(text);
        else if (result.didYouMean !== undefined) expect(libraryAccepts(result.didYouMean)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  test('ordinary numbers are answered without the parser, others by it', () => {
    telephone('+905321112233');
    const asked = vi.mocked(parsePhoneNumberFromString);
    asked.mockClear();
    for (const prefix of [500, 505, 530, 532, 533, 542, 543, 546, 549, 551, 555, 559]) {
      expect(telephone(`+90${prefix}1112233`).ok).toBe(true);
    }
    expect(asked).not.toHaveBeenCalled();
    // 561 and 592 are valid for some of their numbers only, 512 is not a mobile but a pager range (whole, so known).
    for (const prefix of [561, 581, 592, 599]) telephone(`+90${prefix}1112233`);
    telephone('+902123334455');
    expect(asked.mock.calls.map(([text]) => text)).toEqual([
      '+905611112233',
      '+905811112233',
      '+905921112233',
      '+905991112233',
      '+902123334455',
    ]);
  });
});

describe('telephones as people write them', () => {
  test.each([
    ['0532 111 22 33', '+905321112233'],
    ['532 111 22 33', '+905321112233'],
    ['(0532) 111-22-33', '+905321112233'],
    ['0 (532) 111.22.33', '+905321112233'],
    ['90 532 111 22 33', '+905321112233'],
    ['0090 532 111 22 33', '+905321112233'],
    ['009005321112233', '+905321112233'],
    ['+90 (0)532 111 22 33', '+905321112233'],
    ['+90 (0532) 111 22 33', '+905321112233'],
    ['+90 0532 111 22 33', '+905321112233'],
    ['+90\u00a0532\u2013111\u201122\u201133', '+905321112233'],
    ['\u200e+90 532 111 22 33\u202c', '+905321112233'],
    ['tel:+905321112233', '+905321112233'],
    ['０５３２１１１２２３３', '+905321112233'],
    ['0212 333 44 55', '+902123334455'],
    ['444 0 444', '+904440444'],
    ['+44 (0)7911 123456', '+447911123456'],
    ['0044 (0)7911 123456', '+447911123456'],
    ['+44 07911 123456', '+447911123456'],
    ['+39 06 12345678', '+390612345678'],
  ])('%j is %s', (text, e164) => {
    expect(normaliseTelephone(text)).toEqual({ ok: true, e164 });
  });

  test.each([
    ['O532 111 22 33', 'format', '+905321112233'],
    ['0532 lll 22 33', 'format', '+905321112233'],
    ['+0532 111 22 33', 'format', '+905321112233'],
    ['0599 200 00 00', 'invalid', undefined],
    ['0532 111 22', 'format', undefined],
    ['+90 0532 111 22', 'trunk-zero', undefined],
    ['ornek@ornek.com', 'format', undefined],
    ['', 'format', undefined],
    ['0532 111 22 33 0532 111 22 33 0532 111 22 33', 'too-long', undefined],
  ])('%j → %s, did you mean %s', (text, fault, didYouMean) => {
    expect(normaliseTelephone(text)).toEqual({ ok: false, fault, ...(didYouMean && { didYouMean }) });
  });

  test('an accepted number stays itself, however it is spaced', () => {
    const separator = fc.constantFrom('', ' ', '-', '.', '\u00a0', '  ', '/');
    const start = fc.constantFrom('+90', '90', '0090', '0', '', '+90(0)', '+900', '900');
    fc.assert(
      fc.property(digits(7, 7), separator, start, separator, (rest, gap, beginning, other) => {
        const text = `${beginning}${gap}532${other}${rest.slice(0, 3)}${gap}${rest.slice(3, 5)}${other}${rest.slice(5)}`;
        expect(normaliseTelephone(text)).toEqual({ ok: true, e164: `+90532${rest}` });
      }),
    );
  });

  test('whatever is read is recordable, and reading it again changes nothing', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          digits(0, 16),
          digits(5, 14).map((rest) => `+${rest}`),
        ),
        (text) => {
          const result = normaliseTelephone(text);
          const proposed = result.ok ? result.e164 : result.didYouMean;
          if (proposed === undefined) return;
          expect(telephone(proposed)).toEqual({ ok: true, e164: proposed });
          expect(normaliseTelephone(proposed)).toEqual({ ok: true, e164: proposed });
        },
      ),
    );
  });
});

describe('email', () => {
  test.each([
    ['1@2.2', undefined], // the figures are counts: one character, two and two
    ['1@22.22', '1@22.22'],
    ['Ornek@Adiniz.COM', 'ornek@adiniz.com'],
    ['BILGI@IYS.ORG.TR', 'bilgi@iys.org.tr'],
    ['.a@ornek.com', '.a@ornek.com'],
    ['-a..b+_@ornek.com', '-a..b+_@ornek.com'],
    ['+@ornek.com', '+@ornek.com'],
    ['abc@a-b.com.tr', 'abc@a-b.com.tr'],
    [`${'a'.repeat(255)}@ornek.com`, `${'a'.repeat(255)}@ornek.com`],
  ])('%j → %j', (text, address) => {
    const result = email(text);
    if (address === undefined) expect(result.ok).toBe(false);
    else expect(result).toEqual({ ok: true, address });
  });

  test.each([
    ['örnek@mail.com', 'letters', 'ornek@mail.com'], // example of the contract
    ['ornekadiniz.com', 'at-sign', undefined], // example of the contract
    ['ayşegül.ışık@örnek.com', 'letters', 'aysegul.isik@ornek.com'],
    ['İLETİŞİM@ornek.com', 'letters', 'iletisim@ornek.com'],
    ['ALI\u0130@ornek.com', 'letters', 'alii@ornek.com'],
    [' ornek@mail.com', 'blank', 'ornek@mail.com'],
    ['ornek @mail.com', 'blank', 'ornek@mail.com'],
    ['ornek@mail.com\n', 'blank', 'ornek@mail.com'],
    ['\u200bornek@mail.com', 'letters', 'ornek@mail.com'],
    ['<ornek@mail.com>', 'letters', 'ornek@mail.com'],
    ['mailto:ornek@mail.com', 'letters', 'ornek@mail.com'],
    ['ornek@mail,com', 'letters', 'ornek@mail.com'],
    ['ornek@mail.com.', 'domain', 'ornek@mail.com'],
    ['ornek@mail..com', 'domain', 'ornek@mail.com'],
    ['ornek@@mail.com', 'at-sign', 'ornek@mail.com'],
    ['ornek@gmail', 'domain', 'ornek@gmail.com'],
    ['ornek@gmailcom', 'domain', 'ornek@gmail.com'],
    ['ornek@ornekcomtr', 'domain', 'ornek@ornek.com.tr'],
    ['ornek@localhost', 'domain', undefined],
    ['ornek@mail.c', 'domain', undefined],
    ['ornek@m.com', 'domain', undefined],
    ['or!nek@mail.com', 'letters', undefined],
    ['"or nek"@mail.com', 'blank', undefined],
    ['ornek@ma_il.com', 'letters', undefined],
    ['ornek@mail.com,ornek@mail.com', 'at-sign', undefined],
    ['@mail.com', 'name', undefined],
    ['a@b.c', 'length', undefined],
    ['a@b.co', 'domain', undefined],
    ['', 'at-sign', undefined],
    [`${'a'.repeat(256)}@ornek.com`, 'length', undefined],
    ['ornek'.repeat(60), 'length', undefined],
    ['\u212Aemal@ornek.com', 'letters', 'kemal@ornek.com'], // the Kelvin sign is no k until a person says so
  ])('%j → %s, did you mean %s', (text, fault, didYouMean) => {
    expect(email(text)).toEqual({ ok: false, fault, ...(didYouMean && { didYouMean }) });
  });

  const signs = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
  const text = (allowed: string, minLength: number, maxLength: number) =>
    fc.string({ unit: fc.constantFrom(...allowed), minLength, maxLength });
  const acceptable = fc
    .tuple(
      text(`${signs}._-+`, 1, 40),
      fc.array(text(`${signs}-`, 1, 12), { minLength: 1, maxLength: 3 }),
      text(signs, 2, 6),
    )
    .filter(([, labels]) => labels.join('.').length >= 2)
    .map(([name, labels, top]) => `${name}@${labels.join('.')}.${top}`);

  test('all that the rule allows is accepted, in lower case of ASCII', () => {
    fc.assert(
      fc.property(acceptable, (written) => {
        expect(email(written)).toEqual({ ok: true, address: written.toLowerCase() });
      }),
    );
  });

  test('a letter or sign outside the list is never accepted, and a proposal always is', () => {
    const foreign = fc.oneof(
      fc.constantFrom(...'çğıöşüÇĞİÖŞÜâîû!#$%&\'*/=?^`{|}~"(),:;<>[\\] \t\n\u00a0\u200b'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }).filter((sign) => !/^[\x20-\x7e]$/.test(sign)),
    );
    fc.assert(
      fc.property(acceptable, foreign, fc.double({ min: 0, max: 1, noNaN: true }), (written, sign, where) => {
        const at = Math.floor(where * written.length);
        const result = email(written.slice(0, at) + sign + written.slice(at));
        expect(result.ok).toBe(false);
        if (!result.ok && result.didYouMean !== undefined) {
          expect(email(result.didYouMean)).toEqual({ ok: true, address: result.didYouMean });
        }
      }),
    );
  });

  test('any text at all is answered', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary', maxLength: 300 }), fc.string()), (any) => {
        expect(typeof email(any).ok).toBe('boolean');
        expect(typeof telephone(any).ok).toBe('boolean');
        expect(['telephone', 'email', 'neither']).toContain(kindOfAddress(any));
      }),
    );
  });
});

describe('kind of address, by its look', () => {
  test.each([
    ['test@gmail.com', 'email'],
    ['örnek@mail', 'email'],
    ['+905312560714', 'telephone'],
    ['+905992000000', 'telephone'],
    ['0532 111 22 33', 'telephone'],
    ['905313334455999999999999', 'telephone'],
    ['444 0 444', 'telephone'],
    ['ornekadiniz.com', 'neither'],
    ['12345', 'neither'],
    ['', 'neither'],
  ])('%j is %s', (text, kind) => {
    expect(kindOfAddress(text)).toBe(kind);
  });
});

describe('mask', () => {
  test.each([
    ['+905321112267', '+90 532 ••• •• 67'],
    ['+447911123456', '+44 ••• •• 56'],
    ['+9005321112267', '+90 ••• •• 67'],
    ['ornek@deneme.com', 'o•••@d•••.com'],
    ['Ornek@deneme.com.tr', 'o•••@d•••.tr'],
    ['a@deneme.com', '•••@d•••.com'],
    ['05321112267', '•••'],
    [`${'a'.repeat(256)}@ornek.com`, '•••'],
    ['ayşe@örnek.com', '•••'],
    ['', '•••'],
    [undefined, '•••'],
    [null, '•••'],
    [{ toString: () => 'x' }, '•••'],
    [905321112267, '•••'],
  ])('%j → %s', (address, masked) => {
    expect(mask(address)).toBe(masked);
  });

  test('of a telephone it shows at most the country, the prefix and two digits; it never throws', () => {
    fc.assert(
      fc.property(digits(10, 10), (national) => {
        const shown = mask(`+90${national}`);
        expect(shown.replace(/\D/g, '')).toBe(`90${national.slice(0, 3)}${national.slice(-2)}`);
      }),
    );
    fc.assert(
      fc.property(fc.anything(), fc.string({ unit: 'binary' }), (thing, text) => {
        expect(mask(thing)).toContain('•••');
        expect(mask(text)).toContain('•••');
      }),
    );
  });
});
