import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../parts.ts';
import type { Child } from './parts/child.ts';
import { type Collector, startCollector } from './parts/collector.ts';
import { type Engine, startEngine } from './parts/engine.ts';
import { importImages } from './parts/images.ts';
import { INTERVAL_MS, startQuickAgent } from './parts/pipeline.ts';
import { pointsOf, type ReceivedPoint } from './parts/points.ts';
import { processHolds } from './parts/process-holds.ts';
import { createReleasers } from './parts/releasers.ts';
import { RUN_ID } from './parts/run-id.ts';
import { waitFor } from './parts/wait.ts';

const EARLY = 40;
const LATE = 170;
const AT_A_TIME = 5;
/** Long enough for two cycles at least. */
const LIFE_SECONDS = 2;
const PATIENCE = { timeoutMs: 30 * INTERVAL_MS };

describeWith(
  ['linux', 'root', 'docker', 'dockerd', 'busybox', 'gcc', 'collector'],
  'containers that come and go',
  () => {
    const releasers = createReleasers();
    let engine: Engine;
    let image: string;
    let collector: Collector;
    let agent: Child;

    beforeAll(async () => {
      // One of its own, because files of other containers may stay open between cycles, too.
      engine = await startEngine(releasers);
      ({ busybox: image } = await importImages(engine.host));
      collector = await startCollector({ releasers });
      const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, DOCKER_HOST: engine.host };
      ({ agent } = await startQuickAgent(releasers, env));
    });
    afterAll(() => releasers.release());

    /** So many containers, several at a time, that end by themselves and are removed then. */
    async function churn(count: number): Promise<string[]> {
      const ids: string[] = [];
      const command = ['sleep', String(LIFE_SECONDS)];
      let left = count;
      const worker = async (): Promise<void> => {
        for (; left > 0; ) {
          left -= 1;
          const identity = ['--label', `plimsoll.test=${RUN_ID}`, '--name', `${RUN_ID}-churn-${count}-${left}`];
          ids.push(await engine.docker.docker(['run', '--detach', '--rm', ...identity, image, ...command]));
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, worker));
      return ids;
    }

    async function pointsByContainer(): Promise<Map<string, ReceivedPoint[]>> {
      const points = pointsOf(await collector.received());
      return Map.groupBy(
        points.filter(({ resource }) => 'container.id' in resource),
        ({ resource }) => String(resource['container.id']),
      );
    }
    const seriesOf = ({ metric, attributes }: ReceivedPoint): string => `${metric} ${JSON.stringify(attributes)}`;
    const lasts = (points: readonly ReceivedPoint[]): ReceivedPoint[] => [
      ...new Map(points.map((point) => [seriesOf(point), point])).values(),
    ];

    /** Until nothing of them goes on, and what was open of them is closed. */
    async function untilEnded(ids: readonly string[]): Promise<void> {
      const areEnded = async () => {
        const points = await pointsByContainer();
        const goOn = ids.filter((id) => lasts(points.get(id) ?? []).some(({ stale }) => !stale));
        return goOn.length === 0 || undefined;
      };
      await waitFor('all of them have ended', areEnded, PATIENCE);
      await sleep(3 * INTERVAL_MS);
    }

    it(`leave nothing behind after ${EARLY + LATE} of them`, async () => {
      const early = await churn(EARLY);
      await untilEnded(early);
      const before = processHolds(agent.pid);
      const late = await churn(LATE);
      await untilEnded(late);
      const after = processHolds(agent.pid);

      const points = await pointsByContainer();
      const unmeasured = [...early, ...late].filter((id) => !points.get(id)?.some(({ stale }) => !stale));
      expect(unmeasured).toEqual([]);
      const series = [...points.values()].flatMap((of) => [...Map.groupBy(of, seriesOf).values()]);
      expect(series.length).toBeGreaterThan(10 * (EARLY + LATE));
      // One that was seen before it was started has ended as such, too; but nothing ends twice, and nothing comes after the end.
      const isWrong = (of: readonly ReceivedPoint[]): boolean =>
        !of.at(-1)!.stale || of.some(({ stale }, at) => stale && of[at - 1]?.stale !== false);
      expect(series.filter(isWrong).map(([first]) => seriesOf(first!))).toEqual([]);

      const measured = JSON.stringify({ before, after });
      expect(after.residentBytes / before.residentBytes, measured).toBeLessThan(1.25);
      expect(Math.abs(after.fileDescriptors - before.fileDescriptors), measured).toBeLessThanOrEqual(2);
      expect(agent.stderr.filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
    });
  },
);
