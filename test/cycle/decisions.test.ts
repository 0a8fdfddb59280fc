import { describe, expect, it } from 'vitest';
import { createAccounts } from '../../src/accounting/accounts.ts';
import { createContainerAccount } from '../../src/accounting/container-account.ts';
import type { Past } from '../../src/accounting/past.ts';
import { createCollector } from '../../src/cycle/collector.ts';
import { toDecisions } from '../../src/cycle/decisions.ts';
import { createSelection } from '../../src/cycle/selection.ts';
import { createBlockDevices } from '../../src/sources/block-devices.ts';
import type { Container } from '../../src/sources/container.ts';
import { createInterfaceReader } from '../../src/sources/interfaces.ts';
import { createResolver } from '../../src/sources/resolution.ts';
import { ALL_METRICS } from '../fakes/all-metrics.ts';
import { container } from '../fakes/containers.ts';
import { createLogLines } from '../fakes/log-lines.ts';
import { usage } from '../fakes/usage.ts';
import { createHostTree, DOCKER_V2, ID, named, OTHER_ID, processFiles, runcState, V2 } from '../sources/host-tree.ts';

const NOW_MS = 1_700_000_100_000;

/** A container that a state file leads to, whose cgroup says everything. */
const HOST = {
  ...V2,
  [`${DOCKER_V2}/cgroup.procs`]: '100\n',
  [`${DOCKER_V2}/cpu.stat`]: 'usage_usec 5\nuser_usec 5\nsystem_usec 0\n',
  [`${DOCKER_V2}/pids.current`]: '1\n',
  ...processFiles(100, `0::/docker/${ID}\n`),
  ...runcState(ID, { '': `/sys/fs/cgroup/docker/${ID}` }),
};

/** A collector with all its real parts, over a tree made by hand. */
function start(content: Readonly<Record<string, string>> = HOST, past?: Past) {
  const host = createHostTree(content);
  const { proc, files } = host;
  const accounts = createAccounts();
  if (past) accounts.restore({ runs: [], completeSinceMs: 0, pastsOf: () => ({ procfs: past, network: 'known' }) });
  const collector = createCollector({
    discovery: {
      current: async () => [],
      status: () => ({ status: 'ok', source: 'test' }),
      close: async () => undefined,
    },
    resolver: createResolver(host),
    proc,
    files,
    accounts,
    select: createSelection({ include: [], exclude: ['left-out'] }),
    identify: ({ id }) => ({ 'container.id': id }),
    metrics: ALL_METRICS,
    blockDevices: createBlockDevices({ root: host.root, files }),
    interfaceReader: createInterfaceReader({ proc, loopback: false }),
    version: '1.2.3',
    clock: () => ({ unixMs: NOW_MS, monotonicMs: NOW_MS }),
    log: createLogLines().log,
  });
  const decide = async (...containers: readonly Container[]) => {
    for await (const _ of collector.collect(containers));
    return collector.decisions();
  };
  return { host, collector, decide };
}

describe('what was decided of a container', () => {
  it('says where each of its numbers comes from', async () => {
    const { host, decide } = start();
    host.link('proc/100/ns/net', 'net:[77]');
    const decided = (await decide(named(ID))).get(ID);
    expect(decided).toMatchObject({
      container: { id: ID },
      selection: { measured: true, reason: 'all containers are measured' },
      located: {
        place: { version: 2, directory: `${host.root}/${DOCKER_V2}` },
        steps: [{ what: `${host.root}/run/docker/runtime-runc/moby/${ID}/state.json`, result: 'ok' }],
      },
      processes: { count: 1, from: 'cgroup.procs', haveRested: false },
      network: { report: true, reason: 'network namespace 77 is its own' },
      cpuTimeFrom: 'cgroup',
      begunAnew: [],
    });
  });

  it('says that all processes were looked at, and that CPU time is theirs, where no cgroup can be seen', async () => {
    const { decide } = start(processFiles(100, `0::/docker/${ID}\n`));
    const decided = (await decide(named(ID))).get(ID);
    expect(decided).toMatchObject({
      processes: { count: 1, from: 'walk of /proc' },
      cpuTimeFrom: 'procfs',
    });
    expect(decided?.located.steps.at(-1)).toEqual({
      what: 'cgroup of process 100',
      result: 'names no cgroup that can be seen',
    });
  });

  it('says that nobody reports a network whose owner is unknown', async () => {
    const { decide } = start();
    const decided = (await decide(named(ID, { network: { kind: 'unknown' } }))).get(ID);
    expect(decided?.network).toEqual({
      report: false,
      reason: 'its network namespace may not be looked at, and no engine says whose it is',
    });
  });

  it('is there for one that is left out, with the reason', async () => {
    const { decide } = start();
    const leftOut = named(OTHER_ID, { name: 'left-out', network: { kind: 'host' } });
    const decided = (await decide(leftOut)).get(OTHER_ID);
    expect(decided).toMatchObject({
      selection: { measured: false, reason: 'containers.exclude has left-out' },
      network: { report: false, reason: "it uses the host's network" },
    });
    expect(decided?.cpuTimeFrom).toBeUndefined();
  });

  it('says that readings were taken once more, and costs nothing to keep', async () => {
    const { decide } = start();
    const first = (await decide(named(ID))).get(ID);
    const second = (await decide(named(ID))).get(ID);
    expect(second?.processes).toEqual({ count: 1, from: 'cgroup.procs', haveRested: true });
    expect(second?.located).toBe(first?.located);
  });

  it('says of a stopped one that nothing was looked for', async () => {
    const { decide } = start();
    const { pid: _, ...exited } = named(ID, { state: 'exited' });
    const decided = (await decide(exited)).get(ID);
    expect(decided?.processes).toEqual({ count: 0, from: undefined, haveRested: false });
    expect(decided?.network.reason).toBe('it does not run');
  });

  it('is gone with the container', async () => {
    const { decide } = start();
    await decide(named(ID));
    expect((await decide()).size).toBe(0);
  });
});

describe('counters that begin anew', () => {
  const begunAnew = async (past: Past) => (await start(HOST, past).decide(named(ID))).get(ID)?.begunAnew;

  it('are told with their start and the reason', async () => {
    expect(await begunAnew('unknown')).toEqual([
      {
        family: 'procfs',
        startMs: NOW_MS,
        why: 'the agent before this one may have sent more than is remembered',
      },
    ]);
  });

  it('are none where what was sent is remembered', async () => {
    expect(await begunAnew('known')).toEqual([]);
    expect(await begunAnew('known if unchanged')).toEqual([]);
  });

  it('are told of an interface that has a start of its own', () => {
    const of = container('web');
    const interfaces = usage().interfaces.flatMap((each) => [each, { ...each, name: 'eth9', startMs: 5_000 }]);
    const measured = { account: createContainerAccount(), usage: usage({ container: of, interfaces }) };
    const cycle = {
      resolved: [{ container: of, located: { steps: [] }, pids: [] }],
      selections: new Map([[of.id, { measured: true, reason: 'all' }]]),
      owners: new Map([[of.id, { report: true, reason: 'its own' }]]),
    };
    const decided = toDecisions(cycle, new Map([[of.id, measured]])).get(of.id);
    expect(decided?.begunAnew).toMatchObject([{ family: 'network', interface: 'eth9', startMs: 5_000 }]);
  });

  it('stay told after a restart of the agent, which knows the reason no more', () => {
    const before = createAccounts();
    before.restore({ runs: [], completeSinceMs: 0, pastsOf: () => ({ procfs: 'known', network: 'unknown' }) });
    const of = named(ID);
    const reading = { container: of, processes: [], cgroup: {}, disks: [], interfaces: [] };
    before.of(of).account(reading, { unixMs: NOW_MS, monotonicMs: 0 });
    const after = createAccounts();
    after.restore({
      runs: JSON.parse(JSON.stringify(before.remember())),
      completeSinceMs: 0,
      pastsOf: () => ({ procfs: 'known', network: 'known' }),
    });
    expect(after.of(of).begunAnew()).toEqual([
      { family: 'network', startMs: NOW_MS, why: 'it began anew with an agent before this one' },
    ]);
  });
});
