import * as fs from 'node:fs';
import { expect, it } from 'vitest';
import { METRIC_DEFINITIONS } from '../../src/instruments/definitions.ts';
import { readModules } from '../tidy/modules.ts';
import { enumerate, measureUndisturbed, nameOf, play } from './cases.ts';
import { kernel } from './kernel.ts';
import { violations } from './verdict.ts';
import type { CgroupVersion } from './world.ts';

const ROOT = new URL('../../', import.meta.url).pathname;
/** What only the engine or the kubelet says, or a container that has ended. */
const OF_OTHERS = /^k8s\.|^container\.(health|exit|oom_killed|restart|filesystem)\b/;
const OF_V2 = /^container\.pressure\./;
const SHOWN = 20;
const TIMEOUT_MS = 300_000;

/** `atLeast`: how many cases there are, so that they cannot become none unnoticed. */
export function testRaces(version: CgroupVersion, atLeast: Readonly<Record<number, number>>): void {
  it('has all that sources ask of a file system between them and the kernel', () => {
    const imported = readModules(ROOT, ['src/sources']).flatMap(({ text }) =>
      [...text.matchAll(/^import \{([^}]*)\} from 'node:fs';/gm)].flatMap(([, names = '']) => names.split(',')),
    );
    const called = new Set(imported.map((name) => name.trim()).filter((name) => /^[a-z]\w*$/.test(name)));
    const covered = new Set(Object.keys(kernel.over(fs)));
    expect(called.size).toBeGreaterThan(5);
    // The host's name, which is read once and not of any container.
    expect([...called].filter((name) => !covered.has(name))).toEqual(['readFileSync']);
  });

  it('measures every metric that the kernel has values of', async () => {
    const [, second] = await measureUndisturbed(version, 2);
    const measured = new Set([...second!.web!.keys()].map((series) => series.split(' ', 1)[0]));
    const wanted = METRIC_DEFINITIONS.filter(({ family }) => family !== undefined)
      .map(({ name }) => name)
      .filter((name) => !OF_OTHERS.test(name) && (version === 2 || !OF_V2.test(name)));
    expect(wanted.filter((name) => !measured.has(name))).toEqual([]);
  });

  const cycles: [number, string][] = [
    [1, 'is looked for'],
    [2, 'is known'],
  ];
  it.each(cycles)(
    `survives whatever happens at any look at the kernel in cycle %i, in which a container %s`,
    async (cycle) => {
      const undisturbed = await measureUndisturbed(version, cycle + 1);
      const cases = await enumerate(version, cycle);
      const broken: string[] = [];
      for (const each of cases) {
        const found = violations(each, await play(each), undisturbed);
        if (found.length > 0) broken.push([nameOf(each), ...found.slice(0, SHOWN)].join('\n  '));
      }
      expect(broken.slice(0, SHOWN).join('\n'), `${broken.length} of ${cases.length} cases`).toBe('');
      expect(cases.length).toBeGreaterThanOrEqual(atLeast[cycle]!);
    },
    TIMEOUT_MS,
  );
}
