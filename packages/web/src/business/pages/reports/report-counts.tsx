// Counts as tables: by channel and recipient type, by source, by brand.

import type { AnswerOf } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Listing } from '../../../ui/listing.tsx';
import { useDesk } from '../../desk.tsx';
import { CHANNELS, RECIPIENT_TYPES } from './report-filters.tsx';

export type Counts = AnswerOf<'GET /organisations/:organisation/reports/counts'>;

interface Line {
  readonly name: string;
  readonly approvals: number;
  readonly refusals: number;
}

export function sumOf({ rows }: Counts): Omit<Line, 'name'> {
  return lineOf('', rows);
}

function lineOf(name: string, rows: Counts['rows']): Line {
  const sum = (status: 'ONAY' | 'RET'): number =>
    rows.reduce((total, row) => total + (row.status === status ? row.count : 0), 0);
  return { name, approvals: sum('ONAY'), refusals: sum('RET') };
}

/** @param brands counts of each brand; shown where there are several */
export function CountTables({ counts, brands }: { readonly counts: Counts; readonly brands: Counts['brands'] }) {
  const { t, language, format } = useText();
  const desk = useDesk();
  const kinds = CHANNELS.flatMap((channel) =>
    RECIPIENT_TYPES.map((type) =>
      lineOf(
        `${t.channel[channel]}, ${t.recipientType[type].toLocaleLowerCase(language)}`,
        counts.rows.filter(({ channel: own, recipientType }) => own === channel && recipientType === type),
      ),
    ),
  );
  const sources = [...Map.groupBy(counts.rows, ({ source }) => source)].map(([source, rows]) =>
    lineOf(source === null ? t.noSource : (t.source[source] ?? source), rows),
  );
  const byBrand = brands
    .map(({ brandId, ...line }) => ({ name: desk.brandName(brandId), ...line }))
    .sort((one, other) => format.compare(one.name, other.name));
  const total = ({ approvals, refusals }: Line): number => approvals + refusals;
  return (
    <Listing file={t.files.counts} rows={counts.rows.length}>
      <div className="reports__tables">
        <CountTable
          title={t.reports.byKind}
          lines={kinds.filter((line) => total(line) > 0)}
          sum={lineOf(t.reports.total, counts.rows)}
        />
        <CountTable
          title={t.reports.bySource}
          lines={sources.sort((one, other) => total(other) - total(one))}
          sum={lineOf(t.reports.total, counts.rows)}
        />
        {byBrand.length > 1 && <CountTable title={t.reports.byBrand} lines={byBrand} />}
      </div>
    </Listing>
  );
}

function CountTable({
  title,
  lines,
  sum,
}: {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly sum?: Line;
}) {
  const { t, format } = useText();
  const cells = ({ approvals, refusals }: Line) => (
    <>
      <td className="end">{format.number(approvals)}</td>
      <td className="end">{format.number(refusals)}</td>
      <td className="end">{format.number(approvals + refusals)}</td>
    </>
  );
  return (
    <table className="table">
      <caption>{title}</caption>
      <thead>
        <tr>
          <th scope="col">
            <span className="vh">{title}</span>
          </th>
          <th scope="col" className="end">
            {t.reports.approvals}
          </th>
          <th scope="col" className="end">
            {t.reports.refusals}
          </th>
          <th scope="col" className="end">
            {t.reports.total}
          </th>
        </tr>
      </thead>
      <tbody>
        {lines.map((line) => (
          <tr key={line.name}>
            <th scope="row">{line.name}</th>
            {cells(line)}
          </tr>
        ))}
      </tbody>
      {sum !== undefined && (
        <tfoot>
          <tr>
            <th scope="row">{sum.name}</th>
            {cells(sum)}
          </tr>
        </tfoot>
      )}
    </table>
  );
}
