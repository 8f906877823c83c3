// Where a list comes from: an .xlsx file, or cells that are pasted. Which of the two was used last counts.

import { useText } from '../../../text/index.tsx';
import { Field } from '../../../ui/parts.tsx';

export type ListSource =
  | { readonly kind: 'file'; readonly file: File }
  | { readonly kind: 'pasted'; readonly text: string };

/** @returns what is to be read; undefined where nothing was given */
export function sourceOf(file: File | undefined, pasted: string): ListSource | undefined {
  if (file !== undefined) return { kind: 'file', file };
  return pasted.trim() === '' ? undefined : { kind: 'pasted', text: pasted };
}

export function SourceFields({
  pasted,
  onFile,
  onPaste,
  pasteLabel,
  pasteHint,
  error,
}: {
  readonly pasted: string;
  readonly onFile: (file: File | undefined) => void;
  readonly onPaste: (text: string) => void;
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
            onChange={({ target }) => onFile(target.files?.[0])}
          />
        )}
      </Field>
      <Field label={pasteLabel} hint={pasteHint}>
        {(control) => (
          <textarea
            {...control}
            className="input"
            spellCheck={false}
            value={pasted}
            onChange={({ target }) => onPaste(target.value)}
          />
        )}
      </Field>
    </>
  );
}
