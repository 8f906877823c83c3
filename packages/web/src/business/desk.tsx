// The desk: who is here, for which organisation, and what he may do for it. Every screen of an organisation stands in it.

import { type QueryClient, queryOptions, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useParams, useRouterState } from '@tanstack/react-router';
import { createContext, type ReactNode, useContext, useEffect, useRef } from 'react';
import { type AnswerOf, ask } from '../api/client.ts';
import { useText } from '../text/index.tsx';
import { followPath } from '../ui/focus.ts';
import { Failure, SkeletonRows } from '../ui/parts.tsx';
import { forgetAddresses } from './typed.ts';

export type SessionAnswer = AnswerOf<'GET /session'>;
export type DeskAnswer = AnswerOf<'GET /organisations/:organisation'>;
export type BrandAnswer = DeskAnswer['brands'][number];

export interface DeskView extends DeskAnswer {
  may(ability: string): boolean;
  /** Brands for which the person has an ability, by name. */
  brandsFor(ability: string): BrandAnswer[];
  brandName(brandId: number): string;
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

/** Asks again for what an organisation's screens show, whenever something moved there. */
function useLive(organisation: number, client: QueryClient): void {
  useEffect(() => {
    const events = new EventSource(`/portal/organisations/${organisation}/events`);
    events.onmessage = () => void client.invalidateQueries({ queryKey: ['organisation', organisation, 'live'] });
    return () => events.close();
  }, [organisation, client]);
}

function Frame({ children, nav }: { readonly children: ReactNode; readonly nav: ReactNode }) {
  const { t } = useText();
  const main = useRef<HTMLElement>(null);
  // The place that is shown, not the one that is being loaded: its heading is there, or on its way.
  const path = useRouterState({ select: ({ resolvedLocation }) => resolvedLocation?.pathname });
  const first = useRef(true);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is what the focus follows
  useEffect(() => {
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

  async function logOut() {
    await ask('DELETE /session').catch(() => undefined);
    forgetAddresses();
    client.clear();
    await navigate({ to: '/isletme/giris', search: {} });
  }

  const { data } = desk;
  const view: DeskView | undefined = data && {
    ...data,
    may: (ability) => data.abilities.includes(ability),
    brandsFor: (ability) => data.brands.filter(({ abilities }) => abilities.includes(ability)),
    brandName: (brandId) => data.brands.find((brand) => brand.brandId === brandId)?.name ?? String(brandId),
  };
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
      <nav className="nav" aria-label={t.nav.main}>
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
      </nav>
      {(view?.may('manageStaff') || view?.may('readActivity')) && (
        <nav className="nav" aria-label={t.nav.settings}>
          {view.may('manageStaff') && (
            <Link to="/isletme/$organisation/kullanicilar" params={params}>
              {t.staff.nav.staff}
            </Link>
          )}
          {view.may('readActivity') && (
            <Link to="/isletme/$organisation/etkinlik" params={params} search={{}}>
              {t.staff.nav.activity}
            </Link>
          )}
        </nav>
      )}
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
