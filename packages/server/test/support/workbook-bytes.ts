// Makes .xlsx files for tests out of real zip bytes and the XML that the test wants in them, right or wrong.

import { strToU8, zipSync } from 'fflate';

export interface SheetXml {
  readonly name?: string;
  readonly state?: 'hidden' | 'veryHidden';
  /** What stands inside `<sheetData>`. */
  readonly rows?: string;
  /** What stands behind it. */
  readonly after?: string;
}

export interface WorkbookXml {
  readonly sheets?: readonly SheetXml[];
  /** What stands inside `<sst>`. */
  readonly strings?: string;
  /** Format codes of the styles 1, 2, … */
  readonly formats?: readonly string[];
  readonly startsIn1904?: boolean;
  readonly contentType?: string;
  /** More parts, or others for those that were made. */
  readonly parts?: Readonly<Record<string, string | Uint8Array>>;
}

const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const WORKBOOK_TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml';

/** The parts of a workbook by path. */
export function workbookParts(workbook: WorkbookXml): Record<string, string | Uint8Array> {
  const { sheets = [{}], strings, formats = [], startsIn1904 = false, contentType = WORKBOOK_TYPE } = workbook;
  const xml = (text: string): string => `<?xml version="1.0" encoding="UTF-8"?>${text}`;
  const relation = (id: string, type: string, target: string): string =>
    `<Relationship Id="${id}" Type="${OFFICE}/${type}" Target="${target}"/>`;
  return {
    '[Content_Types].xml': xml(
      `<Types xmlns="${PACKAGE}/content-types"><Override PartName="/xl/workbook.xml" ContentType="${contentType}"/></Types>`,
    ),
    '_rels/.rels': xml(
      `<Relationships xmlns="${PACKAGE}/relationships">${relation('r1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`,
    ),
    'xl/workbook.xml': xml(
      `<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><workbookPr date1904="${startsIn1904}"/><sheets>${sheets
        .map(
          ({ name = `Sayfa${sheets.length}`, state }, index) =>
            `<sheet name="${name}" sheetId="${index + 1}"${state ? ` state="${state}"` : ''} r:id="s${index + 1}"/>`,
        )
        .join('')}</sheets></workbook>`,
    ),
    'xl/_rels/workbook.xml.rels': xml(
      `<Relationships xmlns="${PACKAGE}/relationships">${sheets
        .map((_, index) => relation(`s${index + 1}`, 'worksheet', `worksheets/sheet${index + 1}.xml`))
        .join('')}${relation('st', 'styles', 'styles.xml')}${
        strings === undefined ? '' : relation('ss', 'sharedStrings', '/xl/sharedStrings.xml')
      }</Relationships>`,
    ),
    'xl/styles.xml': xml(
      `<styleSheet xmlns="${MAIN}"><numFmts>${formats
        .map((code, index) => `<numFmt numFmtId="${164 + index}" formatCode="${code.replaceAll('"', '&quot;')}"/>`)
        .join('')}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/>${formats
        .map((_, index) => `<xf numFmtId="${164 + index}"/>`)
        .join('')}<xf numFmtId="22"/></cellXfs></styleSheet>`,
    ),
    ...(strings !== undefined && { 'xl/sharedStrings.xml': xml(`<sst xmlns="${MAIN}">${strings}</sst>`) }),
    ...Object.fromEntries(
      sheets.map(({ rows = '', after = '' }, index) => [
        `xl/worksheets/sheet${index + 1}.xml`,
        xml(`<worksheet xmlns="${MAIN}"><sheetData>${rows}</sheetData>${after}</worksheet>`),
      ]),
    ),
    ...workbook.parts,
  };
}

/** The file. */
export function workbookBytes(workbook: WorkbookXml): Uint8Array {
  return zipped(workbookParts(workbook));
}

/** Any parts as a zip. */
export function zipped(parts: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  return zipSync(
    Object.fromEntries(
      Object.entries(parts).map(([path, part]) => [path, typeof part === 'string' ? strToU8(part) : part]),
    ),
  );
}

/** A row of cells, given as XML without their reference (`<c t="s"><v>0</v></c>`), or as text. */
export function rowXml(number: number, cells: readonly string[], attributes = ''): string {
  const all = cells.map((cell) => (cell.startsWith('<c') ? cell : inlineText(cell)));
  return `<row r="${number}" ${attributes}>${all.join('')}</row>`;
}

function inlineText(text: string): string {
  return `<c t="inlineStr"><is><t xml:space="preserve">${text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</t></is></c>`;
}

/** Sets the unpacked size that a zip's central directory states for a part. */
export function withStatedSize(zip: Uint8Array, path: string, size: number): Uint8Array {
  const bytes = Buffer.from(zip);
  let at = bytes.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  at = bytes.readUInt32LE(at + 16);
  while (bytes.readUInt32LE(at) === 0x02014b50) {
    const nameLength = bytes.readUInt16LE(at + 28);
    if (bytes.toString('utf8', at + 46, at + 46 + nameLength) === path) bytes.writeUInt32LE(size, at + 24);
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return bytes;
}
