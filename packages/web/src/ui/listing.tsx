// A list as every screen shows it: its table, and at its end the way to the next page and to a file of what is seen.

import { type ReactNode, useRef } from 'react';
import { useText } from '../text/index.tsx';
import { saveTables } from './save-tables.ts';

export function Listing({
  file,
  rows,
  list,
  note,
  children,
}: {
  /** Name of the file, without day and ending. */
  readonly file: string;
  /** How many are shown: of none there is no file. */
  readonly rows: number;
  /** Where it is read page by page. */
  readonly list?: {
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    fetchNextPage(): Promise<unknown>;
  };
  /** Beside the way to the next page. */
  readonly note?: ReactNode;
  readonly children: ReactNode;
}) {
  const { t } = useText();
  const box = useRef<HTMLDivElement>(null);
  const more = list?.hasNextPage === true;
  return (
    <>
      <div ref={box}>{children}</div>
      {(more || rows > 0) && (
        <div className="row listing__end no-print">
          {more && (
            <button
              type="button"
              className="btn"
              aria-disabled={list.isFetchingNextPage}
              onClick={() => void list.fetchNextPage()}
            >
              {list.isFetchingNextPage ? t.common.loading : t.common.more}
            </button>
          )}
          {rows > 0 && (
            <button
              type="button"
              className="btn btn--quiet"
              onClick={() => box.current !== null && void saveTables(box.current, file)}
            >
              {t.common.saveSeen}
            </button>
          )}
          {note}
        </div>
      )}
    </>
  );
}
