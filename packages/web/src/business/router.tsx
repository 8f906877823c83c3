// The addresses of the business entrance. A screen is loaded when somebody goes there; filters stand in the address, a
// telephone or an e-mail never does.

import { createRootRoute, createRoute, createRouter, Link, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { useText } from '../text/index.tsx';
import { PageTitle } from '../ui/parts.tsx';
import { DeskLayout } from './desk.tsx';

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const start = createRoute({
  getParentRoute: () => root,
  path: '/isletme',
  component: lazyRouteComponent(() => import('./pages/log-in.tsx'), 'Start'),
});
const logIn = createRoute({
  getParentRoute: () => root,
  path: '/isletme/giris',
  /** Where he was going: only ever a path of this entrance. */
  validateSearch: ({ sonra }: Record<string, unknown>): { sonra?: string } =>
    typeof sonra === 'string' && /^\/isletme(\/|$)/.test(sonra) ? { sonra } : {},
  component: lazyRouteComponent(() => import('./pages/log-in.tsx'), 'LogIn'),
});
const choose = createRoute({
  getParentRoute: () => root,
  path: '/isletme/kurum',
  component: lazyRouteComponent(() => import('./pages/log-in.tsx'), 'ChooseOrganisation'),
});
const invitation = createRoute({
  getParentRoute: () => root,
  path: '/isletme/davet',
  component: lazyRouteComponent(() => import('./pages/invitation.tsx'), 'Invitation'),
});
const newPassword = createRoute({
  getParentRoute: () => root,
  path: '/isletme/yeni-parola',
  component: lazyRouteComponent(() => import('./pages/invitation.tsx'), 'NewPasswordPage'),
});
const desk = createRoute({ getParentRoute: () => root, path: '/isletme/$organisation', component: DeskLayout });
const today = createRoute({
  getParentRoute: () => desk,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/today.tsx'), 'Today'),
});
const search = createRoute({
  getParentRoute: () => desk,
  path: '/izinler',
  component: lazyRouteComponent(() => import('./pages/person.tsx'), 'Search'),
});
const person = createRoute({
  getParentRoute: () => desk,
  path: '/kisi/$reference',
  component: lazyRouteComponent(() => import('./pages/person.tsx'), 'Person'),
});
const record = createRoute({
  getParentRoute: () => desk,
  path: '/kayit',
  /** What is to be reported, and of which person, by his reference. */
  validateSearch: ({ ne, kisi }: Record<string, unknown>): { ne?: 'RET'; kisi?: string } => ({
    ...(ne === 'RET' && { ne }),
    ...(typeof kisi === 'string' && /^[\w-]{1,700}$/.test(kisi) && { kisi }),
  }),
  component: lazyRouteComponent(() => import('./pages/record.tsx'), 'Record'),
});
const listRecord = createRoute({
  getParentRoute: () => desk,
  path: '/liste',
  component: lazyRouteComponent(() => import('./pages/list-record.tsx'), 'ListRecord'),
});
const listCheck = createRoute({
  getParentRoute: () => desk,
  path: '/liste-kontrolu',
  component: lazyRouteComponent(() => import('./pages/list-check.tsx'), 'ListCheck'),
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
  component: lazyRouteComponent(() => import('./pages/refusals.tsx'), 'RefusalList'),
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
  component: lazyRouteComponent(() => import('./pages/evidence.tsx'), 'Evidence'),
});
const evidenceDocument = createRoute({
  getParentRoute: () => desk,
  path: '/kanitlar/$brand/$document',
  component: lazyRouteComponent(() => import('./pages/document.tsx'), 'DocumentPage'),
});
const formSheets = createRoute({
  getParentRoute: () => desk,
  path: '/formlar/$brand/$series',
  component: lazyRouteComponent(() => import('./pages/evidence-forms.tsx'), 'FormSheets'),
});
const staff = createRoute({
  getParentRoute: () => desk,
  path: '/kullanicilar',
  component: lazyRouteComponent(() => import('./pages/staff.tsx'), 'Staff'),
});
const activity = createRoute({
  getParentRoute: () => desk,
  path: '/etkinlik',
  validateSearch: (given: Record<string, unknown>): { is?: string; kim?: number; marka?: number } => ({
    ...(typeof given['is'] === 'string' && { is: given['is'] }),
    ...(Number.isInteger(given['kim']) && { kim: given['kim'] as number }),
    ...(Number.isInteger(given['marka']) && { marka: given['marka'] as number }),
  }),
  component: lazyRouteComponent(() => import('./pages/activity.tsx'), 'ActivityLog'),
});
const account = createRoute({
  getParentRoute: () => desk,
  path: '/hesabim',
  component: lazyRouteComponent(() => import('./pages/account.tsx'), 'Account'),
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
      staff,
      activity,
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
