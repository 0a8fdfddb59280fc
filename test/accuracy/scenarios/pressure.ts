import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContainer } from '../../e2e/parts/docker.ts';
import { EXACT } from '../parts/bounds.ts';
import type { Bound, Outcome } from '../parts/row.ts';
import { type Scenario, scenario } from '../parts/scenario.ts';
import { quiet, untilDone, type World } from '../parts/world.ts';

/** Every line of the .pressure files, of the v2 hierarchy wherever it is mounted. */

type DirectoryOf = (world: World, container: TestContainer) => string;

const LINES = ['cpu', 'memory', 'io'].flatMap((resource) =>
  ['some', 'full'].map((scope) => ({ resource, scope, key: `${resource}, ${scope}` })),
);

type Line = (typeof LINES)[number];

const ofLines = <T>(value: (line: Line) => T): Record<string, T> =>
  Object.fromEntries(LINES.map((line) => [line.key, value(line)]));

/** The `total` of a line, in seconds. */
function stalledSeconds(directory: string, { resource, scope }: Line): number {
  const text = readFileSync(join(directory, `${resource}.pressure`), 'utf8');
  return Number(new RegExp(`^${scope} .*total=(\\d+)$`, 'm').exec(text)![1]) / 1e6;
}

/** `moved` is the line that has to be more than nothing. */
function pressure(name: string, moved: string, command: readonly string[], directoryOf: DirectoryOf): Scenario {
  return scenario({
    name,
    rows: ofLines(({ key }): [string, 's', Bound] => [`container.pressure.time, ${key}`, 's', EXACT]),
    async run(world) {
      const container = await world.docker.run({ image: world.images.programs, command });
      await untilDone(world, container);
      const directory = directoryOf(world, container);
      const { truth, plimsoll } = await quiet(world, container, () =>
        ofLines((line) => stalledSeconds(directory, line)),
      );
      if (truth[moved] === 0) throw new Error(`nothing waited: ${moved}`);
      return ofLines(({ resource, scope, key }): Outcome => {
        const attributes = { 'pressure.resource': resource, 'pressure.scope': scope };
        return { truth: truth[key]!, plimsoll: plimsoll.value('container.pressure.time', attributes) ?? 'none' };
      });
    },
  });
}

export const pressures = (directoryOf: DirectoryOf): Scenario[] => [
  pressure(
    'four threads on the cores at once',
    'cpu, some',
    ['load', '--threads', '4', '--seconds', '0.5'],
    directoryOf,
  ),
  pressure(
    '32 MiB written past the page cache by the only process',
    'io, full',
    ['disk', '--direct', '/file', `${32 << 20}`],
    directoryOf,
  ),
];
