/** Makes the one keep-alive connection pool that all requests share, from the cluster's TLS and proxy settings. */

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Dispatcher } from 'undici';
import { Agent, ProxyAgent, Socks5ProxyAgent } from 'undici';
import type { Access } from './access.ts';
import { CredentialsError, KubernetesConfigError, messageOf } from './connection-error.ts';
import type { Credentials } from './credentials.ts';

export type TlsSettings = {
  readonly ca?: string | Buffer;
  readonly cert?: string | Buffer;
  readonly key?: string | Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: false;
};

/**
 * Shorter than the idle limits of the load balancers in front of API servers, so that a request seldom meets
 * a connection that the other side has just closed.
 */
const IDLE_CONNECTION_MS = 30_000;

/**
 * HTTP/1.1 on purpose: a watch that is given up then costs its own connection and nobody else's, and there is
 * no shared connection whose stall would stop every request. The time-outs are off because every request is
 * bounded by the clock of the client.
 */
export function createDispatcher(access: Access, tls: TlsSettings): Dispatcher {
  const { proxyUrl, server } = access.cluster;
  const common = {
    allowH2: false,
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: IDLE_CONNECTION_MS,
    keepAliveMaxTimeout: IDLE_CONNECTION_MS,
  };
  if (!proxyUrl) return new Agent({ ...common, connect: { ...tls, keepAliveInitialDelay: 30_000 } });
  try {
    if (/^socks5?h?:/i.test(proxyUrl)) {
      const uri = proxyUrl.replace(/^socks5h:/i, 'socks5:');
      return new Socks5ProxyAgent(uri, { ...common, requestTls: tls });
    }
    return new ProxyAgent({ ...common, uri: proxyUrl, requestTls: tls });
  } catch (error) {
    throw new KubernetesConfigError(
      `the proxy-url of cluster "${access.cluster.name}" (${server}) can't be used: ${messageOf(error)}; http, https and socks5 are known`,
      { cause: error },
    );
  }
}

/** Inline data stands before a file, as in client-go. A plugin's certificate stands before both. */
export async function loadTls(access: Access, credentials: Credentials): Promise<TlsSettings> {
  const { caData, caFile, tlsServerName, skipTLSVerify } = access.cluster;
  const ca = await pem('certificate-authority', caData, caFile);
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(credentials.certificate ?? (await ownCertificate(access.user))),
    ...(tlsServerName ? { servername: tlsServerName } : {}),
    ...(skipTLSVerify ? { rejectUnauthorized: false } : {}),
  };
}

async function ownCertificate(user: Access['user']): Promise<Pick<TlsSettings, 'cert' | 'key'>> {
  const cert = await pem('client-certificate', user?.certData, user?.certFile);
  const key = await pem('client-key', user?.keyData, user?.keyFile);
  return cert === undefined || key === undefined ? {} : { cert, key };
}

async function pem(
  what: string,
  data: string | undefined,
  file: string | undefined,
): Promise<Buffer | undefined> {
  if (data) return Buffer.from(data, 'base64');
  if (!file) return undefined;
  try {
    return await readFile(file);
  } catch (error) {
    throw new CredentialsError(
      `the ${what} file ${file} can't be read: ${messageOf(error)}; check the path and its permissions`,
      { cause: error },
    );
  }
}

/** Equal for equal settings; holds no secret. */
export function fingerprint(tls: TlsSettings): string {
  const hash = createHash('sha256');
  for (const part of [tls.ca, tls.cert, tls.key]) {
    const bytes = Buffer.from(part ?? '');
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest('hex');
}
