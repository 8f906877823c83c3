// One address: may it be contacted, for which brand, on which channel, and why. Then its history.

import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type AnswerOf, ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { HelpLink } from '../../../ui/help-link.tsx';
import { Listing } from '../../../ui/listing.tsx';
import { Failure, PageTitle, SkeletonRows, State } from '../../../ui/parts.tsx';
import { AskForm } from '../../ask-form.tsx';
import { rememberAddress, useRememberedAddress } from '../../clear-addresses.ts';
import { type DeskView, useDesk, useOrganisation } from '../../desk.tsx';
import { Lanes, type MovementRow } from './lanes.tsx';
import './person.css';

type PersonPage = AnswerOf<'GET /organisations/:organisation/people/:reference'>;
type AnswerRow = PersonPage['brands'][number]['answers'][number];

/** `/izinler`: nothing but the question. */
export function Search() {
  const { t } = useText();
  return (
    <>
      <PageTitle className="vh">{t.nav.search}</PageTitle>
      <AskForm big />
    </>
  );
}

export function Person() {
  const desk = useDesk();
  const organisation = useOrganisation();
  const { reference } = useParams({ from: '/isletme/$organisation/kisi/$reference' });
  const page = useQuery({
    queryKey: ['organisation', organisation, 'live', 'person', reference],
    queryFn: ({ signal }) =>
      ask('GET /organisations/:organisation/people/:reference', { params: { organisation, reference }, signal }),
  });
  return (
    <>
      <AskForm />
      <div className="under-ask">
        {page.error !== null && page.data === undefined ? (
          <Failure error={page.error} again={() => void page.refetch()} />
        ) : page.data === undefined ? (
          <SkeletonRows rows={6} />
        ) : (
          <PersonView key={reference} page={ofCustomer(page.data, desk)} />
        )}
      </div>
    </>
  );
}

/** What of the page is about the customer that the desk is narrowed to. */
function ofCustomer(page: PersonPage, desk: DeskView): PersonPage {
  if (desk.customer === undefined) return page;
  const own = new Set(desk.brandsFor('ask').map(({ brandId }) => brandId));
  return {
    ...page,
    brands: page.brands.filter(({ brandId }) => own.has(brandId)),
    movements: page.movements?.filter(({ brandId }) => own.has(brandId)) ?? null,
  };
}

function PersonView({ page }: { readonly page: PersonPage }) {
  const { t, format } = useText();
  const desk = useDesk();
  const organisation = useOrganisation();
  const clear = useRememberedAddress(page.reference);
  const params = { organisation: String(organisation) };

  const reveal = useMutation({
    mutationFn: () =>
      ask('POST /organisations/:organisation/people/:reference/reveal', {
        params: { organisation, reference: page.reference },
      }),
    onSuccess: ({ address }) => rememberAddress(page.reference, address),
  });

  return (
    <>
      <div className="head">
        <PageTitle className="addr">{clear === undefined ? page.masked : spaced(clear)}</PageTitle>
        <HelpLink topic="consent" />
        {clear === undefined && desk.may('reveal') && (
          <button type="button" className="btn btn--quiet no-print" onClick={() => reveal.mutate()}>
            {page.kind === 'email' ? t.person.revealMail : t.person.reveal}
          </button>
        )}
        <span className="meta" role="status">
          {reveal.isSuccess ? t.person.revealed : t.person.asOf(format.exactTime(page.checkedAt))}
        </span>
      </div>
      {clear === undefined && reveal.error !== null && <Failure error={reveal.error} />}
      <p className="say">{useSentence(page)}</p>
      <Answers page={page} recipientType="BIREYSEL" />
      <Answers page={page} recipientType="TACIR" />
      {desk.may('record') && (
        <div className="row no-print" style={{ marginTop: 'var(--s4)' }}>
          <Link
            className="btn btn--desk"
            to="/isletme/$organisation/kayit"
            params={params}
            search={{ ne: 'RET', kisi: page.reference }}
          >
            {t.person.refuse}
          </Link>
          <Link
            className="btn btn--desk"
            to="/isletme/$organisation/kayit"
            params={params}
            search={{ kisi: page.reference }}
          >
            {t.person.record}
          </Link>
        </div>
      )}
      {page.movements !== null && (
        <History movements={page.movements} now={page.checkedAt} reference={page.reference} />
      )}
    </>
  );
}

/** A Turkish number as people read it. */
function spaced(address: string): string {
  return address.replace(/^\+90(\d{3})(\d{3})(\d{2})(\d{2})$/, '+90 $1 $2 $3 $4');
}

/** The answer in a sentence: of individuals, by brand; where there are many brands, how many. */
function useSentence({ brands }: PersonPage): string {
  const { t, language } = useText();
  const desk = useDesk();
  const MANY = 3;
  const reachable = (answers: readonly AnswerRow[]) =>
    answers.filter(({ may, recipientType }) => may && recipientType === 'BIREYSEL');
  if (brands.length > MANY)
    return t.person.sayMany(brands.filter(({ answers }) => reachable(answers).length > 0).length, brands.length);
  const list = (rows: readonly AnswerRow[], way: 'yes' | 'no') => {
    const verbs = rows.map(({ channel }) => t.person.verbs[channel][way]);
    // "Mesaj göndermeyin ve aramayın", "mesaj gönderebilir ve arayabilir".
    return new Intl.ListFormat(language, { type: 'conjunction' }).format(verbs);
  };
  return brands
    .map(({ brandId, answers }) => {
      const own = answers.filter(({ recipientType }) => recipientType === 'BIREYSEL');
      const yes = own.filter(({ may }) => may);
      const no = own.filter(({ may }) => !may);
      const name = desk.brandName(brandId);
      return [
        yes.length > 0 && t.person.sayYes(name, list(yes, 'yes')),
        no.length > 0 && t.person.sayNo(name, list(no, 'no')),
      ]
        .filter(Boolean)
        .join(' ');
    })
    .join(' ');
}

function Answers({ page, recipientType }: { readonly page: PersonPage; readonly recipientType: 'BIREYSEL' | 'TACIR' }) {
  const { t, format } = useText();
  const desk = useDesk();
  const brands = page.brands.map(({ brandId, answers }) => ({
    brandId,
    answers: answers.filter((answer) => answer.recipientType === recipientType),
  }));
  const merchant = recipientType === 'TACIR';
  const title = merchant ? t.person.merchant : t.person.individual;
  const nothing = brands.every(({ answers }) => answers.every(({ why }) => why === 'none'));
  if (merchant && nothing)
    return (
      <section className="sec-small">
        <h2 className="answer__title">{title}</h2>
        <p className="meta">{t.person.merchantNone}</p>
      </section>
    );
  const channels = brands[0]?.answers.map(({ channel }) => channel) ?? [];
  const why = ({ why, consentedAt, receivedAt, source }: AnswerRow): string => {
    if (why === 'none' || why === 'untold') return t.person.why[why];
    const when = format.time(consentedAt ?? receivedAt ?? page.checkedAt, page.checkedAt);
    if (why === 'withheld') return t.person.why.withheld(when);
    return t.person.why[why](when, source === null ? t.noSource : (t.source[source] ?? source));
  };
  return (
    <section className="sec-small">
      <h2 className="answer__title">{title}</h2>
      <table className="answer">
        <thead>
          <tr>
            <th scope="col">{t.person.brand}</th>
            {channels.map((channel) => (
              <th scope="col" key={channel}>
                {t.channel[channel]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {brands.map(({ brandId, answers }) => (
            <tr key={brandId}>
              <th scope="row">{desk.brandName(brandId)}</th>
              {channels.map((channel) => {
                const answer = answers.find((one) => one.channel === channel);
                return (
                  <td key={channel} data-l={t.channel[channel]}>
                    {answer && (
                      <>
                        <State sign={answer.may ? 'yes' : answer.why === 'none' ? 'none' : 'no'}>
                          {answer.may ? t.person.yes[channel] : t.person.no[channel]}
                        </State>
                        <span className="meta">{why(answer)}</span>
                      </>
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function History({
  movements,
  now,
  reference,
}: {
  readonly movements: readonly MovementRow[];
  readonly now: number;
  readonly reference: string;
}) {
  const { t, format } = useText();
  const desk = useDesk();
  const organisation = useOrganisation();
  const reads = desk.may('readEvidence');
  const evidence = useQuery({
    queryKey: ['organisation', organisation, 'evidence', 'person', reference],
    queryFn: ({ signal }) =>
      ask('GET /organisations/:organisation/people/:reference/evidence', {
        params: { organisation, reference },
        signal,
      }),
    enabled: reads && movements.length > 0,
  });
  const documentsOf = ({ brandId, seq }: MovementRow) =>
    evidence.data?.find((one) => one.brandId === brandId && one.seq === seq)?.documents ?? [];
  const columns = t.person.columns;
  const who = ({ actor, brandId, source }: MovementRow): string => {
    if (source?.startsWith('IYS_')) return t.person.citizen;
    if (actor.organisation === null) return actor.person ?? '';
    const { person, organisation } = actor;
    const name = person === null ? t.person.program(organisation) : t.person.byPerson(person, organisation);
    const giver = desk.brands.find((brand) => brand.brandId === brandId)?.provider.title ?? organisation;
    return giver === organisation ? name : `${name}, ${t.partners.onBehalf(giver)}`;
  };
  return (
    <section className="sec">
      <div className="head">
        <h2>{t.person.history}</h2>
        {movements.length > 0 && <span className="meta">{t.person.legend}</span>}
      </div>
      {movements.length === 0 ? (
        <p className="meta">{t.person.noHistory}</p>
      ) : (
        <>
          <Lanes movements={movements} now={now} />
          <Listing file={t.files.person} rows={movements.length}>
            <table className="table table--stack moves">
              <thead>
                <tr>
                  <th scope="col">{columns.time}</th>
                  <th scope="col">{columns.what}</th>
                  <th scope="col">{columns.status}</th>
                  <th scope="col">{columns.source}</th>
                  <th scope="col">{columns.who}</th>
                  <th scope="col">{columns.number}</th>
                  {reads && <th scope="col">{t.evidence.person.column}</th>}
                </tr>
              </thead>
              <tbody>
                {movements.map((movement) => (
                  <tr key={`${movement.brandId} ${movement.seq}`}>
                    <th scope="row">
                      {format.time(movement.receivedAt, now)}
                      {movement.consentedAt !== null && movement.consentedAt !== movement.receivedAt && (
                        <span className="meta">{t.person.given(format.time(movement.consentedAt, now))}</span>
                      )}
                    </th>
                    <td data-l={columns.what}>
                      {desk.brandName(movement.brandId)}, {t.channel[movement.channel]}
                      {movement.recipientType === 'TACIR' && `, ${t.recipientType.TACIR}`}
                    </td>
                    <td data-l={columns.status}>
                      <span>
                        <State sign={movement.status === 'ONAY' ? 'yes' : 'no'}>{t.status[movement.status]}</State>
                        {movement.overtaken && <span className="meta"> {t.person.overtaken}</span>}
                      </span>
                    </td>
                    <td data-l={columns.source}>
                      {movement.source === null ? t.noSource : (t.source[movement.source] ?? movement.source)}
                    </td>
                    <td data-l={columns.who}>{who(movement)}</td>
                    <td data-l={columns.number} className="num">
                      {format.number(movement.seq)}
                    </td>
                    {reads && (
                      <td data-l={t.evidence.person.column}>
                        {documentsOf(movement).map(({ documentId, title }) => (
                          <Link
                            key={documentId}
                            to="/isletme/$organisation/kanitlar/$brand/$document"
                            params={{
                              organisation: String(organisation),
                              brand: String(movement.brandId),
                              document: documentId,
                            }}
                          >
                            {title}
                          </Link>
                        ))}
                      </td>
                    )}
                  </tr>
                ))}
              </tbody>
            </table>
          </Listing>
        </>
      )}
    </section>
  );
}
