// The log: one JSON line an event, to stderr. Callers give words and numbers, never an address, a token or a body;
// errors are reduced to kind, code and stack, because a database error's message may quote the data it refused.

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';
const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error', 'silent'];

type Fields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Log {
  debug(event: string, fields?: Fields): void;
  info(event: string, fields?: Fields): void;
  warn(event: string, fields?: Fields): void;
  error(event: string, fields?: Fields): void;
}

export function openLog(level: LogLevel, write: (line: string) => void = (line) => process.stderr.write(line)): Log {
  const at = (own: LogLevel) => (event: string, fields?: Fields) => {
    if (LEVELS.indexOf(own) < LEVELS.indexOf(level)) return;
    write(`${JSON.stringify({ time: new Date().toISOString(), level: own, event, ...fields })}\n`);
  };
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

/** What may be logged of an error: class, code, and where; no message (it can quote an address). */
export function errorFields(error: unknown): Fields {
  if (!(error instanceof Error)) return { error: typeof error };
  const cause = error.cause;
  return {
    error: error.name === 'Error' ? error.constructor.name : error.name,
    code: (error as { code?: string }).code ?? (cause as { code?: string } | undefined)?.code,
    at: framesOf(error),
  };
}

/** Where it was thrown. A stack begins with the message, which may have lines that look like places: it is cut off. */
function framesOf({ stack, message }: Error): string | undefined {
  const at = stack?.indexOf(message) ?? -1;
  // Not found: the message was changed after the throw, so the stack holds another one.
  if (stack === undefined || at < 0) return undefined;
  return stack
    .slice(at + message.length)
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .slice(0, 4)
    .map((line) => line.trim())
    .join(' < ');
}
