/** The status API: what the daemon knows and does, as JSON in domain words. It names pods, roles and people. */

import type { FastifyReply } from 'fastify';
import { EXPOSURE_STATES, type ExposureState } from '../../domain/exposure.ts';
import { namespaceOf } from '../../domain/identity.ts';
import type { StatusSource } from '../../ports/status.ts';
import { holderDocument, revocationDocument, statusDocument } from './documents.ts';
import { type Filters, parseFilters } from './filters.ts';
import type { Routes } from './server.ts';

export function statusRoutes(source: StatusSource): Routes {
  return (app) => {
    app.get('/api/v1/status', (request, reply) =>
      answer(reply, parseFilters(request.query, []), () => statusDocument(source)),
    );
    app.get('/api/v1/revocations', (request, reply) =>
      answer(reply, parseFilters(request.query, ['namespace', 'limit']), (filters) =>
        revocations(source, filters),
      ),
    );
    app.get('/api/v1/holders', (request, reply) =>
      answer(reply, parseFilters(request.query, ['state', 'namespace', 'limit']), (filters) =>
        holders(source, filters),
      ),
    );
  };
}

function answer(
  reply: FastifyReply,
  filters: ReturnType<typeof parseFilters>,
  document: (filters: Filters) => unknown,
): FastifyReply {
  reply.type('application/json; charset=utf-8');
  if (filters.kind === 'refused') return reply.code(400).send(filters.answer);
  return reply.send(document(filters.filters));
}

function revocations(source: StatusSource, { namespaces, limit }: Filters): unknown {
  const found = source
    .revocations()
    .filter(({ identity }) => namespaces.length === 0 || namespaces.includes(namespaceOf(identity)));
  return { total: found.length, revocations: found.slice(0, limit).map(revocationDocument) };
}

function holders(source: StatusSource, { states, namespaces, limit }: Filters): unknown {
  const found = source
    .holders()
    .filter(({ state }) => isAmong(state, states))
    .filter(({ holder }) => namespaces.length === 0 || namespaces.includes(holder.namespace));
  return { total: found.length, states: EXPOSURE_STATES, holders: found.slice(0, limit).map(holderDocument) };
}

function isAmong(state: ExposureState | undefined, states: readonly ExposureState[]): boolean {
  return states.length === 0 || (state !== undefined && states.includes(state));
}
