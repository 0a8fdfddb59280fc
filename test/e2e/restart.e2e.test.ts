import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../parts.ts';
import type { Child } from './parts/child.ts';
import { type Collector, startCollector } from './parts/collector.ts';
import { createDocker, type Docker, type TestContainer } from './parts/docker.ts';
import { importImages } from './parts/images.ts';
import { INTERVAL_MS, startQuickAgent } from './parts/pipeline.ts';
import { pointsOf, type ReceivedPoint } from './parts/points.ts';
import { createReleasers } from './parts/releasers.ts';
import { createTempDir } from './parts/temp-dir.ts';
import { waitFor } from './parts/wait.ts';

const BURNT_SECONDS = 1;
const RESOLUTION_SECONDS = 0.02;
const PROCESS_CPU = 'container.process.cpu.time';
const CGROUP_CPU = 'container.cpu.time';

type Sample = { readonly timeSeconds: number; readonly startSeconds: number; readonly value: number };

describeWith(['linux', 'root', 'docker', 'busybox', 'gcc', 'collector'], 'restarts of the agent', () => {
  const releasers = createReleasers();
  let docker: Docker;
  let collector: Collector;
  let container: TestContainer;
  let agent: Child;
  let state: string;

  const start = async (temporality = 'cumulative'): Promise<void> => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: temporality,
      PLIMSOLL_STATE_DIRECTORY: state,
    };
    ({ agent } = await startQuickAgent(releasers, env));
  };

  beforeAll(async () => {
    docker = createDocker({ releasers });
    collector = await startCollector({ releasers });
    state = join(await createTempDir(releasers), 'state');
    const { programs } = await importImages();
    container = await docker.run({ image: programs, command: ['sleep', '1000'] });
    await start();
  });
  afterAll(() => releasers.release());

  /** User and system time together, cycle by cycle. */
  async function series(metric: string): Promise<Sample[]> {
    const sums = new Map<number, Sample>();
    for (const point of pointsOf(await collector.received())) {
      if (point.metric !== metric || point.resource['container.id'] !== container.id || point.stale) continue;
      sums.set(point.timeSeconds, {
        ...toSample(point),
        value: (sums.get(point.timeSeconds)?.value ?? 0) + point.value!,
      });
    }
    return [...sums.values()].sort((a, b) => a.timeSeconds - b.timeSeconds);
  }

  const toSample = ({ timeSeconds, startSeconds }: ReceivedPoint): Sample => ({ timeSeconds, startSeconds, value: 0 });

  /** The second sample made from now on: the first one may be of a cycle that had begun. */
  async function nextSample(metric: string): Promise<Sample> {
    const fromSeconds = Date.now() / 1000;
    const found = async () => (await series(metric)).filter(({ timeSeconds }) => timeSeconds > fromSeconds)[1];
    return waitFor(`samples of ${metric}`, found, { timeoutMs: 20 * INTERVAL_MS });
  }

  /** Lets a process that nobody in the container waits for use a second; waits until a cycle has seen it and its end. */
  async function burn(): Promise<void> {
    await docker.exec(container.id, ['processes', 'burn', String(BURNT_SECONDS)]);
    await nextSample(PROCESS_CPU);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    await agent.stop({ signal });
  }

  /** Within one start time no value is less than the one before, and a new start is not before the last sample. */
  async function expectLegal(metric: string): Promise<void> {
    const samples = await series(metric);
    expect(samples.length).toBeGreaterThan(5);
    for (const [index, sample] of samples.slice(1).entries()) {
      const before = samples[index]!;
      if (sample.startSeconds === before.startSeconds)
        expect(sample.value, metric).toBeGreaterThanOrEqual(before.value);
      else expect(sample.startSeconds, metric).toBeGreaterThan(before.timeSeconds);
    }
  }

  it('goes on with the same series after SIGTERM, with what ended processes used', async () => {
    await burn();
    const before = await nextSample(PROCESS_CPU);
    // An exec is read once a cycle; its last interval may be lost.
    expect(before.value).toBeGreaterThan(0);
    await end('SIGTERM');
    await start();
    const after = await nextSample(PROCESS_CPU);
    expect(after.startSeconds).toBe(before.startSeconds);
    expect(after.value).toBeGreaterThanOrEqual(before.value);
    expect(after.value).toBeLessThan(before.value + RESOLUTION_SECONDS);
  });

  it('goes on with the same series after SIGKILL where no process has ended since the state was written', async () => {
    const before = await nextSample(PROCESS_CPU);
    await end('SIGKILL');
    await start();
    const after = await nextSample(PROCESS_CPU);
    expect(after.startSeconds).toBe(before.startSeconds);
    expect(after.value).toBeGreaterThanOrEqual(before.value);
  });

  it('begins a new series after SIGKILL where more may have been sent, and only of the processes', async () => {
    await burn();
    const [before, ofCgroup] = await Promise.all([nextSample(PROCESS_CPU), nextSample(CGROUP_CPU)]);
    await end('SIGKILL');
    await start();
    const after = await nextSample(PROCESS_CPU);
    expect(after.startSeconds).toBeGreaterThan(before.timeSeconds);
    expect(after.value).toBeLessThan(RESOLUTION_SECONDS);
    const ofCgroupAfter = await nextSample(CGROUP_CPU);
    expect(ofCgroupAfter.startSeconds).toBe(ofCgroup.startSeconds);
    expect(ofCgroupAfter.value).toBeGreaterThanOrEqual(ofCgroup.value);
  });

  it('never lets a value fall within one series', async () => {
    await expectLegal(PROCESS_CPU);
    await expectLegal(CGROUP_CPU);
    // The kernel counts in ticks here, so what was burnt may come out as exactly that.
    expect((await series(CGROUP_CPU)).at(-1)?.value).toBeGreaterThanOrEqual(2 * BURNT_SECONDS - RESOLUTION_SECONDS);
  });
});
