import { readFileSync } from 'node:fs';
import type { FleetMeasured } from '../bench/fleet/measured.ts';
import {
  METRIC_FAMILIES,
  type MetricDefinition,
  type MetricFamily,
  THINNING_ORDER,
} from '../src/instruments/definition.ts';
import { METRIC_DEFINITIONS } from '../src/instruments/definitions.ts';
import { ATTR_PROCESS_EXECUTABLE_NAME } from '../src/instruments/semconv.ts';

const TOP = new URL('../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, TOP), 'utf8');

/** What is assumed of a fleet, and said in the page. */
const CONTAINERS_PER_HOST = 30;
const INTERVAL_SECONDS = 10;
const FLEETS = [10, 1_000, 100_000];
const CORES_PER_COLLECTOR = 4;
const LOAD = 0.5;

const MIB = 2 ** 20;
const ORDER: readonly MetricFamily[] = THINNING_ORDER;

/** The value of the largest herd in a row of docs/performance.md. */
function measuredByBench(row: string): number {
  const line = read('docs/performance.md')
    .split('\n')
    .find((each) => each.startsWith(`| ${row} |`));
  const value = Number(/([\d.,]+)[ ▲]*\|$/.exec(line ?? '')?.[1]?.replaceAll(',', ''));
  if (!Number.isFinite(value)) throw new Error(`docs/performance.md has no row "${row}"`);
  return value;
}

const number = (value: number, digits = 0): string =>
  value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
const bytes = (value: number): string =>
  value >= 1e6 ? `${number(value / 1e6, 1)} MB` : `${number(value / 1e3, value < 1e5 ? 1 : 0)} kB`;
const seconds = (ms: number): string => `${number(ms / 1000)} s`;
const table = (rows: readonly (readonly string[])[]): string => rows.map((row) => `| ${row.join(' | ')} |`).join('\n');

function sizes({ collector }: FleetMeasured): string {
  const points = measuredByBench('points of a container-sample');
  const sent = measuredByBench('bytes sent of a container-sample');
  const cost = (file: string): number =>
    collector.tiers.find(({ name }) => name === file)!.cpuSecondsPerMillionPoints / 1e6;
  const row = (name: string, of: (hosts: number) => string): string[] => [name, ...FLEETS.map(of)];
  const samples = (hosts: number): number => (hosts * CONTAINERS_PER_HOST) / INTERVAL_SECONDS;
  const cores = (file: string) => (hosts: number) => samples(hosts) * points * cost(file);
  const collectors = (of: number): string => number(Math.ceil(of / (CORES_PER_COLLECTOR * LOAD)));
  const [balancer, gateway] = [cores('load-balancer.yaml'), cores('gateway.yaml')];
  return table([
    ['hosts', ...FLEETS.map((hosts) => number(hosts))],
    ['---', ...FLEETS.map(() => '---:')],
    row('containers', (hosts) => number(hosts * CONTAINERS_PER_HOST)),
    row('series', (hosts) => number(hosts * CONTAINERS_PER_HOST * points)),
    row('points a second', (hosts) => number(samples(hosts) * points)),
    row('requests a second', (hosts) => number(hosts / INTERVAL_SECONDS)),
    row('bytes a second, gzip', (hosts) => bytes(samples(hosts) * sent)),
    row('CPUs of gateways', (hosts) => number(gateway(hosts), 2)),
    row('gateways', (hosts) => collectors(gateway(hosts))),
    row('CPUs of load balancers', (hosts) => number(balancer(hosts), 2)),
    row('load balancers', (hosts) =>
      collectors(gateway(hosts)) === '1' ? 'none needed' : collectors(balancer(hosts)),
    ),
  ]);
}

function storms({ storms: all }: FleetMeasured): string {
  return table([
    ['capacity ÷ need', 'worst second after the return ÷ mean', 'caught up after', 'longest request'],
    ['---:', '---:', '---:', '---:'],
    ...all.map(({ capacity, peakAfter, drainMs, longestRequestMs }) => [
      number(capacity, 1),
      number(peakAfter, 1),
      seconds(drainMs),
      `${number(longestRequestMs / 1000, 1)} s`,
    ]),
  ]);
}

/** Series of one container, with one of each kind of which there may be many. */
function seriesOf(family: MetricFamily): number {
  return METRIC_DEFINITIONS.filter((metric) => metric.family === family && metric.name.startsWith('container.'))
    .map(setsOf)
    .reduce((sum, each) => sum + each, 0);
}

/** An attribute that only one value of another has, as the state of TCP, divides the sets of that one. */
function setsOf({ attributes }: MetricDefinition): number {
  const always = attributes.filter(({ only }) => only === undefined);
  const sometimes = attributes.filter(({ only }) => only !== undefined);
  const sets = always.reduce((product, { values }) => product * (values?.length ?? 1), 1);
  return sometimes.reduce((sum, { values }) => sum + (values?.length ?? 1) - 1, sets);
}

const seriesOfExecutable = (): number =>
  METRIC_DEFINITIONS.filter(({ attributes }) => attributes.some(({ name }) => name === ATTR_PROCESS_EXECUTABLE_NAME))
    .map(setsOf)
    .reduce((sum, each) => sum + each, 0);

const PER: Readonly<Partial<Record<MetricFamily, string>>> = {
  disk: ' for each device',
  network: ' for each interface',
};

function families(): string {
  const place = (family: MetricFamily): number => (ORDER.includes(family) ? ORDER.indexOf(family) : ORDER.length);
  const all = (Object.keys(METRIC_FAMILIES) as MetricFamily[]).toSorted((a, b) => place(a) - place(b));
  return table([
    ['family', 'on by default', 'series of a container, at most', 'goes when cycles are too long'],
    ['---', '---', '---:', '---'],
    ...all.map((family) => [
      `\`${family}\``,
      METRIC_FAMILIES[family].enabledByDefault ? 'yes' : 'no',
      family === 'executables'
        ? `${seriesOfExecutable()} for each executable`
        : `${seriesOf(family)}${PER[family] ?? ''}`,
      ORDER.includes(family) ? `${place(family) + 1}.` : 'never',
    ]),
  ]);
}

/** Text of docs/fleet.md. */
export function generateFleetPage(): string {
  const measured = JSON.parse(read('bench/fleet/measured.json')) as FleetMeasured;
  const { machine, collector, phases, storms: all } = measured;
  const { agents, outageMs, peakAtFirst, peakWhileAway } = all[0]!;
  const cost = collector.tiers.map(
    ({ name, cpuSecondsPerMillionPoints: cpu, residentBytes }) =>
      `${name} ${number(cpu, 2)} s (${number(residentBytes / MIB)} MiB)`,
  );
  return `# Many hosts

<!-- Generated by "npm run docs" from scripts/fleet-page.ts, bench/fleet/measured.json and docs/performance.md. -->

What a fleet of agents sends, what takes it, and what happens when that is away. Points and bytes of a container in a cycle are those
of the largest herd in [performance.md](performance.md) (\`npm run bench -- --page\`); all else was measured or simulated by
\`npm run bench:fleet\` on ${machine.date} (${machine.kernel}, ${machine.cpus} × ${machine.cpu}, Collector ${collector.version}), on a machine that others used as well.

## What it takes

With ${CONTAINERS_PER_HOST} containers a host, an interval of ${INTERVAL_SECONDS} s and the default metrics. A Collector here has ${CORES_PER_COLLECTOR} CPUs and is used to ${number(100 * LOAD)} %; what agents say of
themselves is left out.

${sizes(measured)}

CPU time for a million points, and resident memory, at ${number(collector.pointsPerSecond)} points a second: ${cost.join(', ')}. Measured with both
files of [deploy/fleet](../deploy/fleet) as they are, from requests that an agent sent of ${collector.containersOfRequest} containers, replayed over the loopback
interface; the gateway wrote them to a receiver that took everything. A back-end's own needs are its makers' to say: count the series.

- **Up to a few hundred hosts** agents push to one Collector ([deploy/otel-collector.yaml](../deploy/otel-collector.yaml)); two behind a TCP load balancer for the sake of
  failures.
- **Thousands**: [load-balancer.yaml](../deploy/fleet/load-balancer.yaml) in front of [gateway.yaml](../deploy/fleet/gateway.yaml). The first keeps each host with one gateway. Neither has a
  queue: an agent's request is answered when the back-end has taken it, and what it does not take waits on the agent's disk. The back-end is
  one that takes remote writes and shards by itself (Mimir, Thanos, VictoriaMetrics): so many series are too many for one Prometheus.
- **Where several readers want the data**, or the back-end is away for longer than agents keep it: [to-kafka.yaml](../deploy/fleet/to-kafka.yaml) and [from-kafka.yaml](../deploy/fleet/from-kafka.yaml).

## When agents push

Each agent has its place in the interval, by a hash of the host (\`host.id\`, else the host's name), and keeps it over restarts. Of
${number(phases.agents)} agents the worst second has ${number(phases.peakOverMean, 2)} × the mean. That holds from the second interval on: the first cycle of an agent runs at
once, within a second, so agents that all start in the same moment push ${number(phases.firstSecondOverMean, 1)} × the mean in their first second. Restart a
fleet in waves, as any rollout does.

## When the gateways were away

An agent tries again after 1 s, then ever later, up to 30 s, each time give or take a fifth; when it gets through it sends what waits back to
back, one request at a time. Simulated with the agent's own delivery and outbox, ${number(agents)} agents and ${number(outageMs / 60_000)} minutes without gateways: attempts
reach ${number(peakAtFirst, 1)} × the mean rate of requests in the worst second of the first minute, ${number(peakWhileAway, 1)} × afterwards. When the gateways are back:

${storms(measured)}

Nothing is lost. With capacity for *c* times the need an outage of *t* is caught up after about *t* ÷ (*c* − 1), and since each agent has one
request in flight, none waits longer than the interval ÷ *c*: below \`push.timeoutMs\`, so no request is sent twice. For an hour's outage to be caught up in an hour, have
twice the capacity. The disk of an agent holds \`outbox.maxBytes\` and \`outbox.maxAgeSeconds\`; the back-end has to take samples that old.

## Series, and what to switch off first

In the order in which Plimsoll itself leaves families out while cycles are too long ([why](adr/0022-what-is-thinned-is-not-read.md)); \`metrics.<family>.enabled\` switches one off,
\`metrics.exclude\` single metrics. Limits that a container does not have, and states that it is not in, make no series.

${families()}
`;
}
