import { expect, it } from 'vitest';
import { createContainerAccount } from '../../src/accounting/container-account.ts';
import { readMemoryEventsV1 } from '../../src/sources/cgroup/memory-events.ts';
import { createKernelFiles } from '../../src/sources/kernel-files.ts';
import { container } from '../fakes/containers.ts';
import { createTree } from '../sources/tree.ts';

/*
 * On cgroup v1 the hits of the memory limit are a sum of two files. Where one could not be read once, or its limit was
 * taken away, the counter fell by that part. So did every other counter of the kernel's that fell for whatever reason.
 */

const LIMIT = '67108864\n';
const UNLIMITED = '9223372036854771712\n';
const at = (seconds: number) => ({ unixMs: seconds * 1000, monotonicMs: seconds * 1000 });

function openMemory() {
  const tree = createTree({
    'memory.failcnt': '2\n',
    'memory.memsw.failcnt': '3\n',
    'memory.limit_in_bytes': LIMIT,
    'memory.memsw.limit_in_bytes': LIMIT,
  });
  const account = createContainerAccount();
  let seconds = 0;
  const read = () => readMemoryEventsV1(createKernelFiles(), tree.root);
  const hits = () => {
    seconds += 10;
    const reading = { container: container('web'), processes: [], cgroup: { memoryEvents: read() }, disks: [] };
    return account.account(reading, at(seconds)).memoryEvents.max;
  };
  return { ...tree, read, hits };
}

it('stand still where a part cannot be read once, and go on when it can', () => {
  const { remove, write, read, hits } = openMemory();
  expect(hits()).toBe(5);
  remove('memory.memsw.failcnt');
  expect(read().max).toBe(2);
  expect(hits()).toBe(5);
  write({ 'memory.memsw.failcnt': '4\n' });
  expect(hits()).toBe(6);
});

it('stand still where the limit is taken away', () => {
  const { write, read, hits } = openMemory();
  expect(hits()).toBe(5);
  write({ 'memory.limit_in_bytes': UNLIMITED, 'memory.memsw.limit_in_bytes': UNLIMITED });
  expect(read().max).toBe(2);
  expect(hits()).toBe(5);
});

it('so does every counter that goes out as the kernel says it', () => {
  const account = createContainerAccount();
  const counters = (more: number) => ({
    container: container('web'),
    processes: [],
    cgroup: {
      throttling: { periods: 10 + more, throttledPeriods: 5 + more, throttledSeconds: 1 + more },
      memory: { stat: { faults: 100 + 2 * more, majorFaults: 10 + more } },
      memoryEvents: { low: 1 + more, high: 2 + more, max: 3 + more, oom: 4 + more, oomKill: 5 + more },
      pressures: { cpu: { someSeconds: 1 + more, fullSeconds: 2 + more }, io: { someSeconds: 3 + more } },
    },
    disks: [{ device: 'sda', readBytes: 1 + more, writeBytes: 2 + more, readOperations: 3, writeOperations: 4 }],
  });
  const counted = (more: number, seconds: number) => {
    const { cpu, memory, memoryEvents, pressures, disks } = account.account(counters(more), at(seconds));
    return { throttling: cpu.throttling, memory, memoryEvents, pressures, disks };
  };
  const before = counted(8, 1);
  expect(counted(0, 2)).toEqual(before);
  expect(counted(9, 3)).not.toEqual(before);
});
