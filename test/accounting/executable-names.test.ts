import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createExecutableNames, type ExecutableLoad } from '../../src/accounting/executable-names.ts';

type Loads = Readonly<Record<string, Partial<ExecutableLoad>>>;
const loads = (each: Loads) =>
  new Map(Object.entries(each).map(([name, load]) => [name, { cpuTicks: 0, residentBytes: 0, ...load }]));
const idle = (...names: readonly string[]): Loads => Object.fromEntries(names.map((name) => [name, {}]));
const numbered = (count: number): string[] => Array.from({ length: count }, (_, at) => `app${at + 10}`);

function createStory() {
  const names = createExecutableNames();
  return (each: Loads) => [...names.choose(loads(each))].sort();
}

describe('the executables that are told apart', () => {
  it('are at first those that use most CPU and those that hold most memory', () => {
    const read = createStory();
    const small = Object.fromEntries(numbered(20).map((name) => [name, { cpuTicks: 1, residentBytes: 1 }]));
    const shown = read({ ...small, busy: { cpuTicks: 99 }, large: { residentBytes: 99 }, neither: {} });
    expect(shown).toHaveLength(10);
    expect(shown).toContain('busy');
    expect(shown).toContain('large');
    expect(shown).not.toContain('neither');
  });

  it('are later ones only when they are there three times in a row', () => {
    const read = createStory();
    read(idle('sh'));
    expect(read(idle('sh', 'ls'))).toEqual(['sh']);
    expect(read(idle('sh', 'nginx'))).toEqual(['sh']);
    expect(read(idle('sh', 'nginx'))).toEqual(['sh']);
    expect(read(idle('sh', 'nginx'))).toEqual(['nginx', 'sh']);
  });

  it('stay as long as they run, however much another uses', () => {
    const read = createStory();
    const first = read(idle(...numbered(10)));
    for (let reading = 0; reading < 10; reading++) {
      expect(read({ ...idle(...numbered(10)), busy: { cpuTicks: 1000 } })).toEqual(first);
    }
  });

  it('stay after their end until another needs the place, and that is their last', () => {
    const read = createStory();
    read(idle(...numbered(10)));
    const nine = numbered(10).slice(1);
    for (let reading = 0; reading < 5; reading++) expect(read(idle(...nine))).toContain('app10');
    for (let reading = 0; reading < 3; reading++) read(idle(...nine, 'nginx'));
    expect(read(idle(...nine, 'nginx'))).toEqual([...nine, 'nginx'].sort());
    for (let reading = 0; reading < 5; reading++) read(idle('app10', ...nine.slice(1)));
    expect(read(idle('app10', ...nine.slice(1)))).not.toContain('app10');
  });

  it('go on as they were remembered', () => {
    const names = createExecutableNames();
    names.choose(loads(idle('sh')));
    const again = createExecutableNames(JSON.parse(JSON.stringify(names.remember())));
    expect([...again.choose(loads(idle('nginx')))]).toEqual(['sh']);
  });

  it('are never more than ten, never come back, and change in no two readings in a row for one executable', () => {
    const reading = fc.subarray([...numbered(25), 'other']);
    const property = fc.property(fc.array(reading, { maxLength: 60 }), (readings) => {
      const read = createStory();
      let last: readonly string[] = [];
      const left = new Set<string>();
      for (const names of readings) {
        const shown = read(idle(...names));
        expect(shown.length).toBeLessThanOrEqual(10);
        expect(shown).not.toContain('other');
        for (const name of last) if (!shown.includes(name)) left.add(name);
        for (const name of shown) expect(left.has(name)).toBe(false);
        last = shown;
      }
    });
    fc.assert(property, { numRuns: 300 });
  });
});
