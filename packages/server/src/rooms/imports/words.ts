// Everything this room says to people, in Turkish and English: why a file or a pasted text was not taken, and what is
// wrong with a row that the catalogue of the law (`ERRORS`) has no code for. Codes are stable, sentences may get better.

import { type CatalogueEntry, type ErrorCode, fill, type Language, type SentenceValues, sentence } from '@acik-iys/law';

/** `import.…` refuses the whole file or text, `row.…` one row. */
export const IMPORT_ERRORS = {
  // The file
  'import.empty': {
    http: 422,
    tr: 'Dosyada ya da yapıştırdığınız metinde okunacak satır yok.',
    en: 'There are no rows to read in the file or in the pasted text.',
    mendTr: 'Başlık satırının altına satırlarınızı yazıp yeniden yükleyin.',
    mendEn: 'Write your rows below the header and upload again.',
  },
  'import.too_large': {
    http: 413,
    tr: 'Bu, {limit} MB sınırından büyük.',
    en: 'This is larger than {limit} MB.',
    mendTr: 'Yalnızca gereken satırları yeni bir dosyaya kopyalayıp onu yükleyin.',
    mendEn: 'Copy only the rows you need into a new file and upload that.',
  },
  'import.unpacks_too_large': {
    http: 422,
    tr: 'Dosya açıldığında çok büyük: boş hücreler ya da gizli içerik taşıyor olabilir.',
    en: 'The file is very large when unpacked: it may hold blank cells or hidden content.',
    mendTr: 'Yalnızca dolu satırları seçip yeni bir dosyaya kopyalayın ve onu yükleyin.',
    mendEn: 'Copy only the filled rows into a new file and upload that.',
  },
  'import.too_slow': {
    http: 422,
    tr: 'Dosyayı okumak çok uzun sürdü, durdurduk.',
    en: 'Reading the file took too long, so we stopped.',
    mendTr: 'Satırları yeni bir dosyaya kopyalayıp onu yükleyin.',
    mendEn: 'Copy the rows into a new file and upload that.',
  },
  'import.busy': {
    http: 429,
    tr: 'Şu anda çok sayıda dosya okunuyor.',
    en: 'Many files are being read just now.',
    mendTr: 'Biraz sonra yeniden yükleyin.',
    mendEn: 'Upload it again a little later.',
  },
  'import.damaged': {
    http: 422,
    tr: 'Dosya bozuk ya da yarım, okuyamadık.',
    en: 'The file is damaged or incomplete and could not be read.',
    mendTr: 'Excel’de açıp .xlsx olarak yeniden kaydedin.',
    mendEn: 'Open it in Excel and save it again as .xlsx.',
  },
  'import.entities': {
    http: 422,
    tr: 'Dosyanın içinde bir çalışma kitabında bulunmaması gereken bildirimler (DOCTYPE) var.',
    en: 'The file holds declarations (DOCTYPE) that no workbook needs.',
    mendTr: 'Satırları yeni bir dosyaya kopyalayıp onu yükleyin.',
    mendEn: 'Copy the rows into a new file and upload that.',
  },
  'import.macros': {
    http: 422,
    tr: 'Dosyada makro olabilir; makrolu ya da ikili (.xlsm, .xlsb) dosyaları almıyoruz.',
    en: 'The file may hold macros; files with macros or in binary form (.xlsm, .xlsb) are not taken.',
    mendTr: 'Excel’de “Excel Çalışma Kitabı (.xlsx)” olarak kaydedip onu yükleyin.',
    mendEn: 'Save it in Excel as “Excel Workbook (.xlsx)” and upload that.',
  },
  'import.password': {
    http: 422,
    tr: 'Dosya parolayla korunuyor.',
    en: 'The file is protected by a password.',
    mendTr: 'Excel’de parolayı kaldırıp yeniden kaydedin.',
    mendEn: 'Remove the password in Excel and save it again.',
  },
  'import.xls': {
    http: 422,
    tr: 'Bu, eski Excel biçiminde (.xls) bir dosya.',
    en: 'This is a file in the old Excel format (.xls).',
    mendTr: 'Excel’de “Excel Çalışma Kitabı (.xlsx)” olarak kaydedip onu yükleyin.',
    mendEn: 'Save it in Excel as “Excel Workbook (.xlsx)” and upload that.',
  },
  'import.html': {
    http: 422,
    tr: 'Bu bir Excel dosyası değil, Excel adı verilmiş bir web sayfası ya da XML.',
    en: 'This is no Excel file but a web page or XML under an Excel name.',
    mendTr: 'Excel’de açıp .xlsx olarak kaydedin ya da hücrelerini kopyalayıp yapıştırın.',
    mendEn: 'Open it in Excel and save it as .xlsx, or copy and paste its cells.',
  },
  'import.text': {
    http: 422,
    tr: 'Bu bir metin (CSV) dosyası.',
    en: 'This is a text (CSV) file.',
    mendTr: 'Excel’de açıp .xlsx olarak kaydedin ya da hücrelerini kopyalayıp yapıştırın.',
    mendEn: 'Open it in Excel and save it as .xlsx, or copy and paste its cells.',
  },
  'import.pdf': {
    http: 422,
    tr: 'Bu bir PDF dosyası.',
    en: 'This is a PDF file.',
    mendTr: 'Satırları bir Excel dosyasına (.xlsx) yazıp onu yükleyin.',
    mendEn: 'Put the rows into an Excel file (.xlsx) and upload that.',
  },
  'import.not_a_workbook': {
    http: 422,
    tr: 'Bu bir Excel çalışma kitabı (.xlsx) değil.',
    en: 'This is not an Excel workbook (.xlsx).',
    mendTr: 'Şablonu indirip satırlarınızı ona yazabilirsiniz.',
    mendEn: 'You can download the template and write your rows into it.',
  },
  // What is in it
  'import.too_many_rows': {
    http: 422,
    tr: 'Bir seferde en çok {limit} satır yükleyebilirsiniz.',
    en: 'You can upload at most {limit} rows at a time.',
    mendTr: 'Listeyi bölüp parçaları ayrı ayrı yükleyin.',
    mendEn: 'Split the list and upload its parts one by one.',
  },
  'import.too_many_columns': {
    http: 422,
    tr: 'Sayfada {limit} sütundan fazlası dolu.',
    en: 'More than {limit} columns of the sheet are filled.',
    mendTr: 'Yalnızca gereken sütunları yeni bir dosyaya kopyalayıp onu yükleyin.',
    mendEn: 'Copy only the columns you need into a new file and upload that.',
  },
  'import.no_header': {
    http: 422,
    tr: 'Hangi sütunun ne olduğunu anlayamadık: başlık satırı yok.',
    en: 'We could not tell what the columns are: there is no header row.',
    mendTr: 'İlk satıra sütunların adlarını yazın: Alıcı, Kanal, Durum, Kaynak, İzin tarihi.',
    mendEn: 'Name the columns in the first row: Recipient, Channel, Status, Source, Consent date.',
  },
  'import.no_address_column': {
    http: 422,
    tr: 'Telefonların ya da e-posta adreslerinin sütununu bulamadık.',
    en: 'We could not find the column of telephones or e-mail addresses.',
    mendTr: 'O sütunun başlığına Alıcı, Telefon ya da E-posta yazın.',
    mendEn: 'Write Recipient, Telephone or E-mail at the head of that column.',
  },
  'import.column_twice': {
    http: 422,
    tr: 'İki sütun aynı şey için: {columns}.',
    en: 'Two columns stand for the same thing: {columns}.',
    mendTr: 'Birini silin ya da adını değiştirin.',
    mendEn: 'Delete or rename one of them.',
  },
  // One row
  'row.hidden': {
    http: 422,
    tr: 'Bu satır dosyada gizli; görmediğiniz bir satırı işlemeyiz.',
    en: 'This row is hidden in the file; a row that you do not see is not used.',
    mendTr: 'Satırı görünür yapın ya da silin.',
    mendEn: 'Show the row or delete it.',
  },
  'row.formula': {
    http: 422,
    tr: '{field} hücresinde bir formül var; sonucu eski ya da yanlış olabilir.',
    en: '{field} holds a formula; its result may be old or wrong.',
    mendTr: 'Hücreyi kopyalayıp yerine “değerleri yapıştır” seçeneğiyle yapıştırın.',
    mendEn: 'Copy the cell and paste it in its place with “paste values”.',
  },
  'row.merged': {
    http: 422,
    tr: '{field} hücresi başka hücrelerle birleştirilmiş.',
    en: '{field} is merged with other cells.',
    mendTr: 'Birleştirmeyi kaldırıp değeri her satıra yazın.',
    mendEn: 'Unmerge the cells and write the value into each row.',
  },
  'row.error_value': {
    http: 422,
    tr: '{field} hücresinde bir Excel hatası var.',
    en: '{field} holds an Excel error.',
    mendTr: 'Hücreye değeri yazın.',
    mendEn: 'Write the value into the cell.',
  },
  'row.too_long': {
    http: 422,
    tr: '{field} hücresi {limit} karakterden uzun.',
    en: '{field} is longer than {limit} characters.',
    mendTr: 'Hücrede yalnızca bu değeri bırakın.',
    mendEn: 'Leave only this value in the cell.',
  },
  'row.number_shortened': {
    http: 422,
    tr: 'Excel bu numarayı kısaltmış, son rakamları kaybolmuş.',
    en: 'Excel shortened this number and its last digits are lost.',
    mendTr: 'Sütunu “Metin” biçimine getirip numarayı yeniden yazın.',
    mendEn: 'Format the column as “Text” and write the number again.',
  },
  'row.hour_missing': {
    http: 422,
    tr: 'İzin tarihinin saati yok.',
    en: 'The consent date has no hour.',
    mendTr: 'İznin alındığı saati de yazın, örneğin 24.11.2026 14:05. Gece yarısıysa hücreyi metin yapıp 00:00 yazın.',
    mendEn:
      'Write the hour too, for example 24.11.2026 14:05. If it was midnight, make the cell text and write 00:00 in it.',
  },
  'row.month_first': {
    http: 422,
    tr: 'Bu tarihte önce ay, sonra gün yazılmış gibi görünüyor.',
    en: 'This date seems to be written with the month before the day.',
    mendTr: 'Gün.ay.yıl olarak yazın, örneğin 24.11.2026 14:05.',
    mendEn: 'Write it as day.month.year, for example 24.11.2026 14:05.',
  },
  'row.day_or_month': {
    http: 422,
    tr: 'Bu tarihte hangisi gün, hangisi ay, bilemeyiz.',
    en: 'We cannot know which part of this date is the day and which the month.',
    mendTr: 'Noktalarla gün.ay.yıl olarak yazın, örneğin 3 Nisan için 03.04.2026 14:05.',
    mendEn: 'Write it with dots as day.month.year, for example 03.04.2026 14:05 for 3 April.',
  },
  'row.contradicts': {
    http: 422,
    tr: 'Bu onay, aynı alıcı için RET diyen {row}. satırla çelişiyor; ret geçerli olur.',
    en: 'This consent contradicts row {row}, which says RET for the same recipient; the refusal counts.',
    mendTr: 'Bugün hangisi geçerliyse yalnızca o satırı bırakın.',
    mendEn: 'Keep only the row that holds today.',
  },
} as const satisfies Record<string, Omit<CatalogueEntry, 'own'>>;

/**
 * Codes of the law as somebody reads them who has a sheet before him, not a program: no names of fields, no formats of
 * the wire. What has no words here keeps those of the catalogue.
 */
const AT_THE_DESK: Readonly<Partial<Record<ErrorCode, Readonly<Record<Language, string>>>>> = {
  H110: { tr: 'Durum yok. “Onay” ya da “Ret” yazın.', en: 'There is no status. Write “Consent” or “Refusal”.' },
  H111: {
    tr: 'Kanal yok. “Arama”, “Mesaj” ya da “E-posta” yazın.',
    en: 'There is no channel. Write “Calls”, “Messages” or “E-mail”.',
  },
  H112: {
    tr: 'İzin tarihi yok. Sayfaya bir “İzin tarihi” sütunu ekleyin, 24.11.2026 14:05 gibi yazın.',
    en: 'There is no consent date. Add a column “Consent date” to the sheet and write it like 24.11.2026 14:05.',
  },
  H113: {
    tr: 'Kaynak yok. İznin nereden alındığını yazın, “Web sitesi” gibi.',
    en: 'There is no source. Write where the consent was taken, like “Website”.',
  },
  H114: {
    tr: 'Alıcı yok. Telefonunu ya da e-posta adresini yazın.',
    en: 'There is no recipient. Write the telephone or e-mail.',
  },
  H115: {
    tr: 'Bu durumu bilmiyoruz. “Onay” ya da “Ret” yazın.',
    en: 'We do not know this status. Write “Consent” or “Refusal”.',
  },
  H116: {
    tr: 'Bu alıcı türünü bilmiyoruz. “Bireysel” ya da “Tacir ya da esnaf” yazın.',
    en: 'We do not know this recipient type. Write “Individual” or “Merchant or craftsman”.',
  },
  H117: {
    tr: 'Bu kanalı bilmiyoruz. “Arama”, “Mesaj” ya da “E-posta” yazın.',
    en: 'We do not know this channel. Write “Calls”, “Messages” or “E-mail”.',
  },
  H119: {
    tr: 'Bu kaynağı bilmiyoruz. Şunlardan birini yazın: Web sitesi, Mobil uygulama, Islak imzalı form, Fiziksel ortam, Çağrı merkezi, Kısa mesaj, E-posta, Etkinlik, Sosyal medya, Diğer elektronik ortam, ATM.',
    en: 'We do not know this source. Write one of these: Website, Mobile app, Signed paper form, In person, Call centre, Text message, E-mail, Event, Social media, Other electronic means, Cash machine.',
  },
  H121: {
    tr: 'Numara eksik ya da yanlış görünüyor. 0532 111 22 33 gibi yazın; yabancı numarayı + ve ülke koduyla.',
    en: 'The number seems incomplete or wrong. Write it like 0532 111 22 33; a foreign one with + and its country code.',
  },
  H158: {
    tr: 'Bu tarih okunamadı. 24.11.2026 14:05 gibi yazın.',
    en: 'This date could not be read. Write it like 24.11.2026 14:05.',
  },
  H162: {
    tr: 'İzin tarihi gelecekte. İznin alındığı anı Türkiye saatiyle yazın.',
    en: 'The consent date is in the future. Write when the consent was taken, in Turkish time.',
  },
  H408: {
    tr: '“İşletmenin kararı” yalnızca ret için kullanılır. Onayın alındığı kaynağı yazın.',
    en: '“Decision of the business” goes with refusals only. Write where the consent was taken.',
  },
  H464: {
    tr: 'Adres kanala uymuyor: E-posta için e-posta adresi, Arama ve Mesaj için telefon yazın.',
    en: 'The address does not fit the channel: an e-mail for E-mail, a telephone for Calls and Messages.',
  },
};

/** A code of this room. */
export type ImportCode = keyof typeof IMPORT_ERRORS;

/** What to tell people about a code of this room or of the law: what happened, a blank, how to mend it. */
export function importSentence(code: ImportCode | ErrorCode, language: Language, values: SentenceValues = {}): string {
  if (!isImportCode(code)) {
    const desk = AT_THE_DESK[code]?.[language];
    if (desk === undefined) return sentence(code, language, values);
    const { didYouMean = '' } = values;
    if (didYouMean === '') return desk;
    return `${desk} ${language === 'tr' ? 'Bunu mu demek istediniz' : 'Did you mean'}: ${String(didYouMean)}?`;
  }
  const entry = IMPORT_ERRORS[code];
  const text = language === 'tr' ? `${entry.tr} ${entry.mendTr}` : `${entry.en} ${entry.mendEn}`;
  return fill(text, language, values, false);
}

function isImportCode(code: string): code is ImportCode {
  return Object.hasOwn(IMPORT_ERRORS, code);
}
