// The business entrance, `/isletme`.

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { PortalError, whenSessionOver } from './api/client.ts';
import { SESSION, SESSION_QUERY } from './business/desk.tsx';
import { pauseDrafts } from './business/draft-keeper.ts';
import { router } from './business/router.tsx';
import { forgetAddresses } from './business/typed.ts';
import { TextProvider } from './text/index.tsx';
import './ui/index.css';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      // What the server refused stays refused; a lost line is tried again.
      retry: (count, error) =>
        !(error instanceof PortalError && error.status >= 400 && error.status < 500) && count < 2,
      staleTime: 5_000,
    },
  },
});
// Asked for while the screen is still on its way.
void client.prefetchQuery(SESSION_QUERY);
whenSessionOver(() => {
  const { pathname, search } = window.location;
  if (pathname === '/isletme/giris') return;
  forgetAddresses();
  pauseDrafts();
  client.removeQueries({ queryKey: SESSION });
  void router.navigate({ to: '/isletme/giris', search: { sonra: pathname + search } });
});

const page = document.getElementById('page');
if (page === null) throw new Error('the page has no place for its content');
createRoot(page).render(
  <StrictMode>
    <TextProvider>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </TextProvider>
  </StrictMode>,
);
