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
    const body: unknown = await (
      await this.#get(`${this.addresses.statusListen}/api/v1/holders`, signal)
    ).json();
    return listAt(body, 'holders').filter(isRecord).map(judgedPod);
  }

  async metrics(signal: AbortSignal): Promise<readonly Sample[]> {
    return parseSamples(await (await this.#get(`${this.addresses.listen}/metrics`, signal)).text());
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
