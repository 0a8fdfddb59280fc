import { expect, it } from 'vitest';
import { createBlockDevices } from '../../src/sources/block-devices.ts';
import { createKernelFiles } from '../../src/sources/kernel-files.ts';
import { createTree } from '../sources/tree.ts';

/* A link of /sys/dev/block that could not be read once left the device without its name until the agent's end. */

it('has the name of a device as soon as it can be read', () => {
  const tree = createTree({ 'sys/dev/block/': '' });
  const devices = createBlockDevices({ root: tree.root, files: createKernelFiles() });
  expect(devices.nameOf('8:0')).toBe('8:0');
  tree.link('sys/dev/block/8:0', '../../devices/sda');
  expect(devices.nameOf('8:0')).toBe('sda');
});
