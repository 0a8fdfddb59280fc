import { expect, it } from 'vitest';
import { type ContainerUsage, isMeasured } from '../../src/accounting/usage.ts';
import { usage } from '../fakes/usage.ts';

const NOTHING: Partial<ContainerUsage> = {
  processes: undefined,
  cpu: {},
  memory: {},
  memoryEvents: {},
  tasks: {},
  disks: [],
  pressures: {},
  interfaces: [],
};

it('is measured by whatever one family alone has of a living container', () => {
  const parts: readonly Partial<ContainerUsage>[] = [
    { cpu: { time: { userSeconds: 0, systemSeconds: 0 } } },
    { memory: { usageBytes: 0 } },
    { memory: { peakBytes: 0 } },
    { memoryEvents: { oomKill: 0 } },
    { tasks: { count: 1 } },
    { pressures: { cpu: { someSeconds: 0 } } },
  ];
  for (const part of parts) expect(isMeasured(usage({ ...NOTHING, ...part })), JSON.stringify(part)).toBe(true);
});

it('is not measured by limits and by what comes and goes while a container lives', () => {
  const { disks, interfaces } = usage();
  expect(isMeasured(usage({ ...NOTHING, cpu: { limitCpus: 1 }, disks, interfaces }))).toBe(false);
});
