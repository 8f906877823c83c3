// Files: asked for by a form whose answers stand in the address of the page, followed while they are made, cancelled, taken.

import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useAttempt } from '../../../api/attempt.ts';
import { type AnswerOf, ask, newKey } from '../../../api/client.ts';
import { handOver } from '../../../api/files.ts';
import { useText } from '../../../text/index.tsx';
import { Listing } from '../../../ui/listing.tsx';
import { Choices, ErrorSummary, Failure, SkeletonRows, State } from '../../../ui/parts.tsx';
import { type BrandAnswer, useDesk, useOrganisation } from '../../desk.tsx';
import { fieldFaults } from '../../field-faults.ts';
import { useStepUp } from '../../step-up.tsx';
import { BrandField, CHANNELS, DayField, RECIPIENT_TYPES, type ReportFilters, WordField } from './report-filters.tsx';
import { About, FileFacts, StampFacts } from './report-parts.tsx';
import { SOURCES } from './report-search.ts';

type JobsAnswer = AnswerOf<'GET /organisations/:organisation/report-jobs'>;
type Job = JobsAnswer['jobs'][number];

/** How often a file that is being made is asked about. */
const FOLLOW_MS = 1_000;
/** Ids of the controls by the names that the server has for their fields. */
const CONTROLS = { from: 'rapor-ilk', to: 'rapor-son', format: 'rapor-bicim' };

export function ReportFiles({ filters, brand }: { readonly filters: ReportFilters; readonly brand: BrandAnswer }) {
  const { t } = useText();
  const words = t.reports.files;
  const organisation = useOrganisation();
  const client = useQueryClient();
  const key = ['organisation', organisation, 'reports', 'jobs'];
  const list = useInfiniteQuery({
    queryKey: key,
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam, signal }) =>
      ask('GET /organisations/:organisation/report-jobs', {
        params: { organisation },
        query: { ...(pageParam !== undefined && { after: pageParam }) },
        signal,
      }),
    getNextPageParam: ({ after }) => after,
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ jobs }) => jobs.some(isOpen)) === true ? FOLLOW_MS : false,
  });
  const jobs = list.data?.pages.flatMap((page) => page.jobs) ?? [];
  const changed = () => client.invalidateQueries({ queryKey: key });
  return (
    <>
      <ReportForm filters={filters} brand={brand} onAsked={changed} />
      <section className="sec">
        <h2>{words.listTitle}</h2>
        <Listing file={t.files.reportFiles} rows={jobs.length} list={list}>
          {list.error !== null && list.data === undefined ? (
            <Failure error={list.error} again={() => void list.refetch()} />
          ) : list.data === undefined ? (
            <SkeletonRows rows={4} />
          ) : jobs.length === 0 ? (
            <p className="empty">{words.empty}</p>
          ) : (
            <JobTable jobs={jobs} now={list.data.pages[0]?.now ?? 0} onChanged={changed} />
          )}
        </Listing>
      </section>
    </>
  );
}

function isOpen({ state }: Job): boolean {
  return state === 'queued' || state === 'running';
}

// -------------------------------------------------------------------------------------------------- form

function ReportForm({
  filters,
  brand,
  onAsked,
}: {
  readonly filters: ReportFilters;
  readonly brand: BrandAnswer;
  readonly onAsked: () => Promise<void>;
}) {
  const { t, language } = useText();
  const words = t.reports.files;
  const organisation = useOrganisation();
  const { search, today, from, to, set } = filters;
  const { kanal, alici, durum, kaynak, taraf, tur, bicim } = search;
  const { busy, failure, attempt } = useAttempt();
  const { confirmed, dialog } = useStepUp();
  const [formKey, setFormKey] = useState(newKey);
  const [asked, setAsked] = useState(false);
  const movements = tur === 'hareketler';
  const mayClear = brand.abilities.includes('clearFiles');
  const clear = mayClear && search.acik === 1;
  const faults = fieldFaults(failure, CONTROLS, language);
  const faultOf = (field: keyof typeof CONTROLS): string | undefined =>
    faults.find((fault) => fault.field === CONTROLS[field])?.text;

  function submit(event: FormEvent) {
    event.preventDefault();
    setAsked(false);
    void attempt(async () => {
      await confirmed(() =>
        ask('POST /organisations/:organisation/report-jobs', {
          params: { organisation },
          body: {
            key: formKey,
            brandId: brand.brandId,
            kind: movements ? 'movements' : 'permissions',
            format: bicim ?? 'csv',
            from: movements ? from : null,
            to: movements ? to : (search.gun ?? today),
            channel: kanal ?? null,
            recipientType: alici ?? null,
            status: durum ?? null,
            source: movements ? null : (kaynak ?? null),
            side: movements ? (taraf ?? null) : null,
            clear,
          },
        }),
      );
      setFormKey(newKey());
      setAsked(true);
      await onAsked();
    });
  }

  return (
    <section>
      <h2>{words.formTitle}</h2>
      <p className="meta reports__lead">{words.lead}</p>
      <form className="form reports__form" onSubmit={submit}>
        <ErrorSummary faults={faults} />
        {failure !== undefined && faults.length === 0 && failure.code !== 'session.step_up' && (
          <Failure error={failure} />
        )}
        <Choices legend={words.what}>
          <label className="check">
            <input type="radio" name="tur" checked={!movements} onChange={() => set({ tur: undefined })} />
            {words.permissions}
          </label>
          <label className="check">
            <input type="radio" name="tur" checked={movements} onChange={() => set({ tur: 'hareketler' })} />
            {words.movements}
          </label>
        </Choices>
        <div className="pair">
          <BrandField filters={filters} />
          {movements ? (
            <>
              <DayField
                id={CONTROLS.from}
                label={t.reports.from}
                value={from}
                today={today}
                error={faultOf('from')}
                onChange={(ilk) => set({ ilk, son: to })}
              />
              <DayField
                id={CONTROLS.to}
                label={t.reports.to}
                value={to}
                today={today}
                error={faultOf('to')}
                onChange={(son) => set({ ilk: from, son })}
              />
            </>
          ) : (
            <DayField
              id={CONTROLS.to}
              label={t.reports.day}
              value={search.gun ?? today}
              today={today}
              error={faultOf('to')}
              onChange={(gun) => set({ gun })}
            />
          )}
          <WordField
            label={t.reports.channel}
            value={kanal}
            options={CHANNELS}
            wordOf={(channel) => t.channel[channel]}
            onChange={(channel) => set({ kanal: channel })}
          />
          <WordField
            label={t.reports.recipientType}
            value={alici}
            options={RECIPIENT_TYPES}
            wordOf={(type) => t.recipientType[type]}
            onChange={(type) => set({ alici: type })}
          />
          <WordField
            label={t.reports.status}
            value={durum}
            options={['ONAY', 'RET']}
            wordOf={(status) => t.status[status]}
            onChange={(status) => set({ durum: status })}
          />
          {movements ? (
            <WordField
              label={t.reports.side}
              value={taraf}
              options={['HS', 'IYS']}
              wordOf={(side) => t.reports.sides[side]}
              onChange={(side) => set({ taraf: side })}
            />
          ) : (
            <WordField
              label={t.reports.source}
              value={kaynak}
              options={SOURCES}
              wordOf={(source) => t.source[source] ?? source}
              onChange={(source) => set({ kaynak: source })}
            />
          )}
        </div>
        <Choices legend={words.format} id={CONTROLS.format} error={faultOf('format')}>
          <label className="check">
            <input type="radio" name="bicim" checked={bicim !== 'xlsx'} onChange={() => set({ bicim: undefined })} />
            {words.csv}
          </label>
          <label className="check">
            <input type="radio" name="bicim" checked={bicim === 'xlsx'} onChange={() => set({ bicim: 'xlsx' })} />
            {words.xlsx}
          </label>
        </Choices>
        {mayClear && (
          <Choices legend={words.addresses}>
            <label className="check">
              <input type="radio" name="acik" checked={!clear} onChange={() => set({ acik: undefined })} />
              {words.masked}
            </label>
            <label className="check">
              <input type="radio" name="acik" checked={clear} onChange={() => set({ acik: 1 })} />
              {words.clear}
            </label>
          </Choices>
        )}
        <div className="row">
          <button type="submit" className="btn btn--next" aria-disabled={busy}>
            {words.submit}
          </button>
          <span role="status">{asked && <State sign="done">{words.asked}</State>}</span>
        </div>
      </form>
      {dialog}
    </section>
  );
}

// -------------------------------------------------------------------------------------------------- list

function JobTable({
  jobs,
  now,
  onChanged,
}: {
  readonly jobs: readonly Job[];
  readonly now: number;
  readonly onChanged: () => Promise<void>;
}) {
  const { t, format } = useText();
  const words = t.reports.files;
  const { columns } = words;
  const desk = useDesk();
  const organisation = useOrganisation();
  const { busy, failure, attempt } = useAttempt();
  const { confirmed, dialog } = useStepUp();

  function nameOf({ kind, from, to }: Job): string {
    return kind === 'permissions' || from === null
      ? words.permissionsOf(format.day(to))
      : words.movementsOf(format.day(from), format.day(to));
  }
  function filtersOf({ brandId, channel, recipientType, status, source, side, clear }: Job): string {
    return [
      desk.brandName(brandId),
      channel && t.channel[channel],
      recipientType && t.recipientType[recipientType],
      status && t.status[status],
      source && (t.source[source] ?? source),
      side && t.reports.sides[side],
      clear ? words.inClear : words.inMask,
    ]
      .filter(Boolean)
      .join(', ');
  }
  const cancel = ({ jobId }: Job): void =>
    void attempt(async () => {
      await ask('POST /organisations/:organisation/report-jobs/:jobId/cancellation', {
        params: { organisation, jobId },
      });
      await onChanged();
    });
  const take = ({ jobId }: Job): void =>
    void attempt(() =>
      confirmed(() => handOver('GET /organisations/:organisation/report-jobs/:jobId/file', { organisation, jobId })),
    );

  return (
    <>
      {failure !== undefined && failure.code !== 'session.step_up' && <Failure error={failure} />}
      <table className="table table--stack reports__list">
        <thead>
          <tr>
            <th scope="col">{columns.what}</th>
            <th scope="col">{columns.state}</th>
            <th scope="col">{columns.file}</th>
            <th scope="col">{columns.stamp}</th>
            <th scope="col">{columns.asked}</th>
          </tr>
        </thead>
        <tbody>
          {jobs.map((job) => (
            <tr key={job.jobId}>
              <th scope="row">
                {nameOf(job)}
                <br />
                <span className="meta">{filtersOf(job)}</span>
              </th>
              <td data-l={columns.state}>
                <JobState job={job} name={nameOf(job)} />
              </td>
              <td data-l={columns.file}>
                {isOpen(job) && job.mayCancel && (
                  <button type="button" className="btn btn--desk" aria-disabled={busy} onClick={() => cancel(job)}>
                    {words.cancel}
                    <About>{nameOf(job)}</About>
                  </button>
                )}
                {job.file !== null && (
                  <>
                    <FileFacts file={job.file} about={nameOf(job)} onTake={() => take(job)} />
                    {job.expiresAt !== null && (
                      <span className="meta">{words.until(format.time(job.expiresAt, now))}</span>
                    )}
                  </>
                )}
              </td>
              <td data-l={columns.stamp}>
                {job.file !== null &&
                  (job.stamp === null ? (
                    <span className="meta">{words.noStamp}</span>
                  ) : (
                    <StampFacts
                      isStamped={job.stamp.at !== null}
                      about={nameOf(job)}
                      href={`/portal/organisations/${organisation}/report-jobs/${job.jobId}/time-stamp`}
                    />
                  ))}
              </td>
              <td data-l={columns.asked}>
                <span>
                  {job.askedBy ?? words.someone}, <span className="nowrap">{format.time(job.createdAt, now)}</span>
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {dialog}
    </>
  );
}

function JobState({ job, name }: { readonly job: Job; readonly name: string }) {
  const { t, language, format } = useText();
  const words = t.reports.files;
  switch (job.state) {
    case 'queued':
      return <State sign="wait">{words.queued}</State>;
    case 'running':
      return (
        <span className="reports__progress">
          <progress
            aria-label={words.progressOf(name)}
            value={job.rowsDone}
            max={Math.max(1, job.rowsEstimated, job.rowsDone)}
          />
          <span className="meta">{words.running(format.number(job.rowsDone), format.number(job.rowsEstimated))}</span>
        </span>
      );
    case 'done':
      return job.file === null ? (
        <State sign="none">{words.gone}</State>
      ) : (
        <State sign="done">{words.done(format.number(job.rowsDone))}</State>
      );
    case 'cancelled':
      return <State sign="none">{words.cancelled}</State>;
    case 'failed':
      return (
        <span>
          <State sign="note">{words.failed}</State>
          <br />
          <span className="meta">{job.sentence?.[language]}</span>
        </span>
      );
  }
}
