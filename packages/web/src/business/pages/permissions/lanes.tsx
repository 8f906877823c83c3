// The line: each consent of an address over time. Solid while it stands, dashed after a refusal, nothing where nothing
// was recorded. A drawing of the table below it, which says the same in words.

import { istanbulDay } from '@acik-iys/law';
import type { AnswerOf } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { State } from '../../../ui/parts.tsx';
import { useDesk } from '../../desk.tsx';

/** Room before the first movement and behind the last, so that a line of today can be seen: a part of the whole. */
const MARGIN = 0.03;
const LEAST_SECONDS = 3_600;

export type MovementRow = NonNullable<
  AnswerOf<'GET /organisations/:organisation/people/:reference'>['movements']
>[number];

export function Lanes({ movements, now }: { readonly movements: readonly MovementRow[]; readonly now: number }) {
  const { t, language, format } = useText();
  const desk = useDesk();
  const standing = movements.filter(({ overtaken }) => !overtaken);
  const timeOf = ({ consentedAt, receivedAt }: MovementRow): number => consentedAt ?? receivedAt;
  const first = Math.min(now - LEAST_SECONDS, ...standing.map(timeOf));
  const start = first - (now - first) * MARGIN;
  const at = (seconds: number): number => ((seconds - start) / (now - start)) * 100;
  const lanes = Map.groupBy(
    standing,
    ({ brandId, channel, recipientType }) => `${brandId} ${channel} ${recipientType}`,
  );
  return (
    <div className="lanes" role="img" aria-label={t.person.lanes}>
      {[...lanes].map(([name, own]) => {
        const moves = own.toSorted((one, other) => timeOf(one) - timeOf(other) || one.seq - other.seq);
        const last = moves.at(-1) as MovementRow;
        return (
          <div className="lane" key={name}>
            <span className="lane__name">
              <b>{desk.brandName(last.brandId)}</b> {t.channel[last.channel].toLocaleLowerCase(language)}
            </span>
            <span className="lane__track">
              {moves.map((move, index) => {
                const next = moves[index + 1];
                const span = { '--from': at(timeOf(move)), '--to': next === undefined ? 100 : at(timeOf(next)) };
                return (
                  <i
                    key={move.seq}
                    className={`seg ${move.status === 'ONAY' ? 'seg--yes' : ''}`}
                    style={span as object}
                  />
                );
              })}
            </span>
            <State sign={last.status === 'ONAY' ? 'yes' : 'no'}>{t.status[last.status]}</State>
          </div>
        );
      })}
      <div className="lane lane--axis">
        <span />
        <span className="axis">
          <span>{format.day(istanbulDay(first))}</span>
          <span>{t.person.today}</span>
        </span>
        <span />
      </div>
    </div>
  );
}
