// Files that people send: the body is the file itself, read as it comes by whoever takes it; its name stands in a header
// that no page of another site can send without asking first.

import type { FastifyRequest } from 'fastify';
import { slowBody } from '../slow-body.ts';
import { problem } from './problems.ts';

/** The file's name, URI-encoded. */
export const FILE_NAME_HEADER = 'x-acik-iys-file-name';
const NAME_CHARACTERS_MAX = 2_000;

export interface Upload {
  readonly fileName: string;
  /** As the sender says; undefined where he does not. */
  readonly bytes: number | undefined;
  /** Throws a Problem when the line is too slow or breaks off. */
  readonly content: AsyncIterable<Buffer>;
}

/** @throws Problem where the name is missing or unreadable */
export function uploadOf({ headers, raw, server }: FastifyRequest): Upload {
  const length = headers['content-length'];
  return {
    fileName: nameOf(headers[FILE_NAME_HEADER]),
    bytes: length === undefined ? undefined : Number(length),
    // What other requests have for the whole of their body, a file has for each pause.
    content: slowBody(raw, server.server.requestTimeout, (fault) => problem(`upload.${fault}`)),
  };
}

function nameOf(header: string | string[] | undefined): string {
  if (typeof header !== 'string' || header === '' || header.length > NAME_CHARACTERS_MAX) throw problem('upload.name');
  try {
    return decodeURIComponent(header);
  } catch {
    throw problem('upload.name');
  }
}
