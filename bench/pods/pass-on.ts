/** Passes a request on to another server and its answer back, watches included. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { Agent, request as open } from 'node:http';
import { pipeline } from 'node:stream';

const agent = new Agent({ keepAlive: true });

export function passOn(target: URL, request: IncomingMessage, response: ServerResponse): void {
  const { headers, method } = request;
  const onward = open(target, { agent, method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    response.flushHeaders();
    // Whoever breaks off is no fault: the other side is closed with it.
    pipeline(answer, response, () => undefined);
  });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  pipeline(request, onward, () => undefined);
}
