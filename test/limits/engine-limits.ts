import { PassThrough } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { LIMITS } from '../../src/limits.ts';
import { createLogger } from '../../src/log.ts';
import { createDockerClient } from '../../src/sources/docker/client.ts';
import { createDockerDiscovery } from '../../src/sources/docker/discovery.ts';
import { createEventFeed } from '../../src/sources/docker/event-feed.ts';
import { createImageDigests } from '../../src/sources/docker/image-digests.ts';
import { parseInspect } from '../../src/sources/docker/inspect.ts';
import { createLives } from '../../src/sources/docker/lives.ts';
import { createStopped } from '../../src/sources/docker/stopped.ts';
import { container } from '../fakes/containers.ts';
import { containerId, inspectDocument } from '../fakes/docker-documents.ts';
import { createFakeDockerEngine, type FakeDockerEngine } from '../fakes/docker-engine.ts';

import type { Meet } from './meet.ts';

/** How each limit of what an engine answers is met. */

const labels = (count: number, length = 1): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`label-${index}`, 'x'.repeat(length)]));

const inspect =
  (given: Record<string, string>): Meet =>
  (onLimit) =>
    void parseInspect(inspectDocument({ id: 'a1', labels: given }), { runtime: 'docker', onLimit });

async function withEngine(use: (engine: FakeDockerEngine) => Promise<void>): Promise<void> {
  const engine = await createFakeDockerEngine();
  try {
    await use(engine);
  } finally {
    await engine.close();
  }
}

const connection = (engine: FakeDockerEngine) => ({
  host: engine.host,
  tlsVerify: false,
  certPath: '',
  timeoutMs: 5_000,
});

/** More events than can be noted come before anybody asks. */
const overwhelm: Meet = (onLimit) =>
  withEngine(async (engine) => {
    const discovery = createDockerDiscovery({
      client: connection(engine),
      relistIntervalMs: 1e6,
      maxBacklog: 2,
      onLimit,
      now: Date.now,
      random: () => 0.5,
      log: createLogger({ level: 'silent', format: 'json' }),
    });
    try {
      await discovery.current();
      while (engine.listeners() === 0) await sleep(5);
      for (const id of ['a1', 'a2', 'a3']) engine.add(inspectDocument({ id }));
      await sleep(100);
    } finally {
      await discovery.close();
    }
  });

const list: Meet = (onLimit) =>
  withEngine(async (engine) => {
    // What is kept of an entry is bounded, so that many are needed.
    const entry = JSON.stringify({ Id: 'x'.repeat(20_000), State: 'y'.repeat(20_000), Status: 'z'.repeat(20_000) });
    const count = Math.ceil(LIMITS.engineList.max / entry.length) + 2;
    engine.setFaults({ path: /containers\/json/, body: `[${Array(count).fill(entry).join()}]` });
    await createDockerClient({ ...connection(engine), onLimit }).list({});
  });

const largeAnswer: Meet = (onLimit) =>
  withEngine(async (engine) => {
    engine.add(inspectDocument({ id: 'a1', labels: labels(300, 64 * 1024) }));
    await createDockerClient({ ...connection(engine), onLimit }).inspect(containerId('a1'));
  });

const longEvent: Meet = async (onLimit) => {
  const stream = new PassThrough();
  const nothing = (): undefined => undefined;
  const feed = createEventFeed({
    open: async () => stream,
    onChanged: nothing,
    onLife: nothing,
    onLimit,
    now: () => 0,
    random: () => 0,
  });
  feed.open();
  stream.write(`{"id":"${'x'.repeat(LIMITS.eventLine.max)}"}\n`);
  await sleep(10);
  feed.close();
};

export const ENGINE_LIMITS = {
  labels: inspect(labels(LIMITS.labels.max + 1)),
  engineText: inspect({ label: 'x'.repeat(LIMITS.engineText.max + 1) }),
  engineAnswer: largeAnswer,
  engineList: list,
  eventLine: longEvent,
  eventBacklog: overwhelm,
  imageDigests: async (onLimit) => {
    const RepoDigests = Array.from({ length: LIMITS.imageDigests.max + 1 }, (_, index) => `app@sha256:${index}`);
    const client = { inspectImage: async () => ({ RepoDigests }) };
    await createImageDigests({ client, onLimit, now: () => 0 }).of('sha256:1');
  },
  runs: (onLimit) => {
    const lives = createLives({ maxRuns: 2, onLimit, sinceMs: 0 });
    for (const id of ['a', 'b', 'c']) lives.note({ id, what: 'start', atMs: 1, attributes: {} });
  },
  stoppedContainers: (onLimit) => {
    const stopped = createStopped({ retentionMs: 1_000, maxStopped: 1, onLimit });
    for (const id of ['a', 'b']) stopped.put(container(id, { state: 'exited', finishedAtMs: 0 }), 0);
  },
} as const satisfies Record<string, Meet>;
