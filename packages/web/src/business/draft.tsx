// What is typed and not sent yet. It lies sealed on the server, one draft for each place, kept a moment after the last
// change: an error, a reload, a broken line or an ended session loses nothing, and the browser of a shared counter keeps
// nothing.

import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { ask } from '../api/client.ts';
import { useText } from '../text/index.tsx';
import { useOrganisation, useSession } from './desk.tsx';
import { type DraftPlace, keeperOf } from './draft-keeper.ts';

export interface Kept<T extends object> {
  readonly form: T;
  /** False while it is not known yet whether a draft lies there. */
  readonly ready: boolean;
  /** What is shown was brought back. */
  readonly found: boolean;
  /** Seconds; when the last change was kept. */
  readonly keptAt: number | undefined;
  set(change: Partial<T>): void;
  /** It is sent, or given up: the draft goes, `next` is shown. */
  done(next?: T): Promise<void>;
}

/**
 * The state of a form whose contents are kept.
 * @param options.anew begins without looking for a draft
 * @param options.accepts whether a draft of this shape belongs to this form; where it says nothing: all do
 * @param options.holds whether there is anything in it that is worth keeping; where it says nothing: any change
 */
export function useKept<T extends object>(
  place: DraftPlace,
  empty: T,
  options: {
    readonly anew?: boolean;
    accepts?(content: T): boolean;
    holds?(form: T): boolean;
  } = {},
): Kept<T> {
  const { anew = false, accepts = () => true } = options;
  const organisation = useOrganisation();
  const { data: session } = useSession();
  const keeper = keeperOf(session?.person?.email, organisation, place);
  const [first] = useState(empty);
  const [typed, setTyped] = useState<T>();
  const [found, setFound] = useState(true);
  const [keptAt, setKeptAt] = useState<number>();
  const stored = useQuery({
    queryKey: ['organisation', organisation, 'draft', place],
    queryFn: async ({ signal }) => {
      if (keeper.unsaved !== undefined) {
        keeper.keep(keeper.unsaved);
        return keeper.unsaved;
      }
      const params = { organisation, place };
      return (await ask('GET /organisations/:organisation/drafts/:place', { params, signal })).content;
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    // Without a line too the form is there: it is asked, and told that nobody answers.
    networkMode: 'always',
    enabled: !anew,
  });
  const kept = hasShapeOf(first, stored.data) && accepts(stored.data) ? stored.data : undefined;
  const holds = useRef(options.holds);
  holds.current = options.holds;
  useEffect(() => {
    keeper.onKept = setKeptAt;
  }, [keeper]);
  useEffect(() => {
    if (typed === undefined) return;
    if (holds.current?.(typed) ?? JSON.stringify(typed) !== JSON.stringify(first)) keeper.keep(typed);
    // What was deleted does not come back.
    else void keeper.done();
  }, [typed, first, keeper]);
  const initial = kept ?? first;
  return {
    form: typed ?? initial,
    ready: anew || !stored.isPending,
    found: found && kept !== undefined,
    keptAt,
    set: (change) => setTyped((before) => ({ ...(before ?? initial), ...change })),
    async done(next = first) {
      setFound(false);
      setKeptAt(undefined);
      setTyped(next);
      await keeper.done();
    },
  };
}

/** A draft may be of an older version of its form: what does not fit is not shown. */
function hasShapeOf<T extends object>(form: T, content: unknown): content is T {
  return (
    typeof content === 'object' &&
    content !== null &&
    Object.entries(form).every(([key, value]) => {
      const kept: unknown = (content as Record<string, unknown>)[key];
      return (
        value === null ||
        value === undefined ||
        (typeof kept === typeof value && Array.isArray(kept) === Array.isArray(value))
      );
    })
  );
}

/** Whether somebody comes to go on with this form: a page that keeps it closed shows it open. */
export function useComesBack(place: DraftPlace): boolean {
  return useSearch({ strict: false }).taslak === place;
}

/** That a draft was brought back, and the way to be rid of it. */
export function DraftFound<T extends object>({ kept }: { readonly kept: Kept<T> }) {
  const { t } = useText();
  if (!kept.found) return null;
  return (
    <div className="banner">
      <p>{t.drafts.found}</p>
      <button type="button" className="btn btn--desk" onClick={() => void kept.done()}>
        {t.drafts.discard}
      </button>
    </div>
  );
}

/** When what is typed was kept last, small beside the form's buttons. */
export function DraftKept<T extends object>({ kept: { keptAt } }: { readonly kept: Kept<T> }) {
  const { t, format } = useText();
  return (
    <span className="meta" role="status">
      {keptAt !== undefined && t.drafts.kept(format.time(keptAt, keptAt))}
    </span>
  );
}
