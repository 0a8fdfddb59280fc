import { NEWLINE, nextLine, skipBlanks, skipWord, unsignedAt } from '../ascii.ts';
import { type KernelFiles, okValue } from '../kernel-files.ts';

/** What a cgroup and all below it did on one block device. What the kernel does not say is absent. */
export type DiskIo = {
  /** `major:minor`. */
  readonly device: string;
  readonly readBytes?: number | undefined;
  readonly writeBytes?: number | undefined;
  readonly readOperations?: number | undefined;
  readonly writeOperations?: number | undefined;
};

type Counted = { -readonly [field in Exclude<keyof DiskIo, 'device'>]?: number | undefined };

/** What one line of a blkio file counts: bytes or operations, as the file has it. */
export type BlkioCount = { read?: number; write?: number };

const V2_KEYS: ReadonlyMap<string, keyof Counted> = new Map([
  ['rbytes', 'readBytes'],
  ['wbytes', 'writeBytes'],
  ['rios', 'readOperations'],
  ['wios', 'writeOperations'],
]);
const EQUALS = 0x3d;
const R = 0x52;
const W = 0x57;
const DEVICE = /^\d{1,10}:\d{1,10}$/;

/**
 * v2: `io.stat`, a line for each device: `8:0 rbytes=90430464 wbytes=299008 rios=8950 wios=1252 dbytes=0 dios=0`. Kernels
 * also name devices that have nothing to say yet, several before the numbers of the last (`7:7 7:6 rbytes=1`) or one with
 * no line end, and write `(unknown)` for hidden ones: neither is counted, and the others are.
 */
export function parseIoStat(bytes: Buffer): DiskIo[] | undefined {
  const devices = new Map<string, Counted>();
  for (let at = 0; at < bytes.length; at = nextLine(bytes, at)) {
    let counted: Counted | undefined;
    for (let word = skipBlanks(bytes, at); word < bytes.length && bytes[word] !== NEWLINE; ) {
      const end = skipWord(bytes, word);
      // Within the word only: words without the sign must not each search all the rest.
      const equals = word + bytes.subarray(word, end).indexOf(EQUALS);
      if (equals < word) {
        counted = deviceAt(devices, bytes.toString('latin1', word, end));
      } else if (counted) {
        const field = V2_KEYS.get(bytes.toString('latin1', word, equals));
        const value = field && unsignedAt(bytes, equals + 1);
        if (field && value !== undefined) counted[field] = value;
      }
      word = skipBlanks(bytes, end);
    }
  }
  return listOf(devices);
}

/** The counts of the device that a word names, made where it is the first; undefined for a word that names none. */
function deviceAt(devices: Map<string, Counted>, word: string): Counted | undefined {
  if (!DEVICE.test(word)) return undefined;
  const counted = devices.get(word) ?? {};
  devices.set(word, counted);
  return counted;
}

/** v1: `blkio.throttle.io_service*_recursive`, a line for each device and kind: `8:0 Read 4096`; then a `Total`. */
export function parseBlkio(bytes: Buffer): ReadonlyMap<string, BlkioCount> | undefined {
  let devices: Map<string, BlkioCount> | undefined;
  for (let at = 0; at < bytes.length; at = nextLine(bytes, at)) {
    const deviceEnd = skipWord(bytes, at);
    const kindAt = skipBlanks(bytes, deviceEnd);
    // Of the lines of each device two are wanted, and of the others no text is made.
    if (bytes[kindAt] !== R && bytes[kindAt] !== W) continue;
    const device = bytes.toString('latin1', at, deviceEnd);
    if (!DEVICE.test(device)) continue;
    const kindEnd = skipWord(bytes, kindAt);
    const count = unsignedAt(bytes, skipBlanks(bytes, kindEnd));
    if (count === undefined) return undefined;
    const kind = bytes.toString('latin1', kindAt, kindEnd);
    devices ??= new Map();
    const counted = devices.get(device) ?? {};
    if (kind === 'Read') counted.read = count;
    if (kind === 'Write') counted.write = count;
    devices.set(device, counted);
  }
  return devices ?? NO_COUNTS;
}

const NO_COUNTS: ReadonlyMap<string, BlkioCount> = new Map();

/** The devices of which something was counted. */
function listOf(devices: ReadonlyMap<string, Counted>): DiskIo[] {
  return [...devices]
    .filter(([, counted]) => Object.values(counted).some((value) => value !== undefined))
    .map(([device, counted]) => ({ device, ...counted }));
}

export const readIoStat = (files: KernelFiles, dir: string): DiskIo[] | undefined =>
  okValue(files.readKept('cgroup.io.stat', dir, 'io.stat', parseIoStat));

const NO_DISKS: readonly DiskIo[] = [];
const BYTES = 'blkio.throttle.io_service_bytes_recursive';
const OPERATIONS = 'blkio.throttle.io_serviced_recursive';

/**
 * The plain files leave child cgroups out, so the recursive ones are read. Buffered writes are not charged to the cgroup
 * on v1: the kernel's flusher makes them. Newer kernels (seen on 6.18) count a device only from the first throttle rule on
 * that is set for it in any cgroup; until then there is no line for it, and so no value. `still`: what was read last, where
 * no task has run since: the kernel counts an operation where it counts its bytes, and one without bytes for the task that runs.
 */
export function readBlkio(files: KernelFiles, dir: string, still?: readonly DiskIo[]): readonly DiskIo[] | undefined {
  const bytes = okValue(files.readKept(`cgroup.${BYTES}`, dir, BYTES, parseBlkio));
  if (still && bytes && haveSameBytes(still, bytes)) return still;
  const operations = okValue(files.readKept(`cgroup.${OPERATIONS}`, dir, OPERATIONS, parseBlkio));
  if (!bytes && !operations) return undefined;
  if (!bytes?.size && !operations?.size) return NO_DISKS;
  const devices = new Map<string, Counted>();
  for (const [device, { read: readBytes, write: writeBytes }] of bytes ?? []) {
    devices.set(device, { readBytes, writeBytes });
  }
  for (const [device, { read: readOperations, write: writeOperations }] of operations ?? []) {
    devices.set(device, { ...devices.get(device), readOperations, writeOperations });
  }
  return listOf(devices);
}

/** Whether these disks are whole, and had as many bytes. */
function haveSameBytes(disks: readonly DiskIo[], bytes: ReadonlyMap<string, BlkioCount>): boolean {
  if (disks.length !== bytes.size) return false;
  return disks.every(({ device, readBytes, writeBytes, readOperations, writeOperations }) => {
    const isWhole = readOperations !== undefined && writeOperations !== undefined;
    const count = bytes.get(device);
    return isWhole && count?.read === readBytes && count?.write === writeBytes;
  });
}
