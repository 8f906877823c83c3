// The first call, to copy: with this organisation's numbers and a user's name in it. Its language stands in the address.

import { Link, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useText } from '../../../text/index.tsx';
import { Field } from '../../../ui/parts.tsx';
import { CopyButton } from '../../copy-button.tsx';
import { useDesk, useOrganisation } from '../../desk.tsx';
import type { ApiUser } from './api-users.tsx';
import { type FirstCallLanguage, firstCallCode } from './first-call.ts';

const LANGUAGES: readonly FirstCallLanguage[] = ['curl', 'php', 'csharp', 'javascript'];

export function FirstCallSection({ users }: { readonly users: readonly ApiUser[] }) {
  const { t } = useText();
  const words = t.connections.first;
  const desk = useDesk();
  const organisation = useOrganisation();
  const { dil = 'curl' } = useSearch({ from: '/isletme/$organisation/baglantilar' });
  const [accountId, setAccountId] = useState<number>();
  const [brandId, setBrandId] = useState<number>();
  const user = users.find((one) => one.accountId === accountId) ?? users[0];
  const brand = desk.brands.find((one) => one.brandId === brandId) ?? desk.brands[0];
  const code =
    user &&
    brand &&
    firstCallCode(dil, {
      base: window.location.origin,
      email: user.email,
      providerCode: brand.provider.code,
      brandId: brand.brandId,
      words,
    });
  return (
    <section className="sec">
      <h2>{words.title}</h2>
      <p>{words.lead}</p>
      {code === undefined || user === undefined || brand === undefined ? (
        <p className="empty">{words.noUser}</p>
      ) : (
        <>
          <div className="pair connections__first">
            <Field label={words.user}>
              {(control) => (
                <select
                  {...control}
                  className="input"
                  value={user.accountId}
                  onChange={({ target }) => setAccountId(Number(target.value))}
                >
                  {users.map((one) => (
                    <option key={one.accountId} value={one.accountId}>
                      {one.email}
                    </option>
                  ))}
                </select>
              )}
            </Field>
            <Field label={words.brand}>
              {(control) => (
                <select
                  {...control}
                  className="input"
                  value={brand.brandId}
                  onChange={({ target }) => setBrandId(Number(target.value))}
                >
                  {desk.brands.map((one) => (
                    <option key={one.brandId} value={one.brandId}>
                      {one.name}
                    </option>
                  ))}
                </select>
              )}
            </Field>
          </div>
          <nav className="tabs connections__first" aria-label={words.language}>
            {LANGUAGES.map((language) => (
              <Link
                key={language}
                to="/isletme/$organisation/baglantilar"
                params={{ organisation: String(organisation) }}
                search={language === 'curl' ? {} : { dil: language }}
                replace
                resetScroll={false}
                aria-current={dil === language ? 'true' : undefined}
                activeProps={{}}
              >
                {words.languages[language]}
              </Link>
            ))}
          </nav>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls sideways is scrolled by the keyboard too */}
          <section className="connections__code" tabIndex={0} aria-label={words.code(words.languages[dil])}>
            <pre>{code}</pre>
          </section>
          <div className="row">
            <CopyButton text={code} />
            <a href="/docs">{words.docs}</a>
          </div>
        </>
      )}
    </section>
  );
}
