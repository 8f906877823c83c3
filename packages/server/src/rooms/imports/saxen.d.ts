// saxen ships no types: what `workbook.ts` uses of it.

declare module 'saxen' {
  type Decode = (text: string) => string;

  export class Parser {
    /** `attributes` is false-like where they are malformed beyond reading. */
    on(
      event: 'openTag',
      handler: (name: string, attributes: () => Record<string, string> | false, decode: Decode) => void,
    ): this;
    on(event: 'closeTag', handler: (name: string) => void): this;
    on(event: 'text' | 'attention', handler: (text: string, decode: Decode) => void): this;
    on(event: 'cdata', handler: (text: string) => void): this;
    /** Events come as soon as their token is complete; what handlers throw comes out here. */
    write(xml: string): this;
    /** Throws where the document is not complete. */
    end(): void;
  }
}
