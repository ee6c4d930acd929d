/** Probes and metrics, for the kubelet and Prometheus. */

import type { FastifyReply } from 'fastify';
import type { StatusSource } from '../../ports/status.ts';
import type { Routes } from './server.ts';

export type Scrape = () => Promise<{ readonly contentType: string; readonly text: string }>;

export type ObserveDeps = {
  readonly source: Pick<StatusSource, 'status'>;
  /** Where it fails, the answer is 500 and the failure is reported. */
  readonly scrape: Scrape;
};

/**
 * `/livez` says whether a sweep ended recently, not whether HTTP works: a daemon that answers but no longer
 * looks must be restarted.
 */
export function observeRoutes({ source, scrape }: ObserveDeps): Routes {
  return (app) => {
    app.get('/livez', (_request, reply) => {
      const problems = source.status().live ? [] : ['no sweep has ended recently'];
      return probe(reply, problems);
    });
    app.get('/readyz', (_request, reply) => {
      const { ready, notReadyBecause } = source.status();
      if (ready) return probe(reply, []);
      return probe(reply, notReadyBecause.length === 0 ? ['not ready'] : notReadyBecause);
    });
    app.get('/metrics', async (_request, reply) => {
      const { contentType, text } = await scrape();
      return reply.header('content-type', contentType).send(text);
    });
  };
}

function probe(reply: FastifyReply, problems: readonly string[]): FastifyReply {
  reply.type('text/plain; charset=utf-8');
  if (problems.length === 0) return reply.code(200).send('ok\n');
  return reply.code(503).send(problems.map((problem) => `${problem}\n`).join(''));
}
