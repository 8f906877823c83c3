// The person's own page: language, and the sessions that are open in his name.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { ask } from '../../api/client.ts';
import { useText } from '../../text/index.tsx';
import { Failure, PageTitle, SkeletonRows, State } from '../../ui/parts.tsx';
import { LanguageSwitch, useSession } from '../desk.tsx';

export function Account() {
  const { t, format } = useText();
  const session = useSession();
  const client = useQueryClient();
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: ({ signal }) => ask('GET /sessions', { signal }) });
  const end = useMutation({
    mutationFn: (sessionId: string) => ask('DELETE /sessions/:sessionId', { params: { sessionId } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['sessions'] }),
  });
  const now = Math.floor(Date.now() / 1_000);
  return (
    <>
      <PageTitle>{t.account.title}</PageTitle>
      <p className="meta">
        {session.data?.person?.name}, {session.data?.person?.email}
      </p>
      <section className="sec">
        <h2>{t.account.language}</h2>
        <p>
          {t.language.name} <LanguageSwitch />
        </p>
      </section>
      <section className="sec">
        <h2>{t.account.sessions}</h2>
        {end.error !== null && <Failure error={end.error} />}
        {sessions.error !== null && sessions.data === undefined ? (
          <Failure error={sessions.error} again={() => void sessions.refetch()} />
        ) : sessions.data === undefined ? (
          <SkeletonRows rows={3} />
        ) : (
          <table className="table table--stack">
            <thead>
              <tr>
                <th scope="col">{t.account.device}</th>
                <th scope="col">{t.account.network}</th>
                <th scope="col">{t.account.opened}</th>
                <th scope="col">{t.account.seen}</th>
                <td />
              </tr>
            </thead>
            <tbody>
              {sessions.data.map(({ sessionId, device, network, openedAt, seenAt, current }) => (
                <tr key={sessionId}>
                  <th scope="row">{device}</th>
                  <td data-l={t.account.network}>{network}</td>
                  <td data-l={t.account.opened}>{format.time(openedAt, now)}</td>
                  <td data-l={t.account.seen}>{format.time(seenAt, now)}</td>
                  <td>
                    {current ? (
                      <State sign="done">{t.account.current}</State>
                    ) : (
                      <button type="button" className="btn btn--desk" onClick={() => end.mutate(sessionId)}>
                        {t.account.end}
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </section>
    </>
  );
}
