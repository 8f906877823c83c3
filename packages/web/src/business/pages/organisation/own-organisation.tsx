// What the registry holds of our organisation: its brands with their figures, the rules that hold for it, its subscription.

import { istanbulDay } from '@acik-iys/law';
import { useQuery } from '@tanstack/react-query';
import { type AnswerOf, ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Failure, PageTitle, SkeletonRows, State } from '../../../ui/parts.tsx';
import { useOrganisation } from '../../desk.tsx';
import './own-organisation.css';

type Registered = AnswerOf<'GET /organisations/:organisation/registered'>;

export function OwnOrganisation() {
  const { t } = useText();
  const words = t.connections.organisation;
  const organisation = useOrganisation();
  const held = useQuery({
    queryKey: ['organisation', organisation, 'live', 'registered'],
    queryFn: ({ signal }) => ask('GET /organisations/:organisation/registered', { params: { organisation }, signal }),
  });
  return (
    <>
      <PageTitle>{words.title}</PageTitle>
      <p className="own__lead">{words.lead}</p>
      {held.error !== null && held.data === undefined ? (
        <Failure error={held.error} again={() => void held.refetch()} />
      ) : held.data === undefined ? (
        <SkeletonRows rows={8} />
      ) : (
        <Held held={held.data} />
      )}
    </>
  );
}

function Held({ held }: { readonly held: Registered }) {
  const { t } = useText();
  const words = t.connections.organisation;
  const { organisation, policy } = held;
  return (
    <>
      <dl className="facts">
        <dt>{words.name}</dt>
        <dd>{organisation.title}</dd>
        <dt>{words.code}</dt>
        <dd>{organisation.code}</dd>
        <dt>{words.kind}</dt>
        <dd>{t.organisationKind[organisation.kind]}</dd>
      </dl>
      <Brands held={held} />
      {policy !== null && (
        <section className="sec own__rules">
          <h2>{words.policy}</h2>
          <p>{words.strictness[policy.strictness]}</p>
          <p>{policy.historicLoadOpen ? words.historic.open : words.historic.closed}</p>
        </section>
      )}
      {held.seesSubscription && (
        <section className="sec">
          <h2>{words.subscription}</h2>
          {held.subscription === null ? (
            <p className="empty">{words.noSubscription}</p>
          ) : (
            <Subscription subscription={held.subscription} />
          )}
        </section>
      )}
    </>
  );
}

function Brands({ held: { brands, organisation } }: { readonly held: Registered }) {
  const { t, format } = useText();
  const words = t.connections.organisation;
  const own = organisation.kind === 'provider';
  const counted = brands.some(({ counts }) => counts !== null);
  if (brands.length === 0)
    return (
      <section className="sec">
        <h2>{words.brands}</h2>
        <p className="empty">{words.noBrands}</p>
      </section>
    );
  return (
    <section className="sec">
      <h2>{own ? words.ownBrands : words.brands}</h2>
      {counted && <p className="meta">{words.countsLead}</p>}
      <table className="table table--stack own__table">
        <thead>
          <tr>
            <th scope="col">{words.columns.brand}</th>
            <th scope="col">{words.columns.code}</th>
            {!own && <th scope="col">{words.columns.provider}</th>}
            {counted && (
              <>
                <th scope="col" className="end">
                  {words.columns.granted}
                </th>
                <th scope="col" className="end">
                  {words.columns.refused}
                </th>
                <th scope="col" className="end">
                  {words.columns.retailers}
                </th>
              </>
            )}
          </tr>
        </thead>
        <tbody>
          {brands.map(({ brandId, name, master, provider, counts }) => (
            <tr key={brandId}>
              <th scope="row">
                {name} {own && master && <span className="meta">({words.master})</span>}
              </th>
              <td data-l={words.columns.code}>{brandId}</td>
              {!own && <td data-l={words.columns.provider}>{provider.title}</td>}
              {counted && (
                <>
                  <td data-l={words.columns.granted} className="end">
                    {counts && format.number(counts.granted)}
                  </td>
                  <td data-l={words.columns.refused} className="end">
                    {counts && format.number(counts.refused)}
                  </td>
                  <td data-l={words.columns.retailers} className="end">
                    {counts && format.number(counts.retailers)}
                  </td>
                </>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Subscription({ subscription }: { readonly subscription: NonNullable<Registered['subscription']> }) {
  const { t, format } = useText();
  const words = t.connections.organisation;
  const { packageName, status, expiresAt, apiIncluded, consentLimit, consentLimitExceed, used } = subscription;
  const share = used === null || consentLimit === null ? undefined : Math.min(1, used / Math.max(1, consentLimit));
  const limit = consentLimit === null ? undefined : format.number(consentLimit);
  return (
    <>
      <dl className="facts">
        <dt>{words.package}</dt>
        <dd>{packageName}</dd>
        <dt>{words.state}</dt>
        <dd>
          <State sign={status === 'ACTIVE' ? 'done' : 'note'}>{words.states[status]}</State>
        </dd>
        <dt>{words.until}</dt>
        <dd>{format.day(istanbulDay(expiresAt))}</dd>
        <dt>{words.api}</dt>
        <dd>{apiIncluded ? words.apiYes : words.apiNo}</dd>
      </dl>
      <h3 className="own__limit">{words.consents}</h3>
      {share !== undefined && (
        <div className="own__gauge" aria-hidden="true">
          <i style={{ '--v': share * 100 } as object} />
        </div>
      )}
      <p>
        {used === null
          ? limit === undefined
            ? words.noLimit
            : words.limitAlone(limit)
          : limit === undefined
            ? words.usedFreely(format.number(used))
            : words.used(format.number(used), limit, format.number(Math.round((share ?? 0) * 1_000) / 10))}{' '}
        {used !== null && limit !== undefined && (consentLimitExceed ? words.mayExceed : words.mayNotExceed)}
      </p>
    </>
  );
}
