import { NEWLINE, nextLine, skipBlanks, skipWord, unsignedAt } from '../ascii.ts';
import { type KernelFiles, okValue } from '../kernel-files.ts';

/** What a cgroup and all below it did on one block device. */
export type DiskIo = {
  /** `major:minor`. */
  readonly device: string;
  readonly readBytes: number;
  readonly writeBytes: number;
  readonly readOperations: number;
  readonly writeOperations: number;
};

type Totals = { -readonly [field in Exclude<keyof DiskIo, 'device'>]: number };

/** Devices beyond it are left out: a host has few, and each is a series of its own. */
const MAX_DEVICES = 64;

const V2_KEYS: Readonly<Record<string, keyof Totals>> = {
  rbytes: 'readBytes',
  wbytes: 'writeBytes',
  rios: 'readOperations',
  wios: 'writeOperations',
};
const EQUALS = 0x3d;

/** v2: `io.stat`, a line for each device: `8:0 rbytes=90430464 wbytes=299008 rios=8950 wios=1252 dbytes=0 dios=0`. */
export function parseIoStat(bytes: Buffer): DiskIo[] | undefined {
  const devices = new Map<string, Totals>();
  for (let at = 0; at < bytes.length; at = nextLine(bytes, at)) {
    const deviceEnd = skipWord(bytes, at);
    if (deviceEnd === at) continue;
    const totals = totalsOf(devices, bytes.toString('latin1', at, deviceEnd));
    if (!totals) return undefined;
    for (let word = skipBlanks(bytes, deviceEnd); word < bytes.length && bytes[word] !== NEWLINE; ) {
      const end = skipWord(bytes, word);
      const equals = bytes.indexOf(EQUALS, word);
      const field = equals > word && equals < end ? V2_KEYS[bytes.toString('latin1', word, equals)] : undefined;
      const value = field && unsignedAt(bytes, equals + 1);
      if (field && value !== undefined) totals[field] = value;
      word = skipBlanks(bytes, end);
    }
  }
  return listOf(devices);
}

/** v1: `blkio.throttle.io_service*_recursive`, a line for each device and kind: `8:0 Read 4096`; then a `Total`. */
export function parseBlkio(bytes: Buffer): Map<string, { read: number; write: number }> | undefined {
  const devices = new Map<string, { read: number; write: number }>();
  for (const line of bytes.toString('latin1').split('\n')) {
    const [device = '', kind, value] = line.split(' ');
    if (!DEVICE.test(device)) continue;
    const direction = kind === 'Read' ? 'read' : kind === 'Write' ? 'write' : undefined;
    const count = value === undefined ? undefined : unsignedAt(Buffer.from(value), 0);
    if (count === undefined) return undefined;
    const totals = devices.get(device) ?? { read: 0, write: 0 };
    if (direction) totals[direction] = count;
    devices.set(device, totals);
  }
  return devices;
}

const DEVICE = /^\d{1,10}:\d{1,10}$/;

function totalsOf(devices: Map<string, Totals>, device: string): Totals | undefined {
  if (!DEVICE.test(device)) return undefined;
  const totals = devices.get(device) ?? { readBytes: 0, writeBytes: 0, readOperations: 0, writeOperations: 0 };
  devices.set(device, totals);
  return totals;
}

const listOf = (devices: ReadonlyMap<string, Totals>): DiskIo[] =>
  [...devices].slice(0, MAX_DEVICES).map(([device, totals]) => ({ device, ...totals }));

export const readIoStat = (files: KernelFiles, dir: string): DiskIo[] | undefined =>
  okValue(files.read('cgroup.io.stat', `${dir}/io.stat`, parseIoStat));

/**
 * The plain files leave child cgroups out, so the recursive ones are read. Buffered writes are not charged to the cgroup
 * on v1: the kernel's flusher makes them.
 */
export function readBlkio(files: KernelFiles, dir: string): DiskIo[] | undefined {
  const read = (name: string) => okValue(files.read(`cgroup.${name}`, `${dir}/${name}`, parseBlkio));
  const bytes = read('blkio.throttle.io_service_bytes_recursive');
  const operations = read('blkio.throttle.io_serviced_recursive');
  if (!bytes) return undefined;
  return listOf(
    new Map(
      [...bytes].map(([device, { read: readBytes, write: writeBytes }]) => {
        const { read: readOperations = 0, write: writeOperations = 0 } = operations?.get(device) ?? {};
        return [device, { readBytes, writeBytes, readOperations, writeOperations }];
      }),
    ),
  );
}
