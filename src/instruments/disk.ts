import type { DiskUsage } from '../accounting/usage.ts';
import { createAttributeCache } from './attribute-cache.ts';
import type { MetricDefinition } from './definition.ts';
import { METRICS } from './definitions.ts';
import { type ObservedMetric, observed } from './observed.ts';
import { ATTR_DISK_IO_DIRECTION, ATTR_SYSTEM_DEVICE } from './semconv.ts';

type Field = Exclude<keyof DiskUsage, 'device'>;

const attributesOf = createAttributeCache((device) => ({
  reading: { [ATTR_SYSTEM_DEVICE]: device, [ATTR_DISK_IO_DIRECTION]: 'read' },
  writing: { [ATTR_SYSTEM_DEVICE]: device, [ATTR_DISK_IO_DIRECTION]: 'write' },
}));

/** One point for each device and direction. */
function eachWay(metric: MetricDefinition, read: Field, written: Field): ObservedMetric {
  return observed(metric, ({ disks }, put) => {
    for (const disk of disks) {
      const { reading, writing } = attributesOf(disk.device);
      put(disk[read], reading);
      put(disk[written], writing);
    }
  });
}

export const DISK: readonly ObservedMetric[] = [
  eachWay(METRICS.diskIo, 'readBytes', 'writeBytes'),
  eachWay(METRICS.diskOperations, 'readOperations', 'writeOperations'),
];
