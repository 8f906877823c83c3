import { expect, test } from 'vitest';
import { district, districts, province, provinces } from '../src/rooms/parties/index.ts';

test('81 provinces by number plate', () => {
  expect(provinces()).toHaveLength(81);
  expect(provinces().map(({ code }) => code)).toEqual(Array.from({ length: 81 }, (_, i) => i + 1));
  expect(province(34)).toEqual({ code: 34, name: 'İstanbul' });
  expect(province(81)?.name).toBe('Düzce');
  expect([province(0), province(82), province(3.5)]).toEqual([undefined, undefined, undefined]);
});

test('970 districts, each of a province, no number twice', () => {
  expect(districts()).toHaveLength(970);
  expect(new Set(districts().map(({ code }) => code)).size).toBe(970);
  for (const { cityCode, name } of districts()) {
    // Some names are told apart by their province: "Gölbaşı / Adıyaman".
    const [plain, where] = name.split(' / ');
    expect(plain).toMatch(/^(19 )?\p{Lu}[\p{L} .-]+$/u);
    expect([undefined, province(cityCode)?.name]).toContain(where);
    expect(province(cityCode)).toBeDefined();
  }
  expect(new Set(districts().map(({ cityCode }) => cityCode)).size).toBe(81);
  expect(district(744)?.name).toBe('19 Mayıs');
  expect(district(1)).toEqual({ code: 1, cityCode: 1, name: 'Seyhan' });
  expect(district(0)).toBeUndefined();
});
