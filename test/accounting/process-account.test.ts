import { describe, expect, it } from 'vitest';
import { createProcessAccount, type ProcessMemory } from '../../src/accounting/process-account.ts';
import type { Totals } from '../../src/accounting/process-counters.ts';
import type { ProcessReading } from '../../src/sources/container-reading.ts';
import type { ProcStat } from '../../src/sources/proc/stat.ts';
import { stat } from './stats.ts';

/** One cycle: the processes that live, and the total that is right then. */
type Cycle = { readonly processes: readonly ProcStat[]; readonly want: number };

const toReading = (each: ProcStat): ProcessReading => ({ stat: each });
const ticksOf = ({ userTicks = 0, systemTicks = 0 }: Totals): number => userTicks + systemTicks;

// All ticks are multiples of 4, so that user and system can be told apart without rounding.
// biome-ignore format: one reading a line, so that a story reads as a table.
const STORIES: Readonly<Record<string, readonly Cycle[]>> = {
  'sums what lives': [
    { processes: [stat(1, { own: 40 }), stat(7, { parent: 1, own: 8, waited: 4 })], want: 52 },
    { processes: [stat(1, { own: 44 }), stat(7, { parent: 1, own: 8, waited: 4 })], want: 56 },
  ],
  'keeps the time of a process that `docker exec` started, whose parent is outside': [
    { processes: [stat(1, { own: 40 }), stat(9, { parent: 4000, own: 200 })], want: 240 },
    { processes: [stat(1, { own: 40 })], want: 240 },
    { processes: [stat(1, { own: 48 })], want: 248 },
  ],
  'keeps it also when the first process waits for something else at the same time': [
    { processes: [stat(1, { own: 40 }), stat(9, { parent: 4000, own: 200 })], want: 240 },
    { processes: [stat(1, { own: 40, waited: 100 })], want: 340 },
  ],
  'does not count a child twice that its parent waited for': [
    { processes: [stat(1, { own: 40 }), stat(2, { parent: 1, own: 100 })], want: 140 },
    { processes: [stat(1, { own: 40, waited: 120 })], want: 160 },
    { processes: [stat(1, { own: 44, waited: 120 })], want: 164 },
  ],
  'keeps the time of a child whose parent ignores SIGCHLD and so inherits nothing': [
    { processes: [stat(1, { own: 40 }), stat(2, { parent: 1, own: 100 })], want: 140 },
    { processes: [stat(1, { own: 44 })], want: 144 },
  ],
  'tells the two apart when one child is waited for and another is not': [
    { processes: [stat(1), stat(2, { parent: 1, own: 100 }), stat(3, { parent: 1, own: 60 })], want: 160 },
    { processes: [stat(1, { waited: 60 })], want: 160 },
  ],
  'counts a child that lived and was waited for between two readings': [
    { processes: [stat(1, { own: 40 })], want: 40 },
    { processes: [stat(1, { own: 40, waited: 80 })], want: 120 },
  ],
  'follows a chain of vanished parents up to a living one': [
    { processes: [stat(1), stat(2, { parent: 1, own: 8 }), stat(3, { parent: 2, own: 16 }), stat(4, { parent: 3, own: 32 })], want: 56 },
    { processes: [stat(1, { waited: 56 })], want: 56 },
  ],
  'keeps a whole chain that nobody waited for': [
    { processes: [stat(1), stat(2, { parent: 1, own: 8 }), stat(3, { parent: 2, own: 16 })], want: 24 },
    { processes: [stat(1)], want: 24 },
  ],
  'takes an orphan as inherited by the first process, which adopted it': [
    { processes: [stat(1), stat(20, { parent: 4000, own: 8 }), stat(21, { parent: 20, own: 100 })], want: 108 },
    { processes: [stat(1, { waited: 100 })], want: 108 },
  ],
  'takes an orphan as inherited by a subreaper further up than the nearest living ancestor': [
    { processes: [stat(1), stat(2, { parent: 1 }), stat(3, { parent: 2 }), stat(4, { parent: 3 }), stat(5, { parent: 4, own: 100 })], want: 100 },
    { processes: [stat(1), stat(2, { parent: 1, waited: 100 }), stat(3, { parent: 2 })], want: 100 },
  ],
  'takes what a defunct parent has handed over as inherited by the first process': [
    { processes: [stat(1), stat(2, { parent: 1 }), stat(3, { parent: 2, own: 100, state: 'Z' })], want: 100 },
    { processes: [stat(1, { waited: 100 }), stat(2, { parent: 1, state: 'Z' })], want: 100 },
  ],
  'goes on counting an orphan that lives with its new parent': [
    { processes: [stat(1), stat(2, { parent: 1, own: 8 }), stat(3, { parent: 2, own: 100 })], want: 108 },
    { processes: [stat(1, { waited: 8 }), stat(3, { parent: 1, own: 104 })], want: 112 },
    { processes: [stat(1, { waited: 112 })], want: 112 },
  ],
  'tells a new process from an old one with the same pid': [
    { processes: [stat(1), stat(7, { parent: 1, own: 100, start: 70 })], want: 100 },
    { processes: [stat(1), stat(7, { parent: 1, own: 4, start: 900 })], want: 104 },
    { processes: [stat(1, { waited: 4 })], want: 104 },
  ],
  'does not take what a new process inherited for what its predecessor of the same pid left': [
    { processes: [stat(1), stat(7, { parent: 1, start: 70 }), stat(8, { parent: 7, own: 100 })], want: 100 },
    { processes: [stat(1, { waited: 100 }), stat(7, { parent: 1, waited: 40, start: 900 })], want: 140 },
  ],
  'does not count a child twice when its parent was read just before it waited': [
    { processes: [stat(1), stat(2, { parent: 1, own: 100 })], want: 100 },
    { processes: [stat(1)], want: 100 },
    { processes: [stat(1, { waited: 100 })], want: 100 },
    { processes: [stat(1, { waited: 140 })], want: 140 },
  ],
  'does not when that parent is gone by the next reading, either': [
    { processes: [stat(1), stat(2, { parent: 1 }), stat(3, { parent: 2, own: 100 })], want: 100 },
    { processes: [stat(1), stat(2, { parent: 1 })], want: 100 },
    { processes: [stat(1, { waited: 100 })], want: 100 },
  ],
  'keeps what the first process itself used when the container has none left for a moment': [
    { processes: [stat(1, { own: 100 })], want: 100 },
    { processes: [], want: 100 },
    { processes: [stat(1, { own: 104, start: 900 })], want: 204 },
  ],
  'finds the first process among those that were started in the same tick': [
    { processes: [stat(2, { parent: 1, start: 5 }), stat(1, { start: 5 }), stat(30, { parent: 4000 }), stat(31, { parent: 30, own: 100 })], want: 100 },
    { processes: [stat(2, { parent: 1, start: 5 }), stat(1, { start: 5, waited: 100 })], want: 100 },
  ],
};

describe('CPU time of processes', () => {
  it.each(Object.entries(STORIES))('%s', (_, story) => {
    const account = createProcessAccount();
    const totals = story.map(({ processes }) => ticksOf(account.account(processes.map(toReading))));
    expect(totals).toEqual(story.map(({ want }) => want));
  });

  it('takes a child as inherited as a whole or not at all', () => {
    const account = createProcessAccount();
    account.account([stat(1), { ...stat(2, { parent: 1 }), userTicks: 10, systemTicks: 20 }].map(toReading));
    const total = account.account([{ ...stat(1), childrenUserTicks: 10, childrenSystemTicks: 19 }].map(toReading));
    expect(total).toMatchObject({ userTicks: 20, systemTicks: 39 });
  });

  it('knows by its page faults that a child was not waited for, though its parent’s time grew by more', () => {
    const account = createProcessAccount();
    account.account([stat(1), { ...stat(2, { parent: 1, own: 40 }), minorFaults: 80 }].map(toReading));
    const grown = { ...stat(1, { waited: 100 }), childrenMinorFaults: 79 };
    expect(account.account([toReading(grown)])).toMatchObject({ userTicks: 105, systemTicks: 35, minorFaults: 159 });
    expect(account.account([toReading(grown)])).toMatchObject({ userTicks: 105, systemTicks: 35, minorFaults: 159 });
  });

  it('ends where processes are each other’s parents', () => {
    const account = createProcessAccount();
    account.account([stat(1), stat(2, { parent: 3, own: 8 }), stat(3, { parent: 2, own: 8 })].map(toReading));
    expect(account.account([toReading(stat(1))])).toMatchObject({ userTicks: 12, systemTicks: 4 });
  });
});

describe('other counters of processes', () => {
  const io = (each: ProcStat, readBytes: number): ProcessReading => ({
    stat: each,
    io: { readBytes, writeBytes: 2 * readBytes },
  });
  const switches = (each: ProcStat, voluntary: number): ProcessReading => ({
    stat: each,
    contextSwitches: { voluntary, involuntary: 3 * voluntary },
  });

  it('are absent until they were read once', () => {
    const account = createProcessAccount();
    expect(account.account([toReading(stat(1))]).readBytes).toBeUndefined();
    expect(account.account([io(stat(1), 5)])).toMatchObject({ readBytes: 5, writeBytes: 10 });
    expect(account.account([toReading(stat(1))]).readBytes).toBe(5);
  });

  it('count the bytes of a child that was waited for once, with its parent', () => {
    const account = createProcessAccount();
    const child = { ...stat(2, { parent: 1, own: 8 }), minorFaults: 50 };
    account.account([io(stat(1), 100), io(child, 1000)]);
    const waited = { ...stat(1, { waited: 8 }), childrenMinorFaults: 50 };
    expect(account.account([io(waited, 1100)])).toMatchObject({ readBytes: 1100, writeBytes: 2200 });
  });

  it('keep the bytes of a child that nobody waited for, though its parent read as much itself', () => {
    const account = createProcessAccount();
    const child = { ...stat(2, { parent: 1, own: 8 }), minorFaults: 50 };
    account.account([io(stat(1), 100), io(child, 1000)]);
    account.account([io(stat(1), 5000)]);
    expect(account.account([io(stat(1), 5000)])).toMatchObject({ readBytes: 6000, minorFaults: 50 });
  });

  it('keep the context switches of every process that ended, and of every thread', () => {
    const account = createProcessAccount();
    account.account([switches(stat(1), 10), switches(stat(2, { parent: 1 }), 100)]);
    expect(account.account([switches(stat(1), 30)]).voluntarySwitches).toBe(130);
    expect(account.account([switches(stat(1), 12)]).voluntarySwitches).toBe(130);
    expect(account.account([switches(stat(1), 17)])).toMatchObject({
      voluntarySwitches: 135,
      involuntarySwitches: 405,
    });
  });
});

describe('processes that cannot be read for a while', () => {
  const child = stat(2, { parent: 1, own: 100 });
  const unread = (...pids: number[]) => ({ pids, zombies: false });

  it('are not counted again when they can', () => {
    const account = createProcessAccount();
    account.account([stat(1), child].map(toReading));
    for (let cycle = 0; cycle < 4; cycle++) {
      expect(ticksOf(account.account([toReading(stat(1))], unread(2)))).toBe(100);
    }
    expect(ticksOf(account.account([stat(1), stat(2, { parent: 1, own: 104 })].map(toReading)))).toBe(104);
  });

  it('are not counted twice when they are waited for meanwhile', () => {
    const account = createProcessAccount();
    account.account([stat(1), child].map(toReading));
    account.account([toReading(stat(1))], unread(2));
    account.account([toReading(stat(1))], unread(2));
    expect(ticksOf(account.account([toReading(stat(1, { waited: 120 }))]))).toBe(120);
  });

  it('may have inherited, so that the end of their children is not settled before they can be read again', () => {
    const account = createProcessAccount();
    const first = stat(1);
    account.account([first, stat(2, { parent: 1 }), stat(3, { parent: 2, own: 100 })].map(toReading));
    for (let cycle = 0; cycle < 4; cycle++) account.account([toReading(first)], unread(2));
    expect(ticksOf(account.account([first, stat(2, { parent: 1, waited: 100 })].map(toReading)))).toBe(100);
  });

  it('keep everything open where ended processes may have been overlooked', () => {
    const account = createProcessAccount();
    account.account([stat(1), child].map(toReading));
    for (let cycle = 0; cycle < 4; cycle++) account.account([toReading(stat(1))], { pids: [], zombies: true });
    expect(ticksOf(account.account([toReading(stat(1, { waited: 100 }))]))).toBe(100);
  });
});

describe('the memory of processes', () => {
  it('goes through JSON and goes on where it was', () => {
    const story = STORIES['does not count a child twice when its parent was read just before it waited']!;
    let memory: ProcessMemory | undefined;
    for (const { processes, want } of story) {
      const account = createProcessAccount(memory);
      expect(ticksOf(account.account(processes.map(toReading)))).toBe(want);
      memory = JSON.parse(JSON.stringify(account.remember())) as ProcessMemory;
    }
  });

  it('begins anew where what was counted before is not known', () => {
    const account = createProcessAccount(undefined, 'unknown');
    expect(ticksOf(account.account([toReading(stat(1, { own: 100 }))]))).toBe(0);
    expect(account.beganAnew()).toBe(true);
    expect(ticksOf(account.account([toReading(stat(1, { own: 108 }))]))).toBe(8);
    expect(
      ticksOf(account.account([toReading(stat(1, { own: 112 })), toReading(stat(2, { parent: 1, own: 4 }))])),
    ).toBe(16);
  });

  it.each([
    ['goes on where nothing has ended', [stat(1, { own: 100 }), stat(2, { parent: 1, own: 48 })], 148, false],
    ['goes on where something was started', [stat(1), stat(2, { parent: 1, own: 40 }), stat(3, { own: 4 })], 44, false],
    ['begins anew where something has ended', [stat(1, { own: 100 })], 0, true],
  ])('%s since it was written last', (_, processes, want, isAnew) => {
    const before = createProcessAccount();
    before.account([stat(1), stat(2, { parent: 1, own: 40 })].map(toReading));
    const account = createProcessAccount(before.remember(), 'known if unchanged');
    expect(ticksOf(account.account(processes.map(toReading)))).toBe(want);
    expect(account.beganAnew()).toBe(isAnew);
  });

  it('is marked as changed by what the kernel would not say again, and by nothing else', () => {
    const account = createProcessAccount();
    account.account([stat(1), stat(2, { parent: 1, own: 8 })].map(toReading));
    const before = account.mark();
    account.account([stat(1, { own: 100 }), stat(2, { parent: 1, own: 80 })].map(toReading));
    expect(account.mark()).toBe(before);
    account.account([toReading(stat(1, { own: 100 }))]);
    expect(account.mark()).not.toBe(before);
  });
});
