import { describe, it } from 'vitest';
import { PROPERTIES } from './process-properties.ts';

const HISTORIES = 100_000;

describe('the total of a counter of processes, in very many histories', () => {
  it.each(Object.entries(PROPERTIES))('%s', (_, holds) => holds(HISTORIES), 1_800_000);
});
