// The business entrance, `/isletme`.

import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { PortalError, whenRightEnded, whenSessionOver } from './api/client.ts';
import { forgetAddresses } from './business/clear-addresses.ts';
import { SESSION, SESSION_QUERY, type SessionAnswer } from './business/desk.tsx';
import { pauseDrafts } from './business/draft-keeper.ts';
import { router } from './business/router.tsx';
import { TextProvider } from './text/index.tsx';
import './ui/index.css';

const client = new QueryClient({
  // What somebody may not see any more does not stay on his screen.
  queryCache: new QueryCache({
    onError(error, query) {
      if (error instanceof PortalError && (error.status === 401 || error.status === 403))
        query.setState({ data: undefined });
    },
  }),
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
// What he may do, and for whom, is not what it was.
whenRightEnded(() => {
  void client.invalidateQueries({
    predicate: ({ queryKey }) => queryKey.includes('desk') || queryKey.includes('customers'),
  });
});
whenSessionOver(() => {
  const { pathname, search } = window.location;
  if (pathname === '/isletme/giris') {
    // Too many wrong codes end what the password began: the page asks for it again.
    void client.invalidateQueries({ queryKey: SESSION });
    return;
  }
  const session = client.getQueryData<SessionAnswer>(SESSION);
  forgetAddresses();
  pauseDrafts();
  // All that was shown was his who is gone: whoever logs in next sees what he may see, asked anew.
  client.clear();
  void router.navigate({
    to: '/isletme/giris',
    search: { sonra: pathname + search, ...(session?.person && { bitti: 1 as const }) },
  });
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
