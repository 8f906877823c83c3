// Movements of some days of a brand: counted, and one by one.

import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type AnswerOf, ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Listing } from '../../../ui/listing.tsx';
import { Failure, SkeletonRows, State } from '../../../ui/parts.tsx';
import { type BrandAnswer, useOrganisation } from '../../desk.tsx';
import { CountTables, sumOf } from './report-counts.tsx';
import { BrandField, CHANNELS, DayField, type ReportFilters, WordField } from './report-filters.tsx';

type Movement = AnswerOf<'GET /organisations/:organisation/brands/:brand/movements'>['movements'][number];

export function ReportMovements({ filters, brand }: { readonly filters: ReportFilters; readonly brand: BrandAnswer }) {
  const { t } = useText();
  const words = t.reports.movements;
  const organisation = useOrganisation();
  const { search, today, from, to, set } = filters;
  const { kanal, durum, taraf } = search;
  const list = useInfiniteQuery({
    queryKey: ['organisation', organisation, 'reports', 'movements', brand.brandId, from, to, kanal, durum, taraf],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      ask('GET /organisations/:organisation/brands/:brand/movements', {
        params: { organisation, brand: brand.brandId },
        query: {
          from,
          to,
          ...(kanal !== undefined && { channel: kanal }),
          ...(durum !== undefined && { status: durum }),
          ...(taraf !== undefined && { side: taraf }),
          ...(pageParam !== undefined && { after: pageParam }),
        },
        signal,
      }),
    getNextPageParam: ({ after }) => after,
  });
  const rows = list.data?.pages.flatMap(({ movements }) => movements) ?? [];
  return (
    <>
      <p>{words.lead}</p>
      <div className="reports__fields no-print">
        <BrandField filters={filters} />
        <DayField label={t.reports.from} value={from} today={today} onChange={(ilk) => set({ ilk, son: to })} />
        <DayField label={t.reports.to} value={to} today={today} onChange={(son) => set({ ilk: from, son })} />
        <WordField
          label={t.reports.channel}
          value={kanal}
          options={CHANNELS}
          wordOf={(channel) => t.channel[channel]}
          onChange={(channel) => set({ kanal: channel })}
        />
        <WordField
          label={t.reports.status}
          value={durum}
          options={['ONAY', 'RET']}
          wordOf={(status) => t.status[status]}
          onChange={(status) => set({ durum: status })}
        />
        <WordField
          label={t.reports.side}
          value={taraf}
          options={['HS', 'IYS']}
          wordOf={(side) => t.reports.sides[side]}
          onChange={(side) => set({ taraf: side })}
        />
      </div>
      <RangeCounts from={from} to={to} brand={brand} several={filters.brands.length > 1} />
      <Listing
        file={t.files.movements}
        rows={rows.length}
        list={list}
        note={
          list.hasNextPage &&
          list.data?.pages.at(-1)?.movements.length === 0 && <span className="meta">{words.searched}</span>
        }
      >
        {list.error !== null && list.data === undefined ? (
          <Failure error={list.error} again={() => void list.refetch()} />
        ) : list.data === undefined ? (
          <SkeletonRows rows={8} />
        ) : rows.length === 0 && !list.hasNextPage ? (
          <p className="empty">{words.empty}</p>
        ) : (
          <MovementTable movements={rows} now={list.data.pages[0]?.now ?? 0} />
        )}
      </Listing>
      <p className="reports__note no-print">
        <button
          type="button"
          className="btn"
          onClick={() => set({ gorunum: 'dosyalar', tur: 'hareketler', ilk: from, son: to, marka: brand.brandId })}
        >
          {t.reports.askFile}
        </button>
      </p>
    </>
  );
}

/** Of the brand by kind and source, of all brands by brand. */
function RangeCounts({
  from,
  to,
  brand,
  several,
}: {
  readonly from: string;
  readonly to: string;
  readonly brand: BrandAnswer;
  readonly several: boolean;
}) {
  const { t, format } = useText();
  const organisation = useOrganisation();
  const queryOf = (brandId: number | undefined) => ({
    queryKey: ['organisation', organisation, 'reports', 'counts', from, to, brandId],
    queryFn: ({ signal }: { signal: AbortSignal }) =>
      ask('GET /organisations/:organisation/reports/counts', {
        params: { organisation },
        query: { from, to, ...(brandId !== undefined && { brand: String(brandId) }) },
        signal,
      }),
  });
  const own = useQuery(queryOf(brand.brandId));
  const all = useQuery({ ...queryOf(undefined), enabled: several });
  if (own.error !== null && own.data === undefined) return null;
  if (own.data === undefined) return <SkeletonRows rows={2} />;
  const { approvals, refusals } = sumOf(own.data);
  return (
    <>
      <h2>
        {t.reports.movements.summary(
          format.number(approvals + refusals),
          format.number(approvals),
          format.number(refusals),
        )}
      </h2>
      {approvals + refusals > 0 && <CountTables counts={own.data} brands={all.data?.brands ?? []} />}
    </>
  );
}

function MovementTable({ movements, now }: { readonly movements: readonly Movement[]; readonly now: number }) {
  const { t, format } = useText();
  const { columns, overtaken } = t.reports.movements;
  const organisation = useOrganisation();
  return (
    <table className="table table--stack reports__list">
      <thead>
        <tr>
          <th scope="col">{columns.recorded}</th>
          <th scope="col">{columns.address}</th>
          <th scope="col">{columns.channel}</th>
          <th scope="col">{columns.recipientType}</th>
          <th scope="col">{columns.status}</th>
          <th scope="col">{columns.source}</th>
          <th scope="col">{columns.given}</th>
        </tr>
      </thead>
      <tbody>
        {movements.map((one) => (
          <tr key={one.seq}>
            <th scope="row" className="nowrap">
              {format.time(one.receivedAt, now)}
            </th>
            <td data-l={columns.address}>
              <Link
                className="addr"
                to="/isletme/$organisation/kisi/$reference"
                params={{ organisation: String(organisation), reference: one.reference }}
              >
                {one.masked}
              </Link>
            </td>
            <td data-l={columns.channel}>{t.channel[one.channel]}</td>
            <td data-l={columns.recipientType}>{t.recipientType[one.recipientType]}</td>
            <td data-l={columns.status}>
              <span>
                <State sign={one.status === 'ONAY' ? 'yes' : 'no'}>{t.status[one.status]}</State>
                {one.overtaken && <span className="meta"> {overtaken}</span>}
              </span>
            </td>
            <td data-l={columns.source}>{one.source === null ? t.noSource : (t.source[one.source] ?? one.source)}</td>
            <td data-l={columns.given} className="nowrap">
              {one.consentedAt !== null && format.time(one.consentedAt, now)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
