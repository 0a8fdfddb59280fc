import { existsSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { METRIC_FAMILIES } from '../../src/instruments/definition.ts';
import { describeWith } from '../parts.ts';
import { runCli } from './parts/agent.ts';
import { type Collector, startCollector } from './parts/collector.ts';
import { createDocker, type Docker } from './parts/docker.ts';
import { type Images, importImages } from './parts/images.ts';
import { INTERVAL_MS, startQuickAgent } from './parts/pipeline.ts';
import { pointsOf, type ReceivedPoint } from './parts/points.ts';
import { createReleasers } from './parts/releasers.ts';
import { RUN_ID, RUN_LABEL } from './parts/run-id.ts';
import { waitFor } from './parts/wait.ts';

const PATIENCE = { timeoutMs: 20_000 };
const RETENTION_SECONDS = 8;
/** A change is in the next cycle: within an interval, and the time that a cycle takes on a busy machine. */
const SEEN_WITHIN_SECONDS = INTERVAL_MS / 1000 + 0.5;
const SLEEP = ['sleep', '600'];

describeWith(['linux', 'root', 'docker', 'busybox', 'gcc', 'collector'], 'the life of containers', () => {
  const releasers = createReleasers();
  let docker: Docker;
  let images: Images;
  let collector: Collector;

  beforeAll(async () => {
    docker = createDocker({ releasers });
    images = await importImages();
    collector = await startCollector({ releasers });
    const config = {
      life: { stoppedRetentionSeconds: RETENTION_SECONDS },
      resource: { containerCommand: true },
      metrics: { filesystem: { enabled: true } },
    };
    await startQuickAgent(releasers, { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint }, config);
  });
  afterAll(() => releasers.release());

  const pointsOfContainer = async (id: string): Promise<ReceivedPoint[]> =>
    pointsOf(await collector.received()).filter(({ resource }) => resource['container.id'] === id);

  /** The first points of a cycle that satisfy this, by what they are. */
  const waitForCycle = (id: string, what: string, holds: (cycle: Cycle) => boolean): Promise<Cycle> =>
    waitFor(what, async () => cyclesOf(await pointsOfContainer(id)).find(holds), PATIENCE);

  const waitForState = (id: string, state: string): Promise<Cycle> =>
    waitForCycle(id, `it is ${state}`, ({ value }) => value(`container.status ${state}`) === 1);

  /** Does something to containers and answers at what time it was done. */
  const after = async (...command: string[]): Promise<number> => {
    await docker.docker(command);
    return Date.now() / 1000;
  };

  it('is told by `once` where nothing else is wanted', async () => {
    const { id } = await docker.run({ image: images.busybox, command: SLEEP });
    const families = Object.keys(METRIC_FAMILIES).map((family) => [family, { enabled: family === 'life' }]);
    const config = { metrics: Object.fromEntries(families) };
    const { exit, stdout } = await runCli('once --format otlp', { releasers, config, flags: ['--container', id] });
    expect(exit).toEqual({ code: 0, signal: null });
    expect(stdout).toContain('container.uptime');
    expect(stdout).not.toContain('container.cpu.time');
  });

  it('tells what a container wrote into its own layer', async () => {
    const command = ['sh', '-c', 'dd if=/dev/zero of=/written bs=1M count=3 2>/dev/null; sleep 600'];
    const { id } = await docker.run({ image: images.busybox, command });
    const cycle = await waitForCycle(
      id,
      'it has a size',
      ({ value }) => (value('container.filesystem.usage') ?? 0) > 0,
    );
    expect(cycle.value('container.filesystem.usage')).toBe(3 << 20);
  });

  it('tells the exit code of a container that ended, for a time, and ends the series of its run', async () => {
    const { id, name } = await docker.run({ image: images.busybox, command: ['sh', '-c', 'sleep 3; exit 3'] });
    const before = await waitForCycle(id, 'it runs', ({ value }) => value('container.uptime') !== undefined);
    const exited = await waitForCycle(id, 'it has ended', ({ value }) => value('container.exit.code') === 3);
    expect(exited.value('container.oom_killed')).toBe(0);
    expect(exited.value('container.uptime')).toBeUndefined();
    expect(exited.value('container.status running')).toBe(0);
    expect(exited.value('container.status exited')).toBe(1);
    expect(exited.value('container.network.io receive eth0')).toBeUndefined();
    expect(exited.startsOf('container.status')).toEqual(before.startsOf('container.status'));

    const isStale =
      (metric: string) =>
      ({ metric: other, stale }: ReceivedPoint) =>
        stale && metric === other;
    for (const metric of ['container.memory.usage', 'container.cpu.time', 'container.uptime']) {
      const hasEnded = async () => (await pointsOfContainer(id)).some(isStale(metric)) || undefined;
      await waitFor(`${metric} has ended`, hasEnded, PATIENCE);
    }
    expect((await pointsOfContainer(id)).some(isStale('container.exit.code'))).toBe(false);
    await waitFor(
      'it is not spoken of any more though it exists',
      async () => (await pointsOfContainer(id)).some(isStale('container.exit.code')) || undefined,
      PATIENCE,
    );
    const told = cyclesOf(await pointsOfContainer(id)).filter(({ value }) => value('container.exit.code') === 3);
    const toldForSeconds = told.at(-1)!.timeSeconds - told[0]!.timeSeconds;
    expect(toldForSeconds).toBeLessThan(RETENTION_SECONDS);
    expect(toldForSeconds).toBeGreaterThan(RETENTION_SECONDS - 2 * SEEN_WITHIN_SECONDS);
    expect(await docker.docker(['inspect', '--format', '{{.State.ExitCode}}', name])).toBe('3');
  });

  it('tells that the kernel killed a container for want of memory', async () => {
    const { id } = await docker.run({
      image: images.programs,
      flags: ['--memory', '16m'],
      command: ['load', '--threads', '1', '--seconds', '60', '--hold', String(64 << 20)],
    });
    const exited = await waitForState(id, 'exited');
    expect(exited.value('container.oom_killed')).toBe(1);
    expect(exited.value('container.exit.code')).toBe(137);
  });

  it('tells every health, 1 for what it is and 0 for the others', async () => {
    const health = ['--health-interval', '1s', '--health-retries', '1', '--health-cmd', 'test ! -e /tmp/ill'];
    const { id, name } = await docker.run({ image: images.busybox, flags: health, command: SLEEP });
    const states = ({ value }: Cycle) =>
      ['starting', 'healthy', 'unhealthy'].map((state) => value(`container.health.status ${state}`));
    await waitForCycle(id, 'it is healthy', (cycle) => String(states(cycle)) === '0,1,0');
    await docker.exec(name, ['touch', '/tmp/ill']);
    await waitForCycle(id, 'it is unhealthy', (cycle) => String(states(cycle)) === '0,0,1');
    const without = await docker.run({ image: images.busybox, command: SLEEP });
    const cycle = await waitForState(without.id, 'running');
    expect(states(cycle)).toEqual([undefined, undefined, undefined]);
  });

  it('sees within one interval that a container was created, started, paused, renamed and restarted', async () => {
    const label = ['--label', `${RUN_LABEL}=${RUN_ID}`];
    const name = `${RUN_ID}-life`;
    const id = await docker.docker([
      'create',
      '--name',
      name,
      ...label,
      '--stop-timeout',
      '1',
      images.busybox,
      ...SLEEP,
    ]);
    const createdAt = Date.now() / 1000;
    const created = await waitForState(id, 'created');
    expect(created.timeSeconds - createdAt).toBeLessThan(SEEN_WITHIN_SECONDS);
    expect(created.value('container.exit.code')).toBeUndefined();

    const startedAt = await after('start', name);
    const running = await waitForState(id, 'running');
    expect(running.timeSeconds - startedAt).toBeLessThan(SEEN_WITHIN_SECONDS);
    expect(running.resource['container.command']).toBe('sleep');

    const pausedAt = await after('pause', name);
    const paused = await waitForState(id, 'paused');
    expect(paused.timeSeconds - pausedAt).toBeLessThan(SEEN_WITHIN_SECONDS);
    expect(paused.value('container.uptime')).toBeGreaterThan(0);
    await after('unpause', name);

    const renamedAt = await after('rename', name, `${name}-2`);
    const renamed = await waitForCycle(
      id,
      'it has its new name',
      ({ resource }) => resource['container.name'] === `${name}-2`,
    );
    expect(renamed.timeSeconds - renamedAt).toBeLessThan(SEEN_WITHIN_SECONDS);

    const limitedAt = await after('update', '--memory', '64m', '--memory-swap', '64m', `${name}-2`);
    const limited = await waitForCycle(
      id,
      'it has its limit',
      ({ value }) => value('container.memory.limit') === 64 << 20,
    );
    expect(limited.timeSeconds - limitedAt).toBeLessThan(SEEN_WITHIN_SECONDS);

    const restartedAt = await after('restart', `${name}-2`);
    const [start] = running.startsOf('container.cpu.time');
    const isNew = ({ startsOf }: Cycle) => (startsOf('container.cpu.time')[0] ?? 0) > start!;
    const restarted = await waitForCycle(id, 'it has a new start', isNew);
    expect(restarted.timeSeconds - restartedAt).toBeLessThan(SEEN_WITHIN_SECONDS);
    expect(restarted.value('container.uptime')).toBeLessThan(SEEN_WITHIN_SECONDS + 1);

    await after('stop', '--time', '0', `${name}-2`);
    await waitForState(id, 'exited');
    const againAt = await after('start', `${name}-2`);
    const again = await waitForCycle(
      id,
      'it runs again',
      ({ timeSeconds, value }) => timeSeconds > againAt && value('container.status running') === 1,
    );
    expect(again.startsOf('container.status')[0]).toBeGreaterThan(restarted.startsOf('container.status')[0]!);
  });

  it('tells how the runs end of a container that is restarted again and again', async () => {
    const flags = ['--restart', 'always', '--network', 'none'];
    const { id, name } = await docker.run({ image: images.busybox, flags, command: ['sh', '-c', 'exit 5'] });
    const isWaiting = ({ value }: Cycle) => value('container.status restarting') === 1;
    const waiting = await waitForCycle(id, 'it waits for its restart', isWaiting);
    expect(waiting.value('container.exit.code')).toBe(5);
    const count = waiting.value('container.restart.count')!;
    const hasRisen = ({ value }: Cycle) => value('container.restart.count')! > count;
    await waitForCycle(id, 'it was restarted once more', hasRisen);
    await docker.remove(name);
  });

  it('tells of containers that came and went between two cycles, and what they used', async () => {
    const label = ['--label', `${RUN_LABEL}=${RUN_ID}`, '--network', 'none'];
    const ids: string[] = [];
    for (let run = 0; run < 5; run += 1) {
      const command = ['sh', '-c', 'i=0; while [ $i -lt 150000 ]; do i=$((i+1)); done'];
      const flags = ['--detach', '--rm', '--name', `${RUN_ID}-short-${run}`, ...label];
      ids.push(await docker.docker(['run', ...flags, images.busybox, ...command]));
    }
    let measured = 0;
    for (const id of ids) {
      const isEnd = ({ metric, stale }: ReceivedPoint) => stale && metric === 'container.status';
      await waitFor('its series end', async () => (await pointsOfContainer(id)).some(isEnd) || undefined, PATIENCE);
      const last = cyclesOf(await pointsOfContainer(id)).at(-1)!;
      expect(last.resource['container.name']).toMatch(`${RUN_ID}-short-`);
      // One that a cycle has caught alive and that was removed then has no end that the engine could be asked about.
      expect(last.value('container.exit.code') ?? 0).toBe(0);
      if ((last.value('container.cpu.time user') ?? 0) > 0.1) measured += 1;
    }
    // Without a v2 hierarchy nobody tells of the end in time; with one, nearly always.
    const hierarchies = ['/sys/fs/cgroup/cgroup.controllers', '/sys/fs/cgroup/unified/cgroup.controllers'];
    if (hierarchies.some(existsSync)) expect(measured).toBeGreaterThanOrEqual(3);
  });

  it('has what the kernel accounted until the end of a run, the kill for want of memory too', async () => {
    const kills = async (): Promise<number | undefined> => {
      const { id } = await docker.run({
        image: images.programs,
        flags: ['--memory', '16m', '--network', 'none'],
        command: ['load', '--threads', '1', '--seconds', '60', '--hold', String(64 << 20)],
      });
      const exited = await waitForState(id, 'exited');
      expect(exited.value('container.oom_killed')).toBe(1);
      return exited.value('container.memory.events oom_kill');
    };
    // Between the end and the removal of the cgroup there are milliseconds: on a busy machine a reading may come too late.
    const seen: (number | undefined)[] = [];
    while (seen.length < 5 && !seen.includes(1)) seen.push(await kills());
    expect(seen).toContain(1);
  });

  it('counts runs that nobody has seen', async () => {
    const unseen = async () => {
      const own = pointsOf(await collector.received()).filter(({ metric }) => metric === 'plimsoll.containers.unseen');
      return own.at(-1)?.value;
    };
    const before = await waitFor('the number of unseen containers', unseen, PATIENCE);
    // Of several runs between two cycles the last can be read at most.
    const flags = ['--restart', 'on-failure:3', '--network', 'none'];
    await docker.run({ image: images.busybox, flags, command: ['sh', '-c', 'exit 6'] });
    await waitFor('some more', async () => (await unseen())! > before || undefined, PATIENCE);
    expect(await unseen()).toBeLessThanOrEqual(before + 4);
  });
});

type Cycle = {
  readonly timeSeconds: number;
  readonly resource: Readonly<Record<string, unknown>>;
  /** By metric, and where there is an attribute its value behind a space. */
  value(series: string): number | undefined;
  startsOf(metric: string): number[];
};

/** Points of one container by the cycle that made them, oldest first; ends of series are left out. */
function cyclesOf(points: readonly ReceivedPoint[]): Cycle[] {
  const groups = Map.groupBy(
    points.filter(({ stale }) => !stale),
    ({ timeSeconds, resource }) => `${timeSeconds} ${resource['container.name']}`,
  );
  return [...groups.values()].map((group) => ({
    timeSeconds: group[0]!.timeSeconds,
    resource: group[0]!.resource,
    value: (series) =>
      group.find(({ metric, attributes }) => [metric, ...Object.values(attributes)].join(' ') === series)?.value,
    startsOf: (metric) => group.filter((point) => point.metric === metric).map(({ startSeconds }) => startSeconds),
  }));
}
