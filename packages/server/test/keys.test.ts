// Keys of addresses: they open again, they equal what Node's own ciphers say, and nothing that was changed opens.

import { createCipheriv, createHmac, hkdfSync } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressKeys } from '../src/ground/keys.ts';

const MASTER = Buffer.alloc(32, 7);
const keys = new AddressKeys(MASTER);
const others = new AddressKeys(Buffer.alloc(32, 8));
const derived = (use: string): Buffer => Buffer.from(hkdfSync('sha256', MASTER, '', `acik-iys ${use}`, 32));

const telephone = fc.stringMatching(/^\+[1-9][0-9]{4,14}$/);
const email = fc
  .tuple(
    fc.stringMatching(/^[a-z0-9._+-]{1,60}$/),
    fc.stringMatching(/^[a-z0-9-]{2,198}$/),
    fc.constantFrom('.com', '.co'),
  )
  .map(([name, domain, top]) => `${name}@${domain}${top}`);
const LONGEST_EMAIL = `${'a'.repeat(255)}@ornek.com`;

function hmac(text: string): string {
  return createHmac('sha256', derived('email mac')).update(text, 'latin1').digest('hex').slice(0, 32);
}
function counterMode(text: string, key: string): string {
  const cipher = createCipheriv('aes-256-ctr', derived('email'), Buffer.from(key, 'hex'));
  return cipher.update(text, 'latin1', 'hex');
}

describe('telephones', () => {
  it('are opened by their keys, in lists of any length', () => {
    fc.assert(
      fc.property(fc.array(telephone), (list) => {
        const made = keys.telephoneKeys(list);
        expect(made.length).toBe(list.length);
        for (const key of made) expect(key).toMatch(/^[0-9a-f]{32}$/);
        expect(keys.openTelephones(made)).toEqual(list);
      }),
    );
  });

  it('have the key that AES-256 of their padded digits is, whatever stands beside them in the list', () => {
    fc.assert(
      fc.property(fc.array(telephone, { minLength: 1 }), (list) => {
        const made = keys.telephoneKeys(list);
        list.forEach((text, i) => {
          const block = Buffer.alloc(16);
          block.write(text.slice(1), 'latin1');
          const cipher = createCipheriv('aes-256-ecb', derived('telephone'), null).setAutoPadding(false);
          expect(made[i]).toBe(cipher.update(block, undefined, 'hex'));
        });
      }),
    );
  });

  it('have one key each', () => {
    const list = ['+905321112233', '+90532111223', '+9053211122330', '+905321112234', '+123456789012345'];
    expect(new Set(keys.telephoneKeys(list)).size).toBe(list.length);
    expect(keys.telephoneKeys(list)).toEqual(list.map((text) => keys.telephoneKeys([text])[0]));
  });

  it('do not open when a digit of the key was changed, nor under another secret', () => {
    const key = keys.telephoneKeys(['+905321112233'])[0] as string;
    for (let at = 0; at < 32; at++) {
      const digit = ((Number.parseInt(key[at] as string, 16) + 1) % 16).toString(16);
      expect(() => keys.openTelephones([key.slice(0, at) + digit + key.slice(at + 1)])).toThrow(/does not open/);
    }
    expect(() => others.openTelephones([key])).toThrow(/does not open/);
    expect(() => keys.openTelephones([key, '0'.repeat(32)])).toThrow(/does not open/);
  });
});

describe('e-mails', () => {
  it('have the key that HMAC-SHA-256 says', () => {
    fc.assert(
      fc.property(fc.array(email), (list) => {
        expect(keys.emailKeys(list)).toEqual(list.map(hmac));
      }),
    );
    expect(keys.emailKeys([LONGEST_EMAIL])).toEqual([hmac(LONGEST_EMAIL)]);
  });

  it('are sealed by AES-256-CTR with the key as IV', () => {
    fc.assert(
      fc.property(fc.array(email), (list) => {
        const made = keys.emailKeys(list);
        expect(keys.sealEmails(list, made)).toEqual(list.map((text, i) => counterMode(text, made[i] as string)));
      }),
    );
  });

  it.each(['0000000000000000ffffffffffffffff', 'ffffffffffffffffffffffffffffffff', '00000000000000000000000ffffffff0'])(
    'also where the counter runs over: %s',
    (key) => {
      expect(keys.sealEmails([LONGEST_EMAIL], [key])).toEqual([counterMode(LONGEST_EMAIL, key)]);
    },
  );

  it('open again, in lists of any length, up to 265 characters', () => {
    expect(LONGEST_EMAIL.length).toBe(265);
    fc.assert(
      fc.property(fc.array(fc.oneof(email, fc.constant(LONGEST_EMAIL))), (list) => {
        const made = keys.emailKeys(list);
        const sealed = keys.sealEmails(list, made).map((hex) => Buffer.from(hex, 'hex'));
        expect(sealed.map(({ length }) => length)).toEqual(list.map(({ length }) => length));
        expect(keys.openEmails(sealed, made)).toEqual(list);
      }),
    );
  });

  it('do not open when anything was changed or swapped', () => {
    const list = ['ali.veli@ornek.com.tr', 'ayse@ornek.com'];
    const made = keys.emailKeys(list);
    const sealed = keys.sealEmails(list, made).map((hex) => Buffer.from(hex, 'hex'));
    const [first, second] = sealed as [Buffer, Buffer];
    for (let at = 0; at < first.length; at++) {
      const tampered = Buffer.from(first);
      tampered[at] = (tampered[at] as number) ^ 1;
      expect(() => keys.openEmails([tampered, second], made)).toThrow(/does not open/);
    }
    expect(() => keys.openEmails([second, first], made)).toThrow(/does not open/);
    expect(() => keys.openEmails([first.subarray(1), second], made)).toThrow(/does not open/);
    expect(() => keys.openEmails([Buffer.concat([first, Buffer.from([0])]), second], made)).toThrow(/does not open/);
    expect(() => keys.openEmails([Buffer.alloc(0), second], made)).toThrow(/does not open/);
    expect(() => others.openEmails(sealed, made)).toThrow(/does not open/);
    expect(keys.openEmails(sealed, made)).toEqual(list);
  });
});

describe('texts', () => {
  it('open again, and never look the same', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const sealed = keys.sealText(text);
        expect(keys.openText(sealed)).toBe(text);
        expect(sealed.equals(keys.sealText(text))).toBe(false);
      }),
    );
  });

  it('do not open when a byte was changed, cut off, or under another secret', () => {
    const sealed = keys.sealText('Ayşe Yılmaz');
    for (let at = 0; at < sealed.length; at++) {
      const tampered = Buffer.from(sealed);
      tampered[at] = (tampered[at] as number) ^ 0x80;
      expect(() => keys.openText(tampered)).toThrow();
    }
    for (let length = 0; length < sealed.length; length++)
      expect(() => keys.openText(sealed.subarray(0, length))).toThrow();
    expect(() => others.openText(sealed)).toThrow();
  });
});

describe('the secret', () => {
  it('is refused where it is too short', () => {
    expect(() => new AddressKeys(Buffer.alloc(31, 1))).toThrow(/at least 32 bytes/);
  });

  it('makes the same keys each time, and other keys than another secret', () => {
    const again = new AddressKeys(Buffer.from(MASTER));
    expect(again.telephoneKeys(['+905321112233'])).toEqual(keys.telephoneKeys(['+905321112233']));
    expect(again.emailKeys(['a@ornek.com'])).toEqual(keys.emailKeys(['a@ornek.com']));
    expect(others.telephoneKeys(['+905321112233'])).not.toEqual(keys.telephoneKeys(['+905321112233']));
    expect(others.emailKeys(['a@ornek.com'])).not.toEqual(keys.emailKeys(['a@ornek.com']));
  });

  it('makes keys that are fixed: a database outlives every version of this program', () => {
    expect(keys.telephoneKeys(['+905321112233', '+12025550123'])).toEqual([
      'c27eafa92ff838e495d318e587efa6b9',
      'bd6df23c306751b3a1a276ac25a41bc8',
    ]);
    const mails = ['ali.veli@ornek.com.tr'];
    expect(keys.emailKeys(mails)).toEqual(['460e0b2124169ac61974ec1933a5dcd4']);
    expect(keys.sealEmails(mails, keys.emailKeys(mails))).toEqual(['31953ed8dffc37661e1b9bc4337e8e704f7872ca61']);
  });
});
