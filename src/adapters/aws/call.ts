/** One request to EKS, with all its attempts, as a reading. */

import {
  DescribePodIdentityAssociationCommand,
  type EKSClient,
  ListPodIdentityAssociationsCommand,
} from '@aws-sdk/client-eks';
import type { Association, AssociationId } from '../../domain/association.ts';
import { type Identity, namespaceOf, serviceAccountOf } from '../../domain/identity.ts';
import { known, type Reading, unknown } from '../../domain/reading.ts';
import { type Instant, seconds } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import { CallExpired, explain, type Operation } from './errors.ts';
import { type Page, type Parsed, parseAssociation, parsePage } from './parse.ts';

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
    operation: 'ListPodIdentityAssociations',
    send: (abortSignal) => eks.client.send(command, { abortSignal }),
    parse: (output) => parsePage(output, eks.clusterName),
  };
  return ask(eks, question, at, signal);
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
    operation: 'DescribePodIdentityAssociation',
    send: (abortSignal) => client.send(command, { abortSignal }),
    parse: (output) => parseAssociation(output, { clusterName, id }),
  };
  return ask(eks, question, at, signal);
}

type Question<T> = {
  readonly operation: Operation;
  readonly send: (signal: AbortSignal) => Promise<unknown>;
  readonly parse: (output: unknown) => Parsed<T>;
};

async function ask<T>(
  eks: Eks,
  question: Question<T>,
  at: Instant,
  signal: AbortSignal,
): Promise<Reading<T>> {
  let output: unknown;
  try {
    output = await limited(eks.clock, signal, question.send);
  } catch (error) {
    signal.throwIfAborted();
    const region = await regionOf(eks.client);
    const asked = { operation: question.operation, clusterName: eks.clusterName, region };
    const { why, detail } = explain(error, asked);
    return unknown(why, detail, at);
  }
  const result = question.parse(output);
  if (result.kind === 'parsed') return known(result.value, at);
  return unknown('malformed', `${question.operation}: EKS answered ${result.what}`, at);
}

/**
 * Ends when `send` does, when `signal` is aborted, or at the limit, whichever is first, even if the SDK does
 * not listen (it does not while it looks for credentials). Leaves no timer and no listener behind.
 */
async function limited<T>(
  clock: Clock,
  signal: AbortSignal,
  send: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const call = new AbortController();
  const stop = (): void => call.abort(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([send(call.signal), expiry(clock, call.signal)]);
  } finally {
    signal.removeEventListener('abort', stop);
    call.abort();
  }
}

async function expiry(clock: Clock, signal: AbortSignal): Promise<never> {
  await clock.sleep(CALL_LIMIT, signal);
  throw new CallExpired(`no complete answer within ${CALL_LIMIT / 1000} s`);
}

async function regionOf(client: EKSClient): Promise<string | undefined> {
  try {
    return await client.config.region();
  } catch {
    return undefined;
  }
}
