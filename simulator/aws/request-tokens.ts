/** The clientRequestTokens that were used: the same token with the same wishes is the same request again. */

import { invalidParameter } from './api-error.ts';

type Wish = { readonly clientRequestToken?: string | undefined };
type Use = { readonly asked: string; readonly associationId: string };

export class RequestTokens {
  readonly #uses = new Map<string, Use>();

  /** The association that the earlier request made or changed; undefined where there was none. */
  madeBy(wish: Wish): string | undefined {
    const earlier = this.#uses.get(wish.clientRequestToken ?? '');
    if (earlier === undefined || earlier.asked === wishText(wish)) return earlier?.associationId;
    throw invalidParameter('The clientRequestToken was used for a request with other parameters.');
  }

  remember(wish: Wish, associationId: string): void {
    if (wish.clientRequestToken === undefined) return;
    this.#uses.set(wish.clientRequestToken, { asked: wishText(wish), associationId });
  }
}

function wishText(wish: Wish): string {
  return JSON.stringify({ ...wish, clientRequestToken: undefined });
}
