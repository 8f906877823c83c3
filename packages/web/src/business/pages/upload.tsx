// Documents on their way in: the button that takes a file, and the sending of it.

import { type AnswerOf, newKey } from '../../api/client.ts';
import { sendFile } from '../../api/files.ts';
import { Field } from '../../ui/parts.tsx';
import { useOrganisation } from '../desk.tsx';

export type DocumentAnswer = AnswerOf<'POST /organisations/:organisation/brands/:brand/evidence'>;

/** Takes a file at once when it is chosen. */
export function UploadButton({ label, hint, onFile }: { label: string; hint?: string; onFile: (file: File) => void }) {
  return (
    <Field label={label} hint={hint}>
      {(control) => (
        <input
          {...control}
          className="input"
          type="file"
          accept=".pdf,.jpg,.jpeg,.png,.wav,.mp3,.ogg,.opus,.m4a,.eml,.p7m"
          onChange={({ target }) => {
            const file = target.files?.[0];
            if (file !== undefined) onFile(file);
            target.value = '';
          }}
        />
      )}
    </Field>
  );
}

export function useUpload(brandId: number): (file: File) => Promise<DocumentAnswer> {
  const organisation = useOrganisation();
  return (file) =>
    sendFile('POST /organisations/:organisation/brands/:brand/evidence', file, {
      params: { organisation, brand: brandId },
      query: { key: newKey() },
    });
}
