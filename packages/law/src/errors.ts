// The error catalogue: for every official code that Açık İYS answers outside ViA, frame and PASS, our own stable
// code, the HTTP status, and what to say to people in Turkish and English.
//
// Promises: official codes, their meaning and their statuses are the contract and never change; so do our own
// codes (`consent.status_absent`), which the native API shows. The sentences are ours and may get better at any
// time: no program may depend on them. Each says what happened (`tr`, `en`) and how to mend it (`mendTr`, `mendEn`).
//
// A sentence may hold {field}, {limit}, {period}, {expected} and {reason}; `sentences.ts` fills them. {field} is always the first
// word, so that the sentence still reads well when a value is missing. Limits that the contract fixes are filled from
// CONTRACT_LIMITS; limits that an installation can change (per second, per hour, subscription) and periods of the law
// come from the caller, who knows what applied.
//
// An official code with several statuses has the most used one here: H467 422 (in one place 400), H175 400 (inside a
// batch result 200), H061 500 (400 when consents are tied to the retailer). H191 means two things: a push address
// that does not answer, which is its entry here, and a brandCode in the path that is no integer, whose sentence is
// OWN_ERRORS['request.brand_code_not_integer'].
//
// Long because it is one list: an entry for each code, read by looking one up.

/** One error: our stable code, its HTTP status, what happened and how to mend it. */
export interface CatalogueEntry {
  /** Our stable code, dotted snake_case; unique over both tables. */
  readonly own: string;
  readonly http: number;
  readonly tr: string;
  readonly en: string;
  readonly mendTr: string;
  readonly mendEn: string;
}

/** A way to refuse a token request: the official `error`, and the sentence for `error_description`. */
export interface OAuthEntry {
  readonly error: 'invalid_request' | 'invalid_grant';
  readonly http: 400;
  readonly tr: string;
  readonly en: string;
}

/** The official codes. Statuses as the contract's examples show them, else as its code table says. */
export const ERRORS = {
  // Provider, brand, retailer, partner: numbers that lead nowhere
  H001: {
    own: 'provider.unknown',
    http: 404,
    tr: 'Bu numarada (iysCode) bir hizmet sağlayıcı yok.',
    en: 'There is no service provider with this number (iysCode).',
    mendTr: 'Numarayı denetleyin.',
    mendEn: 'Check the number.',
  },
  H018: {
    own: 'brand.unknown',
    http: 404,
    tr: 'Bu numarada (brandCode) bir marka yok.',
    en: 'There is no brand with this number (brandCode).',
    mendTr: 'Numarayı denetleyin; markalarınızı /brands adresinden görebilirsiniz.',
    mendEn: 'Check the number; /brands lists your brands.',
  },
  H058: {
    own: 'retailer.unknown',
    http: 404,
    tr: 'Bu numarada (retailerCode) bir bayi yok.',
    en: 'There is no retailer with this number (retailerCode).',
    mendTr: 'Numarayı bayi listenizden denetleyin.',
    mendEn: 'Check the number against your list of retailers.',
  },
  H031: {
    own: 'partner.user_unknown',
    http: 404,
    tr: 'İş ortağının kullanıcısı bulunamadı.',
    en: "The business partner's user was not found.",
    mendTr: 'Oturum açtığınız kullanıcının hâlâ açık olduğunu denetleyin.',
    mendEn: 'Check that the user you signed in with is still active.',
  },
  H245: {
    own: 'partner.number_wrong',
    http: 500,
    tr: 'Bu numara (integratorCode) bir iş ortağının numarası değil.',
    en: 'This number (integratorCode) does not belong to a business partner.',
    mendTr: 'İş ortağı numarasını denetleyin.',
    mendEn: 'Check the partner number.',
  },
  H268: {
    own: 'partner.user_absent',
    http: 500,
    tr: 'Bu numaraya bağlı bir iş ortağı kullanıcısı yok.',
    en: 'No partner user belongs to this number.',
    mendTr: 'İş ortağı numarasını ve oturum açan kullanıcıyı denetleyin.',
    mendEn: 'Check the partner number and the user you signed in with.',
  },
  H363: {
    own: 'partner.service_only',
    http: 400,
    tr: 'Bu hizmet sizin kullanıcı türünüz için değil.',
    en: 'This service is not for your kind of user.',
    mendTr: 'İş ortağının API kullanıcısıyla oturum açın.',
    mendEn: "Sign in with a business partner's API user.",
  },
  H190: {
    own: 'provider.number_malformed',
    http: 422,
    tr: 'Hizmet sağlayıcı numarası (iysCode) bir tam sayı değil.',
    en: 'The provider number (iysCode) is not an integer.',
    mendTr: 'Adrese numarayı yalnız rakamlarla yazın.',
    mendEn: 'Write the number in the path with digits only.',
  },

  // Whole request: not JSON, or not the shape this path takes
  H014: {
    own: 'request.not_json',
    http: 400,
    tr: 'Gövde geçerli bir JSON değil.',
    en: 'The body is not valid JSON.',
    mendTr: 'JSON yazımını düzeltip yeniden gönderin.',
    mendEn: 'Correct the JSON and send it again.',
  },
  H085: {
    own: 'consent.request_malformed',
    http: 400,
    tr: 'Gövde geçerli bir izin ekleme isteği değil.',
    en: 'The body is not a valid request to add a consent.',
    mendTr: 'JSON yazımını denetleyin; tek bir izni, alanlarıyla birlikte bir JSON nesnesi olarak gönderin.',
    mendEn: 'Check the JSON; send one consent, with its fields, as a JSON object.',
  },
  H090: {
    own: 'access.request_malformed',
    http: 400,
    tr: 'Gövde geçerli bir bayi erişimi isteği değil.',
    en: 'The body is not a valid request for retailer access.',
    mendTr: 'JSON yazımını denetleyin; alıcıyı ve bayi listesini bir JSON nesnesi olarak gönderin.',
    mendEn: 'Check the JSON; send the recipient and the list of retailers as a JSON object.',
  },
  H171: {
    own: 'access.replace_malformed',
    http: 400,
    tr: 'Gövde, bayi erişimini değiştirmek için geçerli bir istek değil.',
    en: 'The body is not a valid request to replace retailer access.',
    mendTr: 'JSON yazımını denetleyin; alıcı ve bayi listelerini bir JSON nesnesi olarak gönderin.',
    mendEn: 'Check the JSON; send the lists of recipients and retailers as a JSON object.',
  },
  H172: {
    own: 'access.remove_malformed',
    http: 400,
    tr: 'Gövde, bayi erişimini kaldırmak için geçerli bir istek değil.',
    en: 'The body is not a valid request to remove retailer access.',
    mendTr: 'Alıcı ve bayi listelerini bir JSON nesnesi olarak gönderin.',
    mendEn: 'Send the lists of recipients and retailers as a JSON object.',
  },
  H173: {
    own: 'access.list_malformed',
    http: 400,
    tr: 'Gövde, bayi erişimini listelemek için geçerli bir istek değil.',
    en: 'The body is not a valid request to list retailer access.',
    mendTr: 'Alıcıyı, alıcı türünü ve izin türünü bir JSON nesnesi olarak gönderin.',
    mendEn: 'Send the recipient, its recipientType and the type as a JSON object.',
  },
  H092: {
    own: 'batch.request_malformed',
    http: 400,
    tr: 'Gövde geçerli bir toplu istek değil.',
    en: 'The body is not a valid batch.',
    mendTr: 'En az bir izin içeren bir JSON dizisi gönderin.',
    mendEn: 'Send a JSON array with at least one consent in it.',
  },
  H097: {
    own: 'status.request_malformed',
    http: 400,
    tr: 'Gövde geçerli bir durum sorgusu değil.',
    en: 'The body is not a valid status query.',
    mendTr: 'JSON yazımını denetleyin; recipient, recipientType ve type alanlarını bir JSON nesnesi olarak gönderin.',
    mendEn: 'Check the JSON; send recipient, recipientType and type as a JSON object.',
  },
  H098: {
    own: 'changes.query_malformed',
    http: 400,
    tr: 'İzin hareketleri sorgusu geçerli değil.',
    en: 'The query of changes is not valid.',
    mendTr: 'after alanına önceki yanıttaki after değerini olduğu gibi yazın ya da bu alanı hiç göndermeyin.',
    mendEn: 'Give after exactly as the answer before gave it, or leave it out.',
  },

  // A consent: fields that are missing
  H110: {
    own: 'consent.status_absent',
    http: 422,
    tr: 'Durum (status) alanı yok.',
    en: 'The field status is missing.',
    mendTr: 'ONAY ya da RET yazın.',
    mendEn: 'Write ONAY or RET.',
  },
  H111: {
    own: 'consent.type_absent',
    http: 422,
    tr: 'İzin türü (type) alanı yok.',
    en: 'The field type is missing.',
    mendTr: 'ARAMA, MESAJ ya da EPOSTA yazın.',
    mendEn: 'Write ARAMA, MESAJ or EPOSTA.',
  },
  H112: {
    own: 'consent.date_absent',
    http: 422,
    tr: 'İzin tarihi (consentDate) alanı yok.',
    en: 'The field consentDate is missing.',
    mendTr: 'Tarihi 2026-01-31 14:05:00 biçiminde, Türkiye saatiyle yazın.',
    mendEn: 'Write the date like 2026-01-31 14:05:00, in Turkish time.',
  },
  H113: {
    own: 'consent.source_absent',
    http: 422,
    tr: 'İzin kaynağı (source) alanı yok.',
    en: 'The field source is missing.',
    mendTr: 'İznin alındığı yeri yazın, örneğin HS_WEB.',
    mendEn: 'Write where the consent was taken, for example HS_WEB.',
  },
  H114: {
    own: 'consent.recipient_absent',
    http: 422,
    tr: 'Alıcı (recipient) alanı yok.',
    en: 'The field recipient is missing.',
    mendTr: 'Alıcının telefonunu +90… biçiminde ya da e-posta adresini yazın.',
    mendEn: "Write the recipient's telephone number like +90… or the e-mail address.",
  },
  H170: {
    own: 'recipient.type_absent',
    http: 422,
    tr: 'Alıcı türü (recipientType) alanı yok.',
    en: 'The field recipientType is missing.',
    mendTr: 'BIREYSEL ya da TACIR yazın.',
    mendEn: 'Write BIREYSEL or TACIR.',
  },
  H266: {
    own: 'consent.retailer_code_absent',
    http: 400,
    tr: '{field} boş (null) ya da yok.',
    en: '{field} is null or missing.',
    mendTr: 'Değerini yazın; değeri yoksa alanı hiç göndermeyin.',
    mendEn: 'Give its value; if there is none, leave the field out.',
  },
  H267: {
    own: 'consent.retailer_code_empty',
    http: 400,
    tr: '{field} boş bir metin.',
    en: '{field} is an empty string.',
    mendTr: 'Değerini yazın; değeri yoksa alanı hiç göndermeyin.',
    mendEn: 'Give its value; if there is none, leave the field out.',
  },

  // A consent: values that are not possible
  H115: {
    own: 'consent.status_invalid',
    http: 422,
    tr: 'Durum (status) yalnızca ONAY ya da RET olabilir.',
    en: 'The status can only be ONAY or RET.',
    mendTr: 'Onay için ONAY, ret için RET yazın (RED değil).',
    mendEn: 'Write ONAY for a consent given, RET for one refused (not RED).',
  },
  H116: {
    own: 'recipient.type_invalid',
    http: 422,
    tr: 'Alıcı türü (recipientType) yalnızca BIREYSEL ya da TACIR olabilir.',
    en: 'The recipientType can only be BIREYSEL or TACIR.',
    mendTr: 'Tüketici için BIREYSEL, tacir ya da esnaf için TACIR yazın.',
    mendEn: 'Write BIREYSEL for a consumer, TACIR for a merchant or craftsman.',
  },
  H117: {
    own: 'consent.type_invalid',
    http: 422,
    tr: 'İzin türü (type) yalnızca ARAMA, MESAJ ya da EPOSTA olabilir.',
    en: 'The type can only be ARAMA, MESAJ or EPOSTA.',
    mendTr: 'Bu üçünden birini, büyük harfle yazın.',
    mendEn: 'Write one of these three, in capitals.',
  },
  H118: {
    own: 'consent.key_unknown',
    http: 422,
    tr: '{field} bir izin kaydında bulunmaz.',
    en: '{field} is not a field of a consent.',
    mendTr: 'Bu alanı çıkarın ya da adının yazımını düzeltin.',
    mendEn: 'Remove it or correct the spelling of its name.',
  },
  H119: {
    own: 'consent.source_invalid',
    http: 422,
    tr: 'Bu kaynağı (source) bir hizmet sağlayıcı kullanamaz; IYS_ ile başlayanları yalnızca sistem yazar.',
    en: 'A service provider cannot use this source; those that begin with IYS_ are written by the registry alone.',
    mendTr: 'HS_ ile başlayan kaynaklardan birini yazın, örneğin HS_WEB.',
    mendEn: 'Write one of the sources that begin with HS_, for example HS_WEB.',
  },
  H120: {
    own: 'recipient.email_invalid',
    http: 422,
    tr: 'E-posta adresi kabul edilebilir değil.',
    en: 'The e-mail address is not acceptable.',
    mendTr: 'Adresi boşluksuz ve Türkçe harf kullanmadan yazın, örneğin ad.soyad@ornek.com.',
    mendEn: 'Write it without blanks or Turkish letters, for example name.surname@example.com.',
  },
  H121: {
    own: 'recipient.telephone_invalid',
    http: 422,
    tr: 'Telefon numarası geçerli değil.',
    en: 'The telephone number is not valid.',
    mendTr: 'Numarayı + ve ülke koduyla, başında sıfır olmadan yazın, örneğin +905321112233.',
    mendEn: 'Write it with + and the country code, without a zero after it, for example +905321112233.',
  },
  H160: {
    own: 'recipient.telephone_too_long',
    http: 422,
    tr: 'Telefon numarası {limit} karakterden uzun.',
    en: 'The telephone number is longer than {limit} characters.',
    mendTr: 'Numarayı + ve ülke koduyla, boşluksuz yazın.',
    mendEn: 'Write it with + and the country code, without blanks.',
  },
  H166: {
    own: 'recipient.query_telephone_too_long',
    http: 422,
    tr: 'Telefon numarası {limit} karakterden uzun.',
    en: 'The telephone number is longer than {limit} characters.',
    mendTr: 'Numarayı + ve ülke koduyla, boşluksuz yazın.',
    mendEn: 'Write it with + and the country code, without blanks.',
  },
  H464: {
    own: 'recipient.does_not_fit_type',
    http: 422,
    tr: 'Alıcı, izin türüne (type) uymuyor.',
    en: 'The recipient does not fit the type.',
    mendTr: 'EPOSTA için e-posta adresi, ARAMA ve MESAJ için telefon numarası yazın.',
    mendEn: 'Write an e-mail address for EPOSTA, a telephone number for ARAMA and MESAJ.',
  },

  // A consent: its date
  H155: {
    own: 'consent.source_2015_date',
    http: 422,
    tr: 'HS_2015 kaynağıyla yalnızca 2015-05-01 00:00:00 tarihi yazılabilir.',
    en: 'With the source HS_2015 the date can only be 2015-05-01 00:00:00.',
    mendTr: 'Tarihi 2015-05-01 00:00:00 yapın ya da iznin gerçek kaynağını yazın.',
    mendEn: 'Set this date, or write the true source of the consent.',
  },
  H156: {
    own: 'consent.date_before_2015',
    http: 422,
    tr: 'İzin tarihi (consentDate) 2015-05-01 00:00:00 öncesinde olamaz.',
    en: 'The consentDate cannot be before 2015-05-01 00:00:00.',
    mendTr:
      'Daha eski izinler için, kaydı işleten kuruluş size geçmiş yüklemeyi açtıktan sonra, kaynağı HS_2015, tarihi 2015-05-01 00:00:00 yazın.',
    mendEn:
      'For an older consent write the source HS_2015 and the date 2015-05-01 00:00:00, once the operator of this registry has opened the historic load for you.',
  },
  H157: {
    own: 'consent.date_impossible',
    http: 422,
    tr: 'İzin tarihi (consentDate) takvimde olmayan bir tarih ya da saat.',
    en: 'The consentDate is not a possible date or time.',
    mendTr: 'Gün, ay ve saati düzeltin.',
    mendEn: 'Correct the day, the month or the time.',
  },
  H158: {
    own: 'consent.date_malformed',
    http: 422,
    tr: 'İzin tarihi (consentDate) yıl-ay-gün saat:dakika:saniye biçiminde değil.',
    en: 'The consentDate is not written as yyyy-mm-dd hh:mm:ss.',
    mendTr: '2026-01-31 14:05:00 gibi yazın.',
    mendEn: 'Write it like 2026-01-31 14:05:00.',
  },
  H162: {
    own: 'consent.date_in_future',
    http: 422,
    tr: 'İzin tarihi (consentDate) gelecekte.',
    en: 'The consentDate is in the future.',
    mendTr: 'İznin alındığı anı Türkiye saatiyle yazın ve bilgisayarınızın saatini denetleyin.',
    mendEn: "Write when the consent was taken, in Turkish time, and check your computer's clock.",
  },
  H467: {
    own: 'consent.too_old',
    http: 422,
    tr: 'Bu kayıt çok eski: tarihinden sonra {period} içinde eklenmesi gerekirdi.',
    en: 'This record is too old: it had to be added within {period} of its date.',
    mendTr:
      'Tarih yanlışsa düzeltin. Onaysa izni yeniden alıp süresi içinde gönderin; retse ve başka hatası yoksa ret saklandı. HS_2015 için kaydı işleten kuruluştan geçmiş yüklemeyi açmasını isteyin.',
    mendEn:
      'If the date is wrong, correct it. For an ONAY ask for the consent again and send it in time; a RET without another fault was kept. For HS_2015 ask the operator of this registry to open the historic load for you.',
  },

  // A consent: what is stored already
  H174: {
    own: 'consent.status_unchanged',
    http: 400,
    tr: 'Bu alıcının durumu zaten RET.',
    en: 'The status of this recipient is RET already.',
    mendTr: 'Bir şey yapmanız gerekmiyor.',
    mendEn: 'There is nothing you need to do.',
  },
  H175: {
    own: 'consent.first_is_refusal',
    http: 400,
    tr: 'İlk kayıt RET olamaz: bu alıcının kayıtlı bir onayı yok.',
    en: 'The first record cannot be RET: this recipient has no consent on record.',
    mendTr: 'Bildirdiğiniz ret saklandı, durum sorgusunda RET görünür; bir şey yapmanız gerekmiyor.',
    mendEn: 'Your refusal was kept and shows in the status; there is nothing you need to do.',
  },
  H178: {
    own: 'consent.date_not_later',
    http: 400,
    tr: 'İzin tarihi (consentDate) kayıtlı tarihten sonra değil.',
    en: 'The consentDate is not later than the one on record.',
    mendTr: 'Daha yeni bir onay ya da ret varsa onun tarihini yazın; yoksa bir şey yapmanız gerekmiyor.',
    mendEn: 'If there is a newer consent or refusal, write its date; if not, there is nothing you need to do.',
  },
  H408: {
    own: 'consent.provider_decision_needs_refusal',
    http: 422,
    tr: 'HS_KARAR kaynağı yalnızca RET ile kullanılabilir.',
    en: 'The source HS_KARAR goes with RET only.',
    mendTr: 'Durumu RET yapın ya da onayın alındığı kaynağı yazın.',
    mendEn: 'Set the status to RET, or write the source from which the consent came.',
  },
  H486: {
    own: 'consent.provider_decision_first',
    http: 400,
    tr: 'İlk kayıt HS_KARAR kaynağıyla yapılamaz.',
    en: 'HS_KARAR cannot be the source of a first record.',
    mendTr: 'Bildirdiğiniz ret saklandı, durum sorgusunda RET görünür; bir şey yapmanız gerekmiyor.',
    mendEn: 'Your refusal was kept and shows in the status; there is nothing you need to do.',
  },
  H462: {
    own: 'consent.merchant_date_absent',
    http: 400,
    tr: 'Kayıtlı bir TACIR iznini güncellerken izin tarihi (consentDate) gerekir.',
    en: 'To update a TACIR consent on record, consentDate is needed.',
    mendTr: 'consentDate alanını ekleyin.',
    mendEn: 'Add the field consentDate.',
  },
  H463: {
    own: 'consent.merchant_source_absent',
    http: 400,
    tr: 'Kayıtlı bir TACIR iznini güncellerken izin kaynağı (source) gerekir.',
    en: 'To update a TACIR consent on record, source is needed.',
    mendTr: 'source alanını ekleyin.',
    mendEn: 'Add the field source.',
  },

  // Lists: batch, recipients, retailers
  H091: {
    own: 'batch.too_large',
    http: 422,
    tr: 'Bir toplu istekte en çok {limit} izin gönderebilirsiniz.',
    en: 'A batch may hold at most {limit} consents.',
    mendTr: 'İzinleri birkaç isteğe bölün.',
    mendEn: 'Split them over several requests.',
  },
  H194: {
    own: 'batch.key_repeated',
    http: 422,
    tr: 'Aynı izin (recipient, recipientType, type) toplu istekte iki kez var.',
    en: 'The same consent (recipient, recipientType, type) stands twice in the batch.',
    mendTr: 'İkincisini listeden çıkarın; ikinci hareketi ayrıca, tek izin olarak ekleyin.',
    mendEn: 'Remove the second from the list; add the later one by itself, with the single call.',
  },
  H198: {
    own: 'batch.request_id_too_long',
    http: 422,
    tr: 'İstek numarası (requestId) {limit} karakterden uzun.',
    en: 'The requestId is longer than {limit} characters.',
    mendTr: 'Toplu isteğin yanıtında aldığınız requestId değerini olduğu gibi yazın.',
    mendEn: 'Write the requestId exactly as the answer to your batch gave it.',
  },
  H199: {
    own: 'batch.request_id_letters_only',
    http: 422,
    tr: 'İstek numarası (requestId) yalnızca harflerden oluşamaz.',
    en: 'The requestId cannot consist of letters only.',
    mendTr: 'Toplu isteğin yanıtında aldığınız requestId değerini olduğu gibi yazın.',
    mendEn: 'Write the requestId exactly as the answer to your batch gave it.',
  },
  H400: {
    own: 'batch.request_id_digits_only',
    http: 422,
    tr: 'İstek numarası (requestId) yalnızca rakamlardan oluşamaz.',
    en: 'The requestId cannot consist of digits only.',
    mendTr: 'Toplu isteğin yanıtında aldığınız requestId değerini olduğu gibi yazın.',
    mendEn: 'Write the requestId exactly as the answer to your batch gave it.',
  },
  H126: {
    own: 'access.too_many_retailers',
    http: 422,
    tr: 'Bayi listesinde en çok {limit} bayi olabilir.',
    en: 'The list of retailers may hold at most {limit} retailers.',
    mendTr: 'Listeyi kısaltın.',
    mendEn: 'Shorten the list.',
  },
  H127: {
    own: 'recipients.too_many',
    http: 422,
    tr: 'Alıcı listesinde en çok {limit} alıcı olabilir.',
    en: 'The list of recipients may hold at most {limit} recipients.',
    mendTr: 'Alıcıları birkaç isteğe bölün.',
    mendEn: 'Split them over several requests.',
  },
  H163: {
    own: 'access.retailers_empty',
    http: 422,
    tr: 'Bayi listesi (retailerAccess) boş.',
    en: 'The list of retailers (retailerAccess) is empty.',
    mendTr: 'En az bir bayi numarası yazın.',
    mendEn: 'Write at least one retailer number.',
  },
  H164: {
    own: 'recipients.empty',
    http: 422,
    tr: 'Alıcı listesi (recipients) boş.',
    en: 'The list of recipients is empty.',
    mendTr: 'En az bir alıcı yazın.',
    mendEn: 'Write at least one recipient.',
  },
  H168: {
    own: 'recipients.absent',
    http: 422,
    tr: 'Alıcı listesi (recipients) yok.',
    en: 'The field recipients is missing.',
    mendTr: 'Alıcıları recipients alanında bir dizi olarak gönderin.',
    mendEn: 'Send the recipients as an array in this field.',
  },
  H169: {
    own: 'access.retailers_absent',
    http: 422,
    tr: 'Bayi listesi (retailerAccess) yok.',
    en: 'The field retailerAccess is missing.',
    mendTr: 'Bayi numaralarını retailerAccess alanında bir dizi olarak gönderin.',
    mendEn: 'Send the retailer numbers as an array in this field.',
  },
  H193: {
    own: 'list.entry_repeated',
    http: 422,
    tr: 'Listede aynı değer iki kez var.',
    en: 'The same value stands twice in the list.',
    mendTr: 'Birini çıkarın.',
    mendEn: 'Remove one of the two.',
  },
  H478: {
    own: 'recipients.not_a_list',
    http: 422,
    tr: 'Alıcılar (recipients) bir dizi değil.',
    en: 'The field recipients is not an array.',
    mendTr: 'Tek alıcı olsa da köşeli ayraç içinde gönderin.',
    mendEn: 'Send it in square brackets, even for one recipient.',
  },
  H180: {
    own: 'consent.retailer_unknown',
    http: 403,
    tr: 'Bu markada böyle bir bayi yok.',
    en: 'This brand has no such retailer.',
    mendTr: 'Bayi numarasını denetleyin ya da önce bayiyi ekleyin.',
    mendEn: 'Check the retailer number or add the retailer first.',
  },
  H401: {
    own: 'access.consent_unknown',
    http: 400,
    tr: 'Erişim vermek istediğiniz izin kaydı yok.',
    en: 'The consent you want to give access to does not exist.',
    mendTr: 'Alıcıyı, alıcı türünü ve izin türünü denetleyin ya da önce izni ekleyin.',
    mendEn: 'Check recipient, recipientType and type, or add the consent first.',
  },

  // Paging and query parameters. H182 and H183 change places between the paths: the caller names limit or offset
  H182: {
    own: 'paging.first_number_invalid',
    http: 422,
    tr: '{field} geçerli bir sayı değil.',
    en: '{field} is not a valid number.',
    mendTr: 'Eksi olmayan bir tam sayı yazın.',
    mendEn: 'Write an integer that is not negative.',
  },
  H183: {
    own: 'paging.second_number_invalid',
    http: 422,
    tr: '{field} geçerli bir sayı değil.',
    en: '{field} is not a valid number.',
    mendTr: 'Eksi olmayan bir tam sayı yazın.',
    mendEn: 'Write an integer that is not negative.',
  },
  H186: {
    own: 'paging.limit_too_large',
    http: 422,
    tr: 'Sayfa boyu (limit) en çok {limit} olabilir.',
    en: 'The page size (limit) may be at most {limit}.',
    mendTr: 'Daha küçük bir sayı yazın ve offset ile ilerleyin.',
    mendEn: 'Write a smaller number and go on with offset.',
  },
  H187: {
    own: 'paging.limit_zero',
    http: 422,
    tr: 'Sayfa boyu (limit) 0 olamaz.',
    en: 'The page size (limit) cannot be 0.',
    mendTr: '1 ya da daha büyük bir sayı yazın.',
    mendEn: 'Write 1 or more.',
  },
  H184: {
    own: 'retailer.parameter_all_invalid',
    http: 422,
    tr: 'all parametresinin değeri geçerli değil.',
    en: 'The value of the parameter all is not valid.',
    mendTr: 'true ya da false yazın.',
    mendEn: 'Write true or false.',
  },
  H185: {
    own: 'retailer.parameter_short_invalid',
    http: 422,
    tr: 'short parametresinin değeri geçerli değil.',
    en: 'The value of the parameter short is not valid.',
    mendTr: 'true ya da false yazın.',
    mendEn: 'Write true or false.',
  },
  H506: {
    own: 'changes.source_invalid',
    http: 422,
    tr: 'Hareketlerde kaynak (source) yalnızca HS ya da IYS olabilir.',
    en: 'In changes the source can only be HS or IYS.',
    mendTr: 'İkisinden birini yazın ya da alanı hiç göndermeyin.',
    mendEn: 'Write one of the two, or leave it out.',
  },
  H507: {
    own: 'changes.limit_too_large',
    http: 422,
    tr: 'Bir seferde en çok {limit} hareket alabilirsiniz.',
    en: 'You can take at most {limit} changes at a time.',
    mendTr: 'limit değerini küçültün ve after ile ilerleyin.',
    mendEn: 'Make limit smaller and go on with after.',
  },

  // Retailers
  H016: {
    own: 'retailer.fields_wrong',
    http: 400,
    tr: 'İstekte beklenmeyen ya da eksik bir alan var.',
    en: 'The request has an unexpected field, or one is missing.',
    mendTr: 'Beklenen alanlar: {expected}.',
    mendEn: 'Expected fields: {expected}.',
  },
  H017: {
    own: 'retailer.field_too_long',
    http: 400,
    tr: '{field} çok uzun: en çok {limit} karakter olabilir.',
    en: '{field} is too long: it may have at most {limit} characters.',
    mendTr: 'Kısaltıp yeniden gönderin.',
    mendEn: 'Shorten it and send it again.',
  },
  H060: {
    own: 'retailer.not_updated',
    http: 500,
    tr: 'Bayi güncellenemedi.',
    en: 'The retailer could not be updated.',
    mendTr: 'Biraz sonra yeniden deneyin.',
    mendEn: 'Try again a little later.',
  },
  H061: {
    own: 'retailer.not_deleted',
    http: 500,
    tr: 'Bayi silinemedi.',
    en: 'The retailer could not be deleted.',
    mendTr: 'Kayıtlı izinlere bağlıysa silinemez; değilse biraz sonra yeniden deneyin.',
    mendEn: 'It cannot be while consents are tied to it; otherwise try again a little later.',
  },
  H062: {
    own: 'retailer.not_stored',
    http: 500,
    tr: 'Bayi kaydedilemedi.',
    en: 'The retailer could not be stored.',
    mendTr: 'Biraz sonra yeniden deneyin.',
    mendEn: 'Try again a little later.',
  },
  H067: {
    own: 'retailer.no_free_number',
    http: 400,
    tr: 'Yeni bayi numarası verilemiyor: bir markanın en çok {limit} bayisi olabilir.',
    en: 'No retailer number can be given: a brand may have at most {limit} retailers.',
    mendTr: 'Kullanmadığınız bayileri silip yeniden deneyin.',
    mendEn: 'Delete retailers you no longer use and try again.',
  },
  H201: {
    own: 'retailer.status_invalid',
    http: 400,
    tr: 'Bayi durumu (status) yalnızca active, passive ya da suspended olabilir.',
    en: "The retailer's status can only be active, passive or suspended.",
    mendTr: 'Üçünden birini yazın ya da alanı hiç göndermeyin.',
    mendEn: 'Write one of the three, or leave it out.',
  },
  H214: {
    own: 'retailer.title_empty',
    http: 400,
    tr: 'Bayinin unvanı (title) boş.',
    en: "The retailer's title is empty.",
    mendTr: 'Unvanı yazın.',
    mendEn: 'Write the title.',
  },
  H215: {
    own: 'retailer.name_empty',
    http: 400,
    tr: 'Bayinin adı (name) boş.',
    en: "The retailer's name is empty.",
    mendTr: 'Adı yazın.',
    mendEn: 'Write the name.',
  },
  H216: {
    own: 'retailer.tckn_empty',
    http: 400,
    tr: 'T.C. kimlik numarası (tckn) boş.',
    en: "The citizen's number (tckn) is empty.",
    mendTr: '11 haneli numarayı yazın.',
    mendEn: 'Write the 11-digit number.',
  },
  H217: {
    own: 'retailer.city_empty',
    http: 400,
    tr: 'İl (city) boş.',
    en: 'The province (city) is empty.',
    mendTr: 'İlin adını (name) ve kodunu (code) yazın.',
    mendEn: 'Write its name and code.',
  },
  H218: {
    own: 'retailer.city_code_empty',
    http: 400,
    tr: 'İl kodu (city.code) boş.',
    en: 'The province code (city.code) is empty.',
    mendTr: 'İlin kodunu yazın.',
    mendEn: 'Write the code.',
  },
  H219: {
    own: 'retailer.city_name_empty',
    http: 400,
    tr: 'İl adı (city.name) boş.',
    en: 'The province name (city.name) is empty.',
    mendTr: 'İlin adını yazın.',
    mendEn: 'Write the name.',
  },
  H220: {
    own: 'retailer.town_empty',
    http: 400,
    tr: 'İlçe (town) boş.',
    en: 'The district (town) is empty.',
    mendTr: 'İlçenin adını (name) ve kodunu (code) yazın.',
    mendEn: 'Write its name and code.',
  },
  H221: {
    own: 'retailer.town_code_empty',
    http: 400,
    tr: 'İlçe kodu (town.code) boş.',
    en: 'The district code (town.code) is empty.',
    mendTr: 'İlçenin kodunu yazın.',
    mendEn: 'Write the code.',
  },
  H222: {
    own: 'retailer.town_name_empty',
    http: 400,
    tr: 'İlçe adı (town.name) boş.',
    en: 'The district name (town.name) is empty.',
    mendTr: 'İlçenin adını yazın.',
    mendEn: 'Write the name.',
  },
  H224: {
    own: 'retailer.mobile_invalid',
    http: 400,
    tr: 'Cep telefonu (mobile) geçerli değil.',
    en: 'The mobile number (mobile) is not valid.',
    mendTr: 'Numarayı + ve ülke koduyla yazın, örneğin +905321112233.',
    mendEn: 'Write it with + and the country code, for example +905321112233.',
  },
  H225: {
    own: 'retailer.tckn_invalid',
    http: 400,
    tr: 'T.C. kimlik numarası (tckn) geçerli değil.',
    en: "The citizen's number (tckn) is not valid.",
    mendTr: 'Rakamları kimlikle karşılaştırın.',
    mendEn: 'Compare the digits with the identity card.',
  },
  H226: {
    own: 'retailer.tckn_length',
    http: 400,
    tr: 'T.C. kimlik numarası (tckn) 11 haneli değil.',
    en: "The citizen's number (tckn) does not have 11 digits.",
    mendTr: '11 rakamın tamamını yazın.',
    mendEn: 'Write all 11 digits.',
  },
  H227: {
    own: 'retailer.mersis_invalid',
    http: 400,
    tr: 'MERSİS numarası (mersis) geçerli değil.',
    en: 'The MERSİS number (mersis) is not valid.',
    mendTr: 'Rakamları MERSİS kaydıyla karşılaştırın.',
    mendEn: 'Compare the digits with the MERSİS record.',
  },
  H228: {
    own: 'retailer.mersis_length',
    http: 400,
    tr: 'MERSİS numarası (mersis) 16 haneli değil.',
    en: 'The MERSİS number (mersis) does not have 16 digits.',
    mendTr: '16 rakamın tamamını yazın.',
    mendEn: 'Write all 16 digits.',
  },
  H229: {
    own: 'retailer.text_not_alphanumeric',
    http: 400,
    tr: 'Ad (name), unvan (title) ya da kısa adda (alias) kullanılamayan bir karakter var.',
    en: 'The name, title or alias has a character that cannot be used.',
    mendTr: 'Yalnızca harf, rakam, boşluk ve olağan noktalama işaretleri kullanın.',
    mendEn: 'Use letters, digits, blanks and common punctuation only.',
  },
  H230: {
    own: 'retailer.mersis_taken',
    http: 400,
    tr: 'Bu MERSİS numarasıyla (mersis) kayıtlı bir bayi zaten var.',
    en: 'A retailer with this MERSİS number (mersis) exists already.',
    mendTr: 'Numarayı denetleyin ya da kayıtlı bayiyi kullanın.',
    mendEn: 'Check the number or use the retailer on record.',
  },
  H231: {
    own: 'retailer.tckn_taken',
    http: 400,
    tr: 'Bu T.C. kimlik numarasıyla (tckn) kayıtlı bir bayi zaten var.',
    en: "A retailer with this citizen's number (tckn) exists already.",
    mendTr: 'Numarayı denetleyin ya da kayıtlı bayiyi kullanın.',
    mendEn: 'Check the number or use the retailer on record.',
  },
  H243: {
    own: 'retailer.tin_invalid',
    http: 400,
    tr: 'Vergi numarası (tin) geçerli değil.',
    en: 'The tax number (tin) is not valid.',
    mendTr: 'Rakamları vergi levhasıyla karşılaştırın.',
    mendEn: 'Compare the digits with the tax certificate.',
  },
  H244: {
    own: 'retailer.tin_length',
    http: 400,
    tr: 'Vergi numarası (tin) 10 ya da 11 haneli değil.',
    en: 'The tax number (tin) does not have 10 or 11 digits.',
    mendTr: '10 haneli vergi numarasını ya da 11 haneli T.C. kimlik numarasını yazın.',
    mendEn: "Write the 10-digit tax number or the 11-digit citizen's number.",
  },
  H253: {
    own: 'retailer.passive_exists',
    http: 400,
    tr: 'Bu MERSİS ya da T.C. kimlik numarası, kapalı (passive) bir bayinizde kayıtlı.',
    en: "One of your passive retailers has this MERSİS or citizen's number.",
    mendTr: 'Numarayı denetleyin; aynı bayiyse yenisini eklemek yerine o kaydı kullanın.',
    mendEn: 'Check the number; if it is the same retailer, use that record instead of adding a new one.',
  },
  H288: {
    own: 'retailer.tin_absent',
    http: 400,
    tr: 'Vergi numarası (tin) alanı yok.',
    en: 'The field tin is missing.',
    mendTr: 'Vergi numarasını ya da T.C. kimlik numarasını yazın.',
    mendEn: "Write the tax number or the citizen's number.",
  },

  // Who is asking
  H250: {
    own: 'auth.credentials_absent',
    http: 400,
    tr: 'Kullanıcı adı ya da parola yok.',
    en: 'The user name or the password is missing.',
    mendTr: 'İkisini de gönderin.',
    mendEn: 'Send both.',
  },
  H251: {
    own: 'auth.credentials_invalid',
    http: 401,
    tr: 'Kimlik bilgileri geçerli değil.',
    en: 'The credentials are not valid.',
    mendTr: 'Yeni bir jeton alıp yeniden deneyin.',
    mendEn: 'Get a new token and try again.',
  },
  H252: {
    own: 'auth.credentials_none',
    http: 400,
    tr: 'İstekte kimlik bilgisi yok.',
    en: 'The request carries no credentials.',
    mendTr: 'Authorization başlığını ekleyin.',
    mendEn: 'Add the Authorization header.',
  },
  H351: {
    own: 'auth.token_invalid',
    http: 401,
    tr: 'Jeton yok, geçersiz ya da süresi dolmuş.',
    en: 'The token is missing, not valid or has expired.',
    mendTr: '/oauth2/token adresinden yeni bir jeton alıp Authorization: Bearer başlığıyla gönderin.',
    mendEn: 'Get a new one from /oauth2/token and send it in the header Authorization: Bearer.',
  },
  H353: {
    own: 'auth.not_yours',
    http: 403,
    tr: '{field} size ait değil ya da bu iş için yetkiniz yok.',
    en: '{field} is not yours, or you have no right to do this.',
    mendTr: 'Numarayı denetleyin; başkası adına çalışıyorsanız ondan yetki isteyin.',
    mendEn: 'Check the number; if you act for somebody else, ask for the right.',
  },

  // Subscription
  H437: {
    own: 'subscription.unknown',
    http: 404,
    tr: 'Bu numaranın kayıtlı bir aboneliği yok.',
    en: 'This number has no subscription on record.',
    mendTr: 'Numarayı denetleyin ya da abonelik başlatın.',
    mendEn: 'Check the number or take out a subscription.',
  },
  H520: {
    own: 'subscription.paused_or_expired',
    http: 403,
    tr: 'Aboneliğiniz durdurulmuş ya da süresi dolmuş.',
    en: 'Your subscription is paused or has expired.',
    mendTr: 'Aboneliğinizi yenileyin.',
    mendEn: 'Renew your subscription.',
  },
  H521: {
    own: 'subscription.closed',
    http: 403,
    tr: 'Aboneliğiniz kapatılmış.',
    en: 'Your subscription is closed.',
    mendTr: 'Yeni bir abonelik başlatın.',
    mendEn: 'Take out a new subscription.',
  },
  H522: {
    own: 'subscription.partners_only',
    http: 400,
    tr: 'Bu sorgu yalnızca iş ortaklarının API kullanıcıları içindir.',
    en: "This query is for business partners' API users only.",
    mendTr: 'Hizmet sağlayıcıysanız /sps altındaki abonelik sorgusunu kullanın.',
    mendEn: 'If you are a service provider, use the subscription query under /sps.',
  },
  H524: {
    own: 'subscription.none',
    http: 403,
    tr: 'Kayıtlı bir aboneliğiniz yok.',
    en: 'You have no subscription on record.',
    mendTr: 'Önce abonelik başlatın.',
    mendEn: 'Take out a subscription first.',
  },
  H525: {
    own: 'subscription.limit_reached',
    http: 422,
    tr: 'Aboneliğiniz en çok {limit} adres için; bu sınır doldu.',
    en: 'Your subscription covers at most {limit} addresses, and they are used up.',
    mendTr: 'Daha geniş bir pakete geçin.',
    mendEn: 'Change to a larger package.',
  },
  H586: {
    own: 'subscription.package_without_api',
    http: 403,
    tr: 'Abonelik paketinizde API kullanımı yok.',
    en: 'Your subscription package does not include the API.',
    mendTr: 'API içeren bir pakete geçin ya da işlemi yönetim ekranından yapın.',
    mendEn: 'Change to a package with API, or use the management screens.',
  },

  // Push
  H093: {
    own: 'push.credentials_absent',
    http: 422,
    tr: 'Bağlantının kullanıcı adı (username) ya da parolası (password) yok.',
    en: "The connection's username or password is missing.",
    mendTr: 'İkisini de yazın: hareketleri bu bilgilerle göndeririz.',
    mendEn: 'Write both: movements are sent to you with them.',
  },
  H191: {
    own: 'push.no_answer',
    http: 422,
    tr: 'Verdiğiniz adres {limit} saniye içinde yanıt vermedi.',
    en: 'The address you gave did not answer within {limit} seconds.',
    mendTr: 'Adresin açık olduğunu ve bu sürede yanıt verdiğini denetleyip yeniden deneyin.',
    mendEn: 'Check that it is up and answers in this time, then try again.',
  },
  H530: {
    own: 'push.connection_failed',
    http: 422,
    tr: 'Bağlantı kurulamadı ya da kaldırılamadı: {reason}.',
    en: 'The connection could not be made or removed: {reason}.',
    mendTr: 'Adresi, türü, kullanıcı adını, parolayı ve açık bağlantı sayınızı denetleyin.',
    mendEn: 'Check address, type, user name, password and how many connections you have.',
  },
  H531: {
    own: 'push.url_not_https',
    http: 422,
    tr: 'Adres (url) yok ya da https ile başlamıyor.',
    en: 'The url is missing or does not begin with https.',
    mendTr: 'https:// ile başlayan bir adres yazın.',
    mendEn: 'Write an address that begins with https://.',
  },

  // Reconciliation
  H501: {
    own: 'reconciliation.day_malformed',
    http: 422,
    tr: 'Rapor günü yıl-ay-gün biçiminde değil.',
    en: 'The report day is not written as yyyy-mm-dd.',
    mendTr: '2026-01-31 gibi yazın.',
    mendEn: 'Write it like 2026-01-31.',
  },
  H502: {
    own: 'reconciliation.day_out_of_range',
    http: 422,
    tr: 'Rapor günü dün ile {limit} gün öncesi arasında değil.',
    en: 'The report day is not between yesterday and {limit} days ago.',
    mendTr: 'Bu aralıktan bir gün yazın.',
    mendEn: 'Write a day within this range.',
  },
  H512: {
    own: 'reconciliation.agreement_not_true',
    http: 422,
    tr: 'Mutabakat durumu (agreementStatus) yalnızca true olabilir.',
    en: 'The agreementStatus can only be true.',
    mendTr: 'Mutabıksanız true gönderin; değilseniz bir şey göndermeyin.',
    mendEn: 'If you agree, send true; if not, send nothing.',
  },

  // Provinces and districts
  H082: {
    own: 'info.list_failed',
    http: 400,
    tr: 'İl ya da ilçe listesi alınamadı.',
    en: 'The list of provinces or districts could not be read.',
    mendTr: 'Biraz sonra yeniden deneyin.',
    mendEn: 'Try again a little later.',
  },
  H241: {
    own: 'info.place_failed',
    http: 400,
    tr: 'İl ya da ilçe bilgisi alınamadı.',
    en: 'The province or district could not be read.',
    mendTr: 'Kodu denetleyin ya da biraz sonra yeniden deneyin.',
    mendEn: 'Check the code, or try again a little later.',
  },

  // Limits in time
  H084: {
    own: 'rate.token_hour',
    http: 429,
    tr: 'Bir saatte en çok {limit} kez jeton isteyebilirsiniz; bu sınır doldu.',
    en: 'You may ask for a token at most {limit} times an hour, and they are used up.',
    mendTr: 'Elinizdeki jetonu süresi dolana kadar kullanın; yenisi için RateLimit başlığındaki süreyi bekleyin.',
    mendEn: 'Use your token until it expires; for a new one wait as long as the RateLimit header says.',
  },
  H086: {
    own: 'rate.status_hour',
    http: 429,
    tr: 'Bir saatte en çok {limit} tekil durum sorgusu yapabilirsiniz; bu sınır doldu.',
    en: 'You may make at most {limit} single status queries an hour, and they are used up.',
    mendTr: 'RateLimit başlığındaki süreyi bekleyin ya da çoklu sorguyu kullanın.',
    mendEn: 'Wait as long as the RateLimit header says, or use the multiple query.',
  },
  H089: {
    own: 'rate.history_hour',
    http: 429,
    tr: 'Bir saatte en çok {limit} geçmiş sorgusu yapabilirsiniz; bu sınır doldu.',
    en: 'You may make at most {limit} history queries an hour, and they are used up.',
    mendTr: 'RateLimit başlığındaki süreyi bekleyin.',
    mendEn: 'Wait as long as the RateLimit header says.',
  },
  H124: {
    own: 'rate.second',
    http: 429,
    tr: 'Saniyede en çok {limit} istek gönderebilirsiniz; bu sınır aşıldı.',
    en: 'You may send at most {limit} requests a second, and you sent more.',
    mendTr: 'Bir saniye bekleyip isteklerinizi seyrekleştirin.',
    mendEn: 'Wait a second and send your requests less often.',
  },

  // Faults on our side
  H015: {
    own: 'fault.unexpected',
    http: 500,
    tr: 'Beklenmedik bir hata oldu.',
    en: 'Something unexpected went wrong.',
    mendTr: 'Biraz sonra yeniden deneyin; sürerse bize bildirin.',
    mendEn: 'Try again a little later; if it goes on, tell us.',
  },
  H101: {
    own: 'fault.not_stored',
    http: 500,
    tr: 'Kayıt yapılamadı.',
    en: 'It could not be stored.',
    mendTr: 'Biraz sonra yeniden deneyin; sürerse bize bildirin.',
    mendEn: 'Try again a little later; if it goes on, tell us.',
  },
  H103: {
    own: 'fault.search_failed',
    http: 500,
    tr: 'Arama yapılamadı.',
    en: 'The search failed.',
    mendTr: 'Biraz sonra yeniden deneyin; sürerse bize bildirin.',
    mendEn: 'Try again a little later; if it goes on, tell us.',
  },
  H123: {
    own: 'fault.busy',
    http: 400,
    tr: 'Hizmet şu anda çok yoğun.',
    en: 'The service is very busy just now.',
    mendTr: 'Biraz sonra yeniden deneyin.',
    mendEn: 'Try again a little later.',
  },
  H192: {
    own: 'fault.timed_out',
    http: 503,
    tr: 'İstek zamanında tamamlanamadı.',
    en: 'The request could not be finished in time.',
    mendTr: 'Biraz sonra yeniden deneyin.',
    mendEn: 'Try again a little later.',
  },
  H412: {
    own: 'fault.unexpected_connection',
    http: 500,
    tr: 'Bağlantı işleminde beklenmedik bir hata oldu.',
    en: 'Something unexpected went wrong with the connection.',
    mendTr: 'Biraz sonra yeniden deneyin; sürerse bize bildirin.',
    mendEn: 'Try again a little later; if it goes on, tell us.',
  },
  H470: {
    own: 'fault.unexpected_service',
    http: 500,
    tr: 'Hizmette beklenmedik bir hata oldu.',
    en: 'Something unexpected went wrong in the service.',
    mendTr: 'Biraz sonra yeniden deneyin; sürerse bize bildirin.',
    mendEn: 'Try again a little later; if it goes on, tell us.',
  },
  H476: {
    own: 'fault.unexpected_consent',
    http: 500,
    tr: 'İzin eklenirken beklenmedik bir hata oldu.',
    en: 'Something unexpected went wrong while the consent was added.',
    mendTr: 'İznin durumunu sorgulayın; eklenmemişse yeniden gönderin.',
    mendEn: 'Query its status; if it was not added, send it again.',
  },
} as const satisfies Record<string, CatalogueEntry>;

/** An official code of the catalogue. */
export type ErrorCode = keyof typeof ERRORS;

/** Errors that the official document has no code for, by our own code. */
export const OWN_ERRORS = {
  'registry.overloaded': {
    own: 'registry.overloaded',
    http: 429,
    tr: 'Sistem şu anda çok yoğun, isteğinizi alamadık.',
    en: 'The registry is very busy and could not take your request.',
    mendTr: 'Retry-After başlığındaki süreyi bekleyip yeniden gönderin.',
    mendEn: 'Wait as long as the Retry-After header says and send it again.',
  },
  'registry.unavailable': {
    own: 'registry.unavailable',
    http: 503,
    tr: 'Sistem şu anda yanıt veremiyor.',
    en: 'The registry cannot answer just now.',
    mendTr: 'Biraz sonra yeniden deneyin; isteğin işlenip işlenmediğini durum sorgusuyla görebilirsiniz.',
    mendEn: 'Try again a little later; a status query shows whether the request was carried out.',
  },
  'request.too_large': {
    own: 'request.too_large',
    http: 413,
    tr: 'İstek çok büyük: en çok {limit} bayt olabilir.',
    en: 'The request is too large: it may have at most {limit} bytes.',
    mendTr: 'Daha küçük isteklere bölün.',
    mendEn: 'Split it into smaller requests.',
  },
  'request.too_deep': {
    own: 'request.too_deep',
    http: 400,
    tr: 'JSON çok iç içe: en çok {limit} düzey olabilir.',
    en: 'The JSON is nested too deep: it may have at most {limit} levels.',
    mendTr: 'Daha az iç içe bir yapı gönderin.',
    mendEn: 'Send a flatter structure.',
  },
  'request.too_many_retailers': {
    own: 'request.too_many_retailers',
    http: 422,
    tr: 'Bir istekte bütün izinlerin retailerAccess listeleri birlikte en çok {limit} bayi içerebilir.',
    en: 'The retailerAccess lists of all consents in a request may hold at most {limit} retailers together.',
    mendTr: 'Listeyi daha küçük isteklere bölün.',
    mendEn: 'Split the list into smaller requests.',
  },
  'request.duplicate_key': {
    own: 'request.duplicate_key',
    http: 400,
    tr: '{field} aynı nesnede iki kez yazılmış.',
    en: '{field} stands twice in the same object.',
    mendTr: 'Birini çıkarın: hangisinin geçerli olduğunu bilemeyiz.',
    mendEn: 'Remove one: we cannot know which of the two you mean.',
  },
  'request.not_utf8': {
    own: 'request.not_utf8',
    http: 400,
    tr: 'Gövde UTF-8 ile yazılmamış.',
    en: 'The body is not UTF-8.',
    mendTr: 'Metni UTF-8 olarak kodlayıp yeniden gönderin.',
    mendEn: 'Encode the text as UTF-8 and send it again.',
  },
  'request.unsupported_media_type': {
    own: 'request.unsupported_media_type',
    http: 415,
    tr: 'Bu içerik türü (Content-Type) kabul edilmiyor.',
    en: 'This Content-Type is not accepted.',
    mendTr: 'Şunu kullanın: {expected}.',
    mendEn: 'Use this one: {expected}.',
  },
  'request.brand_code_not_integer': {
    own: 'request.brand_code_not_integer',
    http: 422,
    tr: 'Marka numarası (brandCode) bir tam sayı değil.',
    en: 'The brand number (brandCode) is not an integer.',
    mendTr: 'Adrese numarayı yalnız rakamlarla yazın.',
    mendEn: 'Write the number in the path with digits only.',
  },
  'route.unknown': {
    own: 'route.unknown',
    http: 404,
    tr: 'Böyle bir adres yok ya da bu HTTP yöntemini kabul etmiyor.',
    en: 'There is no such address, or it does not take this HTTP method.',
    mendTr: 'Adresi ve yöntemi belgelerle karşılaştırın.',
    mendEn: 'Compare address and method with the documentation.',
  },
} as const satisfies Record<string, CatalogueEntry>;

/** One of our own codes without an official one. */
export type OwnErrorCode = keyof typeof OWN_ERRORS;

/** Why a push connection was not made or removed: the {reason} of H530. */
export const CONNECTION_REASONS = {
  // One sentence for all of these: a receiver's owner knows which, and nobody learns what names our own network has.
  unreachable: {
    tr: 'adrese ulaşılamadı (adı çözülmüyor, bağlantıyı reddediyor, sertifikası geçersiz ya da özel bir ağda)',
    en: 'the address was not reached (its name is not known, it refuses connections, its certificate is not valid, or it lies in a private network)',
  },
  open: {
    tr: 'adres, kullanıcı adı ve parola taşımayan çağrıya 401 yanıtı vermedi',
    en: 'the address did not answer 401 to a call without user name and password',
  },
  unwelcome: {
    tr: 'adres, bu kullanıcı adı ve parolayı taşıyan çağrıya 2xx yanıtı vermedi',
    en: 'the address did not answer 2xx to a call with this user name and password',
  },
  full: {
    tr: 'bir türde en çok iki adresiniz olabilir',
    en: 'you may have two addresses of a type at most',
  },
  busy: {
    tr: 'önceki kayıt istekleriniz henüz sonuçlanmadı',
    en: 'your earlier registrations are not finished yet',
  },
  unknown: {
    tr: 'bu bilgilerle kayıtlı bir bağlantı yok',
    en: 'there is no connection with these data',
  },
} as const;

/** Names of CONNECTION_REASONS. */
export type ConnectionReason = keyof typeof CONNECTION_REASONS;

/**
 * The token path, by reason. The contract names some of its examples wrongly (empty and not a string are swapped);
 * their bodies decide: absent or not a string is invalid_request, empty is invalid_grant.
 */
export const OAUTH_ERRORS = {
  grant_type_absent: {
    error: 'invalid_request',
    http: 400,
    tr: 'Giriş yöntemi (grant_type) yok. password ya da refresh_token yazın.',
    en: 'The grant_type is missing. Write password or refresh_token.',
  },
  grant_type_unknown: {
    error: 'invalid_request',
    http: 400,
    tr: 'Böyle bir giriş yöntemi (grant_type) yok. password ya da refresh_token yazın.',
    en: 'There is no such grant_type. Write password or refresh_token.',
  },
  grant_type_empty: {
    error: 'invalid_grant',
    http: 400,
    tr: 'Giriş yöntemi (grant_type) boş. password ya da refresh_token yazın.',
    en: 'The grant_type is empty. Write password or refresh_token.',
  },
  grant_type_unsupported: {
    error: 'invalid_grant',
    http: 400,
    tr: 'Bu giriş yöntemi (grant_type) burada kullanılamaz. password ya da refresh_token yazın.',
    en: 'This grant_type cannot be used here. Write password or refresh_token.',
  },
  username_absent: {
    error: 'invalid_request',
    http: 400,
    tr: 'Kullanıcı adı (username) yok. Kullanıcı adınızı yazın.',
    en: 'The username is missing. Write your user name.',
  },
  username_not_text: {
    error: 'invalid_request',
    http: 400,
    tr: 'Kullanıcı adı (username) bir metin değil. Tırnak içinde gönderin.',
    en: 'The username is not a string. Send it in quotation marks.',
  },
  username_empty: {
    error: 'invalid_grant',
    http: 400,
    tr: 'Kullanıcı adı (username) boş. Kullanıcı adınızı yazın.',
    en: 'The username is empty. Write your user name.',
  },
  password_absent: {
    error: 'invalid_request',
    http: 400,
    tr: 'Parola (password) yok. Parolanızı yazın.',
    en: 'The password is missing. Write your password.',
  },
  password_not_text: {
    error: 'invalid_request',
    http: 400,
    tr: 'Parola (password) bir metin değil. Tırnak içinde gönderin.',
    en: 'The password is not a string. Send it in quotation marks.',
  },
  password_empty: {
    error: 'invalid_grant',
    http: 400,
    tr: 'Parola (password) boş. Parolanızı yazın.',
    en: 'The password is empty. Write your password.',
  },
  credentials_wrong: {
    error: 'invalid_request',
    http: 400,
    tr: 'Kullanıcı adı ya da parola yanlış. İkisini de denetleyip yeniden deneyin.',
    en: 'The user name or the password is wrong. Check both and try again.',
  },
  role_wrong: {
    error: 'invalid_request',
    http: 400,
    tr: 'Bu kullanıcı API kullanıcısı değil. API için açılmış bir kullanıcıyla giriş yapın.',
    en: 'This user is not an API user. Sign in with a user made for the API.',
  },
  refresh_token_absent: {
    error: 'invalid_request',
    http: 400,
    tr: 'Yenileme jetonu (refresh_token) yok. Son aldığınız yenileme jetonunu yazın.',
    en: 'The refresh_token is missing. Write the last one you were given.',
  },
  refresh_token_not_text: {
    error: 'invalid_request',
    http: 400,
    tr: 'Yenileme jetonu (refresh_token) bir metin değil. Tırnak içinde gönderin.',
    en: 'The refresh_token is not a string. Send it in quotation marks.',
  },
  refresh_token_empty: {
    error: 'invalid_grant',
    http: 400,
    tr: 'Yenileme jetonu (refresh_token) boş. Son aldığınız yenileme jetonunu yazın.',
    en: 'The refresh_token is empty. Write the last one you were given.',
  },
  refresh_token_unknown: {
    error: 'invalid_grant',
    http: 400,
    tr: 'Bu yenileme jetonu (refresh_token) tanınmıyor ya da süresi dolmuş. Kullanıcı adı ve parolayla yeniden giriş yapın.',
    en: 'This refresh_token is not known or has expired. Sign in again with user name and password.',
  },
} as const satisfies Record<string, OAuthEntry>;

/** A reason to refuse a token request. */
export type OAuthReason = keyof typeof OAUTH_ERRORS;

/**
 * Limits that are part of the contract itself and the same in every installation. H126 and H127 are not here: their
 * limit depends on the path (100, 3000 on add; 100, 1000 on multiple status).
 */
export const CONTRACT_LIMITS: Readonly<Partial<Record<ErrorCode, number>>> = {
  H017: 255, // characters of a retailer's title, name, alias
  H067: 3000, // retailers of a brand
  H091: 1000, // consents in a batch
  H160: 15, // characters of a telephone number, "+" included
  H166: 15,
  H186: 100, // rows of a page
  H191: 5, // seconds a push address has to answer
  H198: 36, // characters of a UUID with dashes
  H502: 7, // days that reconciliation looks back
  H507: 1000, // rows of changes
};
