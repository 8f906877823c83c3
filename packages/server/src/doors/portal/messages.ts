// The bell of the desk: what the person was told, what he has read, and what also comes to him by mail.

import { type Message, UNREAD_COUNTED } from '../../rooms/messages/index.ts';
import type { Handlers } from './call.ts';
import type { Portal } from './contract.ts';
import { momentOf, momentText } from './cursor.ts';
import { sentencesOf } from './problems.ts';

type Row = Portal['GET /organisations/:organisation/messages']['answer']['messages'][number];

const PAGE = 50;

function rowOf(message: Message): Row {
  const told =
    message.kind === 'entry-not-recorded'
      ? { ...message, details: { ...message.details, sentence: sentencesOf(message.details.code) } }
      : message;
  // As the room tells it; what is only to be read there is only to be read here.
  return { ...told, at: Math.floor(message.at) } as Row;
}

export const messageHandlers: Handlers<
  | 'GET /organisations/:organisation/messages'
  | 'GET /organisations/:organisation/messages/unread'
  | 'POST /organisations/:organisation/messages/read'
  | 'GET /notice-choices'
  | 'PUT /notice-choices'
> = {
  'GET /organisations/:organisation/messages': async ({ rooms, desk, query }) => {
    const before = momentOf(query.after);
    const found = await rooms.messages.list(desk.accountId, {
      before: before && { at: before.at, messageId: before.id },
      limit: PAGE + 1,
    });
    const page = found.slice(0, PAGE);
    const last = page.at(-1);
    return {
      messages: page.map(rowOf),
      after: found.length > PAGE && last !== undefined ? momentText({ at: last.at, id: last.messageId }) : null,
      now: rooms.clock.now(),
    };
  },

  'GET /organisations/:organisation/messages/unread': async ({ rooms, desk }) => {
    const unread = await rooms.messages.unread(desk.accountId);
    return { unread: Math.min(unread, UNREAD_COUNTED), more: unread > UNREAD_COUNTED };
  },

  'POST /organisations/:organisation/messages/read': async ({ rooms, desk, body }) => {
    await rooms.messages.read(desk.accountId, body.messageIds);
    return { done: true };
  },

  'GET /notice-choices': ({ rooms, session }) => rooms.messages.choices(session.personId),

  'PUT /notice-choices': async ({ rooms, session, body }) => {
    await rooms.messages.choose(session.personId, body.kind, body.byMail);
    return { done: true };
  },
};
