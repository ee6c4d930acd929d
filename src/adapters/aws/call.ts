/** What is asked of EKS: one page of List, and Describe. */

import {
  DescribePodIdentityAssociationCommand,
  type EKSClient,
  ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks';
import type { Association, AssociationId } from '../../domain/association.ts';
import { type Identity, namespaceOf, serviceAccountOf } from '../../domain/identity.ts';
import type { Reading } from '../../domain/reading.ts';
import { type Instant, seconds } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { ask, type Question, regionOf } from './ask.ts';
import { askedOfEks, type EksOperation } from './asked.ts';
import { type Page, parseAssociation, parsePage } from './parse.ts';

/** Above three attempts that run into their time-outs; below the interval between two polls. */
const CALL_LIMIT = seconds(20);

const PAGE_SIZE = 100;

export type Eks = { readonly client: EKSClient; readonly clusterName: string; readonly clock: Clock };

export type PageQuery = {
  /** Undefined: all identities. */
  readonly identity: Identity | undefined;
  readonly nextToken: string | undefined;
};

export function requestPage(
  eks: Eks,
  query: PageQuery,
  at: Instant,
  signal: AbortSignal,
): Promise<Reading<Page>> {
  const { identity, nextToken } = query;
  const command = new ListPodIdentityAssociationsCommand({
    clusterName: eks.clusterName,
    maxResults: PAGE_SIZE,
    ...(identity && { namespace: namespaceOf(identity), serviceAccount: serviceAccountOf(identity) }),
    ...(nextToken !== undefined && { nextToken }),
  });
  const question: Question<Page> = {
    ...questionOf(eks, 'ListPodIdentityAssociations'),
    send: (abortSignal) => eks.client.send(command, { abortSignal }),
    parse: (output) => parsePage(output, eks.clusterName),
  };
  return ask(question, eks.clock, at, signal);
}

export function requestAssociation(
  eks: Eks,
  id: AssociationId,
  at: Instant,
  signal: AbortSignal,
): Promise<Reading<Association>> {
  const { client, clusterName } = eks;
  const command = new DescribePodIdentityAssociationCommand({ clusterName, associationId: id });
  const question: Question<Association> = {
    ...questionOf(eks, 'DescribePodIdentityAssociation'),
    send: (abortSignal) => client.send(command, { abortSignal }),
    parse: (output) => parseAssociation(output, { clusterName, id }),
  };
  return ask(question, eks.clock, at, signal);
}

export function questionOf(eks: Eks, operation: EksOperation): Pick<Question<unknown>, 'asked' | 'limit'> {
  return {
    asked: async () => askedOfEks(operation, eks.clusterName, await regionOf(eks.client)),
    limit: CALL_LIMIT,
  };
}
