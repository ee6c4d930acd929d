/** Tells from a pod's bytes, without reading them as a pod, that it can't have the token volume. */

import { POD_IDENTITY_AUDIENCE } from '../../domain/holder.ts';

/** In UTF-8, as both encodings hold it. */
const AUDIENCE = Buffer.from(POD_IDENTITY_AUDIENCE);
const ESCAPE = Buffer.from('\\u00');
const [TWO, SIX, SEVEN, UPPER_E, LOWER_E] = [0x32, 0x36, 0x37, 0x45, 0x65];

/** Where in these bytes of protobuf, at or after `from`, the audience stands next; -1 for nowhere. */
export function nextAudience(bytes: Buffer, from: number): number {
  return bytes.indexOf(AUDIENCE, from);
}

/**
 * Walks through JSON from one place to the next at which a text may hold the audience: where it is spelled
 * out, or where one of its characters may be written as an escape. Go's encoder, and so the API server,
 * escapes none of them, but others are free to. There are no other spellings: the audience has neither a slash
 * nor a character beyond ASCII. What else stands at these places is for the parser to find out.
 */
export class AudienceSigns {
  readonly #json: Buffer;
  #audience = -1;
  #escape = -1;

  constructor(json: Buffer) {
    this.#json = json;
  }

  /** The next place at or after `from`, which must not go back; Infinity for none. */
  next(from: number): number {
    if (this.#audience < from) this.#audience = placeOf(nextAudience(this.#json, from));
    if (this.#escape < from) this.#escape = nextEscape(this.#json, from);
    return Math.min(this.#audience, this.#escape);
  }
}

/** The letters of the audience are U+0061 to U+007A, and its dots U+002E. */
function nextEscape(json: Buffer, from: number): number {
  for (let at = json.indexOf(ESCAPE, from); at !== -1; at = json.indexOf(ESCAPE, at + ESCAPE.length)) {
    const high = json[at + 4];
    const low = json[at + 5];
    if (high === SIX || high === SEVEN || (high === TWO && (low === UPPER_E || low === LOWER_E))) return at;
  }
  return Number.POSITIVE_INFINITY;
}

function placeOf(index: number): number {
  return index === -1 ? Number.POSITIVE_INFINITY : index;
}
