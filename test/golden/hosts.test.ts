import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  NO_RECORDED_VALUE,
  type OtlpMetricsRequest,
  type OtlpResourceMetrics,
} from '../../src/otlp/metrics-request.ts';
import type { Protocol } from '../../src/push/encoding.ts';
import { type FixtureHost, openFixtureHost } from './fixture-host.ts';
import { expectGolden } from './golden-file.ts';
import { attributeOf, metricNames, metricOf, pointsOf, resourceOf } from './request.ts';

/*
 * A captured host and a fake engine → the exact request. README.md of test/fixtures/hosts says what each container is.
 */

const FIRST_CYCLE_MS = Date.parse('2026-11-23T00:10:00.000Z');
const INTERVAL_MS = 10_000;
const SECOND_CYCLE_MS = FIRST_CYCLE_MS + INTERVAL_MS;
const THIRD_CYCLE_MS = SECOND_CYCLE_MS + INTERVAL_MS;
const PROTOCOLS: readonly Protocol[] = ['http/protobuf', 'http/json'];

/** Adds to a number in one of the files of the tree, as the kernel would in ten seconds. */
function grow(host: FixtureHost, pattern: string, line: RegExp, by: number): void {
  const [file] = globSync(pattern, { cwd: host.root });
  if (file === undefined) throw new Error(`the tree has no ${pattern}`);
  const path = join(host.root, file);
  const text = readFileSync(path, 'utf8');
  writeFileSync(
    path,
    text.replace(line, (whole, number: string) => whole.replace(number, String(Number(number) + by))),
  );
}

/** Two cycles with one more second of user time of `shop` between them: half of its limit is not reached. */
async function twoCycles(host: FixtureHost): Promise<OtlpMetricsRequest> {
  const shop = host.documents.get('shop')!.Id;
  await host.cycle(FIRST_CYCLE_MS);
  grow(host, `sys/fs/cgroup/{cpuacct/,}docker/${shop}/{cpuacct,cpu}.stat`, /^user (\d+)/m, 100);
  grow(host, `sys/fs/cgroup/{cpuacct/,}docker/${shop}/{cpuacct,cpu}.stat`, /^user_usec (\d+)/m, 1_000_000);
  const clock = `{cpuacct/docker/${shop}/cpuacct.usage,docker/${shop}/cpu.stat}`;
  grow(host, `sys/fs/cgroup/${clock}`, /^(?:usage_usec )?(\d+)/, 1_000_000);
  return (await host.cycle(SECOND_CYCLE_MS))!;
}

const openHosts: FixtureHost[] = [];
async function open(name: string, protocol: Protocol): Promise<FixtureHost> {
  const host = await openFixtureHost(name, protocol);
  openHosts.push(host);
  return host;
}

afterEach(async () => {
  for (const host of openHosts.splice(0)) await host.close();
});

describe.each(['v1-docker', 'v2-docker'])('the host %s', (name) => {
  describe.each(PROTOCOLS)('over %s', (protocol) => {
    it('makes exactly the request of the golden file', async () => {
      expectGolden(name, await twoCycles(await open(name, protocol)));
    });
  });

  describe('in its request', () => {
    let host: FixtureHost;
    let request: OtlpMetricsRequest;
    let shop: OtlpResourceMetrics;

    beforeEach(async () => {
      host = await open(name, 'http/protobuf');
      request = await twoCycles(host);
      shop = resourceOf(request, 'shop');
    });

    it('has one resource for each container', () => {
      const names = (request.resourceMetrics ?? []).map((each) => attributeOf(each, 'container.name'));
      expect(names.sort()).toEqual(['cold', 'job', 'node', 'shop', 'sidecar']);
    });

    it('names services after their Compose label and keeps other labels to itself', () => {
      expect(attributeOf(shop, 'service.name')).toBe('shop');
      expect(attributeOf(shop, 'container.label.com.docker.compose.service')).toBe('shop');
      expect(attributeOf(shop, 'container.label.team.note')).toBeUndefined();
      expect(attributeOf(resourceOf(request, 'node'), 'service.name')).toBe('node');
    });

    it('names the host that is mounted and not the one that the agent runs on', () => {
      expect(attributeOf(shop, 'host.name')).toBe(name === 'v1-docker' ? 'fixture-v1' : 'fixture-v2');
    });

    it("lets every cumulative point begin with its container's start", () => {
      for (const [container, { State }] of host.documents) {
        const startNano = `${BigInt(Date.parse(State.StartedAt)) * 1_000_000n}`;
        const starts = pointsOf(resourceOf(request, container)).map(({ startTimeUnixNano }) => startTimeUnixNano);
        expect(new Set(starts), container).toEqual(new Set([startNano]));
      }
    });

    it('reports a network namespace once and the network of the host not at all', () => {
      const reporting = ['shop', 'sidecar', 'node', 'cold'].filter((container) =>
        metricNames(resourceOf(request, container)).some((metric) => metric.startsWith('container.network.')),
      );
      expect(reporting).toEqual(['shop', 'cold']);
    });

    it('has limits for the container that has some and no points for the others', () => {
      const limits = ['container.cpu.limit', 'container.memory.limit', 'container.memory.available'];
      expect(metricNames(shop)).toEqual(expect.arrayContaining(limits));
      for (const container of ['sidecar', 'node', 'cold']) {
        expect(metricNames(resourceOf(request, container)), container).not.toEqual(
          expect.arrayContaining([expect.stringMatching(/\.limit$|\.available$/)]),
        );
      }
      expect(metricOf(shop, 'container.cpu.limit')?.sum?.dataPoints?.[0]?.asDouble).toBe(0.5);
      expect(metricOf(shop, 'container.memory.limit')?.sum?.dataPoints?.[0]?.asInt).toBe(String(64 * 1024 * 1024));
    });

    it('counts the processes of child cgroups and the one whose name holds brackets', () => {
      const points = metricOf(shop, 'container.process.count')?.sum?.dataPoints ?? [];
      const count = points.reduce((sum, { asInt }) => sum + Number(asInt), 0);
      expect(count).toBe(2);
    });

    it('counts zombies, which the cgroup does not list, as defunct', () => {
      const points = metricOf(resourceOf(request, 'sidecar'), 'container.process.count')?.sum?.dataPoints ?? [];
      const defunct = points.find(({ attributes }) => attributes?.[0]?.value?.stringValue === 'defunct');
      expect(defunct?.asInt).toBe('2');
    });

    it('has the CPUs in use from the second cycle on: one second in ten is a tenth', () => {
      const points = metricOf(shop, 'container.cpu.usage')?.gauge?.dataPoints ?? [];
      expect(points.map(({ asDouble }) => asDouble).sort()).toEqual([0, expect.closeTo(0.1, 9)]);
    });

    it('tells how a container ended that stopped a short time ago, and nothing that it would have to run for', () => {
      const job = resourceOf(request, 'job');
      const names = ['container.exit.code', 'container.oom_killed', 'container.restart.count', 'container.status'];
      expect(metricNames(job).sort()).toEqual(names);
      expect(metricOf(job, 'container.exit.code')?.gauge?.dataPoints?.map(({ asInt }) => asInt)).toEqual(['3']);
    });

    it('measures a paused container and says that it is paused', () => {
      const points = metricOf(resourceOf(request, 'cold'), 'container.status')?.sum?.dataPoints ?? [];
      const current = points.filter(({ asInt }) => asInt === '1').flatMap(({ attributes = [] }) => attributes);
      expect(current).toEqual([{ key: 'container.status', value: { stringValue: 'paused' } }]);
    });
  });

  it.each(PROTOCOLS)('ends every series of a container that is gone, over %s', async (protocol) => {
    const host = await open(name, protocol);
    const before = await twoCycles(host);
    host.engine.remove(host.documents.get('cold')!.Id);
    await expect.poll(() => host.discover()).not.toContain('cold');
    const after = (await host.cycle(THIRD_CYCLE_MS))!;
    const ended = pointsOf(resourceOf(after, 'cold'));
    expect(ended.length).toBe(pointsOf(resourceOf(before, 'cold')).length);
    expect(new Set(ended.map(({ flags }) => flags))).toEqual(new Set([NO_RECORDED_VALUE]));
    expect(pointsOf(resourceOf(after, 'shop')).every(({ flags = 0 }) => flags === 0)).toBe(true);
  });
});
