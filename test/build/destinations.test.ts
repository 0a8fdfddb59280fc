import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildPush, type Push } from '../../src/build/push.ts';
import { load } from '../config/load-fixture.ts';
import { waitFor } from '../e2e/parts/wait.ts';
import { createLogLines } from '../fakes/log-lines.ts';
import { createOtlpEndpoint, type OtlpEndpoint, status } from '../fakes/otlp-endpoint.ts';
import { batch } from '../push/batches.ts';

let directory: string;
const releasers: (() => Promise<void>)[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'plimsoll-destinations-'));
  releasers.push(async () => rmSync(directory, { recursive: true }));
});
afterEach(async () => {
  for (const release of releasers.splice(0).reverse()) await release();
});

async function createEndpoint(atPort?: number): Promise<OtlpEndpoint> {
  const endpoint = await createOtlpEndpoint(undefined, atPort);
  releasers.push(endpoint.close);
  return endpoint;
}

const texts = ({ received }: OtlpEndpoint) => received.map(({ body }) => body.toString());
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => `${from + n}`);

const until = (what: string, isThere: () => boolean) =>
  waitFor(what, () => isThere() || undefined, { timeoutMs: 10_000, everyMs: 10 });

async function start(destinations: Readonly<Record<string, object>>, env: Readonly<Record<string, string>> = {}) {
  const { log, lines, texts: said } = createLogLines();
  const { config } = load({
    env: {
      PLIMSOLL_STATUS_ADDRESS: '127.0.0.1:0',
      PLIMSOLL_OUTBOX_DIRECTORY: directory,
      PLIMSOLL_PUSH_DESTINATIONS: JSON.stringify(destinations),
      ...env,
    },
  });
  const push = buildPush({ config, log }, () => ({ startedAtMs: performance.now() }));
  await push.start();
  let isOpen = true;
  const stop = async (timeoutMs: number): Promise<void> => {
    if (isOpen) await push.stop(timeoutMs);
    isOpen = false;
  };
  releasers.push(() => stop(0));
  return { push, stop, lines, said };
}

const waiting = (push: Push) => Object.fromEntries([...push.outboxes()].map(([name, { batches }]) => [name, batches]));

describe('several destinations', () => {
  it('all get every batch, in order, also that of push.endpoint', async () => {
    const [one, two, three] = [await createEndpoint(), await createEndpoint(), await createEndpoint()];
    const { push } = await start(
      { two: { endpoint: two.url }, three: { endpoint: three.url } },
      { PLIMSOLL_PUSH_ENDPOINT: one.url },
    );
    for (const text of numbers(1, 20)) await push.deliver(batch(text));
    for (const each of [one, two, three]) {
      await until('all batches', () => each.received.length >= 20);
      expect(texts(each)).toEqual(numbers(1, 20));
    }
    await until('empty outboxes', () => Object.values(waiting(push)).every((batches) => batches === 0));
    expect(waiting(push)).toEqual({ default: 0, two: 0, three: 0 });
  });

  it('have headers and a time limit of their own', async () => {
    const [one, two] = [await createEndpoint(), await createEndpoint()];
    const { push } = await start({
      one: { endpoint: one.url, headers: { 'x-tenant': 'a' } },
      two: { endpoint: two.url, headers: { 'x-tenant': 'b' } },
    });
    await push.deliver(batch('x'));
    for (const [each, tenant] of [
      [one, 'a'],
      [two, 'b'],
    ] as const) {
      await until('the batch', () => each.received.length > 0);
      expect(each.received[0]?.headers).toMatchObject({ 'x-tenant': tenant });
    }
  });

  it.each<[string, (endpoint: OtlpEndpoint) => void]>([
    ['refuses for the time being', (endpoint) => endpoint.answer(status(503))],
    ['never answers', (endpoint) => endpoint.answer(() => undefined)],
    [
      'drips',
      (endpoint) => endpoint.answer((response) => void response.writeHead(200, { 'content-length': '9' }).write('x')),
    ],
  ])('are not held up by one that %s, which gets everything later', async (_, spoil) => {
    const [near, far] = [await createEndpoint(), await createEndpoint()];
    spoil(far);
    const { push } = await start({ near: { endpoint: near.url }, far: { endpoint: far.url, timeoutMs: 1500 } });
    const took: number[] = [];
    for (const text of numbers(1, 10)) {
      const startedAt = performance.now();
      await push.deliver(batch(text));
      await until(`batch ${text}`, () => texts(near).includes(text));
      took.push(performance.now() - startedAt);
    }
    expect(texts(near)).toEqual(numbers(1, 10));
    // Each arrived before the other's attempt could be over.
    expect(Math.max(...took)).toBeLessThan(1500);
    expect(waiting(push)).toMatchObject({ far: 10 });
    far.received.length = 0;
    far.answer(status(200));
    await until('what waited', () => new Set(texts(far)).size === 10);
    // The one whose answer was lost may come twice.
    expect([...new Set(texts(far))]).toEqual(numbers(1, 10));
  });

  it('are told apart in the log and for the health checks', async () => {
    const [near, far] = [await createEndpoint(), await createEndpoint()];
    far.answer(status(404));
    const { push, lines } = await start({ near: { endpoint: near.url }, far: { endpoint: far.url } });
    await push.deliver(batch('x'));
    await until('the refusal', () => push.outboxes().get('far')!.dropped.rejected === 1);
    expect(push.outboxes().get('near')!.dropped.rejected).toBe(0);
    expect(lines.filter(({ level }) => level >= 40)).toMatchObject([
      { destination: 'far', msg: expect.stringContaining('HTTP status 404') },
    ]);
    expect(lines.filter(({ msg }) => msg === 'pushing')).toMatchObject([
      { destination: 'near', endpoint: near.url },
      { destination: 'far', endpoint: far.url },
    ]);
  });

  it('are flushed at the same time when the agent stops, and what is unsent is said and waits', async () => {
    const [near, far, away] = [await createEndpoint(), await createEndpoint(), await createEndpoint()];
    await away.close();
    far.answer(() => undefined);
    const destinations = { near: { endpoint: near.url }, far: { endpoint: far.url }, away: { endpoint: away.url } };
    const { push, stop, lines } = await start(destinations);
    for (const text of numbers(1, 3)) await push.deliver(batch(text));
    const startedAt = performance.now();
    await stop(1000);
    expect(performance.now() - startedAt).toBeLessThan(1900);
    expect(texts(near)).toEqual(numbers(1, 3));
    const unsent = lines.filter(({ msg }) => msg === 'stopping with batches unsent');
    expect(new Set(unsent.map(({ destination }) => destination))).toEqual(new Set(['far', 'away']));
    const next = await start(destinations);
    expect(waiting(next.push)).toEqual({ near: 0, far: 3, away: 3 });
  });
});

describe('a destination that is no longer configured', () => {
  it('loses what waits for it, which is counted and said once', async () => {
    const near = await createEndpoint();
    const away = await createEndpoint();
    await away.close();
    const first = await start({ near: { endpoint: near.url }, away: { endpoint: away.url } });
    for (const text of numbers(1, 3)) await first.push.deliver(batch(text));
    await first.stop(200);
    const second = await start({ near: { endpoint: near.url } });
    expect(second.push.removed()).toEqual(new Map([['away', { batches: 3, points: 3 }]]));
    expect(second.lines.filter(({ level }) => level >= 40)).toMatchObject([
      { destination: 'away', batches: 3, msg: expect.stringContaining('no longer configured') },
    ]);
    await second.stop(200);
    const third = await start({ near: { endpoint: near.url }, away: { endpoint: away.url } });
    expect(third.push.removed()).toEqual(new Map());
    expect(waiting(third.push)).toEqual({ near: 0, away: 0 });
  });

  it('keeps it where the destination only has another address', async () => {
    const away = await createEndpoint();
    await away.close();
    const first = await start({ far: { endpoint: away.url } });
    for (const text of numbers(1, 3)) await first.push.deliver(batch(text));
    await first.stop(200);
    const there = await createEndpoint();
    await start({ far: { endpoint: there.url } });
    await until('what waited', () => there.received.length === 3);
    expect(texts(there)).toEqual(numbers(1, 3));
  });
});

describe('where nothing but push.destinations is configured', () => {
  it('there is no embedded receiver, and none is missing without a status server', async () => {
    const far = await createEndpoint();
    const { push, said } = await start({ far: { endpoint: far.url } }, { PLIMSOLL_STATUS_ENABLED: 'false' });
    await push.deliver(batch('x'));
    await until('the batch', () => far.received.length === 1);
    expect(waiting(push)).toHaveProperty('far');
    expect(said().join('\n')).not.toContain('embedded');
  });

  it('a file that cannot be read is named with its destination', async () => {
    const destinations = { far: { endpoint: 'http://there/x', headersFile: '/nowhere/headers' } };
    await expect(start(destinations)).rejects.toThrow(/^push\.destinations\.far: .*\/nowhere\/headers/);
  });
});
