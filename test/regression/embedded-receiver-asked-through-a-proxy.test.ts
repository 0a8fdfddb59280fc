import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { buildPush } from '../../src/build/push.ts';
import { load } from '../config/load-fixture.ts';
import { createHttpProxy } from '../fakes/http-proxy.ts';
import { createLogLines } from '../fakes/log-lines.ts';
import { createOtlpEndpoint } from '../fakes/otlp-endpoint.ts';
import { batch } from '../push/batches.ts';

const releasers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const release of releasers.splice(0).reverse()) await release();
  vi.unstubAllEnvs();
});

async function pushOne(env: Readonly<Record<string, string>>) {
  const proxy = await createHttpProxy();
  releasers.push(proxy.close);
  vi.stubEnv('HTTP_PROXY', proxy.url);
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-proxy-'));
  releasers.push(async () => rmSync(directory, { recursive: true }));
  const { config } = load({
    env: { PLIMSOLL_STATUS_ADDRESS: '127.0.0.1:0', PLIMSOLL_OUTBOX_DIRECTORY: directory, ...env },
  });
  const push = buildPush({ config, log: createLogLines().log }, () => ({ startedAtMs: performance.now() }));
  await push.start();
  await push.deliver(batch(''));
  await push.stop(5000);
  return { proxy, waiting: push.outboxes().get('default')?.batches };
}

it('pushes to the receiver inside the agent without the proxy that is meant for others', async () => {
  const { proxy, waiting } = await pushOne({});
  expect(proxy.asked).toEqual([]);
  expect(waiting).toBe(0);
});

it('pushes to an endpoint through it, though it is on this machine', async () => {
  const endpoint = await createOtlpEndpoint();
  releasers.push(endpoint.close);
  const { proxy } = await pushOne({ PLIMSOLL_PUSH_ENDPOINT: endpoint.url });
  expect(proxy.asked).toEqual([`POST ${endpoint.url}`]);
  expect(endpoint.received).toHaveLength(1);
});
