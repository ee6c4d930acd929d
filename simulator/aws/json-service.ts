/** A service that speaks AWS JSON over HTTP: reads requests, lets the scripted faults befall them, writes answers. */

import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import type { SimClock } from '../clock.ts';
import { accessKeyIn } from './access.ts';
import { ApiError } from './api-error.ts';
import { endsAfter, endsBefore, sendBody } from './delivery.ts';
import type { Body } from './execute.ts';
import type { EntryFault, JsonFault } from './json-faults.ts';
import { JsonFaults } from './json-faults.ts';
import type { JsonRequest } from './json-request.ts';
import { parseRequest } from './json-request.ts';

export type JsonRequestRecord = {
  /** Empty where the request names none. */
  readonly operation: string;
  readonly input: Body;
  readonly at: number;
  readonly userAgent: string;
  /** Of the signature; empty where there is none. */
  readonly accessKeyId: string;
  readonly requestId: string;
  /** Undefined while there is no answer, and for ever where the connection was cut before one. */
  status: number | undefined;
};

export type JsonAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

export type JsonCall = {
  readonly operation: string;
  readonly input: Body;
  readonly entryFaults: readonly EntryFault[];
  /** Aborted when the caller goes away before it has the answer. */
  readonly gone: AbortSignal;
};

export type JsonServiceOptions = {
  readonly clock: SimClock;
  /** As signatures name the service, such as `sqs`. */
  readonly service: string;
  readonly region: string;
  /** What stands before the operation in `X-Amz-Target`. */
  readonly target: string;
  readonly contentType: string;
  /** Stands before an error's code on the wire. */
  readonly errorPrefix: string;
  /** Refusals are thrown as ApiErrors. */
  readonly perform: (call: JsonCall) => Promise<JsonAnswer>;
};

type Exchange = { readonly response: ServerResponse; readonly record: JsonRequestRecord };

export class JsonService {
  readonly requests: JsonRequestRecord[] = [];
  readonly faults = new JsonFaults();
  readonly #options: JsonServiceOptions;
  readonly #server: Server;
  readonly #waits = new Set<() => void>();
  #url = '';

  constructor(options: JsonServiceOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#exchange(request, response).catch((error: unknown) => sendDefect(response, error));
    });
  }

  get url(): string {
    return this.#url;
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The server has no port.');
    this.#url = `http://127.0.0.1:${address.port}`;
  }

  /** Ends all waiting and all connections. */
  close(): Promise<void> {
    for (const cancel of this.#waits) cancel();
    this.#waits.clear();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #exchange(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = this.#options.clock.now();
    const gone = goneSignal(response);
    const parsed = parseRequest(request.headers, await readText(request), this.#options);
    const userAgent = request.headers['user-agent'] ?? '';
    const { operation, input } = parsed;
    const accessKeyId = accessKeyIn(request.headers.authorization);
    const record = {
      operation,
      input,
      at,
      userAgent,
      accessKeyId,
      requestId: randomUUID(),
      status: undefined,
    };
    const exchange: Exchange = { response, record };
    this.requests.push(record);
    try {
      await this.#carryOut(exchange, parsed, gone);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#send(exchange, this.#refusal(error));
    }
  }

  async #carryOut(
    exchange: Exchange,
    { operation, input, refusal }: JsonRequest,
    gone: AbortSignal,
  ): Promise<void> {
    if (refusal !== undefined) throw refusal;
    const faults = this.faults.take(operation, input);
    await this.#pass(faults, 'before');
    const decisive = faults.find(isDecisive);
    if (endsBefore(exchange.response, decisive)) return;
    if (decisive?.kind === 'error') {
      throw new ApiError(decisive.status, decisive.code, decisive.message, { headers: decisive.headers });
    }
    const entryFaults = faults.filter((fault) => fault.kind === 'entries');
    const answer = await this.#options.perform({ operation, input, entryFaults, gone });
    await this.#pass(faults, 'after');
    if (endsAfter(exchange.response, decisive)) return;
    const whole = rewritten(answer, faults);
    const told = decisive?.kind === 'garbage' ? { ...whole, text: decisive.text } : whole;
    this.#sendHead(exchange, told);
    await sendBody(exchange.response, told.text, decisive, this.#options.clock);
  }

  #refusal({ status, code, message, headers }: ApiError): JsonAnswer {
    const text = JSON.stringify({ __type: this.#options.errorPrefix + code, message });
    return { status, headers, text };
  }

  #send(exchange: Exchange, answer: JsonAnswer): void {
    if (exchange.response.destroyed) return;
    this.#sendHead(exchange, answer);
    exchange.response.end(answer.text);
  }

  #sendHead({ response, record }: Exchange, answer: JsonAnswer): void {
    if (response.destroyed) return;
    record.status = answer.status;
    response.writeHead(answer.status, this.#headers(record, answer));
  }

  #headers({ requestId }: JsonRequestRecord, { headers, text }: JsonAnswer): Record<string, string> {
    return {
      'content-type': this.#options.contentType,
      'content-length': String(Buffer.byteLength(text)),
      'x-amzn-requestid': requestId,
      ...headers,
    };
  }

  async #pass(faults: readonly JsonFault[], when: 'before' | 'after'): Promise<void> {
    const delays = faults.filter((fault) => fault.kind === 'delay').filter((fault) => fault.when === when);
    const ms = delays.reduce((sum, fault) => sum + fault.ms, 0);
    if (ms > 0) await this.#wait(ms);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(ms, () => {
        this.#waits.delete(cancel);
        resolve();
      });
      this.#waits.add(cancel);
    });
  }
}

function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}

function isDecisive({ kind }: JsonFault): boolean {
  return kind !== 'delay' && kind !== 'rewrite' && kind !== 'entries';
}

function rewritten(answer: JsonAnswer, faults: readonly JsonFault[]): JsonAnswer {
  const rewrites = faults.filter((fault) => fault.kind === 'rewrite');
  if (rewrites.length === 0 || answer.status !== 200) return answer;
  const body = rewrites.reduce<Body>((last, { rewrite }) => rewrite(last), JSON.parse(answer.text));
  return { ...answer, text: JSON.stringify(body) };
}

/** A defect of the simulator must not look like a fault of the service; a caller that went away is none. */
function sendDefect(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return;
  const text = JSON.stringify({
    __type: 'SimulatorDefect',
    message: error instanceof Error ? error.stack : String(error),
  });
  if (!response.headersSent) response.writeHead(500);
  response.end(text);
}
