// Who is here: log-in, second factor, the person's own sessions.

import Type from 'typebox';
import { Done, Nullable, Organisation, type PortalRoute, Time, Uuid } from './shapes.ts';

export const Session = Type.Object({
  /** Null: nobody is logged in. */
  person: Nullable(
    Type.Object({
      name: Type.String(),
      email: Type.String(),
      language: Type.Union([Type.Literal('tr'), Type.Literal('en')]),
    }),
  ),
  /** What is still to be done before anything else: give the second factor, or set one up. */
  next: Nullable(Type.Union([Type.Literal('second-factor'), Type.Literal('set-up-second-factor')])),
  organisations: Type.Array(Organisation),
  /** The demo's one-click accounts; null outside the demo. */
  demo: Nullable(Type.Array(Type.Object({ account: Type.String(), name: Type.String(), organisation: Type.String() }))),
});

export const sessionRoutes = {
  'GET /session': { needs: 'anyone', answer: Session },
  'POST /session': {
    needs: 'anyone',
    body: Type.Object({ email: Type.String({ maxLength: 400 }), password: Type.String({ maxLength: 2_000 }) }),
    answer: Session,
  },
  'POST /session/demo': { needs: 'anyone', body: Type.Object({ account: Type.String() }), answer: Session },
  'POST /session/second-factor': {
    needs: 'password',
    body: Type.Object({ code: Type.String({ maxLength: 40 }) }),
    answer: Session,
  },
  'POST /session/authenticator': {
    needs: 'password',
    answer: Type.Object({ secret: Type.String(), uri: Type.String() }),
  },
  'PUT /session/authenticator': {
    needs: 'password',
    body: Type.Object({ secret: Type.String({ maxLength: 64 }), code: Type.String({ maxLength: 10 }) }),
    answer: Type.Object({ recoveryCodes: Type.Array(Type.String()) }),
  },
  'DELETE /session': { needs: 'anyone', answer: Done },
  'PUT /session/language': {
    needs: 'person',
    body: Type.Object({ language: Type.Union([Type.Literal('tr'), Type.Literal('en')]) }),
    answer: Done,
  },
  'GET /sessions': {
    needs: 'person',
    answer: Type.Array(
      Type.Object({
        sessionId: Uuid,
        device: Type.String(),
        network: Type.String(),
        openedAt: Time,
        seenAt: Time,
        current: Type.Boolean(),
      }),
    ),
  },
  'DELETE /sessions/:sessionId': { needs: 'person', answer: Done },
} as const satisfies Record<string, PortalRoute>;
