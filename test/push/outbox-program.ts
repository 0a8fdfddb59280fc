import { appendFileSync, writeSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Batch, SendOutcome } from '../../src/push/batch.ts';
import { createDelivery } from '../../src/push/delivery.ts';
import { createOutbox } from '../../src/push/outbox.ts';
import { openOutboxFile } from '../../src/push/outbox-file.ts';
import { createOutboxRoom } from '../../src/push/outbox-room.ts';

/*
 * A program to be killed: `outbox-program.ts DIRECTORY [FROM ENDPOINT...]`. It queues numbered batches as fast as it can and
 * sends them to each endpoint, and writes down each number that the outboxes have taken, with a sign for each endpoint:
 * `.`, or `!` where nothing waited before it, so that it may be in memory only. It loads as little as it can: it is
 * started hundreds of times.
 */

const [directory = '', from, ...endpoints] = process.argv.slice(2);
const say = (): void => undefined;
const log = { debug: say, info: say, warn: say, error: say } as unknown as Logger;
const file = openOutboxFile({ directory, log, unixMs: Date.now });
if (!file) throw new Error('no outbox');
const GIBIBYTE = 2 ** 30;
const room = createOutboxRoom({ maxBytes: GIBIBYTE, maxMemoryBytes: GIBIBYTE });
const destinations = endpoints.map((url) => openDestination(url, new URL(url).searchParams.get('name')!));
writeSync(1, 'ready\n');
if (from === undefined) setInterval(() => undefined, 1000);
else await queue(Number(from));

function openDestination(url: string, name: string) {
  const outbox = createOutbox({
    store: file!.store(name),
    room,
    maxAgeMs: GIBIBYTE,
    unixMs: Date.now,
    monotonicMs: () => performance.now(),
    log,
  });
  const halve = async () => undefined;
  const pause = (_: number, signal: AbortSignal) => sleep(3, undefined, { signal });
  const delivery = createDelivery({ outbox, send: post(url), halve, destination: url, log, sleep: pause });
  return { outbox, delivery };
}

async function queue(first: number): Promise<void> {
  for (let n = first; ; n++) {
    const signs = destinations.map(({ outbox }) => (outbox.state().batches === 0 ? '!' : '.'));
    const body = Buffer.from(`${n} `.repeat(200));
    const batch: Batch = { body, contentType: 'application/x-protobuf', pointCount: 1 };
    for (const { outbox } of destinations) outbox.put(batch);
    appendFileSync(join(directory, 'taken'), `${n}${signs.join('')}\n`);
    for (const { delivery } of destinations) delivery.wake();
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
