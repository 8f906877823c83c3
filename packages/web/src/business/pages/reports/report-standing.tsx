// What stood at the end of a day, counted.

import { useQuery } from '@tanstack/react-query';
import { ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Failure, SkeletonRows } from '../../../ui/parts.tsx';
import { useOrganisation } from '../../desk.tsx';
import { CountTables, sumOf } from './report-counts.tsx';
import { BrandField, DayField, type ReportFilters } from './report-filters.tsx';

export function ReportStanding({ filters }: { readonly filters: ReportFilters }) {
  const { t, format } = useText();
  const words = t.reports.standing;
  const organisation = useOrganisation();
  const { search, today, set } = filters;
  const day = search.gun ?? today;
  const counts = useQuery({
    queryKey: ['organisation', organisation, 'reports', 'standing', day, search.marka],
    queryFn: ({ signal }) =>
      ask('GET /organisations/:organisation/reports/standing', {
        params: { organisation },
        query: { day, ...(search.marka !== undefined && { brand: String(search.marka) }) },
        signal,
      }),
  });
  const sum = counts.data && sumOf(counts.data);
  const numbers = sum && [
    format.number(sum.approvals + sum.refusals),
    format.number(sum.approvals),
    format.number(sum.refusals),
  ];
  return (
    <>
      <p>{words.lead}</p>
      <div className="reports__fields no-print">
        <DayField label={t.reports.day} value={day} today={today} onChange={(gun) => set({ gun })} />
        <BrandField filters={filters} all />
      </div>
      {counts.error !== null && counts.data === undefined ? (
        <Failure error={counts.error} again={() => void counts.refetch()} />
      ) : counts.data === undefined || numbers === undefined ? (
        <SkeletonRows rows={8} />
      ) : counts.data.rows.length === 0 ? (
        <p className="empty">{words.empty}</p>
      ) : (
        <>
          <h2>
            {day === today
              ? words.now(...(numbers as [string, string, string]))
              : words.onDay(format.day(day), ...(numbers as [string, string, string]))}
          </h2>
          <CountTables counts={counts.data} brands={counts.data.brands} />
          <p className="meta reports__note">{words.withheld}</p>
          <p className="reports__note no-print">
            <button
              type="button"
              className="btn"
              onClick={() => set({ gorunum: 'dosyalar', gun: day, tur: undefined })}
            >
              {t.reports.askFile}
            </button>
          </p>
        </>
      )}
    </>
  );
}
