import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createProcessCpuAccount } from '../../src/accounting/process-cpu.ts';
import type { ProcStat } from '../../src/sources/proc/stat.ts';
import { createProcessModel, type ProcessModel, type Step } from './process-model.ts';

/** Steps between two readings, and steps that happen while the second is taken. */
type Cycle = { readonly before: readonly Step[]; readonly during: readonly Step[] };

const who = fc.nat(20);
// Multiples of 4, as the stories have them.
const ticks = fc.nat(25).map((quarter) => quarter * 4);
const run: fc.Arbitrary<Step> = fc.record({ do: fc.constant('run'), who, ticks });
const exit: fc.Arbitrary<Step> = fc.record({ do: fc.constant('exit'), who });
const wait: fc.Arbitrary<Step> = fc.record({ do: fc.constant('wait'), who });
const exec: fc.Arbitrary<Step> = fc.constant({ do: 'exec' });
const fork = (ignoresChildren: fc.Arbitrary<boolean>): fc.Arbitrary<Step> =>
  fc.record({ do: fc.constant('fork'), who, ignoresChildren, adopts: fc.boolean() });

const anyStep = fc.oneof(fork(fc.boolean()), exec, run, run, exit, wait);
const waitedForStep = fc.oneof(fork(fc.constant(false)), run, run, exit, wait);

const cycles = (step: fc.Arbitrary<Step>, during: number): fc.Arbitrary<readonly Cycle[]> =>
  fc.array(fc.record({ before: fc.array(step, { maxLength: 8 }), during: fc.array(step, { maxLength: during }) }), {
    minLength: 2,
    maxLength: 8,
  });

/** Reads the first processes, lets things happen, reads the rest; parents come before their children. */
function readAll(model: ProcessModel, during: readonly Step[]): readonly ProcStat[] {
  const list = model.list();
  const middle = Math.ceil(list.length / 2);
  const read = (starts: readonly number[]) => starts.map(model.read).filter((stat) => stat !== undefined);
  const first = read(list.slice(0, middle));
  for (const step of during) model.step(step);
  return [...first, ...read(list.slice(middle))];
}

function play(history: readonly Cycle[], check: (total: number, model: ProcessModel) => void): void {
  const model = createProcessModel();
  const account = createProcessCpuAccount();
  for (const { before, during } of history) {
    for (const step of before) model.step(step);
    const { user, system } = account.account(readAll(model, during));
    check(user + system, model);
  }
}

describe('CPU time of processes, whatever they do', () => {
  it('never falls and is never more than was used, also where processes end while they are read', () => {
    const property = fc.property(cycles(anyStep, 3), (history) => {
      let last = 0;
      play(history, (total, model) => {
        expect(total).toBeGreaterThanOrEqual(last);
        expect(total).toBeLessThanOrEqual(model.trueTicks());
        last = total;
      });
    });
    fc.assert(property, { numRuns: 2000 });
  });

  it('is exactly what was used where all are waited for', () => {
    const property = fc.property(cycles(waitedForStep, 0), (history) => {
      play(history, (total, model) => expect(total).toBe(model.trueTicks()));
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('loses of processes that `docker exec` started only what they used after they were last read', () => {
    const step = fc.oneof({ weight: 3, arbitrary: run }, exec, exit);
    const property = fc.property(cycles(step, 0), (history) => {
      const lastRead = new Map<number, number>();
      play(history, (total, model) => {
        const unread = [...model.uninherited()].reduce(
          (sum, [start, used]) => sum + used - (lastRead.get(start) ?? 0),
          0,
        );
        expect(total).toBe(model.trueTicks() - unread);
        for (const start of model.list()) {
          const { userTicks, systemTicks } = model.read(start)!;
          lastRead.set(start, userTicks + systemTicks);
        }
      });
    });
    fc.assert(property, { numRuns: 1000 });
  });
});
