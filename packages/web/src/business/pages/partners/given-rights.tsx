// Rights between a provider and a partner or intermediary, in words, and those that are over as a table: the same for
// both sides.

import type { AnswerOf } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { useDesk } from '../../desk.tsx';
import './partners.css';

export type GivenRight = AnswerOf<'GET /organisations/:organisation/offers'>['rights'][number];
export const RIGHT_CHANNELS = ['MESAJ', 'ARAMA', 'EPOSTA'] as const;

/** What a right lets its holder do: "Mesaj kaydeder, E-posta görür". */
export function useRightsWords(): (
  right: Pick<GivenRight, (typeof RIGHT_CHANNELS)[number] | 'reconciliation'>,
) => string {
  const { t, language } = useText();
  const words = t.partners;
  const list = new Intl.ListFormat(language, { type: 'conjunction' });
  return (right) =>
    list.format([
      ...RIGHT_CHANNELS.filter((channel) => right[channel] !== 'none').map((channel) =>
        words.rightOn(words.channel[channel], words.right[right[channel]]),
      ),
      ...(right.reconciliation ? [words.reconciles] : []),
    ]);
}

/** The same of a whole right: an intermediary's is always to ask for all brands. */
export function useRightWords(): (right: GivenRight) => string {
  const { t } = useText();
  const rightsWords = useRightsWords();
  return (right) => (right.brand === null ? t.partners.asks : rightsWords(right));
}

/** Rights that are over, with why and by whom. */
export function PastRights({
  past,
  more = false,
  now,
}: {
  readonly past: readonly GivenRight[];
  readonly more?: boolean;
  readonly now: number;
}) {
  const { t, format } = useText();
  const { columns, ...words } = t.partners.past;
  const desk = useDesk();
  const rightWords = useRightWords();
  const provider = desk.organisation.kind === 'provider';
  return (
    <section className="sec">
      <h2>{words.title}</h2>
      <p className="meta partners__note">{past.length === 0 ? words.none : words.lead}</p>
      {past.length > 0 && (
        <table className="table table--stack">
          <thead>
            <tr>
              <th scope="col">{columns.who}</th>
              <th scope="col">{columns.brand}</th>
              <th scope="col">{columns.rights}</th>
              <th scope="col">{columns.period}</th>
              <th scope="col">{columns.end}</th>
            </tr>
          </thead>
          <tbody>
            {past.map((right) => (
              <tr key={`${right.offerId} ${right.brand?.brandId}`}>
                <th scope="row">{provider ? right.holder.title : right.provider.title}</th>
                <td data-l={columns.brand}>{right.brand?.name ?? t.partners.page.allBrands}</td>
                <td data-l={columns.rights}>
                  <span>
                    {rightWords(right)} <Reason text={right.reason} />
                  </span>
                </td>
                <td data-l={columns.period}>
                  <span>
                    {right.acceptedAt === null
                      ? words.offered(format.time(right.offeredAt, now))
                      : words.from(format.time(right.acceptedAt, now))}
                    <br />
                    {right.endedAt !== null && words.until(format.time(right.endedAt, now))}
                  </span>
                </td>
                <td data-l={columns.end}>
                  <span>
                    {right.endedHow !== null &&
                      words.byWhom(words.how[right.endedHow], right.endedBy ?? t.partners.setUp)}{' '}
                    <Reason text={right.endedReason} />
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {more && <p className="meta">{words.more}</p>}
    </section>
  );
}

/** Why, where somebody said why. */
export function Reason({ text }: { readonly text: string }) {
  const { t } = useText();
  return text === '' ? null : <span className="meta">{t.partners.reasonSaid(text)}</span>;
}
