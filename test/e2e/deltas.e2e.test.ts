import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cgroupOf, fieldIn } from '../accuracy/parts/world.ts';
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

const TICKS_PER_SECOND = 100;
const PATIENCE = { timeoutMs: 20 * INTERVAL_MS };

describeWith(['linux', 'root', 'docker', 'busybox', 'gcc', 'collector'], 'differences over restarts', () => {
  const releasers = createReleasers();
  let docker: Docker;
  let collector: Collector;
  let programs: string;
  let state: string;

  beforeAll(async () => {
    docker = createDocker({ releasers });
    collector = await startCollector({ releasers });
    state = join(await createTempDir(releasers), 'state');
    ({ programs } = await importImages());
  });
  afterAll(() => releasers.release());

  const start = async (): Promise<Child> => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
      OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta',
      PLIMSOLL_STATE_DIRECTORY: state,
    };
    return (await startQuickAgent(releasers, env)).agent;
  };
  const sleeper = () => docker.run({ image: programs, command: ['sleep', '1000'] });
  const burn = ({ id }: TestContainer) => docker.exec(id, ['processes', 'burn', '0.5']);

  async function cpuPoints({ id }: TestContainer): Promise<ReceivedPoint[]> {
    return pointsOf(await collector.received()).filter(
      ({ metric, resource, stale }) => metric === 'container.cpu.time' && resource['container.id'] === id && !stale,
    );
  }

  /** Waits until a cycle that began later than now was received. */
  async function nextCycle(container: TestContainer): Promise<void> {
    const fromSeconds = Date.now() / 1000 + INTERVAL_MS / 1000;
    const isThere = async () => (await cpuPoints(container)).some(({ timeSeconds }) => timeSeconds > fromSeconds);
    await waitFor('a cycle of the container', async () => (await isThere()) || undefined, PATIENCE);
  }

  const sent = async (container: TestContainer): Promise<number> =>
    (await cpuPoints(container)).reduce((sum, { value }) => sum + value!, 0);

  /** What the kernel charged to the container; the container does nothing now. */
  function used(container: TestContainer): number {
    const file = join(cgroupOf({ cgroupPath: '/sys/fs/cgroup' }, container, 'cpuacct'), 'cpuacct.stat');
    return (fieldIn('user', file) + fieldIn('system', file)) / TICKS_PER_SECOND;
  }

  it('add up to what was used since the first of them, also while no agent ran', async () => {
    const old = await sleeper();
    await burn(old);
    const before = used(old);
    let agent = await start();
    await nextCycle(old);
    expect(await sent(old)).toBe(0);

    await burn(old);
    await nextCycle(old);
    await agent.stop();
    await burn(old);
    const fresh = await sleeper();
    await burn(fresh);
    agent = await start();
    await burn(old);
    await Promise.all([nextCycle(old), nextCycle(fresh)]);

    expect(await sent(old)).toBeCloseTo(used(old) - before);
    expect(used(old) - before).toBeGreaterThan(1.4);
    // Nothing of this one was ever sent, so that its first difference is all of it, from its start on.
    expect(await sent(fresh)).toBeCloseTo(used(fresh));
    const starts = (await cpuPoints(old)).map(({ startSeconds, timeSeconds }) => [startSeconds, timeSeconds]);
    expect(starts.every(([from, to]) => from! <= to!)).toBe(true);

    await agent.stop({ signal: 'SIGKILL' });
    const atKill = await sent(old);
    await burn(old);
    await start();
    await nextCycle(old);
    // What was sent before is unknown: counting begins with what is there, and nothing is counted twice.
    expect(await sent(old)).toBeCloseTo(atKill);
  });
});
