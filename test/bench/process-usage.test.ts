import { expect, it } from 'vitest';
import { cpuSecondsOf, memoryOf, onCpuNanoseconds, parseMemory } from '../../bench/process-usage.ts';

it('takes the time on a processor from a schedstat, and not that of waiting for one', () => {
  expect(onCpuNanoseconds('93819 2217670 2\n')).toBe(93_819);
  expect(() => onCpuNanoseconds('')).toThrow(/schedstat/);
});

it('takes resident memory and its peak from a status', () => {
  const status = 'Name:\tnode\nVmPeak:\t  9000 kB\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\n';
  expect(parseMemory(status)).toEqual({ residentBytes: 1_048_576, peakBytes: 2_097_152 });
  expect(() => parseMemory('Name:\tkthreadd\n')).toThrow(/VmRSS/);
});

it('measures a process of this machine', () => {
  const before = cpuSecondsOf(process.pid);
  const startedAt = process.cpuUsage();
  while (process.cpuUsage(startedAt).user < 100_000) Math.random();
  const used = cpuSecondsOf(process.pid) - before;
  expect(used).toBeGreaterThanOrEqual(0.08);
  // Node alone is tens of megabytes.
  expect(memoryOf(process.pid).residentBytes).toBeGreaterThan(20e6);
});
