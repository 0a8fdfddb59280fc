import { expect, it } from 'vitest';
import { createCgroupFs } from '../../src/sources/cgroup/cgroup-fs.ts';
import { createCgroupDiscovery } from '../../src/sources/cgroup/discovery.ts';
import { createEndWatch } from '../../src/sources/cgroup/end-watch.ts';
import type { CgroupReading } from '../../src/sources/cgroup/reading.ts';
import type { Container } from '../../src/sources/container.ts';
import { createKernelFiles } from '../../src/sources/kernel-files.ts';
import { createProcFs } from '../../src/sources/proc/proc-fs.ts';
import { ALL_METRICS } from '../fakes/all-metrics.ts';
import { container } from '../fakes/containers.ts';
import { faultsOf } from './cases.ts';
import { type Fault, kernel, type Operation } from './kernel.ts';
import { type CgroupVersion, DB_ID, DB_PID, ROOT, WEB_ID, WEB_PIDS, type World, worldAt } from './world.ts';

/*
 * The looks at the kernel that are not of a cycle's readings: finding containers by their cgroups, and reading one whose
 * last process has ended. Each operation with each fault, as for the readings.
 */

const SHOWN = 10;

type Sources = { readonly cgroups: ReturnType<typeof createCgroupFs>; readonly proc: ReturnType<typeof createProcFs> };

function createSources(): Sources {
  const files = createKernelFiles();
  const cgroups = createCgroupFs({ root: ROOT, path: '', files });
  return { cgroups, proc: createProcFs({ root: ROOT, path: '', cgroupRoot: cgroups.namespaceRoot, files }) };
}

type Looked<T> = { readonly operation: Operation; readonly fault: Fault; readonly came: T };

/** What comes of a look for each fault of each of its operations; what was left open is a failure. */
async function faulted<T>(prepare: () => Promise<() => T | Promise<T>>): Promise<readonly Looked<T>[]> {
  const look = await prepare();
  kernel.record();
  await look();
  const operations = kernel.operations();
  const looks: Looked<T>[] = [];
  for (const [index, operation] of operations.entries()) {
    for (const fault of faultsOf(operation)) {
      const again = await prepare();
      kernel.record((_, at) => (at === index ? fault : undefined));
      looks.push({ operation, fault, came: await again() });
      kernel.record();
      const open = kernel.takeOpen();
      if (open.length > 0) throw new Error(`${fault} at ${operation.call} ${operation.path} leaves ${open} open`);
    }
  }
  return looks;
}

function expectNone(problems: readonly (string | undefined)[]): void {
  const found = problems.filter((problem) => problem !== undefined);
  expect(found.slice(0, SHOWN).join('\n'), `${found.length} of ${problems.length} cases`).toBe('');
}

const nameOf = ({ operation, fault }: Looked<unknown>): string => `${fault} at ${operation.call} ${operation.path}`;

export function testLooks(version: CgroupVersion, atLeast: { readonly found: number; readonly ended: number }): void {
  it.each([
    [1, 'are looked for'],
    [2, 'are known'],
  ])('finds containers by their cgroups whatever happens at any look in cycle %i, in which they %s', async (cycle) => {
    kernel.show(worldAt(version, 1));
    const undisturbed = byId(await createCgroupDiscovery({ proc: createSources().proc }).current());
    expect([...undisturbed.keys()].sort()).toEqual([WEB_ID, DB_ID]);
    let after: () => Promise<readonly Container[]> = async () => [];
    const looks = await faulted(async () => {
      kernel.show(worldAt(version, 1));
      const discovery = createCgroupDiscovery({ proc: createSources().proc });
      for (let earlier = 1; earlier < cycle; earlier++) await discovery.current();
      after = discovery.current;
      return async () => {
        const found = byId(await discovery.current());
        // Nothing of the fault may stay: asked in the same go, before the next one begins.
        return { found, after };
      };
    });
    const problems = [];
    for (const look of looks) {
      const next = byId(await look.came.after());
      problems.push(
        ...[WEB_ID, DB_ID].map((id) => judgeFound(look, { id, cycle }, undisturbed)),
        judgeAfter(look, next, undisturbed),
      );
    }
    expectNone(problems);
    expect(looks.length).toBeGreaterThanOrEqual(atLeast.found);
  });

  it('reads a container that has ended whatever happens at any look at what is left of it', async () => {
    const read = async (): Promise<() => CgroupReading | undefined> => {
      kernel.show(ended(worldAt(version, 1)));
      const { cgroups } = createSources();
      const families = ALL_METRICS.families;
      const watch = createEndWatch({ cgroups, runPath: `${ROOT}/run`, families, now: () => 1_000 });
      return () => {
        watch.begin(WEB_ID);
        const reading = watch.take(container('web', { id: WEB_ID, pid: WEB_PIDS.first, startedAtMs: 1 }));
        watch.close();
        return reading;
      };
    };
    const undisturbed = (await read())();
    expect(Object.keys(undisturbed ?? {}).length).toBeGreaterThan(5);
    const looks = await faulted(read);
    expectNone(looks.map((look) => look.came && judgeReading(look, look.came, undisturbed!)));
    expect(looks.length).toBeGreaterThanOrEqual(atLeast.ended);
    expect(looks.filter(({ came }) => came).length).toBeGreaterThan(looks.length / 2);
  });
}

const byId = (containers: readonly Container[]): ReadonlyMap<string, Container> =>
  new Map(containers.map((each) => [each.id, each]));

type Found = { readonly found: ReadonlyMap<string, Container> };

/** Whose file it is; the host's is everybody's. */
function concerns({ operation: { path } }: Looked<unknown>, id: string): boolean {
  const [, pid] = /\/proc\/(\d+)\//.exec(path) ?? [];
  if (pid === undefined) return true;
  return (id === DB_ID) === (Number(pid) === DB_PID);
}

function judgeFound(
  look: Looked<Found>,
  { id, cycle }: { readonly id: string; readonly cycle: number },
  undisturbed: ReadonlyMap<string, Container>,
): string | undefined {
  const [is, should] = [look.came.found.get(id), undisturbed.get(id)!];
  if (!is) return concerns(look, id) ? undefined : `${nameOf(look)}: ${id} is not found`;
  // Another start would be another run. Of a container that was never seen before, a later one is all that can be known.
  if (
    is.startedAtMs !== undefined &&
    (cycle > 1 || is.startedAtMs < should.startedAtMs!) &&
    is.startedAtMs !== should.startedAtMs
  )
    return `${nameOf(look)}: ${id} started at ${is.startedAtMs} instead of ${should.startedAtMs}`;
  if (!concerns(look, id) && JSON.stringify(is) !== JSON.stringify(should)) return `${nameOf(look)}: ${id} is another`;
  return undefined;
}

function judgeAfter(
  look: Looked<unknown>,
  next: ReadonlyMap<string, Container>,
  undisturbed: ReadonlyMap<string, Container>,
): string | undefined {
  const [is, should] = [next, undisturbed].map((containers) => JSON.stringify([...containers].sort()));
  return is === should ? undefined : `${nameOf(look)}: something is another in the cycle after`;
}

/** Nothing that is there is more than what is true. */
function judgeReading(look: Looked<unknown>, is: unknown, should: unknown): string | undefined {
  if (typeof is !== 'object' || is === null)
    // A sum over several files lacks what one of them would add: it is less, and never more.
    return is === should || (typeof is === 'number' && is < Number(should))
      ? undefined
      : `${nameOf(look)}: ${String(is)} instead of ${String(should)}`;
  return Object.entries(is)
    .map(([key, value]) =>
      value === undefined ? undefined : judgeReading(look, value, (should as Record<string, unknown>)?.[key]),
    )
    .find((problem) => problem !== undefined);
}

const ended = ({ files, links }: World): World => ({
  files: new Map(
    [...files].map(([path, text]) => [path, path.endsWith('/cgroup.events') ? 'populated 0\nfrozen 0\n' : text]),
  ),
  links,
});
