import { NEWLINE, nextLine, skipWord, unsignedAt, valueOfLine } from '../ascii.ts';
import { type KernelFiles, okValue } from '../kernel-files.ts';

/** Time for which tasks of a cgroup waited for a resource, in seconds since it was made (Documentation/accounting/psi.rst). */
export type Pressure = {
  /** At least one task waited. */
  readonly someSeconds: number;
  /** All tasks that were not idle waited at once; kernels before 5.13 do not say it of the CPU. */
  readonly fullSeconds?: number | undefined;
};

export type PressureResource = 'cpu' | 'memory' | 'io';

export type Pressures = { readonly [resource in PressureResource]?: Pressure | undefined };

const PLACES: Readonly<Record<PressureResource, { readonly source: string; readonly file: string }>> = {
  cpu: { source: 'cgroup.cpu.pressure', file: 'cpu.pressure' },
  memory: { source: 'cgroup.memory.pressure', file: 'memory.pressure' },
  io: { source: 'cgroup.io.pressure', file: 'io.pressure' },
};

const MICROSECONDS = 1e6;

/** `cpu.pressure`, `memory.pressure`, `io.pressure`: `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`, likewise `full`. */
export function parsePressure(bytes: Buffer): Pressure | undefined {
  const some = totalOfLine(bytes, SOME);
  if (some === undefined) return undefined;
  const full = totalOfLine(bytes, FULL);
  return { someSeconds: some / MICROSECONDS, fullSeconds: full === undefined ? undefined : full / MICROSECONDS };
}

const SOME = Buffer.from('some ');
const FULL = Buffer.from('full ');
const TOTAL = Buffer.from(' total=');

/** In microseconds. */
function totalOfLine(bytes: Buffer, key: Buffer): number | undefined {
  const start = valueOfLine(bytes, key);
  if (start < 0) return undefined;
  const end = nextLine(bytes, start);
  const total = bytes.indexOf(TOTAL, start);
  if (total < 0 || total >= end) return undefined;
  const value = unsignedAt(bytes, total + TOTAL.length);
  // It is the last on its line.
  return bytes[skipWord(bytes, total + TOTAL.length)] === NEWLINE ? value : undefined;
}

/**
 * Of the v2 hierarchy; v1 has none of its own. Reading fails where the kernel was started without PSI, and each of the three
 * is absent alone. `still`: what was read last, where no task has run since and none was waiting then. Tasks begin to wait
 * for memory and disks by running, so of these nothing can have been added; one that was woken and has not run yet waits for
 * a CPU, and that is in the reading after it has.
 */
export function readPressures(files: KernelFiles, dir: string, still?: Pressures): Pressures {
  if (still?.cpu && still.memory && still.io) return still;
  return {
    cpu: readPressure(files, dir, 'cpu'),
    memory: readPressure(files, dir, 'memory'),
    io: readPressure(files, dir, 'io'),
  };
}

function readPressure(files: KernelFiles, dir: string, resource: PressureResource): Pressure | undefined {
  const { source, file } = PLACES[resource];
  return okValue(files.readKept(source, dir, file, parsePressure));
}
