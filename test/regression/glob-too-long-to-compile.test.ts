import { expect, it } from 'vitest';
import { glob } from '../../src/glob.ts';
import { problemsOf } from '../config/load-fixture.ts';

/* A glob of some ten thousand characters threw what no user can understand, from within the check of the configuration. */

const LONG = `container.${'a'.repeat(30_000)}\u2028.cpu.*`;

it.each(['metrics.include', 'containers.exclude'])('is a problem of %s like any other', (key) => {
  const [section, name] = key.split('.');
  const problems = problemsOf({ yaml: `${section}:\n  ${name}: ["${LONG}"]\n` });
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(`plimsoll.yaml:2: ${key}: item 1 of the list has more than`);
});

it('matches nothing', () => {
  expect(glob(LONG)(LONG)).toBe(false);
});
