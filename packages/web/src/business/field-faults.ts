// What the server found wrong in a form, beside the controls of the screen.

import type { PortalError } from '../api/client.ts';
import type { Language } from '../text/index.tsx';
import type { Fault } from '../ui/parts.tsx';

/** @param controls ids of the controls by the names that the server has for their fields */
export function fieldFaults(
  failure: PortalError | undefined,
  controls: Readonly<Record<string, string>>,
  language: Language,
): Fault[] {
  return (failure?.problem?.fields ?? []).flatMap(({ field, ...words }) => {
    const control = controls[field];
    return control === undefined ? [] : [{ field: control, text: words[language] }];
  });
}
