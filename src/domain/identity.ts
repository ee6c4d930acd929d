/** An identity: the (namespace, service account) pair that an association gives a role to. */

declare const identityBrand: unique symbol;

/**
 * `namespace/serviceAccount`. Neither part can hold a slash (Kubernetes names are DNS labels and DNS
 * subdomains), so the text is an exact key for the pair.
 */
export type Identity = string & { readonly [identityBrand]: true };

/** The identity of the two names, or undefined where one is empty or holds a slash. */
export function identityOf(namespace: string, serviceAccount: string): Identity | undefined {
  if (namespace === '' || serviceAccount === '') return undefined;
  if (namespace.includes('/') || serviceAccount.includes('/')) return undefined;
  return `${namespace}/${serviceAccount}` as Identity;
}

export function namespaceOf(identity: Identity): string {
  return identity.slice(0, identity.indexOf('/'));
}

export function serviceAccountOf(identity: Identity): string {
  return identity.slice(identity.indexOf('/') + 1);
}
