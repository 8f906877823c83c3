// API users: made, renewed, bound to networks, ended. A password is shown once, when it is made.

import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, Fragment, type ReactNode, useEffect, useRef, useState } from 'react';
import { useAttempt } from '../../../api/attempt.ts';
import { type AnswerOf, ask, isChanged, type PortalError } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Confirm } from '../../../ui/dialog.tsx';
import { Listing } from '../../../ui/listing.tsx';
import { Choices, ErrorSummary, Failure, type Fault, Field, SkeletonRows, State } from '../../../ui/parts.tsx';
import { CopyButton } from '../../copy-button.tsx';
import { useOrganisation } from '../../desk.tsx';
import { DraftFound, DraftKept, useComesBack, useKept } from '../../draft.tsx';
import { fieldFaults } from '../../field-faults.ts';
import { useStepUp } from '../../step-up.tsx';

type Answer = AnswerOf<'GET /organisations/:organisation/api-users'>;
export type ApiUser = Answer['users'][number];

/** Days for which the old password may stay good. */
const OVERLAPS = [0, 1, 3, 7] as const;
const CONTROLS = { name: 'ne-icin', email: 'kullanici-adi', networks: 'aglar' } as const;

interface Secret {
  readonly email: string;
  readonly password: string;
}
/** What stands open beside a user. */
type Panel = { readonly kind: 'renew' | 'networks'; readonly accountId: number } | { readonly kind: 'create' };
/** What is asked before it is done. */
type Question = { readonly kind: 'end' | 'overlap'; readonly user: ApiUser };

export function ApiUsers({ answer: { users, now } }: { readonly answer: Answer }) {
  const { t } = useText();
  const words = t.connections.users;
  const organisation = useOrganisation();
  const client = useQueryClient();
  const { failure, busy, attempt } = useAttempt();
  const { confirmed, dialog } = useStepUp();
  const comesBack = useComesBack('api-user');
  const [panel, setPanel] = useState<Panel | undefined>(comesBack ? { kind: 'create' } : undefined);
  const [question, setQuestion] = useState<Question>();
  const [secret, setSecret] = useState<Secret>();
  const [said, setSaid] = useState('');
  const opener = useRef<HTMLElement>(null);
  const ended = users.filter(({ enabled }) => !enabled);

  /** Does it, says it, and shows the list anew. */
  const change = (work: () => Promise<string>): Promise<void> =>
    attempt(async () => {
      const again = () => client.invalidateQueries({ queryKey: ['organisation', organisation, 'api-users'] });
      const done = await confirmed(work).catch(async (error: unknown) => {
        if (isChanged(error)) await again();
        throw error;
      });
      setPanel(undefined);
      setSaid(done);
      await again();
    });

  function open(next: Panel, by: HTMLElement) {
    opener.current = by;
    setPanel(next);
  }
  function close() {
    setPanel(undefined);
    opener.current?.focus();
  }

  const create = (body: NewUser, made: () => Promise<void>): Promise<void> =>
    change(async () => {
      setSecret(await ask('POST /organisations/:organisation/api-users', { params: { organisation }, body }));
      await made();
      return '';
    });

  const renew = ({ accountId, email }: ApiUser, overlapHours: number): Promise<void> =>
    change(async () => {
      const { password } = await ask('POST /organisations/:organisation/api-users/:accountId/passwords', {
        params: { organisation, accountId },
        body: { overlapHours },
      });
      setSecret({ email, password });
      return '';
    });

  const setNetworks = ({ accountId, networks: seen }: ApiUser, networks: string[]): Promise<void> =>
    change(async () => {
      await ask('PUT /organisations/:organisation/api-users/:accountId/networks', {
        params: { organisation, accountId },
        body: { networks, seen },
      });
      return networks.length === 0 ? words.networksFree : words.networksSet;
    });

  function yes() {
    setQuestion(undefined);
    if (question === undefined) return;
    const { accountId, email } = question.user;
    const params = { organisation, accountId };
    void change(async () => {
      if (question.kind === 'end') {
        await ask('DELETE /organisations/:organisation/api-users/:accountId', { params });
        return words.endDone(email);
      }
      await ask('DELETE /organisations/:organisation/api-users/:accountId/passwords/replaced', { params });
      return words.overlapEnded;
    });
  }

  const panelOf = (user: ApiUser): ReactNode => {
    if (panel === undefined || panel.kind === 'create' || panel.accountId !== user.accountId) return null;
    const form = { busy, failure, onCancel: close };
    return (
      <tr className="connections__panel">
        <td colSpan={6}>
          {panel.kind === 'renew' ? (
            <RenewForm {...form} user={user} now={now} onSubmit={(hours) => void renew(user, hours)} />
          ) : (
            <NetworksForm {...form} user={user} onSubmit={(networks) => void setNetworks(user, networks)} />
          )}
        </td>
      </tr>
    );
  };

  const rows = (list: readonly ApiUser[]): ReactNode => (
    <table className="table table--stack connections__table">
      <thead>
        <tr>
          <th scope="col">{words.columns.user}</th>
          <th scope="col">{words.columns.state}</th>
          <th scope="col">{words.columns.lastUse}</th>
          <th scope="col">{words.columns.networks}</th>
          <th scope="col">{words.columns.created}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {list.map((user) => (
          <Fragment key={user.accountId}>
            <UserRow user={user} now={now} onOpen={open} onAsk={setQuestion} />
            {panelOf(user)}
          </Fragment>
        ))}
      </tbody>
    </table>
  );

  return (
    <section className="sec">
      <h2>{words.title}</h2>
      {secret !== undefined && <SecretOnce key={secret.password} secret={secret} onDone={() => setSecret(undefined)} />}
      {failure !== undefined && panel === undefined && <Failure error={failure} />}
      <p role="status" className="meta">
        {said}
      </p>
      {users.length === ended.length ? (
        <p className="empty">{words.empty}</p>
      ) : (
        <Listing file={t.files.apiUsers} rows={users.length - ended.length}>
          {rows(users.filter((user) => user.enabled))}
        </Listing>
      )}
      {panel?.kind === 'create' ? (
        <CreateForm busy={busy} failure={failure} onCancel={close} onSubmit={(body, made) => void create(body, made)} />
      ) : (
        <p className="connections__first">
          <button
            type="button"
            className={`btn ${secret === undefined ? 'btn--next' : ''}`}
            onClick={({ currentTarget }) => open({ kind: 'create' }, currentTarget)}
          >
            {words.create}
          </button>
        </p>
      )}
      {ended.length > 0 && (
        <details>
          <summary>{words.ended(ended.length)}</summary>
          {rows(ended)}
        </details>
      )}
      <Confirm
        open={question !== undefined}
        final={question?.kind === 'end'}
        title={question?.kind === 'end' ? words.endTitle(question.user.email) : words.endOverlapTitle}
        yes={question?.kind === 'end' ? words.endYes : words.endOverlap}
        onYes={yes}
        onNo={() => setQuestion(undefined)}
      >
        <p>{question?.kind === 'end' ? words.endLead : words.endOverlapLead(question?.user.email ?? '')}</p>
      </Confirm>
      {dialog}
    </section>
  );
}

function UserRow({
  user,
  now,
  onOpen,
  onAsk,
}: {
  readonly user: ApiUser;
  readonly now: number;
  readonly onOpen: (panel: Panel, by: HTMLElement) => void;
  readonly onAsk: (question: Question) => void;
}) {
  const { t, format } = useText();
  const words = t.connections.users;
  const { accountId, email, name, enabled, networks, createdAt, lastUsedAt, lastUsedFrom, replacedUntil } = user;
  return (
    <tr>
      <th scope="row">
        {name === '' ? (
          <span className="connections__url">{email}</span>
        ) : (
          <>
            {name}
            <br />
            <span className="meta connections__url">{email}</span>
          </>
        )}
      </th>
      <td data-l={words.columns.state}>
        <div>
          <State sign={enabled ? 'done' : 'none'}>{enabled ? words.open : words.closed}</State>
          {replacedUntil !== null && <span className="meta">{words.overlap(format.time(replacedUntil, now))}</span>}
        </div>
      </td>
      <td data-l={words.columns.lastUse}>
        <div>
          {lastUsedAt === null ? words.never : format.time(lastUsedAt, now)}
          {lastUsedFrom !== null && <span className="meta">{words.from(lastUsedFrom)}</span>}
        </div>
      </td>
      <td data-l={words.columns.networks}>{networks.length === 0 ? words.everywhere : networks.join(', ')}</td>
      <td data-l={words.columns.created}>{format.time(createdAt, now)}</td>
      <td>
        {enabled && (
          <div className="row connections__acts">
            <button
              type="button"
              className="btn btn--quiet"
              onClick={({ currentTarget }) => onOpen({ kind: 'renew', accountId }, currentTarget)}
            >
              {words.renew}
            </button>
            {replacedUntil !== null && (
              <button type="button" className="btn btn--quiet" onClick={() => onAsk({ kind: 'overlap', user })}>
                {words.endOverlap}
              </button>
            )}
            <button
              type="button"
              className="btn btn--quiet"
              onClick={({ currentTarget }) => onOpen({ kind: 'networks', accountId }, currentTarget)}
            >
              {words.setNetworks}
            </button>
            <button type="button" className="btn btn--quiet" onClick={() => onAsk({ kind: 'end', user })}>
              {words.end}
            </button>
          </div>
        )}
      </td>
    </tr>
  );
}

/** The password, for as long as the page lives and nobody says that it is kept. Takes the focus when it appears. */
function SecretOnce({ secret, onDone }: { readonly secret: Secret; readonly onDone: () => void }) {
  const { t } = useText();
  const words = t.connections.users;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.focus(), []);
  return (
    <div className="sheet connections__secret" ref={box} tabIndex={-1} role="alert">
      <h3>{words.secretTitle(secret.email)}</h3>
      <p>{words.secretLead}</p>
      <p>
        <span className="label">{words.password}:</span> <code>{secret.password}</code>
      </p>
      <div className="row">
        <CopyButton text={secret.password} />
        <button type="button" className="btn btn--desk btn--next" onClick={onDone}>
          {words.secretDone}
        </button>
      </div>
    </div>
  );
}

/** The heading of a form that has just opened: takes the focus. */
function FormTitle({ children }: { readonly children: ReactNode }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <h3 ref={heading} tabIndex={-1}>
      {children}
    </h3>
  );
}

interface NewUser {
  readonly name: string;
  readonly email: string;
  readonly networks: string[];
}

interface FormProps {
  readonly busy: boolean;
  readonly failure: PortalError | undefined;
  readonly onCancel: () => void;
}

function FormEnd({ busy, submit, onCancel }: Pick<FormProps, 'busy' | 'onCancel'> & { readonly submit: string }) {
  const { t } = useText();
  return (
    <div className="row">
      <button type="submit" className="btn btn--main" aria-disabled={busy}>
        {submit}
      </button>
      <button type="button" className="btn" onClick={onCancel}>
        {t.common.cancel}
      </button>
    </div>
  );
}

/** What is wrong in a form: at its fields where they are known, else above it. */
function useFaults(failure: PortalError | undefined) {
  const { language } = useText();
  const [own, setOwn] = useState<readonly Fault[]>([]);
  const faults = own.length > 0 ? own : fieldFaults(failure, CONTROLS, language);
  return {
    setOwn,
    faults,
    faultOf: (field: string): string | undefined => faults.find((fault) => fault.field === field)?.text,
    /** Not told at a field. */
    other: faults.length === 0 && failure !== undefined && <Failure error={failure} />,
  };
}

function networksIn(text: string): string[] {
  return text
    .split(/[\s,;]+/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

function NetworksField({
  value,
  onChange,
  lastUsedFrom = null,
  error,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly lastUsedFrom?: string | null;
  readonly error: string | undefined;
}) {
  const { t } = useText();
  const words = t.connections.users;
  const hint = lastUsedFrom === null ? words.networksHint : `${words.networksHint} ${words.lastFrom(lastUsedFrom)}`;
  return (
    <Field id={CONTROLS.networks} label={words.networks} hint={hint} error={error}>
      {(control) => (
        <textarea
          {...control}
          className="input"
          spellCheck={false}
          value={value}
          onChange={({ target }) => onChange(target.value)}
        />
      )}
    </Field>
  );
}

function CreateForm({
  busy,
  failure,
  onCancel,
  onSubmit,
}: FormProps & { readonly onSubmit: (body: NewUser, made: () => Promise<void>) => void }) {
  const { t } = useText();
  const words = t.connections.users;
  const kept = useKept('api-user', { name: '', email: '', networks: '' });
  const { name, email, networks } = kept.form;
  const { faults, setOwn, faultOf, other } = useFaults(failure);

  function submit(event: FormEvent) {
    event.preventDefault();
    const wrong: Fault[] = [];
    if (name.trim() === '') wrong.push({ field: CONTROLS.name, text: words.needName });
    if (email.trim() === '') wrong.push({ field: CONTROLS.email, text: words.needEmail });
    setOwn(wrong);
    if (wrong.length === 0) onSubmit({ name, email, networks: networksIn(networks) }, () => kept.done());
  }

  if (!kept.ready) return <SkeletonRows />;
  return (
    <form className="form sheet connections__first" noValidate onSubmit={submit}>
      <FormTitle>{words.create}</FormTitle>
      <DraftFound kept={kept} />
      <ErrorSummary faults={faults} />
      {other}
      <div className="pair">
        <Field id={CONTROLS.name} label={words.name} hint={words.nameHint} error={faultOf(CONTROLS.name)}>
          {(control) => (
            <input
              {...control}
              className="input"
              maxLength={80}
              value={name}
              onChange={({ target }) => kept.set({ name: target.value })}
            />
          )}
        </Field>
        <Field id={CONTROLS.email} label={words.email} hint={words.emailHint} error={faultOf(CONTROLS.email)}>
          {(control) => (
            <input
              {...control}
              className="input"
              type="email"
              autoComplete="off"
              spellCheck={false}
              value={email}
              onChange={({ target }) => kept.set({ email: target.value })}
            />
          )}
        </Field>
      </div>
      <NetworksField
        value={networks}
        onChange={(text) => kept.set({ networks: text })}
        error={faultOf(CONTROLS.networks)}
      />
      <FormEnd busy={busy} submit={words.submitCreate} onCancel={() => void kept.done().then(onCancel)} />
      <DraftKept kept={kept} />
    </form>
  );
}

function RenewForm({
  busy,
  failure,
  user,
  now,
  onCancel,
  onSubmit,
}: FormProps & { readonly user: ApiUser; readonly now: number; readonly onSubmit: (overlapHours: number) => void }) {
  const { t, format } = useText();
  const words = t.connections.users;
  const [days, setDays] = useState<number>(1);
  return (
    <form
      className="form sheet"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(days * 24);
      }}
    >
      <FormTitle>{words.renewTitle(user.email)}</FormTitle>
      {failure !== undefined && <Failure error={failure} />}
      {user.replacedUntil !== null && (
        <p className="banner">{words.renewRunning(format.time(user.replacedUntil, now))}</p>
      )}
      <Choices legend={words.renewLegend} hint={words.renewHint}>
        {OVERLAPS.map((overlap) => (
          <label className="check" key={overlap}>
            <input type="radio" name="eski-parola" checked={days === overlap} onChange={() => setDays(overlap)} />
            {overlap === 0 ? words.renewNow : words.renewDays(overlap)}
          </label>
        ))}
      </Choices>
      <FormEnd busy={busy} submit={words.submitRenew} onCancel={onCancel} />
    </form>
  );
}

function NetworksForm({
  busy,
  failure,
  user,
  onCancel,
  onSubmit,
}: FormProps & { readonly user: ApiUser; readonly onSubmit: (networks: string[]) => void }) {
  const { t } = useText();
  const words = t.connections.users;
  const [networks, setNetworks] = useState(user.networks.join('\n'));
  const { faults, faultOf, other } = useFaults(failure);
  return (
    <form
      className="form sheet"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit(networksIn(networks));
      }}
    >
      <FormTitle>{words.networksTitle(user.email)}</FormTitle>
      <ErrorSummary faults={faults} />
      {other}
      {isChanged(failure) && (
        <p>{words.networksNow(user.networks.length === 0 ? words.everywhere : user.networks.join(', '))}</p>
      )}
      <NetworksField
        value={networks}
        onChange={setNetworks}
        lastUsedFrom={user.lastUsedFrom}
        error={faultOf(CONTROLS.networks)}
      />
      <FormEnd busy={busy} submit={words.submitNetworks} onCancel={onCancel} />
    </form>
  );
}
