/** One reading of all pods, as the front saw it: from the request to its last byte being handed over. */

export type Reading = { readonly from: number; readonly until: number };
