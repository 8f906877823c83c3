// Where the focus goes when the screen changes: to the new heading, so that who hears the page hears where he is. A
// heading that is still being loaded takes it when it comes.

let waiting = false;

/** The screen changed: focuses its heading, or its place until the heading is there. */
export function followPath(main: HTMLElement | null): void {
  const heading = main?.querySelector('h1');
  waiting = heading == null;
  (heading ?? main)?.focus();
}

/** A heading has come: takes the focus where the screen waits for it and nobody has moved it meanwhile. */
export function headingCame(heading: HTMLElement | null): void {
  if (!waiting || heading === null) return;
  waiting = false;
  const { activeElement } = document;
  if (activeElement === document.body || activeElement?.contains(heading)) heading.focus();
}
