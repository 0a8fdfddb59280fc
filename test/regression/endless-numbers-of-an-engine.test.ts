import { expect, it } from 'vitest';
import { parseEventLine } from '../../src/sources/docker/events.ts';
import { parseList } from '../../src/sources/docker/list.ts';

/*
 * JSON can write numbers that no double holds. An event of such a time made all later ones seem to have been heard
 * before, once the stream broke off; ages became Infinity.
 */

const ID = 'a'.repeat(64);

it.each(['1e999', '1e300', '9e24'])('has no time of an event at %s', (timeNano) => {
  const line = `{"Type":"container","Action":"start","Actor":{"ID":"${ID}"},"timeNano":${timeNano}}`;
  expect(parseEventLine(line)).toEqual({ kind: 'changed', id: ID });
});

it.each([
  ['created', { State: 'created', Created: -1e308 }],
  ['stopped', { State: 'exited', Status: `Exited (0) ${'9'.repeat(400)} days ago` }],
])('has no age of what was %s for ever', (_, entry) => {
  expect(parseList([{ Id: ID, ...entry }], 0)?.[0]).not.toHaveProperty('stoppedForMs');
});
