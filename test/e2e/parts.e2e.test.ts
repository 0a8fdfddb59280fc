import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../parts.ts';
import { startCollector } from './parts/collector.ts';
import { createDocker, type Docker } from './parts/docker.ts';
import { startEngine } from './parts/engine.ts';
import { type Images, importImages } from './parts/images.ts';
import { cpuSeconds, interfaceCounters, memoryAnonBytes, memoryUsageBytes } from './parts/kernel.ts';
import { startPrometheus } from './parts/prometheus.ts';
import { createReleasers } from './parts/releasers.ts';
import { waitFor } from './parts/wait.ts';

describeWith(
  ['root', 'docker', 'dockerd', 'busybox', 'gcc', 'collector', 'prometheus'],
  'the real parts of the tests',
  () => {
    const releasers = createReleasers();
    let docker: Docker;
    let images: Images;

    beforeAll(async () => {
      docker = createDocker({ releasers });
      images = await importImages();
    });
    afterAll(() => releasers.release());

    it('make loads that the kernel accounts as they say they are', async () => {
      const sink = await docker.run({ image: images.programs, command: ['sink', '9000'] });
      const to = `${await docker.address(sink.name)}:9000`;
      const flags = ['--threads', '2', '--seconds', '0.5', '--hold', '20000000', '--send-bytes', '1000000', '--to', to];
      const load = await docker.run({ image: images.programs, command: ['load', ...flags] });
      const done = await waitFor(
        'the load is done',
        async () => /done user_us=(\d+) system_us=(\d+)/.exec(await docker.logs(load.name)) ?? undefined,
        { timeoutMs: 20_000 },
      );
      const usedSeconds = (Number(done[1]) + Number(done[2])) / 1e6;
      expect(usedSeconds).toBeGreaterThanOrEqual(1);
      expect(cpuSeconds(load.pid)).toBeGreaterThanOrEqual(usedSeconds);
      expect(memoryAnonBytes(load.pid)).toBeGreaterThanOrEqual(20_000_000);
      expect(memoryUsageBytes(load.pid)).toBeGreaterThanOrEqual(20_000_000);
      // Payload and at least an IP and a UDP header each.
      expect(interfaceCounters(load.pid, 'eth0').transmittedBytes).toBeGreaterThan(1_000_000);
      await docker.docker(['kill', '--signal', 'USR1', sink.name]);
      await waitFor('the bytes arrive', async () => (await docker.logs(sink.name)).includes('received') || undefined, {
        timeoutMs: 5_000,
      });
      expect(await docker.logs(sink.name)).toContain('received bytes=1000000');
    });

    it('start, end, and start an engine again', async () => {
      const engine = await startEngine(releasers);
      const { busybox } = await importImages(engine.host);
      const container = await engine.docker.run({ image: busybox, command: ['sleep', '1000'] });
      await engine.kill();
      expect(() => process.kill(container.pid, 0)).not.toThrow();
      await engine.start();
      expect(await engine.docker.docker(['ps', '--all', '--quiet', '--no-trunc'])).toBe(container.id);
    });

    it('carry a point from OTLP to PromQL', async () => {
      const prometheus = await startPrometheus(releasers);
      const collector = await startCollector({ releasers, remoteWriteUrl: prometheus.remoteWriteUrl });
      const nowNs = `${Date.now()}000000`;
      const gauge = { dataPoints: [{ timeUnixNano: nowNs, asDouble: 7 }] };
      const scopeMetrics = [{ metrics: [{ name: 'test.value', unit: 's', gauge }] }];
      const attributes = [{ key: 'container.name', value: { stringValue: 'one' } }];
      const response = await fetch(`${collector.endpoint}/v1/metrics`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ resourceMetrics: [{ resource: { attributes }, scopeMetrics }] }),
      });
      expect(response.status).toBe(200);
      const sample = await waitFor('the sample', async () => (await prometheus.query('test_value_seconds'))[0], {
        timeoutMs: 20_000,
      });
      expect(sample).toMatchObject({ value: 7, labels: { container_name: 'one' } });
      await waitFor('the file', async () => (await collector.received())[0], { timeoutMs: 5_000 });
    });
  },
);
