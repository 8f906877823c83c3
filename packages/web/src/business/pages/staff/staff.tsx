// Who may do what for which brand: people, their rights, and invitations on their way; each taken back in one move.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useAttempt } from '../../../api/attempt.ts';
import { type AnswerOf, ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Confirm } from '../../../ui/dialog.tsx';
import { Listing } from '../../../ui/listing.tsx';
import { Failure, PageTitle, SkeletonRows } from '../../../ui/parts.tsx';
import { useDesk, useOrganisation } from '../../desk.tsx';
import { useComesBack } from '../../draft.tsx';
import { useStepUp } from '../../step-up.tsx';
import { GrantFields, type GrantForm } from './grant-fields.tsx';
import './staff.css';

type StaffAnswer = AnswerOf<'GET /organisations/:organisation/staff'>;
type Member = StaffAnswer['people'][number];
type Grant = Member['grants'][number];

/** What is asked before it is done. */
type Question =
  | { readonly kind: 'grant'; readonly member: Member; readonly grant: Grant }
  | { readonly kind: 'all'; readonly member: Member };

export function Staff() {
  const { t, format } = useText();
  const words = t.staff;
  const organisation = useOrganisation();
  const client = useQueryClient();
  const key = ['organisation', organisation, 'staff'];
  const staff = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => ask('GET /organisations/:organisation/staff', { params: { organisation }, signal }),
  });
  const { failure, attempt } = useAttempt();
  const { confirmed, dialog } = useStepUp();
  const [question, setQuestion] = useState<Question>();
  const [inviting, setInviting] = useState(useComesBack('invitation'));
  const [adding, setAdding] = useState<number>();
  const [said, setSaid] = useState('');

  const change = (work: () => Promise<unknown>, words = ''): Promise<void> =>
    attempt(async () => {
      await work();
      setSaid(words);
      await client.invalidateQueries({ queryKey: key });
    });

  function yes() {
    const asked = question;
    setQuestion(undefined);
    if (asked === undefined) return;
    void change(() =>
      asked.kind === 'grant'
        ? ask('DELETE /organisations/:organisation/grants/:grantId', {
            params: { organisation, grantId: asked.grant.grantId },
          })
        : ask('DELETE /organisations/:organisation/staff/:accountId', {
            params: { organisation, accountId: asked.member.accountId },
          }),
    );
  }

  const invite = ({ email, name, ...terms }: GrantForm, given: () => Promise<void>): Promise<void> =>
    change(
      () =>
        confirmed(() =>
          ask('POST /organisations/:organisation/invitations', {
            params: { organisation },
            body: { ...withoutId(terms), invitationId: terms.id, email, name },
          }),
        )
          .then(given)
          .then(() => setInviting(false)),
      words.form.sent,
    );

  const add = (
    accountId: number,
    { email: _, name: __, ...terms }: GrantForm,
    given: () => Promise<void>,
  ): Promise<void> =>
    change(
      () =>
        confirmed(() =>
          ask('POST /organisations/:organisation/staff/:accountId/grants', {
            params: { organisation, accountId },
            body: { ...withoutId(terms), grantId: terms.id, from: null },
          }),
        )
          .then(given)
          .then(() => setAdding(undefined)),
      words.form.given,
    );

  return (
    <>
      <PageTitle>{words.title}</PageTitle>
      <p className="staff__lead">{words.lead}</p>
      {failure !== undefined && <Failure error={failure} />}
      <p role="status" className="meta">
        {said}
      </p>
      {staff.error !== null && staff.data === undefined ? (
        <Failure error={staff.error} again={() => void staff.refetch()} />
      ) : staff.data === undefined ? (
        <SkeletonRows rows={6} />
      ) : (
        <>
          {inviting ? (
            <GrantFields withPerson onSubmit={invite} onCancel={() => setInviting(false)} />
          ) : (
            <button type="button" className="btn btn--next" onClick={() => setInviting(true)}>
              {words.invite}
            </button>
          )}
          <Listing file={t.files.staff} rows={staff.data.people.length}>
            {staff.data.people.map((member) => (
              <section className="staff__person" key={member.accountId}>
                <div className="head">
                  <h2>
                    {member.name}
                    {member.self && <span className="meta"> ({words.self})</span>}
                  </h2>
                  <span className="meta">
                    {member.email} ·{' '}
                    {member.lastSeenAt === null
                      ? words.neverSeen
                      : words.lastSeen(format.time(member.lastSeenAt, staff.data.now))}
                  </span>
                </div>
                <Grants
                  grants={member.grants}
                  now={staff.data.now}
                  onTake={(grant) => setQuestion({ kind: 'grant', member, grant })}
                />
                {adding === member.accountId ? (
                  <GrantFields
                    accountId={member.accountId}
                    onSubmit={(form, given) => add(member.accountId, form, given)}
                    onCancel={() => setAdding(undefined)}
                  />
                ) : (
                  <div className="row">
                    <button type="button" className="btn btn--quiet" onClick={() => setAdding(member.accountId)}>
                      {words.more}
                    </button>
                    {member.grants.some(({ endable }) => endable) && (
                      <button
                        type="button"
                        className="btn btn--quiet"
                        onClick={() => setQuestion({ kind: 'all', member })}
                      >
                        {words.takeAll}
                      </button>
                    )}
                  </div>
                )}
              </section>
            ))}
          </Listing>
          <Invitations
            answer={staff.data}
            onResend={(invitationId) =>
              void change(
                () =>
                  confirmed(() =>
                    ask('POST /organisations/:organisation/invitations/:invitationId/resend', {
                      params: { organisation, invitationId },
                    }),
                  ),
                words.form.sent,
              )
            }
            onWithdraw={(invitationId) =>
              void change(() =>
                ask('DELETE /organisations/:organisation/invitations/:invitationId', {
                  params: { organisation, invitationId },
                }),
              )
            }
          />
        </>
      )}
      <Confirm
        open={question !== undefined}
        title={question?.kind === 'all' ? words.confirmTakeAll : words.confirmTake}
        yes={question?.kind === 'all' ? words.takeAll : words.take}
        onYes={yes}
        onNo={() => setQuestion(undefined)}
      >
        <p>
          {question?.kind === 'grant' &&
            words.confirmTakeLead(question.member.name, t.role[question.grant.role] ?? question.grant.role)}
          {question?.kind === 'all' && words.confirmTakeAllLead(question.member.name)}
        </p>
      </Confirm>
      {dialog}
    </>
  );
}

function withoutId<T extends { readonly id: string }>({ id: _, ...rest }: T): Omit<T, 'id'> {
  return rest;
}

/** Where a right holds, in words. */
function useWhere(): (grant: Pick<Grant, 'brands' | 'channels' | 'retailerCode'>) => string {
  const { t, language } = useText();
  const desk = useDesk();
  const list = new Intl.ListFormat(language);
  return ({ brands, channels, retailerCode }) =>
    [
      brands === null ? t.staff.allBrands : list.format(brands.map((brandId) => desk.brandName(brandId))),
      channels !== null && list.format(channels.map((channel) => t.channel[channel])),
      retailerCode !== null && t.staff.retailer(String(retailerCode)),
    ]
      .filter(Boolean)
      .join(', ');
}

function Grants({
  grants,
  now,
  onTake,
}: {
  readonly grants: readonly Grant[];
  readonly now: number;
  readonly onTake: (grant: Grant) => void;
}) {
  const { t, format } = useText();
  const { columns, ...words } = t.staff;
  const where = useWhere();
  return (
    <table className="table table--stack">
      <thead>
        <tr>
          <th scope="col">{columns.may}</th>
          <th scope="col">{columns.where}</th>
          <th scope="col">{columns.until}</th>
          <th scope="col">{columns.by}</th>
          <td />
        </tr>
      </thead>
      <tbody>
        {grants.map((grant) => (
          <tr key={grant.grantId}>
            <th scope="row">{t.role[grant.role] ?? grant.role}</th>
            <td data-l={columns.where}>{where(grant)}</td>
            <td data-l={columns.until}>{grant.until === null ? words.noEnd : format.time(grant.until, now)}</td>
            <td data-l={columns.by}>
              {grant.givenBy === null ? words.setUp : words.by(grant.givenBy, format.time(grant.givenAt, now))}
              {grant.reason !== '' && <span className="meta"> {grant.reason}</span>}
            </td>
            <td className="end">
              {grant.endable && (
                <button type="button" className="btn btn--desk" onClick={() => onTake(grant)}>
                  {words.take}
                </button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Invitations({
  answer: { invitations, now },
  onResend,
  onWithdraw,
}: {
  readonly answer: StaffAnswer;
  readonly onResend: (invitationId: string) => void;
  readonly onWithdraw: (invitationId: string) => void;
}) {
  const { t, format } = useText();
  const words = t.staff;
  const where = useWhere();
  return (
    <section className="sec">
      <h2>{words.waitingTitle}</h2>
      {invitations.length === 0 ? (
        <p className="meta">{words.waitingNone}</p>
      ) : (
        <ul>
          {invitations.map((invitation) => (
            <li className="row staff__invitation" key={invitation.invitationId}>
              <span>
                <b>{invitation.name}</b>, {invitation.email}: {t.role[invitation.role] ?? invitation.role},{' '}
                {where(invitation)}{' '}
                <span className="meta">
                  {invitation.expiresAt <= now ? words.expired : words.expires(format.time(invitation.expiresAt, now))}
                </span>
              </span>
              {invitation.changeable && (
                <span className="row">
                  <button type="button" className="btn btn--desk" onClick={() => onResend(invitation.invitationId)}>
                    {words.resend}
                  </button>
                  <button type="button" className="btn btn--desk" onClick={() => onWithdraw(invitation.invitationId)}>
                    {words.withdraw}
                  </button>
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
