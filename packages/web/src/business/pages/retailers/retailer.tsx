// One retailer: what is known of it, whether it is open, the consents that it may see, and who works for it.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type FormEvent, Fragment, useState } from 'react';
import { useAttempt } from '../../../api/attempt.ts';
import { type AnswerOf, ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Confirm } from '../../../ui/dialog.tsx';
import { Choices, ErrorSummary, Failure, type Fault, Field, PageTitle, SkeletonRows } from '../../../ui/parts.tsx';
import { useDesk, useOrganisation } from '../../desk.tsx';
import { fieldFaults } from '../../field-faults.ts';
import { useStepUp } from '../../step-up.tsx';
import { GrantFields, type GrantForm } from '../staff/grant-fields.tsx';
import { RetailerState } from './retailers.tsx';
import './retailers.css';

type Answer = AnswerOf<'GET /organisations/:organisation/brands/:brand/retailers/:retailer'>;
type Person = NonNullable<Answer['people']>[number];
type Channel = 'ARAMA' | 'MESAJ' | 'EPOSTA';

const CHANNELS = ['MESAJ', 'ARAMA', 'EPOSTA'] as const;
const RECIPIENT_TYPES = ['BIREYSEL', 'TACIR'] as const;

export function RetailerPage() {
  const organisation = useOrganisation();
  const { brand, code } = useParams({ from: '/isletme/$organisation/bayiler/$brand/$code' });
  const client = useQueryClient();
  const retailer = useQuery({
    queryKey: ['organisation', organisation, 'retailers', brand, code],
    queryFn: ({ signal }) =>
      ask('GET /organisations/:organisation/brands/:brand/retailers/:retailer', {
        params: { organisation, brand, retailer: code },
        signal,
      }),
  });
  const again = () => client.invalidateQueries({ queryKey: ['organisation', organisation, 'retailers'] });
  const { data } = retailer;
  if (data === undefined)
    return retailer.error === null ? (
      <SkeletonRows rows={8} />
    ) : (
      <Failure error={retailer.error} again={() => void retailer.refetch()} />
    );
  return (
    <>
      <Facts retailer={data} />
      {data.manageable && <Status retailer={data} onChanged={again} />}
      {data.manageable && <Access retailer={data} onChanged={again} />}
      {data.people !== null && <People retailer={data} people={data.people} onChanged={again} />}
    </>
  );
}

function Facts({ retailer }: { readonly retailer: Answer }) {
  const { t, format } = useText();
  const words = t.retailers;
  const { fields } = words.form;
  const desk = useDesk();
  const { title, alias, name, tckn, tin, mersis, mobile, city, town, status, sees, brandId, retailerCode } = retailer;
  const facts = [
    [words.columns.brand, desk.brandName(brandId)],
    [fields.alias, alias],
    [fields.name, name],
    [fields.tckn, tckn],
    [fields.tin, tin],
    [fields.mersis, mersis],
    [fields.mobile, mobile],
    [words.columns.place, words.place(town, city)],
    [words.sees, format.number(sees)],
  ] as const;
  return (
    <>
      <PageTitle>{title}</PageTitle>
      <p className="row">
        <RetailerState status={status} />
        <span className="meta">{words.number(String(retailerCode))}</span>
      </p>
      <dl className="facts retailer__facts">
        {facts.map(
          ([what, value]) =>
            value !== null && (
              <Fragment key={what}>
                <dt>{what}</dt>
                <dd>{value}</dd>
              </Fragment>
            ),
        )}
      </dl>
      {retailer.people === null && <p className="meta">{words.hidden}</p>}
    </>
  );
}

/** Suspending and opening again, each after a question. */
function Status({
  retailer: { brandId, retailerCode, title, status },
  onChanged,
}: {
  readonly retailer: Answer;
  readonly onChanged: () => Promise<void>;
}) {
  const { t } = useText();
  const words = t.retailers;
  const organisation = useOrganisation();
  const { failure, attempt, busy } = useAttempt();
  const [asking, setAsking] = useState(false);
  const [said, setSaid] = useState('');
  const active = status === 'active';

  function yes() {
    setAsking(false);
    void attempt(async () => {
      await ask('PUT /organisations/:organisation/brands/:brand/retailers/:retailer/status', {
        params: { organisation, brand: brandId, retailer: retailerCode },
        body: { status: active ? 'suspended' : 'active' },
      });
      setSaid(active ? words.suspended : words.opened);
      await onChanged();
    });
  }

  return (
    <div className="stack">
      {failure !== undefined && <Failure error={failure} />}
      <div className="row">
        <button type="button" className="btn" aria-disabled={busy} onClick={() => setAsking(true)}>
          {active ? words.suspend : words.open}
        </button>
        <span role="status" className="meta">
          {said}
        </span>
      </div>
      <Confirm
        open={asking}
        title={active ? words.suspendTitle : words.openTitle}
        yes={active ? words.suspend : words.open}
        onYes={yes}
        onNo={() => setAsking(false)}
      >
        <p>{active ? words.suspendLead(title) : words.openLead(title)}</p>
      </Confirm>
    </div>
  );
}

/** One consent shown to the retailer or not, by the address that is typed; masked as soon as it is done. */
function Access({
  retailer: { brandId, retailerCode },
  onChanged,
}: {
  readonly retailer: Answer;
  readonly onChanged: () => Promise<void>;
}) {
  const { t, language } = useText();
  const words = t.retailers.access;
  const desk = useDesk();
  const organisation = useOrganisation();
  const offered = CHANNELS.filter((one) =>
    desk.brands.some((brand) => brand.brandId === brandId && brand.writes.includes(one)),
  );
  const [address, setAddress] = useState('');
  const [channel, setChannel] = useState<Channel>(offered[0] ?? 'MESAJ');
  const [recipientType, setRecipientType] = useState<(typeof RECIPIENT_TYPES)[number]>('BIREYSEL');
  const [empty, setEmpty] = useState(false);
  const [done, setDone] = useState<{ readonly text: string; readonly reference: string }>();
  const { failure, attempt, busy } = useAttempt();
  const faults: readonly Fault[] = empty
    ? [{ field: 'erisim-adresi', text: words.needAddress }]
    : fieldFaults(failure, { address: 'erisim-adresi' }, language);

  const change = (sees: boolean): void => {
    setEmpty(address.trim() === '');
    if (address.trim() === '') return;
    void attempt(async () => {
      setDone(undefined);
      const answer = await ask('PUT /organisations/:organisation/brands/:brand/retailers/:retailer/access', {
        params: { organisation, brand: brandId, retailer: retailerCode },
        body: { address, channel, recipientType, sees },
      });
      const text = sees
        ? answer.changed
          ? words.given
          : words.givenBefore
        : answer.changed
          ? words.taken
          : words.takenBefore;
      setDone({ text: text(answer.masked), reference: answer.reference });
      setAddress('');
      await onChanged();
    });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change(true);
  };

  return (
    <section className="sec">
      <h2>{words.title}</h2>
      <form className="form" noValidate onSubmit={submit}>
        <p>{words.lead}</p>
        <ErrorSummary faults={faults} />
        {failure !== undefined && faults.length === 0 && <Failure error={failure} />}
        <div className="pair">
          <Field id="erisim-adresi" label={words.address} hint={words.addressHint} error={faults[0]?.text}>
            {(control) => (
              <input
                {...control}
                className="input"
                autoComplete="off"
                spellCheck={false}
                value={address}
                onChange={({ target }) => setAddress(target.value)}
              />
            )}
          </Field>
          <Field label={words.channel}>
            {(control) => (
              <select
                {...control}
                className="input"
                value={channel}
                onChange={({ target }) => setChannel(target.value as Channel)}
              >
                {offered.map((one) => (
                  <option key={one} value={one}>
                    {t.channel[one]}
                  </option>
                ))}
              </select>
            )}
          </Field>
        </div>
        <Choices legend={words.recipientType}>
          {RECIPIENT_TYPES.map((one) => (
            <label className="check" key={one}>
              <input
                type="radio"
                name="erisim-alici"
                checked={recipientType === one}
                onChange={() => setRecipientType(one)}
              />
              {t.recipientType[one]}
            </label>
          ))}
        </Choices>
        <div className="row">
          <button type="submit" className="btn btn--main" aria-disabled={busy}>
            {words.give}
          </button>
          <button type="button" className="btn" aria-disabled={busy} onClick={() => change(false)}>
            {words.take}
          </button>
        </div>
        <p role="status" className="retailer__said">
          {done?.text}{' '}
          {done !== undefined && desk.may('ask') && (
            <Link
              to="/isletme/$organisation/kisi/$reference"
              params={{ organisation: String(organisation), reference: done.reference }}
            >
              {words.person}
            </Link>
          )}
        </p>
      </form>
    </section>
  );
}

function People({
  retailer,
  people,
  onChanged,
}: {
  readonly retailer: Answer;
  readonly people: readonly Person[];
  readonly onChanged: () => Promise<void>;
}) {
  const { t, format } = useText();
  const words = t.retailers.people;
  const organisation = useOrganisation();
  const { brandId, retailerCode, manageable, invited, now } = retailer;
  const [inviting, setInviting] = useState(false);
  const [ending, setEnding] = useState<Person>();
  const [said, setSaid] = useState('');
  const { failure, attempt } = useAttempt();
  const { confirmed, dialog } = useStepUp();

  const invite = ({ id: invitationId, ...body }: GrantForm, given: () => Promise<void>): Promise<void> =>
    attempt(async () => {
      await confirmed(() =>
        ask('POST /organisations/:organisation/invitations', {
          params: { organisation },
          body: { ...body, invitationId },
        }),
      );
      await given();
      setInviting(false);
      setSaid(t.staff.form.sent);
      await onChanged();
    });

  function end() {
    const grantId = ending?.grantId;
    setEnding(undefined);
    if (grantId === undefined) return;
    void attempt(async () => {
      await ask('DELETE /organisations/:organisation/grants/:grantId', { params: { organisation, grantId } });
      setSaid(words.taken);
      await onChanged();
    });
  }

  return (
    <section className="sec">
      <h2>{words.title}</h2>
      <p>{words.lead}</p>
      {failure !== undefined && <Failure error={failure} />}
      <p role="status" className="meta retailer__said">
        {said}
      </p>
      {people.length + invited.length === 0 ? (
        <p className="empty">{words.none}</p>
      ) : (
        <table className="table table--stack">
          <thead>
            <tr>
              <th scope="col">{words.columns.who}</th>
              <th scope="col">{words.columns.seen}</th>
              <th scope="col">{words.columns.until}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {people.map((person) => (
              <tr key={person.grantId}>
                <th scope="row">
                  {person.name} <span className="meta">{person.email}</span>
                </th>
                <td data-l={words.columns.seen}>
                  {person.lastSeenAt === null ? t.staff.neverSeen : format.time(person.lastSeenAt, now)}
                </td>
                <td data-l={words.columns.until}>
                  {person.until === null ? t.staff.noEnd : format.time(person.until, now)}
                </td>
                <td className="end">
                  {person.endable && (
                    <button type="button" className="btn btn--desk" onClick={() => setEnding(person)}>
                      {words.take}
                    </button>
                  )}
                </td>
              </tr>
            ))}
            {invited.map(({ name, email, expiresAt }) => (
              <tr key={email}>
                <th scope="row">
                  {name} <span className="meta">{email}</span>
                </th>
                <td data-l={words.columns.seen}>{words.invited}</td>
                <td data-l={words.columns.until}>
                  {expiresAt <= now ? t.staff.expired : t.staff.expires(format.time(expiresAt, now))}
                </td>
                <td />
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {manageable && (
        <div className="retailers__more">
          {inviting ? (
            <GrantFields
              withPerson
              retailer={{ brandId, retailerCode }}
              onSubmit={invite}
              onCancel={() => setInviting(false)}
            />
          ) : (
            <button type="button" className="btn" onClick={() => setInviting(true)}>
              {words.invite}
            </button>
          )}
        </div>
      )}
      <Confirm
        open={ending !== undefined}
        title={words.takeTitle}
        yes={words.take}
        onYes={end}
        onNo={() => setEnding(undefined)}
      >
        <p>{ending !== undefined && words.takeLead(ending.name)}</p>
      </Confirm>
      {dialog}
    </section>
  );
}
