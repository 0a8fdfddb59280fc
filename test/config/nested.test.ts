import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { printConfig } from '../../src/config/print.ts';

const load = (text: string, env: Record<string, string> = {}) =>
  loadConfig({ env, flags: [], file: 'plimsoll.yaml', readFile: () => text });

describe('keys one level deeper', () => {
  it('are on and off by family, in the file, by variable and by flag', () => {
    const { config } = load('metrics:\n  disk:\n    enabled: false\n  exclude: [container.network.*]\n', {
      PLIMSOLL_METRICS_PRESSURE_ENABLED: 'false',
    });
    expect(config.metrics).toMatchObject({
      cpu: { enabled: true },
      disk: { enabled: false },
      memoryPeak: { enabled: false },
      pressure: { enabled: false },
      exclude: ['container.network.*'],
    });
  });

  it('are named with their line where they are misspelt or wrong', () => {
    const problems = () => load('metrics:\n  dsk:\n    enabled: true\n  cpu:\n    enabled: maybe\n  memory: true\n');
    expect(problems).toThrow(/plimsoll\.yaml:2: metrics\.dsk: unknown key/);
    expect(problems).toThrow(/plimsoll\.yaml:5: metrics\.cpu\.enabled/);
    expect(problems).toThrow(/plimsoll\.yaml:6: metrics\.memory: is not a section/);
  });

  it('are printed as they are written', () => {
    expect(printConfig(load('metrics: { disk: { enabled: false } }'))).toMatch(
      /\n {2}disk:\n {4}enabled: false # plimsoll/,
    );
  });
});
