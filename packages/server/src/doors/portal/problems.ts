// What the portal says when something cannot be done: what happened, what to do, and that nothing is lost, in both
// languages, with a stable code for support.

import { type ErrorCode, type FormFault, sentence } from '@acik-iys/law';
import type { PortalProblem } from './contract.ts';

interface Words {
  readonly status: number;
  readonly tr: string;
  readonly en: string;
}

const PROBLEMS = {
  'session.none': {
    status: 401,
    tr: 'Oturumunuz sona erdi. Yeniden giriş yapın; yazdıklarınız duruyor.',
    en: 'Your session is over. Log in again; what you typed is kept.',
  },
  'session.second_factor': {
    status: 401,
    tr: 'Önce ikinci adımı tamamlayın: doğrulayıcınızdaki kodu girin.',
    en: 'Finish the second step first: enter the code of your authenticator.',
  },
  'session.step_up': {
    status: 403,
    tr: 'Bu iş için kimliğinizi yeniden doğrulayın.',
    en: 'Confirm that it is you once more for this.',
  },
  'session.credentials': {
    status: 401,
    tr: 'E-posta ya da parola doğru değil. Büyük-küçük harfe bakıp yeniden deneyin.',
    en: 'E-mail or password is not right. Check capitals and try again.',
  },
  'session.code': {
    status: 401,
    tr: 'Kod doğru değil ya da süresi geçti. Doğrulayıcınızdaki yeni kodu girin.',
    en: 'The code is wrong or too old. Enter the new one that your authenticator shows.',
  },
  'session.codes_paused': {
    status: 429,
    tr: 'Çok sayıda yanlış kod yazıldı; bir saat boyunca hiçbir kod kabul edilmez. Geçiş anahtarınızla girebilir ya da giriş sayfasından yeni parola alabilirsiniz: yeni parolayla kodlar hemen yeniden geçer.',
    en: 'Many wrong codes were given, and for an hour none is accepted. You can log in with your passkey, or get a new password on the log-in page: with it codes are accepted again at once.',
  },
  'invitation.mailed_enough': {
    status: 409,
    tr: 'Bu davet on kez gönderildi. Adresi doğrulayın; gerekirse daveti geri alıp yenisini gönderin.',
    en: 'This invitation was sent ten times. Check the address; if need be, withdraw the invitation and send a new one.',
  },
  'session.too_many': {
    status: 429,
    tr: 'Çok sayıda deneme oldu. Biraz bekleyip yeniden deneyin.',
    en: 'There were too many attempts. Wait a little and try again.',
  },
  'password.short': {
    status: 422,
    tr: 'Parola en az 12 karakter olsun. Birkaç kelimelik bir cümle hem kolay akılda kalır hem zor bulunur.',
    en: 'A password has at least 12 characters. A phrase of several words is easy to keep in mind and hard to find out.',
  },
  'password.easy': {
    status: 422,
    tr: 'Bu parola kolay bulunur: çok kullanılanlardan biri ya da adınızı, kurumunuzu, bir tarihi içeriyor. Birbiriyle ilgisiz birkaç kelime seçin.',
    en: 'This password is easy to find out: it is one of the most used, or holds your name, your organisation or a date. Choose several words that have nothing to do with each other.',
  },
  'password.old': {
    status: 422,
    tr: 'Şimdiki parolanız doğru değil; parola değişmedi.',
    en: 'Your present password is not right; the password was not changed.',
  },
  'link.over': {
    status: 410,
    tr: 'Bu bağlantı artık geçerli değil: kullanılmış, geri alınmış ya da süresi dolmuş olabilir. Yenisini isteyin.',
    en: 'This link is good no more: it may have been used or withdrawn, or its time is over. Ask for a new one.',
  },
  'passkey.refused': {
    status: 401,
    tr: 'Geçiş anahtarı doğrulanamadı. Yeniden deneyin ya da başka bir yolla giriş yapın.',
    en: 'The passkey could not be verified. Try again or log in another way.',
  },
  'passkey.last': {
    status: 409,
    tr: 'Bu, tek ikinci adımınız. Kaldırmadan önce başka bir geçiş anahtarı ya da doğrulayıcı ekleyin.',
    en: 'This is your only second factor. Add another passkey or an authenticator before you remove it.',
  },
  'staff.beyond': {
    status: 403,
    tr: 'Yalnız kendi yetkiniz kadarını verebilir ve geri alabilirsiniz: rolünüz, markalarınız, kanallarınız, süreniz.',
    en: 'You can give and take back no more than you have yourself: your role, brands, channels and time.',
  },
  'staff.terms': {
    status: 422,
    tr: 'Bu yetki böyle verilemez: markaları, kanalları ve bitişini gözden geçirin.',
    en: 'A right cannot be given like this: look at its brands, channels and end once more.',
  },
  'staff.retailer': {
    status: 422,
    tr: 'Bu markanın böyle bir bayisi yok.',
    en: 'This brand has no such retailer.',
  },
  'staff.beside_retailer': {
    status: 409,
    tr: 'Bu kişinin aynı markada bir bayi için ya da başka bir yetkisi var. İkisi bir arada olmaz: önce onu geri alın.',
    en: 'This person stands for a retailer of the brand, or has another right for it. Both together cannot be: take that back first.',
  },
  'staff.last_owner': {
    status: 409,
    tr: 'Kurumun süresiz bir yetkilisi hep kalmalı. Önce bu yetkiyi süresiz olarak bir başkasına verin.',
    en: 'The organisation must keep an owner whose right has no end. Give that right to somebody else first.',
  },
  'invitation.log_in': {
    status: 409,
    tr: 'Bu e-postayla bir hesabınız var. Önce giriş yapın, sonra daveti kabul edin.',
    en: 'You have an account with this e-mail. Log in first, then accept the invitation.',
  },
  'invitation.other_person': {
    status: 403,
    tr: 'Bu davet başka bir e-posta adresine gönderilmiş. O adresin hesabıyla giriş yapın.',
    en: 'This invitation was sent to another e-mail address. Log in with the account of that address.',
  },
  'invitation.too_many': {
    status: 429,
    tr: 'Kurumunuz bugünlük davet sınırına ulaştı. Yarın yeniden deneyin.',
    en: 'Your organisation has reached the number of invitations for a day. Try again tomorrow.',
  },
  'request.foreign': {
    status: 403,
    tr: 'Bu istek başka bir sayfadan geldi ve yapılmadı.',
    en: 'This request came from another page and was not carried out.',
  },
  'request.form': {
    status: 422,
    tr: 'İstek beklenen biçimde değil. Sayfayı yenileyip yeniden deneyin.',
    en: 'The request does not have the expected form. Reload the page and try again.',
  },
  'request.too_large': {
    status: 413,
    tr: 'Gönderdiğiniz çok uzun. Daha az satırla ya da daha kısa metinlerle yeniden deneyin.',
    en: 'What you sent is too long. Try again with fewer rows or shorter texts.',
  },
  'request.characters': {
    status: 422,
    tr: 'Metinlerden birinde yazı olmayan karakterler var. Elle yeniden yazıp deneyin.',
    en: 'One of the texts has characters that are no writing. Type it by hand and try again.',
  },
  'desk.none': {
    status: 403,
    tr: 'Bu kurumda yetkiniz yok. Yetkiniz sona ermiş olabilir; kurumunuzun yetkilisine sorun.',
    en: 'You have no part in this organisation. Your right may have ended; ask its owner.',
  },
  'desk.ability': {
    status: 403,
    tr: 'Bu iş için yetkiniz yok. Kurumunuzun yetkilisi size yetki verebilir.',
    en: 'You may not do this. The owner of your organisation can give you the right.',
  },
  'desk.brand': {
    status: 403,
    tr: 'Bu marka için yetkiniz yok.',
    en: 'You may not do this for this brand.',
  },
  'desk.channel': {
    status: 403,
    tr: 'Bu kanalda kayıt yetkiniz yok.',
    en: 'You may not record on this channel.',
  },
  'desk.right_ended': {
    status: 403,
    tr: 'Bekleme sürerken yetkiniz sona erdi; onay kaydedilmedi.',
    en: 'Your right ended during the wait; the consent was not recorded.',
  },
  'desk.untold': {
    status: 409,
    tr: 'Bu bildirim kaydedilmedi. Nedenini markanın sahibi görebilir.',
    en: 'This statement was not recorded. The owner of the brand can see why.',
  },
  'thing.unknown': {
    status: 404,
    tr: 'Aradığınız kayıt burada yok.',
    en: 'What you look for is not here.',
  },
  'address.neither': {
    status: 422,
    tr: 'Bu ne telefon ne e-posta gibi görünüyor. 0532 ile başlayan 11 hane ya da ad@ornek.com yazın. Yazdığınız duruyor.',
    en: 'This looks like neither a telephone nor an e-mail. Write 11 digits that begin like 0532, or name@example.com. What you typed is kept.',
  },
  'address.telephone': {
    status: 422,
    tr: 'Numara eksik ya da yanlış görünüyor: 0532 ile başlayan 11 hane yazın, yurt dışı için + ile ülke kodu. Yazdığınız duruyor.',
    en: 'The number looks incomplete or wrong: write 11 digits that begin like 0532, or + and the country code. What you typed is kept.',
  },
  'address.email': {
    status: 422,
    tr: 'E-posta adresi eksik ya da yanlış görünüyor: ad@ornek.com gibi, Türkçe harf olmadan yazın. Yazdığınız duruyor.',
    en: 'The e-mail address looks incomplete or wrong: write it like name@example.com, without Turkish letters. What you typed is kept.',
  },
  'search.too_many': {
    status: 429,
    tr: 'Bu saat için arama sınırına geldiniz. Çok sayıda adres için liste denetimini kullanın.',
    en: 'You have reached the number of searches for this hour. Check many addresses as a list.',
  },
  'reveal.not_yours': {
    status: 403,
    tr: 'Bu adresi açık göremezsiniz: yetkili olduğunuz yerde kaydı yok. Adresi siz biliyorsanız arama kutusuna yazın.',
    en: 'You cannot see this address in clear: nothing is recorded for it where you may do so. If you know the address, type it into the search.',
  },
  'reveal.too_many': {
    status: 429,
    tr: 'Bu saat için açık görebileceğiniz adres sayısına ulaştınız. Biraz sonra yeniden deneyin.',
    en: 'You have reached the number of addresses that you may see in clear in an hour. Try again a little later.',
  },
  'upload.name': {
    status: 422,
    tr: 'Dosyanın adı okunamadı. Dosyayı yeniden seçip deneyin.',
    en: 'The name of the file could not be read. Choose the file again.',
  },
  'upload.slow': {
    status: 408,
    tr: 'Dosya gelirken bağlantı durdu; dosyadan bir şey kaydedilmedi. Bağlantınıza bakıp yeniden yükleyin.',
    en: 'The line stood still while the file was coming; nothing of it was kept. Look at your line and upload it again.',
  },
  'upload.broken': {
    status: 400,
    tr: 'Dosya gelirken bağlantı koptu; dosyadan bir şey kaydedilmedi. Yeniden yükleyin.',
    en: 'The line broke while the file was coming; nothing of it was kept. Upload it again.',
  },
  'evidence.empty': {
    status: 422,
    tr: 'Dosya boş. Dosyayı açıp içinde belge olduğuna bakın.',
    en: 'The file is empty. Open it and see that the document is in it.',
  },
  'evidence.type': {
    status: 415,
    tr: 'Dosyanın içeriği alınabilecek türlerden değil: PDF, JPEG, PNG, ses kaydı (WAV, MP3, OGG, M4A) ya da imzalı e-posta (.eml, .p7m) yükleyin. Adını değiştirmek yetmez.',
    en: 'What is in the file is none of the types that can be taken: upload PDF, JPEG, PNG, the audio of a call (WAV, MP3, OGG, M4A) or a signed e-mail (.eml, .p7m). Another name does not change it.',
  },
  'evidence.too_large': {
    status: 413,
    tr: 'Dosya çok büyük: belge en çok 25 MB, ses kaydı en çok 50 MB olabilir. Daha düşük çözünürlükte tarayın ya da kaydı bölün.',
    en: 'The file is too large: a document may have 25 MB, the audio of a call 50 MB. Scan it less finely or cut the recording in two.',
  },
  'evidence.key': {
    status: 409,
    tr: 'Bu yükleme başka bir dosyayla yapılmıştı. Sayfayı yenileyip dosyayı yeniden seçin.',
    en: 'This upload was made with another file before. Reload the page and choose the file again.',
  },
  'evidence.unknown': {
    status: 404,
    tr: 'Bu belge burada yok.',
    en: 'This document is not here.',
  },
  'evidence.replaced': {
    status: 409,
    tr: 'Bu belgenin yerine daha önce başka bir belge konmuş. Sayfayı yenileyin.',
    en: 'Another document stands in the place of this one already. Reload the page.',
  },
  'evidence.replacement': {
    status: 422,
    tr: 'Bu belge yerine konamaz: aynı belge ya da kendisi de değiştirilmiş. Başka bir belge seçin.',
    en: 'This document cannot stand in its place: it is the same one, or was replaced itself. Choose another.',
  },
  'evidence.no_consent': {
    status: 422,
    tr: 'Bu adresin bu kanalda belge eklenebilecek bir izni yok.',
    en: 'This address has no consent on this channel to which a document could be added.',
  },
  'evidence.entry': {
    status: 422,
    tr: 'Bu kayda belge bağlanamaz: geri alınmış, kabul edilmemiş ya da sizin kaydınız değil.',
    en: 'A document cannot be tied to this entry: it was taken back or refused, or is not yours.',
  },
  'evidence.text': {
    status: 422,
    tr: 'Bu markanın böyle bir onay metni yok. Listeden bir metin seçin.',
    en: 'This brand has no such consent text. Choose one from the list.',
  },
  'thing.changed': {
    status: 409,
    tr: 'Siz bakarken bir başkası bunu değiştirdi. Şimdiki hâlini getirdik; bakın, yine isterseniz yeniden kaydedin.',
    en: 'Somebody else changed this while you were looking. We brought what stands now; look at it, and save again if you still want to.',
  },
  'files.no_room': {
    status: 507,
    tr: 'Kaydın diskinde yer kalmadı; dosya alınamıyor. Kayıtlar sürüyor. İşletene haber verin, sonra yeniden deneyin.',
    en: 'The registry’s disk is full, so no file can be taken. Recording goes on. Tell the operator and try again later.',
  },
  'evidence.too_many': {
    status: 429,
    tr: 'Bugün bu marka için ekleyebileceğiniz kadar belge eklediniz. Yarın devam edin ya da bir sayfada birleştirin.',
    en: 'You have added as many documents for this brand as you may in a day. Go on tomorrow, or join several in one.',
  },
  'evidence.too_many_at_once': {
    status: 429,
    tr: 'Üç belgeniz şu anda yükleniyor. Biri bitince yenisini gönderin.',
    en: 'Three of your documents are on their way just now. Send the next when one of them has come.',
  },
  'evidence.text_fixed': {
    status: 409,
    tr: 'Bu belgenin metni daha önce belirtilmiş ve değişmez. Belge yanlışsa yerine yenisini koyun.',
    en: 'The text of this document was named before and does not change. Replace the document if it is wrong.',
  },
  'evidence.day': {
    status: 422,
    tr: 'Bugünü ya da daha önceki bir günü, ya da bir bayiyi seçin.',
    en: 'Choose today or an earlier day, or a retailer.',
  },
  'evidence.retailer': {
    status: 422,
    tr: 'Bu markanın böyle bir bayisi yok ya da o bayi adına işlem yapamazsınız.',
    en: 'This brand has no such retailer, or you may not act for it.',
  },
  'evidence.form': {
    status: 404,
    tr: 'Bu numarada bir form yok. Numara sekiz karakterdir; formdakiyle karşılaştırın.',
    en: 'There is no form of this number. It has eight characters; compare it with the sheet.',
  },
  'evidence.no_preview': {
    status: 415,
    tr: 'Bu tür belge burada gösterilmez. İndirip açın.',
    en: 'A document of this type is not shown here. Download it and open it.',
  },
  'evidence.not_stamped': {
    status: 404,
    tr: 'Belge zaman damgasını bekliyor. Damga alınınca buradan indirilebilir.',
    en: 'The document waits for its time stamp. As soon as it has one, you can download it here.',
  },
  'evidence.file_missing': {
    status: 503,
    tr: 'Belgenin kaydı duruyor ama dosyası bulunamadı. Lütfen sistemi işletene bildirin.',
    en: 'The record of the document is there, but its file was not found. Please tell whoever runs the system.',
  },
  'entry.key': {
    status: 409,
    tr: 'Bu form daha önce başka bir içerikle gönderilmişti; şimdiki kaydedilmedi. Sayfayı yenileyip yeniden gönderin.',
    en: 'This form was sent with another content before; what you sent now was not recorded. Reload the page and send it again.',
  },
  'list.key': {
    status: 409,
    tr: 'Bu liste daha önce başka satırlarla gönderilmişti; şimdiki kaydedilmedi. Listeyi yeniden okutup gönderin.',
    en: 'This list was sent with other rows before; what you sent now was not recorded. Have the list read anew and send it again.',
  },
  'list.too_many_rows': {
    status: 429,
    tr: 'Bu saat için listelerde sorabileceğiniz satır sayısına ulaştınız. Biraz sonra yeniden deneyin; daha çok adres için API’yi kullanın.',
    en: 'You have reached the number of rows of lists that you may ask about in an hour. Try again a little later; for more addresses use the API.',
  },
  'list.being_recorded': {
    status: 409,
    tr: 'Bu liste şu anda kaydediliyor. Birkaç saniye sonra sonucunu yeniden isteyin.',
    en: 'This list is being recorded just now. Ask for its result again in a few seconds.',
  },
  'desk.channel_reading': {
    status: 403,
    tr: 'Bu kanalı görme yetkiniz yok.',
    en: 'You may not read this channel.',
  },
  'report.days': {
    status: 422,
    tr: 'Bugünü ya da daha önceki bir günü seçin; ilk gün son günden sonra olamaz.',
    en: 'Choose today or an earlier day; the first day cannot come after the last.',
  },
  'report.too_many_rows': {
    status: 422,
    tr: 'Excel dosyası en çok 100.000 satır alır, istediğiniz daha uzun. CSV seçin ya da süzgeçleri daraltın.',
    en: 'An Excel file takes at most 100,000 rows, and this is longer. Choose CSV or narrow the filters.',
  },
  'report.too_many_open': {
    status: 429,
    tr: 'Beş dosyanız hazırlanıyor. Biri bitince yenisini isteyin ya da birini iptal edin.',
    en: 'Five of your files are being made. Ask for another when one is finished, or cancel one.',
  },
  'report.failed': {
    status: 500,
    tr: 'Dosya hazırlanamadı. Yeniden isteyin; yine olmazsa destek koduyla bize yazın.',
    en: 'The file could not be made. Ask for it again; if that fails too, write to us with the code.',
  },
  'report.no_file': {
    status: 404,
    tr: 'Dosya artık yok: bir hafta sonra silinir. Yeniden isteyebilirsiniz.',
    en: 'The file is no longer here: it is deleted after a week. You can ask for it again.',
  },
  'report.no_day_file': {
    status: 404,
    tr: 'Bu günün dosyası yok ya da daha hazırlanıyor.',
    en: 'There is no file of this day, or it is still being made.',
  },
  'report.not_stamped': {
    status: 404,
    tr: 'Dosya zaman damgasını bekliyor.',
    en: 'The file waits for its time stamp.',
  },
  'report.no_reconciliation': {
    status: 403,
    tr: 'Bu marka için mutabakat yetkiniz yok. Hizmet sağlayıcı size bu hakkı verebilir.',
    en: 'You have no right of reconciliation for this brand. The provider can give it to you.',
  },
  'report.all_channels': {
    status: 403,
    tr: 'Günün dosyasında bütün kanallar var; onu almak için hepsini görme yetkiniz olmalı.',
    en: 'The day’s file holds all channels; to have it you must be allowed to read each of them.',
  },
  'draft.too_large': {
    status: 413,
    tr: 'Yazdıklarınız taslak olarak saklanamayacak kadar uzun.',
    en: 'What you typed is too long to be kept as a draft.',
  },
  'api_user.email': {
    status: 422,
    tr: 'Kullanıcı adı e-posta biçiminde olsun, Türkçe harf ve boşluk olmadan: api@ornek.com gibi.',
    en: 'A user name has the form of an e-mail, without Turkish letters and blanks: like api@example.com.',
  },
  'api_user.email_taken': {
    status: 409,
    tr: 'Bu kullanıcı adı kullanılıyor. Sizinse listede durur: parolasını yenileyebilirsiniz. Değilse başka bir ad seçin.',
    en: 'This user name is taken. If it is yours, it stands in the list: you can renew its password. If not, choose another.',
  },
  'api_user.network': {
    status: 422,
    tr: 'Ağlardan biri okunamadı. Her satıra bir adres ya da ağ yazın: 203.0.113.7 ya da 203.0.113.0/24 gibi.',
    en: 'One of the networks could not be read. Write one address or network a line: like 203.0.113.7 or 203.0.113.0/24.',
  },
  'api_user.too_many': {
    status: 409,
    tr: 'Kurumunuz en çok sayıda API kullanıcısına ulaştı. Kullanmadıklarınızı kapatın.',
    en: 'Your organisation has as many API users as it may have. End those that you do not use.',
  },
  'push.tested_enough': {
    status: 429,
    tr: 'Bu saat içinde çok deneme yaptınız. Alıcınızı düzeltin, bir saat içinde yeniden deneyin.',
    en: 'You have tried it many times within this hour. Mend your receiver and try again within an hour.',
  },
  'push.busy': {
    status: 429,
    tr: 'Önceki denemeler henüz bitmedi. Birkaç saniye sonra yeniden deneyin.',
    en: 'The trials before are not finished yet. Try again in a few seconds.',
  },
  'partner.unknown': {
    status: 404,
    tr: 'Bu numarada bir iş ortağı ya da aracı hizmet sağlayıcı yok. Numarayı karşı taraftan isteyip yeniden yazın.',
    en: 'No partner and no intermediary has this number. Ask them for it and write it again.',
  },
  'partner.none': {
    status: 404,
    tr: 'Bu kurumla aranızda bitirilecek bir hak ya da teklif yok. Karşı taraf daha önce bitirmiş olabilir; sayfayı yenileyin.',
    en: 'There is no right and no offer between you and this organisation to be ended. The other side may have ended it already; reload the page.',
  },
  'partner.rights': {
    status: 422,
    tr: 'En az bir marka için en az bir hak seçin.',
    en: 'Choose at least one right for at least one brand.',
  },
  'offer.over': {
    status: 409,
    tr: 'Bu teklif artık beklemiyor: geri çekilmiş, yanıtlanmış ya da yerine yenisi yapılmış. Sayfayı yenileyin.',
    en: 'This offer waits no longer: it was withdrawn, answered, or replaced by a new one. Reload the page.',
  },
  'lookup.text': {
    status: 422,
    tr: 'Hizmet sağlayıcının numarasını ya da unvanının ilk üç harfini yazın.',
    en: 'Write the provider’s number, or the first three letters of its title.',
  },
  'lookup.too_many': {
    status: 429,
    tr: 'Bu saat için sorgu sınırına geldiniz. Biraz sonra yeniden deneyin.',
    en: 'You have reached the number of look-ups for this hour. Try again a little later.',
  },
  'registry.unavailable': {
    status: 503,
    tr: 'Sistem şu anda yanıt veremiyor. Yazdığınız duruyor; biraz sonra yeniden deneyin.',
    en: 'The registry cannot answer just now. What you typed is kept; try again a little later.',
  },
} as const satisfies Record<string, Words>;
export type ProblemCode = keyof typeof PROBLEMS;

/** A request that cannot be done, as it is answered. */
export class Problem extends Error {
  readonly answer: PortalProblem;
  readonly retryAfterSeconds: number | undefined;

  constructor(answer: PortalProblem, retryAfterSeconds?: number) {
    super(answer.code);
    this.answer = answer;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export function problem(code: ProblemCode, retryAfterSeconds?: number): Problem {
  return new Problem({ code, ...PROBLEMS[code] }, retryAfterSeconds);
}

/** A problem with one field of a form. */
export function fieldProblem(code: ProblemCode, field: string, didYouMean?: string): Problem {
  const { status, tr, en } = PROBLEMS[code];
  const question =
    didYouMean === undefined
      ? { tr, en }
      : { tr: `${tr} Şunu mu demek istediniz: ${didYouMean}?`, en: `${en} Did you mean ${didYouMean}?` };
  return new Problem({ status, code, ...question, fields: [{ field, code, ...question }] });
}

/** Faults of form of a consent, each beside its field. */
export function formProblem(faults: readonly FormFault[]): Problem {
  const fields = faults.map(({ code, location, didYouMean, values, value }) => {
    const filled = {
      field: String(location[0]),
      ...(value !== undefined && { value: String(value) }),
      ...values,
      ...(didYouMean !== undefined && { didYouMean }),
    };
    return { field: String(location[0]), code, tr: sentence(code, 'tr', filled), en: sentence(code, 'en', filled) };
  });
  const { status, tr, en } = PROBLEMS['request.form'];
  const [first] = fields;
  return new Problem({ status, code: first?.code ?? 'request.form', tr: first?.tr ?? tr, en: first?.en ?? en, fields });
}

/** Both sentences of a code that an entry ended with: an H-code, or one of ours. */
export function sentencesOf(code: string): { tr: string; en: string } {
  if (code in PROBLEMS) {
    const { tr, en } = PROBLEMS[code as ProblemCode];
    return { tr, en };
  }
  return { tr: sentence(code as ErrorCode, 'tr'), en: sentence(code as ErrorCode, 'en') };
}
