// The bell in the desk's frame: how many messages the person has not read. It rings as they come (desk.tsx hears the
// server's events), and is asked for now and then where another process of the server wrote them.

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ask } from '../api/client.ts';
import { useText } from '../text/index.tsx';
import './bell.css';

const ASKED_EVERY_MS = 60_000;

/** Under this name everything about an organisation's messages is kept. */
export const messagesKey = (organisation: number) => ['organisation', organisation, 'messages'] as const;

export function Bell({ organisation, enabled }: { readonly organisation: number; readonly enabled: boolean }) {
  const { t, format } = useText();
  const { data } = useQuery({
    queryKey: [...messagesKey(organisation), 'unread'],
    queryFn: ({ signal }) =>
      ask('GET /organisations/:organisation/messages/unread', { params: { organisation }, signal }),
    refetchInterval: ASKED_EVERY_MS,
    enabled,
  });
  return (
    <Link className="bell" to="/isletme/$organisation/mesajlar" params={{ organisation: String(organisation) }}>
      <span className="sign">{t.messages.nav}</span>
      {data !== undefined && data.unread > 0 && (
        <span className="bell__count">
          {format.number(data.unread)}
          {data.more && '+'}
          <span className="vh"> {t.messages.unread}</span>
        </span>
      )}
    </Link>
  );
}
