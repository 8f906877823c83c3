// The addresses of the business entrance. A screen is loaded when somebody goes there; filters stand in the address, a
// telephone or an e-mail never does.

import {
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  lazyRouteComponent,
  Outlet,
  retainSearchParams,
} from '@tanstack/react-router';
import { useText } from '../text/index.tsx';
import { PageTitle } from '../ui/parts.tsx';
import { isAddressLike } from './address-like.ts';
import { DeskLayout } from './desk.tsx';
import type { FirstCallLanguage } from './pages/connections/first-call.ts';
import { reportSearch } from './pages/reports/report-search.ts';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const start = createRoute({
  getParentRoute: () => root,
  path: '/isletme',
  component: lazyRouteComponent(() => import('./pages/account/log-in.tsx'), 'Start'),
});
const logIn = createRoute({
  getParentRoute: () => root,
  path: '/isletme/giris',
  /** Where he was going: only ever a path of this entrance; and whether a session of his has just ended. */
  validateSearch: ({ sonra, bitti }: Record<string, unknown>): { sonra?: string; bitti?: 1 } => ({
    ...(typeof sonra === 'string' && /^\/isletme(\/|$)/.test(sonra) && { sonra }),
    ...(bitti === 1 && { bitti: 1 as const }),
  }),
  component: lazyRouteComponent(() => import('./pages/account/log-in.tsx'), 'LogIn'),
});
const choose = createRoute({
  getParentRoute: () => root,
  path: '/isletme/kurum',
  component: lazyRouteComponent(() => import('./pages/account/log-in.tsx'), 'ChooseOrganisation'),
});
const invitation = createRoute({
  getParentRoute: () => root,
  path: '/isletme/davet',
  component: lazyRouteComponent(() => import('./pages/account/invitation.tsx'), 'Invitation'),
});
const newPassword = createRoute({
  getParentRoute: () => root,
  path: '/isletme/yeni-parola',
  component: lazyRouteComponent(() => import('./pages/account/invitation.tsx'), 'NewPasswordPage'),
});
const desk = createRoute({
  getParentRoute: () => root,
  path: '/isletme/$organisation',
  /**
   * The customer that a partner's screens are narrowed to, which stays from screen to screen; and the form that somebody
   * comes back to: its page shows it open.
   */
  validateSearch: ({ musteri, taslak }: Record<string, unknown>): { musteri?: number; taslak?: string } => ({
    ...(Number.isInteger(musteri) && { musteri: musteri as number }),
    ...(typeof taslak === 'string' && { taslak }),
  }),
  search: { middlewares: [retainSearchParams(['musteri'])] },
  component: DeskLayout,
});
const today = createRoute({
  getParentRoute: () => desk,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/overview/today.tsx'), 'Today'),
});
const search = createRoute({
  getParentRoute: () => desk,
  path: '/izinler',
  component: lazyRouteComponent(() => import('./pages/permissions/person.tsx'), 'Search'),
});
const person = createRoute({
  getParentRoute: () => desk,
  path: '/kisi/$reference',
  component: lazyRouteComponent(() => import('./pages/permissions/person.tsx'), 'Person'),
});
const record = createRoute({
  getParentRoute: () => desk,
  path: '/kayit',
  /** What is to be reported, and of which person, by his reference. */
  validateSearch: ({ ne, kisi }: Record<string, unknown>): { ne?: 'RET'; kisi?: string } => ({
    ...(ne === 'RET' && { ne }),
    ...(typeof kisi === 'string' && /^[\w-]{1,700}$/.test(kisi) && { kisi }),
  }),
  component: lazyRouteComponent(() => import('./pages/permissions/record.tsx'), 'Record'),
});
const listRecord = createRoute({
  getParentRoute: () => desk,
  path: '/liste',
  component: lazyRouteComponent(() => import('./pages/lists/list-record.tsx'), 'ListRecord'),
});
const listCheck = createRoute({
  getParentRoute: () => desk,
  path: '/liste-kontrolu',
  component: lazyRouteComponent(() => import('./pages/lists/list-check.tsx'), 'ListCheck'),
});
const refusals = createRoute({
  getParentRoute: () => desk,
  path: '/retler',
  validateSearch: (
    given: Record<string, unknown>,
  ): { marka?: number; kanal?: 'ARAMA' | 'MESAJ' | 'EPOSTA'; acik?: 1 } => ({
    ...(Number.isInteger(given['marka']) && { marka: given['marka'] as number }),
    ...(['ARAMA', 'MESAJ', 'EPOSTA'].includes(String(given['kanal'])) && { kanal: given['kanal'] as 'ARAMA' }),
    ...(given['acik'] === 1 && { acik: 1 as const }),
  }),
  component: lazyRouteComponent(() => import('./pages/overview/refusals.tsx'), 'RefusalList'),
});
const evidence = createRoute({
  getParentRoute: () => desk,
  path: '/kanitlar',
  validateSearch: (
    given: Record<string, unknown>,
  ): { marka?: number; gorunum?: 'belgeler' | 'kanitsiz' | 'formlar' } => ({
    ...(Number.isInteger(given['marka']) && { marka: given['marka'] as number }),
    ...(['belgeler', 'kanitsiz', 'formlar'].includes(String(given['gorunum'])) && {
      gorunum: given['gorunum'] as 'belgeler',
    }),
  }),
  component: lazyRouteComponent(() => import('./pages/evidence/evidence.tsx'), 'Evidence'),
});
const evidenceDocument = createRoute({
  getParentRoute: () => desk,
  path: '/kanitlar/$brand/$document',
  component: lazyRouteComponent(() => import('./pages/evidence/document.tsx'), 'DocumentPage'),
});
const formSheets = createRoute({
  getParentRoute: () => desk,
  path: '/formlar/$brand/$series',
  component: lazyRouteComponent(() => import('./pages/evidence/evidence-forms.tsx'), 'FormSheets'),
});
const retailers = createRoute({
  getParentRoute: () => desk,
  path: '/bayiler',
  validateSearch: ({
    durum,
    marka,
    ara,
  }: Record<string, unknown>): { durum?: 'active' | 'suspended' | 'passive'; marka?: number; ara?: string } => ({
    ...(['active', 'suspended', 'passive'].includes(String(durum)) && { durum: durum as 'active' }),
    ...(Number.isInteger(marka) && { marka: marka as number }),
    ...((typeof ara === 'string' || typeof ara === 'number') && !isAddressLike(String(ara)) && { ara: String(ara) }),
  }),
  component: lazyRouteComponent(() => import('./pages/retailers/retailers.tsx'), 'Retailers'),
});
const retailer = createRoute({
  getParentRoute: () => desk,
  path: '/bayiler/$brand/$code',
  component: lazyRouteComponent(() => import('./pages/retailers/retailer.tsx'), 'RetailerPage'),
});
const reports = createRoute({
  getParentRoute: () => desk,
  path: '/raporlar',
  validateSearch: reportSearch,
  component: lazyRouteComponent(() => import('./pages/reports/reports.tsx'), 'Reports'),
});
const partnerships = createRoute({
  getParentRoute: () => desk,
  path: '/is-ortaklari',
  component: lazyRouteComponent(() => import('./pages/partners/partnerships.tsx'), 'Partnerships'),
});
const customers = createRoute({
  getParentRoute: () => desk,
  path: '/musteriler',
  validateSearch: ({
    ara,
    bekleyen,
    sirala,
  }: Record<string, unknown>): { ara?: string; bekleyen?: 1; sirala?: 'kayit' | 'kaydedilmeyen' | 'ret' } => ({
    ...((typeof ara === 'string' || typeof ara === 'number') && !isAddressLike(String(ara)) && { ara: String(ara) }),
    ...(bekleyen === 1 && { bekleyen: 1 as const }),
    ...(['kayit', 'kaydedilmeyen', 'ret'].includes(String(sirala)) && { sirala: sirala as 'kayit' }),
  }),
  component: lazyRouteComponent(() => import('./pages/partners/customers.tsx'), 'Customers'),
});
const providerLookUp = createRoute({
  getParentRoute: () => desk,
  path: '/saglayici',
  component: lazyRouteComponent(() => import('./pages/partners/provider-look-up.tsx'), 'ProviderLookUp'),
});
const staff = createRoute({
  getParentRoute: () => desk,
  path: '/kullanicilar',
  component: lazyRouteComponent(() => import('./pages/staff/staff.tsx'), 'Staff'),
});
const activity = createRoute({
  getParentRoute: () => desk,
  path: '/etkinlik',
  validateSearch: (given: Record<string, unknown>): { is?: string; kim?: number; marka?: number } => ({
    ...(typeof given['is'] === 'string' && { is: given['is'] }),
    ...(Number.isInteger(given['kim']) && { kim: given['kim'] as number }),
    ...(Number.isInteger(given['marka']) && { marka: given['marka'] as number }),
  }),
  component: lazyRouteComponent(() => import('./pages/staff/activity.tsx'), 'ActivityLog'),
});
const connections = createRoute({
  getParentRoute: () => desk,
  path: '/baglantilar',
  /** In which language the first call is shown. */
  validateSearch: ({ dil }: Record<string, unknown>): { dil?: FirstCallLanguage } =>
    ['php', 'csharp', 'javascript'].includes(String(dil)) ? { dil: dil as FirstCallLanguage } : {},
  component: lazyRouteComponent(() => import('./pages/connections/connections.tsx'), 'Connections'),
});
const ownOrganisation = createRoute({
  getParentRoute: () => desk,
  path: '/kurumumuz',
  component: lazyRouteComponent(() => import('./pages/organisation/own-organisation.tsx'), 'OwnOrganisation'),
});
const messages = createRoute({
  getParentRoute: () => desk,
  path: '/mesajlar',
  component: lazyRouteComponent(() => import('./pages/organisation/messages.tsx'), 'Messages'),
});
const account = createRoute({
  getParentRoute: () => desk,
  path: '/hesabim',
  component: lazyRouteComponent(() => import('./pages/account/account.tsx'), 'Account'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    start,
    logIn,
    choose,
    invitation,
    newPassword,
    desk.addChildren([
      today,
      search,
      person,
      record,
      listRecord,
      listCheck,
      refusals,
      evidence,
      evidenceDocument,
      formSheets,
      reports,
      partnerships,
      customers,
      providerLookUp,
      retailers,
      retailer,
      staff,
      activity,
      connections,
      ownOrganisation,
      messages,
      account,
    ]),
  ]),
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function NotFound() {
  const { t } = useText();
  return (
    <main className="page stack">
      <PageTitle>{t.common.nothingHere}</PageTitle>
      <Link to="/isletme">{t.common.home}</Link>
    </main>
  );
}
