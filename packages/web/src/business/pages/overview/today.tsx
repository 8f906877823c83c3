// What the desk opens with: the question, who said no since the last look, what waits, and refusals day by day.

import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type AnswerOf, ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { HelpLink } from '../../../ui/help-link.tsx';
import { Bars, Failure, PageTitle, SkeletonRows } from '../../../ui/parts.tsx';
import { AskForm } from '../../ask-form.tsx';
import { type DeskView, useDesk, useOrganisation } from '../../desk.tsx';
import type { DraftPlace } from '../../draft-keeper.ts';
import { PendingOffers } from '../partners/pending-offers.tsx';
import { RefusalTable } from './refusal-table.tsx';
import './today.css';

type Overview = AnswerOf<'GET /organisations/:organisation/overview'>;

export function Today() {
  const { t } = useText();
  const desk = useDesk();
  const organisation = useOrganisation();
  const query = ofCustomer(desk);
  const overview = useQuery({
    queryKey: ['organisation', organisation, 'live', 'overview', desk.customer],
    queryFn: ({ signal }) =>
      ask('GET /organisations/:organisation/overview', { params: { organisation }, query, signal }),
    enabled: desk.may('readRefusals'),
  });
  return (
    <>
      {desk.may('ask') ? (
        <AskForm big />
      ) : (
        <>
          <PageTitle>{t.partners.today.none}</PageTitle>
          <p>{t.partners.today.noCustomer(String(organisation))}</p>
        </>
      )}
      <PendingOffers />
      {desk.may('readRefusals') && (
        <div className="under-ask">
          {overview.error !== null && overview.data === undefined ? (
            <Failure error={overview.error} again={() => void overview.refetch()} />
          ) : overview.data === undefined ? (
            <SkeletonRows rows={8} />
          ) : (
            <OverviewView overview={overview.data} />
          )}
        </div>
      )}
    </>
  );
}

/** Asks for one customer's alone, where the desk is narrowed to it. */
function ofCustomer({ customer }: DeskView): { provider?: string } {
  return customer === undefined ? {} : { provider: String(customer) };
}

function OverviewView({ overview }: { readonly overview: Overview }) {
  const { t, format } = useText();
  const organisation = useOrganisation();
  const client = useQueryClient();
  const params = { organisation: String(organisation) };
  const { upTo } = overview;
  const seen = useMutation({
    mutationFn: () =>
      ask('POST /organisations/:organisation/overview/seen', { params: { organisation }, body: { upTo } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['organisation', organisation, 'live', 'overview'] }),
  });
  const { now, since, newRefusals, more } = overview;
  const title =
    newRefusals === 0
      ? t.today.none
      : since === null
        ? t.today.firstSome(newRefusals, more)
        : t.today.some(newRefusals, more);
  return (
    <>
      <div className="head">
        <PageTitle>{title}</PageTitle>
        <HelpLink topic="refusals" />
        <span className="meta">{format.exactTime(now)}</span>
      </div>
      <div className="row" style={{ marginTop: 'var(--s2)' }}>
        {since !== null && <span className="meta">{t.today.since(format.time(since, now))}</span>}
        {newRefusals > 0 && (
          <button type="button" className="btn btn--desk" onClick={() => seen.mutate()}>
            {t.today.seen}
          </button>
        )}
      </div>
      {seen.error !== null && <Failure error={seen.error} />}
      {overview.refusals.length > 0 && (
        <div className="today__list">
          <RefusalTable refusals={overview.refusals} now={now} />
          <p className="row today__foot">
            <span className="meta by-keyboard">{t.refusals.keys}</span>
            <Link to="/isletme/$organisation/retler" params={params} search={{}}>
              {t.today.allRefusals}
            </Link>
          </p>
        </div>
      )}
      <div className="today__pair">
        <Waiting overview={overview} />
        <Days overview={overview} />
      </div>
    </>
  );
}

/** Where each draft is gone on with. */
const DRAFT_PAGES = {
  record: '/isletme/$organisation/kayit',
  'list-record': '/isletme/$organisation/liste',
  'list-check': '/isletme/$organisation/liste-kontrolu',
  retailer: '/isletme/$organisation/bayiler',
  invitation: '/isletme/$organisation/kullanicilar',
  right: '/isletme/$organisation/kullanicilar',
  'retailer-invitation': '/isletme/$organisation/bayiler',
  'partner-rights': '/isletme/$organisation/is-ortaklari',
  'api-user': '/isletme/$organisation/baglantilar',
  'push-address': '/isletme/$organisation/baglantilar',
  'consent-text': '/isletme/$organisation/kanitlar',
} as const satisfies Record<DraftPlace, string>;

function Waiting({ overview: { waiting, now } }: { readonly overview: Overview }) {
  const { t, format } = useText();
  const organisation = useOrganisation();
  const params = { organisation: String(organisation) };
  const { notTakenOver, stopBy, parkedPushes, drafts } = waiting;
  const nothing = notTakenOver === 0 && parkedPushes === 0 && drafts.length === 0;
  return (
    <section>
      <h2>{t.today.waitingTitle}</h2>
      {nothing && <p className="meta">{t.today.nothingWaits}</p>}
      <ul className="today__waiting">
        {notTakenOver > 0 && (
          <li>
            <p>
              {t.today.notTakenOver(`${format.number(notTakenOver)}${waiting.more ? '+' : ''}`)}{' '}
              {stopBy === null ? t.today.stopsOver : t.today.nearestStop(format.lastDay(stopBy, now))}
            </p>
            <Link to="/isletme/$organisation/retler" params={params} search={{ acik: 1 }}>
              {t.today.notTakenOverLink}
            </Link>
          </li>
        )}
        {parkedPushes > 0 && (
          <li>
            <p>{t.today.parked(parkedPushes)}</p>
          </li>
        )}
        {drafts.map(({ place, savedAt }) => (
          <li key={place}>
            <p>{t.drafts.waits(t.drafts.forms[place], format.time(savedAt, now))}</p>
            <Link
              to={DRAFT_PAGES[place]}
              params={params}
              search={{ taslak: place, ...(place === 'consent-text' && { gorunum: 'formlar' as const }) }}
            >
              {t.drafts.goOn}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Days({ overview: { days } }: { readonly overview: Overview }) {
  const { t, format } = useText();
  const rows = days.map(({ day, calls, messages, emails }, at) => ({
    day,
    calls,
    messages,
    emails,
    total: calls + messages + emails,
    partial: at === days.length - 1,
  }));
  const whole = rows.filter(({ partial }) => !partial);
  const average = whole.reduce((sum, { total }) => sum + total, 0) / Math.max(1, whole.length);
  return (
    <figure>
      <h2>{t.today.chart}</h2>
      <p className="meta">{t.today.chartLead(format.number(average))}</p>
      <Bars
        days={rows.map(({ day, total, partial }) => ({ label: String(Number(day.slice(8))), value: total, partial }))}
      />
      <details>
        <summary>{t.today.chartTable}</summary>
        <table className="table">
          <thead>
            <tr>
              <th scope="col">{t.today.day}</th>
              <th scope="col" className="end">
                {t.channel.MESAJ}
              </th>
              <th scope="col" className="end">
                {t.channel.EPOSTA}
              </th>
              <th scope="col" className="end">
                {t.channel.ARAMA}
              </th>
              <th scope="col" className="end">
                {t.today.total}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.toReversed().map(({ day, calls, messages, emails, total, partial }) => (
              <tr key={day}>
                <th scope="row">{partial ? t.today.soFar(format.day(day)) : format.day(day)}</th>
                <td className="end">{format.number(messages)}</td>
                <td className="end">{format.number(emails)}</td>
                <td className="end">{format.number(calls)}</td>
                <td className="end">{format.number(total)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
