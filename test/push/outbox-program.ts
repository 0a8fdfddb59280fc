import { appendFileSync, writeSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Batch, SendOutcome } from '../../src/push/batch.ts';
import { createDelivery } from '../../src/push/delivery.ts';
import { createOutbox } from '../../src/push/outbox.ts';
import { openOutboxFile } from '../../src/push/outbox-file.ts';

/*
 * A program to be killed: `outbox-program.ts DIRECTORY [ENDPOINT FROM]`. It queues numbered batches as fast as it can and
 * sends them, and writes down each number that the outbox has taken: `N`, or `N!` where nothing waited before it, so that
 * it may be in memory only. It loads as little as it can: it is started hundreds of times.
 */

const [directory = '', endpoint, from] = process.argv.slice(2);
const say = (): void => undefined;
const log = { debug: say, info: say, warn: say, error: say } as unknown as Logger;
const file = openOutboxFile({ directory, log, unixMs: Date.now });
if (!file) throw new Error('no outbox');
const GIBIBYTE = 2 ** 30;
const outbox = createOutbox({
  store: file.store('default'),
  maxBytes: GIBIBYTE,
  maxMemoryBytes: GIBIBYTE,
  maxAgeMs: GIBIBYTE,
  unixMs: Date.now,
  monotonicMs: () => performance.now(),
  log,
});
writeSync(1, 'ready\n');
if (endpoint === undefined) setInterval(() => undefined, 1000);
else await queue(endpoint, Number(from));

async function queue(url: string, first: number): Promise<void> {
  const halve = async () => undefined;
  const pause = (_: number, signal: AbortSignal) => sleep(3, undefined, { signal });
  const delivery = createDelivery({ outbox, send: post(url), halve, destination: url, log, sleep: pause });
  for (let n = first; ; n++) {
    const fresh = outbox.state().batches === 0;
    outbox.put({ body: Buffer.from(`${n} `.repeat(200)), contentType: 'application/x-protobuf', pointCount: 1 });
    appendFileSync(join(directory, 'taken'), `${n}${fresh ? '!' : ''}\n`);
    delivery.wake();
    await sleep(1);
  }
}

/** Sends as the real sender does: accepted with 200, anything else is tried again. */
function post(url: string): (batch: Batch) => Promise<SendOutcome> {
  return ({ body }) =>
    new Promise((resolve) => {
      const away = (): void => resolve({ status: 'retryable', reason: 'away' });
      // Which of the processes it is: what one has sent may be looked at when the next one lives.
      const posted = request(url, { method: 'POST', headers: { 'x-life': from } }, (response) => {
        response.resume();
        if (response.statusCode === 200) resolve({ status: 'accepted', rejectedPointCount: 0 });
        else away();
      });
      posted.on('error', away).end(body);
    });
}
