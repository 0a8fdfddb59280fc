import { describe, expect, it } from 'vitest';
import { createAccounts } from '../../src/accounting/accounts.ts';
import { type Collected, type CollectorOptions, createCollector } from '../../src/cycle/collector.ts';
import { createSelection } from '../../src/cycle/selection.ts';
import { createBlockDevices } from '../../src/sources/block-devices.ts';
import type { Container } from '../../src/sources/container.ts';
import { createInterfaceReader } from '../../src/sources/interfaces.ts';
import { createKernelFiles, type KernelFiles } from '../../src/sources/kernel-files.ts';
import { createProcFs } from '../../src/sources/proc/proc-fs.ts';
import { ALL_METRICS } from '../fakes/all-metrics.ts';
import { container } from '../fakes/containers.ts';
import { createLogLines } from '../fakes/log-lines.ts';
import { createTree } from '../sources/tree.ts';
import { pointsOf, seriesOf, valueIn } from './points-of.ts';

const NET_DEV = ['heading', 'heading', `  eth0: ${'1 '.repeat(16)}`, ''].join('\n');

/** What the kernel writes of one process that used so many ticks. */
const processFiles = (pid: number, ticks: number) => ({
  [`${pid}/stat`]: `${pid} (app) S 1 1 1 0 -1 4194304 0 0 0 0 ${ticks} 0 0 0 20 0 1 0 ${pid} 1000 10`,
  [`${pid}/status`]: 'VmSize:\t100 kB\nRssAnon:\t10 kB\nRssFile:\t10 kB\nRssShmem:\t0 kB\nVmSwap:\t0 kB\n',
  [`${pid}/net/dev`]: NET_DEV,
});

type Setup = Partial<Pick<CollectorOptions, 'select' | 'sendsDeltas' | 'fits' | 'endWatch' | 'seenAtEnd'>> & {
  readonly readFile?: (read: KernelFiles['read']) => KernelFiles['read'];
  /** Containers share this network namespace unless it names them otherwise. */
  readonly namespaces?: Readonly<Record<string, number>>;
};

/** A collector over files in a temporary folder; each container is the one process of its `pid`. */
function createFilled({ readFile = (read) => read, namespaces = {}, ...options }: Setup = {}) {
  const tree = createTree();
  const real = createKernelFiles();
  const files = { ...real, read: readFile(real.read) };
  const { log, lines } = createLogLines();
  const proc = createProcFs({ root: '/', path: tree.root, files });
  const identify = ({ id, name }: Container) => ({ 'container.id': id, 'container.name': name });
  let now = 1_700_000_100_000;
  const collector = createCollector({
    discovery: {
      current: async () => [],
      status: () => ({ status: 'ok', source: 'test' }),
      close: async () => undefined,
    },
    resolver: {
      begin: () => undefined,
      netNamespaceOf: ({ name, pid }) => namespaces[name] ?? Number(pid),
      resolve: (container) => ({
        container,
        located: { steps: [] },
        pids: container.pid === undefined ? [] : [container.pid],
        netNamespace: namespaces[container.name] ?? Number(container.pid),
      }),
    },
    proc,
    files,
    accounts: createAccounts(),
    select: () => ({ measured: true, reason: 'all' }),
    identify,
    metrics: ALL_METRICS,
    blockDevices: createBlockDevices({ root: '/', files }),
    interfaceReader: createInterfaceReader({ proc, loopback: false }),
    version: '1.2.3',
    clock: () => {
      now += 10_000;
      return { unixMs: now, monotonicMs: now };
    },
    log,
    ...options,
  });
  const endAll = async (isOver: (container: Container) => boolean): Promise<readonly Collected[]> => {
    const all: Collected[] = [];
    for await (const each of collector.end(isOver)) all.push(each);
    return all;
  };
  const collect = async (...containers: readonly Container[]): Promise<readonly Collected[]> => {
    const all: Collected[] = [];
    for await (const each of collector.collect(containers)) all.push(each);
    return all;
  };
  return { tree, lines, collect, endAll };
}

/** `web` is measured as process 11, `db` as 22. */
const web = (more: Partial<Container> = {}): Container => container('web', { pid: 11, ...more });
const db = (more: Partial<Container> = {}): Container => container('db', { pid: 22, ...more });

function createPair(setup?: Setup) {
  const filled = createFilled(setup);
  filled.tree.write({ ...processFiles(11, 100), ...processFiles(22, 200) });
  return filled;
}

/** What a collection says, a line each. */
const said = (collected: readonly Collected[]): readonly string[] =>
  collected.map((each) => `${each.kind} ${'usage' in each ? each.usage.container.name : each.container.name}`);

const metricsOf = (collected: readonly Collected[], kind: 'measured' | 'ended', at = 0) => {
  const found = collected.filter((each) => each.kind === kind)[at];
  if (!found || !('metrics' in found)) throw new Error(`nothing ${kind}`);
  return found.metrics;
};

describe('a container of which only values have changed', () => {
  /** What the templates say once they have what the collector first sent. */
  const fits = () => true;

  it('is not given to the SDK from its second cycle on', async () => {
    const { collect, tree } = createPair({ fits });
    expect(said(await collect(web(), db()))).toEqual(['measured web', 'measured db']);
    tree.write(processFiles(22, 201));
    expect(said(await collect(web(), db()))).toEqual(['same series web', 'same series db']);
  });

  it('is dated later each time, and ended after the last of them', async () => {
    const { collect } = createPair({ fits });
    const times: (readonly [number, number])[] = [];
    for (let cycle = 0; cycle < 5; cycle++) {
      const [first] = await collect(web());
      if (first?.kind === 'same series') times.push(first.at);
    }
    expect(times.length).toBe(4);
    const ended = metricsOf(await collect(), 'ended');
    const { dataPoints } = ended.scopeMetrics[0]!.metrics[0]!;
    const all = [...times, dataPoints[0]!.endTime].map(([seconds, nanos]) => seconds * 1e9 + nanos);
    expect(all).toEqual(all.toSorted((a, b) => a - b));
    expect(new Set(all).size).toBe(5);
  });

  it('is given to the SDK where what was sent of it has other series', async () => {
    const { collect } = createPair({ fits: (id) => id === db().id });
    await collect(web(), db());
    expect(said(await collect(web(), db()))).toEqual(['measured web', 'same series db']);
  });

  it('is given to the SDK under a new name', async () => {
    const { collect } = createPair({ fits });
    for (let cycle = 0; cycle < 3; cycle++) await collect(web());
    expect(said(await collect(web({ name: 'shop' })))).toEqual(['ended web', 'measured shop']);
  });
});

describe('collector', () => {
  it('measures each container in its turn', async () => {
    const { collect } = createPair();
    const collected = await collect(web(), db());
    expect(said(collected)).toEqual(['measured web', 'measured db']);
    expect(valueIn(metricsOf(collected, 'measured', 1), 'container.process.cpu.time user')).toBe(2);
    expect(metricsOf(collected, 'measured', 1).resource.attributes).toMatchObject({ 'container.name': 'db' });
  });

  it('ends a container that is gone with all its series, once', async () => {
    const { collect } = createPair();
    const first = await collect(web(), db());
    const second = await collect(web());
    expect(said(second)).toEqual(['ended db', 'measured web']);
    expect(metricsOf(second, 'ended').resource.attributes).toMatchObject({ 'container.name': 'db' });
    expect(new Set(seriesOf(metricsOf(second, 'ended')))).toEqual(new Set(seriesOf(metricsOf(first, 'measured', 1))));
    expect(said(await collect(web()))).toEqual(['measured web']);
  });

  it('ends those that it is told to end, once, and goes on with the others', async () => {
    const { collect, endAll } = createPair();
    const first = await collect(web(), db());
    const ended = await endAll(({ name }) => name === 'db');
    expect(said(ended)).toEqual(['ended db']);
    expect(new Set(seriesOf(metricsOf(ended, 'ended')))).toEqual(new Set(seriesOf(metricsOf(first, 'measured', 1))));
    expect(said(await endAll(({ name }) => name === 'db'))).toEqual([]);
    expect(said(await collect(web()))).toEqual(['measured web']);
  });

  it('takes in a new one', async () => {
    const { collect } = createPair();
    await collect(web());
    expect(said(await collect(web(), db()))).toEqual(['measured web', 'measured db']);
  });

  it('ends what ran before a restart and begins anew from the new start', async () => {
    const { collect, tree } = createPair();
    await collect(web({ startedAtMs: 1_700_000_000_000 }));
    tree.remove('11');
    tree.write(processFiles(12, 4));
    const collected = await collect(web({ pid: 12, startedAtMs: 1_700_000_050_000 }));
    expect(said(collected)).toEqual(['ended web', 'measured web']);
    const cpuTime = (metrics: ReturnType<typeof metricsOf>) =>
      pointsOf(metrics).find(({ series }) => series === 'container.process.cpu.time user');
    expect(cpuTime(metricsOf(collected, 'ended'))).toMatchObject({ value: 1, startTime: [1_700_000_000, 0] });
    expect(cpuTime(metricsOf(collected, 'measured'))).toMatchObject({ value: 0.04, startTime: [1_700_000_050, 0] });
  });

  it('ends the series of the old name when a container is renamed, and its totals go on', async () => {
    const { collect, tree } = createPair();
    await collect(web());
    tree.remove('11');
    tree.write(processFiles(12, 50));
    const collected = await collect(web({ name: 'renamed', pid: 12 }));
    expect(said(collected)).toEqual(['ended web', 'measured renamed']);
    expect(valueIn(metricsOf(collected, 'measured'), 'container.process.cpu.time user')).toBe(1.5);
  });

  it('ends a container whose processes are gone though the engine still calls it running, until they are back', async () => {
    const { collect, tree } = createPair();
    await collect(web(), db());
    tree.remove('22');
    expect(said(await collect(web(), db()))).toEqual(['measured web', 'ended db']);
    expect(said(await collect(web(), db()))).toEqual(['measured web']);
    tree.write(processFiles(22, 200));
    expect(said(await collect(web(), db()))).toEqual(['measured web', 'measured db']);
    expect(said(await collect(web()))).toEqual(['ended db', 'measured web']);
  });

  it('says why one is left out, and ends what it was measured as before', async () => {
    let exclude: readonly string[] = [];
    const { collect } = createPair({ select: (each) => createSelection({ include: [], exclude })(each) });
    await collect(web(), db());
    exclude = ['db'];
    const collected = await collect(web(), db());
    expect(said(collected)).toEqual(['ended db', 'measured web', 'left out db']);
    expect(collected[2]).toMatchObject({ reason: 'containers.exclude has db' });
  });

  it('lets a container that is left out own its network namespace', async () => {
    const unknown = { network: { kind: 'unknown' } } as const;
    const select = createSelection({ include: [], exclude: ['db'] });
    const { collect } = createPair({ select, namespaces: { web: 7, db: 7 } });
    const collected = await collect(web({ ...unknown, startedAtMs: 2000 }), db({ ...unknown, startedAtMs: 1000 }));
    expect(seriesOf(metricsOf(collected, 'measured')).filter((series) => series.includes('network'))).toEqual([]);
  });

  it('reports a shared network namespace once', async () => {
    const { tree, collect } = createPair({ namespaces: { web: 7, db: 7 } });
    for (const pid of [11, 22]) tree.link(`${pid}/ns/net`, 'net:[7]');
    const sharing = { network: { kind: 'container', containerId: 'id-web' } } as const;
    const collected = await collect(web(), db(sharing));
    const reporting = [0, 1].filter((at) =>
      seriesOf(metricsOf(collected, 'measured', at))
        .join()
        .includes('network.io'),
    );
    expect(reporting).toEqual([0]);
  });

  it('decides anew whose a network is when a container is found in another namespace, or there are others', async () => {
    const namespaces: Record<string, number> = { web: 7, db: 8 };
    const { tree, collect } = createPair({ namespaces });
    tree.link('1/ns/pid', 'pid:[4026531836]');
    tree.link('1/ns/net', 'net:[99]');
    tree.link('11/ns/net', 'net:[7]');
    const [one, other] = [web({ startedAtMs: 2000 }), db({ startedAtMs: 1000 })];
    const reporting = async (...containers: readonly Container[]) => {
      const names: string[] = [];
      for (const each of await collect(...containers))
        if (each.kind === 'measured' && each.usage.interfaces.length > 0) names.push(each.usage.container.name);
      return names;
    };
    expect(await reporting(one, other)).toEqual(['web']);
    expect(await reporting(one, other)).toEqual(['web']);
    namespaces['db'] = 7;
    tree.link('22/ns/net', 'net:[7]');
    expect(await reporting(one, other)).toEqual(['db']);
    expect(await reporting(one)).toEqual(['web']);
    namespaces['web'] = 99;
    tree.link('11/ns/net', 'net:[99]');
    expect(await reporting(one)).toEqual([]);
  });

  it('goes on with the others when one cannot be measured, says so, and takes it in again', async () => {
    let broken = true;
    const { collect, lines } = createPair({
      readFile: (read) => (source, path, parse) => {
        if (broken && path.includes('/11/')) throw new Error('BUG: something nobody thought of');
        return read(source, path, parse);
      },
    });
    expect(said(await collect(web(), db()))).toEqual(['measured db']);
    expect(lines).toMatchObject([{ container: 'web', msg: 'cannot measure a container in this cycle' }]);
    broken = false;
    expect(said(await collect(web(), db()))).toEqual(['measured web', 'measured db']);
  });

  it('keeps totals when a process ends, over cycles', async () => {
    const { collect, tree } = createFilled();
    tree.write({ ...processFiles(11, 100) });
    await collect(web());
    tree.remove('11');
    tree.write({ ...processFiles(12, 10) });
    const collected = await collect(web({ pid: 12 }));
    expect(valueIn(metricsOf(collected, 'measured'), 'container.process.cpu.time user')).toBe(1.1);
  });
});

describe('a container that ended between two cycles', () => {
  const cgroup = { cpuTime: { userSeconds: 9, systemSeconds: 1 } };
  /** Knows of one end. */
  const endWatch = (ofPid: number) => ({
    begin: () => undefined,
    take: ({ pid = ofPid }: Container) => (pid === ofPid ? cgroup : undefined),
    keepOnly: () => undefined,
    close: () => undefined,
  });
  const userSeconds = (collected: readonly Collected[]) =>
    collected.flatMap((each) => (each.kind === 'measured' ? [each.usage.cpu.time?.userSeconds] : []));

  it('has what the kernel accounted until its end, and then ends', async () => {
    const { tree, collect } = createFilled({ endWatch: endWatch(11) });
    tree.write(processFiles(11, 200));
    expect(userSeconds(await collect(web()))).toEqual([2]);
    const last = await collect();
    expect(userSeconds(last)).toEqual([9]);
    expect(last.map(({ kind }) => kind)).toEqual(['ended', 'measured', 'ended']);
    expect(await collect()).toEqual([]);
  });

  it('is measured though no cycle has seen it alive', async () => {
    const heard: string[] = [];
    const { collect } = createFilled({ endWatch: endWatch(11), seenAtEnd: (id) => heard.push(id) });
    const { pid: _pid, ...gone } = web({ state: 'exited', exitCode: 5 });
    const collected = await collect(gone);
    expect(userSeconds(collected)).toEqual([9]);
    expect(heard).toEqual([gone.id]);
  });

  it('ends its own run before the next one begins', async () => {
    const { tree, collect } = createFilled({ endWatch: endWatch(11) });
    tree.write({ ...processFiles(11, 200), ...processFiles(12, 10) });
    await collect(web());
    tree.remove('11');
    const collected = await collect(web({ pid: 12, startedAtMs: 1_700_000_050_000 }));
    expect(userSeconds(collected)).toEqual([9, 0.1]);
    expect(collected.map(({ kind }) => kind)).toEqual(['ended', 'measured', 'ended', 'measured']);
  });
});
