import { existsSync, readFileSync, statSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { describeWith } from '../parts.ts';
import { buildAgentImage } from './parts/agent-image.ts';
import { REPOSITORY } from './parts/cache.ts';
import { type Collector, startCollector } from './parts/collector.ts';
import { composeFlags } from './parts/compose-flags.ts';
import { createDocker, type Docker, type TestContainer } from './parts/docker.ts';
import { type Engine, startEngine } from './parts/engine.ts';
import { importImages } from './parts/images.ts';
import { cpuSeconds, interfaceCounters, residentAnonBytes } from './parts/kernel.ts';
import { INTERVAL_MS, startQuickAgent } from './parts/pipeline.ts';
import { pointsOf, type ReceivedPoint } from './parts/points.ts';
import { createReleasers } from './parts/releasers.ts';
import { createTempDir } from './parts/temp-dir.ts';
import { waitFor } from './parts/wait.ts';

const CPU_RESOLUTION_SECONDS = 0.02;
/** The kernel charges memory to a cgroup in advance, up to 64 pages for each processor. */
const MEMORY_RESOLUTION_BYTES = 2 * 64 * 4096;
const HELD_BYTES = 24 * 1024 * 1024;
const SENT_BYTES = 500_000;
/** A point bears the time of its cycle, which is a little after or before that of the single read. */
const READ_SECONDS = 0.2;
/** Names the agent that a point comes from. */
const VANTAGE = 'test.vantage';
const LIST_OUTBOX = ['node', '-p', "fs.readdirSync('/var/lib/plimsoll').join()"];
/** What the sidecars run as, and the application beside them. */
const USER = '65532:65532';

describeWith(['linux', 'root', 'docker', 'busybox', 'gcc', 'collector'], 'the agent in a container of its own', () => {
  const releasers = createReleasers();
  let docker: Docker;
  let collector: Collector;
  let programs: string;
  let image: string;

  beforeAll(async () => {
    docker = createDocker({ releasers });
    ({ programs } = await importImages());
    // What the containers reach this machine by; nothing beyond it can. An engine that has just made its bridge knows the
    // address of a container only.
    const { id } = await docker.run({ image: programs, command: ['sleep', '1000'] });
    const gateway = await docker.docker(['inspect', '--format', '{{.NetworkSettings.Gateway}}', id]);
    collector = await startCollector({ releasers, address: gateway });
    image = await buildAgentImage(releasers);
  });
  afterAll(() => releasers.release());

  const environment = (vantage: string): Record<string, string> => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_RESOURCE_ATTRIBUTES: `${VANTAGE}=${vantage}`,
    PLIMSOLL_COLLECTION_INTERVAL_MS: String(INTERVAL_MS),
    PLIMSOLL_COLLECTION_TIMEOUT_MS: String(INTERVAL_MS),
    PLIMSOLL_COLLECTION_THINNING_ENABLED: 'false',
  });

  const runAgent = (vantage: string, flags: readonly string[], env: Record<string, string> = {}) => {
    const variables = Object.entries({ ...environment(vantage), ...env });
    const set = variables.flatMap(([name, value]) => ['--env', `${name}=${value}`]);
    return docker.run({ image, flags: [...flags, ...set], command: ['run'] });
  };

  /** What one agent has sent so far of one container. */
  const received = async (vantage: string, containerId: string): Promise<ReceivedPoint[]> =>
    pointsOf(await collector.received()).filter(
      ({ resource }) => resource[VANTAGE] === vantage && resource['container.id'] === containerId,
    );

  /** The points of a container's cycle that began some time after now. */
  const nextCycle = async (vantage: string, containerId: string): Promise<ReceivedPoint[]> => {
    const fromSeconds = Date.now() / 1000 + READ_SECONDS;
    return waitFor(
      `a cycle of ${vantage}`,
      async () => {
        const points = (await received(vantage, containerId)).filter(({ timeSeconds }) => timeSeconds > fromSeconds);
        // The next one has begun, so this one is whole.
        const times = [...new Set(points.map(({ timeSeconds }) => timeSeconds))].sort();
        return times.length > 1 ? points.filter(({ timeSeconds }) => timeSeconds === times[0]) : undefined;
      },
      { timeoutMs: 20 * INTERVAL_MS },
    );
  };

  const isDone = (container: TestContainer) =>
    waitFor('the load is done', async () => (await docker.logs(container.id)).includes('done ') || undefined, {
      timeoutMs: 60_000,
    });

  describe('as daemon, with the rights and mounts of deploy/compose.yaml', () => {
    let agent: TestContainer;
    let load: TestContainer;
    let inside: ReceivedPoint[];
    let outside: ReceivedPoint[];
    let steady: { inside: ReceivedPoint[]; outside: ReceivedPoint[] };

    beforeAll(async () => {
      await startQuickAgent(releasers, environment('host'));
      const socketGroup = String(statSync('/var/run/docker.sock').gid);
      const rights = composeFlags('plimsoll', { DOCKER_GID: socketGroup });
      agent = await runAgent('container', [...rights, '--health-interval', '1s']);
      const sink = await docker.run({ image: programs, command: ['sink', '9000'] });
      const sending = ['--send-bytes', String(SENT_BYTES), '--to', `${await docker.address(sink.id)}:9000`];
      const burning = ['--threads', '2', '--seconds', '1.5', '--hold', String(HELD_BYTES)];
      load = await docker.run({ image: programs, command: ['load', ...burning, ...sending] });
      await isDone(load);
      const cycles = await Promise.all([nextCycle('container', load.id), nextCycle('host', load.id)]);
      steady = { inside: cycles[0], outside: cycles[1] };
      [inside, outside] = await Promise.all([received('container', load.id), received('host', load.id)]);
    });

    it('runs as no user of the host, without a capability', async () => {
      const format = '{{.Config.User}} {{.HostConfig.CapDrop}} {{.HostConfig.CapAdd}} {{.HostConfig.Privileged}}';
      expect(await docker.docker(['inspect', '--format', format, agent.id])).toBe('65532:65532 [ALL] [] false');
    });

    it('has a disk on which batches may wait, though its root is read-only', async () => {
      expect(await docker.logs(agent.id)).not.toContain('kept in memory only');
      expect(await docker.exec(agent.id, LIST_OUTBOX)).toContain('outbox.db');
    });

    it('sends the same series of a neighbour as an agent on the host', () => {
      // Of one cycle each: one of them may have met it when it was created and did not run yet.
      expect(namesOf(steady.inside)).toEqual(namesOf(steady.outside));
      expect(namesOf(steady.inside)).toContain(
        'container.network.io {"network.interface.name":"eth0","network.io.direction":"transmit"}',
      );
    });

    it.each([
      ['container.cpu.time', CPU_RESOLUTION_SECONDS],
      ['container.process.cpu.time', CPU_RESOLUTION_SECONDS],
      ['container.network.io', 0],
      ['container.network.packet.count', 0],
    ])('sends counters of %s that lie between those of the host', (metric, resolution) => {
      let compared = 0;
      for (const name of namesOf(inside).filter((each) => each.startsWith(`${metric} `))) {
        const truth = outside.filter((point) => nameOf(point) === name);
        for (const { value, timeSeconds } of inside.filter((point) => nameOf(point) === name)) {
          const before = truth.findLast((point) => point.timeSeconds <= timeSeconds - READ_SECONDS);
          const after = truth.find((point) => point.timeSeconds >= timeSeconds + READ_SECONDS);
          if (!before || !after) continue;
          compared += 1;
          expect(value, name).toBeGreaterThanOrEqual(before.value! - resolution);
          expect(value, name).toBeLessThanOrEqual(after.value! + resolution);
        }
      }
      expect(compared).toBeGreaterThan(3);
      expect(Math.max(...valuesOf(inside, metric))).toBeGreaterThan(0.5);
    });

    it.each([
      ['container.process.count', 0],
      ['container.process.thread.count', 0],
      ['container.process.memory.resident', 0],
      ['container.memory.usage', MEMORY_RESOLUTION_BYTES],
      ['container.memory.rss', MEMORY_RESOLUTION_BYTES],
    ])('sends the %s that the host sees once the load is steady', (metric, resolution) => {
      const value = sumOf(steady.inside, metric);
      expect(Math.abs(value - sumOf(steady.outside, metric))).toBeLessThanOrEqual(resolution);
      expect(value).toBeGreaterThan(metric.includes('memory') ? HELD_BYTES : 0);
    });

    it("sends the host's name and id, not its own", () => {
      const [ours, theirs] = [inside, outside].map((points) => points[0]!.resource);
      expect(ours!['host.name']).toBe(theirs!['host.name']);
      expect(ours!['host.id']).toBe(theirs!['host.id']);
    });

    it('is healthy, and ends with status 0 when it is told to', async () => {
      const inspect = (format: string): Promise<string> => docker.docker(['inspect', '--format', format, agent.id]);
      await waitFor(
        'it is healthy',
        async () => (await inspect('{{.State.Health.Status}}')) === 'healthy' || undefined,
        {
          timeoutMs: 20_000,
        },
      );
      await docker.stop(agent.id);
      expect(await inspect('{{.State.ExitCode}}')).toBe('0');
    });
  });

  it("as sidecar in the application's namespaces measures the application's processes", async () => {
    const burning = ['--threads', '2', '--seconds', '0.5', '--hold', String(HELD_BYTES)];
    const app = await docker.run({ image: programs, flags: ['--user', USER], command: ['load', ...burning] });
    await isDone(app);
    const shared = ['--pid', `container:${app.id}`, '--network', `container:${app.id}`];
    const sidecar = await runAgent('sidecar', [...shared, '--user', USER, '--cap-drop', 'ALL', '--read-only'], {
      PLIMSOLL_DISCOVERY_SOURCE: 'cgroup',
    });
    const before = { cpu: cpuSeconds(app.pid), sent: interfaceCounters(app.pid, 'eth0').transmittedBytes };
    const points = await nextCycle('sidecar', app.id);
    const after = { cpu: cpuSeconds(app.pid), sent: interfaceCounters(app.pid, 'eth0').transmittedBytes };

    const cpu = sumOf(points, 'container.process.cpu.time');
    expect(cpu).toBeGreaterThanOrEqual(before.cpu - CPU_RESOLUTION_SECONDS);
    expect(cpu).toBeLessThanOrEqual(after.cpu + CPU_RESOLUTION_SECONDS);
    expect(cpu).toBeGreaterThan(0.9);
    expect(valuesOf(points, 'container.process.memory.resident')).toContain(residentAnonBytes(app.pid));
    expect(valuesOf(points, 'container.process.count')).toContain(1);
    const sent = points.find(
      (point) => nameOf(point).includes('container.network.io') && nameOf(point).includes('transmit'),
    );
    expect(sent?.value).toBeGreaterThanOrEqual(before.sent);
    expect(sent?.value).toBeLessThanOrEqual(after.sent);
    expect(await docker.logs(sidecar.id)).not.toContain('kept in memory only');
  });

  it('keeps its outbox as root without a capability, too', async () => {
    const agent = await runAgent('root', ['--user', '0', '--cap-drop', 'ALL', '--read-only']);
    const files = async () => ((await docker.exec(agent.id, LIST_OUTBOX)).includes('outbox.db') ? true : undefined);
    await waitFor('it has opened its outbox', files, { timeoutMs: 20_000 });
    expect(await docker.logs(agent.id)).not.toContain('kept in memory only');
  });

  // What the kubelet makes for the DaemonSet: a folder of root's that nobody else may write to.
  it("has a folder of the node for its outbox once the DaemonSet's first container was there", async () => {
    const folder = await createTempDir(releasers);
    await chmod(folder, 0o755);
    const mount = ['--volume', `${folder}:/var/lib/plimsoll`, '--read-only'];
    const text = readFileSync(join(REPOSITORY, 'deploy/kubernetes/daemonset.yaml'), 'utf8');
    const daemonSet = parseAllDocuments(text).map((document) => document.toJS());
    const [{ command, args }] = daemonSet.find(({ kind }) => kind === 'DaemonSet').spec.template.spec.initContainers;
    // A second time as well, as after a restart of the node.
    for (let time = 0; time < 2; time++) {
      const rights = ['--rm', '--user', '0:0', '--cap-drop', 'ALL', '--cap-add', 'CHOWN', '--network', 'none'];
      await docker.docker([
        'run',
        ...rights,
        ...mount,
        '--entrypoint',
        command[0],
        image,
        ...command.slice(1),
        ...args,
      ]);
    }
    const agent = await runAgent('node', ['--cap-drop', 'ALL', ...mount]);
    await waitFor('it has opened its outbox', () => existsSync(join(folder, 'outbox.db')) || undefined, {
      timeoutMs: 20_000,
    });
    expect(await docker.logs(agent.id)).not.toContain('kept in memory only');
  });

  it('with nothing but its own cgroup measures itself', async () => {
    const agent = await runAgent('alone', ['--cap-drop', 'ALL', '--read-only']);
    const truth = (): number => cpuSeconds(agent.pid);
    const before = truth();
    const points = await nextCycle('alone', agent.id);
    const after = truth();
    for (const metric of ['container.cpu.time', 'container.process.cpu.time']) {
      const cpu = sumOf(points, metric);
      expect(cpu, metric).toBeGreaterThanOrEqual(before - CPU_RESOLUTION_SECONDS);
      expect(cpu, metric).toBeLessThanOrEqual(after + CPU_RESOLUTION_SECONDS);
    }
    expect(valuesOf(points, 'container.memory.usage')[0]).toBeGreaterThan(1 << 24);
    expect(valuesOf(points, 'container.process.count')).toContain(1);
  });
});

describeWith(['linux', 'root', 'dockerd', 'busybox', 'gcc'], 'the agent in a container on cgroup v2', () => {
  const releasers = createReleasers();
  let engine: Engine;
  let image: string;

  beforeAll(async () => {
    engine = await startEngine(releasers, { cgroupV2: true });
    image = await buildAgentImage(releasers, engine.host);
  });
  afterAll(() => releasers.release());

  it('finds its neighbours from inside its own cgroup namespace', async () => {
    const { programs } = await importImages(engine.host);
    const burning = ['--threads', '2', '--seconds', '0.5'];
    const load = await engine.docker.run({ image: programs, command: ['load', ...burning] });
    await waitFor('the load is done', async () => (await engine.docker.logs(load.id)).includes('done ') || undefined, {
      timeoutMs: 60_000,
    });
    const rights = composeFlags('plimsoll', { DOCKER_GID: String(statSync(engine.socket).gid) });
    const socket = ['--volume', `${engine.socket}:/run/engine.sock:ro`, '--env', 'DOCKER_HOST=unix:///run/engine.sock'];
    const flags = ['--rm', '--cgroupns', 'private', ...rights, ...socket];
    const once = ['once', '--format', 'otlp', '--container', load.id];
    const output = await engine.docker.docker(['run', ...flags, image, ...once]);
    const points = pointsOf([JSON.parse(output)]);
    // What the container's own mount of its cgroup says.
    const cpuStat = readFileSync(`/proc/${load.pid}/root/sys/fs/cgroup/cpu.stat`, 'utf8');
    const usedSeconds = Number(/^usage_usec (\d+)$/m.exec(cpuStat)?.[1]) / 1e6;
    expect(usedSeconds).toBeGreaterThan(0.9);
    expect(Math.abs(sumOf(points, 'container.cpu.time') - usedSeconds)).toBeLessThanOrEqual(CPU_RESOLUTION_SECONDS);
    expect(valuesOf(points, 'container.process.count')).toContain(1);
  });
});

/** Which series a point belongs to. */
function nameOf({ metric, attributes }: ReceivedPoint): string {
  return `${metric} ${JSON.stringify(attributes)}`;
}

function namesOf(points: readonly ReceivedPoint[]): string[] {
  return [...new Set(points.map(nameOf))].sort();
}

/** The numbers of a metric, of all its series. */
function valuesOf(points: readonly ReceivedPoint[], metric: string): number[] {
  return points.flatMap((point) => (point.metric === metric && point.value !== undefined ? [point.value] : []));
}

function sumOf(points: readonly ReceivedPoint[], metric: string): number {
  return valuesOf(points, metric).reduce((sum, value) => sum + value, 0);
}
