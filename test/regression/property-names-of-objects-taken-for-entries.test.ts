import { expect, it } from 'vitest';
import { containersInPath } from '../../src/sources/cgroup/container-id.ts';
import { parseList } from '../../src/sources/docker/list.ts';

/* Tables that were objects answered for the names that every object has: a function for a runtime, NaN for an age. */

const ID = 'a'.repeat(64);

it.each([`/constructor/${ID}`, `/__proto__/${ID}`, `/constructor-${ID}.scope`])('knows no runtime of %s', (path) => {
  expect(containersInPath(path)).toMatchObject([{ id: ID, runtime: 'unknown' }]);
});

it('knows no age in a unit that is none', () => {
  expect(parseList([{ Id: ID, State: 'exited', Status: 'Exited (0) 5 constructor ago' }], 0)?.[0]).not.toHaveProperty(
    'stoppedForMs',
  );
});
