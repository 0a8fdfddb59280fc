import { readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { LIMITS } from '../limits.ts';
import { type KernelFiles, okValue } from './kernel-files.ts';

export type BlockDevices = {
  /** Name of the device with this `major:minor`, such as `sda`; the numbers themselves where it has none. */
  nameOf(device: string): string;
};

/** Devices whose names are remembered; beyond it the oldest is forgotten. */
const MAX_REMEMBERED = LIMITS.disksRemembered.max;

/** Names from the links of /sys/dev/block, each looked up until it was found. */
export function createBlockDevices({
  root,
  files,
}: {
  readonly root: string;
  readonly files: KernelFiles;
}): BlockDevices {
  const names = new Map<string, string>();
  const links = `${root.replace(/\/+$/, '')}/sys/dev/block`;

  return {
    nameOf(device) {
      const known = names.get(device);
      if (known !== undefined) return known;
      const link = okValue(files.attempt('sys.dev.block', () => readlinkSync(`${links}/${device}`)));
      // It may be there the next time.
      if (link === undefined) return device;
      const name = basename(link);
      if (names.size >= MAX_REMEMBERED) names.delete(names.keys().next().value!);
      names.set(device, name);
      return name;
    },
  };
}
