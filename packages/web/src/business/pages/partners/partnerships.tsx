// Partners and intermediaries of a provider: what each may do for which brand, what waits to be accepted, what they did,
// and all that is over. Named by number, given, changed and ended here.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { useAttempt } from '../../../api/attempt.ts';
import { ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Listing } from '../../../ui/listing.tsx';
import { ErrorSummary, Failure, type Fault, Field, PageTitle, SkeletonRows, State } from '../../../ui/parts.tsx';
import { useOrganisation } from '../../desk.tsx';
import { fieldFaults } from '../../field-faults.ts';
import { useStepUp } from '../../step-up.tsx';
import { type Ending, EndRights } from './end-rights.tsx';
import { type GivenRight, PastRights, Reason, useRightWords } from './given-rights.tsx';
import { PartnerWork } from './partner-work.tsx';
import { type Holder, RightsForm } from './rights-form.tsx';
import './partners.css';

export function Partnerships() {
  const { t } = useText();
  const words = t.partners.page;
  const organisation = useOrganisation();
  const client = useQueryClient();
  const list = useQuery({
    queryKey: ['organisation', organisation, 'partnerships'],
    queryFn: ({ signal }) => ask('GET /organisations/:organisation/partnerships', { params: { organisation }, signal }),
  });
  const { failure, attempt } = useAttempt();
  const { confirmed, dialog } = useStepUp();
  const [naming, setNaming] = useState(false);
  const [changing, setChanging] = useState<number>();
  const [ending, setEnding] = useState<Ending>();
  const [said, setSaid] = useState('');

  /** Does something that asks for a second factor; what it answers is what is said then. */
  const change = (work: () => Promise<string>): Promise<void> =>
    attempt(async () => {
      setSaid('');
      try {
        setSaid(await confirmed(work));
        setNaming(false);
        setChanging(undefined);
      } finally {
        // Also where it failed: a part of it may be done, or the other side was faster.
        await client.invalidateQueries({ queryKey: ['organisation', organisation, 'partnerships'] });
      }
    });
  const give = (work: () => Promise<'waiting' | 'in-force'>): void =>
    void change(async () => ((await work()) === 'waiting' ? words.offered : words.changed));

  const rights = list.data?.rights ?? [];
  return (
    <>
      <PageTitle>{words.title}</PageTitle>
      <p className="partners__lead">{words.lead}</p>
      {failure !== undefined && <Failure error={failure} />}
      <p role="status" className="meta">
        {said}
      </p>
      {list.error !== null && list.data === undefined ? (
        <Failure error={list.error} again={() => void list.refetch()} />
      ) : list.data === undefined ? (
        <SkeletonRows rows={6} />
      ) : (
        <>
          {naming ? (
            <NamePartner rights={rights} onGive={give} onCancel={() => setNaming(false)} />
          ) : (
            <button type="button" className="btn btn--next" onClick={() => setNaming(true)}>
              {words.add}
            </button>
          )}
          {rights.length === 0 && !naming && <p className="empty">{words.empty}</p>}
          <Listing file={t.files.partners} rows={rights.length}>
            {[...Map.groupBy(rights, ({ holder }) => holder.code)].map(([code, own]) => {
              const [{ holder }] = own as [GivenRight];
              return (
                <section className="partners__one" key={code}>
                  <div className="head">
                    <h2>{holder.title}</h2>
                    <span className="meta">
                      {t.partners.kind[holder.kind]}, {t.partners.number(String(code))}
                    </span>
                  </div>
                  <Rights
                    rights={own}
                    now={list.data.now}
                    onEnd={(right) =>
                      setEnding({
                        otherCode: code,
                        brandId: right.brand?.brandId ?? null,
                        title: t.partners.confirm.end(right.brand?.name ?? words.allBrands),
                      })
                    }
                    onWithdraw={(offerId) =>
                      void change(async () => {
                        await ask('POST /organisations/:organisation/offers/:offerId/decline', {
                          params: { organisation, offerId },
                          body: { reason: '' },
                        });
                        return words.withdrawn;
                      })
                    }
                  />
                  {changing === code ? (
                    <RightsForm
                      holder={holder}
                      standing={standingOf(own)}
                      onSubmit={give}
                      onCancel={() => setChanging(undefined)}
                    />
                  ) : (
                    <div className="row">
                      {holder.kind === 'partner' && (
                        <button type="button" className="btn btn--quiet" onClick={() => setChanging(code)}>
                          {words.change}
                        </button>
                      )}
                      {own.length > 1 && (
                        <button
                          type="button"
                          className="btn btn--quiet"
                          onClick={() =>
                            setEnding({
                              otherCode: code,
                              brandId: null,
                              title: t.partners.confirm.endAll(holder.title),
                            })
                          }
                        >
                          {words.endAll}
                        </button>
                      )}
                    </div>
                  )}
                  <PartnerWork otherCode={code} />
                </section>
              );
            })}
          </Listing>
          <PastRights past={list.data.past} more={list.data.more} now={list.data.now} />
        </>
      )}
      <EndRights
        ending={ending}
        onYes={(end) => {
          setEnding(undefined);
          void change(async () => {
            await end();
            return words.ended;
          });
        }}
        onNo={() => setEnding(undefined)}
      />
      {dialog}
    </>
  );
}

/** What holds, by brand. */
function standingOf(rights: readonly GivenRight[]): Map<number, GivenRight> {
  return new Map(
    rights.flatMap((right) =>
      right.acceptedAt === null || right.brand === null ? [] : [[right.brand.brandId, right] as const],
    ),
  );
}

function Rights({
  rights,
  now,
  onEnd,
  onWithdraw,
}: {
  readonly rights: readonly GivenRight[];
  readonly now: number;
  readonly onEnd: (right: GivenRight) => void;
  readonly onWithdraw: (offerId: string) => void;
}) {
  const { t, format } = useText();
  const { columns, ...words } = t.partners.page;
  const rightWords = useRightWords();
  /** An offer of several brands is withdrawn as a whole: at its first row. */
  const firstOf = (right: GivenRight): boolean => rights.find(({ offerId }) => offerId === right.offerId) === right;
  return (
    <table className="table table--stack">
      <thead>
        <tr>
          <th scope="col">{columns.brand}</th>
          <th scope="col">{columns.rights}</th>
          <th scope="col">{columns.since}</th>
          <th scope="col">{columns.by}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {rights.map((right) => (
          <tr key={`${right.offerId} ${right.brand?.brandId}`}>
            <th scope="row">{right.brand?.name ?? words.allBrands}</th>
            <td data-l={columns.rights}>
              <span>
                {rightWords(right)} <Reason text={right.reason} />
              </span>
            </td>
            <td data-l={columns.since}>
              {right.acceptedAt === null ? (
                <State sign="wait">{words.waits(format.time(right.offeredAt, now))}</State>
              ) : (
                format.time(right.acceptedAt, now)
              )}
            </td>
            <td data-l={columns.by}>
              {right.acceptedBy === null
                ? (right.offeredBy ?? t.partners.setUp)
                : words.by(right.offeredBy ?? t.partners.setUp, right.acceptedBy)}
            </td>
            <td className="end">
              {right.acceptedAt !== null ? (
                <button type="button" className="btn btn--desk" onClick={() => onEnd(right)}>
                  {words.end}
                  <span className="vh"> {right.brand?.name}</span>
                </button>
              ) : (
                firstOf(right) && (
                  <button type="button" className="btn btn--desk" onClick={() => onWithdraw(right.offerId)}>
                    {words.withdraw}
                  </button>
                )
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** By number first: who it is stands there before anything is given. */
function NamePartner({
  rights,
  onGive,
  onCancel,
}: {
  readonly rights: readonly GivenRight[];
  readonly onGive: (give: () => Promise<'waiting' | 'in-force'>) => void;
  readonly onCancel: () => void;
}) {
  const { t, language } = useText();
  const words = t.partners.form;
  const organisation = useOrganisation();
  const { busy, failure, attempt } = useAttempt();
  const [number, setNumber] = useState('');
  const [missing, setMissing] = useState(false);
  const [holder, setHolder] = useState<Holder>();
  const faults: readonly Fault[] = missing
    ? [{ field: 'numara', text: words.needNumber }]
    : fieldFaults(failure, { code: 'numara' }, language);

  function find(event: FormEvent) {
    event.preventDefault();
    const code = number.trim();
    const wrong = !/^[1-9]\d{0,8}$/.test(code);
    setMissing(wrong);
    if (wrong) return;
    void attempt(async () => {
      setHolder(
        await ask('POST /organisations/:organisation/partnerships/look', {
          params: { organisation },
          body: { code: Number(code) },
        }),
      );
    });
  }

  if (holder !== undefined)
    return (
      <>
        <p className="row partners__found">
          <b>{words.found(holder.title, t.partners.kind[holder.kind])}</b>
          <button type="button" className="btn btn--quiet" onClick={() => setHolder(undefined)}>
            {words.other}
          </button>
        </p>
        <RightsForm
          holder={holder}
          standing={standingOf(rights.filter((right) => right.holder.code === holder.code))}
          onSubmit={onGive}
          onCancel={onCancel}
        />
      </>
    );
  return (
    <form className="form sheet" noValidate onSubmit={find}>
      <ErrorSummary faults={faults} />
      {failure !== undefined && faults.length === 0 && <Failure error={failure} />}
      <Field id="numara" label={words.number} hint={words.numberHint} error={faults[0]?.text}>
        {(control) => (
          <input
            {...control}
            className="input"
            inputMode="numeric"
            autoComplete="off"
            value={number}
            onChange={({ target }) => setNumber(target.value)}
          />
        )}
      </Field>
      <div className="row">
        <button type="submit" className="btn btn--main" aria-disabled={busy}>
          {words.find}
        </button>
        <button type="button" className="btn" onClick={onCancel}>
          {t.common.cancel}
        </button>
      </div>
    </form>
  );
}
