import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Accounts, createAccounts } from '../../src/accounting/accounts.ts';
import type { ContainerUsage } from '../../src/accounting/usage.ts';
import type { IndexedInterface } from '../../src/sources/interfaces.ts';
import type { ProcStat } from '../../src/sources/proc/stat.ts';
import { STATE_VERSION } from '../../src/state/state-format.ts';
import { openStateKeeper, type StateKeeper } from '../../src/state/state-keeper.ts';
import { stat } from '../accounting/stats.ts';
import { container } from '../fakes/containers.ts';
import { createLogLines } from '../fakes/log-lines.ts';

const STARTED_MS = 1_700_000_000_000;
const WEB = container('web', { startedAtMs: STARTED_MS });

let directory: string;
beforeEach(() => {
  directory = join(mkdtempSync(join(tmpdir(), 'plimsoll-state-')), 'state');
});
afterEach(() => rmSync(join(directory, '..'), { recursive: true }));

type Agent = {
  readonly accounts: Accounts;
  readonly keeper: StateKeeper;
  readonly texts: () => readonly string[];
  /** One cycle a number of seconds after the container's start, with its processes; as the agent does it. */
  cycle(
    seconds: number,
    processes: readonly ProcStat[],
    interfaces?: readonly IndexedInterface[],
    executable?: string,
  ): Promise<ContainerUsage>;
};

function start({ bootId = 'boot', directories = [directory], nowMs = STARTED_MS + 1_000_000 } = {}): Agent {
  const accounts = createAccounts();
  const { log, texts } = createLogLines();
  let monotonicMs = 0;
  const keeper = openStateKeeper({
    directories,
    accounts,
    bootId,
    unixMs: () => nowMs,
    monotonicMs: () => monotonicMs,
    log,
    // What is killed here is no process, and would keep its lock.
    lock: () => ({ release: () => undefined }),
  });
  return {
    accounts,
    keeper,
    texts,
    async cycle(seconds, processes, interfaces, executable) {
      monotonicMs = seconds * 1000;
      const reading = {
        container: WEB,
        processes: processes.map((stat) => ({ stat, ...(executable !== undefined && { executable }) })),
        cgroup: {},
        disks: [],
      };
      const at = { unixMs: STARTED_MS + monotonicMs, monotonicMs };
      const usage = accounts.of(WEB).account({ ...reading, ...(interfaces && { interfaces }) }, at);
      keeper.note();
      await keeper.afterCycle();
      return usage;
    },
  };
}

const eth0 = (receivedBytes: number, index = 7): IndexedInterface => ({
  name: 'eth0',
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
const secondsOf = ({ processes }: ContainerUsage): number => processes!.cpuUserSeconds + processes!.cpuSystemSeconds;
const first = (own: number): ProcStat => stat(1, { own });
const execed = (own: number): ProcStat => stat(50, { parent: 4000, own });
const files = (): string[] => readdirSync(directory).sort();

describe('an agent that could not start', () => {
  const contents = () => files().map((name) => [name, readFileSync(join(directory, name), 'utf8')]);

  it('leaves the state of the last run as it was found', async () => {
    const before = start();
    await before.cycle(10, [first(100), execed(200)]);
    await before.keeper.close();
    const found = contents();
    start().keeper.abandon();
    expect(contents()).toEqual(found);
    expect(secondsOf(await start().cycle(60, [first(104)]))).toBe(3.04);
  });

  it('leaves that of an agent that was killed one of an agent that was killed', async () => {
    await start().cycle(10, [first(100), execed(200)]);
    const found = contents();
    expect(found.map(([name]) => name)).toContain('state.journal');
    start().keeper.abandon();
    expect(contents()).toEqual(found);
  });

  it('leaves nothing where there was nothing', () => {
    start().keeper.abandon();
    expect(files()).toEqual([]);
  });
});

describe('an agent that ended by itself', () => {
  it('goes on where it was, with what processes used that ended before and meanwhile', async () => {
    const before = start();
    await before.cycle(10, [first(100), execed(200)]);
    await before.cycle(20, [first(100)]);
    expect(secondsOf(await before.cycle(30, [first(100), stat(60, { parent: 4000, own: 400 })]))).toBe(7);
    await before.keeper.close();
    expect(files()).toEqual(['state.json']);

    const after = start();
    const usage = await after.cycle(60, [first(104)]);
    expect(secondsOf(usage)).toBe(7.04);
    expect(usage.procfsStartMs).toBeUndefined();
  });

  it('goes on with the interfaces, too', async () => {
    const before = start();
    await before.cycle(10, [first(0)], [eth0(5000)]);
    await before.cycle(20, [first(0)], [eth0(100, 9)]);
    await before.keeper.close();
    const usage = await start().cycle(30, [first(0)], [eth0(140, 9)]);
    expect(usage.interfaces[0]?.receivedBytes).toBe(5140);
    expect(usage.networkStartMs).toBeUndefined();
  });

  it('remembers containers that no engine speaks of yet', async () => {
    const before = start();
    await before.cycle(10, [first(100), execed(200)]);
    await before.keeper.close();
    const between = start();
    between.accounts.keepOnly([]);
    await between.keeper.close();
    expect(secondsOf(await start().cycle(60, [first(100)]))).toBe(3);
  });

  it('begins anew with a container that was restarted meanwhile', async () => {
    const before = start();
    await before.cycle(10, [first(100), execed(200)]);
    await before.keeper.close();
    const { accounts } = start();
    const restarted = container('web', { startedAtMs: STARTED_MS + 50_000 });
    const reading = { container: restarted, processes: [{ stat: first(8) }], cgroup: {}, disks: [] };
    expect(secondsOf(accounts.of(restarted).account(reading, { unixMs: 0, monotonicMs: 0 }))).toBe(0.08);
  });

  it.each([
    ['back', -3_600_000],
    ['forward', 3_600_000],
  ])('goes on though the wall clock was set %s by an hour', async (_, stepMs) => {
    const before = start();
    await before.cycle(10, [first(100), execed(200)]);
    await before.keeper.close();
    const usage = await start({ nowMs: STARTED_MS + 1_000_000 + stepMs }).cycle(60, [first(104)]);
    expect(secondsOf(usage)).toBe(3.04);
    expect(usage.procfsStartMs).toBeUndefined();
  });

  it('knows nothing after the machine was started anew', async () => {
    const before = start();
    await before.cycle(10, [first(100), execed(200)]);
    await before.keeper.close();
    const usage = await start({ bootId: 'another' }).cycle(60, [first(100)]);
    expect(secondsOf(usage)).toBe(1);
    expect(usage.procfsStartMs).toBeUndefined();
  });
});

describe('an agent that was killed', () => {
  it('goes on where it was if no process has ended since it wrote its state', async () => {
    const before = start();
    await before.cycle(10, [first(100), execed(200)]);
    await before.cycle(20, [first(100)]);
    await before.cycle(71, [first(100)]);
    expect(secondsOf(await before.cycle(80, [first(180)]))).toBe(3.8);

    const usage = await start().cycle(90, [first(188)]);
    expect(secondsOf(usage)).toBe(3.88);
    expect(usage.procfsStartMs).toBeUndefined();
  });

  it('begins anew where it had counted what the file does not have', async () => {
    const before = start();
    await before.cycle(10, [first(100), execed(200)]);
    expect(secondsOf(await before.cycle(20, [first(100)]))).toBe(3);

    const after = start();
    const usage = await after.cycle(60, [first(140)]);
    expect(secondsOf(usage)).toBe(0);
    expect(usage.procfsStartMs).toBe(STARTED_MS + 60_000);
    expect(secondsOf(await after.cycle(70, [first(148)]))).toBe(0.08);
    await after.keeper.close();
    // The new series goes on as any other.
    const last = await start().cycle(80, [first(152)]);
    expect(secondsOf(last)).toBeCloseTo(0.12);
    expect(last.procfsStartMs).toBe(STARTED_MS + 60_000);
  });

  it('begins anew where a process has ended while it was away, of which more may have been sent', async () => {
    const before = start();
    await before.cycle(10, [first(100), execed(200)]);
    expect(secondsOf(await before.cycle(20, [first(100), execed(1000)]))).toBe(11);
    const usage = await start().cycle(60, [first(100)]);
    expect(secondsOf(usage)).toBe(0);
    expect(usage.procfsStartMs).toBe(STARTED_MS + 60_000);
  });

  it('does so though it is killed again, or ended, before it has seen the container', async () => {
    const before = start();
    await before.cycle(10, [first(100), execed(200)]);
    await before.cycle(20, [first(100)]);
    start();
    await start().keeper.close();
    expect((await start().cycle(60, [first(140)])).procfsStartMs).toBe(STARTED_MS + 60_000);
  });

  it('goes on with the interfaces where only processes have ended', async () => {
    const before = start();
    await before.cycle(10, [first(100), execed(200)], [eth0(5000)]);
    await before.cycle(20, [first(100)], [eth0(6000)]);
    const usage = await start().cycle(60, [first(140)], [eth0(7000)]);
    expect(usage.interfaces[0]?.receivedBytes).toBe(7000);
    expect(usage.networkStartMs).toBeUndefined();
  });

  it('begins anew with interfaces that have changed', async () => {
    const before = start();
    await before.cycle(10, [first(0)], [eth0(5000)]);
    await before.cycle(20, [first(0)], [eth0(6000)]);
    const after = start();
    const usage = await after.cycle(60, [first(0)], [eth0(10, 9)]);
    expect(usage.interfaces[0]?.receivedBytes).toBe(0);
    expect(usage.networkStartMs).toBe(STARTED_MS + 60_000);
    expect((await after.cycle(70, [first(0)], [eth0(25, 9)])).interfaces[0]?.receivedBytes).toBe(15);
  });

  it('begins anew where the totals were split by executable in another way since', async () => {
    const before = start();
    const cycle = (seconds: number, executable: string, agent = before) =>
      agent.cycle(seconds, [first(100)], undefined, executable);
    await cycle(10, 'sh');
    await cycle(20, 'sh');
    await cycle(30, 'nginx');
    expect((await cycle(60, 'nginx', start())).procfsStartMs).toBe(STARTED_MS + 60_000);
  });

  it('goes on where they were split in the same way', async () => {
    const before = start();
    await before.cycle(10, [first(100)], undefined, 'sh');
    await before.cycle(20, [first(120)], undefined, 'sh');
    const usage = await start().cycle(60, [first(140)], undefined, 'sh');
    expect(usage.procfsStartMs).toBeUndefined();
    const sh = usage.processes!.executables!.find(({ name }) => name === 'sh')!;
    expect(sh.cpuUserSeconds + sh.cpuSystemSeconds).toBe(1.4);
  });

  it('begins anew where it could write nothing at all', async () => {
    start().keeper.note();
    expect((await start().cycle(60, [first(100)])).procfsStartMs).toBe(STARTED_MS + 60_000);
  });
});

describe('totals of which differences are sent', () => {
  const AT_FIVE = { value: 7, at: [5, 0] as [number, number] };
  const send = async ({ accounts, keeper, cycle }: Agent): Promise<void> => {
    accounts.sentOf(WEB).totals.set('cpu', AT_FIVE);
    await cycle(10, [first(100)]);
    await keeper.close();
  };
  const sentAfter = ({ accounts }: Agent) => accounts.sentOf(WEB);

  it('are known after an agent that ended by itself', async () => {
    await send(start());
    expect(sentAfter(start()).totals.get('cpu')).toEqual(AT_FIVE);
  });

  it('are unknown after one that was killed, which may have sent more', async () => {
    await send(start());
    const killed = start();
    await killed.cycle(20, [first(100)]);
    const { totals, unknownPast } = sentAfter(start());
    expect([totals.size, unknownPast]).toEqual([0, true]);
  });

  it('are unknown of a container that ran before anything was remembered', () => {
    expect(sentAfter(start()).unknownPast).toBe(true);
  });

  it('are nothing for a container that started while no agent ran', async () => {
    const before = start({ nowMs: STARTED_MS - 1 });
    await before.keeper.close();
    expect(sentAfter(start()).unknownPast).toBe(false);
  });
});

describe('the state file', () => {
  it('is written at the first cycle and then once a minute, for its owner only', async () => {
    const agent = start();
    await agent.cycle(10, [first(100)]);
    const text = () => readFileSync(join(directory, 'state.json'), 'utf8');
    const initial = text();
    expect(statSync(join(directory, 'state.json')).mode & 0o777).toBe(0o600);
    await agent.cycle(69, [first(200)]);
    expect(text()).toBe(initial);
    await agent.cycle(70, [first(200)]);
    expect(text()).not.toBe(initial);
    expect(files()).toEqual(['state.journal', 'state.json']);
  });

  it('is not written where nothing changed', async () => {
    const agent = start();
    await agent.cycle(10, [first(100)], [eth0(5000)]);
    const written = statSync(join(directory, 'state.json')).ino;
    await agent.cycle(100, [first(100)], [eth0(5000)]);
    expect(statSync(join(directory, 'state.json')).ino).toBe(written);
  });

  it('is noted once between two writes what it does not have', async () => {
    const agent = start();
    await agent.cycle(10, [first(100), execed(8)]);
    for (const seconds of [20, 30, 40]) await agent.cycle(seconds, [first(100), stat(seconds, { own: 4 })]);
    const journal = () => readFileSync(join(directory, 'state.journal'), 'utf8');
    expect(journal()).toBe(`${WEB.id} ${STARTED_MS} procfs\n`);
    await agent.cycle(71, [first(100)]);
    expect(journal()).toBe('');
  });

  it.each([
    ['damaged', (text: string) => text.replace('"pid":1', '"pid":2'), 'damaged'],
    ['cut', (text: string) => text.slice(0, 200), 'damaged'],
    ['empty', () => '', 'no state of Plimsoll'],
    ['another program’s', () => '{"version":1}\n{}\n', 'no state of Plimsoll'],
    ['of a later version', (text: string) => text.replace(`"version":${STATE_VERSION}`, '"version":99'), 'version 99'],
  ])('is set aside when it is %s, and counting begins anew', async (_, change, reason) => {
    const before = start();
    await before.cycle(10, [first(100), execed(200)]);
    await before.keeper.close();
    const path = join(directory, 'state.json');
    writeFileSync(path, change(readFileSync(path, 'utf8')));

    const after = start();
    expect(after.texts().join('\n')).toContain(reason);
    expect(files().filter((name) => name.startsWith('state.json.set-aside-'))).toHaveLength(1);
    const usage = await after.cycle(60, [first(100)]);
    expect(secondsOf(usage)).toBe(0);
    expect(usage.procfsStartMs).toBe(STARTED_MS + 60_000);
  });

  it('is in the first directory that can be written', async () => {
    const file = join(directory, '..', 'file');
    writeFileSync(file, '');
    const agent = start({ directories: [join(file, 'state'), directory] });
    await agent.cycle(10, [first(100)]);
    expect(agent.keeper.directory).toBe(directory);
    expect(agent.texts()).toEqual([]);
    expect(existsSync(join(directory, 'state.json'))).toBe(true);
  });

  it('is not there where none can be written, which is said once', async () => {
    const file = join(directory, '..', 'file');
    writeFileSync(file, '');
    const agent = start({ directories: [join(file, 'state')] });
    expect(secondsOf(await agent.cycle(10, [first(100)]))).toBe(1);
    await agent.cycle(100, [first(200)]);
    await agent.keeper.close();
    expect(agent.keeper.directory).toBeUndefined();
    expect(agent.texts()).toHaveLength(1);
    expect(agent.texts()[0]).toContain('state.directory');
  });

  it('is given up, and said so once, when it can neither be written nor noted any more', async () => {
    const agent = start();
    await agent.cycle(10, [first(100), execed(200)]);
    rmSync(directory, { recursive: true });
    writeFileSync(directory, '');
    for (const seconds of [20, 80, 150]) expect(secondsOf(await agent.cycle(seconds, [first(100)]))).toBe(3);
    await agent.keeper.close();
    expect(agent.texts()).toHaveLength(1);
  });
});
