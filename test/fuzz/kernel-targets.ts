import { containersInPath } from '../../src/sources/cgroup/container-id.ts';
import { parseUsage } from '../../src/sources/cgroup/cpu-clock.ts';
import { parseCpuMax } from '../../src/sources/cgroup/cpu-limit.ts';
import { parseCpuStat } from '../../src/sources/cgroup/cpu-stat.ts';
import { parseCpuacctStat } from '../../src/sources/cgroup/cpuacct-stat.ts';
import { parseBlkio, parseIoStat } from '../../src/sources/cgroup/disk-io.ts';
import { parsePopulated } from '../../src/sources/cgroup/end-watch.ts';
import { keyedParser, parseLimit, parseNumberLines, parseSingleValue } from '../../src/sources/cgroup/formats.ts';
import { parseMemoryEvents, parseOomControl } from '../../src/sources/cgroup/memory-events.ts';
import { parseMemoryStatV1, parseMemoryStatV2 } from '../../src/sources/cgroup/memory-stat.ts';
import { podUidInPath } from '../../src/sources/cgroup/pod-uid.ts';
import { parsePressure } from '../../src/sources/cgroup/pressure.ts';
import { parseRuntimeState } from '../../src/sources/cgroup/runtime-state.ts';
import { parseBootId } from '../../src/sources/proc/boot-id.ts';
import { parseBootTime } from '../../src/sources/proc/boot-time.ts';
import { parseProcCgroup } from '../../src/sources/proc/cgroup.ts';
import { parseChildren } from '../../src/sources/proc/children.ts';
import { parseContextSwitches } from '../../src/sources/proc/context-switches.ts';
import { parseComm, parseExecutableLink } from '../../src/sources/proc/executable.ts';
import { parseInterfaceIndexes } from '../../src/sources/proc/interface-index.ts';
import { parseIo } from '../../src/sources/proc/io.ts';
import { parseLimits } from '../../src/sources/proc/limits.ts';
import { parseNamespaceLink } from '../../src/sources/proc/namespace.ts';
import { parseNetDev } from '../../src/sources/proc/net-dev.ts';
import { createTcpCounter } from '../../src/sources/proc/net-tcp.ts';
import { processPath } from '../../src/sources/proc/pids-by-cgroup.ts';
import { parsePss } from '../../src/sources/proc/smaps-rollup.ts';
import { parseSockstat, parseSockstat6 } from '../../src/sources/proc/sockstat.ts';
import { parseStat } from '../../src/sources/proc/stat.ts';
import { parseStatus } from '../../src/sources/proc/status.ts';
import { fixtures } from '../sources/fixtures.ts';
import { MAX_INPUT_BYTES } from './bytes.ts';
import { expectSound, type FuzzTarget, type Soundness } from './target.ts';

/** What the kernel and the runtimes write. */

const texts = (...lines: readonly string[]): Buffer[] => lines.map((line) => Buffer.from(line));

/** A parser that answers whatever it is given: it never throws. */
function of(
  source: string,
  parse: (bytes: Buffer) => unknown,
  seeds: readonly Buffer[],
  soundness: Soundness = { maxText: MAX_INPUT_BYTES },
): FuzzTarget {
  return { covers: [`src/sources/${source}`], seeds, run: (bytes) => expectSound(parse(bytes), soundness) };
}

const ofText =
  (parse: (text: string) => unknown) =>
  (bytes: Buffer): unknown =>
    parse(bytes.toString());

const PRESSURE = fixtures('hosts/v2-docker/sys/fs/cgroup/**/*.pressure');
const IGMP = texts(
  'Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter\n1\tlo        :     1      V3\n\t\t\t\t010000E0     1 0:00000000\t\t0\n237\teth0      :     1      V3\n',
  '237  eth0            1     0     333300000001\n237  eth0            1     0     01005e000001\n',
);
const IO_STAT = texts(
  '8:16 rbytes=1459200 wbytes=314773504 rios=192 wios=353 dbytes=0 dios=0\n8:0 rbytes=90430464 wbytes=299008 rios=8950 wios=1252 dbytes=50331648 dios=3021\n',
  '7:7 7:6 7:4 rbytes=28672 wbytes=0 rios=22 wios=0\n(unknown) rbytes=1\n252:0 ',
);
const BLKIO = texts('8:0 Read 90430464\n8:0 Write 299008\n8:0 Sync 0\n8:0 Total 90729472\nTotal 90729472\n');

export const KERNEL_TARGETS: readonly FuzzTarget[] = [
  of('proc/boot-id.ts parseBootId', parseBootId, texts('0f1d1b5e-6d3a-4b0f-8e55-0b5c5a7a1d2e\n')),
  of('proc/boot-time.ts parseBootTime', parseBootTime, fixtures('hosts/*/proc/stat')),
  of(
    'proc/cgroup.ts parseProcCgroup',
    (bytes) => processPath(parseProcCgroup(bytes) ?? []),
    fixtures('hosts/*/proc/*/cgroup'),
  ),
  of('proc/children.ts parseChildren', parseChildren, fixtures('hosts/*/proc/*/task/*/children')),
  of('proc/context-switches.ts parseContextSwitches', parseContextSwitches, fixtures('proc/*/task/*/status')),
  of('proc/executable.ts parseComm', parseComm, fixtures('proc/*/comm'), { maxText: 128 }),
  of('proc/executable.ts parseExecutableLink', ofText(parseExecutableLink), texts('/usr/bin/server', '/a (deleted)'), {
    maxText: 128,
  }),
  of('proc/interface-index.ts parseInterfaceIndexes', parseInterfaceIndexes, IGMP),
  of('proc/io.ts parseIo', parseIo, fixtures('proc/*/io')),
  of('proc/limits.ts parseLimits', parseLimits, fixtures('proc/*/limits')),
  of('proc/namespace.ts parseNamespaceLink', ofText(parseNamespaceLink), texts('net:[4026531840]')),
  of('proc/net-dev.ts parseNetDev', parseNetDev, fixtures('hosts/*/proc/*/net/dev')),
  of('proc/net-tcp.ts createTcpCounter', countTcp, fixtures('proc/*/net/tcp*')),
  of('proc/smaps-rollup.ts parsePss', parsePss, fixtures('proc/*/smaps_rollup')),
  of('proc/sockstat.ts parseSockstat', parseSockstat, fixtures('proc/*/net/sockstat')),
  of('proc/sockstat.ts parseSockstat6', parseSockstat6, fixtures('proc/*/net/sockstat6')),
  of('proc/stat.ts parseStat', parseStat, fixtures('{proc,hosts/*/proc}/*/stat')),
  of('proc/status.ts parseStatus', parseStatus, fixtures('{proc,hosts/*/proc}/*/status')),
  of(
    'cgroup/container-id.ts containersInPath',
    ofText(containersInPath),
    texts(
      `/docker/${'a'.repeat(64)}/jobs`,
      `/system.slice/docker-${'b'.repeat(64)}.scope`,
      `/machine.slice/libpod-${'c'.repeat(64)}.scope/container`,
      `/kubepods.slice/constructor/crio-${'d'.repeat(64)}.scope`,
      `/constructor/${'e'.repeat(64)}`,
    ),
  ),
  of(
    'cgroup/pod-uid.ts podUidInPath',
    ofText(podUidInPath),
    texts(
      '/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0f1d1b5e_6d3a_4b0f_8e55_0b5c5a7a1d2e.slice/cri-containerd-a.scope',
      '/kubepods/burstable/pod0f1d1b5e-6d3a-4b0f-8e55-0b5c5a7a1d2e/a',
    ),
  ),
  of('cgroup/cpu-limit.ts parseCpuMax', parseCpuMax, fixtures('hosts/*/sys/fs/cgroup/**/cpu.max')),
  of('cgroup/cpu-stat.ts parseCpuStat', parseCpuStat, fixtures('hosts/*/sys/fs/cgroup/**/cpu.stat')),
  of('cgroup/cpuacct-stat.ts parseCpuacctStat', parseCpuacctStat, fixtures('hosts/*/sys/fs/cgroup/**/cpuacct.stat')),
  of('cgroup/disk-io.ts parseIoStat', parseIoStat, [...IO_STAT, ...fixtures('hosts/*/sys/fs/cgroup/**/io.stat')]),
  of('cgroup/disk-io.ts parseBlkio', parseBlkio, BLKIO),
  of('cgroup/cpu-clock.ts parseUsage', parseUsage, fixtures('hosts/v2-docker/sys/fs/cgroup/**/cpu.stat')),
  of('cgroup/end-watch.ts parsePopulated', parsePopulated, fixtures('hosts/*/sys/fs/cgroup/**/cgroup.events')),
  of(
    'cgroup/formats.ts parseSingleValue',
    parseSingleValue,
    fixtures('hosts/*/sys/fs/cgroup/**/{memory.current,pids.current}'),
  ),
  of(
    'cgroup/formats.ts parseLimit',
    parseLimit,
    fixtures('hosts/*/sys/fs/cgroup/**/{memory.max,pids.max,cpu.cfs_quota_us}'),
  ),
  of(
    'cgroup/formats.ts keyedParser',
    keyedParser({ usage_usec: 'a', pgfault: 'b', anon: 'c' }),
    fixtures('hosts/*/sys/fs/cgroup/**/*.stat'),
  ),
  of('cgroup/formats.ts parseNumberLines', parseNumberLines, fixtures('hosts/*/sys/fs/cgroup/**/cgroup.procs')),
  of(
    'cgroup/memory-events.ts parseMemoryEvents',
    parseMemoryEvents,
    fixtures('hosts/*/sys/fs/cgroup/**/memory.events'),
  ),
  of(
    'cgroup/memory-events.ts parseOomControl',
    parseOomControl,
    texts('oom_kill_disable 0\nunder_oom 0\noom_kill 2\n'),
  ),
  of(
    'cgroup/memory-stat.ts parseMemoryStatV1',
    parseMemoryStatV1,
    fixtures('hosts/v1-docker/sys/fs/cgroup/**/memory.stat'),
  ),
  of(
    'cgroup/memory-stat.ts parseMemoryStatV2',
    parseMemoryStatV2,
    fixtures('hosts/v2-docker/sys/fs/cgroup/**/memory.stat'),
  ),
  of('cgroup/pressure.ts parsePressure', parsePressure, PRESSURE),
  {
    ...of('cgroup/runtime-state.ts parseRuntimeState', parseRuntimeState, [
      ...fixtures('hosts/*/run/docker/runtime-runc/moby/*/state.json'),
      ...texts('{"cgroup-path":"/system.slice/docker-a.scope","pid":12}'),
    ]),
    isJson: true,
  },
];

/** In pieces, as it is read. */
function countTcp(bytes: Buffer): unknown {
  const counter = createTcpCounter();
  const half = counter.count(bytes.subarray(0, bytes.length / 2));
  const rest = half === undefined ? undefined : counter.count(bytes.subarray(half));
  return [half, rest, counter.lines, counter.states()];
}
