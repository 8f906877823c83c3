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
  'session.too_many': {
    status: 429,
    tr: 'Çok sayıda deneme oldu. Biraz bekleyip yeniden deneyin.',
    en: 'There were too many attempts. Wait a little and try again.',
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
  'draft.too_large': {
    status: 413,
    tr: 'Yazdıklarınız taslak olarak saklanamayacak kadar uzun.',
    en: 'What you typed is too long to be kept as a draft.',
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
