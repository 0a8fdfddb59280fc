import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createOtlpEndpoint } from '../fakes/otlp-endpoint.ts';
import { describeWith } from '../parts.ts';
import { countArrivals } from './outage/arrivals.ts';
import { type Cycles, INTERVAL_MS, POINTS_PER_CONTAINER, startCycles } from './outage/cycles.ts';
import { REPOSITORY } from './parts/cache.ts';
import { type Collector, startCollector } from './parts/collector.ts';
import { freePort } from './parts/free-port.ts';
import { startQuickAgent } from './parts/pipeline.ts';
import { type Prometheus, startPrometheus } from './parts/prometheus.ts';
import { createReleasers, type Releasers } from './parts/releasers.ts';
import { waitFor } from './parts/wait.ts';

const CONTAINERS = 300;
const HOUR = 360;
const MEBIBYTE = 2 ** 20;
/** An attempt may be as far away as the longest pause between two of them. */
const PATIENCE = { timeoutMs: 90_000, everyMs: 20 };
const EVERY_POINT = { missing: 0, repeated: 0, disordered: 0, wrong: 0 };

/** Times of that many cycles, the last of them now. */
const firstOf = (cycles: number): number => Math.floor(Date.now() / 1000) * 1000 - cycles * INTERVAL_MS;

const untilFewerWait = (cycles: Cycles, than: number) =>
  waitFor(
    `fewer than ${than} batches wait`,
    async () => (await cycles.look()).waitingBatches < than || undefined,
    PATIENCE,
  );
const untilNoneWaits = (cycles: Cycles) => untilFewerWait(cycles, 1);

describeWith(['linux', 'collector', 'prometheus'], 'a Collector that is away', () => {
  let releasers: Releasers;
  beforeEach(() => {
    releasers = createReleasers();
  });
  afterEach(() => releasers.release());

  it(`for an hour, ${HOUR} cycles of ${CONTAINERS} containers, gets every point once and in order`, async () => {
    const deployed = await readFile(join(REPOSITORY, 'deploy/prometheus.yaml'), 'utf8');
    const prometheus = await startPrometheus(releasers, deployed);
    const { remoteWriteUrl } = prometheus;
    // Another agent's series go on meanwhile, so that what comes late is behind Prometheus' newest sample.
    const ofOther = await startCollector({ releasers, remoteWriteUrl });
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: ofOther.endpoint, PLIMSOLL_DISCOVERY_SOURCE: 'docker' };
    await startQuickAgent(releasers, { ...env, DOCKER_HOST: 'unix:///no/docker.sock' });

    const port = await freePort();
    const [before, after] = [60, 5];
    const all = before + HOUR + after;
    const firstMs = firstOf(all);
    const first = await startCollector({ releasers, port, remoteWriteUrl });
    const cycles = await startCycles({
      releasers,
      containers: CONTAINERS,
      firstMs,
      endpoint: first.endpoint,
      // Batches so large that an hour of them would be seen in the memory.
      env: { OTEL_EXPORTER_OTLP_COMPRESSION: 'none' },
    });
    await cycles.run(before);
    await untilNoneWaits(cycles);
    const early = await cycles.look();
    await first.stop();

    const held = await cycles.run(HOUR);
    const measured = JSON.stringify({ early, held });
    expect(held.waitingBatches, measured).toBe(HOUR);
    expect(held.dropped, measured).toEqual({ full: 0, expired: 0, rejected: 0, unreadable: 0 });
    expect(held.residentBytes / early.residentBytes, measured).toBeLessThan(1.2);
    expect(held.fileBytes, measured).toBeLessThan(2 * held.waitingBytes + 20 * MEBIBYTE);

    const second = await startCollector({ releasers, port, remoteWriteUrl });
    await untilFewerWait(cycles, HOUR);
    const drainedFromMs = performance.now();
    await untilNoneWaits(cycles);
    const drainSeconds = (performance.now() - drainedFromMs) / 1000;
    expect(HOUR / drainSeconds, 'cycles a second').toBeGreaterThan(5 * (1000 / INTERVAL_MS));
    const late = await cycles.run(after);
    // What waited was never in memory: all of it would be seen.
    const grownBytes = late.peakResidentBytes - early.residentBytes;
    expect(grownBytes / held.waitingBytes, JSON.stringify({ early, held, late })).toBeLessThan(0.6);
    expect((await cycles.stop()).fileBytes).toBeLessThan(MEBIBYTE);

    expect(await countArrivals([first.file, second.file], { firstMs, cycles: all })).toEqual({
      series: CONTAINERS * POINTS_PER_CONTAINER,
      points: CONTAINERS * POINTS_PER_CONTAINER * all,
      ...EVERY_POINT,
    });
    await waitFor(
      'every point is in Prometheus',
      async () => {
        const counts = await prometheus.query('count_over_time(container_uptime_seconds[3h])');
        expect(counts.map(({ value }) => value)).toEqual(Array.from({ length: CONTAINERS }, () => all));
        return true;
      },
      { timeoutMs: 30_000 },
    );
    const [other] = await prometheus.query('time() - timestamp(plimsoll_containers)');
    expect(other!.value, 'the other series go on').toBeLessThan(10);
  }, 300_000);

  it('from the start gets everything when it comes', async () => {
    const port = await freePort();
    const [away, after] = [60, 3];
    const firstMs = firstOf(away + after);
    const cycles = await startCycles({ releasers, containers: 30, firstMs, endpoint: `http://127.0.0.1:${port}` });
    expect(await cycles.run(away)).toMatchObject({ waitingBatches: away });
    const { file } = await startCollector({ releasers, port });
    await untilNoneWaits(cycles);
    await cycles.run(after);
    expect(await cycles.stop()).toMatchObject({ waitingBatches: 0 });
    expect(await countArrivals([file], { firstMs, cycles: away + after })).toMatchObject({
      series: 90,
      ...EVERY_POINT,
    });
  });

  it('every few cycles gets everything once and in order', async () => {
    const port = await freePort();
    const [rounds, cyclesOfEach] = [8, 3];
    const all = 2 * rounds * cyclesOfEach;
    const firstMs = firstOf(all);
    const cycles = await startCycles({ releasers, containers: 30, firstMs, endpoint: `http://127.0.0.1:${port}` });
    const collectors: Collector[] = [];
    for (let round = 0; round < rounds; round++) {
      await collectors.at(-1)?.stop();
      await cycles.run(cyclesOfEach);
      collectors.push(await startCollector({ releasers, port }));
      await cycles.run(cyclesOfEach);
      // Every second time it stays until it was seen to be back.
      if (round % 2 === 0) await untilNoneWaits(cycles);
    }
    await untilNoneWaits(cycles);
    const files = collectors.map(({ file }) => file);
    expect(await countArrivals(files, { firstMs, cycles: all })).toMatchObject({ series: 90, ...EVERY_POINT });
  });

  it('because it was killed with requests in flight loses nothing, and repeats at most what was in flight', async () => {
    const port = await freePort();
    const [kills, cyclesOfEach, containers] = [6, 40, 100];
    const all = (kills + 1) * cyclesOfEach;
    const firstMs = firstOf(all);
    const cycles = await startCycles({ releasers, containers, firstMs, endpoint: `http://127.0.0.1:${port}` });
    await cycles.run(cyclesOfEach);
    const files: string[] = [];
    for (let kill = 0; kill < kills; kill++) {
      const { waitingBatches } = await cycles.run(cyclesOfEach);
      const collector = await startCollector({ releasers, port });
      files.push(collector.file);
      await untilFewerWait(cycles, waitingBatches - 1);
      await collector.process.stop({ signal: 'SIGKILL' });
      expect((await cycles.look()).waitingBatches, 'it was killed while they were sent').toBeGreaterThan(0);
    }
    files.push((await startCollector({ releasers, port })).file);
    await untilNoneWaits(cycles);
    const { repeated, ...arrivals } = await countArrivals(files, { firstMs, cycles: all });
    expect(arrivals).toMatchObject({ series: 3 * containers, missing: 0, disordered: 0, wrong: 0 });
    expect(repeated).toBeLessThanOrEqual(kills * POINTS_PER_CONTAINER * containers);
  });

  it('for the answer only gets those points twice, identical', async () => {
    const collector = await startCollector({ releasers });
    const lossy = await createOtlpEndpoint();
    releasers.add('lossy endpoint', lossy.close);
    let lost = 0;
    lossy.answer(async (response, { headers, body }) => {
      const forwarded = { 'content-type': headers['content-type']!, 'content-encoding': headers['content-encoding']! };
      const url = `${collector.endpoint}/v1/metrics`;
      const { status } = await fetch(url, { method: 'POST', headers: forwarded, body: new Uint8Array(body) });
      if (status !== 200 || lossy.received.length % 20 !== 1) return void response.writeHead(status).end();
      lost += 1;
      response.socket?.destroy();
    });
    const [all, containers] = [60, 30];
    const firstMs = firstOf(all);
    const endpoint = lossy.url.replace('/v1/metrics', '');
    const cycles = await startCycles({ releasers, containers, firstMs, endpoint });
    await cycles.run(all);
    await untilNoneWaits(cycles);
    expect(lost).toBeGreaterThanOrEqual(3);
    expect(await countArrivals([collector.file], { firstMs, cycles: all })).toEqual({
      ...EVERY_POINT,
      series: POINTS_PER_CONTAINER * containers,
      points: POINTS_PER_CONTAINER * containers * (all + lost),
      repeated: POINTS_PER_CONTAINER * containers * lost,
    });
  });

  it('leaves points that a Prometheus without the window refuses, and one with it takes', async () => {
    const deployed = await readFile(join(REPOSITORY, 'deploy/prometheus.yaml'), 'utf8');
    const send = async (prometheus: Prometheus, name: string, ageMinutes: number): Promise<void> => {
      const { endpoint } = collectors.get(prometheus)!;
      const timeUnixNano = `${Date.now() - ageMinutes * 60_000}000000`;
      const scopeMetrics = [{ metrics: [{ name, gauge: { dataPoints: [{ timeUnixNano, asDouble: 7 }] } }] }];
      const body = JSON.stringify({ resourceMetrics: [{ resource: {}, scopeMetrics }] });
      await fetch(`${endpoint}/v1/metrics`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    };
    const collectors = new Map<Prometheus, Collector>();
    for (const text of ['', deployed]) {
      const prometheus = await startPrometheus(releasers, text);
      const { remoteWriteUrl } = prometheus;
      collectors.set(prometheus, await startCollector({ releasers, remoteWriteUrl }));
      await send(prometheus, 'now', 0);
      await waitFor('the newest sample', async () => (await prometheus.query('now'))[0], { timeoutMs: 20_000 });
      for (const age of [50, 70]) await send(prometheus, `of_${age}_minutes_ago`, age);
      await send(prometheus, 'last', 0);
      await waitFor('the last sample', async () => (await prometheus.query('last'))[0], { timeoutMs: 20_000 });
    }
    const [without, withWindow] = [...collectors.keys()] as [Prometheus, Prometheus];
    const old = (prometheus: Prometheus, age: number) => prometheus.query(`last_over_time(of_${age}_minutes_ago[2h])`);
    expect(await old(without, 50)).toHaveLength(1);
    expect(await old(without, 70)).toHaveLength(0);
    expect(await old(withWindow, 70)).toHaveLength(1);
  });
});
