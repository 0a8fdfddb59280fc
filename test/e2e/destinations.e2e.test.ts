import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../parts.ts';
import type { Child } from './parts/child.ts';
import { type Collector, startCollector } from './parts/collector.ts';
import { createDocker } from './parts/docker.ts';
import { freePort } from './parts/free-port.ts';
import { importImages } from './parts/images.ts';
import { INTERVAL_MS, startQuickAgent } from './parts/pipeline.ts';
import { pointsOf, type ReceivedPoint } from './parts/points.ts';
import { createReleasers, type Releasers } from './parts/releasers.ts';
import { createTempDir } from './parts/temp-dir.ts';
import { waitFor } from './parts/wait.ts';

const TIMEOUT_MS = 1_000;
/** A cycle each second, and what a busy machine may need on top; far less than what the other destination is away. */
const FRESH_SECONDS = 3;
const AWAY_MS = 8 * INTERVAL_MS;

const seriesOf = ({ resource, metric, attributes }: ReceivedPoint): string =>
  JSON.stringify([resource['container.id'], resource['service.name'], metric, attributes]);
const idOf = (point: ReceivedPoint): string => `${seriesOf(point)} ${point.timeSeconds}`;

/** Of one destination, over the Collectors that were it one after the other. */
type Receiver = {
  readonly points: () => Promise<readonly ReceivedPoint[]>;
  readonly latestSeconds: () => Promise<number>;
};

function receiverOf(collectors: readonly Collector[], id: string): Receiver {
  const points = async () => {
    const received = await Promise.all(collectors.map((each) => each.received()));
    return pointsOf(received.flat()).filter(({ stale }) => !stale);
  };
  const latestSeconds = async () => {
    const ofContainer = (await points()).filter(
      ({ resource, metric }) => resource['container.id'] === id && metric === 'container.uptime',
    );
    return ofContainer.at(-1)?.timeSeconds ?? 0;
  };
  return { points, latestSeconds };
}

/**
 * Points dated before one of their series that came earlier; those that came again, with the same value, apart: a receiver
 * that hung may read a request that was given up after those that came for it.
 */
function disorderOf(points: readonly ReceivedPoint[]) {
  const seen = new Map<string, ReceivedPoint>();
  const last = new Map<string, number>();
  const found = { disordered: [] as string[], repeated: [] as string[], different: [] as string[] };
  for (const point of points) {
    const before = seen.get(idOf(point));
    if (before) {
      found.repeated.push(idOf(point));
      if (before.value !== point.value) found.different.push(idOf(point));
      continue;
    }
    if (point.timeSeconds < (last.get(seriesOf(point)) ?? 0)) found.disordered.push(idOf(point));
    seen.set(idOf(point), point);
    last.set(seriesOf(point), point.timeSeconds);
  }
  return found;
}

/** For so long, what the receiver got last is of now. */
async function staysFresh({ latestSeconds }: Receiver, forMs: number): Promise<void> {
  for (const endMs = Date.now() + forMs; Date.now() < endMs; await sleep(200)) {
    const ageSeconds = Date.now() / 1000 - (await latestSeconds());
    expect(ageSeconds, 'it is not held up by the other').toBeLessThan(FRESH_SECONDS);
  }
}

const untilAfter = ({ latestSeconds }: Receiver, seconds: number) =>
  waitFor('points from afterwards', async () => (await latestSeconds()) > seconds || undefined, { timeoutMs: 60_000 });

describeWith(['linux', 'root', 'docker', 'busybox', 'collector'], 'two destinations', () => {
  let releasers: Releasers;
  beforeEach(() => {
    releasers = createReleasers();
  });
  afterEach(() => releasers.release());

  async function start() {
    const { busybox } = await importImages();
    const { id } = await createDocker({ releasers }).run({ image: busybox, command: ['sleep', '1000'] });
    const farPort = await freePort();
    const startFar = () => startCollector({ releasers, port: farPort });
    const near = await startCollector({ releasers });
    const fars = [await startFar()];
    const outbox = join(await createTempDir(releasers), 'outbox');
    const endpoint = `http://127.0.0.1:${farPort}`;
    const config = { push: { destinations: { far: { endpoint, timeoutMs: TIMEOUT_MS } } } };
    const env = { PLIMSOLL_PUSH_ENDPOINT: near.endpoint, PLIMSOLL_OUTBOX_DIRECTORY: outbox };
    const startOne = async (): Promise<Child> => (await startQuickAgent(releasers, env, config)).agent;
    const [nearby, away] = [receiverOf([near], id), receiverOf(fars, id)];
    const agent = await startOne();
    for (const each of [nearby, away]) await untilAfter(each, 0);
    return { agent, startOne, near: nearby, far: away, fars, startFar };
  }

  it('of which one goes away: the other gets what is of now, and both get everything, though the agent is killed', async () => {
    const { agent, startOne, near, far, fars, startFar } = await start();
    await fars[0]!.stop();
    await agent.waitForLine(/cannot push/, { timeoutMs: 20_000 });
    await staysFresh(near, AWAY_MS);
    // The one is owed nothing then, the other all that came since.
    await agent.stop({ signal: 'SIGKILL' });
    const killedSeconds = Date.now() / 1000;
    const second = await startOne();
    expect(await second.waitForLine(/batches of a former run wait/, { timeoutMs: 5_000 })).toContain('far');
    await untilAfter(near, killedSeconds);
    await staysFresh(near, 2 * INTERVAL_MS);
    fars.push(await startFar());
    const backSeconds = Date.now() / 1000;
    await untilAfter(far, backSeconds + 1);
    expect(await second.stop()).toEqual({ code: 0, signal: null });

    const [atNear, atFar] = [await near.points(), await far.points()];
    const nothing = { disordered: [], repeated: [], different: [] };
    expect([disorderOf(atNear), disorderOf(atFar)]).toEqual([nothing, nothing]);
    const [idsNear, idsFar] = [new Set(atNear.map(idOf)), new Set(atFar.map(idOf))];
    expect(atNear.filter((point) => !idsFar.has(idOf(point)))).toEqual([]);
    // What was on its way for the first time when the agent was killed: at most the one batch.
    const lost = atFar.filter((point) => !idsNear.has(idOf(point)));
    expect(
      new Set(lost.map(({ resource, timeSeconds }) => `${resource['container.id']} ${timeSeconds}`)).size,
    ).toBeLessThanOrEqual(1);
  }, 120_000);

  it('of which one hangs: the other gets what is of now, and both get everything', async () => {
    const { agent, near, far, fars } = await start();
    fars[0]!.process.signal('SIGSTOP');
    await agent.waitForLine(/no answer within/, { timeoutMs: 20_000 });
    await staysFresh(near, AWAY_MS);
    fars[0]!.process.signal('SIGCONT');
    const backSeconds = Date.now() / 1000;
    await untilAfter(far, backSeconds + 1);
    expect(await agent.stop()).toEqual({ code: 0, signal: null });

    const [atNear, atFar] = [await near.points(), await far.points()];
    expect(disorderOf(atNear)).toEqual({ disordered: [], repeated: [], different: [] });
    // It read what it was sent while it hung, and nobody heard its answers.
    expect(disorderOf(atFar)).toMatchObject({ disordered: [], different: [] });
    expect(new Set(atFar.map(idOf))).toEqual(new Set(atNear.map(idOf)));
  }, 120_000);
});
