import { type KernelFiles, okValue } from '../kernel-files.ts';

/** Time for which tasks of a cgroup waited for a resource, in seconds since it was made (Documentation/accounting/psi.rst). */
export type Pressure = {
  /** At least one task waited. */
  readonly someSeconds: number;
  /** All tasks that were not idle waited at once; kernels before 5.13 do not say it of the CPU. */
  readonly fullSeconds?: number | undefined;
};

export const PRESSURE_RESOURCES = ['cpu', 'memory', 'io'] as const;
export type PressureResource = (typeof PRESSURE_RESOURCES)[number];

export type Pressures = Readonly<Partial<Record<PressureResource, Pressure>>>;

const MICROSECONDS = 1e6;

/** `cpu.pressure`, `memory.pressure`, `io.pressure`: `some avg10=0.00 avg60=0.00 avg300=0.00 total=0`, likewise `full`. */
export function parsePressure(bytes: Buffer): Pressure | undefined {
  const text = bytes.toString('latin1');
  const some = /^some .*\btotal=(\d{1,18})\n/m.exec(text)?.[1];
  const full = /^full .*\btotal=(\d{1,18})\n/m.exec(text)?.[1];
  if (some === undefined) return undefined;
  return {
    someSeconds: Number(some) / MICROSECONDS,
    fullSeconds: full === undefined ? undefined : Number(full) / MICROSECONDS,
  };
}

/**
 * Of the v2 hierarchy; v1 has none of its own. Reading fails where the kernel was started without PSI, and each of the three
 * is absent alone.
 */
export function readPressures(files: KernelFiles, dir: string): Pressures {
  const pressures: { -readonly [resource in PressureResource]?: Pressure } = {};
  for (const resource of PRESSURE_RESOURCES) {
    const pressure = okValue(files.readKept(`cgroup.${resource}.pressure`, dir, `${resource}.pressure`, parsePressure));
    if (pressure) pressures[resource] = pressure;
  }
  return pressures;
}
