// Documents on their way in: the button that takes a file, and the sending of it.

import { type AnswerOf, newKey } from '../../../api/client.ts';
import { sendFile } from '../../../api/files.ts';
import { Field } from '../../../ui/parts.tsx';
import { useOrganisation } from '../../desk.tsx';

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

/** Keys of files that were sent: what is tried again is the same document, not a second one. */
const keys = new WeakMap<File, Map<number, string>>();

function keyOf(file: File, brandId: number): string {
  const ofFile = keys.get(file) ?? new Map<number, string>();
  keys.set(file, ofFile);
  const key = ofFile.get(brandId) ?? newKey();
  ofFile.set(brandId, key);
  return key;
}

export function useUpload(brandId: number): (file: File) => Promise<DocumentAnswer> {
  const organisation = useOrganisation();
  return (file) =>
    sendFile('POST /organisations/:organisation/brands/:brand/evidence', file, {
      params: { organisation, brand: brandId },
      query: { key: keyOf(file, brandId) },
    });
}
