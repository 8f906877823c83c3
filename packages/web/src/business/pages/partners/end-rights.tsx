// The last question before rights between two are ended, by either side: for one brand or all, with why.

import { useState } from 'react';
import { ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { Confirm } from '../../../ui/dialog.tsx';
import { Field } from '../../../ui/parts.tsx';
import { useOrganisation } from '../../desk.tsx';

export interface Ending {
  /** Number of the other side. */
  readonly otherCode: number;
  /** Null: all. */
  readonly brandId: number | null;
  /** The question. */
  readonly title: string;
}

/** @param onYes does the ending that it is given, and says how it went */
export function EndRights({
  ending,
  onYes,
  onNo,
}: {
  readonly ending: Ending | undefined;
  readonly onYes: (end: () => Promise<unknown>) => void;
  readonly onNo: () => void;
}) {
  const { t } = useText();
  const organisation = useOrganisation();
  const [reason, setReason] = useState('');

  function yes() {
    if (ending === undefined) return;
    const { otherCode, brandId } = ending;
    setReason('');
    onYes(() =>
      ask('POST /organisations/:organisation/partnerships/:other/end', {
        params: { organisation, other: otherCode },
        body: { brandId, reason },
      }),
    );
  }

  return (
    <Confirm
      open={ending !== undefined}
      title={ending?.title ?? ''}
      yes={t.partners.confirm.yes}
      onYes={yes}
      onNo={onNo}
    >
      <p>{t.partners.confirm.lead}</p>
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
  );
}
