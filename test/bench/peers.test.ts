import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { parseCadvisor } from '../../bench/peers/cadvisor.ts';
import { parseProcessExporter } from '../../bench/peers/process-exporter.ts';
import type { DockerHerdResult, PeerResult } from '../../bench/peers/result.ts';
import { startScraper } from '../../bench/peers/scraper.ts';
import { costsOf, peerTables } from '../../bench/peers/table.ts';

const [A, B, OTHER] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];

describe('what peers answer', () => {
  it('cAdvisor: series and times of the herd, and nothing of other cgroups', () => {
    const text = `# HELP container_cpu_usage_seconds_total x
container_cpu_usage_seconds_total{cpu="total",id="/docker/${A}",name="herd-1"} 1.5 1700000000000
container_memory_rss{id="/docker/${A}",name="herd-1"} 1e+06 1700000000500
container_memory_rss{id="/docker/${B}",name="herd-2"} 1e+06 1700000002000
container_spec_cpu_shares{id="/docker/${B}",name="herd-2"} 1024
container_memory_rss{id="/docker/${OTHER}"} 1 1600000000000
container_memory_rss{id="/"} 1 1600000000000
machine_cpu_cores 2
`;
    expect(parseCadvisor({ text, tookMs: 1 }, new Set([A, B]))).toEqual({
      containers: 2,
      series: 4,
      spreadMs: 1_500,
      readAtMs: new Map([
        [A, 1_700_000_000_500],
        [B, 1_700_000_002_000],
      ]),
    });
  });

  it('process-exporter: groups, and how long it read', () => {
    const text = `namedprocess_namegroup_cpu_seconds_total{groupname="12",mode="user"} 1
namedprocess_namegroup_cpu_seconds_total{groupname="13",mode="user"} 1
namedprocess_namegroup_num_procs{groupname="13"} 1
namedprocess_scrape_errors 0
`;
    expect(parseProcessExporter({ text, tookMs: 7 })).toEqual({ containers: 2, series: 3, spreadMs: 7 });
  });
});

describe('what is said of peers', () => {
  const peer = (name: string, cpuSeconds: number, engineCpuSeconds: number): PeerResult => ({
    name,
    version: '1.0',
    cpuSeconds,
    engineCpuSeconds,
    floor: { cpuSeconds: 0.06, files: 1, failures: 0, cycles: 6 },
    memory: { residentBytes: 50e6, peakBytes: 60e6 },
    deliveries: { samples: 600, readAnew: 300, points: 6_000, bytes: 1, spreadsMs: [5] },
  });
  const herd: DockerHerdResult = {
    containers: 100,
    engine: '1',
    files: 2_000,
    intervalMs: 10_000,
    windowMs: 60_000,
    engineAloneCpuSeconds: 0.3,
    peers: [peer('Plimsoll', 0.18, 0.29), peer('cAdvisor', 1.2, 0.6), peer('other', 0.6, 0.3)],
    leftOut: ['process-exporter: install it'],
  };

  it('counts what they make the engine do, and not what it does anyway', () => {
    const [ours, cadvisor] = herd.peers.map((each) => costsOf(each, herd));
    expect(ours).toMatchObject({ engineUs: 0 });
    expect(ours!.floorUs).toBeCloseTo(100);
    expect(ours!.sumUs).toBeCloseTo(300);
    expect(cadvisor!.ownUs).toBeCloseTo(2_000);
    expect(cadvisor!.anewUs).toBeCloseTo(5_000);
    expect(cadvisor!.engineUs).toBeCloseTo(500);
  });

  it('has the ratio first, with its budget for cAdvisor alone, and says who is missing', () => {
    const [table] = peerTables([herd]);
    const lines = table!.split('\n');
    expect(lines[0]).toBe('| 100 containers of a real engine | budget | Plimsoll 1.0 | cAdvisor 1.0 | other 1.0 |');
    expect(lines[2]).toBe('| CPU of a container-sample: Plimsoll ÷ it | ≤ 0.1 of cAdvisor | 1.000 | 0.120 ▲ | 0.300 |');
    expect(table).toContain('Left out: process-exporter: install it.');
  });
});

it('who is scraped is asked every interval, and what was not read again is told apart', async () => {
  let asked = 0;
  const server = createServer((_, response) => {
    asked += 1;
    response.end(String(asked));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const scraper = startScraper({
    url: `http://127.0.0.1:${port}/`,
    intervalMs: 20,
    // One container is read each time, the other one every second time.
    parse: ({ text }) => ({
      containers: 2,
      series: 10,
      spreadMs: 1,
      readAtMs: new Map([
        ['a', Number(text)],
        ['b', Math.floor(Number(text) / 2)],
      ]),
    }),
  });
  while (asked < 9) await new Promise((resolve) => setTimeout(resolve, 5));
  await scraper.stop();
  server.close();
  const { samples, points, readAnew } = scraper.take();
  const scrapes = samples / 2;
  expect(scrapes).toBeGreaterThanOrEqual(8);
  expect(points).toBe(10 * scrapes);
  expect(readAnew).toBe(scrapes - 1 + Math.floor(scrapes / 2));
});
