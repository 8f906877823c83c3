// Recording from Excel: read, see what will happen to each row, record, and take back what was not recorded.

import { sourcesByHand } from '@acik-iys/law';
import { type FormEvent, useRef, useState } from 'react';
import { useAttempt } from '../../../api/attempt.ts';
import { type AnswerOf, ask, newKey } from '../../../api/client.ts';
import { saveFile, sendFile } from '../../../api/files.ts';
import { useText } from '../../../text/index.tsx';
import { HelpLink } from '../../../ui/help-link.tsx';
import { Failure, Field, PageTitle, SkeletonRows, State } from '../../../ui/parts.tsx';
import { BrandField, useBrandChoice } from '../../brand-field.tsx';
import { useDesk, useOrganisation } from '../../desk.tsx';
import { DraftFound, DraftKept, useKept } from '../../draft.tsx';
import { SourceFields, sourceOf } from './list-source.tsx';
import './list.css';

type ReadList = AnswerOf<'POST /organisations/:organisation/lists/file'>;
type ReadRow = ReadList['rows'][number];
type Result = NonNullable<ReadRow['will']>;

const CHANNELS = ['MESAJ', 'ARAMA', 'EPOSTA'] as const;
/** Of a list of refusals: what a consent cannot be by is told row by row. */
const SOURCES = sourcesByHand('RET');

type Given = Partial<Record<'type' | 'status' | 'source' | 'hour', string>>;

interface Form {
  readonly brandId: number;
  readonly pasted: string;
  readonly given: Given;
}

export function ListRecord() {
  const { t, language, format } = useText();
  const words = t.lists.record;
  const desk = useDesk();
  const organisation = useOrganisation();
  const brands = desk.brandsFor('record');
  const [list, setList] = useState<ReadList>();
  const kept = useKept<Form>(
    'list-record',
    { brandId: brands[0]?.brandId ?? 0, pasted: '', given: {} },
    { holds: ({ pasted }) => pasted !== '' },
  );
  const { form } = kept;
  const { brandId, given } = form;
  const choice = useBrandChoice('record', {
    brandId,
    holds: form.pasted !== '' || list !== undefined,
    onChange: (to) => kept.set({ brandId: to }),
  });
  const [file, setFile] = useState<File>();
  const source = sourceOf(file, form.pasted);
  const [results, setResults] = useState<ReadonlyMap<number, Result>>();
  const [missing, setMissing] = useState(false);
  const { busy, failure, attempt } = useAttempt();
  /** One key for the list that is shown: sent twice, it is recorded once. */
  const key = useRef(newKey());
  const params = { organisation };
  /** What was tried last: who tries again does the same again, and nothing else. */
  const last = useRef<'read' | 'record' | 'template' | 'refused'>('read');
  const run = (act: typeof last.current, work: () => Promise<void>): void => {
    last.current = act;
    void attempt(work);
  };

  const read = (event?: FormEvent): void => {
    event?.preventDefault();
    setMissing(source === undefined);
    if (source === undefined || choice.brand === undefined) return;
    run('read', async () => {
      const query = { brand: String(brandId), ...given };
      setList(
        source.kind === 'file'
          ? await sendFile('POST /organisations/:organisation/lists/file', source.file, { params, query })
          : await ask('POST /organisations/:organisation/lists/pasted', {
              params,
              query: query as never,
              body: { text: source.text },
            }),
      );
      setResults(undefined);
      key.current = newKey();
    });
  };

  const willBeSent = list?.rows.filter(({ will }) => will !== null && will.outcome !== 'refused') ?? [];
  const record = (): void =>
    run('record', async () => {
      const { rows } = await ask('POST /organisations/:organisation/lists/records', {
        params,
        body: { key: key.current, brandId, rows: willBeSent.map(({ consent }) => consent) },
      });
      await kept.done({ ...form, pasted: '' });
      setResults(new Map(willBeSent.map(({ rowNumber }, at) => [rowNumber, rows[at] as Result])));
    });

  /** What is to be mended: rows with faults, and rows that were refused. */
  const toMend = (list?.rows ?? []).flatMap((row) => {
    const reason = reasonOf(row, results?.get(row.rowNumber) ?? row.will, language);
    return reason === undefined ? [] : [{ cells: row.cells, reason }];
  });
  const template = (): void =>
    run('template', () => saveFile('GET /organisations/:organisation/lists/template', { params, query: { language } }));
  const refused = (): void =>
    run('refused', () =>
      saveFile('POST /organisations/:organisation/lists/refused', { params, body: { language, rows: toMend } }),
    );
  const again = { read, record, template, refused }[last.current];
  const startAgain = (): void => {
    setList(undefined);
    setResults(undefined);
    setFile(undefined);
    void kept.done();
  };

  if (!kept.ready)
    return (
      <>
        <PageTitle>{words.title}</PageTitle>
        <SkeletonRows />
      </>
    );
  return (
    <>
      <PageTitle>{words.title}</PageTitle>
      <HelpLink topic="lists" />
      <p className="list__lead">{words.lead}</p>
      <p>
        <button type="button" className="btn btn--quiet" onClick={template}>
          {words.template}
        </button>
      </p>
      {failure !== undefined && <Failure error={failure} again={() => again()} />}
      {list === undefined ? (
        <form className="form list__form" onSubmit={read}>
          <DraftFound kept={kept} />
          <BrandField
            label={words.brand}
            choice={choice}
            brandId={brandId}
            onChange={(to) => kept.set({ brandId: to })}
            error={choice.brand === undefined ? t.partners.needBrand : undefined}
          />
          <SourceFields
            pasted={form.pasted}
            onFile={setFile}
            onPaste={(pasted) => {
              setFile(undefined);
              kept.set({ pasted });
            }}
            pasteLabel={words.paste}
            pasteHint={words.pasteHint}
            error={missing && source === undefined ? words.needOne : undefined}
          />
          <div className="row">
            <button type="submit" className="btn btn--next" aria-disabled={busy}>
              {words.read}
            </button>
            <DraftKept kept={kept} />
          </div>
          {busy && <SkeletonRows rows={4} />}
        </form>
      ) : (
        <section aria-live="polite">
          <Columns list={list} />
          {results === undefined && list.missing.includes('consentDate') && (
            <p className="banner">{words.dateMissing}</p>
          )}
          {results === undefined && (
            <Missing list={list} given={given} onChange={(next) => kept.set({ given: next })} again={() => read()} />
          )}
          <div className="head list__head">
            <h2>
              {results === undefined
                ? words.summary(format.number(willBeSent.length), format.number(toMend.length))
                : words.doneSummary(format.number(list.rows.length - toMend.length), format.number(toMend.length))}
            </h2>
          </div>
          <Rows list={list} results={results} />
          <div className="row list__acts">
            {results === undefined && willBeSent.length > 0 && (
              <button type="button" className="btn btn--next" aria-disabled={busy} onClick={record}>
                {words.submit(format.number(willBeSent.length))}
              </button>
            )}
            {results === undefined && willBeSent.length === 0 && <p>{words.nothing}</p>}
            {toMend.length > 0 && (
              <button type="button" className="btn" onClick={refused}>
                {words.download}
              </button>
            )}
            <button type="button" className="btn" onClick={startAgain}>
              {words.another}
            </button>
          </div>
        </section>
      )}
    </>
  );
}

/** Why a row is not recorded, or undefined where it is. */
function reasonOf(row: ReadRow, result: Result | null, language: 'tr' | 'en'): string | undefined {
  if (row.faults.length > 0) return row.faults.map((fault) => fault[language]).join(' ');
  if (result?.outcome === 'refused') return result.words?.[language] ?? result.code ?? '';
  return undefined;
}

function Columns({ list: { columns, sheet, otherSheets } }: { readonly list: ReadList }) {
  const { t } = useText();
  const words = t.lists.record;
  return (
    <details className="list__columns">
      <summary>{words.columnsTitle}</summary>
      <ul>
        {columns.map(({ column, header, kind }) => {
          const name = kind === null ? words.unused : (words.field[kind] ?? kind);
          return (
            <li key={column} className="meta">
              {header === null ? words.columnBare(column, name) : words.column(column, header, name)}
            </li>
          );
        })}
      </ul>
      {sheet !== null && otherSheets.length > 0 && (
        <p className="meta">{words.otherSheets(sheet, otherSheets.join(', '))}</p>
      )}
    </details>
  );
}

/** What no column says is chosen once for all rows; so is the hour of dates without one. */
function Missing({
  list,
  given,
  onChange,
  again,
}: {
  readonly list: ReadList;
  readonly given: Given;
  readonly onChange: (given: Given) => void;
  readonly again: () => void;
}) {
  const { t } = useText();
  const words = t.lists.record;
  const withoutHour = list.rows.some(({ faults }) => faults.some(({ code }) => code === 'row.hour_missing'));
  const choices: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
    type: CHANNELS.map((channel) => [channel, t.channel[channel]] as const),
    status: (['ONAY', 'RET'] as const).map((status) => [status, t.status[status]] as const),
    source: SOURCES.map((one) => [one, t.source[one] ?? one] as const),
  };
  const asked = list.missing.filter((field) => field in choices);
  if (asked.length === 0 && !withoutHour) return null;
  return (
    <div className="sheet form list__missing">
      <h2>{words.missingTitle}</h2>
      <p className="meta">{words.missingLead}</p>
      <div className="pair">
        {asked.map((field) => (
          <Field key={field} label={words.field[field] ?? field}>
            {(control) => (
              <select
                {...control}
                className="input"
                value={given[field as keyof Given] ?? ''}
                onChange={({ target }) => onChange({ ...given, [field]: target.value || undefined })}
              >
                <option value="" />
                {choices[field]?.map(([value, label]) => (
                  <option key={value} value={value}>
                    {label}
                  </option>
                ))}
              </select>
            )}
          </Field>
        ))}
        {withoutHour && (
          <Field label={words.hour}>
            {(control) => (
              <input
                {...control}
                className="input"
                type="time"
                value={given.hour ?? ''}
                onChange={({ target }) => onChange({ ...given, hour: target.value })}
              />
            )}
          </Field>
        )}
      </div>
      <div>
        <button type="button" className="btn" onClick={again}>
          {words.again}
        </button>
      </div>
    </div>
  );
}

function Rows({
  list,
  results,
}: {
  readonly list: ReadList;
  readonly results: ReadonlyMap<number, Result> | undefined;
}) {
  const { t, language } = useText();
  const words = t.lists.record;
  const { columns } = words;
  const last = results === undefined ? columns.will : words.came;
  return (
    <table className="table table--stack list__rows">
      <thead>
        <tr>
          <th scope="col" className="end">
            {columns.row}
          </th>
          <th scope="col">{columns.address}</th>
          <th scope="col">{columns.what}</th>
          <th scope="col">{columns.when}</th>
          <th scope="col">{last}</th>
        </tr>
      </thead>
      <tbody>
        {list.rows.map((row) => {
          const { rowNumber, consent, repairs, sameAs } = row;
          const result = results?.get(rowNumber) ?? row.will;
          const reason = reasonOf(row, result, language);
          const repaired = (field: string) => repairs.find((repair) => repair.field === field);
          const address = repaired('recipient');
          const when = repaired('consentDate');
          const said = results === undefined ? words.outcomes : words.done;
          return (
            <tr key={rowNumber}>
              <th scope="row" className="end num">
                {rowNumber}
              </th>
              <td data-l={columns.address} className="addr">
                {address === undefined ? consent.recipient : words.repaired(address.read, address.becomes)}
              </td>
              <td data-l={columns.what}>{[consent.type, consent.status].filter(Boolean).map(wordOf(t)).join(', ')}</td>
              <td data-l={columns.when}>
                {when === undefined ? consent.consentDate : words.repaired(when.read, when.becomes)}
              </td>
              <td data-l={last}>
                {reason !== undefined ? (
                  <State sign="note">
                    {said.refused}: {reason}
                  </State>
                ) : sameAs !== null ? (
                  <span className="meta">{words.sameAs(sameAs)}</span>
                ) : (
                  result !== null && (
                    <State sign={results === undefined ? 'wait' : 'done'}>{said[result.outcome]}</State>
                  )
                )}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** A word of the contract as people say it. */
function wordOf(t: ReturnType<typeof useText>['t']) {
  const known: Readonly<Record<string, string>> = { ...t.channel, ...t.status };
  return (word: string | undefined): string => (word === undefined ? '' : (known[word] ?? word));
}
