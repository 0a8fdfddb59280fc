import type { MetricFamily } from '../instruments/definition.ts';
import type { MetricSelection } from '../instruments/metric-selection.ts';
import type { BlockDevices } from '../sources/block-devices.ts';
import type { EndWatch } from '../sources/cgroup/end-watch.ts';
import { type Container, isRunning } from '../sources/container.ts';
import { type ContainerReading, readContainer, readingAtEnd } from '../sources/container-reading.ts';
import type { InterfaceReader } from '../sources/interfaces.ts';
import type { KernelFiles } from '../sources/kernel-files.ts';
import type { ProcFs } from '../sources/proc/proc-fs.ts';
import type { PssReader } from '../sources/pss.ts';
import type { Resolved } from '../sources/resolution.ts';

export type ContainerReaderOptions = {
  readonly proc: ProcFs;
  readonly files: KernelFiles;
  readonly metrics: Pick<MetricSelection, 'families'>;
  /** Families that are on and not to be read now: the same set until that changes. Absent: all are read. */
  readonly thinned?: () => ReadonlySet<MetricFamily>;
  readonly interfaceReader: InterfaceReader;
  /** Absent: the proportional set size is not read. */
  readonly pssReader?: PssReader | undefined;
  readonly blockDevices: BlockDevices;
  /** Absent: a run counts until the last cycle in which it was seen. */
  readonly endWatch?: EndWatch | undefined;
  /** Hears of each container that is measured after its end. */
  readonly seenAtEnd?: (id: string) => void;
};

/** Reads containers, each with what was read of it last at hand. */
export type ContainerReader = {
  /** Begins a cycle of these containers by their ids: all others are forgotten. */
  begin(containers: ReadonlyMap<string, { readonly measured: boolean }>): void;
  /** `network`: whether it is its network that it reports. */
  read(resolved: Resolved, network: boolean): ContainerReading;
  /** What was read after the last cycle, when the container's last process had ended. */
  readAtEnd(container: Container): ContainerReading | undefined;
  /** What is left out in this cycle. */
  thinned(): ReadonlySet<MetricFamily>;
};

export function createContainerReader(options: ContainerReaderOptions): ContainerReader {
  const { proc, files, blockDevices, pssReader } = options;
  /** The last reading of each container that runs. */
  const readings = new Map<string, ContainerReading>();
  let thinned: ReadonlySet<MetricFamily> = new Set();
  /** What is read in this cycle. */
  let { families } = options.metrics;

  function thin(): void {
    const now = options.thinned?.() ?? thinned;
    if (now === thinned) return;
    thinned = now;
    families = new Set([...options.metrics.families].filter((family) => !now.has(family)));
    // A reading of more or of less is not to be taken for this one.
    readings.clear();
  }

  function readAtEnd(container: Container): ContainerReading | undefined {
    const cgroup = options.endWatch?.take(container);
    if (!cgroup) return undefined;
    options.seenAtEnd?.(container.id);
    return readingAtEnd(isRunning(container) ? exited(container) : container, cgroup, options);
  }

  return {
    begin(containers) {
      for (const id of readings.keys()) if (!containers.get(id)?.measured) readings.delete(id);
      options.interfaceReader.keepOnly(containers);
      files.endCycle();
      thin();
      pssReader?.begin();
    },
    read(resolved, network) {
      const { container } = resolved;
      const { id } = container;
      const interfaceReader = network && families.has('network') ? options.interfaceReader : undefined;
      const withConnections = network && families.has('connections');
      const readOptions = { proc, files, families, blockDevices, interfaceReader, withConnections, pssReader };
      if (!isRunning(container)) {
        readings.delete(id);
        return readAtEnd(container) ?? readContainer(resolved, readOptions);
      }
      const before = readings.get(id);
      // Where this throws, the next reading is not to stand on an older one than the resolver does.
      readings.delete(id);
      const reading = readContainer(resolved, readOptions, before);
      readings.set(id, reading);
      return reading;
    },
    readAtEnd,
    thinned: () => thinned,
  };
}

/** A container that ended after it was last asked about. */
function exited({ health: _health, pid: _pid, ...container }: Container): Container {
  return { ...container, state: 'exited' };
}
