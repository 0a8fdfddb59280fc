import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeWith } from '../parts.ts';
import { type Collector, startCollector } from './parts/collector.ts';
import { createDocker } from './parts/docker.ts';
import { freePort } from './parts/free-port.ts';
import { importImages } from './parts/images.ts';
import { INTERVAL_MS, startQuickAgent } from './parts/pipeline.ts';
import { pointsOf, type ReceivedPoint } from './parts/points.ts';
import { createReleasers, type Releasers } from './parts/releasers.ts';
import { createTempDir } from './parts/temp-dir.ts';
import { waitFor } from './parts/wait.ts';

const seriesOf = ({ resource, metric, attributes }: ReceivedPoint): string =>
  JSON.stringify([resource['container.id'], resource['service.name'], metric, attributes]);

describeWith(['linux', 'root', 'docker', 'busybox', 'collector'], 'what waits for a Collector', () => {
  let releasers: Releasers;
  beforeEach(() => {
    releasers = createReleasers();
  });
  afterEach(() => releasers.release());

  it('arrives exactly once and in order, though the agent is restarted and killed meanwhile', async () => {
    const { busybox } = await importImages();
    const { id } = await createDocker({ releasers }).run({ image: busybox, command: ['sleep', '1000'] });
    const port = await freePort();
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
      PLIMSOLL_OUTBOX_DIRECTORY: join(await createTempDir(releasers), 'outbox'),
    };
    const collectors: Collector[] = [await startCollector({ releasers, port })];
    const points = async () => pointsOf((await Promise.all(collectors.map((each) => each.received()))).flat());
    /** Times of the container's points in the order in which they arrived. */
    const uptimes = async () =>
      (await points())
        .filter(({ resource, metric }) => resource['container.id'] === id && metric === 'container.uptime')
        .map(({ timeSeconds }) => timeSeconds);

    let { agent } = await startQuickAgent(releasers, env);
    await waitFor('points', async () => (await uptimes())[0], { timeoutMs: 20_000 });
    await collectors[0]!.stop();
    const awaySeconds = Date.now() / 1000;
    await agent.waitForLine(/cannot push/, { timeoutMs: 20_000 });
    await sleep(4 * INTERVAL_MS);
    expect(await agent.stop()).toEqual({ code: 0, signal: null });
    ({ agent } = await startQuickAgent(releasers, env));
    await agent.waitForLine(/batches of a former run wait/, { timeoutMs: 5_000 });
    await sleep(4 * INTERVAL_MS);
    await agent.stop({ signal: 'SIGKILL' });
    ({ agent } = await startQuickAgent(releasers, env));
    await sleep(2 * INTERVAL_MS);

    collectors.push(await startCollector({ releasers, port }));
    const backSeconds = Date.now() / 1000;
    await agent.waitForLine(/pushing again/, { timeoutMs: 60_000 });
    const fresh = async () => ((await uptimes()).at(-1) ?? 0) > backSeconds + 1 || undefined;
    await waitFor('points from after the outage', fresh, { timeoutMs: 60_000 });
    await agent.stop();

    const all = (await points()).filter(({ stale }) => !stale);
    const last = new Map<string, number>();
    const disordered = all.filter((point) => {
      const before = last.get(seriesOf(point)) ?? 0;
      last.set(seriesOf(point), point.timeSeconds);
      return point.timeSeconds <= before;
    });
    expect(disordered).toEqual([]);
    const ages = all.filter(({ metric }) => metric === 'plimsoll.outbox.oldest.age');
    const away = ages.filter(({ timeSeconds }) => timeSeconds > awaySeconds && timeSeconds < backSeconds);
    // Over both restarts, which know how long it has waited.
    const grown = away.map(({ value = 0 }) => value);
    expect(grown).toEqual(grown.toSorted((a, b) => a - b));
    expect(grown.at(-1)).toBeGreaterThan(6 * (INTERVAL_MS / 1000));
    expect(ages.at(-1)?.value, 'at the end nothing waits but what is on its way').toBeLessThan(INTERVAL_MS / 1000);
    const times = await uptimes();
    const gaps = times.filter((time, index) => index > 0 && time - times[index - 1]! > 1.5 * (INTERVAL_MS / 1000));
    expect(gaps.length, `only the two restarts may leave a gap: ${times}`).toBeLessThanOrEqual(2);
    expect(times.filter((time) => time > awaySeconds && time < backSeconds).length).toBeGreaterThanOrEqual(10);
  });
});
