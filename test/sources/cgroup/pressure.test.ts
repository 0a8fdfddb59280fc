import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parsePressure, readPressures } from '../../../src/sources/cgroup/pressure.ts';
import { createKernelFiles, type KernelFiles } from '../../../src/sources/kernel-files.ts';
import { expectToSurvive } from '../corruption.ts';
import { createTree } from '../tree.ts';

const PRESSURE =
  'some avg10=1.53 avg60=1.87 avg300=0.73 total=8014370\nfull avg10=0.00 avg60=0.13 avg300=0.08 total=1030512\n';

describe('pressure files', () => {
  it('have seconds of waiting for some and for all tasks', () => {
    expect(parsePressure(Buffer.from(PRESSURE))).toEqual({ someSeconds: 8.01437, fullSeconds: 1.030512 });
  });

  it('have no full line for the CPU on older kernels', () => {
    expect(parsePressure(Buffer.from(`${PRESSURE.split('\n')[0]}\n`))).toEqual({
      someSeconds: 8.01437,
      fullSeconds: undefined,
    });
  });

  it('have of any totals what the kernel wrote', () => {
    const average = fc.integer({ min: 0, max: 100 }).map((percent) => percent.toFixed(2));
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), average, (some, full, avg) => {
        const line = (scope: string, total: number) =>
          `${scope} avg10=${avg} avg60=${avg} avg300=${avg} total=${total}\n`;
        expect(parsePressure(Buffer.from(line('some', some) + line('full', full)))).toEqual({
          someSeconds: some / 1e6,
          fullSeconds: full / 1e6,
        });
      }),
    );
  });

  it('survives anything', () => {
    expectToSurvive(parsePressure, [Buffer.from(PRESSURE)]);
  });
});

describe('the pressure of a container', () => {
  it('has each resource that the kernel says, alone', () => {
    const { root } = createTree({ 'cpu.pressure': PRESSURE, 'io.pressure': '' });
    expect(readPressures(createKernelFiles(), root)).toEqual({
      cpu: { someSeconds: 8.01437, fullSeconds: 1.030512 },
    });
  });

  it('is absent where PSI is off: the files are not there, or reading them is not supported', () => {
    expect(readPressures(createKernelFiles(), createTree().root)).toEqual({});
    const unsupported: KernelFiles = {
      ...createKernelFiles(),
      read: () => ({ status: 'failed', code: 'EOPNOTSUPP' }),
    };
    expect(readPressures(unsupported, 'anywhere')).toEqual({});
  });
});
