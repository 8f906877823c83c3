// What is said of a finished file wherever there is one: its name, size and hash, how to have it, and its time stamp.

import { useText } from '../../../text/index.tsx';
import { State } from '../../../ui/parts.tsx';
import { CopyButton } from '../../copy-button.tsx';

const UNITS = ['B', 'KB', 'MB', 'GB'] as const;

/** `1,2 MB`. */
function sizeOf(bytes: number, number: (value: number) => string): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${number(bytes / 1_024 ** power)} ${UNITS[power]}`;
}

/** What a button says is about, for who hears it in a list of many. */
export function About({ children }: { readonly children: string }) {
  return <span className="vh"> {children}</span>;
}

export function FileFacts({
  file,
  about,
  onTake,
}: {
  readonly file: { readonly name: string; readonly bytes: number; readonly sha384: string };
  readonly about: string;
  /** Undefined: this person may not have it. */
  readonly onTake: (() => void) | undefined;
}) {
  const { t, format } = useText();
  const words = t.reports.days;
  return (
    <div className="reports__file">
      <span className="row">
        {onTake !== undefined && (
          <button type="button" className="btn btn--desk" onClick={onTake}>
            {words.download}
            <About>{about}</About>
          </button>
        )}
        <span className="meta">
          {file.name}, {sizeOf(file.bytes, format.number)}
        </span>
      </span>
      <details>
        <summary>
          {words.hash}
          <About>{about}</About>
        </summary>
        <code className="code">{file.sha384}</code> <CopyButton text={file.sha384} />
      </details>
    </div>
  );
}

export function StampFacts({
  isStamped,
  href,
  about,
}: {
  readonly isStamped: boolean;
  readonly href: string;
  readonly about: string;
}) {
  const { t } = useText();
  const words = t.reports.days;
  if (!isStamped) return <State sign="wait">{words.waiting}</State>;
  return (
    <span className="row">
      <State sign="done">{words.stamped}</State>
      <a href={href} download>
        {words.stamp}
        <About>{about}</About>
      </a>
    </span>
  );
}
