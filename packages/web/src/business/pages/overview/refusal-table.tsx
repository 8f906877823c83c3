// Refusals as a table: who, for which brand, where he said so, and whether it reached the provider's lists.

import { Link } from '@tanstack/react-router';
import { type KeyboardEvent, type ReactNode, useRef } from 'react';
import type { AnswerOf } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { State } from '../../../ui/parts.tsx';
import { useDesk, useOrganisation } from '../../desk.tsx';

export type RefusalRow = AnswerOf<'GET /organisations/:organisation/refusals'>['refusals'][number];

/** Name of a row among all brands'. */
export function nameOf({ brandId, seq }: RefusalRow): string {
  return `${brandId} ${seq}`;
}

export function RefusalTable({
  refusals,
  now,
  select,
}: {
  readonly refusals: readonly RefusalRow[];
  readonly now: number;
  /** A box before each row, where rows can be chosen. */
  readonly select?: (row: RefusalRow) => ReactNode;
}) {
  const { t, format } = useText();
  const desk = useDesk();
  const organisation = useOrganisation();
  const body = useRef<HTMLTableSectionElement>(null);
  const columns = t.refusals.columns;

  function move(event: KeyboardEvent) {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step === 0) return;
    const links = [...(body.current?.querySelectorAll<HTMLElement>('a[data-row]') ?? [])];
    const at = links.findIndex((link) => link.closest('tr')?.contains(document.activeElement));
    const next = links[at + step];
    if (next === undefined) return;
    event.preventDefault();
    next.focus();
  }

  return (
    <table className="table table--stack">
      <thead>
        <tr>
          {select !== undefined && (
            <td>
              <span className="vh">{t.refusals.tick}</span>
            </td>
          )}
          <th scope="col">{columns.address}</th>
          <th scope="col">{columns.brand}</th>
          <th scope="col">{columns.channel}</th>
          <th scope="col">{columns.source}</th>
          <th scope="col">{columns.when}</th>
          <th scope="col">{columns.list}</th>
        </tr>
      </thead>
      <tbody ref={body} onKeyDown={move}>
        {refusals.map((row) => (
          <tr key={nameOf(row)}>
            {select !== undefined && <td>{select(row)}</td>}
            <th scope="row">
              <Link
                data-row
                className="addr"
                to="/isletme/$organisation/kisi/$reference"
                params={{ organisation: String(organisation), reference: row.reference }}
              >
                {row.masked}
              </Link>
            </th>
            <td data-l={columns.brand}>{desk.brandName(row.brandId)}</td>
            <td data-l={columns.channel}>{t.channel[row.channel]}</td>
            <td data-l={columns.source}>{row.source === null ? t.noSource : (t.source[row.source] ?? row.source)}</td>
            <td data-l={columns.when} className="nowrap">
              {format.time(row.receivedAt, now)}
            </td>
            <td data-l={columns.list}>
              <TakenOver row={row} now={now} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function TakenOver({ row: { takenOver, stopBy }, now }: { readonly row: RefusalRow; readonly now: number }) {
  const { t, format } = useText();
  if (takenOver !== null) {
    const way = t.refusals.way[takenOver.way];
    return <State sign="done">{takenOver.by === null ? way : t.refusals.by(way, takenOver.by)}</State>;
  }
  if (stopBy <= now) return <State sign="note">{t.refusals.late(format.lastDayShort(stopBy, now))}</State>;
  return <State sign="wait">{t.refusals.waits(format.lastDayShort(stopBy, now))}</State>;
}
