/** The way of one request: recorded, recognised, allowed, spoiled by a fault or answered. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { SimClock } from '../clock.ts';
import { reset } from '../connection.ts';
import { actingAs, authenticate, authorize, authorizeNobody, type Gate } from './access.ts';
import { type Delivery, WHOLE } from './delivery.ts';
import type { Effect, RequestEffect } from './faults.ts';
import { type Target, targetOf } from './paths.ts';
import { errorEvent, LIST_TYPE, speaksProtobuf, watchType } from './pod-bytes.ts';
import { encodeStatus } from './protobuf-encode.ts';
import { recordOf } from './recording.ts';
import type { RecordedRequest, RequestLog } from './requests.ts';
import { answer } from './routes.ts';
import { ApiError, failure } from './status.ts';
import { openWatch } from './watch.ts';
import { lineOrFrame } from './watches.ts';
import { checkContent, prefersProtobuf, readBody, send, shapeOf, type Wire } from './wire.ts';
import { type Answer, type Call, json, type World } from './world.ts';

type Exchange = Wire & {
  readonly request: RecordedRequest;
  readonly target: Target | undefined;
};

export class Handler {
  readonly #world: World;
  readonly #requests: RequestLog;
  readonly #gate: Gate;

  constructor(world: World, requests: RequestLog, tokens: readonly string[] | undefined) {
    this.#world = world;
    this.#requests = requests;
    this.#gate = { tokens, issued: world.tokens, user: world.user };
  }

  async handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const wire = { message, response, clock: this.#world.clock };
    try {
      const body = await readBody(message);
      await this.#handleRead(wire, body);
    } catch (error) {
      if (response.headersSent) response.destroy();
      else await send(wire, answerOf(error), WHOLE);
    }
  }

  async #handleRead(wire: Wire, body: unknown): Promise<void> {
    const { message } = wire;
    const { faults, clock } = this.#world;
    const url = new URL(message.url ?? '/', 'http://simulated');
    const target = targetOf(url.pathname);
    const request = recordOf(message, url, target, { body, at: clock.now() });
    this.#requests.add(request);
    const exchange = { ...wire, request, target };
    try {
      this.#admit(message, request);
      await this.#spoilOrServe(exchange, faults.forRequest(request));
    } catch (error) {
      await this.#reply(exchange, refusalOf(error, exchange), WHOLE);
    }
  }

  #admit({ headers }: IncomingMessage, request: RecordedRequest): void {
    const { faults } = this.#world;
    const caller = authenticate(request.path, headers.authorization, this.#gate);
    const as = headers['impersonate-user'];
    const { user, pod, isImpersonated } = actingAs(caller, typeof as === 'string' ? as : undefined, faults);
    Object.assign(request, { user, pod });
    if (isImpersonated) authorizeNobody(request, user);
    else authorize(request, faults, user);
  }

  async #spoilOrServe(exchange: Exchange, effect: RequestEffect | undefined): Promise<void> {
    if (effect === undefined) return this.#serve(exchange, WHOLE);
    if ('bytes' in effect) return this.#serve(exchange, effect);
    switch (effect.kind) {
      case 'answer':
        return this.#reply(exchange, scripted(effect), WHOLE);
      case 'expired':
        return this.#tellExpired(exchange);
      case 'delay':
        await delay(this.#world.clock, effect.ms);
        return this.#serve(exchange, WHOLE);
      case 'cut-after':
        this.#answer(exchange);
        exchange.response.destroy();
        return undefined;
      case 'cut':
        exchange.response.destroy();
        return undefined;
      case 'reset':
        return reset(exchange.response);
      case 'hang':
        return undefined;
    }
  }

  async #serve(exchange: Exchange, delivery: Delivery): Promise<void> {
    const { request, response, target } = exchange;
    if (request.verb !== 'watch' || target === undefined) {
      return this.#reply(exchange, this.#answer(exchange), delivery);
    }
    const call = this.#callOf(exchange);
    request.status = 200;
    try {
      await openWatch(this.#world, target, call, { response, delivery });
    } catch (error) {
      request.status = undefined;
      throw error;
    }
  }

  async #tellExpired(exchange: Exchange): Promise<void> {
    const version = exchange.request.query.get('resourceVersion') ?? '';
    const status = failure(
      410,
      'Expired',
      `too old resource version: ${version} (${this.#world.store.revision})`,
    );
    if (exchange.request.verb !== 'watch') return this.#reply(exchange, json(410, status), WHOLE);
    const isProtobuf = isProtobufFor(exchange);
    const event = errorEvent(status, isProtobuf);
    const headers = { 'content-type': watchType(isProtobuf) };
    return this.#reply(exchange, { code: 200, text: lineOrFrame(event), headers }, WHOLE);
  }

  #answer(exchange: Exchange): Answer {
    return answer(this.#world, exchange.target, this.#callOf(exchange));
  }

  #callOf({ message, request }: Exchange): Call {
    checkContent(message, request.body);
    const { accept } = message.headers;
    const shape = shapeOf(accept);
    if (shape === undefined) {
      const only = 'only the following media types are accepted: application/json';
      throw new ApiError(406, 'NotAcceptable', only);
    }
    const { body, query } = request;
    const wantsProtobuf = prefersProtobuf(accept);
    return { request, query, headers: message.headers, body, shape, wantsProtobuf };
  }

  async #reply(exchange: Exchange, reply: Answer, delivery: Delivery): Promise<void> {
    const { request, response } = exchange;
    if (response.destroyed || response.headersSent) return;
    request.status = reply.code;
    await send(exchange, reply, delivery);
  }
}

function scripted({ body, code, headers = {} }: Extract<Effect, { kind: 'answer' }>): Answer {
  if (typeof body === 'string')
    return { code, text: body, headers: { 'content-type': 'text/plain', ...headers } };
  if (body?.kind === 'Status') return json(code, body, headers);
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
function refusalOf(error: unknown, exchange: Exchange): Answer {
  if (!(error instanceof ApiError) || !isProtobufFor(exchange)) return answerOf(error);
  const headers = { ...error.headers, ...LIST_TYPE };
  return { code: error.code, text: encodeStatus(error.status), headers };
}

function isProtobufFor({ message, target }: Exchange): boolean {
  const wantsProtobuf = prefersProtobuf(message.headers.accept);
  return target !== undefined && speaksProtobuf(target, { wantsProtobuf });
}

async function delay(clock: SimClock, ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    clock.after(ms, resolve);
  });
}
