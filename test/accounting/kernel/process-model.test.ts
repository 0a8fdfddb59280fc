import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ProcessReading } from '../../../src/sources/container-reading.ts';
import { waitFor } from '../../e2e/parts/wait.ts';
import { describeWith } from '../../parts.ts';
import { createProcessModel } from '../process-model.ts';
import { type Puppets, startPuppets } from './puppets.ts';

/*
 * The model against the kernel: real processes do what those of the model do. After each step they must be there with
 * the same states and parents, and have inherited the same. What each uses itself is read and told to the model.
 */

const SEED = 20261123;
const HISTORIES = 12;
const STEPS = 16;
const ACTIONS = [
  'fork',
  'fork',
  'run',
  'thread',
  'ignore',
  'exit',
  'exit',
  'wait',
  'wait',
  'exec',
  'thread exec',
] as const;

/** These may move bytes; after all others a change is inherited. A child that was forked makes its FIFO. */
const MOVING: readonly string[] = ['fork', 'run', 'thread', 'exec', 'thread exec'];

type Action = {
  readonly do: (typeof ACTIONS)[number];
  readonly who: number;
  readonly ignores: boolean;
  readonly adopts: boolean;
};

const history = fc.array(
  fc.record({ do: fc.constantFrom(...ACTIONS), who: fc.nat(20), ignores: fc.boolean(), adopts: fc.boolean() }),
  { minLength: STEPS, maxLength: STEPS },
);

describeWith(['linux', 'gcc'], 'the model of processes', () => {
  let puppets: Puppets;
  beforeEach(async () => {
    puppets = await startPuppets();
  });
  afterEach(() => puppets.end());

  it.each(fc.sample(history, { seed: SEED, numRuns: HISTORIES }).map((actions, index) => ({ actions, index })))(
    'does what the kernel does, history $index',
    async ({ actions }) => {
      const pair = await createPair(puppets);
      for (const action of actions) await pair.act(action);
    },
    60_000,
  );

  it('keeps start time and CPU time over an exec, from whatever thread', async () => {
    const pid = await puppets.tell('0', 'fork a', 'a');
    for (let round = 0; round < 4; round++) await puppets.tell('a', `thread ${puppets.file}`);
    const before = puppets.read(pid)!;
    expect(before.stat.userTicks + before.stat.systemTicks).toBeGreaterThan(0);
    for (const how of ['exec', 'thread exec']) {
      await puppets.tell('a', how);
      const { stat, io } = puppets.read(pid)!;
      expect(stat.startTimeTicks).toBe(before.stat.startTimeTicks);
      expect(stat.userTicks + stat.systemTicks).toBeGreaterThanOrEqual(before.stat.userTicks + before.stat.systemTicks);
      expect(stat.minorFaults).toBeGreaterThan(before.stat.minorFaults);
      expect(io!.writeBytes).toBeGreaterThanOrEqual(before.io!.writeBytes);
    }
  });

  it('lets nobody inherit context switches', async () => {
    const pid = await puppets.tell('0', 'fork a', 'a');
    for (let round = 0; round < 50; round++) await puppets.tell('a', 'heed');
    puppets.order('a', 'exit');
    await waitFor('it is a zombie', () => puppets.read(pid)?.stat.state === 'Z' || undefined, { timeoutMs: 5000 });
    const switches = puppets.read(pid)!.contextSwitches!.voluntary;
    expect(switches).toBeGreaterThan(50);
    const parentPid = puppets.read(pid)!.stat.parentPid;
    const before = puppets.read(parentPid)!.contextSwitches!.voluntary;
    await puppets.tell('0', `wait ${pid}`);
    expect(puppets.read(parentPid)!.contextSwitches!.voluntary).toBeLessThan(before + switches);
  });
});

type Puppet = { readonly name: string; readonly pid: number; readonly reading: ProcessReading };

async function createPair(puppets: Puppets): Promise<{ act(action: Action): Promise<void> }> {
  const model = createProcessModel();
  /** Real pids by serial. */
  const pids = [puppets.read(await puppets.tell('0', 'heed'))!.stat.pid];
  const ignoring = new Set<string>();
  let waits = 0;

  /** Processes of the model as they are, in the order in which they were started. */
  const living = (): Puppet[] =>
    model
      .list()
      .map((pid) => toPuppet(model.read(pid)!))
      .sort(byStart);
  const zombies = (): Puppet[] =>
    model
      .list()
      .flatMap((pid) => model.readZombies(pid).map(toPuppet))
      .sort(byStart);
  const toPuppet = (reading: ProcessReading): Puppet => {
    const serial = model.serialOf(reading);
    return { name: String(serial), pid: pids[serial]!, reading };
  };

  /** Tells the model what they used themselves; the bytes only of one that may have moved some. */
  function tellModel(mover?: string): void {
    for (const [who, { name, pid, reading }] of living().entries()) {
      const real = puppets.read(pid);
      if (!real) continue;
      const io = (key: 'readBytes' | 'writeBytes'): number =>
        name === mover ? (real.io?.[key] ?? 0) - reading.io![key] : 0;
      const grown = (key: 'userTicks' | 'systemTicks' | 'minorFaults' | 'majorFaults'): number =>
        real.stat[key] - reading.stat[key];
      const amounts = [
        grown('userTicks'),
        grown('systemTicks'),
        grown('minorFaults'),
        grown('majorFaults'),
        io('readBytes'),
        io('writeBytes'),
        0,
        0,
      ];
      model.step({ do: 'run', who, amounts });
    }
  }

  /** Lets both do it; answers which of the real ones may have moved bytes itself. */
  async function perform(
    { do: action, who, ignores, adopts }: Action,
    { name, pid, reading }: Puppet,
  ): Promise<string> {
    if (action === 'fork') {
      const child = String(pids.length);
      const flags = `${ignores ? ' ignore' : ''}${adopts ? ' adopt' : ''}`;
      if (ignores) ignoring.add(child);
      pids.push(await puppets.tell(name, `fork ${child}${flags}`, child));
      model.step({ do: 'tick' });
      model.step({ do: 'fork', who, ignoresChildren: ignores, adopts });
      return child;
    }
    if (action === 'ignore') {
      if (!ignoring.delete(name)) ignoring.add(name);
      await puppets.tell(name, ignoring.has(name) ? 'ignore' : 'heed');
      model.step({ do: 'ignore', who });
    } else if (action === 'exit') {
      puppets.order(name, 'exit');
      const hasEnded = () => (puppets.read(pid)?.stat.state ?? 'Z') === 'Z' || undefined;
      await waitFor('it has ended', hasEnded, { timeoutMs: 5000, everyMs: 2 });
      // The last that a zombie shows of itself is what is handed on.
      tellModel();
      model.step({ do: 'exit', who });
    } else if (action === 'wait') {
      const parent = living().find((each) => each.reading.stat.pid === reading.stat.parentPid)!;
      await puppets.tell(parent.name, `wait ${pid}`);
      waits += 1;
      model.step({ do: 'wait', who });
    } else if (action === 'run' || action === 'thread') await puppets.tell(name, `${action} ${puppets.file}`);
    else await puppets.tell(name, action);
    return name;
  }

  async function act(action: Action): Promise<void> {
    const able = action.do === 'wait' ? zombies() : action.do === 'exit' ? living().slice(1) : living();
    const target = able[action.who % able.length];
    if (!target) return;
    const mover = await perform(action, target);
    tellModel(MOVING.includes(action.do) ? mover : undefined);
    const agree = () => differences().length === 0 || undefined;
    await waitFor('they agree', agree, { timeoutMs: 10_000, everyMs: 5 }).catch(() => undefined);
    expect(differences(), `${action.do} of ${target.name}`).toEqual([]);
  }

  function differences(): string[] {
    const there = new Map([...living(), ...zombies()].map((puppet) => [puppet.pid, puppet]));
    return pids.flatMap((pid, serial) => {
      const expected = there.get(pid);
      const real = puppets.read(pid);
      if (!expected) return real ? [`${serial} is still there`] : [];
      return real ? compare(expected, real) : [`${serial} is gone`];
    });
  }

  function compare({ name, reading }: Puppet, real: ProcessReading): string[] {
    const parent = [...living(), ...zombies()].find((each) => each.reading.stat.pid === reading.stat.parentPid);
    const pairs: [string, unknown, unknown][] = [
      ['is defunct', reading.stat.state === 'Z', real.stat.state === 'Z'],
      ['minor faults of children', reading.stat.childrenMinorFaults, real.stat.childrenMinorFaults],
      ['major faults of children', reading.stat.childrenMajorFaults, real.stat.childrenMajorFaults],
      ['bytes read', reading.io?.readBytes, real.io?.readBytes],
      ['bytes written', reading.io?.writeBytes, real.io?.writeBytes],
    ];
    if (parent) pairs.push(['parent', parent.pid, real.stat.parentPid]);
    // Each value is cut to ticks by itself, so that a sum may have one more for each child.
    for (const key of ['childrenUserTicks', 'childrenSystemTicks'] as const) {
      const more = real.stat[key] - reading.stat[key];
      if (more < 0 || more > waits) pairs.push([key, reading.stat[key], real.stat[key]]);
    }
    return pairs
      .filter(([, a, b]) => a !== b)
      .map(([what, a, b]) => `${name}: ${what}: the model says ${a}, the kernel ${b}`);
  }

  return { act };
}

const byStart = (a: Puppet, b: Puppet): number => Number(a.name) - Number(b.name);
