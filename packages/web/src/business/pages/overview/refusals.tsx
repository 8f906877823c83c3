// All refusals to follow, filtered by the address of the page; ticked one by one or several at once, and unticked again.

import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { HelpLink } from '../../../ui/help-link.tsx';
import { Listing } from '../../../ui/listing.tsx';
import { Failure, PageTitle, SkeletonRows } from '../../../ui/parts.tsx';
import { useDesk, useOrganisation } from '../../desk.tsx';
import { nameOf, type RefusalRow, RefusalTable } from './refusal-table.tsx';
import './refusals.css';

const CHANNELS = ['MESAJ', 'EPOSTA', 'ARAMA'] as const;

export function RefusalList() {
  const { t } = useText();
  const desk = useDesk();
  const organisation = useOrganisation();
  const client = useQueryClient();
  const search = useSearch({ from: '/isletme/$organisation/retler' });
  const { marka, kanal, acik } = search;
  const params = { organisation: String(organisation) };
  const [marked, setChosen] = useState<ReadonlyMap<string, RefusalRow>>(new Map());
  const key = ['organisation', organisation, 'live', 'refusals', desk.customer, marka, kanal, acik];
  const list = useInfiniteQuery({
    queryKey: key,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      ask('GET /organisations/:organisation/refusals', {
        params: { organisation },
        query: {
          ...(desk.customer !== undefined && { provider: String(desk.customer) }),
          ...(marka !== undefined && { brand: String(marka) }),
          ...(kanal !== undefined && { channel: kanal }),
          ...(acik === 1 && { open: '1' as const }),
          ...(pageParam !== undefined && { after: pageParam }),
        },
        signal,
      }),
    getNextPageParam: ({ after }) => after,
  });
  const rows = list.data?.pages.flatMap(({ refusals }) => refusals) ?? [];
  // What is not shown any more, by another filter or because somebody was faster, is not ticked.
  const shown = new Set(rows.map(nameOf));
  const chosen = new Map([...marked].filter(([name]) => shown.has(name)));
  const tick = useMutation({
    mutationFn: (done: boolean) =>
      ask('POST /organisations/:organisation/refusals/ticks', {
        params: { organisation },
        body: { refusals: [...chosen.values()].map(({ brandId, seq }) => ({ brandId, seq })), done },
      }),
    onSuccess: async () => {
      setChosen(new Map());
      await client.invalidateQueries({ queryKey: ['organisation', organisation, 'live'] });
    },
  });
  const brands = desk.brandsFor('readRefusals');
  const now = list.data?.pages[0]?.now ?? 0;

  function choose(row: RefusalRow, is: boolean) {
    const next = new Map(chosen);
    if (is) next.set(nameOf(row), row);
    else next.delete(nameOf(row));
    setChosen(next);
  }

  return (
    <>
      <PageTitle>{t.refusals.title}</PageTitle>
      <HelpLink topic="refusals" />
      <p style={{ marginTop: 'var(--s2)' }}>{t.refusals.lead}</p>
      <nav className="tabs refusals__tabs" aria-label={t.refusals.channel}>
        <Link
          to="/isletme/$organisation/retler"
          params={params}
          search={without(search, 'kanal')}
          aria-current={kanal === undefined ? 'true' : undefined}
          activeProps={{}}
        >
          {t.common.all}
        </Link>
        {CHANNELS.map((channel) => (
          <Link
            key={channel}
            to="/isletme/$organisation/retler"
            params={params}
            search={{ ...search, kanal: channel }}
            aria-current={kanal === channel ? 'true' : undefined}
            activeProps={{}}
          >
            {t.channel[channel]}
          </Link>
        ))}
        <Link
          to="/isletme/$organisation/retler"
          params={params}
          search={acik === 1 ? without(search, 'acik') : { ...search, acik: 1 }}
          aria-current={acik === 1 ? 'true' : undefined}
          activeProps={{}}
        >
          {t.refusals.open}
        </Link>
      </nav>
      {brands.length > 1 && (
        <nav className="tabs" aria-label={t.refusals.brand}>
          <Link
            to="/isletme/$organisation/retler"
            params={params}
            search={without(search, 'marka')}
            aria-current={marka === undefined ? 'true' : undefined}
            activeProps={{}}
          >
            {t.common.all}
          </Link>
          {brands.map(({ brandId, name }) => (
            <Link
              key={brandId}
              to="/isletme/$organisation/retler"
              params={params}
              search={{ ...search, marka: brandId }}
              aria-current={marka === brandId ? 'true' : undefined}
              activeProps={{}}
            >
              {name}
            </Link>
          ))}
        </nav>
      )}
      <div className="row refusals__acts" role="status">
        {chosen.size > 0 && (
          <>
            <span>{t.refusals.selected(chosen.size)}</span>
            <button type="button" className="btn btn--desk btn--next" onClick={() => tick.mutate(true)}>
              {t.refusals.tick}
            </button>
            <button type="button" className="btn btn--desk" onClick={() => tick.mutate(false)}>
              {t.refusals.untick}
            </button>
          </>
        )}
        {tick.error !== null && <Failure error={tick.error} />}
      </div>
      <Listing file={t.files.refusals} rows={rows.length} list={list}>
        {list.error !== null && list.data === undefined ? (
          <Failure error={list.error} again={() => void list.refetch()} />
        ) : list.data === undefined ? (
          <SkeletonRows rows={8} />
        ) : rows.length === 0 ? (
          <p className="empty">{acik === 1 ? t.refusals.emptyOpen : t.refusals.empty}</p>
        ) : (
          <RefusalTable
            refusals={rows}
            now={now}
            {...(desk.may('tickRefusals') && {
              select: (row: RefusalRow) => (
                <label className="check">
                  <input
                    type="checkbox"
                    checked={chosen.has(nameOf(row))}
                    onChange={({ target }) => choose(row, target.checked)}
                  />
                  <span className="vh">{t.refusals.select(row.masked)}</span>
                </label>
              ),
            })}
          />
        )}
      </Listing>
    </>
  );
}

/** Filters but one. */
function without<T extends object, K extends keyof T>(filters: T, name: K): Omit<T, K> {
  const { [name]: _, ...rest } = filters;
  return rest;
}
