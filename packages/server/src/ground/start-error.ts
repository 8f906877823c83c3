// A fault that keeps the program from starting, told so that the reader can mend it without a stack trace.
//
// The message is one line, Turkish first and English after a slash, each ending with what to do. Whoever prints a
// StartError prints `message` alone and ends with a non-zero exit code; any other error is a defect of ours and is
// printed whole. `code` is stable and meant for tests and scripts.

export type StartErrorCode =
  | 'FOLDER_IN_USE'
  | 'FOLDER_READ_ONLY'
  | 'FOLDER_DAMAGED'
  | 'FOLDER_NOT_EMPTY'
  | 'DISK_FULL'
  | 'DATABASE_VERSION'
  | 'DATABASE_MISSING'
  | 'DATABASE_UNREACHABLE'
  | 'DATABASE_FAILED'
  | 'PORT_TAKEN'
  | 'CONFIGURATION';

export class StartError extends Error {
  readonly code: StartErrorCode;

  /** `turkish` and `english` are whole sentences without line breaks, each with its mend. */
  constructor(code: StartErrorCode, turkish: string, english: string, cause?: unknown) {
    super(`${oneLine(turkish)} / ${oneLine(english)}`, cause === undefined ? undefined : { cause });
    this.name = 'StartError';
    this.code = code;
  }
}

/**
 * The StartError for a failed file operation below `path`, or undefined when the error is not one that the reader's
 * machine explains (and so must be shown whole).
 */
export function startErrorOfFile(error: unknown, path: string): StartError | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return diskFull(path, error);
    case 'EROFS':
    case 'EACCES':
    case 'EPERM':
      return notWritable(path, error);
    case 'ENOTDIR':
    case 'EEXIST':
      return new StartError(
        'FOLDER_DAMAGED',
        `${path} bir klasör değil: dosyayı taşıyın ya da ACIK_IYS_DATA ile başka bir klasör gösterin.`,
        `${path} is not a folder: move the file away or name another folder in ACIK_IYS_DATA.`,
        error,
      );
    default:
      return undefined;
  }
}

/** No room left under `path`. */
export function diskFull(path: string, cause?: unknown): StartError {
  return new StartError(
    'DISK_FULL',
    `Diskte yer kalmadı (${path}): yer açın ya da ACIK_IYS_DATA ile başka bir diskte klasör gösterin, sonra yeniden başlatın.`,
    `The disk is full (${path}): free some space or name a folder on another disk in ACIK_IYS_DATA, then start again.`,
    cause,
  );
}

/** `path` cannot be written by this user, or lies on a read-only file system. */
export function notWritable(path: string, cause?: unknown): StartError {
  return new StartError(
    'FOLDER_READ_ONLY',
    `${path} yazılamıyor (salt okunur disk ya da eksik izin): izni verin ya da ACIK_IYS_DATA ile yazılabilir bir klasör gösterin.`,
    `${path} cannot be written (read-only disk or missing permission): grant it or name a writable folder in ACIK_IYS_DATA.`,
    cause,
  );
}

function oneLine(text: string): string {
  return text.replace(/\s*[\r\n]+\s*/g, ' ').trim();
}
