// What is each person's own: his password, his second factors, his passkeys.

import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/server';
import Type from 'typebox';
import { Session } from './session.ts';
import { Done, Nullable, type PortalRoute, Time, Uuid } from './shapes.ts';

const Password = Type.String({ maxLength: 2_000 });
const Base64Url = Type.String({ maxLength: 20_000, pattern: '^[A-Za-z0-9_-]+$' });

/** What a browser's `navigator.credentials` answers, as WebAuthn Level 3 writes it in JSON (5.1). */
const credential = {
  id: Base64Url,
  rawId: Base64Url,
  type: Type.Literal('public-key'),
  clientExtensionResults: Type.Object({}),
};
const Registration = Type.Object({
  ...credential,
  response: Type.Object({
    clientDataJSON: Base64Url,
    attestationObject: Base64Url,
    transports: Type.Optional(Type.Array(Type.String({ maxLength: 40 }), { maxItems: 10 })),
  }),
});
const Authentication = Type.Object({
  ...credential,
  response: Type.Object({
    clientDataJSON: Base64Url,
    authenticatorData: Base64Url,
    signature: Base64Url,
    userHandle: Type.Optional(Base64Url),
  }),
});
const CreationOptions = Type.Unsafe<PublicKeyCredentialCreationOptionsJSON>(Type.Object({}));
const RequestOptions = Type.Unsafe<PublicKeyCredentialRequestOptionsJSON>(Type.Object({}));

export const accountRoutes = {
  'PUT /session/password': {
    needs: 'person',
    body: Type.Object({ old: Password, password: Password }),
    answer: Done,
  },
  /** Has a link sent. The answer is the same whether or not anybody has this e-mail. */
  'POST /password-resets': {
    needs: 'anyone',
    body: Type.Object({ email: Type.String({ maxLength: 400 }) }),
    answer: Done,
  },
  /** Sets a new password by the link's token; the person is logged in by it then, and gives his second factor. */
  'POST /password-resets/use': {
    needs: 'anyone',
    body: Type.Object({ token: Type.String({ maxLength: 64 }), password: Password }),
    answer: Session,
  },

  'GET /session/factors': {
    needs: 'person',
    answer: Type.Object({
      authenticator: Type.Boolean(),
      /** Recovery codes that are left. */
      recoveryCodes: Type.Integer(),
      passkeys: Type.Array(
        Type.Object({ passkeyId: Uuid, name: Type.String(), createdAt: Time, lastUsedAt: Nullable(Time) }),
      ),
    }),
  },
  'POST /session/passkeys/options': { needs: 'password', answer: CreationOptions },
  'POST /session/passkeys': {
    needs: 'password',
    body: Type.Object({ name: Type.String({ minLength: 1, maxLength: 60, pattern: '\\S' }), response: Registration }),
    /** Shown once, where this is his first second factor; else none. */
    answer: Type.Object({ recoveryCodes: Type.Array(Type.String()) }),
  },
  'DELETE /session/passkeys/:passkeyId': { needs: 'person', stepUp: true, answer: Done },

  /** Log-in by passkey alone. */
  'POST /session/passkey/options': { needs: 'anyone', answer: RequestOptions },
  'POST /session/passkey': { needs: 'anyone', body: Type.Object({ response: Authentication }), answer: Session },

  /** A passkey as second factor, after the password or to confirm that it is him. */
  'POST /session/second-factor/passkey/options': { needs: 'password', answer: RequestOptions },
  'POST /session/second-factor/passkey': {
    needs: 'password',
    body: Type.Object({ response: Authentication }),
    answer: Session,
  },
} as const satisfies Record<string, PortalRoute>;
