/** EKS over HTTP in restJson1: reads requests, lets the scripted faults befall them, writes answers. */

import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import type { SimClock } from '../clock.ts';
import { accessKeyIn } from './access.ts';
import { ApiError } from './api-error.ts';
import type { Call, Operation, Params } from './call.ts';
import { parseCall } from './call.ts';
import { endsAfter, endsBefore, sendBody } from './delivery.ts';
import type { Body } from './execute.ts';
import type { ErrorFault, Fault, Faults } from './faults.ts';
import type { Attempt, EksService } from './service.ts';

export type RequestRecord = {
  /** Undefined where the request names no operation. */
  readonly operation: Operation | undefined;
  readonly params: Params;
  /** The ARN that IAM looks at. */
  readonly resource: string;
  readonly at: number;
  readonly userAgent: string;
  /** Of the signature; empty where there is none. */
  readonly accessKeyId: string;
  readonly requestId: string;
  /** Undefined while there is no answer, and for ever where the connection was cut before one. */
  status: number | undefined;
};

type Exchange = { readonly response: ServerResponse; readonly record: RequestRecord };

export class EksHttp {
  readonly requests: RequestRecord[] = [];
  readonly #service: EksService;
  readonly #faults: Faults;
  readonly #clock: SimClock;
  readonly #waits = new Set<() => void>();

  constructor(service: EksService, faults: Faults, clock: SimClock) {
    this.#service = service;
    this.#faults = faults;
    this.#clock = clock;
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    this.#exchange(request, response).catch((error: unknown) => sendDefect(response, error));
  };

  /** Ends all waiting, so that no timer is left behind. */
  close(): void {
    for (const cancel of this.#waits) cancel();
    this.#waits.clear();
  }

  async #exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = this.#clock.now();
    const body = await readText(request);
    const requestId = randomUUID();
    const userAgent = request.headers['user-agent'] ?? '';
    const parsed = tryParse(request, body);
    const known =
      parsed instanceof ApiError
        ? { operation: undefined, params: {}, resource: '*' }
        : { ...parsed, resource: this.#service.access.resourceOf(parsed) };
    const accessKeyId = accessKeyIn(request.headers.authorization);
    const record = { ...known, at, userAgent, accessKeyId, requestId, status: undefined };
    const exchange = { response, record };
    this.requests.push(exchange.record);
    try {
      if (parsed instanceof ApiError) throw parsed;
      const caller = this.#service.access.authenticate(request.headers.authorization);
      await this.#carryOut({ call: parsed, caller, requestId, userAgent }, exchange);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      sendError(exchange, error);
    }
  }

  async #carryOut(attempt: Attempt, exchange: Exchange): Promise<void> {
    const faults = this.#faults.take(attempt.call);
    await this.#pass(faults, 'before');
    const decisive = faults.find((fault) => fault.kind !== 'delay' && fault.kind !== 'rewrite');
    if (endsBefore(exchange.response, decisive)) return;
    if (decisive?.kind === 'error') this.#service.refuse(attempt, errorOf(decisive));
    const body = rewritten(this.#service.perform(attempt), faults);
    await this.#pass(faults, 'after');
    if (endsAfter(exchange.response, decisive)) return;
    const text = decisive?.kind === 'garbage' ? decisive.text : JSON.stringify(body);
    sendHead(exchange, 200, {}, text);
    await sendBody(exchange.response, text, decisive, this.#clock);
  }

  async #pass(faults: readonly Fault[], when: 'before' | 'after'): Promise<void> {
    const delays = faults.filter((fault) => fault.kind === 'delay').filter((fault) => fault.when === when);
    const ms = delays.reduce((sum, fault) => sum + fault.ms, 0);
    if (ms > 0) await this.#wait(ms);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(ms, () => {
        this.#waits.delete(cancel);
        resolve();
      });
      this.#waits.add(cancel);
    });
  }
}

function tryParse(request: IncomingMessage, body: string): Call | ApiError {
  try {
    return parseCall(request.method ?? '', request.url ?? '/', body);
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
}

function errorOf(fault: ErrorFault): ApiError {
  return new ApiError(fault.status, fault.code, fault.message, { headers: fault.headers });
}

function rewritten(body: Body, faults: readonly Fault[]): Body {
  return faults.reduce((last, fault) => (fault.kind === 'rewrite' ? fault.rewrite(last) : last), body);
}

function sendError(exchange: Exchange, error: ApiError): void {
  const body = JSON.stringify({ message: error.message, ...error.details });
  sendHead(exchange, error.status, { 'x-amzn-errortype': error.code, ...error.headers }, body);
  exchange.response.end(body);
}

/** A defect of the simulator must not look like a fault of EKS; a caller that went away is none. */
function sendDefect(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return;
  if (!response.headersSent) response.writeHead(500, { 'x-amzn-errortype': 'SimulatorDefect' });
  response.end(JSON.stringify({ message: error instanceof Error ? error.stack : String(error) }));
}

function sendHead(exchange: Exchange, status: number, extra: Record<string, string>, text: string): void {
  exchange.record.status = status;
  exchange.response.writeHead(status, { ...headers(exchange.record, text), ...extra });
}

function headers(record: RequestRecord, text: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    'x-amzn-requestid': record.requestId,
  };
}
