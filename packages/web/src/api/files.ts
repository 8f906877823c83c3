// Files of the portal: sent as they are, and taken as a download.

import { type AnswerOf, ask, PortalError, type PortalRouteName, pathOf, refusalOf } from './client.ts';

/** Routes that take a file as their body. */
type UploadRoute = Extract<PortalRouteName, `POST ${string}`>;

async function answered(request: Promise<Response>): Promise<Response> {
  let response: Response;
  try {
    response = await request;
  } catch {
    throw new PortalError(0, undefined);
  }
  if (response.ok) return response;
  throw refusalOf(response.status, await response.json().catch(() => undefined));
}

/** @throws PortalError */
export async function sendFile<R extends UploadRoute>(
  route: R,
  file: File,
  { params, query }: { params: Readonly<Record<string, string | number>>; query?: Readonly<Record<string, unknown>> },
): Promise<AnswerOf<R>> {
  const response = await answered(
    fetch(pathOf(route, params, query), {
      method: 'POST',
      body: file,
      headers: {
        'content-type': file.type || 'application/octet-stream',
        'x-acik-iys-file-name': encodeURIComponent(file.name),
      },
    }),
  );
  return (await response.json()) as AnswerOf<R>;
}

/** Has a file made and saves it under the name that the server gives it. @throws PortalError */
export async function saveFile<R extends PortalRouteName>(
  route: R,
  {
    params,
    query,
    body,
  }: { params: Readonly<Record<string, string | number>>; query?: Readonly<Record<string, unknown>>; body?: unknown },
): Promise<void> {
  const [method = 'GET'] = route.split(' ');
  const response = await answered(
    fetch(pathOf(route, params, query), {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    }),
  );
  const name = /filename\*=UTF-8''([^;]+)/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await response.blob());
  link.download = name === undefined ? 'acik-iys' : decodeURIComponent(name);
  link.click();
  URL.revokeObjectURL(link.href);
}

/**
 * Has the browser save a file of any size, under the name that the server gives it; asks first whether it can be had.
 * @param route that takes `ready`
 * @throws PortalError
 */
export async function handOver(
  route: Extract<PortalRouteName, `GET ${string}/file`>,
  params: Readonly<Record<string, string | number>>,
): Promise<void> {
  await ask(route, { params, query: { ready: '1' } });
  const link = document.createElement('a');
  link.href = pathOf(route, params);
  link.download = '';
  link.click();
}
