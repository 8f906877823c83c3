// Shapes of the official contract for the OpenAPI document. They describe; the checks with the contract's own codes
// are in the handlers and in packages/law.

import { CHANNELS, PROVIDER_SOURCES, RECIPIENT_TYPES, STATUSES } from '@acik-iys/law';
import { Type } from 'typebox';

const text = Type.String();
const whole = Type.Integer();
const words = (values: readonly string[]) => Type.String({ enum: [...values] });
const time = Type.String({ description: 'YYYY-MM-DD HH:mm:ss, Europe/Istanbul', examples: ['2026-11-24 14:05:00'] });
const transaction = Type.String({ pattern: '^[0-9a-f]{64}$' });

const type = words(CHANNELS);
const recipientType = words(RECIPIENT_TYPES);
const recipient = Type.String({
  description: 'E.164 (+905…) for ARAMA and MESAJ, e-mail for EPOSTA',
  examples: ['+905321234567'],
});
const retailers = Type.Array(whole);

export const Consent = Type.Object({
  recipient,
  type,
  source: words(PROVIDER_SOURCES),
  status: words(STATUSES),
  consentDate: time,
  recipientType: Type.Optional(recipientType),
  retailerCode: Type.Optional(whole),
  retailerAccess: Type.Optional(retailers),
});
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
export const ConsentDetail = Type.Object({
  ...movement,
  retailerCode: Type.Optional(whole),
  retailerTitle: Type.Optional(text),
  retailerAccessCount: whole,
});
export const Recipients = Type.Object({ recipients: Type.Array(recipient, { minItems: 1, maxItems: 1000 }) });
export const GrantedList = Type.Object({ requestId: text, list: Type.Array(recipient) });
export const Page = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 100 })),
  offset: Type.Optional(Type.Integer({ minimum: 0, default: 0 })),
});
const pagination = Type.Object({ totalCount: whole, pageSize: whole, offset: whole });
export const History = Type.Object({ list: Type.Array(Type.Object(movement)), pagination });
export const ChangesQuery = Type.Object({
  after: Type.Optional(Type.String({ description: '<saniye / seconds>_<transactionId>' })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 1000 })),
  source: Type.Optional(words(['IYS', 'HS'])),
});
export const Changes = Type.Object({
  after: text,
  list: Type.Array(Type.Object({ ...movement, citizenName: Type.Optional(text) })),
});

const place = Type.Object({ name: text, code: text });
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
export const NewRetailer = Type.Object({
  ...retailerFields,
  status: Type.Optional(words(['active', 'passive', 'suspended'])),
});
export const RetailerCode = Type.Object({ retailerCode: whole });
export const Retailer = Type.Object({
  ...retailerFields,
  retailerCode: whole,
  status: text,
  retailerAccessCount: whole,
  canBeDeleted: Type.Boolean(),
});
export const RetailerPage = Type.Object({
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 100 })),
  offset: Type.Optional(Type.Integer({ minimum: 0, default: 0 })),
  all: Type.Optional(text),
  short: Type.Optional(text),
});
export const RetailerList = Type.Object({
  pagination: Type.Object({ offset: whole, pageSize: whole, totalCount: whole, currentPage: Type.Optional(whole) }),
  list: Type.Array(Type.Object({ ...retailerFields, retailerCode: whole, status: text })),
});
export const AccessAdd = Type.Object({ type, recipientType, recipient, retailerAccess: retailers });
export const AccessChange = Type.Object({
  type,
  recipientType,
  recipients: Type.Array(recipient),
  retailerAccess: retailers,
});
export const AccessClear = Type.Object({ type, recipientType, recipients: Type.Array(recipient) });

export const DaySummary = Type.Object({
  changeStats: Type.Array(
    Type.Object({
      type,
      consents: Type.Array(
        Type.Object({ source: words(['HS', 'IYS']), approval: whole, rejection: whole, pending: whole, total: whole }),
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
export const Subscription = Type.Object({
  subscriptionId: text,
  subscripitionId: text,
  subsciprtionId: text,
  startDate: time,
  expirationDate: time,
  subscriptionPackageName: text,
  status: words(['ACTIVE', 'PAUSED', 'EXPIRED', 'CLOSED']),
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
export const Errors = Type.Object(
  {
    errors: Type.Array(
      Type.Object({
        code: text,
        message: text,
        location: Type.Optional(Type.Array(Type.Union([text, whole]))),
        value: Type.Optional(Type.Unknown()),
        index: Type.Optional(whole),
      }),
    ),
  },
  { $id: 'Errors' },
);
