import { expect, test } from 'vitest';
import { parseList } from '../../../src/sources/docker/list.ts';

const NOW_MS = 1_700_000_000_000;
const ID = 'ab'.repeat(32);

const ageOf = (Status: unknown, State = 'exited', Created?: unknown) =>
  parseList([{ Id: ID, State, Status, Created }], NOW_MS)?.[0]?.stoppedForMs;

test.each([
  ['Exited (0) Less than a second ago', 0],
  ['Exited (137) 1 second ago', 1_000],
  ['Exited (3) 59 seconds ago', 59_000],
  ['Exited (0) About a minute ago', 60_000],
  ['Exited (0) 4 minutes ago', 240_000],
  ['Exited (0) About an hour ago', 3_600_000],
  ['Exited (255) 2 hours ago', 7_200_000],
  ['Exited (0) 3 weeks ago', 3 * 7 * 86_400_000],
  ['Dead', undefined],
  ['exited', undefined],
  [undefined, undefined],
])('takes %j to be an end %s ms ago', (status, ms) => {
  expect(ageOf(status)).toBe(ms);
});

test('takes the age of a container that never ran from its creation', () => {
  expect(ageOf('Created', 'created', NOW_MS / 1_000 - 90)).toBe(90_000);
  expect(ageOf('Created', 'created')).toBeUndefined();
});
