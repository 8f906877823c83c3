// The desk: who is here, for which organisation, and what he may do for it. Every screen of an organisation stands in it.

import { type QueryClient, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useParams, useRouterState, useSearch } from '@tanstack/react-router';
import { createContext, type ReactNode, useContext, useEffect, useId, useRef } from 'react';
import { useAttempt } from '../api/attempt.ts';
import { type AnswerOf, ask } from '../api/client.ts';
import { useText } from '../text/index.tsx';
import { followPath } from '../ui/focus.ts';
import { Failure, SkeletonRows } from '../ui/parts.tsx';
import { Bell, messagesKey } from './bell.tsx';
import { forgetAddresses } from './clear-addresses.ts';
import { forgetDrafts } from './draft-keeper.ts';

export type SessionAnswer = AnswerOf<'GET /session'>;
export type DeskAnswer = AnswerOf<'GET /organisations/:organisation'>;
export type BrandAnswer = DeskAnswer['brands'][number];

export interface DeskView extends DeskAnswer {
  /** The provider that a partner's screens are narrowed to, by the address; undefined: all. */
  readonly customer: number | undefined;
  may(ability: string): boolean;
  /** Brands for which the person has an ability, by name: of the customer alone where there is one. */
  brandsFor(ability: string): BrandAnswer[];
  brandName(brandId: number): string;
  /** Title of the provider on whose behalf the organisation acts for a brand; undefined: its own brand. */
  onBehalfOf(brandId: number): string | undefined;
}

export const SESSION = ['session'] as const;
export const SESSION_QUERY = queryOptions({
  queryKey: SESSION,
  queryFn: ({ signal }) => ask('GET /session', { signal }),
  staleTime: 30_000,
});
export function useSession() {
  return useQuery(SESSION_QUERY);
}

const DeskContext = createContext<DeskView | undefined>(undefined);
export function useDesk(): DeskView {
  const desk = useContext(DeskContext);
  if (desk === undefined) throw new Error('no desk stands above');
  return desk;
}

/** Number of the organisation in the address. */
export function useOrganisation(): number {
  const { organisation } = useParams({ strict: false }) as { organisation?: string };
  return Number(organisation);
}

const LIVE_AGAIN_MS = 15_000;

/** Asks again for what an organisation's screens show, whenever something moved there or the person has a message. */
function useLive(organisation: number, client: QueryClient): void {
  useEffect(() => {
    let events: EventSource;
    let again: ReturnType<typeof setTimeout> | undefined;
    let opened = 0;
    const askAgain = (): void => {
      void client.invalidateQueries({ queryKey: ['organisation', organisation, 'live'] });
    };
    function open(): void {
      events = new EventSource(`/portal/organisations/${organisation}/events`);
      // What moved while the line was down was told to nobody.
      events.onopen = () => {
        opened += 1;
        if (opened > 1) askAgain();
      };
      events.onmessage = askAgain;
      events.addEventListener('messages', () => void client.invalidateQueries({ queryKey: messagesKey(organisation) }));
      // A browser tries a broken line again by itself, and never again what a server or a proxy has answered with no.
      events.onerror = () => {
        if (events.readyState === EventSource.CLOSED) again = setTimeout(open, LIVE_AGAIN_MS);
      };
    }
    open();
    return () => {
      clearTimeout(again);
      events.close();
    };
  }, [organisation, client]);
}

function Frame({ children, nav }: { readonly children: ReactNode; readonly nav: ReactNode }) {
  const { t } = useText();
  const main = useRef<HTMLElement>(null);
  // The place that is shown, not the one that is being loaded: its heading is there, or on its way.
  const path = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });
  const first = useRef(true);
  useEffect(() => {
    // Where nothing is shown yet, a person has just come: the page begins at its beginning.
    if (path === undefined) return;
    if (first.current) first.current = false;
    else followPath(main.current);
  }, [path]);
  return (
    <>
      <a className="skip" href="#icerik">
        {t.common.skip}
      </a>
      <div className="desk">
        {nav}
        <main className="desk__main" id="icerik" tabIndex={-1} ref={main}>
          {children}
        </main>
      </div>
    </>
  );
}

export function LanguageSwitch() {
  const { language, setLanguage, t } = useText();
  const session = useSession();
  const other = language === 'tr' ? 'en' : 'tr';
  return (
    <button
      type="button"
      className="btn btn--quiet"
      lang={other}
      onClick={() => {
        setLanguage(other);
        if (session.data?.person && session.data.next === null)
          ask('PUT /session/language', { body: { language: other } }).catch(() => undefined);
      }}
    >
      {t.language.other}
    </button>
  );
}

function viewOf(data: DeskAnswer, musteri: number | undefined): DeskView {
  // A customer that has ended narrows nothing.
  const customer = data.brands.some(({ provider }) => provider.code === musteri) ? musteri : undefined;
  const find = (brandId: number) => data.brands.find((brand) => brand.brandId === brandId);
  return {
    ...data,
    customer,
    may: (ability) => data.abilities.includes(ability),
    brandsFor: (ability) =>
      data.brands.filter(
        ({ abilities, provider }) =>
          abilities.includes(ability) && (customer === undefined || provider.code === customer),
      ),
    brandName: (brandId) => find(brandId)?.name ?? String(brandId),
    onBehalfOf: (brandId) => (data.organisation.kind === 'provider' ? undefined : find(brandId)?.provider.title),
  };
}

/** Narrows the screens of a partner's desk to one customer; it stands in the address, and stays there. */
function CustomerSwitch({ desk: { brands, customer } }: { readonly desk: DeskView }) {
  const { t, format } = useText();
  const navigate = useNavigate();
  const id = useId();
  const providers = [...new Map(brands.map(({ provider }) => [provider.code, provider])).values()];
  if (providers.length < 2) return null;
  return (
    <div className="field">
      <label htmlFor={id}>{t.partners.switch}</label>
      <select
        id={id}
        className="input"
        value={customer ?? ''}
        onChange={({ target }) =>
          void navigate({
            to: '.',
            // A brand that was chosen may be another customer's.
            search: ({ marka: _, ...before }) =>
              ({ ...before, musteri: target.value === '' ? undefined : Number(target.value) }) as typeof before,
          })
        }
      >
        <option value="">{t.partners.allCustomers}</option>
        {providers
          .toSorted((one, other) => format.compare(one.title, other.title))
          .map(({ code, title }) => (
            <option key={code} value={code}>
              {title}
            </option>
          ))}
      </select>
    </div>
  );
}

/** The layout of `/isletme/$organisation`. */
export function DeskLayout() {
  const { t } = useText();
  const organisation = useOrganisation();
  const client = useQueryClient();
  const session = useSession();
  const desk = useQuery({
    queryKey: ['organisation', organisation, 'desk'],
    queryFn: ({ signal }) => ask('GET /organisations/:organisation', { params: { organisation }, signal }),
    staleTime: 10_000,
  });
  useLive(organisation, client);
  const navigate = useNavigate();

  const leaving = useAttempt();
  /** Who is not told that it failed believes that he is gone, and leaves the counter to the next. */
  const logOut = (): Promise<void> =>
    leaving.attempt(async () => {
      await ask('DELETE /session');
      forgetAddresses();
      forgetDrafts();
      client.clear();
      await navigate({ to: '/isletme/giris', search: {} });
    });

  const { musteri } = useSearch({ strict: false });
  const view = desk.data && viewOf(desk.data, musteri);
  const { data } = desk;
  const several = (session.data?.organisations.length ?? 0) > 1;
  const params = { organisation: String(organisation) };
  const nav = (
    <header className="desk__nav no-print">
      <Link className="mark" to="/isletme/$organisation" params={params}>
        <span>
          {t.common.product}
          <small>{t.common.entrance}</small>
        </span>
      </Link>
      <p className="org">
        <strong>{data?.organisation.title ?? '…'}</strong>
        <br />
        <span className="meta">
          {data && `${t.organisationKind[data.organisation.kind]} · ${t.nav.brands(data.brands.length)}`}
        </span>
        {several && (
          <>
            <br />
            <Link className="meta" to="/isletme/kurum">
              {t.nav.switch}
            </Link>
          </>
        )}
      </p>
      <Bell organisation={organisation} enabled={view !== undefined} />
      {view !== undefined && view.organisation.kind !== 'provider' && <CustomerSwitch desk={view} />}
      <nav className="nav" aria-label={t.nav.main}>
        {view !== undefined && view.organisation.kind !== 'provider' && (
          <Link to="/isletme/$organisation/musteriler" params={params}>
            {t.partners.nav.customers}
          </Link>
        )}
        {view?.may('readRefusals') && (
          <Link to="/isletme/$organisation" params={params} activeOptions={{ exact: true }}>
            {t.nav.today}
          </Link>
        )}
        {view?.may('ask') && (
          <Link to="/isletme/$organisation/izinler" params={params}>
            {t.nav.search}
          </Link>
        )}
        {view?.may('record') && (
          <Link to="/isletme/$organisation/kayit" params={params} search={{}}>
            {t.nav.record}
          </Link>
        )}
        {view?.may('record') && (
          <Link to="/isletme/$organisation/liste" params={params}>
            {t.lists.nav.record}
          </Link>
        )}
        {view?.may('checkLists') && (
          <Link to="/isletme/$organisation/liste-kontrolu" params={params}>
            {t.lists.nav.check}
          </Link>
        )}
        {view?.organisation.kind === 'intermediary' && (
          <Link to="/isletme/$organisation/saglayici" params={params}>
            {t.partners.nav.lookUp}
          </Link>
        )}
        {view?.may('readRefusals') && (
          <Link to="/isletme/$organisation/retler" params={params} search={{}}>
            {t.nav.refusals}
          </Link>
        )}
        {(view?.may('readEvidence') || view?.may('addEvidence')) && (
          <Link to="/isletme/$organisation/kanitlar" params={params} search={{}}>
            {t.evidence.nav}
          </Link>
        )}
        {view?.may('readReports') && (
          <Link to="/isletme/$organisation/raporlar" params={params} search={{}}>
            {t.reports.nav}
          </Link>
        )}
      </nav>
      <nav className="nav" aria-label={t.nav.settings}>
        {view?.may('readOrganisation') && view.organisation.kind !== 'intermediary' && (
          <Link to="/isletme/$organisation/bayiler" params={params} search={{}}>
            {t.retailers.nav}
          </Link>
        )}
        {view?.may('managePartners') && view.organisation.kind === 'provider' && (
          <Link to="/isletme/$organisation/is-ortaklari" params={params}>
            {t.partners.nav.partners}
          </Link>
        )}
        {view?.may('manageStaff') && (
          <Link to="/isletme/$organisation/kullanicilar" params={params}>
            {t.staff.nav.staff}
          </Link>
        )}
        {view?.may('readActivity') && (
          <Link to="/isletme/$organisation/etkinlik" params={params} search={{}}>
            {t.staff.nav.activity}
          </Link>
        )}
        {view?.may('manageApiUsers') && (
          <Link to="/isletme/$organisation/baglantilar" params={params} search={{}}>
            {t.connections.nav.connections}
          </Link>
        )}
        {view?.may('readOrganisation') && (
          <Link to="/isletme/$organisation/kurumumuz" params={params}>
            {t.connections.nav.organisation}
          </Link>
        )}
      </nav>
      <div className="me meta">
        <span>
          {session.data?.person?.name}
          {view && `, ${view.roles.map((role) => t.role[role] ?? role).join(', ')}`}
        </span>
        <div className="row">
          <Link to="/isletme/$organisation/hesabim" params={params}>
            {t.nav.account}
          </Link>
          <button type="button" className="btn btn--quiet" onClick={() => void logOut()}>
            {t.nav.logOut}
          </button>
          <LanguageSwitch />
        </div>
        {leaving.failure !== undefined && <Failure error={leaving.failure} again={() => void logOut()} />}
      </div>
    </header>
  );
  return (
    <Frame nav={nav}>
      {desk.error !== null && view === undefined ? (
        <Failure error={desk.error} again={() => void desk.refetch()} />
      ) : view === undefined ? (
        <SkeletonRows />
      ) : (
        <DeskContext value={view}>
          <Outlet />
        </DeskContext>
      )}
    </Frame>
  );
}
