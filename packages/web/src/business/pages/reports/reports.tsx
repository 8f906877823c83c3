// Reports: what stands, what moved, the day's reconciliation, files. Which of them is shown stands in the address.

import { Link } from '@tanstack/react-router';
import { useText } from '../../../text/index.tsx';
import { PageTitle } from '../../../ui/parts.tsx';
import { useOrganisation } from '../../desk.tsx';
import { ReportDays } from './report-days.tsx';
import { ReportFiles } from './report-files.tsx';
import { useReportFilters } from './report-filters.tsx';
import { ReportMovements } from './report-movements.tsx';
import type { ReportView } from './report-search.ts';
import { ReportStanding } from './report-standing.tsx';
import './reports.css';

export function Reports() {
  const { t } = useText();
  const words = t.reports;
  const organisation = useOrganisation();
  const filters = useReportFilters();
  const { brand, search } = filters;
  const view = search.gorunum ?? 'durum';
  if (brand === undefined)
    return (
      <>
        <PageTitle>{words.title}</PageTitle>
        <p className="empty">{words.noBrand}</p>
      </>
    );
  return (
    <>
      <PageTitle>{words.title}</PageTitle>
      <nav className="tabs reports__tabs no-print" aria-label={words.title}>
        {(Object.keys(words.tabs) as ReportView[]).map((name) => (
          <Link
            key={name}
            to="/isletme/$organisation/raporlar"
            params={{ organisation: String(organisation) }}
            search={{ ...search, gorunum: name }}
            aria-current={view === name ? 'true' : undefined}
            activeProps={{}}
          >
            {words.tabs[name]}
          </Link>
        ))}
      </nav>
      {view === 'durum' && <ReportStanding filters={filters} />}
      {view === 'hareketler' && <ReportMovements filters={filters} brand={brand} />}
      {view === 'mutabakat' && <ReportDays filters={filters} brand={brand} />}
      {view === 'dosyalar' && <ReportFiles filters={filters} brand={brand} />}
    </>
  );
}
