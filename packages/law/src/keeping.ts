// How long a record is kept at the least (law.md, rule 28).

import type { Calendar } from './calendar.ts';
import { type PeriodKey, periodEnd, periodInForce } from './periods.ts';
import { istanbulDay } from './time.ts';

/**
 * The epoch second from which a record may be erased: the later of what the regulation asks (from the end of the
 * consent's validity, or from the record's own date) and what the law asks (from the act).
 * @param record.actAt when it was made or last acted on, epoch seconds
 * @param record.endedAt when the consent that it proves ended; null for a record that proves no consent. A consent that
 *   stands has no end: its records are kept, and nobody asks.
 */
export function keptUntil(
  calendar: Calendar,
  { actAt, endedAt }: { readonly actAt: number; readonly endedAt: number | null },
): number {
  const end = (key: PeriodKey, at: number): number => {
    const period = periodInForce(key, istanbulDay(at));
    return period === undefined ? at : periodEnd(calendar, period, at);
  };
  return Math.max(
    end('keep-all-records', actAt),
    endedAt === null ? end('keep-other-record', actAt) : end('keep-consent-record', endedAt),
  );
}
