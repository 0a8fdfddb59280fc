import type { DiskUsage } from '../accounting/usage.ts';
import type { MetricDefinition } from './definition.ts';
import { METRICS } from './definitions.ts';
import { type ObservedMetric, observed } from './observed.ts';
import { ATTR_DISK_IO_DIRECTION, ATTR_SYSTEM_DEVICE } from './semconv.ts';

type Field = Exclude<keyof DiskUsage, 'device'>;

/** One point for each device and direction. */
function eachWay(metric: MetricDefinition, read: Field, written: Field): ObservedMetric {
  return observed(metric, ({ disks }, put) => {
    for (const disk of disks) {
      const attributes = { [ATTR_SYSTEM_DEVICE]: disk.device };
      put(disk[read], { ...attributes, [ATTR_DISK_IO_DIRECTION]: 'read' });
      put(disk[written], { ...attributes, [ATTR_DISK_IO_DIRECTION]: 'write' });
    }
  });
}

export const DISK: readonly ObservedMetric[] = [
  eachWay(METRICS.diskIo, 'readBytes', 'writeBytes'),
  eachWay(METRICS.diskOperations, 'readOperations', 'writeOperations'),
];
