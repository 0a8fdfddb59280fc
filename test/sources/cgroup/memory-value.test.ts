import { expect, it } from 'vitest';
import { readMemoryBytes, readMemoryLimit } from '../../../src/sources/cgroup/memory-value.ts';
import { createKernelFiles } from '../../../src/sources/kernel-files.ts';
import { createTree } from '../tree.ts';

it('reads a level, and nothing where there is no such file', () => {
  const { root } = createTree({ 'memory.current': '4096\n' });
  expect(readMemoryBytes(createKernelFiles(), root, 'memory.current')).toBe(4096);
  expect(readMemoryBytes(createKernelFiles(), root, 'memory.swap.current')).toBeUndefined();
});

it('reads a limit, and tells none from not knowing it', () => {
  const { root } = createTree({
    'memory.memsw.limit_in_bytes': '67108864\n',
    'memory.max': 'max\n',
    'memory.limit_in_bytes': '9223372036854771712\n',
  });
  const limit = (file: Parameters<typeof readMemoryLimit>[2]) => readMemoryLimit(createKernelFiles(), root, file);
  expect(limit('memory.memsw.limit_in_bytes')).toBe(67_108_864);
  expect(limit('memory.max')).toBe('none');
  expect(limit('memory.limit_in_bytes')).toBe('none');
  expect(limit('memory.peak')).toBeUndefined();
});
