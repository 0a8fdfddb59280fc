import { expect, it } from 'vitest';
import { createBlockDevices } from '../../src/sources/block-devices.ts';
import { readContainer } from '../../src/sources/container-reading.ts';
import { createInterfaceReader } from '../../src/sources/interfaces.ts';
import { createResolver } from '../../src/sources/resolution.ts';
import { createHostTree, DOCKER_V2, ID, named, processFiles, statLine, V2 } from '../sources/host-tree.ts';
import { resolveAll } from '../sources/resolve-all.ts';

/*
 * A pid that became another process's between two looks: the counters of the host's network were then counted as the
 * container's, its namespace was remembered until the container's end, and bytes that the old process had moved were
 * counted for the new one a second time.
 */

const NET_DEV = 'eth0: 999999 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n';
const HOST = {
  ...V2,
  ...processFiles(100, `0::/docker/${ID}\n`),
  [`${DOCKER_V2}/cgroup.procs`]: '100\n',
  'proc/100/io': 'read_bytes: 4096\nwrite_bytes: 4096\n',
};

/** The process is another one from the `nth` reading of this source on. */
function createRacingHost(source: string, { nth = 1 } = {}) {
  let left = nth;
  const host = createHostTree(HOST, (read) => {
    if (read !== source || --left !== 0) return;
    host.link('proc/100/ns/net', 'net:[4026531840]');
    host.write({
      'proc/100/net/dev': NET_DEV,
      'proc/100/stat': statLine(100, { startTimeTicks: 900_000 }),
      [`${DOCKER_V2}/cgroup.procs`]: '',
    });
  });
  host.link('proc/100/ns/net', 'net:[4026540000]');
  return host;
}

function measure(host: ReturnType<typeof createRacingHost>) {
  const { proc, files } = host;
  const [resolved] = resolveAll(createResolver(host), [named(ID)]);
  return readContainer(resolved!, {
    proc,
    files,
    families: new Set(['processes', 'processDisk', 'network']),
    blockDevices: createBlockDevices({ root: host.root, files }),
    interfaceReader: createInterfaceReader({ proc, loopback: false }),
    maxProcesses: 10,
  });
}

it.each(['proc.ns.net', 'proc.stat', 'proc.net.dev', 'proc.net.igmp'])(
  'has no network where the pid was reused before %s was read',
  (source) => expect(measure(createRacingHost(source)).interfaces).toBeUndefined(),
);

it('has no io of the process before', () => {
  const host = createRacingHost('proc.stat', { nth: 2 });
  expect(measure(host).processes).toMatchObject([{ stat: { startTimeTicks: 900_000 } }]);
  expect(measure(createRacingHost('proc.stat', { nth: 2 })).processes[0]?.io).toBeUndefined();
});

it('remembers no namespace of another process', () => {
  const host = createRacingHost('proc.ns.net');
  expect(resolveAll(createResolver(host), [named(ID)])[0]!.netNamespace).toBeUndefined();
});
