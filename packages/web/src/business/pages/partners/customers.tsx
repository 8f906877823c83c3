// Customers of a partner or intermediary: what each gave, and where something waits. Filtered and sorted by the address of
// the page; one click narrows all screens to a customer.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { useAttempt } from '../../../api/attempt.ts';
import { type AnswerOf, ask } from '../../../api/client.ts';
import type { Format } from '../../../text/format.ts';
import { useText } from '../../../text/index.tsx';
import { Listing } from '../../../ui/listing.tsx';
import { Failure, Field, PageTitle, SkeletonRows, State } from '../../../ui/parts.tsx';
import { isAddressLike } from '../../address-like.ts';
import { useDesk, useOrganisation } from '../../desk.tsx';
import { useStepUp } from '../../step-up.tsx';
import { type Ending, EndRights } from './end-rights.tsx';
import { PastRights, useRightsWords } from './given-rights.tsx';
import { PendingOffers } from './pending-offers.tsx';
import './partners.css';

type Customer = AnswerOf<'GET /organisations/:organisation/customers'>['customers'][number];

const FROM = '/isletme/$organisation/musteriler' as const;
const FAR = Number.POSITIVE_INFINITY;
/** What needs attention first, stands first: nearest last day, oldest record, most refused rows. */
const ORDERS = {
  ret: ({ refusals }: Customer) => [refusals?.stopBy ?? FAR, -(refusals?.count ?? 0)],
  kayit: ({ lastRecordAt }: Customer) => [lastRecordAt ?? 0, 0],
  kaydedilmeyen: ({ refusedRows }: Customer) => [-refusedRows, 0],
} as const;

export function Customers() {
  const { t } = useText();
  const words = t.partners.customers;
  const desk = useDesk();
  const organisation = useOrganisation();
  const client = useQueryClient();
  const list = useQuery({
    queryKey: ['organisation', organisation, 'live', 'customers'],
    queryFn: ({ signal }) => ask('GET /organisations/:organisation/customers', { params: { organisation }, signal }),
  });
  const { failure, attempt } = useAttempt();
  const { confirmed, dialog } = useStepUp();
  const [ending, setEnding] = useState<Ending>();
  const [said, setSaid] = useState('');

  function end(work: () => Promise<unknown>) {
    setEnding(undefined);
    void attempt(async () => {
      try {
        await confirmed(work);
        setSaid(t.partners.page.ended);
      } finally {
        await client.invalidateQueries({ queryKey: ['organisation', organisation] });
      }
    });
  }

  return (
    <>
      <PageTitle>{words.title}</PageTitle>
      <p className="partners__lead">{words.lead(String(organisation))}</p>
      <PendingOffers />
      {failure !== undefined && <Failure error={failure} />}
      <p role="status">{said}</p>
      {list.error !== null && list.data === undefined ? (
        <Failure error={list.error} again={() => void list.refetch()} />
      ) : list.data === undefined ? (
        <SkeletonRows rows={6} />
      ) : (
        <>
          {list.data.customers.length === 0 ? (
            <p className="empty">{words.empty}</p>
          ) : (
            <CustomerList
              customers={list.data.customers}
              now={list.data.now}
              onEnd={desk.may('managePartners') ? setEnding : undefined}
            />
          )}
          <PastRights past={list.data.past} now={list.data.now} />
        </>
      )}
      <EndRights ending={ending} onYes={end} onNo={() => setEnding(undefined)} />
      {dialog}
    </>
  );
}

function useShown(customers: readonly Customer[], format: Format): Customer[] {
  const desk = useDesk();
  const { ara = '', bekleyen, sirala } = useSearch({ from: FROM });
  const sought = ara.toLocaleLowerCase('tr');
  const names = (row: Customer): string => `${row.provider.title} ${desk.brandName(row.brandId)}`;
  const order = sirala && ORDERS[sirala];
  return customers
    .filter((row) => desk.customer === undefined || row.provider.code === desk.customer)
    .filter((row) => names(row).toLocaleLowerCase('tr').includes(sought))
    .filter(({ refusals }) => bekleyen === undefined || (refusals?.count ?? 0) > 0)
    .toSorted((one, other) => {
      const [first = 0, second = 0] = order === undefined ? [] : order(one);
      const [otherFirst = 0, otherSecond = 0] = order === undefined ? [] : order(other);
      // Two that are both far are equal: their difference is no number.
      return (
        (first === otherFirst ? 0 : first - otherFirst) ||
        second - otherSecond ||
        format.compare(names(one), names(other))
      );
    });
}

function CustomerList({
  customers,
  now,
  onEnd,
}: {
  readonly customers: readonly Customer[];
  readonly now: number;
  readonly onEnd: ((ending: Ending) => void) | undefined;
}) {
  const { t, format } = useText();
  const words = t.partners.customers;
  const desk = useDesk();
  const search = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const shown = useShown(customers, format);
  const partner = desk.organisation.kind === 'partner';
  return (
    <>
      <search className="customers__filter">
        <Field label={words.find}>
          {(control) => (
            <input
              {...control}
              className="input"
              type="search"
              autoComplete="off"
              defaultValue={search.ara}
              onChange={({ target: { value } }) => {
                if (isAddressLike(value)) return;
                void navigate({
                  search: (before) => ({ ...before, ara: value === '' ? undefined : value }) as typeof search,
                  replace: true,
                });
              }}
            />
          )}
        </Field>
      </search>
      {partner && (
        <nav className="tabs" aria-label={words.filter}>
          <Link
            from={FROM}
            search={({ bekleyen: _, ...before }) => before}
            aria-current={search.bekleyen === undefined ? 'true' : undefined}
            activeProps={{}}
          >
            {t.common.all}
          </Link>
          <Link
            from={FROM}
            search={(before) => ({ ...before, bekleyen: 1 as const })}
            aria-current={search.bekleyen === 1 ? 'true' : undefined}
            activeProps={{}}
          >
            {words.waiting}
          </Link>
        </nav>
      )}
      <Listing file={t.files.customers} rows={shown.length}>
        <div className="customers__list">
          {shown.length === 0 ? (
            <p className="empty">{words.emptyFound}</p>
          ) : partner ? (
            <PartnerTable rows={shown} now={now} onEnd={onEnd} />
          ) : (
            <IntermediaryTable rows={shown} now={now} onEnd={onEnd} />
          )}
        </div>
      </Listing>
    </>
  );
}

interface TableOf {
  readonly rows: readonly Customer[];
  readonly now: number;
  readonly onEnd: ((ending: Ending) => void) | undefined;
}

/** A column by which the rows can be put in order; none chosen: by name. */
function SortHead({ by, children }: { readonly by: keyof typeof ORDERS | undefined; readonly children: string }) {
  const { t } = useText();
  const { sirala } = useSearch({ from: FROM });
  const chosen = sirala === by;
  return (
    <th scope="col" aria-sort={chosen ? (by === 'kaydedilmeyen' ? 'descending' : 'ascending') : undefined}>
      <Link
        from={FROM}
        search={({ sirala: _, ...before }) => ({ ...before, ...(by !== undefined && { sirala: by }) })}
        aria-label={t.partners.customers.sortBy(children)}
        activeProps={{}}
      >
        {children}
      </Link>
    </th>
  );
}

function PartnerTable({ rows, now, onEnd }: TableOf) {
  const { t, format } = useText();
  const { columns, ...words } = t.partners.customers;
  const desk = useDesk();
  const rightsWords = useRightsWords();
  const params = { organisation: String(useOrganisation()) };
  return (
    <table className="table table--stack">
      <thead>
        <tr>
          <SortHead by={undefined}>{columns.customer}</SortHead>
          <th scope="col">{columns.rights}</th>
          <SortHead by="kayit">{columns.lastRecord}</SortHead>
          <SortHead by="kaydedilmeyen">{columns.refused}</SortHead>
          <SortHead by="ret">{columns.refusals}</SortHead>
          {onEnd !== undefined && <td />}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.brandId}>
            <th scope="row">
              <Link to="/isletme/$organisation" params={params} search={{ musteri: row.provider.code }}>
                {row.provider.title}
              </Link>
              <span className="meta">{desk.brandName(row.brandId)}</span>
            </th>
            <td data-l={columns.rights}>
              <span>
                {rightsWords(row)}
                {!row.open && <span className="meta">{words.closed}</span>}
              </span>
            </td>
            <td data-l={columns.lastRecord}>
              {row.lastRecordAt === null ? (
                <span className="meta">{words.never}</span>
              ) : (
                format.time(row.lastRecordAt, now)
              )}
            </td>
            <td data-l={columns.refused}>
              {row.refusedRows === 0 ? (
                <span className="meta">{words.noRows}</span>
              ) : (
                words.rows(format.number(row.refusedRows))
              )}
            </td>
            <td data-l={columns.refusals}>
              <Waiting row={row} now={now}>
                {(text) => (
                  <Link
                    to="/isletme/$organisation/retler"
                    params={params}
                    search={{ musteri: row.provider.code, marka: row.brandId, acik: 1 }}
                  >
                    {text}
                  </Link>
                )}
              </Waiting>
            </td>
            {onEnd !== undefined && (
              <td className="end">
                <button
                  type="button"
                  className="btn btn--desk"
                  onClick={() =>
                    onEnd({
                      otherCode: row.provider.code,
                      brandId: row.brandId,
                      title: t.partners.confirm.end(desk.brandName(row.brandId)),
                    })
                  }
                >
                  {t.partners.page.end}
                  <span className="vh"> {desk.brandName(row.brandId)}</span>
                </button>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Refusals that were not taken over, with the nearest last day. */
function Waiting({
  row: { refusals },
  now,
  children,
}: {
  readonly row: Customer;
  readonly now: number;
  readonly children: (text: string) => ReactNode;
}) {
  const { t, format } = useText();
  const words = t.partners.customers;
  if (refusals === null || refusals.count === 0) return <span className="meta">{words.noRefusals}</span>;
  const { count, more, stopBy } = refusals;
  return (
    <span>
      {children(words.refusals(`${format.number(count)}${more ? '+' : ''}`))}
      <span className="meta">{stopBy === null ? words.stopsOver : words.stop(format.lastDayShort(stopBy, now))}</span>
    </span>
  );
}

function IntermediaryTable({ rows, now, onEnd }: TableOf) {
  const { t, language, format } = useText();
  const { columns, ...words } = t.partners.customers;
  const desk = useDesk();
  const list = new Intl.ListFormat(language);
  return (
    <table className="table table--stack">
      <thead>
        <tr>
          <th scope="col">{columns.customer}</th>
          <th scope="col">{columns.brand}</th>
          <th scope="col">{columns.since}</th>
          <th scope="col">{columns.subscription}</th>
          {onEnd !== undefined && <td />}
        </tr>
      </thead>
      <tbody>
        {[...Map.groupBy(rows, ({ provider }) => provider.code)].map(([code, own]) => {
          const [{ provider, since, open }] = own as [Customer];
          return (
            <tr key={code}>
              <th scope="row">{provider.title}</th>
              <td data-l={columns.brand}>{list.format(own.map(({ brandId }) => desk.brandName(brandId)))}</td>
              <td data-l={columns.since}>{format.time(since, now)}</td>
              <td data-l={columns.subscription}>
                <State sign={open ? 'done' : 'note'}>{open ? words.open : words.closedAsk}</State>
              </td>
              {onEnd !== undefined && (
                <td className="end">
                  <button
                    type="button"
                    className="btn btn--desk"
                    onClick={() =>
                      onEnd({ otherCode: code, brandId: null, title: t.partners.confirm.endAll(provider.title) })
                    }
                  >
                    {t.partners.page.end}
                    <span className="vh"> {provider.title}</span>
                  </button>
                </td>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
