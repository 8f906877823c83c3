// Copies a text, and says whether it did: over plain http browsers do not.

import { useState } from 'react';
import { useText } from '../text/index.tsx';

export function CopyButton({ text }: { readonly text: string }) {
  const { t } = useText();
  const [said, setSaid] = useState('');
  async function copy() {
    setSaid('');
    try {
      await navigator.clipboard.writeText(text);
      setSaid(t.connections.copied);
    } catch {
      setSaid(t.connections.notCopied);
    }
  }
  return (
    <>
      <button type="button" className="btn btn--desk" onClick={() => void copy()}>
        {t.connections.copy}
      </button>
      <span role="status" className="meta">
        {said}
      </span>
    </>
  );
}
