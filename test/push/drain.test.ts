import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { createTicker } from '../../src/cycle/ticker.ts';
import { createDelivery } from '../../src/push/delivery.ts';
import { createOtlpSender } from '../../src/push/otlp-sender.ts';
import { openOutboxFile } from '../../src/push/outbox-file.ts';
import { createLogLines } from '../fakes/log-lines.ts';
import { createOtlpEndpoint } from '../fakes/otlp-endpoint.ts';
import { batch } from './batches.ts';
import { createTestOutbox } from './outboxes.ts';

const releasers: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const release of releasers.splice(0).reverse()) await release();
});

const BATCHES = 150;
/** What a hundred containers make in a cycle, compressed. */
const BATCH_BYTES = 100_000;
const CYCLE_MS = 50;

it('what has waited goes out one request at a time, and cycles keep their time meanwhile', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'plimsoll-drain-'));
  releasers.push(() => rmSync(directory, { recursive: true }));
  const { log } = createLogLines();
  const file = openOutboxFile({ directory, log, unixMs: Date.now })!;
  releasers.push(file.close);
  const { outbox } = createTestOutbox({ store: file.store('default') });
  for (let n = 0; n < BATCHES; n++) {
    outbox.put({ ...batch(''), body: randomBytes(BATCH_BYTES), contentEncoding: 'gzip' });
  }

  const endpoint = await createOtlpEndpoint();
  releasers.push(endpoint.close);
  let inFlight = 0;
  let mostInFlight = 0;
  endpoint.answer(async (response) => {
    inFlight += 1;
    mostInFlight = Math.max(mostInFlight, inFlight);
    await sleep(5);
    inFlight -= 1;
    response.end();
  });
  const files = { headersFile: '', certificateFile: '', clientKeyFile: '', clientCertificateFile: '' };
  const sender = createOtlpSender({
    endpoint: endpoint.url,
    headers: {},
    timeoutMs: 5_000,
    userAgent: 'test',
    ...files,
  });
  releasers.push(sender.close);
  const delivery = createDelivery({
    outbox,
    send: sender.send,
    halve: async () => undefined,
    destination: endpoint.url,
    log,
  });

  const cyclesAtMs: number[] = [];
  const ticker = createTicker({
    intervalMs: CYCLE_MS,
    phaseMs: 0,
    firstJitterMs: 0,
    run: async () => void cyclesAtMs.push(performance.now()),
    unixMs: Date.now,
    monotonicMs: () => performance.now(),
  });
  const startedMs = performance.now();
  ticker.start();
  expect(await delivery.flush(30_000)).toBe(true);
  const tookMs = performance.now() - startedMs;
  await ticker.stop();

  expect(endpoint.received).toHaveLength(BATCHES);
  expect(mostInFlight).toBe(1);
  // A machine that is busy with other tests misses a few.
  expect(cyclesAtMs.length).toBeGreaterThan(0.7 * (tookMs / CYCLE_MS));
}, 60_000);
