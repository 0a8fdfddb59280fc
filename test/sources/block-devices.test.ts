import { mkdirSync, symlinkSync } from 'node:fs';
import { expect, it } from 'vitest';
import { createBlockDevices } from '../../src/sources/block-devices.ts';
import { createKernelFiles } from '../../src/sources/kernel-files.ts';
import { createTree } from './tree.ts';

it('names devices after the links of the mounted host, once each, and by their numbers where there is no link', () => {
  const { root } = createTree();
  mkdirSync(`${root}/sys/dev/block`, { recursive: true });
  symlinkSync('../../devices/pci0000:00/0000:00:04.0/virtio1/block/vda', `${root}/sys/dev/block/254:0`);
  const files = createKernelFiles();
  const devices = createBlockDevices({ root, files });
  expect([devices.nameOf('254:0'), devices.nameOf('254:0'), devices.nameOf('8:0')]).toEqual(['vda', 'vda', '8:0']);
  expect(files.counts().get('sys.dev.block')?.total).toBe(2);
});
