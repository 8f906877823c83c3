// Offers that wait for a partner or intermediary to accept or refuse them.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useAttempt } from '../../../api/attempt.ts';
import { ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Confirm } from '../../../ui/dialog.tsx';
import { Failure, Field } from '../../../ui/parts.tsx';
import { useDesk, useOrganisation } from '../../desk.tsx';
import { useStepUp } from '../../step-up.tsx';
import { type GivenRight, Reason, useRightsWords } from './given-rights.tsx';
import './partners.css';

/** Nothing where nothing waits, or where it is nobody's who looks. */
export function PendingOffers() {
  const desk = useDesk();
  return desk.may('managePartners') && desk.organisation.kind !== 'provider' ? <Offers /> : null;
}

function Offers() {
  const { t } = useText();
  const words = t.partners.offers;
  const organisation = useOrganisation();
  const client = useQueryClient();
  const offers = useQuery({
    queryKey: ['organisation', organisation, 'live', 'offers'],
    queryFn: ({ signal }) => ask('GET /organisations/:organisation/offers', { params: { organisation }, signal }),
  });
  const { failure, attempt } = useAttempt();
  const { confirmed, dialog } = useStepUp();
  const [refusing, setRefusing] = useState<GivenRight>();
  const [reason, setReason] = useState('');
  const [said, setSaid] = useState('');

  const answer = (work: () => Promise<unknown>, done: string): Promise<void> =>
    attempt(async () => {
      setSaid('');
      try {
        await confirmed(work);
        setSaid(done);
      } finally {
        // What is accepted gives brands to the whole desk; what waits no longer is to be gone.
        await client.invalidateQueries({ queryKey: ['organisation', organisation] });
      }
    });
  const accept = (offerId: string): void =>
    void answer(
      () => ask('POST /organisations/:organisation/offers/:offerId/accept', { params: { organisation, offerId } }),
      words.accepted,
    );
  function refuse() {
    const offerId = refusing?.offerId;
    setRefusing(undefined);
    if (offerId === undefined) return;
    setReason('');
    void answer(
      () =>
        ask('POST /organisations/:organisation/offers/:offerId/decline', {
          params: { organisation, offerId },
          body: { reason },
        }),
      words.refused,
    );
  }

  return (
    <>
      {offers.error !== null && offers.data === undefined && (
        <Failure error={offers.error} again={() => void offers.refetch()} />
      )}
      {failure !== undefined && <Failure error={failure} />}
      <p role="status">{said}</p>
      {[...Map.groupBy(offers.data?.rights ?? [], ({ offerId }) => offerId)].map(([offerId, rights]) => (
        <Offer key={offerId} rights={rights} onAccept={() => accept(offerId)} onRefuse={() => setRefusing(rights[0])} />
      ))}
      <Confirm
        open={refusing !== undefined}
        title={words.confirmRefuse}
        yes={words.refuseYes}
        onYes={refuse}
        onNo={() => setRefusing(undefined)}
      >
        <p>{refusing !== undefined && words.confirmRefuseLead(refusing.provider.title)}</p>
        <Field label={t.partners.form.reason} hint={t.partners.form.reasonHint}>
          {(control) => (
            <input
              {...control}
              className="input"
              maxLength={500}
              value={reason}
              onChange={({ target }) => setReason(target.value)}
            />
          )}
        </Field>
      </Confirm>
      {dialog}
    </>
  );
}

function Offer({
  rights,
  onAccept,
  onRefuse,
}: {
  readonly rights: readonly GivenRight[];
  readonly onAccept: () => void;
  readonly onRefuse: () => void;
}) {
  const { t } = useText();
  const words = t.partners.offers;
  const rightsWords = useRightsWords();
  const [first] = rights;
  if (first === undefined) return null;
  const { provider, brand } = first;
  return (
    <section className="offers">
      <div className="sheet">
        <h2>{words.title}</h2>
        <p>{brand === null ? words.asks(provider.title) : words.from(provider.title)}</p>
        {brand !== null && (
          <ul>
            {rights.map((right) => (
              <li key={right.brand?.brandId}>
                <b>{right.brand?.name}</b>: {rightsWords(right)}
              </li>
            ))}
          </ul>
        )}
        <p className="meta">
          <Reason text={first.reason} /> {words.until}
        </p>
        <div className="row">
          <button type="button" className="btn btn--main" onClick={onAccept}>
            {words.accept}
            <span className="vh">: {provider.title}</span>
          </button>
          <button type="button" className="btn" onClick={onRefuse}>
            {words.refuse}
            <span className="vh">: {provider.title}</span>
          </button>
        </div>
      </div>
    </section>
  );
}
