import { expect, it } from 'vitest';
import { memoryOf, parseMemory } from '../../bench/process-memory.ts';

it('takes resident memory and its peak from a status', () => {
  const status = 'Name:\tnode\nVmPeak:\t  9000 kB\nVmHWM:\t  2048 kB\nVmRSS:\t  1024 kB\n';
  expect(parseMemory(status)).toEqual({ residentBytes: 1_048_576, peakBytes: 2_097_152 });
  expect(() => parseMemory('Name:\tkthreadd\n')).toThrow(/VmRSS/);
});

it('measures processes of this machine', () => {
  // Node alone is tens of megabytes.
  const { residentBytes } = memoryOf([process.pid]);
  expect(residentBytes).toBeGreaterThan(20e6);
  expect(memoryOf([process.pid, process.pid]).residentBytes).toBeGreaterThan(1.5 * residentBytes);
});
