import { describe, it } from 'vitest';
import { PROPERTIES } from './process-properties.ts';

const HISTORIES = 2_000;

describe('the total of a counter of processes, whatever they do', () => {
  it.each(Object.entries(PROPERTIES))('%s', (_, holds) => holds(HISTORIES), 60_000);
});
