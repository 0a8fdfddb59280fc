import { describe, expect, it } from 'vitest';
import { isSame } from '../../src/sources/same.ts';

const reading = () => ({
  memory: { usageBytes: 1, limitBytes: undefined, stat: { faults: 2 } },
  disks: [{ device: '8:0', readBytes: 3 }],
  childMemoryEvents: new Map<string, unknown>(),
});

describe('whether two readings say the same', () => {
  it('holds for data that is the same all through', () => {
    expect(isSame(reading(), reading())).toBe(true);
  });

  it.each([
    ['a number', { ...reading(), memory: { ...reading().memory, usageBytes: 2 } }],
    ['what was absent', { ...reading(), memory: { ...reading().memory, limitBytes: 0 } }],
    ['something deep', { ...reading(), memory: { ...reading().memory, stat: { faults: 3 } } }],
    ['one more disk', { ...reading(), disks: [...reading().disks, { device: '8:16', readBytes: 0 }] }],
    ['a disk less', { ...reading(), disks: [] }],
    ['another disk', { ...reading(), disks: [{ device: '8:16', readBytes: 3 }] }],
    ['a part that is there now', { ...reading(), tasks: { count: 1 } }],
    ['a part that is not there any more', { ...reading(), memory: undefined }],
    ['cgroups below it', { ...reading(), childMemoryEvents: new Map([['/a', {}]]) }],
  ])('does not where it is other by %s', (_, other) => {
    expect(isSame(reading(), other)).toBe(false);
    expect(isSame(other, reading())).toBe(false);
  });

  it('does not say of two maps that have something that it is the same', () => {
    const events = () => new Map([['/a', { max: 1 }]]);
    expect(isSame(events(), events())).toBe(false);
    const same = events();
    expect(isSame(same, same)).toBe(true);
  });
});
