// What was done for the organisation, by whom: filtered by the address of the page.

import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Listing } from '../../../ui/listing.tsx';
import { Failure, Field, PageTitle, SkeletonRows } from '../../../ui/parts.tsx';
import { useDesk, useOrganisation } from '../../desk.tsx';

export function ActivityLog() {
  const { t, format } = useText();
  const words = t.staff.activity;
  const desk = useDesk();
  const organisation = useOrganisation();
  const navigate = useNavigate();
  const search = useSearch({ from: '/isletme/$organisation/etkinlik' });
  const { is, kim, marka } = search;
  const list = useInfiniteQuery({
    queryKey: ['organisation', organisation, 'activity', is, kim, marka],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      ask('GET /organisations/:organisation/activity', {
        params: { organisation },
        query: {
          ...(is !== undefined && { act: is }),
          ...(kim !== undefined && { person: String(kim) }),
          ...(marka !== undefined && { brand: String(marka) }),
          ...(pageParam !== undefined && { after: pageParam }),
        },
        signal,
      }),
    getNextPageParam: ({ after }) => after,
  });
  const rows = list.data?.pages.flatMap(({ activities }) => activities) ?? [];
  const isFiltered = is !== undefined || kim !== undefined || marka !== undefined;
  const now = Math.floor(Date.now() / 1_000);
  /** Who stands in the list: enough to choose from. */
  const people = new Map(rows.map(({ actor }) => [actor.accountId, actor.name ?? words.program]));
  const filter = (change: { [K in keyof typeof search]: (typeof search)[K] | undefined }): void =>
    void navigate({
      to: '/isletme/$organisation/etkinlik',
      params: { organisation: String(organisation) },
      search: Object.fromEntries(
        Object.entries({ ...search, ...change }).filter(([, value]) => value !== undefined),
      ) as typeof search,
      replace: true,
    });

  return (
    <>
      <PageTitle>{words.title}</PageTitle>
      <p style={{ marginTop: 'var(--s2)' }}>{words.lead}</p>
      <div className="pair" style={{ marginBlock: 'var(--s5)' }}>
        <Field label={words.act}>
          {(control) => (
            <select
              {...control}
              className="input"
              value={is ?? ''}
              onChange={({ target }) => filter({ is: target.value || undefined })}
            >
              <option value="">{words.allActs}</option>
              {Object.entries(words.acts).map(([act, name]) => (
                <option key={act} value={act}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={words.person}>
          {(control) => (
            <select
              {...control}
              className="input"
              value={kim ?? ''}
              onChange={({ target }) => filter({ kim: target.value === '' ? undefined : Number(target.value) })}
            >
              <option value="">{words.allPeople}</option>
              {[...people].map(([accountId, name]) => (
                <option key={accountId} value={accountId}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={words.brand}>
          {(control) => (
            <select
              {...control}
              className="input"
              value={marka ?? ''}
              onChange={({ target }) => filter({ marka: target.value === '' ? undefined : Number(target.value) })}
            >
              <option value="">{words.allBrands}</option>
              {desk.brands.map(({ brandId, name }) => (
                <option key={brandId} value={brandId}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
      </div>
      <Listing file={t.files.activity} rows={rows.length} list={list}>
        {list.error !== null && list.data === undefined ? (
          <Failure error={list.error} again={() => void list.refetch()} />
        ) : list.data === undefined ? (
          <SkeletonRows rows={8} />
        ) : rows.length === 0 ? (
          <p className="empty">{isFiltered ? words.empty : words.emptyAll}</p>
        ) : (
          <table className="table table--stack">
            <thead>
              <tr>
                <th scope="col">{words.columns.when}</th>
                <th scope="col">{words.columns.who}</th>
                <th scope="col">{words.columns.what}</th>
                <th scope="col">{words.columns.brand}</th>
                <th scope="col">{words.columns.details}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ activityId, at, actor, act, brandId, details }) => (
                <tr key={activityId}>
                  <th scope="row" className="nowrap">
                    {format.time(at, now)}
                  </th>
                  <td data-l={words.columns.who}>{actor.name ?? words.program}</td>
                  <td data-l={words.columns.what}>{words.acts[act] ?? act}</td>
                  <td data-l={words.columns.brand}>{brandId !== null && desk.brandName(brandId)}</td>
                  <td data-l={words.columns.details} className="meta">
                    {detailsOf(details, { t })}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Listing>
    </>
  );
}

/** Numbers and media types say nothing to a person. */
const OF_NO_INTEREST = /^([0-9a-f]{8}-[0-9a-f-]{27}|(application|audio|image|message)\/.*)$/;

function detailsOf(details: Readonly<Record<string, unknown>>, { t }: Pick<ReturnType<typeof useText>, 't'>): string {
  const known: Readonly<Record<string, string>> = { ...t.channel, ...t.role };
  return Object.entries(details)
    .flatMap(([name, value]) => {
      if (!['string', 'number'].includes(typeof value) || /^(entry|.*id)$/i.test(name)) return [];
      const text = String(value);
      if (OF_NO_INTEREST.test(text)) return [];
      if (name === 'rows') return t.staff.activity.rows(text);
      if (name === 'refused') return value === 0 ? [] : t.staff.activity.refusedRows(text);
      return known[text] ?? text;
    })
    .join(', ');
}
