/** A read-only HTTP server: GET and HEAD on known paths, short answers to all else, a prompt end. */

import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Reporter } from '../../ports/reporter.ts';

export type Listener = AsyncDisposable & {
  /** As bound: with the port that the system chose where 0 was asked for. */
  readonly host: string;
  readonly port: number;
};

export type Routes = (app: FastifyInstance) => void;

export type ListenOptions = {
  readonly host: string;
  readonly port: number;
  readonly routes: Routes;
  readonly reporter: Reporter;
};

/** Who sends its request slower than this is cut off. */
const REQUEST_LIMIT_MS = 10_000;

/** Rejected where the address can't be bound. Disposing of it ends all connections, busy ones as well. */
export async function listen({ host, port, routes, reporter }: ListenOptions): Promise<Listener> {
  const paths = new Set<string>();
  const app = Fastify({
    forceCloseConnections: true,
    requestTimeout: REQUEST_LIMIT_MS,
  });
  app.addHook('onRoute', (route) => {
    paths.add(route.url);
  });
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
    if (isRead(request)) done();
    else refuse(request, reply, paths);
  });
  app.setNotFoundHandler((_request, reply) => notFound(reply));
  app.setErrorHandler((error, request, reply) => {
    reporter.report({ kind: 'bug', where: `http ${pathOf(request)}`, error });
    return reply.code(500).send({ error: 'internal error; the log of the daemon says more' });
  });
  routes(app);
  await app.listen({ host, port });
  const bound = app.server.address();
  const isBound = typeof bound === 'object' && bound !== null;
  return {
    host: isBound ? bound.address : host,
    port: isBound ? bound.port : port,
    [Symbol.asyncDispose]: () => app.close(),
  };
}

function isRead(request: FastifyRequest): boolean {
  return request.method === 'GET' || request.method === 'HEAD';
}

/** Refused before the body is read, and the connection with it: a writer has nothing to say here. */
function refuse(request: FastifyRequest, reply: FastifyReply, paths: ReadonlySet<string>): FastifyReply {
  reply.header('connection', 'close');
  if (!paths.has(pathOf(request))) return notFound(reply);
  return reply.code(405).header('allow', 'GET, HEAD').send({ error: 'read-only: use GET or HEAD' });
}

function notFound(reply: FastifyReply): FastifyReply {
  return reply.code(404).send({ error: 'there is nothing at this path' });
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}
