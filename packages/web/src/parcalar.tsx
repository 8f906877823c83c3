// `/_parcalar`: every part in all its states, for those who build screens. Served by the demo alone.

import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { PortalError } from './api/client.ts';
import { TextProvider, useText } from './text/index.tsx';
import { Confirm } from './ui/dialog.tsx';
import './ui/index.css';
import { Listing } from './ui/listing.tsx';
import { Bars, Choices, ErrorSummary, Failure, Field, PageTitle, SkeletonRows, State } from './ui/parts.tsx';
import { SquareCode } from './ui/square-code.tsx';

const PROBLEM = {
  status: 503,
  code: 'registry.unavailable',
  tr: 'Sistem şu anda yanıt veremiyor. Yazdığınız duruyor.',
  en: 'The registry cannot answer just now. What you typed is kept.',
};

function Parts() {
  const { t, language, setLanguage } = useText();
  const [open, setOpen] = useState(false);
  return (
    <main className="page stack" style={{ justifyItems: 'stretch', gap: 'var(--s6)' }}>
      <PageTitle>Parçalar · Parts</PageTitle>
      <section className="row">
        <State sign="yes">{t.person.yes.MESAJ}</State>
        <State sign="no">{t.person.no.MESAJ}</State>
        <State sign="none">{t.person.why.none}</State>
        <State sign="wait">{t.record.waitingSoon('Örnek', t.channel.MESAJ)}</State>
        <State sign="done">{t.record.recorded('Örnek', t.channel.MESAJ)}</State>
        <State sign="note">{t.record.refused('Örnek', t.channel.MESAJ)}</State>
      </section>
      <section className="row">
        <button type="button" className="btn btn--next" onClick={() => setOpen(true)}>
          {t.record.submitRefusal}
        </button>
        <button type="button" className="btn btn--main">
          {t.common.save}
        </button>
        <button type="button" className="btn" onClick={() => setLanguage(language === 'tr' ? 'en' : 'tr')}>
          {t.language.other}
        </button>
        <button type="button" className="btn btn--final">
          {t.account.end}
        </button>
        <button type="button" className="btn" disabled>
          {t.common.cancel}
        </button>
        <button type="button" className="btn btn--quiet">
          {t.person.reveal}
        </button>
      </section>
      <section>
        <Listing
          file="ornek"
          rows={1}
          list={{ hasNextPage: true, isFetchingNextPage: false, fetchNextPage: async () => {} }}
        >
          <table className="table table--stack">
            <thead>
              <tr>
                <th scope="col">{t.person.brand}</th>
                <th scope="col">{t.person.columns.status}</th>
              </tr>
            </thead>
            <tbody>
              <tr>
                <th scope="row">Örnek Perakende</th>
                <td data-l={t.person.columns.status}>{t.status.ONAY}</td>
              </tr>
            </tbody>
          </table>
        </Listing>
        <Listing file="bos" rows={0}>
          <p className="empty">{t.search.empty}</p>
        </Listing>
      </section>
      <section>
        <SquareCode text="otpauth://totp/ornek" label={t.logIn.setUpScan} />
      </section>
      <section className="form">
        <ErrorSummary faults={[{ field: 'ornek', text: t.record.needAddress }]} />
        <Field id="ornek" label={t.record.address} hint={t.record.addressHint} error={t.record.needAddress}>
          {(control) => <input {...control} className="input" defaultValue="0532 410 22" />}
        </Field>
        <Field label={t.record.brand}>
          {(control) => (
            <select {...control} className="input">
              <option>Örnek Perakende</option>
            </select>
          )}
        </Field>
        <Choices legend={t.record.channels} hint={t.record.channelsHint}>
          <label className="check">
            <input type="checkbox" defaultChecked /> {t.channel.MESAJ}
          </label>
          <label className="check">
            <input type="checkbox" /> {t.channel.ARAMA}
          </label>
        </Choices>
      </section>
      <SkeletonRows rows={4} />
      <Failure error={new PortalError(503, PROBLEM)} again={() => undefined} />
      <Bars days={[3, 8, 5, 12, 7, 2].map((value, at) => ({ label: String(at + 20), value, partial: at === 5 }))} />
      <Confirm
        open={open}
        title={t.record.confirmTitle}
        yes={t.record.confirmYes}
        onYes={() => setOpen(false)}
        onNo={() => setOpen(false)}
      >
        <p>{t.record.confirmLead('+90 532 111 22 33', 'Örnek Bebek', t.channel.MESAJ)}</p>
      </Confirm>
    </main>
  );
}

const page = document.getElementById('page');
if (page === null) throw new Error('the page has no place for its content');
createRoot(page).render(
  <StrictMode>
    <TextProvider>
      <Parts />
    </TextProvider>
  </StrictMode>,
);
