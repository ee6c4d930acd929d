/** The way of one request: recorded, recognised, allowed, spoiled by a fault or answered. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SimClock } from '../clock.ts';
import { authenticate, authorize } from './access.ts';
import type { Effect } from './faults.ts';
import { type Target, targetOf, verbOf } from './paths.ts';
import { LIST_TYPE, speaksProtobuf } from './pod-bytes.ts';
import { encodeStatus } from './protobuf-encode.ts';
import type { RecordedRequest, RequestLog } from './requests.ts';
import { answer } from './routes.ts';
import { ApiError, failure } from './status.ts';
import { openWatch } from './watch.ts';
import { acceptanceOf, checkContent, readBody, send } from './wire.ts';
import { type Answer, type Call, json, type World } from './world.ts';

type Exchange = {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly request: RecordedRequest;
  readonly target: Target | undefined;
};

export class Handler {
  readonly #world: World;
  readonly #requests: RequestLog;
  readonly #tokens: readonly string[] | undefined;

  constructor(world: World, requests: RequestLog, tokens: readonly string[] | undefined) {
    this.#world = world;
    this.#requests = requests;
    this.#tokens = tokens;
  }

  async handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await readBody(message);
      await this.#handleRead(message, response, body);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else await send(message, response, answerOf(error), undefined);
    }
  }

  async #handleRead(message: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    const url = new URL(message.url ?? '/', 'http://simulated');
    const target = targetOf(url.pathname);
    const request = recordOf(message, url, target, { body, at: this.#world.clock.now() });
    this.#requests.add(request);
    const exchange = { message, response, request, target };
    try {
      authenticate(url.pathname, message.headers.authorization, this.#tokens);
      authorize(request, this.#world.faults, this.#world.user);
      await this.#spoilOrServe(exchange, this.#world.faults.forRequest(request));
    } catch (error) {
      await this.#reply(exchange, refusalOf(error, exchange), undefined);
    }
  }

  async #spoilOrServe(exchange: Exchange, effect: Effect | undefined): Promise<void> {
    if (effect === undefined) return this.#serve(exchange, undefined);
    switch (effect.kind) {
      case 'answer':
        return this.#reply(exchange, scripted(effect), undefined);
      case 'delay':
        await delay(this.#world.clock, effect.ms);
        return this.#serve(exchange, undefined);
      case 'cut-after':
        this.#answer(exchange);
        exchange.response.destroy();
        return undefined;
      case 'truncate':
        return this.#serve(exchange, effect.bytes);
      case 'cut':
        exchange.response.destroy();
        return undefined;
      case 'hang':
      case 'silence':
      case 'drop-events':
        return undefined;
    }
  }

  async #serve(exchange: Exchange, bytes: number | undefined): Promise<void> {
    const { request, response, target } = exchange;
    if (request.verb !== 'watch' || target === undefined) {
      return this.#reply(exchange, this.#answer(exchange), bytes);
    }
    const call = this.#callOf(exchange);
    request.status = 200;
    try {
      await openWatch(this.#world, target, call, { response, bytes });
    } catch (error) {
      request.status = undefined;
      throw error;
    }
  }

  #answer(exchange: Exchange): Answer {
    return answer(this.#world, exchange.target, this.#callOf(exchange));
  }

  #callOf({ message, request }: Exchange): Call {
    checkContent(message, request.body);
    const { acceptable, wantsProtobuf, wantsTable } = acceptanceOf(message.headers.accept);
    if (!acceptable) {
      const only = 'only the following media types are accepted: application/json';
      throw new ApiError(406, 'NotAcceptable', only);
    }
    const { body, query } = request;
    return { request, query, headers: message.headers, body, wantsTable, wantsProtobuf };
  }

  async #reply(
    { message, request, response }: Exchange,
    reply: Answer,
    bytes: number | undefined,
  ): Promise<void> {
    if (response.destroyed || response.headersSent) return;
    request.status = reply.code;
    await send(message, response, reply, bytes);
  }
}

function recordOf(
  message: IncomingMessage,
  url: URL,
  target: Target | undefined,
  { at, body }: { readonly at: number; readonly body: unknown },
): RecordedRequest {
  const method = message.method ?? 'GET';
  return {
    method,
    path: url.pathname,
    query: url.searchParams,
    ...subjectOf(method, url, target),
    body,
    userAgent: message.headers['user-agent'] ?? '',
    at,
    status: undefined,
  };
}

type Subject = Pick<RecordedRequest, 'resource' | 'group' | 'subresource' | 'verb' | 'namespace' | 'name'>;

function subjectOf(method: string, url: URL, target: Target | undefined): Subject {
  if (target !== undefined) {
    const { name, namespace, resource, subresource } = target;
    const verb = verbOf(method, target, url.searchParams);
    return { resource: resource.plural, group: resource.group, subresource, verb, namespace, name };
  }
  const nothing = { subresource: undefined, namespace: undefined, name: undefined, verb: otherVerb(method) };
  return url.pathname.endsWith('/selfsubjectaccessreviews')
    ? { ...nothing, resource: 'selfsubjectaccessreviews', group: 'authorization.k8s.io' }
    : { ...nothing, resource: '', group: '' };
}

function otherVerb(method: string): string {
  return method === 'POST' ? 'create' : method.toLowerCase();
}

function scripted({ body, code, headers = {} }: Extract<Effect, { kind: 'answer' }>): Answer {
  if (typeof body === 'string')
    return { code, text: body, headers: { 'content-type': 'text/plain', ...headers } };
  const { message = `scripted ${code}`, reason = 'Scripted', ...rest } = body ?? {};
  return json(code, failure(code, reason, message, rest), headers);
}

/** Whatever is not an answer of the API is a mistake of the simulator, and says so. */
function answerOf(error: unknown): Answer {
  if (error instanceof ApiError) return json(error.code, error.status, error.headers);
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return json(500, failure(500, 'InternalError', `Internal error occurred: ${text}`));
}

/** Who is spoken to in protobuf is refused in protobuf. */
function refusalOf(error: unknown, { message, target }: Exchange): Answer {
  const { wantsProtobuf } = acceptanceOf(message.headers.accept);
  if (!(error instanceof ApiError) || target === undefined || !speaksProtobuf(target, { wantsProtobuf }))
    return answerOf(error);
  const headers = { ...error.headers, ...LIST_TYPE };
  return { code: error.code, text: encodeStatus(error.status), headers };
}

async function delay(clock: SimClock, ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    clock.after(ms, resolve);
  });
}
