import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAccounts } from '../../src/accounting/accounts.ts';
import { createContainerMeter } from '../../src/cycle/container-meter.ts';
import type { CgroupReading } from '../../src/sources/cgroup/reading.ts';
import type { IndexedInterface } from '../../src/sources/interfaces.ts';
import { openStateKeeper } from '../../src/state/state-keeper.ts';
import { valueIn } from '../cycle/points-of.ts';
import { ALL_OBSERVED } from '../fakes/all-metrics.ts';
import { container } from '../fakes/containers.ts';
import { createLogLines } from '../fakes/log-lines.ts';

/** Differences over restarts of the agent, from the reading to the point. */

const STARTED_MS = 1_700_000_000_000;
const WEB = container('web', { startedAtMs: STARTED_MS });

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'plimsoll-state-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

function start(agentStartMs: number) {
  let nowMs = agentStartMs;
  const accounts = createAccounts(agentStartMs);
  const keeper = openStateKeeper({
    directories: [directory],
    accounts,
    bootId: 'boot',
    unixMs: () => nowMs,
    monotonicMs: () => nowMs,
    log: createLogLines().log,
    // What is killed here is no process, and would keep its lock.
    lock: () => ({ release: () => undefined }),
  });
  const meter = createContainerMeter({
    attributes: {},
    startedAtMs: STARTED_MS,
    now: () => nowMs,
    version: '1',
    observer: ALL_OBSERVED,
    sent: accounts.sentOf(WEB),
  });
  return {
    stop: keeper.close,
    async cycle(cgroup: CgroupReading, interfaces: readonly IndexedInterface[] = []) {
      nowMs += 10_000;
      const reading = { container: WEB, processes: [], cgroup, disks: [], interfaces };
      const usage = accounts.of(WEB).account(reading, { unixMs: nowMs, monotonicMs: nowMs });
      const { metrics } = await meter.collect(usage);
      keeper.note();
      await keeper.afterCycle();
      return {
        cpu: valueIn(metrics, 'container.cpu.time user'),
        kills: valueIn(metrics, 'container.memory.events oom_kill'),
        eth0: valueIn(metrics, 'container.network.io eth0 receive'),
        eth1: valueIn(metrics, 'container.network.io eth1 receive'),
      };
    },
  };
}

const cpuTime = (userSeconds: number) => ({ userSeconds, systemSeconds: 0 });
const eth = (name: string, index: number, receivedBytes: number): IndexedInterface => ({
  name,
  index,
  receivedBytes,
  receivedPackets: 0,
  receiveErrors: 0,
  receiveDropped: 0,
  transmittedBytes: 0,
  transmittedPackets: 0,
  transmitErrors: 0,
  transmitDropped: 0,
});

describe.each([
  ['of a container that is older than the first agent', STARTED_MS + 60_000],
  ['of a container that the first agent saw from its start', STARTED_MS],
])('differences %s', (_, firstAgentMs) => {
  it('go on after a restart, and begin with nothing in a family that was switched on with it', async () => {
    const before = start(firstAgentMs);
    await before.cycle({ cpuTime: cpuTime(100) });
    expect(await before.cycle({ cpuTime: cpuTime(103) })).toMatchObject({ cpu: 3, kills: undefined });
    await before.stop();

    const after = start(firstAgentMs + 60_000);
    const first = await after.cycle({ cpuTime: cpuTime(110), memoryEvents: { oomKill: 40 } });
    expect(first).toMatchObject({ cpu: 7, kills: 0 });
    const second = await after.cycle({ cpuTime: cpuTime(110), memoryEvents: { oomKill: 42 } });
    expect(second).toMatchObject({ cpu: 0, kills: 2 });
  });

  it('begin with nothing after an agent that was killed', async () => {
    await start(firstAgentMs).cycle({ cpuTime: cpuTime(100) });
    const after = start(firstAgentMs + 60_000);
    expect((await after.cycle({ cpuTime: cpuTime(110) })).cpu).toBe(0);
    expect((await after.cycle({ cpuTime: cpuTime(111) })).cpu).toBe(1);
  });

  it('are whole of an interface that comes after the restart', async () => {
    const before = start(firstAgentMs);
    await before.cycle({}, [eth('eth0', 2, 1_000)]);
    await before.stop();
    const after = start(firstAgentMs + 60_000);
    expect(await after.cycle({}, [eth('eth0', 2, 1_010)])).toMatchObject({ eth0: 10 });
    expect(await after.cycle({}, [eth('eth0', 2, 1_010), eth('eth1', 3, 44)])).toMatchObject({ eth0: 0, eth1: 44 });
  });
});
