// Shapes of the official contract for the OpenAPI document. They describe; the checks with the contract's own codes
// are in the handlers and in packages/law.

import { CHANNELS, PROVIDER_SOURCES, RECIPIENT_TYPES, RETAILER_ACCESS_MAX, STATUSES } from '@acik-iys/law';
import { type TSchema, Type } from 'typebox';
import { RETAILER_STATUSES } from '../../rooms/parties/index.ts';

const text = Type.String();
const whole = Type.Integer();
const words = (values: readonly string[], more: object = {}) => Type.String({ enum: [...values], ...more });
const TIME = 'YYYY-MM-DD HH:mm:ss, Europe/Istanbul';
const timeThat = (description: string) => Type.String({ description, examples: ['2026-11-24 14:05:00'] });
const time = timeThat(TIME);
const transaction = Type.String({ pattern: '^[0-9a-f]{64}$' });

const type = words(CHANNELS);
const recipientType = words(RECIPIENT_TYPES);
const recipient = Type.String({
  description:
    'ARAMA ve MESAJ için E.164 numarası (+905…), EPOSTA için e-posta adresi / E.164 number (+905…) for ARAMA and MESAJ, e-mail for EPOSTA',
  examples: ['+905321234567'],
});
const number = (description: string) => Type.Integer({ minimum: 0, description });
/** What stands in paths, by the contract's names. */
const PATH_PARAMETERS: Readonly<Record<string, TSchema>> = {
  iysCode: number('Hizmet sağlayıcının numarası / Number of the service provider'),
  brandCode: number('Markanın numarası; ana markanınki iysCode’dur / Number of the brand; the main brand has iysCode'),
  integratorCode: number('İş ortağının numarası / Number of the business partner'),
  retailerCode: number('Bayinin numarası, sekiz hane / Number of the retailer, eight digits'),
  code: number('İlin ya da ilçenin kodu / Code of the province or district'),
  recipientType,
  type,
  reportDate: Type.String({
    format: 'date',
    description:
      'Türkiye saatiyle kapanmış bir gün: dünden yedi gün öncesine kadar / A closed day in Turkish time: yesterday back to seven days ago',
  }),
  requestId: Type.String({
    description: 'Toplu eklemenin yanıtındaki requestId / requestId of the answer to a batch',
  }),
};
/** The parameters of a path in the contract's spelling. */
export function pathSchema(path: string): TSchema {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
  return Type.Object(Object.fromEntries(names.map((name) => [name, PATH_PARAMETERS[name] as TSchema])));
}
/** Bodies in which another key is a fault (H016, H118). */
const CLOSED = { additionalProperties: false };
/** What is answered where there is nothing, with no error code. */
const nothing = Type.Object({}, { ...CLOSED, description: 'Kayıt yok / Nothing there' });

const MERCHANTS_FIRST =
  'TACIR’in ilk ONAY’ında olmayabilir, başka her yerde zorunludur / may be absent in the first ONAY of a TACIR, required everywhere else';
export const Consent = Type.Object(
  {
    recipient,
    type,
    source: Type.Optional(words(PROVIDER_SOURCES, { description: MERCHANTS_FIRST })),
    status: words(STATUSES),
    consentDate: Type.Optional(timeThat(`${TIME}. ${MERCHANTS_FIRST}`)),
    recipientType: Type.Optional(words(RECIPIENT_TYPES, { default: 'BIREYSEL' })),
    retailerCode: Type.Optional(whole),
    retailerAccess: Type.Optional(Type.Array(whole, { minItems: 1, maxItems: RETAILER_ACCESS_MAX })),
  },
  CLOSED,
);
export const ConsentList = Type.Array(Consent, { minItems: 1, maxItems: 1000 });
export const AddConsentAnswer = Type.Object({ transactionId: text, creationDate: time });
export const AddBatchAnswer = Type.Object({
  requestId: text,
  subRequests: Type.Array(
    Type.Object({
      type,
      source: Type.Optional(text),
      recipient,
      status: words(STATUSES),
      consentDate: Type.Optional(time),
      recipientType,
      subRequestId: text,
      subrequestId: text,
      creationDate: time,
    }),
  ),
});
export const BatchResult = Type.Array(
  Type.Object({
    index: whole,
    status: words(['success', 'failure', 'enqueue']),
    subRequestId: text,
    subrequestId: text,
    requestId: Type.Optional(text),
    transactionId: Type.Optional(transaction),
    creationDate: Type.Optional(time),
    error: Type.Optional(Type.Object({ code: text, message: text })),
    isAddConsentV2Service: Type.Optional(text),
    originalRequestInformation: Type.Optional(Type.Object({ requestId: text, subRequestId: text })),
  }),
);
export const ConsentKey = Type.Object({ recipient, type, recipientType });
const movement = {
  consentDate: Type.Optional(time),
  source: Type.Optional(text),
  recipient,
  recipientType,
  status: words(STATUSES),
  type,
  creationDate: time,
  transactionId: transaction,
};
export const ConsentDetail = Type.Union([
  Type.Object({
    ...movement,
    transactionId: Type.Optional({
      ...transaction,
      description:
        'Son kaydedilen hareketin; yalnız geri çevrilip saklanan bir ret varsa yoktur / of the last recorded movement; absent where there is nothing but a refusal that was turned away and kept',
    }),
    retailerCode: Type.Optional(whole),
    retailerTitle: Type.Optional(text),
    retailerAccessCount: whole,
  }),
  nothing,
]);
export const Recipients = Type.Object({ recipients: Type.Array(recipient, { minItems: 1, maxItems: 1000 }) });
export const GrantedList = Type.Object({ requestId: text, list: Type.Array(recipient) });
export const Page = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 100 })),
  offset: Type.Optional(Type.Integer({ minimum: 0, default: 0 })),
});
const pagination = Type.Object({ totalCount: whole, pageSize: whole, offset: whole });
export const History = Type.Object({ list: Type.Array(Type.Object(movement)), pagination });
export const ChangesQuery = Type.Object({
  after: Type.Optional(
    Type.String({
      description:
        'Önceki yanıtın after değeri, olduğu gibi; ilk çağrıda yoktur / after of the answer before, as it is; absent in the first call',
    }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 1000 })),
  source: Type.Optional(
    words(['IYS', 'HS'], {
      default: 'IYS',
      description:
        'IYS: kaydın ve vatandaşın hareketleri; HS: sizin bildirdikleriniz. İkisi için iki çağrı yapın, her birinin after değeri ayrıdır. / IYS: movements of the registry and of citizens; HS: those you reported. For both make two calls, each with an after of its own.',
    }),
  ),
});
export const Changes = Type.Object({
  after: Type.String({
    description: 'Bir sonraki çağrının after değeri / after of the next call: <saniye / seconds>_<transactionId>',
  }),
  list: Type.Array(Type.Object({ ...movement, citizenName: Type.Optional(text) })),
});

const place = Type.Object({ name: text, code: text }, CLOSED);
const retailerFields = {
  title: text,
  name: text,
  tckn: text,
  tin: text,
  city: place,
  town: place,
  mersis: Type.Optional(text),
  alias: Type.Optional(text),
  mobile: Type.Optional(text),
};
export const NewRetailer = Type.Object(
  { ...retailerFields, status: Type.Optional(words(RETAILER_STATUSES, { default: 'active' })) },
  CLOSED,
);
export const RetailerCode = Type.Object({ retailerCode: whole });
const storedRetailer = { ...retailerFields, retailerCode: whole, status: words(RETAILER_STATUSES) };
const countedRetailer = {
  ...storedRetailer,
  retailerAccessCount: Type.Integer({
    description: 'Bayinin görebildiği izinler / Consents that the retailer may see',
  }),
};
export const Retailer = Type.Union([Type.Object({ ...countedRetailer, canBeDeleted: Type.Boolean() }), nothing]);
const flag = Type.Optional(words(['true', '1', '', 'false', '0']));
export const RetailerPage = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 100 })),
  offset: Type.Optional(Type.Integer({ minimum: 0, default: 0 })),
  all: flag,
  short: flag,
});
const { title, city, retailerAccessCount, retailerCode, status } = countedRetailer;
export const RetailerList = Type.Object({
  pagination: Type.Object({ offset: whole, pageSize: whole, totalCount: whole, currentPage: whole }),
  list: Type.Array(
    Type.Union([
      Type.Object(countedRetailer),
      Type.Object(
        { title, city, retailerAccessCount, retailerCode, status },
        { description: '`short` istenmişse / where `short` is asked for' },
      ),
    ]),
  ),
});
/** Those who may see one consent. */
export const AccessList = Type.Object({ pagination, list: Type.Array(Type.Object(storedRetailer)) });
const recipients = Type.Array(recipient, { minItems: 1, maxItems: 100 });
const retailerAccess = Type.Array(whole, { minItems: 1, maxItems: 100 });
export const AccessAdd = Type.Object({ type, recipientType, recipient, retailerAccess });
export const AccessChange = Type.Object({ type, recipientType, recipients, retailerAccess });
export const AccessClear = Type.Object({ type, recipientType, recipients });

export const DaySummary = Type.Object({
  changeStats: Type.Array(
    Type.Object({
      type,
      consents: Type.Array(
        Type.Object({
          source: words(['HS', 'IYS']),
          approval: Type.Integer({
            description:
              'İlk ONAY’lar ve RET’ten sonra gelen ONAY’lar; yenilenen ONAY sayılmaz / First ONAY, or ONAY after RET; a renewed ONAY does not count',
          }),
          rejection: Type.Integer({ description: 'ONAY’dan sonra gelen RET’ler / RET after ONAY' }),
          pending: Type.Integer({
            description: 'Her zaman 0: yanıtlanan her şey kaydedilmiştir / Always 0: what was answered is recorded',
          }),
          total: Type.Integer({
            description:
              'Bütün hareketler: gün dosyasında bu alıcı türünün, türün ve kaynağın satırları / All movements: the lines of the day’s file with this recipientType, type and source',
          }),
        }),
      ),
    }),
  ),
});
export const Agreement = Type.Object({
  processStatus: words(['queued', 'inprogress', 'completed', 'error']),
  hashValue: Type.Optional(text),
  hashMethod: text,
  agreementStatus: Type.Boolean(),
});
export const AgreementChange = Type.Object({ agreementStatus: Type.Boolean() });
export const AgreementCaptured = Type.Object({ agreementCaptured: Type.Boolean(), aggrementCaptured: Type.Boolean() });

export const PushConnection = Type.Object({ url: text, type, username: text, password: text });
export const PushConnections = Type.Object({ connection: Type.Array(PushConnection) });
export const PushList = Type.Array(Type.Object({ url: text, type, status: text, registerTime: time }));
export const Message = Type.Object({ message: text });

export const Brands = Type.Array(
  Type.Object({
    brandCode: whole,
    name: text,
    master: Type.Boolean(),
    stats: Type.Object({
      consents: Type.Object({ approval: whole, rejection: whole, total: whole }),
      retailers: Type.Object({ total: whole }),
    }),
  }),
);
export const PartnerBrands = Type.Object({
  pagination,
  list: Type.Array(
    Type.Object({
      brandCode: Type.Union([whole, text]),
      name: text,
      master: Type.Boolean(),
      title: text,
      iysCode: Type.Union([whole, text]),
      agreementControl: Type.Boolean(),
      ARAMA: Type.Optional(text),
      MESAJ: Type.Optional(text),
      EPOSTA: Type.Optional(text),
      viaControl: Type.Boolean(),
    }),
  ),
});
const period = {
  startDate: time,
  expirationDate: time,
  status: words(['ACTIVE', 'PAUSED', 'EXPIRED', 'CLOSED']),
};
const credit = Type.Integer({ description: '-1: sınırsız / unlimited' });
/** Ids in all spellings of the contract's examples. A partner does not see the provider's limits and its viaCredit. */
export const Subscription = Type.Object({
  subscriptionId: text,
  subscipritionId: text,
  subsciprtionId: text,
  ...period,
  subscriptionPackageName: text,
  viaSubscriptionPackage: Type.Optional(
    Type.Object({
      viaSubscriptionId: text,
      viaSubscipritionId: text,
      ...period,
      viaSubscriptionPackageName: text,
      viaCredit: Type.Optional(credit),
    }),
  ),
  viaPassSubscriptionPackage: Type.Optional(
    Type.Object({
      viaPassSubscriptionId: text,
      viaPassSubscipritionId: text,
      ...period,
      viaPassSubscriptionPackageName: text,
      viaPassCredit: credit,
    }),
  ),
  consentLimit: Type.Optional(whole),
  consentLimitExceed: Type.Optional(Type.Boolean()),
  usedConsentLimit: Type.Optional(whole),
  iysCode: Type.Optional(whole),
});
export const City = Type.Object({ code: Type.Union([whole, text]), name: text });
export const Cities = Type.Array(Type.Object({ code: whole, name: text }));
export const Town = Type.Object({ code: whole, name: text, city_code: whole, cityCode: whole });
export const Towns = Type.Array(Town);

export const TokenRequest = Type.Object({
  grant_type: words(['password', 'refresh_token']),
  username: Type.Optional(text),
  password: Type.Optional(text),
  refresh_token: Type.Optional(text),
});
export const TokenAnswer = Type.Object({
  access_token: text,
  refresh_token: text,
  expires_in: whole,
  refresh_expires_in: whole,
  token_type: text,
  accessToken: text,
  refreshToken: text,
});
export const TokenRefused = Type.Object({ error: text, error_description: text });
/** Beside `errors`, where there were too many in the hour, the same in every other spelling that clients read. */
export const TooManyTokens = Type.Object({
  errors: Type.Array(Type.Object({ code: text, message: text })),
  code: Type.Optional(text),
  message: Type.Optional(text),
  error: Type.Optional(text),
  error_description: Type.Optional(text),
});
export const Errors = Type.Object(
  {
    errors: Type.Array(
      Type.Object({
        code: text,
        'code:': Type.Optional(
          Type.String({ description: 'H353, bir kez daha: sözleşmenin yazımı / once more, as the contract spells it' }),
        ),
        message: text,
        messageEn: Type.Optional(text),
        location: Type.Optional(Type.Array(Type.Union([text, whole]))),
        value: Type.Optional(Type.Unknown()),
        index: Type.Optional(whole),
      }),
    ),
  },
  { $id: 'Errors' },
);
