import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestContainer } from '../../e2e/parts/docker.ts';
import { RUN_ID, RUN_LABEL } from '../../e2e/parts/run-id.ts';
import { EXACT, INTERVAL_MS, LOST_WITH_INTERFACE } from '../parts/bounds.ts';
import type { OldValues } from '../parts/old-method.ts';
import type { Outcome } from '../parts/row.ts';
import { type Phase, scenario } from '../parts/scenario.ts';
import type { Stats } from '../parts/stats-api.ts';
import type { Snapshot } from '../parts/watch.ts';
import { ofOld, quiet, untilSays, type World } from '../parts/world.ts';

const TRANSMIT = { 'network.io.direction': 'transmit' };
const RECEIVE = { 'network.io.direction': 'receive' };
const PORT = 9_000;

type Counters = { readonly rx: number; readonly rxPackets: number; readonly tx: number; readonly txPackets: number };

/** The interfaces of a process' network namespace, the loopback left out. */
function interfacesOf({ pid }: TestContainer): Record<string, Counters> {
  const lines = readFileSync(`/proc/${pid}/net/dev`, 'utf8').trim().split('\n').slice(2);
  const named = lines.map((line): [string, Counters] => {
    const [name, counters] = line.split(':') as [string, string];
    const [rx, rxPackets, , , , , , , tx, txPackets] = counters.trim().split(/\s+/).map(Number);
    return [name.trim(), { rx: rx!, rxPackets: rxPackets!, tx: tx!, txPackets: txPackets! }];
  });
  return Object.fromEntries(named.filter(([name]) => name !== 'lo'));
}

/** A network of this run, with a container in it that takes what is sent to it. */
async function createNetwork(world: World, suffix: string) {
  const name = `${RUN_ID}-${suffix}`;
  await world.docker.docker(['network', 'create', '--label', `${RUN_LABEL}=${RUN_ID}`, name]);
  const removed = async () => {
    const members = '{{range $id, $_ := .Containers}}{{$id}} {{end}}';
    const ids = (await world.docker.docker(['network', 'inspect', '--format', members, name])).trim();
    for (const id of ids === '' ? [] : ids.split(' ')) await world.docker.remove(id);
    await world.docker.docker(['network', 'rm', name]);
  };
  world.releasers.add(`network ${name}`, removed);
  const command = ['sink', `${PORT}`];
  const sink = await world.docker.run({ image: world.images.programs, flags: ['--network', name], command });
  const format = `{{(index .NetworkSettings.Networks "${name}").IPAddress}}`;
  const address = await world.docker.docker(['inspect', '--format', format, sink.name]);
  return { name, sink, to: `${address}:${PORT}` };
}

/** Sends packets of 1,000 bytes from inside a container. */
const send = (world: World, container: TestContainer, to: string, packets: number): Promise<string> =>
  world.docker.exec(container.name, ['talk', to, '4000000', `${packets}`]);

const sleeper = (world: World, ...flags: readonly string[]): Promise<TestContainer> =>
  world.docker.run({ image: world.images.programs, flags, command: ['sleep', '1000'] });

/** Whether there is any series of the container's network. */
const seriesOf = (snapshot: Snapshot): string =>
  snapshot.points.some(({ metric }) => metric.startsWith('container.network.')) ? 'some' : 'none';

const transmittedBy = ({ networks }: Stats): number =>
  Object.values(networks).reduce((sum, { tx_bytes }) => sum + tx_bytes, 0);

const networksOf = (stats: Stats): string => (Object.keys(stats.networks).length > 0 ? 'some' : 'none');

const oldTraffic = (old: OldValues | 'fails'): string =>
  old === 'fails' ? old : `${(old.receivedBytes + old.transmittedBytes).toLocaleString('en')} B`;

const threeInterfaces = scenario({
  name: 'three networks, 0.5, 1 and 2 MB sent',
  rows: {
    eth0: ['container.network.io, transmit, eth0', 'By', EXACT],
    eth1: ['container.network.io, transmit, eth1', 'By', EXACT],
    eth2: ['container.network.io, transmit, eth2', 'By', EXACT],
    received: ['container.network.io, receive, all', 'By', EXACT],
    packets: ['container.network.packet.count, transmit, all', 'count', EXACT],
  },
  async run(world) {
    const networks = [];
    for (const suffix of ['a', 'b', 'c']) networks.push(await createNetwork(world, suffix));
    const container = await sleeper(world, '--network', networks[0]!.name);
    for (const { name } of networks.slice(1)) await world.docker.docker(['network', 'connect', name, container.name]);
    for (const [index, { to }] of networks.entries()) await send(world, container, to, 500 * 2 ** index);
    const { truth, plimsoll, stats, old } = await quiet(world, container, () => interfacesOf(container));
    const transmitted = (name: string): Outcome => ({
      truth: truth[name]!.tx,
      plimsoll: plimsoll.value('container.network.io', { ...TRANSMIT, 'network.interface.name': name }) ?? 'none',
      stats: stats.networks[name]?.tx_bytes,
      old: name === 'eth0' ? ofOld(old, 'transmittedBytes') : undefined,
    });
    const sum = (field: keyof Counters) => Object.values(truth).reduce((total, each) => total + each[field], 0);
    return {
      eth0: transmitted('eth0'),
      eth1: transmitted('eth1'),
      eth2: transmitted('eth2'),
      received: {
        truth: sum('rx'),
        plimsoll: plimsoll.value('container.network.io', RECEIVE) ?? 'none',
        stats: Object.values(stats.networks).reduce((total, { rx_bytes }) => total + rx_bytes, 0),
        old: ofOld(old, 'receivedBytes'),
      },
      packets: {
        truth: sum('txPackets'),
        plimsoll: plimsoll.value('container.network.packet.count', TRANSMIT) ?? 'none',
      },
    };
  },
});

const reconnected = scenario({
  name: 'disconnected and connected again while it sends 200 kB/s',
  rows: { sent: ['container.network.io, transmit, all (what the other end received)', 'By', LOST_WITH_INTERFACE] },
  async run(world) {
    const { name, sink, to } = await createNetwork(world, 'd');
    const command = ['talk', to, '200000'];
    const container = await world.docker.run({ image: world.images.programs, flags: ['--network', name], command });
    await sleep(3 * INTERVAL_MS);
    await world.docker.docker(['network', 'disconnect', name, container.name]);
    await sleep(2 * INTERVAL_MS);
    await world.docker.docker(['network', 'connect', name, container.name]);
    await sleep(3 * INTERVAL_MS);
    process.kill(container.pid, 'SIGUSR1');
    await untilSays(world.docker, container.name, /done/);
    const received = () => ({ bytes: Object.values(interfacesOf(sink)).reduce((sum, { rx }) => sum + rx, 0) });
    const { truth, stats, old } = await quiet(world, container, received);
    const values = world.watch.lastValues(container.id, 'container.network.io', TRANSMIT);
    const plimsoll = values.reduce((sum, value) => sum + value, 0);
    return {
      sent: { truth: truth.bytes, plimsoll, stats: transmittedBy(stats), old: ofOld(old, 'transmittedBytes') },
    };
  },
});

const hostNetwork = scenario({
  name: "host's network",
  rows: { series: ['container.network.io', 'word', EXACT] },
  async run(world) {
    const container = await sleeper(world, '--network', 'host');
    const { plimsoll, stats, old } = await quiet(world, container, () => ({}));
    return {
      series: { truth: 'none', plimsoll: seriesOf(plimsoll), stats: networksOf(stats), old: oldTraffic(old) },
    };
  },
});

const noNetwork = scenario({
  name: 'no network, 1 MB over the loopback',
  rows: { series: ['container.network.io', 'word', EXACT] },
  async run(world) {
    const container = await sleeper(world, '--network', 'none');
    await send(world, container, `127.0.0.1:${PORT}`, 1_000);
    const { plimsoll, stats, old } = await quiet(world, container, () => ({}));
    return {
      series: { truth: 'none', plimsoll: seriesOf(plimsoll), stats: networksOf(stats), old: oldTraffic(old) },
    };
  },
});

const sharedNetwork = scenario({
  name: "another container's network, 1 MB sent",
  rows: {
    both: ['container.network.io, transmit, both containers', 'By', EXACT],
    member: ['container.network.io of the second', 'word', EXACT],
  },
  async run(world) {
    const { name, to } = await createNetwork(world, 'e');
    const owner = await sleeper(world, '--network', name);
    const member = await sleeper(world, '--network', `container:${owner.name}`);
    await send(world, member, to, 1_000);
    const ofOwner = await quiet(world, owner, () => interfacesOf(owner));
    const ofMember = await quiet(world, member, () => interfacesOf(owner));
    const transmitted = (plimsoll: Snapshot) => plimsoll.value('container.network.io', TRANSMIT) ?? 0;
    const old = [ofOwner, ofMember].map((each) => ofOld(each.old, 'transmittedBytes'));
    return {
      both: {
        truth: Object.values(ofMember.truth).reduce((sum, { tx }) => sum + tx, 0),
        plimsoll: transmitted(ofOwner.plimsoll) + transmitted(ofMember.plimsoll),
        stats: transmittedBy(ofOwner.stats) + transmittedBy(ofMember.stats),
        old: old.includes('fails') ? 'fails' : Number(old[0]) + Number(old[1]),
      },
      member: { truth: 'none', plimsoll: seriesOf(ofMember.plimsoll), stats: networksOf(ofMember.stats) },
    };
  },
});

export const NETWORK: readonly Phase[] = [
  { name: 'network', scenarios: [threeInterfaces, reconnected, hostNetwork, noNetwork, sharedNetwork] },
];
