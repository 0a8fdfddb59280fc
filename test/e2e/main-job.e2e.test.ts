import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeWith } from '../parts.ts';
import { createDocker, type Docker, type TestContainer } from './parts/docker.ts';
import { type Images, importImages } from './parts/images.ts';
import { cpuSeconds, interfaceCounters, memoryAnonBytes, memoryUsageBytes, residentAnonBytes } from './parts/kernel.ts';
import { INTERVAL_MS, type Pipeline, startPipeline } from './parts/pipeline.ts';
import { pointsOf } from './parts/points.ts';
import { createReleasers } from './parts/releasers.ts';
import { waitFor } from './parts/wait.ts';

const TICK_SECONDS = 0.01;
/** User and system time are cut to ticks apart from each other. */
const CPU_RESOLUTION_SECONDS = 2 * TICK_SECONDS;
/** The kernel charges memory to a cgroup in advance, up to 64 pages for each processor. */
const MEMORY_RESOLUTION_BYTES = 2 * 64 * 4096;
const HELD_BYTES = 32 * 1024 * 1024;
const SENT_BYTES = 2_000_000;

describeWith(
  ['linux', 'root', 'docker', 'busybox', 'gcc', 'collector', 'prometheus'],
  'the main job: engine → Plimsoll → Collector → Prometheus',
  () => {
    const releasers = createReleasers();
    let docker: Docker;
    let images: Images;
    let pipeline: Pipeline;

    beforeAll(async () => {
      docker = createDocker({ releasers });
      images = await importImages();
      pipeline = await startPipeline(releasers);
    });
    afterAll(() => releasers.release());

    /** The newest value of a metric of one container, summed over its series, made at least this long after a time. */
    const valueAfter = async (
      metric: string,
      container: TestContainer,
      afterSeconds: number,
      matchers = '',
    ): Promise<number> =>
      waitFor(
        `${metric} of ${container.name}`,
        async () => {
          const series = await pipeline.prometheus.range(`${metric}{container_id="${container.id}"${matchers}}[1m]`);
          const newest = series.map(({ samples }) => samples.at(-1)!);
          if (newest.length === 0 || newest.some(({ timeSeconds }) => timeSeconds <= afterSeconds)) return undefined;
          return newest.reduce((sum, { value }) => sum + value, 0);
        },
        { timeoutMs: 10 * INTERVAL_MS },
      );

    /**
     * What Prometheus says lies between the kernel's reading before and the one after. The sample has to be a little
     * younger than the first reading, since its time is that of the cycle and not of the single read.
     */
    const expectTrue = async (
      metric: string,
      container: TestContainer,
      truth: () => number,
      resolution: number,
      matchers = '',
    ) => {
      const before = truth();
      const value = await valueAfter(metric, container, Date.now() / 1000 + 0.2, matchers);
      const after = truth();
      expect(value, metric).toBeGreaterThanOrEqual(Math.min(before, after) - resolution);
      expect(value, metric).toBeLessThanOrEqual(Math.max(before, after) + resolution);
    };

    /** Until a load program says that it has done its work and only waits. */
    const untilDone = ({ name }: TestContainer) =>
      waitFor(`${name} is done`, async () => (await docker.logs(name)).includes('done') || undefined, {
        timeoutMs: 60_000,
      });

    describe('a container with a known load', () => {
      let load: TestContainer;
      beforeAll(async () => {
        const sink = await docker.run({ image: images.programs, command: ['sink', '9000'] });
        const to = `${await docker.address(sink.name)}:9000`;
        const flags = ['--hold', String(HELD_BYTES), '--send-bytes', String(SENT_BYTES), '--to', to];
        load = await docker.run({
          image: images.programs,
          command: ['load', '--threads', '2', '--seconds', '6', ...flags],
        });
      });

      it('has the processor time of its cgroup while it burns and after', async () => {
        const truth = (): number => cpuSeconds(load.pid);
        await expectTrue('container_cpu_time_seconds_total', load, truth, CPU_RESOLUTION_SECONDS);
        await expectTrue('container_process_cpu_time_seconds_total', load, truth, CPU_RESOLUTION_SECONDS);
        await untilDone(load);
        await expectTrue('container_cpu_time_seconds_total', load, truth, CPU_RESOLUTION_SECONDS);
      });

      it('has the memory of its cgroup', async () => {
        await expectTrue(
          'container_memory_usage_bytes',
          load,
          () => memoryUsageBytes(load.pid),
          MEMORY_RESOLUTION_BYTES,
        );
        await expectTrue('container_memory_rss_bytes', load, () => memoryAnonBytes(load.pid), MEMORY_RESOLUTION_BYTES);
        const anon = ',process_memory_type="anon"';
        await expectTrue('container_process_memory_resident_bytes', load, () => residentAnonBytes(load.pid), 0, anon);
        expect(residentAnonBytes(load.pid)).toBeGreaterThanOrEqual(HELD_BYTES);
      });

      it('has the counters of its interface', async () => {
        const counters = () => interfaceCounters(load.pid, 'eth0');
        const sent = ',network_interface_name="eth0",network_io_direction="transmit"';
        const received = ',network_interface_name="eth0",network_io_direction="receive"';
        await expectTrue('container_network_io_bytes_total', load, () => counters().transmittedBytes, 0, sent);
        await expectTrue('container_network_io_bytes_total', load, () => counters().receivedBytes, 0, received);
        await expectTrue('container_network_packet_count_total', load, () => counters().transmittedPackets, 0, sent);
        expect(counters().transmittedBytes).toBeGreaterThan(SENT_BYTES);
      });

      it('has the names of the catalogue and is identified by labels', async () => {
        const series = await pipeline.prometheus.query(`{container_id="${load.id}"}`);
        const names = new Set(series.map(({ labels }) => labels['__name__']));
        for (const name of [
          'container_process_cpu_time_seconds_total',
          'container_process_memory_resident_bytes',
          'container_process_memory_virtual_bytes',
          'container_process_memory_swap_bytes',
          'container_process_count',
          'container_process_thread_count',
          'container_cpu_time_seconds_total',
          'container_cpu_usage',
          'container_memory_usage_bytes',
          'container_memory_working_set_bytes',
          'container_memory_rss_bytes',
          'container_network_io_bytes_total',
          'container_network_packet_count_total',
          'container_uptime_seconds',
          'container_status',
          'container_restart_count',
        ]) {
          expect(names).toContain(name);
        }
        for (const { labels } of series) {
          expect(labels).toMatchObject({ container_name: load.name, service_name: load.name, job: load.name });
        }
      });
    });

    it('counts two threads that are busy for t seconds as 2t', async () => {
      const busy = await docker.run({ image: images.programs, command: ['load', '--threads', '2', '--seconds', '2'] });
      const done = await waitFor(
        'the threads are done',
        async () => /done user_us=(\d+) system_us=(\d+)/.exec(await docker.logs(busy.name)) ?? undefined,
        { timeoutMs: 60_000 },
      );
      const usedSeconds = (Number(done[1]) + Number(done[2])) / 1e6;
      const value = await valueAfter('container_process_cpu_time_seconds_total', busy, Date.now() / 1000 + 0.2);
      expect(Math.abs(value - usedSeconds)).toBeLessThanOrEqual(CPU_RESOLUTION_SECONDS);
      // Starting the program is in it, too.
      expect(Math.abs(value - 4)).toBeLessThanOrEqual(5 * TICK_SECONDS);
    });

    it('measures a process whose name has brackets and spaces like any other', async () => {
      const odd = await docker.run({ image: images.programs, command: ['rename-self', 'a) R 1 (b', '0.5'] });
      await untilDone(odd);
      await expectTrue(
        'container_process_cpu_time_seconds_total',
        odd,
        () => cpuSeconds(odd.pid),
        CPU_RESOLUTION_SECONDS,
      );
      const sleeping = await valueAfter('container_process_count', odd, Date.now() / 1000, ',process_state="sleeping"');
      expect(sleeping).toBe(1);
    });

    it('counts zombies as defunct', async () => {
      const zombie = await docker.run({ image: images.programs, command: ['zombie', '3'] });
      const defunct = await valueAfter(
        'container_process_count',
        zombie,
        Date.now() / 1000 + 0.2,
        ',process_state="defunct"',
      );
      expect(defunct).toBe(3);
    });

    it('counts every thread, and every living child', async () => {
      const threads = await docker.run({ image: images.programs, command: ['threads', '200'] });
      const forks = await docker.run({ image: images.programs, command: ['fork-children', '4', '0', '0'] });
      await untilDone(forks);
      const now = Date.now() / 1000 + 0.2;
      expect(await valueAfter('container_process_thread_count', threads, now)).toBe(201);
      expect(await valueAfter('container_process_count', forks, now)).toBe(5);
    });

    it('counts what an ended child used once, however long it waits for its parent', async () => {
      const prompt = await docker.run({ image: images.programs, command: ['fork-children', '0', '1.5', '0'] });
      const delayed = await docker.run({ image: images.programs, command: ['fork-children', '0', '1.5', '4'] });
      for (const container of [prompt, delayed]) {
        await untilDone(container);
        const truth = (): number => cpuSeconds(container.pid);
        await expectTrue('container_process_cpu_time_seconds_total', container, truth, 2 * CPU_RESOLUTION_SECONDS);
      }
    });

    it('shows a container that starts later within one interval, and ends one that is removed', async () => {
      const late = await docker.run({ image: images.busybox, command: ['sleep', '1000'] });
      const startedSeconds = Date.now() / 1000;
      const first = await waitFor(
        'its first sample',
        async () =>
          (await pipeline.prometheus.range(`container_uptime_seconds{container_id="${late.id}"}[1m]`))[0]?.samples[0],
        { timeoutMs: 10 * INTERVAL_MS },
      );
      expect(first.timeSeconds - startedSeconds).toBeLessThanOrEqual((1.5 * INTERVAL_MS) / 1000);

      await docker.remove(late.id);
      const removedSeconds = Date.now() / 1000;
      const ended = await waitFor(
        'its staleness markers',
        async () => {
          const points = pointsOf(await pipeline.collector.received()).filter(
            ({ resource }) => resource['container.id'] === late.id,
          );
          return points.some(({ stale }) => stale) ? points : undefined;
        },
        { timeoutMs: 10 * INTERVAL_MS },
      );
      const seriesOf = (points: typeof ended) =>
        new Set(points.map(({ metric, attributes }) => `${metric} ${JSON.stringify(attributes)}`));
      expect(seriesOf(ended.filter(({ stale }) => stale))).toEqual(seriesOf(ended));

      const askedSeconds = removedSeconds + (2 * INTERVAL_MS) / 1000;
      await waitFor('two intervals', () => (Date.now() / 1000 > askedSeconds + 0.5 ? true : undefined), {
        timeoutMs: 10_000,
      });
      expect(await pipeline.prometheus.query(`{container_id="${late.id}"}`, askedSeconds)).toEqual([]);
    });

    it('ends with status 0 after a last cycle when it is told to', async () => {
      const before = Date.now() / 1000;
      expect(await pipeline.agent.stop()).toEqual({ code: 0, signal: null });
      const points = await waitFor(
        'the last cycle',
        async () => pointsOf(await pipeline.collector.received()).filter(({ timeSeconds }) => timeSeconds >= before)[0],
        { timeoutMs: 5_000 },
      );
      expect(points).toBeDefined();
    });
  },
);
