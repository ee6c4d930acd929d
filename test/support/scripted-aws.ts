/** An HTTP server that answers to SDK clients of AWS's JSON protocols (SQS, CloudTrail) what a test tells it to. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { answer, type Reply, send } from './scripted-eks.ts';

export type Call = {
  /** The operation's name, without its service: `ReceiveMessage`. */
  readonly operation: string;
  readonly target: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly headers: IncomingMessage['headers'];
  /** Aborted when the client hangs up before the answer. */
  readonly gone: AbortSignal;
};

export type AwsScript = (call: Call) => Reply | Promise<Reply>;

export class ScriptedAws implements AsyncDisposable {
  readonly calls: Call[] = [];
  script: AwsScript = () => awsFailure(500, 'InternalError', 'the test has no script');
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(): Promise<ScriptedAws> {
    const aws = new ScriptedAws();
    await new Promise<void>((resolve) => aws.#server.listen(0, '127.0.0.1', resolve));
    return aws;
  }

  get endpoint(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the scripted AWS does not listen');
    return `http://127.0.0.1:${address.port}`;
  }

  of(operation: string): readonly Call[] {
    return this.calls.filter((call) => call.operation === operation);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const call = await read(request, gone.signal);
    this.calls.push(call);
    const reply = await this.script(call);
    if (!gone.signal.aborted) send(reply, response);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

/** An error as the JSON protocols send it: its name in the body. */
export function awsFailure(status: number, name: string, message = 'no'): Reply {
  return answer({ __type: `com.amazonaws.service#${name}`, message }, status);
}

/** Never answered; ends when the client hangs up. */
export function untilGone({ gone }: Call): Promise<Reply> {
  return new Promise((resolve) => {
    gone.addEventListener('abort', () => resolve({ kind: 'silence' }), { once: true });
  });
}

async function read(request: IncomingMessage, gone: AbortSignal): Promise<Call> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const target = String(request.headers['x-amz-target']);
  return {
    operation: target.slice(target.indexOf('.') + 1),
    target,
    input: JSON.parse(Buffer.concat(chunks).toString() || '{}') as Record<string, unknown>,
    headers: request.headers,
    gone,
  };
}
