/** The end of a listener: open connections do not hold it. */

import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { test } from 'node:test';
import { observe } from './harness.ts';

test('the end does not wait for connections that are kept alive, nor for one that never asks', async (t) => {
  const { listener } = await observe(t);
  const agent = new Agent({ keepAlive: true });
  await new Promise<void>((resolve, reject) => {
    request({ host: '127.0.0.1', port: listener.port, path: '/livez', agent }, (response) => {
      response.resume().once('end', resolve);
    })
      .once('error', reject)
      .end();
  });
  const idle = connect(listener.port, '127.0.0.1');
  await new Promise((resolve) => idle.once('connect', resolve));
  const cut = new Promise((resolve) => idle.once('close', resolve));
  const before = performance.now();
  await listener[Symbol.asyncDispose]();
  await cut;

  assert.ok(performance.now() - before < 500);
  agent.destroy();
});
