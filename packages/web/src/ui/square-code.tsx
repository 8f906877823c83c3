// A QR code, drawn in the page: what it says is a secret, so nobody else's server makes it.

import { encode } from 'uqr';

/** Modules around it that stay light, or no camera finds it (ISO/IEC 18004, 9.1). */
const QUIET = 4;

/** @param label what it is, for who does not see it */
export function SquareCode({ text, label }: { readonly text: string; readonly label: string }) {
  const { data, size } = encode(text, { border: 0 });
  const dark = data.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  const all = size + 2 * QUIET;
  return (
    <svg className="square-code" viewBox={`${-QUIET} ${-QUIET} ${all} ${all}`} role="img" aria-label={label}>
      <rect x={-QUIET} y={-QUIET} width={all} height={all} fill="#fff" />
      <path d={dark.join('')} fill="#000" />
    </svg>
  );
}
