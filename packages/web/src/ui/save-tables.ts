// What is seen as a file: the tables of a part of the page as CSV, cell for cell as they stand there. Whoever sees a
// masked address has a masked one in his file.

import { istanbulDay } from '@acik-iys/law';

/** Excel reads UTF-8 by this mark, and Turkish Excel parts cells by semicolons. */
const MARK = '\ufeff';
const SEPARATOR = ';';

/** A column without a heading holds buttons and boxes, not facts. */
function cellsOf(table: HTMLTableElement): string[][] {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map(textOf);
  const rows = [...table.tBodies]
    .flatMap((body) => [...body.rows])
    .filter(({ cells }) => cells.length === heads.length);
  return [heads, ...rows.map(({ cells }) => [...cells].map(textOf))].map((row) =>
    row.filter((_, column) => heads[column] !== ''),
  );
}

function textOf(cell: HTMLElement): string {
  // biome-ignore lint/performance/useDomNodeTextContent: as it is seen: a line break parts two facts of a cell
  return cell.innerText.replace(/\s+/g, ' ').trim();
}

/** What a table is about, where there are several: its caption, or the heading above it. */
function titleOf(table: HTMLTableElement): string {
  const heading = table.caption ?? table.closest('section')?.querySelector<HTMLElement>('h2, h3');
  return heading ? textOf(heading) : '';
}

/** @param name of the file, without day and ending */
export async function saveTables(part: HTMLElement, name: string): Promise<void> {
  const { default: papa } = await import('papaparse');
  const tables = [...part.querySelectorAll('table')];
  const texts = tables.map((table) => {
    const cells = cellsOf(table);
    const titled = tables.length > 1 ? [[titleOf(table)], ...cells] : cells;
    // What a spreadsheet would take for a formula is made text.
    return papa.unparse(titled, { delimiter: SEPARATOR, newline: '\r\n', escapeFormulae: true });
  });
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([MARK, texts.join('\r\n\r\n')], { type: 'text/csv;charset=utf-8' }));
  link.download = `${name}-${istanbulDay(Math.floor(Date.now() / 1_000))}.csv`;
  link.click();
  URL.revokeObjectURL(link.href);
}
