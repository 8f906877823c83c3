// For an intermediary: whether a provider is registered and its subscription open (law.md, rule 27).

import { type FormEvent, useState } from 'react';
import { useAttempt } from '../../../api/attempt.ts';
import { type AnswerOf, ask } from '../../../api/client.ts';
import { useText } from '../../../text/index.tsx';
import { ErrorSummary, Failure, type Fault, Field, PageTitle, SkeletonRows, State } from '../../../ui/parts.tsx';
import { useOrganisation } from '../../desk.tsx';
import { fieldFaults } from '../../field-faults.ts';
import './partners.css';

type Found = AnswerOf<'POST /organisations/:organisation/provider-searches'>;

export function ProviderLookUp() {
  const { t, language } = useText();
  const words = t.partners.lookUp;
  const organisation = useOrganisation();
  const { busy, failure, attempt } = useAttempt();
  const [text, setText] = useState('');
  const [missing, setMissing] = useState(false);
  const [found, setFound] = useState<Found>();
  const faults: readonly Fault[] = missing
    ? [{ field: 'saglayici', text: words.need }]
    : fieldFaults(failure, { text: 'saglayici' }, language);

  function submit(event: FormEvent) {
    event.preventDefault();
    setMissing(text.trim() === '');
    if (text.trim() === '') return;
    void attempt(async () => {
      setFound(undefined);
      setFound(
        await ask('POST /organisations/:organisation/provider-searches', { params: { organisation }, body: { text } }),
      );
    });
  }

  return (
    <>
      <PageTitle>{words.title}</PageTitle>
      <p className="partners__lead">{words.lead}</p>
      <form className="form" noValidate onSubmit={submit}>
        <ErrorSummary faults={faults} />
        {failure !== undefined && faults.length === 0 && <Failure error={failure} />}
        <Field id="saglayici" label={words.field} hint={words.hint} error={faults[0]?.text}>
          {(control) => (
            <input
              {...control}
              className="input"
              autoComplete="off"
              spellCheck={false}
              value={text}
              onChange={({ target }) => setText(target.value)}
            />
          )}
        </Field>
        <div>
          <button type="submit" className="btn btn--next" aria-disabled={busy}>
            {words.submit}
          </button>
        </div>
      </form>
      {busy && <SkeletonRows rows={3} />}
      <div aria-live="polite">{found !== undefined && <Providers found={found} />}</div>
    </>
  );
}

function Providers({ found: { providers, more } }: { readonly found: Found }) {
  const { t, format } = useText();
  const { columns, ...words } = t.partners.lookUp;
  if (providers.length === 0) return <p className="empty">{words.none}</p>;
  return (
    <section className="sec">
      <h2>{words.found(`${format.number(providers.length)}${more ? '+' : ''}`)}</h2>
      <table className="table table--stack">
        <thead>
          <tr>
            <th scope="col">{columns.title}</th>
            <th scope="col">{columns.number}</th>
            <th scope="col">{columns.state}</th>
            <th scope="col">{columns.named}</th>
          </tr>
        </thead>
        <tbody>
          {providers.map(({ code, title, open, named }) => (
            <tr key={code}>
              <th scope="row">{title}</th>
              <td data-l={columns.number}>{code}</td>
              <td data-l={columns.state}>
                <State sign={open ? 'done' : 'note'}>{open ? words.open : words.closed}</State>
              </td>
              <td data-l={columns.named}>{named ? words.named : words.notNamed}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {more && <p className="meta">{words.more}</p>}
    </section>
  );
}
