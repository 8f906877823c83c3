// What the person was told, each with the way to the screen where it is dealt with; and what of it also comes by mail.

import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useAttempt } from '../../../api/attempt.ts';
import { type AnswerOf, ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Listing } from '../../../ui/listing.tsx';
import { Failure, PageTitle, SkeletonRows } from '../../../ui/parts.tsx';
import { messagesKey } from '../../bell.tsx';
import { type DeskView, useDesk, useOrganisation } from '../../desk.tsx';
import './messages.css';

type Choice = AnswerOf<'GET /notice-choices'>[number];
type Message = AnswerOf<'GET /organisations/:organisation/messages'>['messages'][number];

const CHOICES = ['notice-choices'];
/** Whom messages of a kind are meant for: nobody is asked about mails that do not come to him. */
const MEANT_FOR: Readonly<Record<Choice['kind'], (desk: DeskView) => boolean>> = {
  'refusals-last-day': ({ roles, may }) =>
    may('readRefusals') && (roles.includes('owner') || roles.includes('manager')),
  partnership: ({ roles }) => roles.includes('owner'),
  'push-parked': ({ roles }) => roles.includes('owner') || roles.includes('manager'),
  'unusual-search': ({ roles }) => roles.includes('owner'),
  'entry-not-recorded': (desk) => desk.may('record'),
};

export function Messages() {
  const { t } = useText();
  const words = t.messages;
  const organisation = useOrganisation();
  const client = useQueryClient();
  const list = useInfiniteQuery({
    queryKey: [...messagesKey(organisation), 'list'],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      ask('GET /organisations/:organisation/messages', {
        params: { organisation },
        query: { ...(pageParam !== undefined && { after: pageParam }) },
        signal,
      }),
    getNextPageParam: ({ after }) => after,
  });
  const { failure, attempt } = useAttempt();
  const messages = list.data?.pages.flatMap((page) => page.messages) ?? [];
  const now = list.data?.pages[0]?.now ?? 0;

  /** Null: all. */
  const read = (messageIds: string[] | null): Promise<void> =>
    attempt(async () => {
      await ask('POST /organisations/:organisation/messages/read', { params: { organisation }, body: { messageIds } });
      await client.invalidateQueries({ queryKey: messagesKey(organisation) });
    });

  return (
    <>
      <PageTitle>{words.title}</PageTitle>
      <p className="messages__lead">{words.lead}</p>
      <div className="row messages__acts">
        {messages.some((message) => !message.read) && (
          <button type="button" className="btn btn--desk" onClick={() => void read(null)}>
            {words.readAll}
          </button>
        )}
        {failure !== undefined && <Failure error={failure} />}
      </div>
      <Listing file="" rows={0} list={list}>
        {list.error !== null && list.data === undefined ? (
          <Failure error={list.error} again={() => void list.refetch()} />
        ) : list.data === undefined ? (
          <SkeletonRows rows={6} />
        ) : messages.length === 0 ? (
          <p className="empty">{words.empty}</p>
        ) : (
          <ul className="messages__list">
            {messages.map((message) => (
              <MessageRow
                key={message.messageId}
                message={message}
                now={now}
                onRead={() => void read([message.messageId])}
              />
            ))}
          </ul>
        )}
      </Listing>
      <Choices />
    </>
  );
}

function MessageRow({
  message,
  now,
  onRead,
}: {
  readonly message: Message;
  readonly now: number;
  readonly onRead: () => void;
}) {
  const { t, format } = useText();
  const words = t.messages;
  return (
    <li className={message.read ? 'messages__one' : 'messages__one messages__one--new'}>
      <p className="meta">
        {!message.read && <b>{words.isNew} · </b>}
        {format.time(message.at, now)}
      </p>
      <What message={message} />
      <div className="row">
        {/* Who goes where it is dealt with has read it. */}
        <Way message={message} onRead={message.read ? () => undefined : onRead} />
        {!message.read && (
          <button type="button" className="btn btn--quiet" onClick={onRead}>
            {words.read}
          </button>
        )}
      </div>
    </li>
  );
}

/** What happened, in words. */
function What({ message }: { readonly message: Message }) {
  const { t, format, language } = useText();
  const words = t.messages.kinds;
  const list = new Intl.ListFormat(language);
  switch (message.kind) {
    case 'refusals-last-day': {
      const { brand, days } = message.details;
      return (
        <>
          <p>{words.lastDay(brand)}</p>
          {days.map(({ day, count }) => (
            <p key={day}>{words.lastDayOf(format.number(count), format.day(day))}</p>
          ))}
        </>
      );
    }
    case 'unusual-search': {
      const { who, count, act = 'address.searched' } = message.details;
      return <p>{words.search[act](who, format.number(count))}</p>;
    }
    case 'push-parked': {
      const { brand, channel, host } = message.details;
      return <p>{words.parked(brand, t.channel[channel], host)}</p>;
    }
    case 'right-given':
    case 'right-ended': {
      const { by, rights } = message.details;
      const named = rights.map(({ role, brands }) =>
        t.messages.right(t.role[role] ?? role, brands === null ? t.messages.allBrands : list.format(brands)),
      );
      return <p>{words[message.kind === 'right-given' ? 'given' : 'ended'](by, list.format(named))}</p>;
    }
    case 'partnership':
      return <p>{words.partnership[message.details.what](message.details.other)}</p>;
    case 'entry-not-recorded': {
      const { brand, channel, sentence } = message.details;
      return (
        <p>
          {words.notRecorded(brand, t.channel[channel])} {sentence[language]}
        </p>
      );
    }
  }
}

/** The screen where it is dealt with, for who may go there. */
function Way({ message, onRead }: { readonly message: Message; readonly onRead: () => void }): ReactNode {
  const { t } = useText();
  const words = t.messages.links;
  const desk = useDesk();
  const organisation = useOrganisation();
  const params = { organisation: String(organisation) };
  switch (message.kind) {
    case 'refusals-last-day': {
      const { brandId } = message.details;
      if (!desk.brandsFor('readRefusals').some((brand) => brand.brandId === brandId)) return null;
      return (
        <Link to="/isletme/$organisation/retler" params={params} search={{ marka: brandId, acik: 1 }} onClick={onRead}>
          {words.refusals}
        </Link>
      );
    }
    case 'unusual-search': {
      if (!desk.may('readActivity')) return null;
      const search = { is: message.details.act ?? 'address.searched', kim: message.details.accountId };
      return (
        <Link to="/isletme/$organisation/etkinlik" params={params} search={search} onClick={onRead}>
          {words.activity}
        </Link>
      );
    }
    case 'push-parked':
      if (!desk.may('manageApiUsers')) return null;
      return (
        <Link to="/isletme/$organisation/baglantilar" params={params} search={{}} onClick={onRead}>
          {words.connections}
        </Link>
      );
    case 'partnership': {
      if (!desk.may('managePartners')) return null;
      const to =
        desk.organisation.kind === 'provider'
          ? '/isletme/$organisation/is-ortaklari'
          : '/isletme/$organisation/musteriler';
      return (
        <Link to={to} params={params} onClick={onRead}>
          {words.partners}
        </Link>
      );
    }
    case 'entry-not-recorded': {
      const { reference } = message.details;
      if (reference === null || !desk.may('ask')) return null;
      return (
        <Link to="/isletme/$organisation/kisi/$reference" params={{ ...params, reference }} onClick={onRead}>
          {words.person}
        </Link>
      );
    }
    default:
      return null;
  }
}

/** What also comes by mail. */
function Choices() {
  const { t } = useText();
  const words = t.messages.mail;
  const desk = useDesk();
  const client = useQueryClient();
  const { failure, attempt } = useAttempt();
  const [said, setSaid] = useState('');
  const choices = useQuery({
    queryKey: CHOICES,
    queryFn: ({ signal }) => ask('GET /notice-choices', { signal }),
  });

  const choose = (choice: Choice): Promise<void> =>
    attempt(async () => {
      setSaid('');
      client.setQueryData<readonly Choice[]>(CHOICES, (all) =>
        all?.map((one) => (one.kind === choice.kind ? choice : one)),
      );
      try {
        await ask('PUT /notice-choices', { body: choice });
        setSaid(words.saved);
      } finally {
        await client.invalidateQueries({ queryKey: CHOICES });
      }
    });

  return (
    <section className="sec">
      <h2>{words.title}</h2>
      <p>{words.lead}</p>
      {failure !== undefined && <Failure error={failure} />}
      {choices.error !== null && choices.data === undefined ? (
        <Failure error={choices.error} again={() => void choices.refetch()} />
      ) : choices.data === undefined ? (
        <SkeletonRows rows={4} />
      ) : (
        <div className="messages__choices">
          {choices.data
            .filter(({ kind }) => MEANT_FOR[kind](desk))
            .map(({ kind, byMail }) => (
              <label className="check" key={kind}>
                <input
                  type="checkbox"
                  checked={byMail}
                  onChange={({ target }) => void choose({ kind, byMail: target.checked })}
                />
                {words.kinds[kind]}
              </label>
            ))}
        </div>
      )}
      <p role="status" className="meta">
        {said}
      </p>
    </section>
  );
}
