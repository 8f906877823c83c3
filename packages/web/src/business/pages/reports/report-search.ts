// What the address of the reports may say, and what it is taken for.

import { SOURCE_NUMBERS, type Source } from '@acik-iys/law';

const VIEWS = ['durum', 'hareketler', 'mutabakat', 'dosyalar'] as const;
export type ReportView = (typeof VIEWS)[number];

export interface ReportSearch {
  readonly gorunum?: ReportView;
  readonly marka?: number;
  /** Day at whose end permissions stood. */
  readonly gun?: string;
  /** First and last day of movements. */
  readonly ilk?: string;
  readonly son?: string;
  readonly kanal?: 'ARAMA' | 'MESAJ' | 'EPOSTA';
  readonly alici?: 'BIREYSEL' | 'TACIR';
  readonly durum?: 'ONAY' | 'RET';
  readonly kaynak?: Source;
  readonly taraf?: 'HS' | 'IYS';
  /** Of the file that is to be asked for. */
  readonly tur?: 'hareketler';
  readonly bicim?: 'xlsx';
  readonly acik?: 1;
}

export const SOURCES = Object.keys(SOURCE_NUMBERS) as readonly Source[];

export function reportSearch(given: Record<string, unknown>): ReportSearch {
  const oneOf = <T extends string>(name: string, values: readonly T[]): { [key: string]: T } | undefined =>
    values.includes(given[name] as T) ? { [name]: given[name] as T } : undefined;
  const day = (name: string): { [key: string]: string } | undefined =>
    typeof given[name] === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(given[name]) ? { [name]: given[name] } : undefined;
  return {
    ...oneOf('gorunum', VIEWS),
    ...(Number.isInteger(given['marka']) && { marka: given['marka'] as number }),
    ...day('gun'),
    ...day('ilk'),
    ...day('son'),
    ...oneOf('kanal', ['ARAMA', 'MESAJ', 'EPOSTA'] as const),
    ...oneOf('alici', ['BIREYSEL', 'TACIR'] as const),
    ...oneOf('durum', ['ONAY', 'RET'] as const),
    ...oneOf('kaynak', SOURCES),
    ...oneOf('taraf', ['HS', 'IYS'] as const),
    ...oneOf('tur', ['hareketler'] as const),
    ...oneOf('bicim', ['xlsx'] as const),
    ...(given['acik'] === 1 && { acik: 1 as const }),
  };
}
