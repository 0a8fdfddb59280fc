import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import type { TestContainer } from '../../e2e/parts/docker.ts';
import { RUN_ID, RUN_LABEL } from '../../e2e/parts/run-id.ts';
import { EXACT } from '../parts/bounds.ts';
import type { Outcome } from '../parts/row.ts';
import { type Phase, scenario } from '../parts/scenario.ts';
import { quiet, untilDone, type World } from '../parts/world.ts';

/** Packets that are dropped, packets that cannot be sent, and sockets: on real interfaces, counted by the kernel. */

const run = promisify(execFile);
const PORT = '9000';
const PACKETS = 200;
/** Less than the packets of 1,000 bytes that `talk` sends: an interface drops what its other end has no room for. */
const SMALL_MTU = '500';

/** What was said of the interfaces inside the container's network namespace. */
const ip = async ({ pid }: TestContainer, ...args: readonly string[]): Promise<string> =>
  (await run('nsenter', ['--net', '--target', `${pid}`, 'ip', ...args])).stdout;

type Direction = 'receive' | 'transmit';
type Trouble = { readonly dropped: Record<Direction, number>; readonly errors: Record<Direction, number> };

/** Over all interfaces but the loopback. The columns of /proc/PID/net/dev: errs and drop stand third and fourth of each half. */
function troubleOf({ pid }: TestContainer): Trouble {
  const sum = { dropped: { receive: 0, transmit: 0 }, errors: { receive: 0, transmit: 0 } };
  for (const line of readFileSync(`/proc/${pid}/net/dev`, 'utf8').trim().split('\n').slice(2)) {
    const [name, counters] = line.split(':') as [string, string];
    if (name.trim() === 'lo') continue;
    const fields = counters.trim().split(/\s+/).map(Number);
    sum.errors.receive += fields[2]!;
    sum.dropped.receive += fields[3]!;
    sum.errors.transmit += fields[10]!;
    sum.dropped.transmit += fields[11]!;
  }
  return sum;
}

const talk = ({ docker }: World, { name }: TestContainer, to: string): Promise<string> =>
  docker.exec(name, ['talk', `${to}:${PORT}`, '1000000', `${PACKETS}`]);

async function troubleRows(world: World, container: TestContainer, kind: keyof Trouble, metric: string) {
  const { truth, plimsoll } = await quiet(world, container, () => troubleOf(container));
  const value = (direction: Direction) => plimsoll.value(metric, { 'network.io.direction': direction }) ?? 'none';
  return {
    outcome: (direction: Direction): Outcome => ({ truth: truth[kind][direction], plimsoll: value(direction) }),
    asked: (direction: Direction): Outcome => ({ truth: PACKETS, plimsoll: value(direction) }),
  };
}

/** Two containers on a network of their own, so that no other interface is touched. */
async function createPair(world: World) {
  const { docker, images, releasers } = world;
  const network = `${RUN_ID}-dropping`;
  await docker.docker(['network', 'create', '--label', `${RUN_LABEL}=${RUN_ID}`, network]);
  const start = () => docker.run({ image: images.programs, flags: ['--network', network], command: ['sleep', '1000'] });
  const pair = [await start(), await start()] as const;
  releasers.add(`network ${network}`, async () => {
    for (const { id } of pair) await docker.remove(id);
    await docker.docker(['network', 'rm', network]);
  });
  const format = `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`;
  const addresses = await docker.docker(['inspect', '--format', format, ...pair.map(({ name }) => name)]);
  const [first, second] = addresses.split('\n') as [string, string];
  return { sender: pair[0], receiver: pair[1], addressOf: { sender: first, receiver: second } };
}

const dropped = scenario({
  name: '200 packets sent that the other end of the interface has no room for, and 200 received that it has none for itself',
  rows: {
    asked: ['container.network.packet.dropped, transmit (what was sent)', 'count', EXACT],
    transmit: ['container.network.packet.dropped, transmit', 'count', EXACT],
    askedReceive: ['container.network.packet.dropped, receive (what the other sent)', 'count', EXACT],
    receive: ['container.network.packet.dropped, receive', 'count', EXACT],
  },
  async run(world) {
    const { sender, receiver, addressOf } = await createPair(world);
    // The other end of the sender's interface is in the host's network namespace.
    const [{ link_index: peer }] = JSON.parse(await ip(sender, '-json', 'link', 'show', 'eth0'));
    const links: { ifindex: number; ifname: string }[] = JSON.parse((await run('ip', ['-json', 'link'])).stdout);
    const host = links.find(({ ifindex }) => ifindex === peer)!.ifname;
    await run('ip', ['link', 'set', host, 'mtu', SMALL_MTU]);
    await talk(world, sender, addressOf.receiver);
    await run('ip', ['link', 'set', host, 'mtu', '1500']);
    await ip(receiver, 'link', 'set', 'eth0', 'mtu', SMALL_MTU);
    await talk(world, sender, addressOf.receiver);
    const sent = await troubleRows(world, sender, 'dropped', 'container.network.packet.dropped');
    const received = await troubleRows(world, receiver, 'dropped', 'container.network.packet.dropped');
    return {
      asked: sent.asked('transmit'),
      transmit: sent.outcome('transmit'),
      askedReceive: received.asked('receive'),
      receive: received.outcome('receive'),
    };
  },
});

const unsent = scenario({
  name: '200 packets into a tunnel whose other end has no route',
  rows: {
    transmit: ['container.network.errors, transmit', 'count', EXACT],
    asked: ['container.network.errors, transmit (what was sent)', 'count', EXACT],
    receive: ['container.network.errors, receive', 'count', EXACT],
  },
  async run(world) {
    const flags = ['--network', 'none'];
    const container = await world.docker.run({ image: world.images.programs, flags, command: ['sleep', '1000'] });
    const tunnel = ['type', 'vxlan', 'id', '7', 'remote', '192.0.2.1', 'dstport', '4789'];
    const hasNone = { notSeenLive: 'this kernel has no vxlan' };
    const made = await ip(container, 'link', 'add', 'tunnel0', ...tunnel).catch(() => undefined);
    if (made === undefined) return { transmit: hasNone, asked: hasNone, receive: hasNone };
    // Nothing is sent but by `talk`: no neighbour is asked for, and nothing is said of IPv6.
    await ip(container, 'link', 'set', 'tunnel0', 'up', 'addrgenmode', 'none');
    await ip(container, 'address', 'add', '198.51.100.1/24', 'dev', 'tunnel0');
    await ip(container, 'neighbour', 'add', '198.51.100.2', 'lladdr', '02:00:00:00:00:02', 'dev', 'tunnel0');
    await talk(world, container, '198.51.100.2');
    const { outcome, asked } = await troubleRows(world, container, 'errors', 'container.network.errors');
    return { transmit: outcome('transmit'), asked: asked('transmit'), receive: outcome('receive') };
  },
});

const sockets = scenario({
  name: 'a socket that listens, five connections to itself, three UDP sockets',
  rows: {
    established: ['container.network.connection.count, tcp, established', 'count', EXACT],
    listen: ['container.network.connection.count, tcp, listen', 'count', EXACT],
    others: ['container.network.connection.count, tcp, other states', 'count', EXACT],
    udp: ['container.network.connection.count, udp', 'count', EXACT],
  },
  async run(world) {
    const command = ['counted', '--connections', '5', '--udp', '3'];
    const container = await world.docker.run({ image: world.images.programs, command });
    await untilDone(world, container);
    // The truth is what `ss` says, over netlink.
    const list = async (...filter: readonly string[]): Promise<number> => {
      const command = ['--net', '--target', `${container.pid}`, 'ss', '--numeric', '--no-header', ...filter];
      return (await run('nsenter', command)).stdout.split('\n').filter((line) => line !== '').length;
    };
    const [all, established, listening, udp] = await Promise.all([
      list('--tcp', '--all'),
      list('--tcp', 'state', 'established'),
      list('--tcp', '--listening'),
      list('--udp', '--all'),
    ]);
    const { plimsoll } = await quiet(world, container, () => ({}));
    const metric = 'container.network.connection.count';
    const tcp = (state: string) => ({ 'network.transport': 'tcp', 'network.connection.state': state });
    const value = (attributes: Record<string, string>) => plimsoll.value(metric, attributes) ?? 'none';
    const ofTcp = Number(value({ 'network.transport': 'tcp' }));
    const [shown, shownListening] = [value(tcp('established')), value(tcp('listen'))];
    return {
      established: { truth: established, plimsoll: shown },
      listen: { truth: listening, plimsoll: shownListening },
      others: { truth: all - established - listening, plimsoll: ofTcp - Number(shown) - Number(shownListening) },
      udp: { truth: udp, plimsoll: value({ 'network.transport': 'udp' }) },
    };
  },
});

export const NETWORK_DETAILS: readonly Phase[] = [{ name: 'network', scenarios: [dropped, unsent, sockets] }];
