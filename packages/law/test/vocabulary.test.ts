// Which source fits what, by table.

import { describe, expect, it } from 'vitest';
import { isElectronic, mayStateBy, PROVIDER_SOURCES, type Source, sourcesByHand } from '../src/index.ts';

describe('sources', () => {
  it.each([
    ['HS_FIZIKSEL_ORTAM', true, false],
    ['HS_ISLAK_IMZA', true, false],
    ['HS_WEB', true, true],
    ['HS_CAGRI_MERKEZI', true, true],
    ['HS_SOSYAL_MEDYA', true, true],
    ['HS_EPOSTA', true, true],
    ['HS_MESAJ', true, true],
    ['HS_MOBIL', true, true],
    ['HS_EORTAM', true, true],
    ['HS_ETKINLIK', true, false],
    ['HS_2015', true, false],
    ['HS_ATM', true, true],
    ['HS_KARAR', false, false],
  ] as const)('%s', (source, mayConsent, electronic) => {
    expect(mayStateBy(source, 'ONAY')).toBe(mayConsent);
    expect(mayStateBy(source, 'RET')).toBe(true);
    expect(isElectronic(source)).toBe(electronic);
  });

  it('that the registry writes are nobody’s electronic consent to be told of', () => {
    expect((['IYS_WEB', 'IYS_MOBIL', 'IYS_KISAMESAJ'] satisfies Source[]).some(isElectronic)).toBe(false);
  });

  it('by hand are all of a provider but that of old loads, and its decision for refusals alone', () => {
    expect(new Set(sourcesByHand('RET'))).toEqual(new Set(PROVIDER_SOURCES.filter((one) => one !== 'HS_2015')));
    expect(sourcesByHand('RET').filter((one) => !sourcesByHand('ONAY').includes(one))).toEqual(['HS_KARAR']);
  });
});
