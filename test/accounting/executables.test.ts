import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createExecutableAccount } from '../../src/accounting/executables.ts';
import type { Past } from '../../src/accounting/past.ts';
import { createProcessAccount } from '../../src/accounting/process-account.ts';
import { accountProcesses } from '../../src/accounting/processes.ts';
import type { ExecutableUsage, ProcessesUsage } from '../../src/accounting/usage.ts';
import type { ProcessReading } from '../../src/sources/container-reading.ts';
import { ANY_STEP } from './process-histories.ts';
import { createProcessModel } from './process-model.ts';
import { type StatOptions, stat } from './stats.ts';

/** A process that runs that executable, with one kB resident. */
const running = (pid: number, executable: string, options: StatOptions = {}): ProcessReading => ({
  stat: stat(pid, options),
  status: { virtualBytes: 4096, residentAnonBytes: 1024, residentFileBytes: 0, residentShmemBytes: 0, swapBytes: 0 },
  executable,
});

/** Accounts a container reading by reading, as its account does. */
function createContainer(past?: Past) {
  const account = createProcessAccount(undefined, past);
  const executables = createExecutableAccount();
  const read = (...processes: ProcessReading[]): ProcessesUsage => {
    const usage = accountProcesses(account, processes)!;
    return { ...usage, executables: executables.account(processes, usage) };
  };
  return { read };
}

/** What a process used in user mode, in ticks. */
const own = (pid: number, name: string, ticks: number): ProcessReading => ({
  stat: { ...stat(pid), userTicks: ticks, systemTicks: 0 },
  executable: name,
});

/** A container that used so much in user mode. */
const whole = (seconds: number) =>
  ({ cpuUserSeconds: seconds, cpuSystemSeconds: 0, countByState: {}, threadCount: 1 }) as unknown as ProcessesUsage;

const cpuOf = ({ cpuUserSeconds, cpuSystemSeconds }: Pick<ExecutableUsage, 'cpuUserSeconds' | 'cpuSystemSeconds'>) =>
  cpuUserSeconds + cpuSystemSeconds;
const cpu = ({ executables }: ProcessesUsage): Record<string, number> =>
  Object.fromEntries((executables ?? []).map((each) => [each.name, cpuOf(each)]));

/** Faults and context switches of all together. */
const countersOf = (usages: readonly Pick<ExecutableUsage, 'faults' | 'contextSwitches'>[]) => {
  const sum = (pick: (each: (typeof usages)[number]) => number | undefined) =>
    usages.reduce((total, each) => total + (pick(each) ?? 0), 0);
  return [
    sum(({ faults }) => faults?.minor),
    sum(({ faults }) => faults?.major),
    sum(({ contextSwitches }) => contextSwitches?.voluntary),
    sum(({ contextSwitches }) => contextSwitches?.involuntary),
  ];
};

describe('CPU time by executable', () => {
  it('is that of its processes, and the rest is other', () => {
    const { read } = createContainer();
    const usage = read(running(1, 'sh', { own: 100, waited: 300 }), running(2, 'nginx', { parent: 1, own: 400 }));
    expect(cpu(usage)).toEqual({ sh: 1, nginx: 4, other: 3 });
  });

  it('stays with the executable when its process ends, whoever inherits it', () => {
    const { read } = createContainer();
    read(running(1, 'sh', { own: 100 }), running(2, 'gzip', { parent: 1, own: 400 }));
    // One second was used after it was seen last: nobody saw by which executable.
    const ended = read(running(1, 'sh', { own: 100, waited: 500 }));
    expect(cpu(ended)).toEqual({ sh: 1, gzip: 4, other: 1 });
    expect(ended.executables?.find(({ name }) => name === 'gzip')).toMatchObject({
      threadCount: 0,
      residentAnonBytes: 0,
    });
  });

  it('is that of the executable that a process runs now, from when it runs it', () => {
    const { read } = createContainer();
    read(running(1, 'sh', { own: 100 }));
    const replaced = [read, read, read].map((again) => again(running(1, 'nginx', { own: 300 })));
    // It is told apart when it has been there three times; until then it is other.
    expect(cpu(replaced[0]!)).toEqual({ sh: 1, other: 2 });
    expect(cpu(replaced[2]!)).toEqual({ sh: 1, nginx: 0, other: 2 });
    expect(cpu(read(running(1, 'nginx', { own: 400 })))).toEqual({ sh: 1, nginx: 1, other: 2 });
  });

  it('begins anew with the total', () => {
    const account = createExecutableAccount();
    account.account([own(1, 'sh', 100), own(2, 'nginx', 400)], whole(5));
    const parts = account.account([own(1, 'sh', 100), own(2, 'nginx', 500)], whole(1));
    expect(parts?.map((each) => [each.name, cpuOf(each)])).toEqual([
      ['nginx', 1],
      ['sh', 0],
      ['other', 0],
    ]);
  });

  it('leaves out what was used before the total began, now and later', () => {
    const account = createExecutableAccount();
    account.account([own(1, 'sh', 100), own(2, 'nginx', 400)], whole(0));
    const parts = account.account([own(1, 'sh', 300), own(2, 'nginx', 400)], whole(2));
    expect(Object.fromEntries((parts ?? []).map((each) => [each.name, cpuOf(each)]))).toEqual({
      nginx: 0,
      sh: 2,
      other: 0,
    });
  });

  it('is not credited twice to a process that could not be read in between', () => {
    const account = createExecutableAccount();
    account.account([own(1, 'sh', 100), own(2, 'nginx', 400)], whole(5));
    account.account([own(1, 'sh', 100)], whole(5), [2]);
    const [nginx, sh] = account.account([own(1, 'sh', 600), own(2, 'nginx', 400)], whole(10)) ?? [];
    expect([cpuOf(sh!), cpuOf(nginx!)]).toEqual([6, 4]);
  });

  it('goes on from what is remembered', () => {
    const account = createProcessAccount();
    const before = createExecutableAccount();
    const first = [running(1, 'sh', { own: 100 }), running(2, 'nginx', { own: 400 })];
    before.account(first, accountProcesses(account, first)!);
    const memory = JSON.parse(JSON.stringify(before.remember()));
    const second = [running(1, 'sh', { own: 200 })];
    const after = createExecutableAccount(memory).account(second, accountProcesses(account, second)!);
    expect(after?.map((each) => [each.name, cpuOf(each)])).toEqual([
      ['nginx', 4],
      ['sh', 2],
      ['other', 0],
    ]);
  });

  it('never falls, and its sum is the total, whatever processes do', () => {
    const names = ['sh', 'nginx', 'other', 'gzip', ''];
    const history = fc.array(fc.array(ANY_STEP, { maxLength: 12 }), { minLength: 1, maxLength: 10 });
    const property = fc.property(history, fc.nat(4), (cycles, shift) => {
      const model = createProcessModel();
      const { read } = createContainer();
      let last: Record<string, number> = {};
      for (const [cycle, steps] of cycles.entries()) {
        for (const step of steps) model.step(step);
        const processes = model.list().flatMap((pid) => model.read(pid) ?? []);
        if (processes.length === 0) continue;
        const usage = read(
          ...processes.map((each) => {
            const executable = names[(each.stat.pid + shift * cycle) % names.length]!;
            return { ...each, executable };
          }),
        );
        const parts = cpu(usage);
        const sum = Object.values(parts).reduce((a, b) => a + b, 0);
        if (usage.executables) expect(sum).toBeCloseTo(cpuOf(usage), 6);
        expect(countersOf(usage.executables ?? [])).toEqual(usage.executables ? countersOf([usage]) : [0, 0, 0, 0]);
        for (const [name, seconds] of Object.entries(parts)) {
          expect(seconds, name).toBeGreaterThanOrEqual((last[name] ?? 0) - 1e-9);
        }
        last = { ...last, ...parts };
      }
    });
    fc.assert(property, { numRuns: 500 });
  });
});

describe('faults and context switches by executable', () => {
  const process = (pid: number, executable: string, minorFaults: number, voluntary?: number): ProcessReading => ({
    stat: { ...stat(pid, { parent: pid - 1 }), minorFaults, majorFaults: 1 },
    ...(voluntary !== undefined && { contextSwitches: { voluntary, involuntary: 2 * voluntary } }),
    executable,
  });
  const parts = ({ executables }: ProcessesUsage) =>
    executables?.map(({ name, faults, contextSwitches }) => [name, faults?.minor, contextSwitches?.voluntary]);

  it('are those of its processes, and stay when these end', () => {
    const { read } = createContainer();
    read(process(1, 'sh', 10, 5), process(2, 'gzip', 30, 7));
    expect(parts(read(process(1, 'sh', 12, 6)))).toEqual([
      ['gzip', 30, 7],
      ['sh', 12, 6],
      ['other', 0, 0],
    ]);
  });

  it('go on from what they were where they could not be read once', () => {
    const { read } = createContainer();
    read(process(1, 'awk', 10, 5), process(2, 'sh', 10, 5));
    read(process(1, 'awk', 10), process(2, 'sh', 10, 5));
    expect(parts(read(process(1, 'awk', 10, 8), process(2, 'sh', 10, 10)))).toEqual([
      ['awk', 10, 8],
      ['sh', 10, 10],
      ['other', 0, 0],
    ]);
  });

  it('are absent where they are not read', () => {
    const usage = createContainer().read(process(1, 'sh', 10));
    expect(usage.executables?.every((each) => !('contextSwitches' in each))).toBe(true);
  });
});

describe('what executables hold', () => {
  it('has files and proportional memory where those of all processes are known, and else none', () => {
    const { read } = createContainer();
    const rich = (pid: number, name: string): ProcessReading => ({
      ...running(pid, name),
      fileDescriptors: { count: 4 },
      pssBytes: 512,
    });
    const held = ({ executables }: ProcessesUsage) =>
      executables?.map(({ fileDescriptors, pssBytes }) => [fileDescriptors?.count, pssBytes]);
    expect(held(read(rich(1, 'sh'), rich(2, 'nginx'), rich(3, 'nginx')))).toEqual([
      [8, 1024],
      [4, 512],
      [0, 0],
    ]);
    expect(held(read(rich(1, 'sh'), running(2, 'nginx')))).toEqual(Array(3).fill([undefined, undefined]));
  });

  it('sums up to what the container holds', () => {
    const { read } = createContainer();
    const many = Array.from({ length: 30 }, (_, at) => running(at + 1, `app${at % 15}`, { threads: 2 }));
    const usage = read(...many);
    expect(usage.executables).toHaveLength(11);
    const sum = (pick: (each: ExecutableUsage) => number) =>
      usage.executables!.reduce((total, each) => total + pick(each), 0);
    expect(sum(({ threadCount }) => threadCount)).toBe(usage.threadCount);
    expect(sum(({ residentAnonBytes = 0 }) => residentAnonBytes)).toBe(usage.residentAnonBytes);
    expect(sum(({ virtualBytes = 0 }) => virtualBytes)).toBe(usage.virtualBytes);
    expect(sum(({ swapBytes = 0 }) => swapBytes)).toBe(usage.swapBytes);
    expect(sum(({ countByState }) => countByState.sleeping)).toBe(30);
  });

  it('is other for processes without a name, and of that name', () => {
    const { read } = createContainer();
    const { executable: _, ...nameless } = running(3, '');
    const usage = read(running(1, 'sh'), running(2, 'other'), nameless);
    expect(usage.executables?.map(({ name, threadCount }) => [name, threadCount])).toEqual([
      ['sh', 1],
      ['other', 2],
    ]);
  });

  it('is not told apart where no executable was read', () => {
    expect(createContainer().read({ stat: stat(1) }).executables).toBeUndefined();
  });
});
