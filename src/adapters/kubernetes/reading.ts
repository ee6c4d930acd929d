/** How the server is asked for pods: in which encoding, and whether for its state as a stream. It learns from refusals. */

import type { NoAnswer } from './client.ts';
import { PROTOBUF } from './protobuf.ts';
import type { Refusal } from './refusal.ts';

const JSON_ONLY = 'application/json';
const ANY = `${PROTOBUF},${JSON_ONLY}`;
/** Whoever lacks the rights, is too early, too late or too many for a stream is so for a list as well. */
const NOT_ABOUT_STREAMS: readonly number[] = [401, 410, 429];

export class Reading {
  /** Both, until the server shows that it can't keep its word about protobuf. */
  accept = ANY;
  #canStream = true;
  /** Once after each stream that did not come to the end of the state. */
  #isListNext = false;

  /** Asked before each sync. */
  takeStream(): boolean {
    const isStream = this.#canStream && !this.#isListNext;
    this.#isListNext = false;
    return isStream;
  }

  /** A stream ended before the state was complete: a list is tried next. */
  streamFailed(): void {
    this.#isListNext = true;
  }

  /**
   * Whether the stream was refused for what it is, so that the list is to be asked for at once. 422 and 400 come from servers
   * that know what it is and don't have it, or do not know it; they are not asked again.
   */
  refusedStream({ status }: Refusal): boolean {
    this.#isListNext = true;
    if (status >= 500 || NOT_ABOUT_STREAMS.includes(status)) return false;
    if (status !== 403) this.#canStream = false;
    return true;
  }

  /** Whether there is another encoding to try: after 406, 415, and where what came makes no sense. */
  failed(reply: Refusal | NoAnswer | { readonly kind: 'garbage' }): boolean {
    const isAboutEncoding =
      reply.kind === 'garbage' ||
      (reply.kind === 'refused' && (reply.status === 406 || reply.status === 415)) ||
      (reply.kind === 'no-answer' && reply.why === 'malformed');
    if (!isAboutEncoding || this.accept === JSON_ONLY) return false;
    this.accept = JSON_ONLY;
    return true;
  }
}
