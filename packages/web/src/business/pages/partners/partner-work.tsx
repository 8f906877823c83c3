// What a partner or an intermediary did for the provider, and what it asked: by day and person, without addresses.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Failure, SkeletonRows } from '../../../ui/parts.tsx';
import { useOrganisation } from '../../desk.tsx';

/** Asked for when it is opened. */
export function PartnerWork({ otherCode }: { readonly otherCode: number }) {
  const { t } = useText();
  const [open, setOpen] = useState(false);
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t.partners.page.work}</summary>
      {open && <WorkTable otherCode={otherCode} />}
    </details>
  );
}

function WorkTable({ otherCode }: { readonly otherCode: number }) {
  const { t, format } = useText();
  const { columns, ...words } = t.partners.work;
  const organisation = useOrganisation();
  const work = useQuery({
    queryKey: ['organisation', organisation, 'partnerships', otherCode, 'work'],
    queryFn: ({ signal }) =>
      ask('GET /organisations/:organisation/partnerships/:other/work', {
        params: { organisation, other: otherCode },
        signal,
      }),
  });
  const acts = t.staff.activity.acts;
  const nameOf = (what: string): string =>
    what === 'movements' || what === 'calls' ? words[what] : (acts[what] ?? what);
  if (work.error !== null && work.data === undefined)
    return <Failure error={work.error} again={() => void work.refetch()} />;
  if (work.data === undefined) return <SkeletonRows rows={3} />;
  if (work.data.work.length === 0) return <p className="meta">{words.none}</p>;
  return (
    <>
      <p className="meta partners__note">{words.lead(format.day(work.data.from))}</p>
      <table className="table table--stack">
        <thead>
          <tr>
            <th scope="col">{columns.day}</th>
            <th scope="col">{columns.who}</th>
            <th scope="col">{columns.what}</th>
            <th scope="col" className="end">
              {columns.count}
            </th>
          </tr>
        </thead>
        <tbody>
          {work.data.work.map(({ day, who, what, count, rows }) => (
            <tr key={`${day} ${who} ${what}`}>
              <th scope="row" className="nowrap">
                {format.day(day)}
              </th>
              <td data-l={columns.who}>{who ?? words.program}</td>
              <td data-l={columns.what}>{nameOf(what)}</td>
              <td data-l={columns.count} className="end">
                {rows === null ? format.number(count) : words.rows(format.number(count), format.number(rows))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {work.data.more && <p className="meta">{words.more}</p>}
    </>
  );
}
