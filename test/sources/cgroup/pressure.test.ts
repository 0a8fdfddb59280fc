import { describe, expect, it } from 'vitest';
import { parsePressure } from '../../../src/sources/cgroup/pressure.ts';
import { expectToSurvive } from '../corruption.ts';

const PRESSURE =
  'some avg10=1.53 avg60=1.87 avg300=0.73 total=8014370\nfull avg10=0.00 avg60=0.13 avg300=0.08 total=1030512\n';

describe('pressure files', () => {
  it('have seconds of waiting for some and for all tasks', () => {
    expect(parsePressure(Buffer.from(PRESSURE))).toEqual({ someSeconds: 8.01437, fullSeconds: 1.030512 });
  });

  it('have no full line for the CPU on older kernels', () => {
    expect(parsePressure(Buffer.from(PRESSURE.split('\n')[0]!))).toEqual({
      someSeconds: 8.01437,
      fullSeconds: undefined,
    });
  });

  it('survives anything', () => {
    expectToSurvive(parsePressure, [Buffer.from(PRESSURE)]);
  });
});
