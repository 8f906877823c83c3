// The small parts of every screen: states, fields with their faults, what is shown while loading, when nothing is there,
// and when something failed.

import { type ReactNode, type RefObject, useEffect, useId, useRef } from 'react';
import { PortalError } from '../api/client.ts';
import { useText } from '../text/index.tsx';
import { headingCame } from './focus.ts';

export type Sign = 'yes' | 'no' | 'none' | 'note' | 'wait' | 'done';

/** A sign and always its word. */
export function State({ sign, children }: { readonly sign: Sign; readonly children: ReactNode }) {
  return <span className={`state state--${sign} sign`}>{children}</span>;
}

/** A field with its label, hint and fault; `children` makes the control from the ids that tie them together. */
export function Field({
  label,
  hint,
  error,
  id,
  children,
}: {
  readonly label: string;
  readonly hint?: ReactNode;
  readonly error?: string | undefined;
  /** For the error summary's link. */
  readonly id?: string;
  readonly children: (control: {
    id: string;
    'aria-describedby': string | undefined;
    'aria-invalid': true | undefined;
  }) => ReactNode;
}) {
  const made = useId();
  const at = id ?? made;
  const described = [hint !== undefined && `${at}-hint`, error !== undefined && `${at}-error`]
    .filter(Boolean)
    .join(' ');
  return (
    <div className={error === undefined ? 'field' : 'field field--bad'}>
      <label htmlFor={at}>{label}</label>
      {hint !== undefined && (
        <span className="hint" id={`${at}-hint`}>
          {hint}
        </span>
      )}
      {error !== undefined && (
        <p className="error sign" id={`${at}-error`}>
          {error}
        </p>
      )}
      {children({
        id: at,
        'aria-describedby': described === '' ? undefined : described,
        'aria-invalid': error === undefined ? undefined : true,
      })}
    </div>
  );
}

/** One question with several answers. */
export function Choices({
  legend,
  hint,
  error,
  id,
  children,
}: {
  readonly legend: string;
  readonly hint?: string;
  readonly error?: string | undefined;
  readonly id?: string;
  readonly children: ReactNode;
}) {
  const made = useId();
  const at = id ?? made;
  return (
    <fieldset className={error === undefined ? 'field' : 'field field--bad'} id={at} tabIndex={-1}>
      <legend>{legend}</legend>
      {hint !== undefined && <span className="hint">{hint}</span>}
      {error !== undefined && <p className="error sign">{error}</p>}
      <div className="choices">{children}</div>
    </fieldset>
  );
}

export interface Fault {
  /** Id of the control. */
  readonly field: string;
  readonly text: string;
}

/**
 * What is to be mended, at the top of the form, each leading to its field. Takes the focus when it appears.
 * @param props.asked the faults as they were found, where those that were mended since are not shown any more
 */
export function ErrorSummary({
  faults,
  asked = faults,
}: {
  readonly faults: readonly Fault[];
  readonly asked?: readonly Fault[];
}) {
  const { t } = useText();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (asked.length > 0) box.current?.focus();
  }, [asked]);
  if (faults.length === 0) return null;
  return (
    <div className="summary" ref={box} tabIndex={-1} role="alert">
      <h2>{t.record.summary(faults.length)}</h2>
      <ul>
        {faults.map(({ field, text }) => (
          <li key={field + text}>
            <a
              href={`#${field}`}
              onClick={(event) => {
                event.preventDefault();
                document.getElementById(field)?.focus();
              }}
            >
              {text}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** What went wrong, in the server's words or ours, with its code small at the end. */
export function Failure({ error, again }: { readonly error: unknown; readonly again?: (() => void) | undefined }) {
  const { t, language } = useText();
  const problem = error instanceof PortalError ? error.problem : undefined;
  return (
    <div className="banner" role="alert">
      <p>
        {problem === undefined ? t.common.failed : problem[language]}{' '}
        {problem !== undefined && <span className="code">{t.common.code(problem.code)}</span>}
      </p>
      {again !== undefined && (
        <button type="button" className="btn btn--desk" onClick={again}>
          {t.common.again}
        </button>
      )}
    </div>
  );
}

/** The real shape of what is being loaded, without its words. */
export function SkeletonRows({ rows = 5 }: { readonly rows?: number }) {
  const { t } = useText();
  return (
    <div className="stack" style={{ justifyItems: 'stretch' }} role="status">
      <span className="vh">{t.common.loading}</span>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} className="skeleton" style={{ width: `${92 - ((row * 17) % 40)}%` }} />
      ))}
    </div>
  );
}

/** The heading of a screen: takes the focus when the screen changes, so that a reader of it hears where he is. */
export function PageTitle({ children, className }: { readonly children: ReactNode; readonly className?: string }) {
  const { t } = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  useTitle(heading, t.common.product);
  useEffect(() => headingCame(heading.current), []);
  return (
    <h1 ref={heading} tabIndex={-1} className={className}>
      {children}
    </h1>
  );
}

/** The document's title follows the heading. */
function useTitle(heading: RefObject<HTMLHeadingElement | null>, product: string): void {
  useEffect(() => {
    document.title = `${heading.current?.textContent ?? ''} · ${product}`;
  });
}

/** Bars of a few days: from zero, labelled where it matters, today hatched because it is not over. A table stands behind. */
export function Bars({
  days,
}: {
  readonly days: readonly { readonly label: string; readonly value: number; readonly partial?: boolean }[];
}) {
  const most = Math.max(1, ...days.map(({ value }) => value));
  const { format } = useText();
  const highest = days.findIndex(({ value }) => value === most);
  return (
    <div aria-hidden="true">
      <div className="bars">
        {days.map(({ label, value, partial }, at) => (
          <i key={label} className={partial ? 'part' : undefined} style={{ '--v': (value / most) * 92 } as object}>
            {(partial || at === highest) && <b>{format.number(value)}</b>}
          </i>
        ))}
      </div>
      <div className="days">
        {days.map(({ label, partial }, at) => (
          <span key={label}>{partial ? <b>{label}</b> : at % 4 === 0 ? label : ''}</span>
        ))}
      </div>
    </div>
  );
}
