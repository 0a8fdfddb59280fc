import { describe, expect, it } from 'vitest';
import { printConfig } from '../../src/config/print.ts';
import { METRIC_FAMILIES } from '../../src/instruments/definition.ts';
import { load, problemsOf } from './load-fixture.ts';

describe('keys one level deeper', () => {
  it('are on and off by family, in the file, by variable and by flag', () => {
    const { config, origins } = load({
      yaml: 'metrics:\n  disk:\n    enabled: false\n  tasks: { enabled: false }\n',
      env: { PLIMSOLL_METRICS_PRESSURE_ENABLED: 'false', PLIMSOLL_METRICS_DISK_ENABLED: 'true' },
      flags: [{ key: 'metrics.memoryPeak.enabled', value: 'true', origin: '--set' }],
    });
    expect(config.metrics).toMatchObject({
      cpu: { enabled: true },
      disk: { enabled: true },
      memoryPeak: { enabled: true },
      pressure: { enabled: false },
      tasks: { enabled: false },
    });
    expect(origins.get('metrics.disk.enabled')).toBe('PLIMSOLL_METRICS_DISK_ENABLED');
  });

  it('are there for every family, at its default', () => {
    const { include, exclude, ...families } = load().config.metrics;
    expect([include, exclude]).toEqual([[], []]);
    const defaults = Object.entries(METRIC_FAMILIES).map(([name, { enabledByDefault }]) => [
      name,
      { enabled: enabledByDefault },
    ]);
    expect(families).toEqual(Object.fromEntries(defaults));
  });

  it('may be empty, in a section or as one', () => {
    expect(load({ yaml: 'metrics:\n  disk:\n  cpu:\n    enabled:\n' }).config).toEqual(load().config);
  });

  it('are named with their line and what was meant where they are misspelt or wrong', () => {
    const yaml = [
      'metrics:',
      '  dsk:',
      '    enabled: true',
      '  cpu:',
      '    enabeld: true',
      '  memory: true',
      '  tasks:',
      '    enabled: maybe',
      '  disk.enabled: false',
    ].join('\n');
    const problems = problemsOf({ yaml });
    const starts = [
      /^plimsoll\.yaml:2: metrics\.dsk: unknown key; allowed: include, exclude, processes, .*did you mean 'metrics\.disk'\?$/,
      /^plimsoll\.yaml:5: metrics\.cpu\.enabeld: unknown key; allowed: enabled; did you mean 'metrics\.cpu\.enabled'\?$/,
      /^plimsoll\.yaml:6: metrics\.memory: is not a section: .*; allowed: a section with enabled$/,
      /^plimsoll\.yaml:8: metrics\.tasks\.enabled: .*"maybe"/,
      /^plimsoll\.yaml:9: metrics\.disk\.enabled: unknown key/,
    ];
    expect(problems).toHaveLength(starts.length);
    for (const [index, start] of starts.entries()) expect(problems[index]).toMatch(start);
  });

  it('are asked for where a flag gives a value to their section', () => {
    const flags = [{ key: 'metrics.disk', value: 'false', origin: '--set' }];
    expect(problemsOf({ flags })).toEqual([
      '--set: metrics.disk: is a section, not a key; allowed: metrics.disk.enabled',
    ]);
  });

  it('are found behind a misspelt variable', () => {
    expect(load({ env: { PLIMSOLL_METRICS_DISC_ENABLED: 'true' } }).warnings).toEqual([
      "PLIMSOLL_METRICS_DISC_ENABLED: unknown variable, ignored; did you mean 'PLIMSOLL_METRICS_DISK_ENABLED'?",
    ]);
  });

  it('are printed as they are written', () => {
    expect(printConfig(load({ yaml: 'metrics: { disk: { enabled: false } }' }))).toMatch(
      /\n {2}disk:\n {4}enabled: false # plimsoll/,
    );
  });
});

it('refuses a key with very many dots', () => {
  const yaml = `push: {? ${'.'.repeat(30_000)} : 1}\n`;
  expect(problemsOf({ yaml })[0]).toMatch(/^plimsoll.yaml:1: push.*unknown key/);
});

it('refuses a section where the name of an attribute is wanted, however deep it is', () => {
  const wrong = /^plimsoll.yaml:2: resource.attributes: a key is empty, or no text/;
  for (const key of ['""', '{a: b}', `${'{'.repeat(200)}a${'}'.repeat(200)}`])
    expect(problemsOf({ yaml: `resource:\n  attributes: {? ${key} : text}\n` })[0]).toMatch(wrong);
});

describe('globs of metric names', () => {
  it('come from the file and from variables', () => {
    const { config } = load({
      yaml: 'metrics:\n  exclude: [container.network.*]\n',
      env: { PLIMSOLL_METRICS_INCLUDE: 'container.memory.peak' },
    });
    expect(config.metrics).toMatchObject({ include: ['container.memory.peak'], exclude: ['container.network.*'] });
  });

  it('are a problem where they match no metric, with the nearest name', () => {
    const allowed = 'a list of globs of metric names (plimsoll metrics lists them)';
    expect(problemsOf({ yaml: 'metrics:\n  include:\n    - container.cpu.*\n    - container.memroy.peak\n' })).toEqual([
      `plimsoll.yaml:2: metrics.include: "container.memroy.peak" matches no metric of a container: got a list of 2; allowed: ${allowed}; did you mean 'container.memory.peak'?`,
    ]);
    expect(problemsOf({ env: { PLIMSOLL_METRICS_EXCLUDE: '*, container.dsk.io' } })).toEqual([
      `PLIMSOLL_METRICS_EXCLUDE: metrics.exclude: "container.dsk.io" matches no metric of a container: got "*, container.dsk.io"; allowed: ${allowed}; did you mean 'container.disk.io'?`,
    ]);
  });

  it('are a problem where they are empty', () => {
    expect(problemsOf({ yaml: 'metrics:\n  include: [""]\n' })[0]).toMatch(
      /^plimsoll.yaml:2: metrics.include: item 1 of the list is not text, or empty/,
    );
  });

  it('are a problem where they are no texts', () => {
    expect(problemsOf({ yaml: 'metrics:\n  include: [1]\n' })[0]).toMatch(/item 1 of the list is not text/);
    expect(problemsOf({ yaml: 'metrics:\n  include: container.cpu.time\n' })[0]).toMatch(/is text, not a list/);
  });
});
