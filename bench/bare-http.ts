// The yardstick of the empty route: a server of node:http and nothing else, in a process of its own. It reads the body
// and answers a constant.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EMPTY_ANSWER } from './words.ts';

const server = createServer((request, response) => {
  request.on('data', () => undefined);
  request.on('end', () => {
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': EMPTY_ANSWER.length,
    });
    response.end(EMPTY_ANSWER);
  });
});
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => undefined);
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
