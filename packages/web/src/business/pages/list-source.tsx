// Where a list comes from: an .xlsx file, or cells that are pasted. Which of the two was used last counts.

import { useText } from '../../text/index.tsx';
import { Field } from '../../ui/parts.tsx';

export type ListSource =
  | { readonly kind: 'file'; readonly file: File }
  | { readonly kind: 'pasted'; readonly text: string };

export function SourceFields({
  source,
  onChange,
  pasteLabel,
  pasteHint,
  error,
}: {
  readonly source: ListSource | undefined;
  readonly onChange: (source: ListSource | undefined) => void;
  readonly pasteLabel: string;
  readonly pasteHint: string;
  readonly error: string | undefined;
}) {
  const { t } = useText();
  return (
    <>
      <Field id="dosya" label={t.lists.record.file} error={error}>
        {(control) => (
          <input
            {...control}
            className="input"
            type="file"
            accept=".xlsx"
            onChange={({ target }) => {
              const file = target.files?.[0];
              onChange(file === undefined ? undefined : { kind: 'file', file });
            }}
          />
        )}
      </Field>
      <Field label={pasteLabel} hint={pasteHint}>
        {(control) => (
          <textarea
            {...control}
            className="input"
            spellCheck={false}
            value={source?.kind === 'pasted' ? source.text : ''}
            onChange={({ target }) =>
              onChange(target.value.trim() === '' ? undefined : { kind: 'pasted', text: target.value })
            }
          />
        )}
      </Field>
    </>
  );
}
