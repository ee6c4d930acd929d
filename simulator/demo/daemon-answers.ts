/** What the daemon answers over HTTP: readiness, its holders with their verdicts, its metrics. */

import { isRecord, listAt, textAt } from '../kubernetes/object.ts';
import type { Sample } from './samples.ts';
import { parseSamples } from './samples.ts';

export type JudgedPod = {
  readonly uid: string;
  readonly identity: string;
  readonly verdict: string;
  readonly reason: string;
};

/** A revocation as the status API tells it; what it does not know is empty. */
export type ToldRevocation = {
  readonly identity: string;
  readonly source: string;
  readonly heardBy: string;
  readonly actor: string;
};

/** Addresses as `host:port`. */
export type Addresses = { readonly listen: string; readonly statusListen: string };

export class DaemonAnswers {
  readonly addresses: Addresses;

  constructor(addresses: Addresses) {
    this.addresses = addresses;
  }

  async isReady(signal: AbortSignal): Promise<boolean> {
    const answer = await fetch(`http://${this.addresses.listen}/readyz`, { signal });
    await answer.arrayBuffer();
    return answer.ok;
  }

  async holders(signal: AbortSignal): Promise<readonly JudgedPod[]> {
    return listAt(await this.#document('holders', signal), 'holders')
      .filter(isRecord)
      .map(judgedPod);
  }

  async revocations(signal: AbortSignal): Promise<readonly ToldRevocation[]> {
    const body = await this.#document('revocations', signal);
    return listAt(body, 'revocations').filter(isRecord).map(toldRevocation);
  }

  async metrics(signal: AbortSignal): Promise<readonly Sample[]> {
    return parseSamples(await (await this.#get(`${this.addresses.listen}/metrics`, signal)).text());
  }

  async #document(name: string, signal: AbortSignal): Promise<unknown> {
    return (await this.#get(`${this.addresses.statusListen}/api/v1/${name}`, signal)).json();
  }

  async #get(place: string, signal: AbortSignal): Promise<Response> {
    const answer = await fetch(`http://${place}`, { signal });
    if (!answer.ok) throw new Error(`http://${place} answered ${answer.status}: ${await answer.text()}`);
    return answer;
  }
}

function judgedPod(holder: unknown): JudgedPod {
  const field = (name: string): string => textAt(holder, name) ?? '';
  return {
    uid: field('uid'),
    identity: field('identity'),
    verdict: field('verdict'),
    reason: field('reason'),
  };
}

function toldRevocation(revocation: unknown): ToldRevocation {
  const field = (...path: readonly string[]): string => textAt(revocation, ...path) ?? '';
  return {
    identity: field('identity'),
    source: field('source'),
    heardBy: field('evidence', 'heardBy'),
    actor: field('evidence', 'actor', 'arn'),
  };
}
