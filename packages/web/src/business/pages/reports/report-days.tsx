// The days that are over: the file of each with its hash and time stamp, and whether the brand agrees to it.

import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useAttempt } from '../../../api/attempt.ts';
import { type AnswerOf, ask } from '../../../api/client.ts';
import { handOver } from '../../../api/files.ts';
import { useText } from '../../../text/index.tsx';
import { Confirm } from '../../../ui/dialog.tsx';
import { Listing } from '../../../ui/listing.tsx';
import { Failure, SkeletonRows, State } from '../../../ui/parts.tsx';
import { type BrandAnswer, useOrganisation } from '../../desk.tsx';
import { useStepUp } from '../../step-up.tsx';
import { BrandField, type ReportFilters } from './report-filters.tsx';
import { About, FileFacts, StampFacts } from './report-parts.tsx';

type ReportedDay = AnswerOf<'GET /organisations/:organisation/brands/:brand/reconciliations'>['days'][number];

export function ReportDays({ filters, brand }: { readonly filters: ReportFilters; readonly brand: BrandAnswer }) {
  const { t, format } = useText();
  const words = t.reports.days;
  const { columns } = words;
  const organisation = useOrganisation();
  const client = useQueryClient();
  const { confirmed, dialog } = useStepUp();
  const { busy, failure, attempt } = useAttempt();
  const [asked, setAsked] = useState<ReportedDay>();
  const params = { organisation, brand: brand.brandId };
  const key = ['organisation', organisation, 'reports', 'days', brand.brandId];
  const list = useInfiniteQuery({
    queryKey: key,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      ask('GET /organisations/:organisation/brands/:brand/reconciliations', {
        params,
        query: { ...(pageParam !== undefined && { after: pageParam }) },
        signal,
      }),
    getNextPageParam: ({ after }) => after,
  });
  const days = list.data?.pages.flatMap((page) => page.days) ?? [];
  const now = list.data?.pages[0]?.now ?? 0;
  const mayAgree = list.data?.pages[0]?.mayAgree === true;

  function agree({ day }: ReportedDay) {
    setAsked(undefined);
    void attempt(async () => {
      await ask('POST /organisations/:organisation/brands/:brand/reconciliations/:day/agreement', {
        params: { ...params, day },
      });
      await client.invalidateQueries({ queryKey: key });
    });
  }

  return (
    <>
      <p>{words.lead}</p>
      <div className="reports__fields">
        <BrandField filters={filters} />
      </div>
      {failure !== undefined && failure.code !== 'session.step_up' && <Failure error={failure} />}
      <Listing file={t.files.days} rows={days.length} list={list}>
        {list.error !== null && list.data === undefined ? (
          <Failure error={list.error} again={() => void list.refetch()} />
        ) : list.data === undefined ? (
          <SkeletonRows rows={8} />
        ) : days.length === 0 ? (
          <p className="empty">{words.empty}</p>
        ) : (
          <table className="table table--stack reports__list">
            <thead>
              <tr>
                <th scope="col">{columns.day}</th>
                <th scope="col">{columns.file}</th>
                <th scope="col">{columns.stamp}</th>
                <th scope="col">{columns.agreed}</th>
              </tr>
            </thead>
            <tbody>
              {days.map((one) => (
                <tr key={one.day}>
                  <th scope="row" className="nowrap">
                    {format.day(one.day)}
                  </th>
                  <td data-l={columns.file}>
                    {one.file === null ? (
                      <State sign={one.state === 'error' ? 'note' : 'wait'}>
                        {words[one.state === 'completed' ? 'error' : one.state]}
                      </State>
                    ) : (
                      <FileFacts
                        file={one.file}
                        about={format.day(one.day)}
                        onTake={
                          mayAgree
                            ? () =>
                                void attempt(() =>
                                  confirmed(() =>
                                    handOver(
                                      'GET /organisations/:organisation/brands/:brand/reconciliations/:day/file',
                                      {
                                        ...params,
                                        day: one.day,
                                      },
                                    ),
                                  ),
                                )
                            : undefined
                        }
                      />
                    )}
                  </td>
                  <td data-l={columns.stamp}>
                    {one.file !== null && (
                      <StampFacts
                        isStamped={one.isStamped}
                        about={format.day(one.day)}
                        href={`/portal/organisations/${organisation}/brands/${brand.brandId}/reconciliations/${one.day}/time-stamp`}
                      />
                    )}
                  </td>
                  <td data-l={columns.agreed}>
                    {one.agreed !== null ? (
                      <State sign="done">
                        {words.agreed(
                          one.agreed.person ?? one.agreed.organisation ?? words.program,
                          format.time(one.agreed.at, now),
                        )}
                      </State>
                    ) : mayAgree && one.file !== null ? (
                      <button
                        type="button"
                        className="btn btn--desk"
                        aria-disabled={busy}
                        onClick={() => setAsked(one)}
                      >
                        {words.agree}
                        <About>{format.day(one.day)}</About>
                      </button>
                    ) : (
                      <span className="meta">{words.notAgreed}</span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </Listing>
      <Confirm
        open={asked !== undefined}
        title={words.confirmTitle(asked === undefined ? '' : format.day(asked.day))}
        yes={words.confirmYes}
        onYes={() => asked !== undefined && agree(asked)}
        onNo={() => setAsked(undefined)}
        final
      >
        <p>{words.confirmLead(brand.name)}</p>
      </Confirm>
      {dialog}
    </>
  );
}
