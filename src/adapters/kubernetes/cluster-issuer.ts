/** The issuer of the cluster that we are connected to: from our own token, or as the API server tells it. */

import { open } from 'node:fs/promises';
import type { Reading } from '../../domain/reading.ts';
import { known, unknown } from '../../domain/reading.ts';
import type { Instant } from '../../domain/time.ts';
import { seconds } from '../../domain/time.ts';
import type { Clock } from '../../ports/clock.ts';
import type { IssuerSource } from '../../ports/cluster.ts';
import type { KubernetesClient } from './client.ts';
import { messageOf } from './connection-error.ts';
import { field, text } from './json.ts';
import { explainRefusal } from './permission.ts';
import { refusedWhy, unansweredWhy } from './refusal-reading.ts';

/** The one that every pod in a cluster finds unless it is told not to. */
export const USUAL_TOKEN_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** No token is larger; a file that is none is not read to its end. */
const LARGEST_TOKEN = 64 * 1024;

/** The token is not verified: whoever can put a false one there is the cluster's own administrator. */
export function tokenIssuer(file: string, clock: Clock): IssuerSource {
  return {
    issuer: async (signal) => {
      signal.throwIfAborted();
      const at = clock.now();
      try {
        return issuerIn(await beginning(file), file, at);
      } catch (error) {
        return unknown(unreadWhy(error), `the service account token can't be read: ${messageOf(error)}`, at);
      }
    },
  };
}

/** For a daemon outside of a pod. On EKS whoever is known to the API server may ask. */
export function serverIssuer(client: KubernetesClient, clock: Clock): IssuerSource {
  return {
    issuer: async (signal) => {
      const at = clock.now();
      const reply = await client.request(
        {
          verb: 'get',
          resource: '/.well-known/openid-configuration',
          method: 'GET',
          path: '/.well-known/openid-configuration',
          timeout: seconds(10),
          maxBytes: LARGEST_TOKEN,
        },
        signal,
      );
      if (reply.kind === 'no-answer')
        return unknown(unansweredWhy(reply), `${reply.why}: ${reply.detail}`, at);
      if (reply.kind === 'refused') {
        const access = {
          verb: 'get',
          resource: '/.well-known/openid-configuration',
          namespace: undefined,
        } as const;
        return unknown(refusedWhy(reply), explainRefusal(access, reply), at);
      }
      const issuer = text(field(reply.body, 'issuer'));
      if (issuer === undefined) return unknown('malformed', 'the API server told no issuer', at);
      return known(issuer, at);
    },
  };
}

async function beginning(file: string): Promise<string> {
  await using handle = await open(file);
  const buffer = Buffer.alloc(LARGEST_TOKEN);
  const { bytesRead } = await handle.read(buffer, 0, LARGEST_TOKEN, 0);
  return buffer.toString('latin1', 0, bytesRead).trim();
}

/** What is in the file is never shown. */
function issuerIn(token: string, file: string, at: Instant): Reading<string> {
  const [, payload, signature, ...rest] = token.split('.');
  if (payload === undefined || signature === undefined || rest.length > 0) {
    return unknown('malformed', `${file} holds no JSON Web Token`, at);
  }
  const issuer = text(field(parsed(payload), 'iss'));
  return issuer === undefined
    ? unknown('malformed', `the token in ${file} names no issuer`, at)
    : known(issuer, at);
}

function parsed(payload: string): unknown {
  try {
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

function unreadWhy(error: unknown): 'not-found' | 'denied' | 'failed' {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'not-found';
  return code === 'EACCES' || code === 'EPERM' ? 'denied' : 'failed';
}
