// What the audit can find wrong, and the line a reader is told it with.

/** Each fault: what a reader is told, in Turkish and English. */
export const FAULTS = {
  'role-missing': ['uygulamanın veritabanı rolü yok', "the application's database role does not exist"],
  'role-may-change-movements': [
    'uygulamanın rolü hareketleri değiştirebiliyor ya da silebiliyor',
    "the application's role can change or delete movements",
  ],
  'journal-missing': ['markanın günlük satırı yok', 'the brand has no journal row'],
  'brand-unknown': ['kayıtları olan marka tanımlı değil', 'records of a brand that does not exist'],
  hole: ['günlükte boşluk: hareket yok', 'hole in the journal: the movement is missing'],
  'above-journal': ['hareket günlüğün sonunu aşıyor', "the movement is beyond the journal's end"],
  'time-backwards': ['alınma zamanı önceki hareketten eski', 'received before the movement in front of it'],
  'movement-malformed': ['hareketin türü ya da durumu tanımsız', "the movement's kind or state is none that exists"],
  'address-unreadable': ['adres bu sır ile açılmıyor', 'the address does not open with this secret'],
  'consent-missing': ['hareketin izin satırı yok', 'the movement has no consent'],
  'previous-missing': ['zincirdeki önceki hareket yok', 'the movement before it in its chain is missing'],
  'previous-wrong': ['önceki hareket başka bir izne ait', 'the movement before it belongs to another chain'],
  'old-state-wrong': ['eski durum önceki harekete uymuyor', 'its old state is not that of the movement before it'],
  'chain-forked': ['zincirde iki ardılı var', 'two movements follow it in its chain'],
  'chain-left': ['izin zincirinde yer almıyor', "it is not in its consent's chain"],
  'consent-ahead': ['izin günlüğün ilerisinde', 'the consent is ahead of its journal'],
  'consent-without-movement': ['iznin son hareketi yok', "the consent's last movement is missing"],
  'consent-differs': ['izin son hareketinden farklı', 'the consent differs from its last movement'],
  'late-wrong': ['geç ret zinciri yanlış', 'the chain of overtaken refusals is wrong'],
  'sealed-wrong': ['şifreli adres alanı türe uymuyor', 'the sealed address does not fit the kind'],
  'batch-malformed': ['toplu isteğin sonuçları bozuk', "the batch's outcomes are malformed"],
  'batch-outcome-wrong': ['toplu isteğin sonucu hareketle uyuşmuyor', "the batch's outcome does not fit its movement"],
  'batch-missing': ['hareketin toplu isteği yok', "the movement's batch is missing"],
  'day-differs': ['gün sayacı hareketlerden farklı', "the day's counter differs from the movements"],
  'withheld-uncounted': [
    'saklanan ret günlükte sayılmamış, denetimlerde görünmez',
    'a withheld refusal that the journal does not count: checks do not see it',
  ],
} as const;
export type FaultCode = keyof typeof FAULTS;

export interface Fault {
  readonly code: FaultCode;
  /** Null for what concerns the whole database. */
  readonly brandId: number | null;
  /** The movement it is about, or null. */
  readonly seq: number | null;
  /** Where to look further: a part of the row's key, values that differ. Never an address. */
  readonly detail: string;
}

/** One line, both languages. */
export function faultLine({ code, brandId, seq, detail }: Fault): string {
  const where = [brandId === null ? [] : `brand ${brandId}`, seq === null ? [] : `seq ${seq}`].flat().join(', ');
  const [turkish, english] = FAULTS[code];
  return `${where === '' ? '' : `${where}: `}${code}: ${turkish} / ${english}${detail === '' ? '' : ` (${detail})`}`;
}
