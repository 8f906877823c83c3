// The 81 provinces and 970 districts of Türkiye, numbered as the official contract numbers them (`/info/city`,
// `/info/town`): a province by its number plate, a district through the whole country. Data: places.json, names as in the
// contract but for one that a spreadsheet had made a date of: 744 is 19 Mayıs, not "19-May".

import places from './places.json' with { type: 'json' };

export interface Province {
  readonly code: number;
  readonly name: string;
}

export interface District {
  readonly code: number;
  /** Its province's. */
  readonly cityCode: number;
  readonly name: string;
}

const provinceByCode = new Map(
  (places.provinces as [number, string][]).map(([code, name]): [number, Province] => [code, { code, name }]),
);
const districtByCode = new Map(
  (places.districts as [number, number, string][]).map(([code, cityCode, name]): [number, District] => [
    code,
    { code, cityCode, name },
  ]),
);
const allProvinces: readonly Province[] = [...provinceByCode.values()];
const allDistricts: readonly District[] = [...districtByCode.values()];

/** What a door that is given its rooms asks for: the functions below. */
export interface Places {
  provinces(): readonly Province[];
  province(code: number): Province | undefined;
  districts(): readonly District[];
  district(code: number): District | undefined;
}

/** All provinces, by code. */
export function provinces(): readonly Province[] {
  return allProvinces;
}

export function province(code: number): Province | undefined {
  return provinceByCode.get(code);
}

/** All districts, by code. */
export function districts(): readonly District[] {
  return allDistricts;
}

export function district(code: number): District | undefined {
  return districtByCode.get(code);
}
