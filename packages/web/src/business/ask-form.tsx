// The one search: any telephone or e-mail, as people paste it.

import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useId, useState } from 'react';
import { ask, PortalError } from '../api/client.ts';
import { useText } from '../text/index.tsx';
import { Failure } from '../ui/parts.tsx';
import { rememberAddress } from './clear-addresses.ts';
import { useOrganisation } from './desk.tsx';
import './ask-form.css';

/** @param big with its question as a heading: where asking is the first thing to do */
export function AskForm({ big = false }: { readonly big?: boolean }) {
  const { t, language } = useText();
  const organisation = useOrganisation();
  const navigate = useNavigate();
  const id = useId();
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<string | PortalError>();
  const [busy, setBusy] = useState(false);

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (busy) return;
    if (typed.trim() === '') {
      setError(t.search.empty);
      return;
    }
    setBusy(true);
    try {
      const { reference, address } = await ask('POST /organisations/:organisation/searches', {
        params: { organisation },
        body: { address: typed },
      });
      rememberAddress(reference, address);
      setError(undefined);
      setTyped('');
      await navigate({
        to: '/isletme/$organisation/kisi/$reference',
        params: { organisation: String(organisation), reference },
      });
    } catch (failed) {
      if (!(failed instanceof PortalError)) throw failed;
      setError(failed.problem?.fields === undefined ? failed : failed.problem[language]);
    } finally {
      setBusy(false);
    }
  }

  const text = typeof error === 'string' ? error : undefined;
  return (
    <search>
      <form
        className={`ask field ${big ? 'ask--big' : ''} ${text === undefined ? '' : 'field--bad'}`}
        onSubmit={(event) => void submit(event)}
      >
        <label className={big ? undefined : 'vh'} htmlFor={id}>
          {big ? t.search.title : t.search.other}
        </label>
        {big && (
          <span className="hint" id={`${id}-hint`}>
            {t.search.hint}
          </span>
        )}
        {text !== undefined && (
          <p className="error sign state--note" id={`${id}-error`} role="alert">
            {text}
          </p>
        )}
        {error instanceof PortalError && <Failure error={error} />}
        <div className="ask__row">
          <input
            id={id}
            className="input"
            inputMode="text"
            autoComplete="off"
            spellCheck={false}
            placeholder={big ? undefined : t.search.other}
            aria-invalid={text !== undefined || undefined}
            aria-describedby={
              [big && `${id}-hint`, text !== undefined && `${id}-error`].filter(Boolean).join(' ') || undefined
            }
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
          />
          <button type="submit" className={`btn ${big ? 'btn--next' : ''}`} aria-disabled={busy}>
            {t.search.submit}
          </button>
        </div>
      </form>
    </search>
  );
}
