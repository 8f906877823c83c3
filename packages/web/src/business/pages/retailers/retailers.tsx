// Retailers of the brands, filtered by the address of the page, and a new one.

import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { type AnswerOf, ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Listing } from '../../../ui/listing.tsx';
import { Failure, Field, PageTitle, type Sign, SkeletonRows, State } from '../../../ui/parts.tsx';
import { isAddressLike } from '../../address-like.ts';
import { useDesk, useOrganisation } from '../../desk.tsx';
import { useComesBack } from '../../draft.tsx';
import { NewRetailer } from './new-retailer.tsx';
import './retailers.css';

type Row = AnswerOf<'GET /organisations/:organisation/retailers'>['retailers'][number];
export type RetailerStatus = Row['status'];

export const STATUSES: readonly RetailerStatus[] = ['active', 'suspended', 'passive'];
const SIGNS: Readonly<Record<RetailerStatus, Sign>> = { active: 'done', suspended: 'wait', passive: 'none' };

/** A retailer's state, by sign and word. */
export function RetailerState({ status }: { readonly status: RetailerStatus }) {
  const { t } = useText();
  return <State sign={SIGNS[status]}>{t.retailers.status[status]}</State>;
}

export function Retailers() {
  const { t } = useText();
  const words = t.retailers;
  const desk = useDesk();
  const organisation = useOrganisation();
  const search = useSearch({ from: '/isletme/$organisation/bayiler' });
  const { durum, marka, ara } = search;
  const [adding, setAdding] = useState(useComesBack('retailer'));
  const params = { organisation: String(organisation) };
  const list = useInfiniteQuery({
    queryKey: ['organisation', organisation, 'retailers', 'list', durum, marka, ara],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      ask('GET /organisations/:organisation/retailers', {
        params: { organisation },
        query: {
          ...(durum !== undefined && { status: durum }),
          ...(marka !== undefined && { brand: String(marka) }),
          ...(ara !== undefined && { title: ara }),
          ...(pageParam !== undefined && { after: pageParam }),
        },
        signal,
      }),
    getNextPageParam: ({ after }) => after,
  });
  const rows = list.data?.pages.flatMap(({ retailers }) => retailers) ?? [];
  const manages = desk.may('manageRetailers');
  const ownShop = desk.brands.every(({ retailerCode }) => retailerCode !== null);
  const filtered = durum !== undefined || marka !== undefined || ara !== undefined;

  return (
    <>
      <PageTitle>{words.title}</PageTitle>
      <p className="retailers__lead">{ownShop ? words.leadOwn : words.lead}</p>
      {manages &&
        (adding ? (
          <NewRetailer onCancel={() => setAdding(false)} />
        ) : (
          <button type="button" className="btn btn--next" onClick={() => setAdding(true)}>
            {words.add}
          </button>
        ))}
      {!ownShop && (
        <>
          <TitleSearch key={ara} />
          <nav className="tabs" aria-label={words.byStatus}>
            <Filter search={{ ...search, durum: undefined }} current={durum === undefined}>
              {t.common.all}
            </Filter>
            {STATUSES.map((status) => (
              <Filter key={status} search={{ ...search, durum: status }} current={durum === status}>
                {words.status[status]}
              </Filter>
            ))}
          </nav>
          {desk.brands.length > 1 && (
            <nav className="tabs" aria-label={words.byBrand}>
              <Filter search={{ ...search, marka: undefined }} current={marka === undefined}>
                {t.common.all}
              </Filter>
              {desk.brands.map(({ brandId, name }) => (
                <Filter key={brandId} search={{ ...search, marka: brandId }} current={marka === brandId}>
                  {name}
                </Filter>
              ))}
            </nav>
          )}
        </>
      )}
      <Listing file={t.files.retailers} rows={rows.length} list={list}>
        <div className="retailers__list">
          {list.error !== null && list.data === undefined ? (
            <Failure error={list.error} again={() => void list.refetch()} />
          ) : list.data === undefined ? (
            <SkeletonRows rows={8} />
          ) : rows.length === 0 ? (
            <p className="empty">
              {filtered ? words.emptyFound : manages ? `${words.empty} ${words.emptyAdd}` : words.empty}
            </p>
          ) : (
            <table className="table table--stack">
              <thead>
                <tr>
                  <th scope="col">{words.columns.title}</th>
                  <th scope="col">{words.columns.brand}</th>
                  <th scope="col">{words.columns.place}</th>
                  <th scope="col">{words.columns.number}</th>
                  <th scope="col">{words.columns.status}</th>
                </tr>
              </thead>
              <tbody>
                {rows.map(({ brandId, retailerCode, title, city, town, status }) => (
                  <tr key={`${brandId} ${retailerCode}`}>
                    <th scope="row">
                      <Link
                        to="/isletme/$organisation/bayiler/$brand/$code"
                        params={{ ...params, brand: String(brandId), code: String(retailerCode) }}
                      >
                        {title}
                      </Link>
                    </th>
                    <td data-l={words.columns.brand}>{desk.brandName(brandId)}</td>
                    <td data-l={words.columns.place}>{words.place(town, city)}</td>
                    <td data-l={words.columns.number}>{retailerCode}</td>
                    <td data-l={words.columns.status}>
                      <RetailerState status={status} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </div>
      </Listing>
    </>
  );
}

interface Filters {
  readonly durum?: RetailerStatus | undefined;
  readonly marka?: number | undefined;
  readonly ara?: string | undefined;
}

/** What stands in the address: filters that are set. */
function set(filters: Filters): { durum?: RetailerStatus; marka?: number; ara?: string } {
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined));
}

function Filter({
  search,
  current,
  children,
}: {
  readonly search: Filters;
  readonly current: boolean;
  readonly children: string;
}) {
  const organisation = useOrganisation();
  return (
    <Link
      to="/isletme/$organisation/bayiler"
      params={{ organisation: String(organisation) }}
      search={set(search)}
      aria-current={current ? 'true' : undefined}
      activeProps={{}}
    >
      {children}
    </Link>
  );
}

/** The title's part stands in the address, so what looks like a telephone or an e-mail is not searched here. */
function TitleSearch() {
  const { t } = useText();
  const words = t.retailers;
  const organisation = useOrganisation();
  const navigate = useNavigate();
  const search = useSearch({ from: '/isletme/$organisation/bayiler' });
  const [typed, setTyped] = useState(search.ara ?? '');
  const [wrong, setWrong] = useState(false);
  const params = { organisation: String(organisation) };

  function submit(event: FormEvent) {
    event.preventDefault();
    const title = typed.trim();
    setWrong(isAddressLike(title));
    if (isAddressLike(title)) return;
    void navigate({
      to: '/isletme/$organisation/bayiler',
      params,
      search: set({ ...search, ara: title === '' ? undefined : title }),
    });
  }

  return (
    <search>
      <form className="retailers__search" onSubmit={submit}>
        <Field label={words.search} error={wrong ? words.searchAddress : undefined}>
          {(control) => (
            <span className="retailers__row">
              <input
                {...control}
                className="input"
                autoComplete="off"
                maxLength={255}
                value={typed}
                onChange={({ target }) => setTyped(target.value)}
              />
              <button type="submit" className="btn">
                {words.searchSubmit}
              </button>
              {search.ara !== undefined && (
                <Link
                  className="btn btn--quiet"
                  to="/isletme/$organisation/bayiler"
                  params={params}
                  search={set({ ...search, ara: undefined })}
                >
                  {words.searchClear}
                </Link>
              )}
            </span>
          )}
        </Field>
      </form>
    </search>
  );
}
