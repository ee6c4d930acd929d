/** The sources of the issuer keep the contract on a cluster: both tell what a token of the cluster says. */

import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { serverIssuer, tokenIssuer } from '../../../src/adapters/kubernetes/cluster-issuer.ts';
import { scratch } from '../../adapters/kubernetes/support.ts';
import { deniableIssuerContract, issuerContract } from '../../contract/issuer-contract.ts';
import { openCluster } from '../cluster.ts';
import { asks, clock, groundOf } from '../harness.ts';
import { placeOf } from '../names.ts';

const NAMESPACE = placeOf('issuer');
const CONFIGURATION = asks(['GET'], /^\/\.well-known\/openid-configuration$/);

const asked = await openCluster();
const issuer = await asked.issuer(NAMESPACE);
const token = await asked.token(NAMESPACE, 'issued');
await asked.connection.close();

deniableIssuerContract('the issuer that the API server of a cluster tells', issuer, async (t) => {
  const { front, client } = await groundOf(t);
  return {
    source: serverIssuer(await client(), clock),
    deny: () => {
      front.rule('deny', CONFIGURATION);
      return /grant the verb "get" on "\/\.well-known\/openid-configuration" in a ClusterRole/;
    },
    lose: () => {
      front.rule('cut', CONFIGURATION);
      return 'unreachable';
    },
  };
});

issuerContract('the issuer in a token of a cluster', issuer, async (t) => {
  const file = path.join(scratch(t), 'token');
  writeFileSync(file, token);
  return {
    source: tokenIssuer(file, clock),
    lose: () => {
      rmSync(file);
      return 'not-found';
    },
  };
});
