import { describe, expect, it } from 'vitest';
import { createProcessCpuAccount } from '../../src/accounting/process-cpu.ts';
import type { ProcStat } from '../../src/sources/proc/stat.ts';
import { stat } from './stats.ts';

/** One cycle: the processes that live, and the total that is right then. */
type Cycle = { readonly processes: readonly ProcStat[]; readonly want: number };

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
    { processes: [stat(1, { own: 104 })], want: 204 },
  ],
  'finds the first process among those that were started in the same tick': [
    { processes: [stat(2, { parent: 1, start: 5 }), stat(1, { start: 5 }), stat(30, { parent: 4000 }), stat(31, { parent: 30, own: 100 })], want: 100 },
    { processes: [stat(2, { parent: 1, start: 5 }), stat(1, { start: 5, waited: 100 })], want: 100 },
  ],
};

describe('CPU time of processes', () => {
  it.each(Object.entries(STORIES))('%s', (_, story) => {
    const account = createProcessCpuAccount();
    const totals = story.map(({ processes }) => {
      const { user, system } = account.account(processes);
      return user + system;
    });
    expect(totals).toEqual(story.map(({ want }) => want));
  });

  it('decides for user and system time each by itself', () => {
    const account = createProcessCpuAccount();
    account.account([stat(1), { ...stat(2, { parent: 1 }), userTicks: 10, systemTicks: 20 }]);
    const total = account.account([{ ...stat(1), childrenUserTicks: 10, childrenSystemTicks: 0 }]);
    expect(total).toEqual({ user: 10, system: 20 });
  });

  it('ends where processes are each other’s parents', () => {
    const account = createProcessCpuAccount();
    account.account([stat(1), stat(2, { parent: 3, own: 8 }), stat(3, { parent: 2, own: 8 })]);
    expect(account.account([stat(1)])).toEqual({ user: 12, system: 4 });
  });
});
